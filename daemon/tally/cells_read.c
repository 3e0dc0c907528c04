#include "state.h"

#include "memory.h"

#include <assert.h>
#include <string.h>

void tally_widen_cells(const struct tally *t, uint16_t site, enum ff_dimension dimension,
                       ff_wall *from, ff_wall *to)
{
    assert(site < t->sites);
    tally_widen_to(&t->site[site], cells_finest(dimension), from, to);
}

/* All zeros, and no amount. */
static bool is_nothing(const int64_t *field, uint8_t fields, uint32_t amounts)
{
    int64_t any = 0;
    for (uint8_t i = 0; i < fields; i++)
        any |= field[i];
    return any == 0 && amounts == 0;
}

/* Sets where each row's amounts go, in order of the rows: out->amounts[row]. */
static void place_amounts(const struct cell_rows *r, struct tally_cells *out)
{
    uint32_t before = 0;
    out->amounts = memory_zeroed((size_t)r->n + 1, sizeof(*out->amounts));
    for (uint32_t i = 0; i < r->amounts; i++)
        out->amounts[r->amount[i].place] += r->amount[i].things != 0;
    for (uint32_t row = 0; row <= r->n; row++) {
        uint32_t n = out->amounts[row];
        out->amounts[row] = before;
        before += n;
    }
}

/* A row's amounts are few: each goes behind those of currencies that come before. */
static void take_amounts(const struct cell_rows *r, struct tally_cells *out)
{
    uint32_t *taken = memory_zeroed(r->n, sizeof(*taken));
    place_amounts(r, out);
    out->amount = memory_zeroed((size_t)r->amounts + 1, sizeof(*out->amount));
    for (uint32_t i = 0; i < r->amounts; i++) {
        const struct cell_amount *a = &r->amount[i];
        if (a->things == 0)
            continue;
        struct tally_amount *first = &out->amount[out->amounts[a->place]];
        uint32_t at = taken[a->place]++;
        for (; at > 0 && first[at - 1].currency > a->currency; at--)
            first[at] = first[at - 1];
        first[at] = (struct tally_amount){a->currency, a->amount, a->things};
    }
    free(taken);
}

/* Moves the rows that hold something to the front; their amounts stay as they are, in the same order. */
static void drop_nothings(struct tally_cells *out, uint32_t rows)
{
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t amounts = out->amounts[row + 1] - out->amounts[row];
        const int64_t *field = out->field + (size_t)row * out->fields;
        if (is_nothing(field, out->fields, amounts))
            continue;
        out->word[out->n] = out->word[row];
        memmove(out->field + (size_t)out->n * out->fields, field, out->fields * sizeof(*field));
        out->amounts[out->n++] = out->amounts[row];
    }
    out->amounts[out->n] = out->amounts[rows];
}

/* Makes what was summed the caller's. */
static void take_rows(struct cell_rows *r, struct tally_cells *out)
{
    uint32_t rows = r->n;
    take_amounts(r, out);
    out->word = r->word;
    out->field = r->field;
    r->word = NULL;
    r->field = NULL;
    drop_nothings(out, rows);
}

void tally_read_cells(struct tally *t, uint16_t site, enum ff_dimension dimension, ff_wall from,
                      ff_wall to, struct tally_cells *out)
{
    tally_widen_cells(t, site, dimension, &from, &to);
    alike_settle(t->alike);
    *out = (struct tally_cells){.from = from, .to = to, .fields = cells_fields(dimension)};
    const struct tally_site *s = &t->site[site];
    struct cell_stock stock = {0};
    struct cells *sum = cells_new(&stock, TIER_DAY);
    for (ff_wall at = from, stop = tally_last_to_look(t, to); at < stop;) {
        enum tier_kind kind;
        struct zone_span span = tally_largest_at(s, at, to, &kind);
        const struct bucket *b = tier_find(&s->tier[kind], span);
        if (b && b->cells)
            cells_sum(sum, b->cells, dimension);
        at = span.end;
    }
    take_rows(cells_rows(sum, dimension), out);
    cells_free(&sum);
}

void tally_cells_end(struct tally_cells *c)
{
    free(c->word);
    free(c->field);
    free(c->amounts);
    free(c->amount);
    *c = (struct tally_cells){0};
}
