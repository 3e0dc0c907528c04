/* GET /v1/stats: every metric of a window, in sections. */
#include "metrics.h"
#include "query.h"

#include <string.h>

static void write_sections(struct query *q, const struct tally_window *w)
{
    size_t n;
    const struct metric *m = metrics_all(&n);
    int64_t live = q->ctx->live_visitors(q->ctx->live_ctx, q->site);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(m[i].section, m[i - 1].section) != 0) {
            json_out_key(&q->json, ff_span_text(m[i].section));
            json_out_open(&q->json, '{');
        }
        json_out_key(&q->json, ff_span_text(m[i].name));
        metrics_write(&m[i], w, live, &q->json);
        if (i + 1 == n || strcmp(m[i].section, m[i + 1].section) != 0)
            json_out_close(&q->json, '}');
    }
}

enum ff_status stats_render(struct query *q)
{
    struct tally_window w;
    tally_read(q->ctx->tally, q->site, q->window.from, q->window.to, &w);
    json_out_open(&q->json, '{');
    query_write_site(q);
    query_write_window(q, w.from, w.to);
    write_sections(q, &w);
    json_out_close(&q->json, '}');
    return FF_OK;
}
