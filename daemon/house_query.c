/* What is asked: routes, and answers out of the rooms that hold the numbers. */
#include "house_state.h"

#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

enum { METHOD_GET = 1 << NET_GET | 1 << NET_HEAD, METHOD_POST = 1 << NET_POST };

static void house_health(struct house *h, struct net_handle handle, const struct net_request *request);
static void house_ready(struct house *h, struct net_handle handle, const struct net_request *request);
static void house_import(struct house *h, struct net_handle handle, const struct net_request *request);
static void house_stats(struct house *h, struct net_handle handle, const struct net_request *request);
static void house_ingest(struct house *h, struct net_handle handle, const struct net_request *request);

/* Every path, on which listener it is, and who answers it. A path ending in '*' takes all that
 * begins so. */
static const struct route {
    const char *path;
    bool ingest, stats;
    unsigned methods;
    const char *allow; /* header for 405 */
    bool open;         /* needs no token */
    void (*answer)(struct house *h, struct net_handle handle, const struct net_request *request);
} route_table[] = {
    {"/v1/events", true, false, METHOD_POST, "Allow: POST\r\n", true, house_ingest},
    {"/v1/import", false, true, METHOD_POST, "Allow: POST\r\n", false, house_import},
    {"/healthz", true, true, METHOD_GET, "Allow: GET, HEAD\r\n", true, house_health},
    {"/readyz", true, true, METHOD_GET, "Allow: GET, HEAD\r\n", true, house_ready},
    {"/v1/*", false, true, METHOD_GET, "Allow: GET, HEAD\r\n", false, house_stats},
};

static void house_reply_json(struct house *h, struct net_handle handle, int status,
                             struct ff_span body, const char *headers)
{
    struct net_reply reply = {
        .status = status,
        .content_type = FF_LITERAL("application/json"),
        .body = body,
        .headers = ff_span_text(headers),
    };
    net_reply(h->net, handle, &reply);
}

static void house_refuse_with(struct house *h, struct net_handle handle, int http,
                              enum ff_status status, const char *note, const char *headers)
{
    char body[512];
    int n = snprintf(body, sizeof body, "{\"error\":\"%s\",\"code\":\"%s\"}",
                     note ? note : ff_status_prose(status), ff_status_code(status));
    house_reply_json(h, handle, http, ff_span_of(body, (size_t)n), headers);
}

void house_refuse(struct house *h, struct net_handle handle, enum ff_status status, const char *note)
{
    int http = ff_status_http(status);
    house_refuse_with(h, handle, http, status, note, http == 503 ? "Retry-After: 1\r\n" : "");
}

static bool route_path(const struct route *r, struct ff_span path)
{
    size_t n = strlen(r->path);
    if (r->path[n - 1] == '*')
        return path.n >= n - 1 && memcmp(path.p, r->path, n - 1) == 0;
    return ff_span_is(path, r->path);
}

static const struct route *route_find(const struct house *h, const struct net_request *request)
{
    for (size_t i = 0; i < sizeof route_table / sizeof *route_table; i++) {
        const struct route *r = &route_table[i];
        if ((request->listener == h->stats_http ? r->stats : r->ingest) && route_path(r, request->path))
            return r;
    }
    return NULL;
}

/* "Bearer TOKEN", compared without telling by its duration how much of it was right. */
static bool house_token_matches(const struct house *h, struct ff_span authorization)
{
    static const char scheme[] = "Bearer ";
    size_t skip = sizeof scheme - 1, n = strlen(h->token);
    if (authorization.n != skip + n || strncasecmp(authorization.p, scheme, skip) != 0)
        return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < n; i++)
        differs |= (unsigned char)(authorization.p[skip + i] ^ h->token[i]);
    return differs == 0;
}

void house_request(void *house, struct net_handle handle, const struct net_request *request)
{
    struct house *h = house;
    const struct route *r = route_find(h, request);
    if (!r)
        house_refuse(h, handle, FF_NOT_FOUND, NULL);
    else if (!(r->methods & 1u << request->method))
        house_refuse_with(h, handle, 405, FF_METHOD_NOT_ALLOWED, NULL, r->allow);
    else if (request->listener == h->stats_http && h->token && !r->open &&
             !house_token_matches(h, request->authorization))
        house_refuse_with(h, handle, 401, FF_UNAUTHORIZED, NULL, "WWW-Authenticate: Bearer\r\n");
    else
        r->answer(h, handle, request);
}

