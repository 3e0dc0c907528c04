/* Tally: the rolling counters. Facts go in, written through to the minute, the local hour and the
 * local day of their instant; windows come out as sums. Knows nothing of beacons or sessions. */
#ifndef FOOTFALL_TALLY_H
#define FOOTFALL_TALLY_H

#include "footfall/fact.h"
#include "footfall/status.h"

#include <stdbool.h>

struct image_in;
struct image_out;
struct words;
struct zone;
struct tally;

struct tally_options {
    const struct zone *const *zones; /* one a site, borrowed for the tally's life */
    uint16_t sites;
    ff_dur keep_minutes; /* 50 h by default: how long minutes are kept, rounded up to local hours */
    ff_dur keep_hours;   /* 62 days, rounded up to local days; at least as long as minutes */
    ff_dur keep_days;    /* 800 days; at least as long as hours */
    struct words *words; /* of the cells' values; borrowed for the tally's life. NULL: no cells are added */
    uint64_t breakdown_bytes; /* once cells take so much, no further value is admitted until some expire */
};

/* Owned by the caller; NULL when out of memory. */
struct tally *tally_new(const struct tally_options *options);
void tally_free(struct tally **t);

/* Moves the tally's clock forward to now (never back): what is older than its tier keeps, expires.
 * Cheap within a minute. */
void tally_advance(struct tally *t, ff_wall now);

/* Adds facts, in any order of their instants, each to every tier that still keeps its bucket.
 * Those that no tier keeps are counted as too old. A fact_sink's take() with ctx = the tally. */
void tally_add(void *tally, const struct ff_fact *facts, size_t n);

/* Adds a difference of cells to the local hour and day of its instant (to the minute, too, where the
 * dimension has minutes). What is not admitted is added to (other). Those that no tier keeps are counted
 * like facts. A fact_sink's cells() with ctx = the tally. */
void tally_add_cells(void *tally, const struct ff_cells *c);

/* Why a value is not admitted: its bucket and dimension has its most values, or all cells their bytes. */
enum tally_left_out { TALLY_LEFT_VALUES, TALLY_LEFT_BYTES, TALLY_LEFT_REASONS };

/* Differences of values that were added to (other) for that reason, one in each resolution; and what cells
 * take now, in bytes. */
uint64_t tally_cells_left_out(const struct tally *t, enum tally_left_out reason);
uint64_t tally_cells_bytes(const struct tally *t);

/* Facts dropped because they were older than every tier. */
uint64_t tally_too_old(const struct tally *t);

/* Facts dropped because they lay more than a day ahead of the clock: none, as long as the clock is
 * advanced to when they were received before they are added. */
uint64_t tally_too_far(const struct tally *t);

/* Money of one currency in a window. */
struct tally_money {
    ff_currency currency;
    int64_t n; /* things summed; a currency with n == 0 did not occur */
    ff_money_sum amount;
};

#define TALLY_CURRENCIES 200 /* more than ISO 4217 has */

/* The sums of a window. */
struct tally_window {
    ff_wall from, to; /* what it covers: widened outward to whole buckets */
    int64_t count[FF_COUNTERS];
    struct tally_money money[FF_PURSES][TALLY_CURRENCIES]; /* sorted by code, n != 0 only */
    uint16_t currencies[FF_PURSES];
    double visitors; /* distinct marks: whole and exact up to 2,048, else an estimate, rounded */
    bool visitors_exact;
};

/* Widens [from, to) outward: each edge to the finest resolution kept for its age; from not before
 * the oldest day kept, and to not before from. Edges may lie ahead of the clock. */
void tally_widen(const struct tally *t, uint16_t site, ff_wall *from, ff_wall *to);

/* Sums [from, to), widened. Takes minutes at its edges, then hours, then days. */
void tally_read(struct tally *t, uint16_t site, ff_wall from, ff_wall to, struct tally_window *out);

/* Widens like tally_widen, but not to finer edges than the dimension has: local hours, where it has no
 * minutes. */
void tally_widen_cells(const struct tally *t, uint16_t site, enum ff_dimension dimension, ff_wall *from,
                       ff_wall *to);

/* An amount of a row of a breakdown. */
struct tally_amount {
    ff_currency currency;
    ff_money_sum amount;
    int64_t things; /* summed in it, not 0 */
};

/* The sums of a dimension in a window, by value. Values whose sums have come to nothing are not there. */
struct tally_cells {
    ff_wall from, to;            /* what it covers: widened outward */
    uint32_t n;                  /* rows, in no order that means anything */
    uint8_t fields;              /* of a row: those of the dimension's kind (cell.h) */
    uint32_t *word;              /* of each row, borrowed until the tally takes in more; WORD_OTHER: (other) */
    int64_t *field;              /* of each row, side by side */
    uint32_t *amounts;           /* where each row's amounts begin in amount; n + 1 of them */
    struct tally_amount *amount; /* of each row, sorted by currency */
};

/* Sums the dimension's rows over [from, to), widened. The caller ends it with tally_cells_end. */
void tally_read_cells(struct tally *t, uint16_t site, enum ff_dimension dimension, ff_wall from, ff_wall to,
                      struct tally_cells *out);
void tally_cells_end(struct tally_cells *c);
/* The money of one purse in the local days that hold [from, to), in `out` (TALLY_CURRENCIES of room), sorted
 * by code, n != 0 only; gives how many currencies. 0 also where not all of those days are kept. */
uint16_t tally_read_purse(const struct tally *t, uint16_t site, enum ff_purse purse, ff_wall from, ff_wall to,
                          struct tally_money *out);

/* Puts all that the tally holds into the image, its clock and how much it dropped as well. Tallies
 * that took and dropped the same, in whatever order, and whose clocks agree give the same bytes,
 * whatever was added and taken back in between; but which values of a breakdown were admitted, which
 * depends on the order, is part of what a tally holds. */
void tally_save(struct tally *t, struct image_out *out);

/* Makes a tally that comes from tally_new what the image says. site_map gives for each of the
 * site_count sites of the image its number now, or UINT16_MAX: it is left out. False: the image is
 * not ok, and the tally is good for tally_free only.
 *
 * Zones and keeps may differ from those of the tally that was saved. What is kept no longer is left
 * out. Where more is kept now, minutes and hours still begin where they began, until time has passed:
 * before that the coarser buckets stand in. In another zone the minutes are summed anew to its hours
 * and days, and the hours before them to its days; the days before those, and hours that are not its
 * own, go whole to where their middle lies. So every window is still a sum in which nothing is missing
 * or counted twice; only the edges of old days are those of the old zone. Cells that have no minutes are
 * summed from their hours likewise. Values that there is no room for any more are added to (other), the
 * first in the image being the first to come. */
bool tally_load(struct tally *t, struct image_in *in, const uint16_t *site_map,
                uint16_t site_count);

#endif
