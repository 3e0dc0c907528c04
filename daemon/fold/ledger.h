/* Ledger: what the customers of one site did, by local day (days since 1970-01-01 of the local date), and
 * their cohorts by local month. All of it are sums of what customers add and take back (contribution.h).
 *
 * Days are kept in a ring; what is older is in one sum. Knows nothing of customers. */
#ifndef FOOTFALL_FOLD_LEDGER_H
#define FOOTFALL_FOLD_LEDGER_H

#include "distinct.h"

#include <stdbool.h>
#include <stdint.h>

enum ledger_count {
    LEDGER_NEW,         /* first orders */
    LEDGER_SECOND,      /* second orders */
    LEDGER_REACTIVATED, /* orders of those who had lapsed */
    LEDGER_LOST,        /* lapses, also those that lie ahead */
    LEDGER_COUNTS
};

enum ledger_set {
    LEDGER_BUYERS, /* marks of those with an order on the day, */
    LEDGER_FIRST,  /* with their first, */
    LEDGER_SECONDS, /* with their second */
    LEDGER_SETS
};

struct ledger_day {
    int64_t count[LEDGER_COUNTS];
    struct distinct set[LEDGER_SETS];
};

struct ledger {
    struct ledger_day *ring; /* region; day d lies at d % days */
    int32_t days;            /* of the ring */
    int32_t back;            /* of them, how many lie before today */
    int32_t start;           /* first day of the ring */
    int64_t base[LEDGER_COUNTS]; /* of all days before it */
    int32_t *cohorts;        /* region; of first month a, later month b at a % months, b % months */
    int32_t months;          /* on each side; more than the ring can hold */
    bool used;               /* something was added, ever: else its memory is not looked at */
};

/* A ledger for `back` days before today and `ahead` after it. False when the address space is refused. */
bool ledger_init(struct ledger *l, int32_t back, int32_t ahead);
void ledger_fini(struct ledger *l);

/* Moves the ring so that it holds `today` with the days before and after it; never back. Before the first
 * call nothing may be added. */
void ledger_roll(struct ledger *l, int32_t today);

/* Adds to a count of a day. Days before the ring go to the sum, days after it to its last. */
void ledger_add(struct ledger *l, enum ledger_count which, int32_t day, int64_t by);

/* Puts a mark into a set of a day (by > 0) or takes it out (by < 0), as far as the day is in the ring. */
void ledger_mark(struct ledger *l, enum ledger_set which, int32_t day, uint64_t mark, int by);

/* Adds to the customers whose first month is `first` and who bought in the month `month` (the same: to the
 * cohort itself). Cohorts from before the ring are left out. */
void ledger_cohort(struct ledger *l, int32_t first, int32_t month, int by);
int32_t ledger_cohort_of(const struct ledger *l, int32_t first, int32_t month);

/* The first month with cohorts, and the local month of a day: months since January 1970. */
int32_t ledger_first_month(const struct ledger *l);
int32_t ledger_month(int32_t day);

/* The sum of all days before `day`, and of those in [from, to). */
int64_t ledger_before(const struct ledger *l, enum ledger_count which, int32_t day);
int64_t ledger_sum(const struct ledger *l, enum ledger_count which, int32_t from, int32_t to);

/* Adds the sets of the days in [from, to) to out, which the caller owns. */
void ledger_gather(const struct ledger *l, enum ledger_set which, int32_t from, int32_t to,
                   struct distinct *out);

/* ledger_save.c: the image of a ledger, and that into one that has been rolled to the image's today and holds
 * nothing; into NULL: it is read over. */
struct image_in;
struct image_out;
void ledger_save(const struct ledger *l, struct image_out *out);
void ledger_load(struct ledger *l, struct image_in *in);

#endif
