/* Values: words by their text, and differences of cells, for the tests of cells. */
#ifndef FOOTFALL_TEST_VALUES_H
#define FOOTFALL_TEST_VALUES_H

#include "cells.h"
#include "footfall/cell.h"
#include "words.h"

#include <stdio.h>

#define VALUES_MOST 20000

/* Every value that a test names is held by it until the end, as fold holds those of its sessions. */
struct values {
    struct words words;
    uint32_t held[VALUES_MOST];
    size_t n;
};

static inline void values_begin(struct values *v, uint32_t most)
{
    v->n = 0;
    if (!words_init(&v->words, most, &(struct hash_seed){{1, 2}}))
        abort();
}

static inline uint32_t value(struct values *v, const char *text)
{
    uint32_t word = words_take(&v->words, ff_span_text(text));
    v->held[v->n++] = word;
    if (v->n == VALUES_MOST)
        abort();
    return word;
}

static inline uint32_t numbered(struct values *v, int number)
{
    char text[16];
    snprintf(text, sizeof text, "v%d", number);
    return value(v, text);
}

static inline void values_let_go(struct values *v)
{
    while (v->n > 0)
        words_drop(&v->words, v->held[--v->n]);
}

static inline void values_end(struct values *v)
{
    values_let_go(v);
    words_fini(&v->words);
}

/* A difference of one cell: each field is by, the amount as given. */
struct change {
    struct ff_cells cells;
    struct ff_cell_ref ref;
    int64_t by[FF_ROW_FIELDS_MAX];
};

static inline const struct ff_cells *change_of(struct change *c, enum ff_dimension dimension, uint32_t word,
                                               int64_t by, ff_currency currency, ff_money_sum amount)
{
    c->ref = (struct ff_cell_ref){word, (uint8_t)dimension};
    for (int i = 0; i < FF_ROW_FIELDS_MAX; i++)
        c->by[i] = by * (i + 1);
    c->cells = (struct ff_cells){.n = 1, .refs = &c->ref, .by = c->by, .fields = FF_FIELD(cells_fields(dimension)) - 1,
                                    .currency = currency, .amount = amount, .things = (int64_t)amount};
    return &c->cells;
}

#endif
