/* GET /v1/stats/series: some metrics, step by step. */
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
    ff_wall edge[SERIES_POINTS + 1]; /* point i is [edge[i], edge[i + 1]) */
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
    json_out_close(&q->json, '}');
}

static void write_series(struct query *q, const struct series *s)
{
    json_out_open(&q->json, '{');
    query_write_site(q);
    json_out_key(&q->json, FF_LITERAL("step"));
    json_out_integer(&q->json, s->step / FF_SECOND);
    query_write_window(q, s->edge[0], s->edge[s->points]);
    json_out_key(&q->json, FF_LITERAL("points"));
    json_out_open(&q->json, '[');
    for (size_t i = 0; i < s->points; i++)
        write_point(q, s, i);
    json_out_close(&q->json, ']');
    json_out_close(&q->json, '}');
}

enum ff_status series_render(struct query *q)
{
    struct series s = {.metrics = 0};
    enum ff_status status = parse_metrics(q, &s);
    if (status == FF_OK)
        status = parse_step(q, &s);
    if (status == FF_OK)
        status = lay_points(q, &s);
    if (status == FF_OK)
        status = check_kept(q, &s);
    if (status == FF_OK)
        write_series(q, &s);
    return status;
}
