/* Orders: repeats of an order id, and the refunds that refer to one. */
#ifndef FOOTFALL_FOLD_ORDERS_H
#define FOOTFALL_FOLD_ORDERS_H

#include "emit.h"

/* Counts a purchase and remembers its order; FF_DUPLICATE_ORDER when the order is known already:
 * then the repeat is counted, and nothing else of it. */
enum ff_status orders_purchase(const struct pen *p, const struct ff_record *r);

/* Counts a refund; one that needs its order's value or currency before the order has come is
 * corrected when it comes. */
void orders_refund(const struct pen *p, const struct ff_record *r);

#endif
