/* Cells: what events and sessions add to the values of dimensions (footfall/cell.h), out of the fold. */
#ifndef FOOTFALL_FOLD_CELLS_H
#define FOOTFALL_FOLD_CELLS_H

#include "footfall/record.h"
#include "state.h"

/* The same difference for n cells of one kind: `by` has its fields; the amount is in the currency (0: there
 * is none). Does nothing when it would say nothing: sign 0, no cells, differences of 0. */
void cells_emit(const struct pen *p, ff_wall at, const struct ff_cell_ref *refs, size_t n, const int64_t *by,
                ff_currency currency, ff_money_sum amount);

/* What an event adds by itself, at its own time, for what it says (f->said). */
void cells_page_view(const struct pen *p, const struct ff_beacon *b);
void cells_search(const struct pen *p, const struct ff_beacon *b);
void cells_step(const struct pen *p, const struct ff_beacon *b);
void cells_custom(const struct pen *p, const struct ff_beacon *b);

/* Each of its items, by product and category. currency: of a purchase. */
void cells_items(const struct pen *p, const struct ff_beacon *b, ff_currency currency);

#endif
