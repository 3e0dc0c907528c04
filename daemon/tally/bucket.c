#include "bucket.h"

#include "memory.h"

#include <assert.h>
#include <string.h>

struct bucket *bucket_new(int64_t key, struct zone_span span)
{
    struct bucket *b = memory_zeroed(1, sizeof(*b));
    b->key = key;
    b->span = span;
    return b;
}

void bucket_free(struct bucket **b)
{
    if (!*b)
        return;
    distinct_reset(&(*b)->visitors);
    cells_free(&(*b)->cells);
    free((*b)->money);
    free(*b);
    *b = NULL;
}

static bool is_before(const struct bucket_money *cell, uint8_t purse, ff_currency currency)
{
    return cell->purse != purse ? cell->purse < purse : cell->currency < currency;
}

/* Room for one more cell. */
static void money_grow(struct bucket *b)
{
    bool full = (b->money_n & (b->money_n - 1)) == 0; /* 0 and the powers of two */
    if (!full)
        return;
    struct bucket_money *more = memory_zeroed(b->money_n ? b->money_n * 2u : 1, sizeof(*more));
    if (b->money_n)
        memcpy(more, b->money, b->money_n * sizeof(*more));
    free(b->money);
    b->money = more;
}

struct bucket_money *bucket_money(struct bucket *b, uint8_t purse, ff_currency currency)
{
    uint16_t i = 0;
    while (i < b->money_n && is_before(&b->money[i], purse, currency))
        i++;
    if (i < b->money_n && b->money[i].purse == purse && b->money[i].currency == currency)
        return &b->money[i];
    money_grow(b);
    memmove(&b->money[i + 1], &b->money[i], (size_t)(b->money_n - i) * sizeof(*b->money));
    b->money[i] = (struct bucket_money){.currency = currency, .purse = purse};
    b->money_n++;
    return &b->money[i];
}

static void money_add(struct bucket *b, const struct bucket_money *more)
{
    struct bucket_money *cell = bucket_money(b, more->purse, more->currency);
    cell->amount += more->amount;
    cell->n = bucket_plus(cell->n, more->n);
}

void bucket_add_other(struct bucket *b, const struct ff_fact *f)
{
    if (f->kind == FF_FACT_VISITOR) {
        distinct_add(&b->visitors, f->mark);
        return;
    }
    assert(f->kind == FF_FACT_MONEY && f->which < FF_PURSES);
    money_add(b, &(struct bucket_money){f->amount, f->by, f->currency, f->which});
}

void bucket_merge(struct bucket *b, const struct bucket *from)
{
    for (size_t i = 0; i < FF_COUNTERS; i++)
        b->count[i] = bucket_plus(b->count[i], from->count[i]);
    for (uint16_t i = 0; i < from->money_n; i++)
        money_add(b, &from->money[i]);
    distinct_merge(&b->visitors, &from->visitors);
}

struct cells *bucket_cells(struct bucket *b, struct cell_stock *stock, enum tier_kind tier)
{
    if (!b->cells)
        b->cells = cells_new(stock, tier);
    return b->cells;
}

/* Where the currency stands, or belongs, in the sorted sums of a purse. */
static uint16_t place_of(const struct tally_money *sums, uint16_t n, ff_currency currency)
{
    uint16_t i = 0;
    while (i < n && sums[i].currency < currency)
        i++;
    return i;
}

static void sum_money(struct tally_window *w, const struct bucket_money *cell)
{
    struct tally_money *sums = w->money[cell->purse];
    uint16_t *n = &w->currencies[cell->purse];
    uint16_t at = place_of(sums, *n, cell->currency);
    if (at == *n || sums[at].currency != cell->currency) {
        if (*n == TALLY_CURRENCIES) /* more than exist: canon takes ISO 4217's only */
            return;
        memmove(&sums[at + 1], &sums[at], (size_t)(*n - at) * sizeof(*sums));
        sums[at] = (struct tally_money){.currency = cell->currency};
        (*n)++;
    }
    sums[at].amount += cell->amount;
    sums[at].n = bucket_plus(sums[at].n, cell->n);
}

void bucket_sum(const struct bucket *b, struct tally_window *w, struct distinct_union *visitors)
{
    for (size_t i = 0; i < FF_COUNTERS; i++)
        w->count[i] = bucket_plus(w->count[i], b->count[i]);
    for (uint16_t i = 0; i < b->money_n; i++)
        sum_money(w, &b->money[i]);
    distinct_union_add(visitors, &b->visitors);
}

void bucket_sum_end(struct tally_window *w)
{
    for (size_t purse = 0; purse < FF_PURSES; purse++) {
        uint16_t kept = 0;
        for (uint16_t i = 0; i < w->currencies[purse]; i++)
            if (w->money[purse][i].n != 0)
                w->money[purse][kept++] = w->money[purse][i];
        w->currencies[purse] = kept;
    }
}
