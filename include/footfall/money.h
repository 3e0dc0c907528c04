/* Money: exact decimals in ten-thousandths, and the currency they are in. */
#ifndef FOOTFALL_MONEY_H
#define FOOTFALL_MONEY_H

#include <stdint.h>

typedef int64_t ff_money;       /* 1/10000 of the currency's unit; |amount| <= FF_MONEY_MAX */
typedef __int128 ff_money_sum;  /* the same unit; sums of amounts and price x quantity */

#define FF_MONEY_ONE ((ff_money)10000)
#define FF_MONEY_MAX ((ff_money)100000000000 * FF_MONEY_ONE) /* 10^11 */

/* An ISO 4217 code packed big-endian: "EUR" is 'E' << 16 | 'U' << 8 | 'R'. 0: not given. */
typedef uint32_t ff_currency;

#define FF_CURRENCY(a, b, c) ((ff_currency)(a) << 16 | (ff_currency)(b) << 8 | (ff_currency)(c))

/* Writes the three letters and a NUL to out. */
static inline void ff_currency_text(ff_currency c, char out[4])
{
    out[0] = (char)(c >> 16);
    out[1] = (char)(c >> 8);
    out[2] = (char)c;
    out[3] = '\0';
}

#endif
