/* GET /v1/surveys/comments: what was written in surveys, newest first. */
#include "query.h"

#include "fold.h"

#include "footfall/comment.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MOST 1000
#define SCORE_MOST 10

struct wanted {
    int64_t limit, min_score, max_score;
    struct ff_span kind, topic; /* p NULL: any */
};

/* A whole number from least to most; `otherwise` where the parameter is not given. */
static enum ff_status parse_number(struct query *q, const char *key, int64_t least, int64_t most,
                                   int64_t otherwise, int64_t *out)
{
    struct ff_span text = params_get(&q->params, key);
    bool good = text.n > 0 && text.n <= 9;
    *out = 0;
    for (size_t i = 0; good && i < text.n; i++) {
        good = text.p[i] >= '0' && text.p[i] <= '9';
        *out = *out * 10 + (text.p[i] - '0');
    }
    if (!text.p)
        *out = otherwise;
    else if (!good || *out < least || *out > most)
        return fault_set(&q->fault, FF_BAD_PARAMETER, ff_span_text(key),
                         "%s: expected a whole number from %d to %d", key, (int)least, (int)most);
    return FF_OK;
}

static enum ff_status parse_kind(struct query *q, struct ff_span *out)
{
    static const char *const kinds[] = {"csat", "nps", "ces"};
    *out = params_get(&q->params, "kind");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!out->p || ff_span_is(*out, kinds[i]))
            return FF_OK;
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("kind"), "kind: expected csat, nps or ces");
}

static enum ff_status parse_wanted(struct query *q, struct wanted *w)
{
    w->topic = params_get(&q->params, "topic");
    enum ff_status s = parse_number(q, "limit", 1, LIMIT_MOST, LIMIT_DEFAULT, &w->limit);
    if (s == FF_OK)
        s = parse_number(q, "min_score", 0, SCORE_MOST, 0, &w->min_score);
    if (s == FF_OK)
        s = parse_number(q, "max_score", 0, SCORE_MOST, SCORE_MOST, &w->max_score);
    return s == FF_OK ? parse_kind(q, &w->kind) : s;
}

/* No topic is "(none)", as in the breakdowns. */
static bool is_wanted(const struct wanted *w, const struct ff_comment *c)
{
    struct ff_span topic = c->topic.n > 0 ? c->topic : FF_LITERAL("(none)");
    return (!w->kind.p || ff_span_is(w->kind, c->kind)) && (!w->topic.p || ff_span_equal(w->topic, topic)) &&
           c->score >= w->min_score && c->score <= w->max_score;
}

static void write_text(struct json_out *out, const char *key, struct ff_span text)
{
    json_out_key(out, ff_span_text(key));
    json_out_text(out, text);
}

static void write_comment(const struct ff_comment *c, struct json_out *out)
{
    json_out_open(out, '{');
    json_out_key(out, FF_LITERAL("time"));
    json_out_instant(out, c->time);
    json_out_key(out, FF_LITERAL("received"));
    json_out_instant(out, c->received);
    write_text(out, "kind", ff_span_text(c->kind));
    json_out_key(out, FF_LITERAL("score"));
    json_out_integer(out, c->score);
    write_text(out, "scale", ff_span_text(c->scale));
    write_text(out, "topic", c->topic.n > 0 ? c->topic : FF_LITERAL("(none)"));
    write_text(out, "comment", c->text);
    if (c->visitor.n > 0)
        write_text(out, "visitor", c->visitor);
    json_out_close(out, '}');
}

enum ff_status comments_render(struct query *q)
{
    struct wanted w;
    enum ff_status s = parse_wanted(q, &w);
    if (s != FF_OK)
        return s;
    json_out_open(&q->json, '{');
    query_write_site(q);
    query_write_generated(q);
    json_out_key(&q->json, FF_LITERAL("comments"));
    json_out_open(&q->json, '[');
    uint32_t n = fold_comments(q->ctx->fold, q->site);
    for (uint32_t i = 0; i < n && w.limit > 0; i++) {
        struct ff_comment c;
        fold_comment(q->ctx->fold, q->site, i, &c);
        if (!is_wanted(&w, &c))
            continue;
        write_comment(&c, &q->json);
        w.limit--;
    }
    json_out_close(&q->json, ']');
    json_out_close(&q->json, '}');
    return FF_OK;
}
