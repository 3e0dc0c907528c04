/* What is remembered under an id, so that what comes again, or refers to it, is known. */
#ifndef FOOTFALL_FOLD_REMEMBERED_H
#define FOOTFALL_FOLD_REMEMBERED_H

#include "footfall/money.h"
#include "footfall/time.h"

#include "hash.h"
#include "recall.h"

#include <stdbool.h>
#include <stdint.h>

/* The id that was last found not to be among those remembered: what is asked first is mostly remembered next.
 * Nothing depends on it. */
struct asked {
    struct hash128 key;
    ff_wall arrival;
    uint16_t site;
    uint8_t n; /* bytes of the id; 0: none, or one that is longer */
    char id[64];
};

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
