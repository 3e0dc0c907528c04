#include "cells.h"

#include "bucket.h"
#include "memory.h"

#include <assert.h>
#include <string.h>

#define ALWAYS                                                                                     \
    (WORD_OTHER + 1) /* rows that need no admission: (none) and (other), at their numbers */

enum cell_class { WIDE, NARROW, TOPIC, CELL_CLASSES };

/* Values that a bucket admits of a dimension. */
static const uint32_t most_table[CELL_CLASSES][TIER_KINDS] = {
    [WIDE] = {0, 2000, 10000},
    [NARROW] = {0, 200, 1000},
    [TOPIC] = {200, 200, 200},
};

static const uint8_t class_table[FF_DIMENSIONS] = {
#define X(name, by, kind, class) class,
    FF_DIMENSION_TABLE(X)
#undef X
};

static const uint8_t fields_table[FF_DIMENSIONS] = {
#define X(name, by, kind, class) FF_ROW_##kind##_FIELDS,
    FF_DIMENSION_TABLE(X)
#undef X
};

uint8_t cells_fields(enum ff_dimension dimension)
{
    return fields_table[dimension];
}

uint32_t cells_most(enum ff_dimension dimension, enum tier_kind tier)
{
    return most_table[class_table[dimension]][tier];
}

enum tier_kind cells_finest(enum ff_dimension dimension)
{
    return class_table[dimension] == TOPIC ? TIER_MINUTE : TIER_HOUR;
}

/* Bytes that an admitted row counts as, and an amount: what they take in tables that are as full as
 * tables are on the average. It must not depend on how full this one is: equal states have equal bytes. */
static uint64_t row_cost(const struct cell_rows *r)
{
    return (r->fields * sizeof(int64_t) + 2 * sizeof(uint32_t) + 2 * sizeof(struct cell_slot)) * 5 /
           4;
}

#define AMOUNT_COST (sizeof(struct cell_amount) * 5 / 4)

struct cells *cells_new(struct cell_stock *stock, enum tier_kind tier)
{
    struct cells *c = memory_zeroed(1, sizeof(*c));
    c->stock = stock;
    c->tier = tier;
    return c;
}

static void rows_free(struct cell_rows *r, struct words *words)
{
    for (uint32_t place = ALWAYS; words && place < r->n; place++)
        words_drop(words, r->word[place]);
    free(r->field);
    free(r->word);
    free(r->slot);
    free(r->amount);
    free(r->first);
    free(r);
}

void cells_free(struct cells **c)
{
    if (!*c)
        return;
    for (int d = 0; d < FF_DIMENSIONS; d++)
        if ((*c)->rows[d])
            rows_free((*c)->rows[d], (*c)->stock->words);
    (*c)->stock->bytes -= (*c)->bytes;
    free(*c);
    *c = NULL;
}

/* Room for n things of size, in place of the first used ones of p, which is freed. */
static void *moved(void *p, uint32_t used, uint32_t n, size_t size)
{
    void *more = memory_zeroed(n, size);
    if (used)
        memcpy(more, p, used * size);
    free(p);
    return more;
}

/* Slots for so many rows, three of four of them taken at most. */
static void rows_index(struct cell_rows *r, uint32_t rows)
{
    uint32_t slots = r->slot ? r->mask + 1 : 8;
    while (slots / 4 * 3 < rows)
        slots *= 2;
    if (slots == r->mask + 1)
        return;
    free(r->slot);
    r->slot = memory_zeroed(slots, sizeof(*r->slot));
    r->mask = slots - 1;
    for (uint32_t place = ALWAYS; place < r->n; place++)
        *cells_slot(r, r->word[place]) = (struct cell_slot){r->word[place], place};
}

static void rows_grow(struct cell_rows *r)
{
    uint32_t room = r->room ? r->room + r->room / 2 : 6;
    r->field = moved(r->field, r->n * r->fields, room * r->fields, sizeof(*r->field));
    r->word = moved(r->word, r->n, room, sizeof(*r->word));
    if (r->first)
        r->first = moved(r->first, r->n, room, sizeof(*r->first));
    r->room = room;
    rows_index(r, room);
}

static __attribute__((noinline)) struct cell_rows *rows_new(enum ff_dimension dimension)
{
    struct cell_rows *r = memory_zeroed(1, sizeof(*r));
    r->fields = cells_fields(dimension);
    rows_grow(r);
    r->word[WORD_OTHER] = WORD_OTHER;
    r->n = ALWAYS;
    return r;
}

