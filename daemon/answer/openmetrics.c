#include "openmetrics.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TAIL 512 /* bytes kept for the end */

/* What is called how in which format. */
static const struct type_row {
    const char *word, *classic;
    const char *suffix; /* of the samples; in the classic format the family's, too */
} type_table[] = {
    [OPENMETRICS_COUNTER] = {"counter", "counter", "_total"},
    [OPENMETRICS_GAUGE] = {"gauge", "gauge", ""},
    [OPENMETRICS_INFO] = {"info", "gauge", "_info"},
    [OPENMETRICS_STATESET] = {"stateset", "gauge", ""},
    [OPENMETRICS_HISTOGRAM] = {"histogram", "histogram", ""},
};

static const char *const unit_table[] = {"seconds", "bytes"};

#define MEDIA_TYPE "application/openmetrics-text"

/* Whether an element of the list is the media type, with parameters or without. */
static bool is_media_type(const char *p, const char *end)
{
    const size_t length = sizeof MEDIA_TYPE - 1;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    if ((size_t)(end - p) < length || strncasecmp(p, MEDIA_TYPE, length) != 0)
        return false;
    p += length;
    return p == end || *p == ';' || *p == ' ' || *p == '\t';
}

enum openmetrics_format openmetrics_format(struct ff_span accept)
{
    const char *p = accept.p, *end = p + accept.n;
    while (p && p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        if (is_media_type(p, comma ? comma : end))
            return OPENMETRICS_TEXT;
        p = comma ? comma + 1 : end;
    }
    return OPENMETRICS_CLASSIC;
}

const char *openmetrics_content_type(enum openmetrics_format format)
{
    return format == OPENMETRICS_TEXT ? MEDIA_TYPE "; version=1.0.0; charset=utf-8"
                                      : "text/plain; version=0.0.4; charset=utf-8";
}

void openmetrics_init(struct openmetrics *m, enum openmetrics_format format, char *p, size_t size)
{
    assert(size >= OPENMETRICS_MIN);
    *m = (struct openmetrics){.format = format, .p = p, .size = size - TAIL};
}

