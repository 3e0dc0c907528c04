#include "bucket.h"

/* No sum of amounts comes near this many bits, and a window of thousands of such buckets can still
 * be added up. */
#define AMOUNT_BITS 112

static bool is_live(const struct bucket_money *cell)
{
    return cell->n != 0 || cell->amount != 0;
}

static uint16_t live_cells(const struct bucket *b)
{
    uint16_t n = 0;
    for (uint16_t i = 0; i < b->money_n; i++)
        n += is_live(&b->money[i]);
    return n;
}

bool bucket_is_empty(const struct bucket *b)
{
    for (size_t i = 0; i < FF_COUNTERS; i++)
        if (b->count[i] != 0)
            return false;
    return live_cells(b) == 0 && distinct_is_empty(&b->visitors);
}

/* The sign goes to the lowest bit, and the low half before the high one. */
static void save_amount(ff_money_sum amount, struct image_out *out)
{
    unsigned __int128 bits =
        (unsigned __int128)amount << 1 ^ (amount < 0 ? ~(unsigned __int128)0 : 0);
    image_put_uint(out, (uint64_t)bits);
    image_put_uint(out, (uint64_t)(bits >> 64));
}

static ff_money_sum load_amount(struct image_in *in)
{
    unsigned __int128 bits = image_uint(in);
    bits |= (unsigned __int128)image_uint_upto(in, UINT64_MAX >> (128 - AMOUNT_BITS)) << 64;
    return (ff_money_sum)(bits >> 1 ^ (bits & 1 ? ~(unsigned __int128)0 : 0));
}

void bucket_save(const struct bucket *b, struct image_out *out)
{
    for (size_t i = 0; i < FF_COUNTERS; i++)
        image_put_int(out, b->count[i]);
    image_put_uint(out, live_cells(b));
    for (uint16_t i = 0; i < b->money_n; i++) {
        const struct bucket_money *cell = &b->money[i];
        if (!is_live(cell))
            continue;
        image_put_uint(out, cell->purse);
        image_put_uint(out, cell->currency);
        image_put_int(out, cell->n);
        save_amount(cell->amount, out);
    }
    distinct_save(&b->visitors, out);
}

static bool is_code(ff_currency currency)
{
    bool letters = currency >> 24 == 0;
    for (int shift = 0; shift < 24; shift += 8)
        letters &= (currency >> shift & 0xFF) >= 'A' && (currency >> shift & 0xFF) <= 'Z';
    return letters;
}

/* A cell behind those that are there, whose purse and currency come before its own. */
static void load_cell(struct bucket *b, struct image_in *in)
{
    uint8_t purse = (uint8_t)image_uint_upto(in, FF_PURSES - 1);
    ff_currency currency = (ff_currency)image_uint_upto(in, UINT32_MAX);
    uint16_t before = b->money_n;
    if (!image_check(in, is_code(currency)))
        return;
    struct bucket_money *cell = bucket_money(b, purse, currency);
    cell->n = image_int(in);
    cell->amount = load_amount(in);
    image_check(in, cell == &b->money[before] && is_live(cell));
}

void bucket_load(struct bucket *b, struct image_in *in)
{
    for (size_t i = 0; i < FF_COUNTERS; i++)
        b->count[i] = image_int(in);
    uint64_t cells = image_uint_upto(in, FF_PURSES * TALLY_CURRENCIES);
    for (uint64_t i = 0; i < cells && in->ok; i++)
        load_cell(b, in);
    distinct_load(&b->visitors, in);
    image_check(in, !bucket_is_empty(b));
}
