/* Currencies: which codes ISO 4217 knows. */
#ifndef FOOTFALL_CURRENCY_H
#define FOOTFALL_CURRENCY_H

#include "footfall/money.h"

#include <stdbool.h>

#define CURRENCY_CODES (26 * 26 * 26)

/* A bit for each code of three letters. */
struct currency_set {
    uint64_t word[(CURRENCY_CODES + 63) / 64];
};

/* The active codes, those of funds, metals and units of account among them; not the codes for
 * tests and for "no currency". */
void currency_init(struct currency_set *s);

bool currency_known(const struct currency_set *s, ff_currency code);

#endif