static void put(struct openmetrics *m, const char *p, size_t n)
{
    if (m->full || n > m->size - m->n) {
        m->full = true;
        return;
    }
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

static void put_text(struct openmetrics *m, const char *text)
{
    put(m, text, strlen(text));
}

static void put_escaped(struct openmetrics *m, struct ff_span text)
{
    for (const char *p = text.p, *end = p + text.n; p < end; p++) {
        if (*p == '\\' || *p == '"' || *p == '\n')
            put(m, "\\", 1);
        put(m, *p == '\n' ? "n" : p, 1);
    }
}

/* The shortest decimal that gives it back. */
static void put_double(struct openmetrics *m, double value)
{
    char text[32];
    if (isinf(value))
        put_text(m, value > 0 ? "+Inf" : "-Inf");
    else if (isnan(value))
        put_text(m, "NaN");
    if (!isfinite(value))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put_text(m, text);
}

/* What did not fit goes. */
static void family_end(struct openmetrics *m)
{
    if (m->full) {
        m->n = m->begin;
        m->left_out++;
    }
    m->full = false;
    m->name = NULL;
}

/* "# TYPE name ": what a line about the family begins with. */
static void put_about(struct openmetrics *m, const char *what)
{
    put_text(m, what);
    put_text(m, m->name);
    if (m->format == OPENMETRICS_CLASSIC)
        put_text(m, type_table[m->type].suffix);
    put(m, " ", 1);
}

static void put_unit(struct openmetrics *m)
{
    const char *last = strrchr(m->name, '_');
    for (size_t i = 0; last && i < sizeof unit_table / sizeof *unit_table; i++)
        if (strcmp(last + 1, unit_table[i]) == 0) {
            put_about(m, "# UNIT ");
            put_text(m, unit_table[i]);
            put(m, "\n", 1);
        }
}

void openmetrics_family(struct openmetrics *m, const char *name, enum openmetrics_type type, const char *help)
{
    const struct type_row *row = &type_table[type];
    assert(!strpbrk(help, "\\\"\n"));
    family_end(m);
    m->begin = m->n;
    m->name = name;
    m->type = type;
    put_about(m, "# HELP ");
    put_text(m, help);
    put(m, "\n", 1);
    put_about(m, "# TYPE ");
    put_text(m, m->format == OPENMETRICS_TEXT ? row->word : row->classic);
    put(m, "\n", 1);
    if (m->format == OPENMETRICS_TEXT)
        put_unit(m);
}

/* "name_suffix{key="value"} ": all of a sample but its value. */
static void put_sample(struct openmetrics *m, const char *suffix, const struct openmetrics_label *labels,
                       size_t n)
{
    const char *before = "{";
    assert(m->name && n <= OPENMETRICS_LABELS);
    put_text(m, m->name);
    put_text(m, suffix);
    for (size_t i = 0; i < n; i++) {
        if (labels[i].value.n == 0)
            continue;
        put_text(m, before);
        put_text(m, labels[i].key);
        put_text(m, "=\"");
        put_escaped(m, labels[i].value);
        put(m, "\"", 1);
        before = ",";
    }
    put_text(m, *before == ',' ? "} " : " ");
}

void openmetrics_value(struct openmetrics *m, const struct openmetrics_label *labels, size_t n, double value)
{
    put_sample(m, type_table[m->type].suffix, labels, n);
    put_double(m, value);
    put(m, "\n", 1);
}

void openmetrics_number(struct openmetrics *m, const struct openmetrics_label *labels, size_t n,
                        struct ff_span number)
{
    put_sample(m, type_table[m->type].suffix, labels, n);
    put(m, number.p, number.n);
    put(m, "\n", 1);
}

static void put_count(struct openmetrics *m, uint64_t count)
{
    char text[24];
    put(m, text, (size_t)snprintf(text, sizeof text, "%" PRIu64 "\n", count));
}

/* A bound is written as a float ("1.0"), which both formats read, so that it is the same label in both. */
static struct ff_span bound_text(double bound, char *out, size_t size)
{
    int n = snprintf(out, size, "%.15g", bound);
    if (!memchr(out, '.', (size_t)n) && !memchr(out, 'e', (size_t)n))
        n += snprintf(out + n, size - (size_t)n, ".0");
    return ff_span_of(out, (size_t)n);
}

void openmetrics_histogram(struct openmetrics *m, const struct openmetrics_label *labels, size_t n,
                           const struct openmetrics_buckets *b)
{
    struct openmetrics_label all[OPENMETRICS_LABELS];
    char text[32];
    uint64_t count = 0;
    assert(m->type == OPENMETRICS_HISTOGRAM && n < OPENMETRICS_LABELS);
    for (size_t i = 0; i < n; i++)
        all[i] = labels[i];
    for (size_t i = 0; i <= b->bounds_n; i++) {
        count += b->counts[i];
        struct ff_span le = i < b->bounds_n ? bound_text(b->bounds[i], text, sizeof text) : FF_LITERAL("+Inf");
        all[n] = (struct openmetrics_label){"le", le};
        put_sample(m, "_bucket", all, n + 1);
        put_count(m, count);
    }
    put_sample(m, "_sum", labels, n);
    put_double(m, b->sum);
    put(m, "\n", 1);
    put_sample(m, "_count", labels, n);
    put_count(m, count);
}

size_t openmetrics_end(struct openmetrics *m)
{
    family_end(m);
    m->size += TAIL;
    openmetrics_family(m, "footfall_metrics_left_out", OPENMETRICS_GAUGE,
                       "Families of metrics that the answer had no room for.");
    openmetrics_value(m, NULL, 0, m->left_out);
    assert(!m->full);
    family_end(m);
    if (m->format == OPENMETRICS_TEXT)
        put_text(m, "# EOF\n");
    return m->n;
}
