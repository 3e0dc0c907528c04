/* GET /v1/stats/series: some metrics, step by step. */
#include "customers.h"
#include "metrics.h"
#include "query.h"

#include "zone.h"

#include <stdio.h>
#include <string.h>

#define SERIES_METRICS 16
#define SERIES_POINTS 5000

struct series {
    size_t metrics;
    const struct metric *metric[SERIES_METRICS];
    struct ff_span name[SERIES_METRICS]; /* as asked, into the parameters */
    ff_dur step;
    size_t points;
    ff_wall edge[SERIES_POINTS + 1];      /* point i is [edge[i], edge[i + 1]) */
    struct window earlier[SERIES_POINTS]; /* what it is compared with, if anything */
    size_t forgotten; /* of them, the first so many: nothing, or not all, of them is kept */
};

static enum ff_status refuse_ambiguous(struct query *q, struct ff_span name)
{
    char choices[160] = "";
    size_t n;
    const struct metric *m = metrics_all(&n);
    for (size_t i = 0; i < n; i++)
        if (ff_span_is(name, m[i].name))
            snprintf(choices + strlen(choices), sizeof(choices) - strlen(choices), "%s%s.%s",
                     *choices ? " or " : "", m[i].section, m[i].name);
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("metric"), "metric: expected %s",
                     choices);
}

static enum ff_status add_metric(struct query *q, struct series *s, struct ff_span name)
{
    size_t ambiguous;
    const struct metric *m = metrics_find(name, &ambiguous);
    for (size_t i = 0; i < s->metrics; i++)
        if (ff_span_equal(name, s->name[i]))
            return FF_OK;
    if (ambiguous)
        return refuse_ambiguous(q, name);
    if (customers_has(name))
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("metric"),
                         "metric: \"%.*s\" is counted by whole days and has no series: ask /v1/stats or /v1/customers",
                         (int)name.n, name.p);
    if (!m || m->kind == METRIC_LIVE)
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("metric"),
                         "metric: \"%.*s\" is no metric that has a series",
                         name.n < FAULT_PARAMETER ? (int)name.n : FAULT_PARAMETER, name.p);
    if (s->metrics == SERIES_METRICS)
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("metric"),
                         "metric: expected at most %d metrics", SERIES_METRICS);
    s->metric[s->metrics] = m;
    s->name[s->metrics++] = name;
    return FF_OK;
}

static enum ff_status parse_metrics(struct query *q, struct series *s)
{
    struct ff_span list = params_get(&q->params, "metric");
    if (list.n == 0)
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("metric"),
                         "metric: expected names such as sessions,revenue");
    enum ff_status status = FF_OK;
    for (const char *p = list.p, *end = list.p + list.n; status == FF_OK && p <= end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end;
        status = add_metric(q, s, ff_span_of(p, (size_t)(stop - p)));
        p = stop + 1;
    }
    return status;
}

static enum ff_status parse_step(struct query *q, struct series *s)
{
    struct ff_span text = params_get(&q->params, "step");
    if (window_duration(text, &s->step) && (FF_DAY % s->step == 0 || s->step % FF_DAY == 0))
        return FF_OK;
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("step"),
                     "step: expected a part of a day such as 5m or 1h, or whole days such as 7d");
}

static ff_wall next_edge(const struct zone *zone, const struct series *s, size_t i)
{
    if (s->step <= FF_DAY)
        return zone_step(zone, s->edge[i], s->step).end;
    int64_t days = s->step / FF_DAY * (int64_t)(i + 1);
    return zone_date_start(zone, zone_date(zone, s->edge[0]) + days);
}

/* Lays points over the window: from the step that holds its start (several days: from its start's
 * date) to the one that holds its end. */
static enum ff_status lay_points(struct query *q, struct series *s)
{
    const struct zone *zone = q->ctx->sites[q->site].zone;
    ff_wall from = q->window.from, to = q->window.to;
    tally_widen(q->ctx->tally, q->site, &from, &to);
    s->edge[0] = from;
    if (from < to)
        s->edge[0] = zone_step(zone, from, s->step < FF_DAY ? s->step : FF_DAY).start;
    for (s->points = 0; s->edge[s->points] < to; s->points++) {
        if (s->points == SERIES_POINTS)
            return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("step"),
                             "step: expected one that makes at most %d points of the window",
                             SERIES_POINTS);
        s->edge[s->points + 1] = next_edge(zone, s, s->points);
    }
    return FF_OK;
}

/* Every point must be a window that the tally answers without widening it. */
static enum ff_status check_kept(struct query *q, const struct series *s)
{
    for (size_t i = 0; i < s->points; i++) {
        ff_wall from = s->edge[i], to = s->edge[i + 1];
        tally_widen(q->ctx->tally, q->site, &from, &to);
        if (from != s->edge[i] || to != s->edge[i + 1])
            return fault_set(
                &q->fault, FF_BAD_PARAMETER, FF_LITERAL("step"),
                "step: expected a longer one, as nothing that fine is kept for so far back");
    }
    return FF_OK;
}

