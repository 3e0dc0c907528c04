#include "currency.h"

#include <string.h>

static const char codes[] = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD "
                            "BND BOB BOV BRL BSD BTN BWP "
                            "BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK "
                            "DJF DKK DOP DZD EGP ERN ETB "
                            "EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS "
                            "INR IQD IRR ISK JMD JOD JPY "
                            "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL "
                            "MGA MKD MMK MNT MOP MRU MUR "
                            "MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP "
                            "PKR PLN PYG QAR RON RSD RUB "
                            "RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL "
                            "THB TJS TMT TND TOP TRY TTD "
                            "TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF "
                            "XAG XAU XBA XBB XBC XBD XCD "
                            "XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG ZWL ";

#define CODE_STEP 4 /* three letters and a blank */

/* The code's bit, or -1 when it is not three capital letters. */
static int bit_of(ff_currency code)
{
    int bit = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        int letter = (int)(code >> shift & 0xFF) - 'A';
        if (letter < 0 || letter > 25)
            return -1;
        bit = bit * 26 + letter;
    }
    return code >> 24 == 0 ? bit : -1;
}

void currency_init(struct currency_set *s)
{
    memset(s, 0, sizeof *s);
    for (const char *p = codes; *p; p += CODE_STEP) {
        int bit = bit_of(FF_CURRENCY(p[0], p[1], p[2]));
        s->word[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

bool currency_known(const struct currency_set *s, ff_currency code)
{
    int bit = bit_of(code);
    return bit >= 0 && (s->word[bit / 64] >> bit % 64 & 1);
}
