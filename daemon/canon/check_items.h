/* Items: the lines of a cart, an order, a refund, checked and cut. */
#ifndef FOOTFALL_CHECK_ITEMS_H
#define FOOTFALL_CHECK_ITEMS_H

#include "canon_memory.h"

/* Checks b's items; those whose texts must be cut are copied into the canon. False: refused, and
 * the fault is set. */
bool check_items(struct canon *c, struct ff_beacon *b);

#endif
