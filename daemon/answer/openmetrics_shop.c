/* The business gauges: every metric of the table, for each site and the windows that are looked at all
 * the time. */
#include "openmetrics.h"

#include "answer.h"
#include "metrics.h"

#include "region.h"

#include <stdio.h>
#include <string.h>

static const struct shop_window {
    const char *name;
    ff_dur length;
} window_table[] = {{"5m", 5 * FF_MINUTE}, {"1h", FF_HOUR}, {"24h", FF_DAY}};

#define WINDOWS (sizeof window_table / sizeof *window_table)

/* Bytes of a value as JSON: money of every currency there is. */
#define VALUE_SIZE (TALLY_CURRENCIES * 64)

enum { LABEL_SITE, LABEL_WINDOW, LABEL_CURRENCY, LABELS };

/* {"EUR":24.75,"USD":1}: a sample for each currency. */
static void write_money(struct openmetrics *m, struct openmetrics_label labels[LABELS], struct ff_span money)
{
    const char *end = money.p + money.n - 1;
    for (const char *p = money.p + 1; p < end;) {
        const char *colon = memchr(p, ':', (size_t)(end - p));
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end;
        labels[LABEL_CURRENCY].value = ff_span_of(p + 1, (size_t)(colon - p) - 2);
        openmetrics_number(m, labels, LABELS, ff_span_of(colon + 1, (size_t)(stop - colon) - 1));
        p = stop + 1;
    }
    labels[LABEL_CURRENCY].value = ff_span_of(NULL, 0);
}

/* The value is the text that a query would give. */
static void write_metric(struct openmetrics *m, struct openmetrics_label labels[LABELS],
                         const struct metric *metric, const struct tally_window *w, int64_t live)
{
    char text[VALUE_SIZE];
    struct json_out json;
    json_out_init(&json, text, sizeof text);
    metrics_write(metric, w, live, &json);
    struct ff_span value = ff_span_of(text, json.n);
    if (text[0] == '{')
        write_money(m, labels, value);
    else if (!ff_span_is(value, "null"))
        openmetrics_number(m, labels, LABELS, value);
}

static void write_site(struct openmetrics *m, const struct answer_context *ctx, uint16_t site,
                       const struct metric *metric, const struct tally_window *w)
{
    struct openmetrics_label labels[LABELS] = {
        [LABEL_SITE] = {"site", ff_span_text(ctx->sites[site].id)},
        [LABEL_WINDOW] = {"window", {NULL, 0}},
        [LABEL_CURRENCY] = {"currency", {NULL, 0}},
    };
    if (metric->kind == METRIC_LIVE) {
        write_metric(m, labels, metric, w, ctx->live_visitors(ctx->live_ctx, site));
        return;
    }
    for (size_t i = 0; i < WINDOWS; i++) {
        labels[LABEL_WINDOW].value = ff_span_text(window_table[i].name);
        write_metric(m, labels, metric, &w[i], 0);
    }
}

static void write_family(struct openmetrics *m, const struct answer_context *ctx,
                         const struct metric *metric, const struct tally_window *windows)
{
    char name[128], help[128];
    snprintf(name, sizeof name, "footfall_%s_%s", metric->section, metric->name);
    for (char *dot = name; (dot = strchr(dot, '.'));)
        *dot = '_';
    snprintf(help, sizeof help, "%s.%s of a site, as /v1/stats gives it.", metric->section, metric->name);
    openmetrics_family(m, name, OPENMETRICS_GAUGE, help);
    for (uint16_t site = 0; site < ctx->site_count; site++)
        write_site(m, ctx, site, metric, &windows[site * WINDOWS]);
}

bool openmetrics_shop(struct openmetrics *m, const struct answer_context *ctx)
{
    const size_t n = ctx->site_count * WINDOWS;
    struct tally_window *windows = region_new(n, sizeof *windows);
    if (!windows)
        return false;
    for (size_t i = 0; i < n; i++)
        tally_read(ctx->tally, (uint16_t)(i / WINDOWS), ctx->now - window_table[i % WINDOWS].length,
                   ctx->now, &windows[i]);
    size_t metrics;
    const struct metric *metric = metrics_all(&metrics);
    for (size_t i = 0; i < metrics; i++)
        write_family(m, ctx, &metric[i], windows);
    region_free(&windows, n, sizeof *windows);
    return true;
}
