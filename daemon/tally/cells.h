/* Cells: what one bucket holds by value, for each dimension (cell.h). A value that is admitted gets a row
 * of sums and keeps it as long as the bucket lives. A dimension that has turned a value away admits no
 * other ever, so that what it does not know is (other), also when it is taken back. */
#ifndef FOOTFALL_CELLS_H
#define FOOTFALL_CELLS_H

#include "tally.h"
#include "words.h"

enum tier_kind { TIER_MINUTE, TIER_HOUR, TIER_DAY, TIER_KINDS };

/* What all cells of a tally share. Without words, values are not held and everything is admitted: that
 * is for sums in the making. */
struct cell_stock {
    struct words *words; /* borrowed, or NULL */
    uint64_t bytes;      /* of all rows admitted, as rows_cost counts them */
    uint64_t bytes_most;
    uint64_t
        left_out[TALLY_LEFT_REASONS]; /* differences that went to (other), in each resolution */
};

/* Where a word's row is; word 0: free, as (none) and (other) need none. */
struct cell_slot {
    uint32_t word, place;
};

struct cell_amount {
    ff_money_sum amount;
    int64_t things; /* summed */
    uint32_t place; /* of its row */
    ff_currency currency;
    uint32_t next; /* 1 + place in amount of the row's next one; 0: none */
};

/* The rows of one dimension, by first come: (none), (other), then those that were admitted. */
struct cell_rows {
    int64_t *field;             /* of the rows, `fields` each, side by side */
    uint32_t *word;             /* of each row */
    struct cell_slot *slot;     /* open addressing by word; a power of two of them, or none */
    struct cell_amount *amount; /* by first come */
    uint32_t *
        first; /* 1 + place in amount of each row's first one; 0: none. NULL while there are none */
    uint32_t n, room;
    uint32_t mask;              /* of the slots: their number less one; 0: none */
    uint32_t amounts, amount_room;
    uint8_t fields;
    uint8_t full;      /* 0, or 1 + enum tally_left_out: no further value is admitted */
    bool amounts_full; /* no further currency of an admitted row: it is (other)'s */
};

struct cells {
    struct cell_stock *stock; /* borrowed */
    uint64_t bytes;           /* its part of the stock's */
    enum tier_kind tier;
    struct cell_rows *rows[FF_DIMENSIONS]; /* NULL: nothing yet */
};

/* How many sums a row of the dimension has, and how many values a bucket of the tier admits (0: the
 * dimension is not kept in it). */
uint8_t cells_fields(enum ff_dimension dimension);
uint32_t cells_most(enum ff_dimension dimension, enum tier_kind tier);

/* The finest tier that keeps the dimension: the coarser ones do, too. */
enum tier_kind cells_finest(enum ff_dimension dimension);

/* Owned by the caller; never NULL. Freeing lets go of their words and bytes. */
struct cells *cells_new(struct cell_stock *stock, enum tier_kind tier);
void cells_free(struct cells **c);

/* Adds a difference, whose dimensions the tier keeps; cells_add_to: to one of its cells. */
void cells_add(struct cells *c, const struct ff_cells *d);
void cells_add_to(struct cells *c, struct ff_cell_ref ref, const struct ff_cells *d);

/* Adds to the row at a place (cells_place) those of by that fields has a bit of. */
void cells_change(struct cells *c, enum ff_dimension dimension, uint32_t place, const int64_t *by, uint32_t fields);

/* Where the word's row is, or the free slot where that belongs. */
static inline struct cell_slot *cells_slot(const struct cell_rows *r, uint32_t word)
{
    uint32_t i = (uint32_t)((word * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & r->mask;
    while (r->slot[i].word != word && r->slot[i].word != 0)
        i = (i + 1) & r->mask;
    return &r->slot[i];
}

/* The row of a cell that is there already, or NULL: short, as nearly all are, and they are many. */
static inline int64_t *cells_row(const struct cells *c, struct ff_cell_ref ref)
{
    const struct cell_rows *r = c->rows[ref.dimension];
    uint32_t place = ref.word;
    if (!r)
        return NULL;
    if (ref.word > WORD_OTHER) {
        const struct cell_slot *slot = cells_slot(r, ref.word);
        if (slot->word == 0)
            return NULL;
        place = slot->place;
    }
    return r->field + (size_t)place * r->fields;
}

/* Adds to a row those of by that fields has a bit of: nearly always one to three. */
static inline void cells_change_row(int64_t *row, const int64_t *by, uint32_t fields)
{
    for (; fields; fields &= fields - 1) {
        int field = __builtin_ctz(fields);
        row[field] = (int64_t)((uint64_t)row[field] + (uint64_t)by[field]); /* wraps, as sums do (bucket.h) */
    }
}

/* The rows of a dimension, made where there are none. The place of a word in them, admitted if it may be
 * (else, and that is counted, that of (other)), and the sum of a row and currency, likewise; both borrowed until the next. */
struct cell_rows *cells_rows(struct cells *c, enum ff_dimension dimension);
uint32_t cells_place(struct cells *c, enum ff_dimension dimension, uint32_t word);
struct cell_amount *cells_amount(struct cells *c, enum ff_dimension dimension, uint32_t place,
                                 ff_currency currency);

/* Adds to the sum of a row and currency. */
void cells_pay(struct cells *c, enum ff_dimension dimension, uint32_t place, ff_currency currency,
               ff_money_sum amount, int64_t things);

/* Adds the rows of a dimension of from; cells_merge as well makes it as full as from is. */
void cells_sum(struct cells *c, const struct cells *from, enum ff_dimension dimension);
void cells_merge(struct cells *c, const struct cells *from, enum ff_dimension dimension);

/* Puts *c under another stock; what that has no room for goes to (other). */
void cells_adopt(struct cells **c, struct cell_stock *stock);

/* Whether they say what cells that were never made would say; c may be NULL. An admitted row says that it
 * is, also where it has come to nothing. */
bool cells_is_empty(const struct cells *c);

/* Whether the row holds nothing: zeros, and no amount (of that row). */
bool cells_row_is_zero(const struct cell_rows *r, uint32_t place);

#endif