struct cell_rows *cells_rows(struct cells *c, enum ff_dimension dimension)
{
    if (!c->rows[dimension])
        c->rows[dimension] = rows_new(dimension);
    return c->rows[dimension];
}

/* Whether the stock has room for so many bytes more, and then they are taken. */
static bool take_bytes(struct cells *c, uint64_t bytes)
{
    struct cell_stock *stock = c->stock;
    if (stock->words &&
        (stock->bytes >= stock->bytes_most || stock->bytes_most - stock->bytes < bytes))
        return false;
    stock->bytes += bytes;
    c->bytes += bytes;
    return true;
}

/* The place of a word that has none yet. */
static __attribute__((noinline)) uint32_t admit(struct cells *c, enum ff_dimension dimension, uint32_t word)
{
    struct cell_rows *r = c->rows[dimension];
    struct cell_stock *stock = c->stock;
    if (!r->full && stock->words && r->n - ALWAYS >= cells_most(dimension, c->tier))
        r->full = 1 + TALLY_LEFT_VALUES;
    if (!r->full && !take_bytes(c, row_cost(r)))
        r->full = 1 + TALLY_LEFT_BYTES;
    if (r->full) {
        stock->left_out[r->full - 1]++;
        return WORD_OTHER;
    }
    if (r->n == r->room)
        rows_grow(r);
    if (stock->words)
        words_hold(stock->words, word);
    *cells_slot(r, word) = (struct cell_slot){word, r->n};
    r->word[r->n] = word;
    return r->n++;
}

uint32_t cells_place(struct cells *c, enum ff_dimension dimension, uint32_t word)
{
    const struct cell_rows *r = cells_rows(c, dimension);
    if (word <= WORD_OTHER)
        return word;
    const struct cell_slot *slot = cells_slot(r, word);
    return slot->word == word ? slot->place : admit(c, dimension, word);
}

static void amounts_grow(struct cell_rows *r)
{
    uint32_t room = r->amount_room ? r->amount_room + r->amount_room / 2 : 2;
    r->amount = moved(r->amount, r->amounts, room, sizeof(*r->amount));
    r->amount_room = room;
    if (!r->first)
        r->first = memory_zeroed(r->room, sizeof(*r->first));
}

static struct cell_amount *find_amount(const struct cell_rows *r, uint32_t place, ff_currency currency)
{
    uint32_t i = r->first ? r->first[place] : 0;
    while (i > 0 && r->amount[i - 1].currency != currency)
        i = r->amount[i - 1].next;
    return i > 0 ? &r->amount[i - 1] : NULL;
}

/* Whether a further amount of that row may be kept. */
static bool admit_amount(struct cells *c, struct cell_rows *r, uint32_t place)
{
    if (place <= WORD_OTHER)
        return true;
    if (!r->amounts_full && take_bytes(c, AMOUNT_COST))
        return true;
    r->amounts_full = true;
    c->stock->left_out[TALLY_LEFT_BYTES]++;
    return false;
}

struct cell_amount *cells_amount(struct cells *c, enum ff_dimension dimension, uint32_t place,
                                 ff_currency currency)
{
    struct cell_rows *r = c->rows[dimension];
    struct cell_amount *sum = find_amount(r, place, currency);
    if (!sum && !admit_amount(c, r, place)) {
        place = WORD_OTHER;
        sum = find_amount(r, place, currency);
    }
    if (sum)
        return sum;
    if (r->amounts == r->amount_room)
        amounts_grow(r);
    r->amount[r->amounts] = (struct cell_amount){0, 0, place, currency, r->first[place]};
    r->first[place] = r->amounts + 1;
    return &r->amount[r->amounts++];
}

void cells_pay(struct cells *c, enum ff_dimension dimension, uint32_t place, ff_currency currency,
               ff_money_sum amount, int64_t things)
{
    struct cell_amount *sum = cells_amount(c, dimension, place, currency);
    sum->amount += amount;
    sum->things = bucket_plus(sum->things, things);
}

static void add_fields(int64_t *to, const int64_t *by, uint8_t n)
{
    for (uint8_t i = 0; i < n; i++)
        to[i] = bucket_plus(to[i], by[i]);
}

void cells_change(struct cells *c, enum ff_dimension dimension, uint32_t place, const int64_t *by, uint32_t fields)
{
    struct cell_rows *r = c->rows[dimension];
    cells_change_row(r->field + (size_t)place * r->fields, by, fields);
}

