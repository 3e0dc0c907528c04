/* GET /v1/customers/cohorts: customers by the month of their first order, and when they bought again. */
#include "query.h"

#include <stdio.h>

static bool write_cohort(void *query, const struct ff_cohort *c)
{
    struct json_out *out = &((struct query *)query)->json;
    char month[24];
    snprintf(month, sizeof(month), "%04d-%02d", 1970 + c->month / 12, c->month % 12 + 1);
    json_out_open(out, '{');
    json_out_key(out, FF_LITERAL("month"));
    json_out_text(out, ff_span_text(month));
    json_out_key(out, FF_LITERAL("customers"));
    json_out_integer(out, c->customers);
    json_out_key(out, FF_LITERAL("buyers"));
    json_out_open(out, '[');
    for (uint32_t i = 0; i < c->n; i++)
        json_out_integer(out, c->buyers[i]);
    json_out_close(out, ']');
    json_out_close(out, '}');
    return !out->full;
}

/* All cohorts, unless a window is asked for. */
enum ff_status cohorts_render(struct query *q)
{
    bool asked = params_get(&q->params, "from").p || params_get(&q->params, "to").p;
    struct window w = asked ? q->window : (struct window){0, q->ctx->now + 1};
    const struct answer_customers *c = q->ctx->customers;
    json_out_open(&q->json, '{');
    query_write_site(q);
    query_write_generated(q);
    json_out_key(&q->json, FF_LITERAL("cohorts"));
    json_out_open(&q->json, '[');
    c->cohorts(c->ctx, q->site, w.from, w.to, write_cohort, q);
    json_out_close(&q->json, ']');
    json_out_close(&q->json, '}');
    return FF_OK;
}
