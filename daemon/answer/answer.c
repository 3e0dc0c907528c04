#include "query.h"

#include "hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The queries: a path, the parameters it knows beside none else, and who renders it. */
static const struct query_row {
    const char *path;
    const char *const *params; /* NULL-terminated */
    enum ff_status (*render)(struct query *q);
} query_table[] = {
    {"/v1/stats", (const char *const[]){"site", "window", "from", "to", "compare", NULL},
     stats_render},
    {"/v1/stats/series",
     (const char *const[]){"metric", "step", "site", "window", "from", "to", "compare", NULL},
     series_render},
    {"/v1/surveys/comments",
     (const char *const[]){"site", "limit", "kind", "topic", "min_score", "max_score", NULL}, comments_render},
    {"/v1/stats/breakdown",
     (const char *const[]){"by", "limit", "sort", "site", "window", "from", "to", "compare", NULL},
     breakdown_render},
    {"/v1/customers", (const char *const[]){"site", "window", "from", "to", "compare", NULL},
     customers_render},
    {"/v1/customers/cohorts", (const char *const[]){"site", "from", "to", NULL}, cohorts_render},
    {"/v1/carts", (const char *const[]){"site", "state", "after", "limit", NULL}, cart_list_render},
    {"/v1/visitors/", (const char *const[]){"site", "customer", NULL}, visitor_show_render},
};

/* A path that ends in '/' is that of all that begins so; *rest is what follows it. */
static bool path_is(const char *path, struct ff_span asked, struct ff_span *rest)
{
    size_t n = strlen(path);
    bool begins = path[n - 1] == '/' && asked.n > n && memcmp(asked.p, path, n) == 0;
    *rest = begins ? ff_span_of(asked.p + n, asked.n - n) : ff_span_of(NULL, 0);
    return begins || ff_span_is(asked, path);
}

static const struct query_row *find_query(struct ff_span path, struct ff_span *rest)
{
    for (size_t i = 0; i < sizeof(query_table) / sizeof(*query_table); i++)
        if (path_is(query_table[i].path, path, rest))
            return &query_table[i];
    return NULL;
}

static bool site_is(const struct answer_site *site, struct ff_span name)
{
    if (ff_span_is(name, site->id))
        return true;
    for (const char *const *alias = site->aliases; alias && *alias; alias++)
        if (ff_span_is(name, *alias))
            return true;
    return false;
}

static enum ff_status find_site(struct query *q)
{
    struct ff_span name = params_get(&q->params, "site");
    if (!name.p && q->ctx->site_count == 1) {
        q->site = 0;
        return FF_OK;
    }
    if (!name.p)
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("site"),
                         "site: expected the id of a site, as there are several");
    for (q->site = 0; q->site < q->ctx->site_count; q->site++)
        if (site_is(&q->ctx->sites[q->site], name))
            return FF_OK;
    return fault_set(&q->fault, FF_UNKNOWN_SITE, FF_LITERAL("site"),
                     "site: no such site is configured");
}

void query_write_site(struct query *q)
{
    json_out_key(&q->json, FF_LITERAL("site"));
    json_out_text(&q->json, ff_span_text(q->ctx->sites[q->site].id));
}

void query_write_generated(struct query *q)
{
    json_out_key(&q->json, FF_LITERAL("generated_at"));
    q->stamp = q->json.n;
    json_out_instant(&q->json, ff_floor_to(q->ctx->now, FF_MILLISECOND));
    q->stamp_end = q->json.n;
}

void query_write_window(struct query *q, ff_wall from, ff_wall to)
{
    json_out_key(&q->json, FF_LITERAL("from"));
    json_out_instant(&q->json, from);
    json_out_key(&q->json, FF_LITERAL("to"));
    json_out_instant(&q->json, to);
    query_write_generated(q);
}

void query_write_compare(struct query *q, ff_wall from, ff_wall to)
{
    json_out_key(&q->json, FF_LITERAL("compare"));
    json_out_open(&q->json, '{');
    json_out_key(&q->json, FF_LITERAL("mode"));
    json_out_text(&q->json, ff_span_text(compare_name(q->compare)));
    json_out_key(&q->json, FF_LITERAL("from"));
    json_out_instant(&q->json, from);
    json_out_key(&q->json, FF_LITERAL("to"));
    json_out_instant(&q->json, to);
    json_out_close(&q->json, '}');
}

