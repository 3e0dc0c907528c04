/* Customers: the numbers of a window that are counted by the site's local days. */
#ifndef FOOTFALL_ANSWER_CUSTOMERS_H
#define FOOTFALL_ANSWER_CUSTOMERS_H

#include "change.h"
#include "query.h"
#include "tally.h"

struct customers_section {
    struct ff_customers window;
    size_t costs;
    struct amount cost[TALLY_CURRENCIES]; /* retention_cost, sorted by currency */
};

/* Reads the local days that hold [from, to). */
void customers_read(const struct query *q, ff_wall from, ff_wall to, struct customers_section *out);

/* Writes the members "from" and "to"; those of all its numbers; those of how each has changed since. */
void customers_write_window(const struct customers_section *s, struct json_out *out);
void customers_write(const struct customers_section *s, struct json_out *out);
void customers_write_change(const struct customers_section *now, const struct customers_section *before,
                            struct json_out *out);

/* Whether one of its numbers is called so, "customers.NAME" or NAME alone: no series of it is kept. */
bool customers_has(struct ff_span name);

#endif
