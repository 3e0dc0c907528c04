/* Contribution: what a customer adds to its site's ledger. It is a function of the days on which it bought,
 * of customers.active_for, and of nothing else (law 3). */
#ifndef FOOTFALL_FOLD_CONTRIBUTION_H
#define FOOTFALL_FOLD_CONTRIBUTION_H

#include <stdint.h>

struct fold;
struct ledger;
struct person;

/* Adds all that the customer contributes to a ledger (sign 1), or takes it back (-1). active_for: days. */
void contribution_count(const struct fold *f, struct ledger *l, const struct person *p, int32_t active_for,
                        int sign);

/* The customer has one more order, on this day: it is added to its days, for which the pool has room, and
 * what it contributes changes by the difference. */
void contribution_order(struct fold *f, uint32_t number, int32_t day);

#endif