void cells_add_to(struct cells *c, struct ff_cell_ref ref, const struct ff_cells *d)
{
    uint32_t place = cells_place(c, ref.dimension, ref.word);
    cells_change(c, ref.dimension, place, d->by, d->fields);
    if (d->currency)
        cells_pay(c, ref.dimension, place, d->currency, d->amount, d->things);
}

void cells_add(struct cells *c, const struct ff_cells *d)
{
    for (uint16_t i = 0; i < d->n; i++)
        cells_add_to(c, d->refs[i], d);
}

/* Memory is waited for unless it is fetched ahead: the rows of f by so many, as they come by the megabyte
 * and the processor's own fetching stops at the end of each page; those they go to, anywhere, by fewer. */
enum { FETCH_FROM = 48, FETCH_TO = 8 };

/* Adds the fields of all rows of f, each to the row at its place in to. */
static void sum_fields(struct cell_rows *r, const struct cell_rows *f, const uint32_t *to)
{
    size_t fields = r->fields;
    for (uint32_t i = 0; i < f->n; i++) {
        int64_t *soon = r->field + to[i + FETCH_TO < f->n ? i + FETCH_TO : i] * fields;
        __builtin_prefetch(f->field + (i + FETCH_FROM < f->n ? i + FETCH_FROM : i) * fields);
        __builtin_prefetch(soon, 1);
        __builtin_prefetch(soon + fields - 1, 1);
        add_fields(r->field + to[i] * fields, f->field + i * fields, r->fields);
    }
}

static void sum_amounts(struct cells *c, const struct cell_rows *f, enum ff_dimension dimension,
                        const uint32_t *to)
{
    for (uint32_t i = 0; i < f->amounts; i++) {
        const struct cell_amount *a = &f->amount[i];
        __builtin_prefetch(f->amount + (i + FETCH_FROM < f->amounts ? i + FETCH_FROM : i));
        cells_pay(c, dimension, to[a->place], a->currency, a->amount, a->things);
    }
}

void cells_sum(struct cells *c, const struct cells *from, enum ff_dimension dimension)
{
    const struct cell_rows *f = from->rows[dimension];
    if (!f)
        return;
    struct cell_rows *r = cells_rows(c, dimension);
    uint32_t *to = memory_zeroed(f->n, sizeof(*to));
    for (uint32_t i = 0; i < f->n; i++)
        to[i] = cells_place(c, dimension, f->word[i]);
    sum_fields(r, f, to);
    sum_amounts(c, f, dimension, to);
    free(to);
}

void cells_merge(struct cells *c, const struct cells *from, enum ff_dimension dimension)
{
    const struct cell_rows *f = from->rows[dimension];
    if (!f)
        return;
    cells_sum(c, from, dimension);
    struct cell_rows *r = c->rows[dimension];
    if (!r->full)
        r->full = f->full;
    r->amounts_full |= f->amounts_full;
}

void cells_adopt(struct cells **c, struct cell_stock *stock)
{
    struct cells *old = *c, *fit;
    if (stock->bytes <= stock->bytes_most && stock->bytes_most - stock->bytes >= old->bytes) {
        old->stock->bytes -= old->bytes;
        stock->bytes += old->bytes;
        old->stock = stock;
        return;
    }
    fit = cells_new(stock, old->tier);
    for (int d = 0; d < FF_DIMENSIONS; d++)
        cells_merge(fit, old, d);
    cells_free(c);
    *c = fit;
}

bool cells_row_is_zero(const struct cell_rows *r, uint32_t place)
{
    for (uint8_t i = 0; i < r->fields; i++)
        if (r->field[(size_t)place * r->fields + i] != 0)
            return false;
    for (uint32_t i = r->first ? r->first[place] : 0; i > 0; i = r->amount[i - 1].next)
        if (r->amount[i - 1].amount != 0 || r->amount[i - 1].things != 0)
            return false;
    return true;
}

bool cells_is_empty(const struct cells *c)
{
    for (int d = 0; c && d < FF_DIMENSIONS; d++) {
        const struct cell_rows *r = c->rows[d];
        if (r && (r->n > ALWAYS || r->full || r->amounts_full || !cells_row_is_zero(r, WORD_NONE) ||
                  !cells_row_is_zero(r, WORD_OTHER)))
            return false;
    }
    return true;
}
