/* Metrics: what each number is made of, in one table of rows; the meanings are metrics.md's. */
#ifndef FOOTFALL_METRICS_H
#define FOOTFALL_METRICS_H

#include "json_out.h"
#include "tally.h"

enum metric_kind {
    METRIC_COUNT,      /* top */
    METRIC_RATIO,      /* top / bottom */
    METRIC_SECONDS,    /* top, in microseconds, / bottom, in seconds */
    METRIC_MONEY,      /* purse */
    METRIC_MONEY_LESS, /* purse - other_purse */
    METRIC_MONEY_MEAN, /* purse / number of things in it, rounded half-even to 4 places */
    METRIC_LIVE,       /* live visitors: known of this moment, not of a window */
};

/* Operands beside the counters. */
enum metric_operand {
    METRIC_VISITORS = FF_COUNTERS, /* distinct */
    METRIC_CSAT_ANSWERS,
    METRIC_CSAT_SCORES,            /* their sum */
    METRIC_NPS_ANSWERS,
    METRIC_NPS_BALANCE,            /* promoters - detractors */
    METRIC_NPS_PASSIVES,
    METRIC_CES_ANSWERS,
    METRIC_CES_SCORES,
};

/* one + sign * other, not below 0; sign 0 is one alone, which may be anything. */
struct metric_term {
    uint8_t one;
    int8_t sign;
    uint8_t other;
};

struct metric {
    const char *section; /* one within another: "surveys.csat" */
    const char *name;
    enum metric_kind kind;
    struct metric_term top, bottom;
    uint8_t purse, other_purse;
};

/* The rows, those of a section side by side; *n of them. */
const struct metric *metrics_all(size_t *n);

/* The metric called "name" or "section.name", of a section within another "inner.name", too. NULL when there is none, and then *ambiguous is how
 * many metrics of that name mean different numbers (0: it is unknown). */
const struct metric *metrics_find(struct ff_span name, size_t *ambiguous);

/* Writes the metric's value (the key comes before): a number, null, or an object of money. */
void metrics_write(const struct metric *m, const struct tally_window *w, int64_t live,
                   struct json_out *out);

/* Writes what the metric was in an earlier window: null for live visitors, which have none, and for
 * every number where `before` is NULL (nothing of that window is kept; money then is {}). */
void metrics_write_previous(const struct metric *m, const struct tally_window *before,
                            struct json_out *out);

/* Writes how it has changed since then, relative (change.h): a number, null, or for money an object
 * of both. `before` may be NULL. */
void metrics_write_change(const struct metric *m, const struct tally_window *now,
                          const struct tally_window *before, struct json_out *out);

#endif
