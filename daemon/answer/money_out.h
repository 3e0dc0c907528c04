/* money_out: money in an answer is an object with a member for each currency. */
#ifndef FOOTFALL_MONEY_OUT_H
#define FOOTFALL_MONEY_OUT_H

#include "json_out.h"

/* One currency's member of a money object. */
struct amount {
    ff_currency currency;
    ff_money_sum amount;
};

/* Writes n amounts, of different currencies, as one object: {} for none. */
void money_out(struct json_out *out, const struct amount *amounts, size_t n);

#endif
