#include "bucket.h"

#include "amount.h"

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
    return live_cells(b) == 0 && distinct_is_empty(&b->visitors) && cells_is_empty(b->cells);
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
        amount_save(cell->amount, out);
    }
    distinct_save(&b->visitors, out);
}

/* A cell behind those that are there, whose purse and currency come before its own. */
static void load_cell(struct bucket *b, struct image_in *in)
{
    uint8_t purse = (uint8_t)image_uint_upto(in, FF_PURSES - 1);
    ff_currency currency = amount_load_currency(in);
    uint16_t before = b->money_n;
    if (!in->ok)
        return;
    struct bucket_money *cell = bucket_money(b, purse, currency);
    cell->n = image_int(in);
    cell->amount = amount_load(in, AMOUNT_BITS);
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
}
