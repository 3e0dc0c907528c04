/* What is remembered under an id, so that what comes again, or refers to it, is known. */
#ifndef FOOTFALL_FOLD_REMEMBERED_H
#define FOOTFALL_FOLD_REMEMBERED_H

#include "footfall/money.h"
#include "footfall/time.h"

#include "hash.h"
#include "recall.h"

#include <stdbool.h>
#include <stdint.h>

/* A purchase, for refunds to refer to. */
struct order {
    struct recall_entry entry;
    ff_money value;
    ff_currency currency;
};

/* A refund whose order has not come yet. */
struct waiting_refund {
    struct recall_entry entry;
    ff_wall at;
    ff_money_sum amount;  /* counted so far */
    ff_currency currency; /* counted in */
    bool needs_amount, needs_currency;
};

#endif
