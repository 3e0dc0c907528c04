/* GET /v1/stats: every metric of a window, in sections. */
#include "customers.h"
#include "query.h"
#include "stats.h"
#include "survey.h"

#include <string.h>

static void write_now(const struct metric *m, const struct stats *s, struct json_out *out)
{
    metrics_write(m, &s->now, s->live, out);
}

static void write_previous(const struct metric *m, const struct stats *s, struct json_out *out)
{
    metrics_write_previous(m, s->kept, out);
}

static void write_change(const struct metric *m, const struct stats *s, struct json_out *out)
{
    metrics_write_change(m, &s->now, s->kept, out);
}

static const struct stats_set now_set = {write_now, true, false}, previous_set = {write_previous, false, true},
                              change_set = {write_change, true, true};

void stats_write_rows(const struct metric *m, size_t n, const struct stats *s, const struct stats_set *set,
                      struct json_out *out)
{
    for (size_t i = 0; i < n; i++) {
        json_out_key(out, ff_span_text(m[i].name));
        set->write(&m[i], s, out);
    }
}

static void write_customers(const struct customers_section *s, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("customers"));
    json_out_open(out, '{');
    customers_write_window(s, out);
    customers_write(s, out);
    json_out_close(out, '}');
}

static void write_customers_change(const struct stats *s, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("customers"));
    json_out_open(out, '{');
    customers_write_change(&s->customers, &s->customers_before, out);
    json_out_close(out, '}');
}

/* The section around another: "surveys" of "surveys.csat"; empty where there is none. */
static struct ff_span outer(const char *section)
{
    const char *dot = strchr(section, '.');
    return ff_span_of(section, dot ? (size_t)(dot - section) : 0);
}

/* Opens the section, and first the one around it unless the section before has opened that. */
static void open_section(const char *before, const char *section, struct json_out *out)
{
    struct ff_span around = outer(section);
    if (around.n > 0 && !(before && ff_span_equal(outer(before), around))) {
        json_out_key(out, around);
        json_out_open(out, '{');
    }
    json_out_key(out, ff_span_text(around.n > 0 ? section + around.n + 1 : section));
    json_out_open(out, '{');
}

static void close_section(const char *section, const char *after, struct json_out *out)
{
    struct ff_span around = outer(section);
    json_out_close(out, '}');
    if (around.n > 0 && !(after && ff_span_equal(outer(after), around)))
        json_out_close(out, '}');
}

static void write_sections(const struct stats *s, const struct survey_topics *topics, const struct stats_set *set,
                           struct json_out *out)
{
    size_t all;
    const struct metric *m = metrics_all(&all);
    for (size_t i = 0, n; i < all; i += n) {
        for (n = 1; i + n < all && strcmp(m[i].section, m[i + n].section) == 0;)
            n++;
        open_section(i > 0 ? m[i - 1].section : NULL, m[i].section, out);
        stats_write_rows(&m[i], n, s, set, out);
        survey_write(&m[i], n, s, topics, set, out);
        close_section(m[i].section, i + n < all ? m[i + n].section : NULL, out);
    }
}

static void write_compared(const struct stats *s, const struct survey_topics *topics, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("previous"));
    json_out_open(out, '{');
    write_sections(s, topics, &previous_set, out);
    write_customers(&s->customers_before, out);
    json_out_close(out, '}');
    json_out_key(out, FF_LITERAL("change"));
    json_out_open(out, '{');
    write_sections(s, topics, &change_set, out);
    write_customers_change(s, out);
    json_out_close(out, '}');
}

static void read_earlier(struct query *q, struct stats *s)
{
    struct window w =
        compare_window(q->compare, q->ctx->sites[q->site].zone, s->now.from, s->now.to);
    tally_read(q->ctx->tally, q->site, w.from, w.to, &s->before);
    customers_read(q, w.from, w.to, &s->customers_before);
    s->kept = s->before.from < s->before.to ? &s->before : NULL;
}

enum ff_status stats_render(struct query *q)
{
    struct stats s;
    struct survey_topics topics;
    s.kept = NULL;
    s.live = q->ctx->live_visitors(q->ctx->live_ctx, q->site);
    tally_read(q->ctx->tally, q->site, q->window.from, q->window.to, &s.now);
    customers_read(q, q->window.from, q->window.to, &s.customers);
    json_out_open(&q->json, '{');
    query_write_site(q);
    query_write_window(q, s.now.from, s.now.to);
    if (q->compare != COMPARE_NONE) {
        read_earlier(q, &s);
        query_write_compare(q, s.before.from, s.before.to);
    }
    survey_topics_read(q, &s, &topics);
    write_sections(&s, &topics, &now_set, &q->json);
    write_customers(&s.customers, &q->json);
    if (q->compare != COMPARE_NONE)
        write_compared(&s, &topics, &q->json);
    survey_topics_end(&topics);
    json_out_close(&q->json, '}');
    return FF_OK;
}