static void house_ingest(struct house *h, struct net_handle handle, const struct net_request *request)
{
    house_events(h, handle, request, false);
}

/* Whether a Host header names an address or localhost: any other name may be a page of somebody
 * else's that resolves to here. */
static bool host_is_own(struct ff_span host)
{
    if (host.n > 0 && host.p[0] == '[')
        return true;
    const char *colon = host.n ? memchr(host.p, ':', host.n) : NULL;
    struct ff_span name = ff_span_of(host.p, colon ? (size_t)(colon - host.p) : host.n);
    if (name.n == 9 && strncasecmp(name.p, "localhost", 9) == 0)
        return true;
    for (size_t i = 0; i < name.n; i++)
        if ((name.p[i] < '0' || name.p[i] > '9') && name.p[i] != '.')
            return false;
    return true;
}

/* A page can send text/plain, or no type, to wherever it likes without being asked about it. */
static bool import_type(struct ff_span content_type)
{
    static const char prefix[] = "application/";
    size_t n = sizeof prefix - 1;
    return content_type.n > n && strncasecmp(content_type.p, prefix, n) == 0;
}

static void house_import(struct house *h, struct net_handle handle, const struct net_request *request)
{
    if (request->origin.p || !host_is_own(request->host))
        house_refuse(h, handle, FF_FOREIGN_ORIGIN, NULL);
    else if (!import_type(request->content_type))
        house_refuse(h, handle, FF_UNSUPPORTED_TYPE, NULL);
    else
        house_events(h, handle, request, true);
}

static void house_health(struct house *h, struct net_handle handle, const struct net_request *request)
{
    (void)request;
    house_reply_json(h, handle, 200, FF_LITERAL("{\"status\":\"ok\"}"), "Cache-Control: no-store\r\n");
}

static void house_ready(struct house *h, struct net_handle handle, const struct net_request *request)
{
    (void)request;
    enum ff_status state = journal_state(h->journal);
    char body[256];
    int n = state ? snprintf(body, sizeof body, "{\"status\":\"unavailable\",\"error\":\"%s\",\"code\":\"%s\"}",
                             ff_status_prose(state), ff_status_code(state))
                  : snprintf(body, sizeof body, "{\"status\":\"ready\"}");
    house_reply_json(h, handle, state ? 503 : 200, ff_span_of(body, (size_t)n),
                     state ? "Cache-Control: no-store\r\nRetry-After: 1\r\n" : "Cache-Control: no-store\r\n");
}

static int64_t house_live_visitors(void *fold, uint16_t site)
{
    return fold_live_visitors(fold, site);
}

static void house_stats(struct house *h, struct net_handle handle, const struct net_request *request)
{
    ff_wall now = house_now(h);
    house_advance(h, now);
    struct answer_context ctx = {
        .sites = h->answer_sites,
        .site_count = h->config->site_count,
        .tally = h->tally,
        .live_visitors = house_live_visitors,
        .live_ctx = h->fold,
        .now = now,
    };
    struct answer_out out = {.body = h->answer, .size = HOUSE_ANSWER_MAX};
    answer_query(&ctx, request->path, request->query, &out);
    bool same = out.http == 200 && answer_matches(request->if_none_match, out.etag);
    char headers[128];
    int n = out.etag[0] ? snprintf(headers, sizeof headers, "ETag: %s\r\nCache-Control: max-age=1\r\n", out.etag) : 0;
    struct net_reply reply = {
        .status = same ? 304 : out.http,
        .content_type = same ? (struct ff_span){NULL, 0} : ff_span_text(out.content_type),
        .body = same ? (struct ff_span){NULL, 0} : ff_span_of(out.body, out.length),
        .headers = ff_span_of(headers, (size_t)n),
    };
    net_reply(h->net, handle, &reply);
}
