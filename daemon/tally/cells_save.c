#include "amount.h"
#include "cells_image.h"
#include "memory.h"

#include <assert.h>
#include <string.h>

/* The texts: how many, and each as its length and bytes, in their order (words_compare).
 *
 * Cells of a bucket: a mask of the dimensions that say something; of each
 *   full, amounts_full (struct cell_rows)
 *   how many rows, and those by the number of their text: every admitted one, (none) and (other) where
 *   they hold something:
 *     how many numbers were left out before it
 *     the fields
 *     how many amounts, and those by currency, each with how many things it sums: all of an admitted row, what
 *     is not 0 of the two others */

/* No sum of amounts comes near this many bits, and thousands of buckets of thousands of such rows can
 * still be added up. */
#define AMOUNT_BITS 96

#define ALWAYS (WORD_OTHER + 1)

static void texts_push(struct cell_texts *t, uint32_t word)
{
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        uint32_t *more = memory_zeroed(t->room, sizeof(*more));
        if (t->n)
            memcpy(more, t->word, t->n * sizeof(*more));
        free(t->word);
        t->word = more;
    }
    t->word[t->n++] = word;
}

void cell_texts_begin(struct cell_texts *t, struct words *words)
{
    *t = (struct cell_texts){.words = words};
    if (words)
        t->number = memory_zeroed((size_t)words_most(words) + 1, sizeof(*t->number));
    texts_push(t, WORD_NONE);
    texts_push(t, WORD_OTHER);
}

void cell_texts_note(struct cell_texts *t, const struct cells *c)
{
    for (int d = 0; c && d < FF_DIMENSIONS; d++) {
        const struct cell_rows *r = c->rows[d];
        for (uint32_t place = ALWAYS; r && place < r->n; place++) {
            if (t->number[r->word[place]])
                continue;
            t->number[r->word[place]] = 1;
            texts_push(t, r->word[place]);
        }
    }
}

static int by_text(const void *a, const void *b, void *words)
{
    return words_compare(words, *(const uint32_t *)a, *(const uint32_t *)b);
}

void cell_texts_save(struct cell_texts *t, struct image_out *out)
{
    image_put_uint(out, t->n - ALWAYS);
    if (t->n > ALWAYS)
        qsort_r(t->word + ALWAYS, t->n - ALWAYS, sizeof(*t->word), by_text, t->words);
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->words)
            t->number[t->word[i]] = i;
        if (i < ALWAYS)
            continue;
        struct ff_span text = words_text(t->words, t->word[i]);
        image_put_uint(out, text.n);
        image_put_bytes(out, text.p, text.n);
    }
}

void cell_texts_end(struct cell_texts *t)
{
    for (uint32_t i = ALWAYS; t->words && !t->number && i < t->n; i++)
        words_drop(t->words, t->word[i]);
    free(t->number);
    free(t->word);
    *t = (struct cell_texts){0};
}

/* ---- saving the cells of a bucket ---- */

/* A row to be saved, and an amount of it; in the order that they are saved in. */
struct order {
    uint64_t key; /* the number of the text; the place of the row and the currency */
    uint32_t at;  /* place, of the row or in amount */
};

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct order *)a)->key, y = ((const struct order *)b)->key;
    return (x > y) - (x < y);
}

static bool is_saved(const struct cell_rows *r, uint32_t place)
{
    return place >= ALWAYS || !cells_row_is_zero(r, place);
}

static bool says_something(const struct cell_rows *r)
{
    return r && (r->n > ALWAYS || r->full || r->amounts_full || is_saved(r, WORD_NONE) ||
                 is_saved(r, WORD_OTHER));
}

/* The amounts to be saved by row and currency; owned by the caller. */
static struct order *order_amounts(const struct cell_rows *r, uint32_t *n)
{
    struct order *o = memory_zeroed(r->amounts + 1, sizeof(*o));
    *n = 0;
    for (uint32_t i = 0; i < r->amounts; i++)
        if (r->amount[i].place >= ALWAYS || r->amount[i].amount != 0 || r->amount[i].things != 0)
            o[(*n)++] =
                (struct order){(uint64_t)r->amount[i].place << 32 | r->amount[i].currency, i};
    qsort(o, *n, sizeof(*o), by_key);
    return o;
}

static struct order *order_rows(const struct cell_rows *r, const struct cell_texts *t, uint32_t *n)
{
    struct order *o = memory_zeroed(r->n, sizeof(*o));
    *n = 0;
    for (uint32_t place = 0; place < r->n; place++)
        if (is_saved(r, place))
            o[(*n)++] = (struct order){t->number[r->word[place]], place};
    qsort(o, *n, sizeof(*o), by_key);
    return o;
}

