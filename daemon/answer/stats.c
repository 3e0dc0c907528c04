/* GET /v1/stats: every metric of a window, in sections. */
#include "customers.h"
#include "metrics.h"
#include "query.h"

#include <string.h>

struct stats {
    struct tally_window now, before; /* the window that was asked for, and the one compared with */
    const struct tally_window *kept; /* before, or NULL when nothing of it is kept */
    int64_t live;
    struct customers_section customers, customers_before;
};

typedef void write_value(const struct metric *m, const struct stats *s, struct json_out *out);

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

/* The sections' members, each metric's value written by write. */
static void write_sections(const struct stats *s, write_value *write, struct json_out *out)
{
    size_t n;
    const struct metric *m = metrics_all(&n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(m[i].section, m[i - 1].section) != 0) {
            json_out_key(out, ff_span_text(m[i].section));
            json_out_open(out, '{');
        }
        json_out_key(out, ff_span_text(m[i].name));
        write(&m[i], s, out);
        if (i + 1 == n || strcmp(m[i].section, m[i + 1].section) != 0)
            json_out_close(out, '}');
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

static void write_compared(const struct stats *s, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("previous"));
    json_out_open(out, '{');
    write_sections(s, write_previous, out);
    write_customers(&s->customers_before, out);
    json_out_close(out, '}');
    json_out_key(out, FF_LITERAL("change"));
    json_out_open(out, '{');
    write_sections(s, write_change, out);
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
    write_sections(&s, write_now, &q->json);
    write_customers(&s.customers, &q->json);
    if (q->compare != COMPARE_NONE)
        write_compared(&s, &q->json);
    json_out_close(&q->json, '}');
    return FF_OK;
}