/* The row of the query, and what is asked. */
static enum ff_status read_query(struct query *q, struct ff_span path, struct ff_span query,
                                 const struct query_row **found)
{
    const struct query_row *row = *found = find_query(path, &q->rest);
    if (!row)
        return fault_set(&q->fault, FF_NOT_FOUND, ff_span_of(NULL, 0), "%s",
                         ff_status_prose(FF_NOT_FOUND));
    enum ff_status s = params_parse(&q->params, query, &q->fault);
    if (s == FF_OK)
        s = params_only(&q->params, row->params, &q->fault);
    if (s == FF_OK)
        s = find_site(q);
    if (s == FF_OK)
        s = window_parse(&q->params, q->ctx->now, &q->window, &q->fault);
    if (s == FF_OK)
        s = compare_parse(&q->params, &q->compare, &q->fault);
    return s;
}

static enum ff_status run_query(struct query *q, struct ff_span path, struct ff_span query)
{
    const struct query_row *row;
    enum ff_status s = read_query(q, path, query, &row);
    if (s == FF_OK)
        s = row->render(q);
    if (s == FF_OK && q->json.full)
        s = fault_set(&q->fault, FF_BAD_PARAMETER, ff_span_of(NULL, 0),
                      "the answer would be larger than %zu bytes: ask for less at once",
                      q->json.size);
    return s;
}

/* The tag is of the text before and the text behind generated_at. */
static void make_etag(const struct query *q, char etag[ANSWER_ETAG])
{
    struct hash128 parts[2] = {hash_bytes(q->json.p, q->stamp),
                               hash_bytes(q->json.p + q->stamp_end, q->json.n - q->stamp_end)};
    struct hash128 whole = hash_bytes(parts, sizeof(parts));
    snprintf(etag, ANSWER_ETAG, "\"%016" PRIx64 "%016" PRIx64 "\"", whole.hi, whole.lo);
}

static void write_fault(const struct fault *f, struct json_out *j)
{
    struct ff_span parameter = f->parameter;
    if (parameter.n > FAULT_PARAMETER)
        parameter.n = FAULT_PARAMETER;
    json_out_open(j, '{');
    json_out_key(j, FF_LITERAL("error"));
    json_out_text(j, ff_span_text(f->error));
    json_out_key(j, FF_LITERAL("code"));
    json_out_text(j, ff_span_text(ff_status_code(f->status)));
    if (parameter.p) {
        json_out_key(j, FF_LITERAL("parameter"));
        json_out_text(j, parameter);
    }
    json_out_close(j, '}');
}

enum ff_status answer_query(const struct answer_context *ctx, struct ff_span path,
                            struct ff_span query, struct answer_out *out)
{
    struct query q;
    q.ctx = ctx;
    json_out_init(&q.json, out->body, out->size);
    out->etag[0] = '\0';
    out->content_type = "application/json";
    enum ff_status s = run_query(&q, path, query);
    if (s == FF_OK) {
        make_etag(&q, out->etag);
    } else {
        json_out_init(&q.json, out->body, out->size);
        write_fault(&q.fault, &q.json);
    }
    out->http = ff_status_http(s);
    out->length = q.json.n;
    return s;
}

enum ff_status answer_visitor(const struct answer_context *ctx, struct ff_span path, struct ff_span query,
                              struct answer_visitor *who, struct answer_out *out)
{
    struct query q;
    const struct query_row *row;
    q.ctx = ctx;
    json_out_init(&q.json, out->body, out->size);
    out->content_type = "application/json";
    enum ff_status s = read_query(&q, path, query, &row);
    if (s == FF_OK)
        s = query_visitor(&q, who);
    if (s != FF_OK)
        write_fault(&q.fault, &q.json);
    out->http = ff_status_http(s);
    out->length = q.json.n;
    return s;
}

bool answer_matches(struct ff_span if_none_match, const char *etag)
{
    if (!*etag || if_none_match.n == 0)
        return false;
    const char *p = if_none_match.p, *end = p + if_none_match.n;
    while (p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
        while (p < stop && (*p == ' ' || *p == '\t'))
            p++;
        size_t n = (size_t)(stop - p);
        while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
            n--;
        struct ff_span tag = ff_span_of(p, n);
        if (tag.n > 2 && memcmp(tag.p, "W/", 2) == 0)
            tag = ff_span_of(tag.p + 2, tag.n - 2);
        if (ff_span_is(tag, etag) || ff_span_is(tag, "*"))
            return true;
        p = stop + 1;
    }
    return false;
}
