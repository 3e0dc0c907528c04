/* Openmetrics: a writer of what monitoring reads, as OpenMetrics text or in the older text format of
 * Prometheus, into a bounded buffer. A family of metrics that does not fit is left out whole and
 * counted, so that what is written can always be read. Pure. */
#ifndef FOOTFALL_OPENMETRICS_H
#define FOOTFALL_OPENMETRICS_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer_context;

enum openmetrics_format {
    OPENMETRICS_CLASSIC, /* "text/plain; version=0.0.4": what is not asked otherwise gets */
    OPENMETRICS_TEXT,    /* "application/openmetrics-text; version=1.0.0" */
};

/* Which of them an Accept header asks for ({NULL, 0}: there is none), and what it is called. */
enum openmetrics_format openmetrics_format(struct ff_span accept);
const char *openmetrics_content_type(enum openmetrics_format format);

enum openmetrics_type {
    OPENMETRICS_COUNTER,   /* its samples end in _total, which its name does not say */
    OPENMETRICS_GAUGE,
    OPENMETRICS_INFO,      /* likewise _info; their value is 1 */
    OPENMETRICS_STATESET,  /* 1 for the state that holds, 0 for others; named by a label of the family's name */
    OPENMETRICS_HISTOGRAM, /* samples by openmetrics_histogram alone */
};

/* A label; the value is UTF-8, and an empty one is as good as no label. */
struct openmetrics_label {
    const char *key;
    struct ff_span value;
};
#define OPENMETRICS_LABELS 8 /* most of a sample */

struct openmetrics {
    enum openmetrics_format format;
    char *p; /* borrowed */
    size_t size, n;
    const char *name; /* of the family at hand, borrowed; NULL: none */
    enum openmetrics_type type;
    size_t begin; /* of the family at hand */
    bool full;    /* it does not fit */
    uint32_t left_out;
};

#define OPENMETRICS_MIN 1024 /* bytes of buffer that hold the end, whatever is left out */

/* Begins an empty text in size >= OPENMETRICS_MIN bytes at p. */
void openmetrics_init(struct openmetrics *m, enum openmetrics_format format, char *p, size_t size);

/* Begins a family; its samples follow, and borrow name ([a-z0-9_]), which says the unit where there is
 * one (_seconds, _bytes). help is one line without quotes and backslashes. */
void openmetrics_family(struct openmetrics *m, const char *name, enum openmetrics_type type, const char *help);

/* A sample of it, with n labels. number: as JSON writes numbers. */
void openmetrics_value(struct openmetrics *m, const struct openmetrics_label *labels, size_t n, double value);
void openmetrics_number(struct openmetrics *m, const struct openmetrics_label *labels, size_t n,
                        struct ff_span number);

/* What a histogram's samples are made of: how many lay at or below each bound, in rising order, and above
 * the one before; counts has one more than bounds, of what lay above the last. */
struct openmetrics_buckets {
    const double *bounds;
    const uint64_t *counts;
    size_t bounds_n;
    double sum;
};
void openmetrics_histogram(struct openmetrics *m, const struct openmetrics_label *labels, size_t n,
                           const struct openmetrics_buckets *b);

/* openmetrics_shop.c: the business gauges. A family footfall_<section>_<name> for each metric of the table,
 * with samples by site, window ("5m", "1h", "24h"; none with what is of this moment) and, for money,
 * currency. What is null has no sample. False: there was no memory to read the windows in, and nothing
 * was written. */
bool openmetrics_shop(struct openmetrics *m, const struct answer_context *ctx);

/* Ends the text with the gauge footfall_metrics_left_out, of the families that did not fit. Gives its
 * length. */
size_t openmetrics_end(struct openmetrics *m);

#endif
