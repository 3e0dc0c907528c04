/* Cells: what events and sessions add to the values of dimensions (footfall/cell.h), out of the fold. */
#ifndef FOOTFALL_FOLD_CELLS_H
#define FOOTFALL_FOLD_CELLS_H

#include "footfall/record.h"
#include "state.h"

/* So many orders, or lines of them, and what was paid. */
struct cells_money {
    ff_currency currency;
    ff_money_sum amount;
    int64_t things;
};

/* A difference of cells of one kind: `by` its fields, those that `fields` has a bit of (FF_FIELD); money may be
 * NULL. */
struct cells_by {
    const int64_t *by;
    uint32_t fields;
    const struct cells_money *money;
};

/* The same difference for n cells. Does nothing when it would say nothing: sign 0, no cells, no fields and no
 * money. */
void cells_emit(const struct pen *p, ff_wall at, const struct ff_cell_ref *refs, size_t n, struct cells_by by);

/* What an event adds by itself, at its own time, for what it says (f->said). */
void cells_page_view(const struct pen *p, const struct ff_beacon *b);
void cells_search(const struct pen *p, const struct ff_beacon *b);
void cells_step(const struct pen *p, const struct ff_beacon *b);
void cells_custom(const struct pen *p, const struct ff_beacon *b);

/* Each of its items, by product and category. currency: of a purchase. */
void cells_items(const struct pen *p, const struct ff_beacon *b, ff_currency currency);

#endif
