/* Amount: sums of money in an image. */
#ifndef FOOTFALL_TALLY_AMOUNT_H
#define FOOTFALL_TALLY_AMOUNT_H

#include "footfall/money.h"
#include "image.h"

/* The sign goes to the lowest bit, and the low half before the high one. */
static inline void amount_save(ff_money_sum amount, struct image_out *out)
{
    unsigned __int128 bits =
        (unsigned __int128)amount << 1 ^ (amount < 0 ? ~(unsigned __int128)0 : 0);
    image_put_uint(out, (uint64_t)bits);
    image_put_uint(out, (uint64_t)(bits >> 64));
}

/* One that takes at most so many bits, more than 64: the image is not ok else. */
static inline ff_money_sum amount_load(struct image_in *in, int most)
{
    unsigned __int128 bits = image_uint(in);
    bits |= (unsigned __int128)image_uint_upto(in, UINT64_MAX >> (128 - most)) << 64;
    return (ff_money_sum)(bits >> 1 ^ (bits & 1 ? ~(unsigned __int128)0 : 0));
}

/* A currency; the image is not ok unless it is three capital letters. */
static inline ff_currency amount_load_currency(struct image_in *in)
{
    ff_currency currency = (ff_currency)image_uint_upto(in, UINT32_MAX);
    bool letters = currency >> 24 == 0;
    for (int shift = 0; shift < 24; shift += 8)
        letters &= (currency >> shift & 0xFF) >= 'A' && (currency >> shift & 0xFF) <= 'Z';
    image_check(in, letters);
    return currency;
}

#endif
