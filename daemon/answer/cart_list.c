/* GET /v1/carts: the carts in one state, by the order in which they came into it. */
#include "cart_json.h"
#include "query.h"

#include <string.h>

#define LIMIT 100 /* carts in an answer where no limit is given */
#define LIMIT_MOST 1000

struct cart_list {
    enum cart_state state;
    struct ff_span word; /* of the state */
    struct cart_place after;
    int64_t limit;
};

static enum ff_status parse_state(struct query *q, struct cart_list *l)
{
    static const struct {
        const char *word;
        enum cart_state state;
    } states[] = {{"abandoned", CART_ABANDONED}, {"open", CART_OPEN}, {"recovered", CART_RECOVERED}};
    struct ff_span text = params_get(&q->params, "state");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text.p ? ff_span_is(text, states[i].word) : i == 0) {
            l->state = states[i].state;
            l->word = ff_span_text(states[i].word);
            return FF_OK;
        }
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("state"),
                     "state: expected abandoned, open or recovered");
}

static enum ff_status parse_after(struct query *q, struct cart_list *l)
{
    struct ff_span text = params_get(&q->params, "after");
    l->after = (struct cart_place){.at = FF_NEVER};
    if (!text.p || cart_cursor_parse(text, &l->after))
        return FF_OK;
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("after"),
                     "after: expected what an answer gave as next");
}

static enum ff_status parse_limit(struct query *q, struct cart_list *l)
{
    struct ff_span text = params_get(&q->params, "limit");
    l->limit = text.p ? 0 : LIMIT;
    bool digits = text.n <= 4;
    for (size_t i = 0; digits && i < text.n; i++) {
        digits = text.p[i] >= '0' && text.p[i] <= '9';
        l->limit = l->limit * 10 + (text.p[i] - '0');
    }
    if (digits && l->limit >= 1 && l->limit <= LIMIT_MOST)
        return FF_OK;
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("limit"), "limit: expected a number from 1 to %d",
                     LIMIT_MOST);
}

/* One cart more; false: it does not fit, and nothing of it is written. */
static bool write_cart(struct query *q, const struct cart_view *c)
{
    struct json_out before = q->json;
    cart_json_write(q->ctx->fold, c, false, &q->json);
    if (q->json.size - q->json.n > CART_CURSOR + 32 && !q->json.full)
        return true;
    q->json = before;
    return false;
}

/* Up to the limit, or as many as fit: who asks goes on behind them. Of a single one that does not fit the
 * answer says so. */
static void write_carts(struct query *q, struct cart_list *l)
{
    struct cart_view c;
    ff_wall upto = q->ctx->now - q->ctx->unsettled;
    json_out_key(&q->json, FF_LITERAL("carts"));
    json_out_open(&q->json, '[');
    for (int64_t i = 0; i < l->limit && carts_next(q->ctx->fold, q->site, l->state, &l->after, upto, &c); i++) {
        if (!write_cart(q, &c)) {
            q->json.full = i == 0;
            break;
        }
        l->after = c.place;
    }
    json_out_close(&q->json, ']');
}

enum ff_status cart_list_render(struct query *q)
{
    struct cart_list l;
    char next[CART_CURSOR + 1];
    enum ff_status s = parse_state(q, &l);
    if (s == FF_OK)
        s = parse_after(q, &l);
    if (s == FF_OK)
        s = parse_limit(q, &l);
    if (s != FF_OK)
        return s;
    json_out_open(&q->json, '{');
    query_write_site(q);
    json_out_key(&q->json, FF_LITERAL("state"));
    json_out_text(&q->json, l.word);
    query_write_generated(q);
    write_carts(q, &l);
    cart_cursor_print(&l.after, next);
    json_out_key(&q->json, FF_LITERAL("next"));
    json_out_text(&q->json, ff_span_text(next));
    json_out_close(&q->json, '}');
    return FF_OK;
}