/* The edge one step before another edge. */
static ff_wall edge_before(const struct zone *zone, const struct series *s, ff_wall edge)
{
    if (s->step <= FF_DAY)
        return zone_step(zone, edge - 1, s->step).start;
    return zone_date_start(zone, zone_date(zone, edge) - s->step / FF_DAY);
}

/* Gives each point its earlier one: as many steps as there are points, up to the first of them; or
 * the point's own dates and times a year earlier. */
static void lay_earlier(struct query *q, struct series *s)
{
    const struct zone *zone = q->ctx->sites[q->site].zone;
    ff_wall end = s->edge[0];
    for (size_t i = s->points; i-- > 0;) {
        if (q->compare == COMPARE_YEAR) {
            s->earlier[i] = compare_window(COMPARE_YEAR, zone, s->edge[i], s->edge[i + 1]);
        } else {
            s->earlier[i] = (struct window){edge_before(zone, s, end), end};
            end = s->earlier[i].from;
        }
    }
}

/* The earlier points, too, must be answered without widening, from the oldest that is kept on. */
static enum ff_status check_earlier_kept(struct query *q, struct series *s)
{
    for (size_t i = 0; i < s->points; i++) {
        ff_wall from = s->earlier[i].from, to = s->earlier[i].to;
        tally_widen(q->ctx->tally, q->site, &from, &to);
        if (from > s->earlier[i].from)
            s->forgotten = i + 1;
        else if (from < s->earlier[i].from || to != s->earlier[i].to)
            return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("step"),
                             "step: expected a longer one, as nothing that fine is kept of what "
                             "it is to be compared with");
    }
    return FF_OK;
}

static void write_compared(struct query *q, const struct series *s, size_t i,
                           const struct tally_window *now)
{
    struct tally_window before, *kept = i < s->forgotten ? NULL : &before;
    if (kept)
        tally_read(q->ctx->tally, q->site, s->earlier[i].from, s->earlier[i].to, &before);
    json_out_key(&q->json, FF_LITERAL("previous"));
    json_out_open(&q->json, '{');
    json_out_key(&q->json, FF_LITERAL("t"));
    json_out_instant(&q->json, s->earlier[i].from);
    for (size_t k = 0; k < s->metrics; k++) {
        json_out_key(&q->json, s->name[k]);
        metrics_write_previous(s->metric[k], kept, &q->json);
    }
    json_out_close(&q->json, '}');
    json_out_key(&q->json, FF_LITERAL("change"));
    json_out_open(&q->json, '{');
    for (size_t k = 0; k < s->metrics; k++) {
        json_out_key(&q->json, s->name[k]);
        metrics_write_change(s->metric[k], now, kept, &q->json);
    }
    json_out_close(&q->json, '}');
}

static void write_point(struct query *q, const struct series *s, size_t i)
{
    struct tally_window w;
    tally_read(q->ctx->tally, q->site, s->edge[i], s->edge[i + 1], &w);
    json_out_open(&q->json, '{');
    json_out_key(&q->json, FF_LITERAL("t"));
    json_out_instant(&q->json, s->edge[i]);
    for (size_t k = 0; k < s->metrics; k++) {
        json_out_key(&q->json, s->name[k]);
        metrics_write(s->metric[k], &w, 0, &q->json);
    }
    if (q->compare != COMPARE_NONE)
        write_compared(q, s, i, &w);
    json_out_close(&q->json, '}');
}

/* What the earlier points cover, but for those of which nothing is kept. */
static struct window earlier_window(const struct series *s)
{
    if (s->points == 0)
        return (struct window){s->edge[0], s->edge[0]};
    ff_wall end = s->earlier[s->points - 1].to;
    return (struct window){s->forgotten < s->points ? s->earlier[s->forgotten].from : end, end};
}

static void write_series(struct query *q, const struct series *s)
{
    json_out_open(&q->json, '{');
    query_write_site(q);
    json_out_key(&q->json, FF_LITERAL("step"));
    json_out_integer(&q->json, s->step / FF_SECOND);
    query_write_window(q, s->edge[0], s->edge[s->points]);
    if (q->compare != COMPARE_NONE) {
        struct window w = earlier_window(s);
        query_write_compare(q, w.from, w.to);
    }
    json_out_key(&q->json, FF_LITERAL("points"));
    json_out_open(&q->json, '[');
    for (size_t i = 0; i < s->points; i++)
        write_point(q, s, i);
    json_out_close(&q->json, ']');
    json_out_close(&q->json, '}');
}

enum ff_status series_render(struct query *q)
{
    struct series s;
    s.metrics = s.forgotten = 0;
    enum ff_status status = parse_metrics(q, &s);
    if (status == FF_OK)
        status = parse_step(q, &s);
    if (status == FF_OK)
        status = lay_points(q, &s);
    if (status == FF_OK)
        status = check_kept(q, &s);
    if (status == FF_OK && q->compare != COMPARE_NONE) {
        lay_earlier(q, &s);
        status = check_earlier_kept(q, &s);
    }
    if (status == FF_OK)
        write_series(q, &s);
    return status;
}