static uint32_t first_amount(const struct order *o, uint32_t n, uint32_t place)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (o[middle].key >> 32 < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void save_amounts(const struct cell_rows *r, uint32_t place, const struct order *o,
                         uint32_t n, struct image_out *out)
{
    uint32_t first = first_amount(o, n, place), end = first_amount(o, n, place + 1);
    image_put_uint(out, end - first);
    for (uint32_t i = first; i < end; i++) {
        image_put_uint(out, r->amount[o[i].at].currency);
        amount_save(r->amount[o[i].at].amount, out);
        image_put_int(out, r->amount[o[i].at].things);
    }
}

static void save_rows(const struct cell_rows *r, const struct cell_texts *t, struct image_out *out)
{
    uint32_t rows, amounts;
    struct order *row = order_rows(r, t, &rows), *amount = order_amounts(r, &amounts);
    image_put_uint(out, r->full);
    image_put_uint(out, r->amounts_full);
    image_put_uint(out, rows);
    uint64_t next = 0;
    for (uint32_t i = 0; i < rows; i++) {
        image_put_uint(out, row[i].key - next);
        next = row[i].key + 1;
        for (uint8_t k = 0; k < r->fields; k++)
            image_put_int(out, r->field[(size_t)row[i].at * r->fields + k]);
        save_amounts(r, row[i].at, amount, amounts, out);
    }
    free(row);
    free(amount);
}

void cells_save(const struct cells *c, const struct cell_texts *t, struct image_out *out)
{
    uint64_t mask = 0;
    for (int d = 0; c && d < FF_DIMENSIONS; d++)
        mask |= (uint64_t)says_something(c->rows[d]) << d;
    image_put_uint(out, mask);
    for (int d = 0; d < FF_DIMENSIONS; d++)
        if (mask >> d & 1)
            save_rows(c->rows[d], t, out);
}

/* ---- loading ---- */

/* The next text, which comes after the one in last (of n bytes, none at first) and takes its place. */
static struct ff_span load_text(char last[WORD_MAX], size_t n, struct image_in *in)
{
    char text[WORD_MAX];
    size_t length = image_uint_upto(in, WORD_MAX);
    image_bytes(in, text, length);
    int order = memcmp(text, last, length < n ? length : n);
    struct ff_span span = ff_span_of(last, length);
    image_check(in, length > 0 && (order > 0 || (order == 0 && length > n)));
    memcpy(last, text, length);
    image_check(in, !ff_span_is(span, "(none)") && !ff_span_is(span, "(other)"));
    return span;
}

void cell_texts_load(struct cell_texts *t, struct words *words, struct image_in *in)
{
    char last[WORD_MAX] = "";
    struct ff_span text = ff_span_of(last, 0);
    *t = (struct cell_texts){.words = words};
    texts_push(t, WORD_NONE);
    texts_push(t, WORD_OTHER);
    uint64_t n = image_uint_upto(in, words ? UINT32_MAX - ALWAYS : 0);
    for (uint64_t i = 0; i < n && in->ok; i++) {
        text = load_text(last, text.n, in);
        if (in->ok)
            texts_push(t, words_take(words, text));
    }
}

static void load_amounts(struct cells *c, enum ff_dimension d, uint32_t place, bool always,
                         struct image_in *in)
{
    uint64_t n = image_uint_upto(in, TALLY_CURRENCIES);
    ff_currency last = 0;
    for (uint64_t i = 0; i < n && in->ok; i++) {
        ff_currency currency = amount_load_currency(in);
        ff_money_sum amount = amount_load(in, AMOUNT_BITS);
        int64_t things = image_int(in);
        if (image_check(in, currency > last && (!always || amount != 0 || things != 0)))
            cells_pay(c, d, place, currency, amount, things);
        last = currency;
    }
}

/* The next row, of the text with that number. A text that there was no room for is added to (other). */
static void load_row(struct cells *c, enum ff_dimension d, uint32_t number,
                     const struct cell_texts *t, struct image_in *in)
{
    struct cell_rows *r = c->rows[d];
    uint32_t word = t->word[number], place = cells_place(c, d, word);
    bool always = number <= WORD_OTHER;
    for (uint8_t k = 0; k < r->fields; k++) {
        int64_t *field = &r->field[(size_t)place * r->fields + k];
        *field = (int64_t)((uint64_t)*field + (uint64_t)image_int(in));
    }
    load_amounts(c, d, place, always, in);
    image_check(in, !always || !cells_row_is_zero(r, place));
    if (!always && word == WORD_OTHER && !r->full)
        r->full = 1 + TALLY_LEFT_VALUES;
}

static void load_rows(struct cells *c, enum ff_dimension d, const struct cell_texts *t,
                      struct image_in *in)
{
    struct cell_rows *r = cells_rows(c, d);
    uint8_t full = (uint8_t)image_uint_upto(in, TALLY_LEFT_REASONS);
    bool amounts_full = image_uint_upto(in, 1);
    uint64_t n = image_uint_upto(in, cells_most(d, c->tier) + ALWAYS), number = 0;
    for (uint64_t i = 0; i < n && in->ok; i++, number++) {
        number += image_uint_upto(in, t->n);
        if (image_check(in, number < t->n))
            load_row(c, d, (uint32_t)number, t, in);
    }
    if (full)
        r->full = full;
    r->amounts_full |= amounts_full;
    image_check(in, says_something(r));
}

void cells_load(struct cells **c, struct cell_stock *stock, enum tier_kind tier,
                const struct cell_texts *t, struct image_in *in)
{
    uint64_t mask = image_uint_upto(in, (UINT64_C(1) << FF_DIMENSIONS) - 1);
    assert(!*c);
    if (mask != 0)
        *c = cells_new(stock, tier);
    for (int d = 0; d < FF_DIMENSIONS && in->ok; d++)
        if ((mask >> d & 1) && image_check(in, cells_most(d, tier) > 0))
            load_rows(*c, d, t, in);
}
