/* What is asked: routes, and answers out of the rooms that hold the numbers. */
#include "house_state.h"

#include "instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

enum {
    METHOD_GET = 1 << NET_GET | 1 << NET_HEAD,
    METHOD_POST = 1 << NET_POST,
    METHOD_DELETE = 1 << NET_DELETE,
};

typedef void answer_fn(struct door *d, const struct client *client, const struct net_request *request);
static answer_fn query_health, query_ready, query_import, query_digest, query_visitor, query_stats;

/* Every path, on which listener it is, and who answers it. A path ending in '*' takes all that
 * begins so. */
static const struct route {
    struct ff_span path;
    bool ingest, stats;
    unsigned methods;
    const char *allow; /* header for 405 */
    bool open;         /* needs no token */
    answer_fn *answer;
} route_table[] = {
#define PATH(text) {text, sizeof(text) - 1}
    {PATH("/v1/events"), true, false, METHOD_POST, "Allow: POST, OPTIONS\r\n", true, door_events},
    {PATH("/v1/pixel.gif"), true, false, METHOD_GET | METHOD_POST, "Allow: GET, HEAD, POST, OPTIONS\r\n", true, door_pixel},
    {PATH("/v1/import"), false, true, METHOD_POST, "Allow: POST\r\n", false, query_import},
    {PATH("/tracker.js"), true, false, METHOD_GET, "Allow: GET, HEAD, OPTIONS\r\n", true, door_tracker},
    {PATH("/healthz"), true, true, METHOD_GET, "Allow: GET, HEAD\r\n", true, query_health},
    {PATH("/readyz"), true, true, METHOD_GET, "Allow: GET, HEAD\r\n", true, query_ready},
    {PATH("/v1/digest"), false, true, METHOD_GET, "Allow: GET, HEAD\r\n", false, query_digest},
    {PATH("/metrics"), false, true, METHOD_GET, "Allow: GET, HEAD\r\n", false, scrape_answer},
    {PATH("/v1/visitors/*"), false, true, METHOD_GET | METHOD_DELETE, "Allow: GET, HEAD, DELETE\r\n", false, query_visitor},
    {PATH("/v1/*"), false, true, METHOD_GET, "Allow: GET, HEAD\r\n", false, query_stats},
#undef PATH
};

static bool route_path(const struct route *r, struct ff_span path)
{
    size_t n = r->path.n - 1;
    if (r->path.p[n] == '*')
        return path.n >= n && memcmp(path.p, r->path.p, n) == 0;
    return ff_span_equal(path, r->path);
}

/* The tracker script is also where the configuration says. */
static bool route_configured(const struct door *d, const struct route *r, struct ff_span path)
{
    return r->answer == door_tracker && ff_span_is(path, d->house->config->ingest.tracker_path);
}

static const struct route *route_find(const struct door *d, const struct net_request *request)
{
    for (size_t i = 0; i < sizeof route_table / sizeof *route_table; i++) {
        const struct route *r = &route_table[i];
        if ((request->listener == d->stats ? r->stats : r->ingest) &&
            (route_path(r, request->path) || route_configured(d, r, request->path)))
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

static void query_preflight(struct door *d, const struct client *client, const struct net_request *request)
{
    char lines[ACCESS_PREFLIGHT_SIZE];
    size_t n = access_preflight(request->origin, request->access_request_headers, lines, sizeof lines);
    struct net_reply reply = {.status = 204, .headers = ff_span_of(lines, n)};
    net_reply(d->net, client->handle, &reply);
}

static void query_not_allowed(struct door *d, const struct client *client, const char *allow)
{
    static const char body[] = "{\"error\":\"this method is not allowed here\",\"code\":\"method_not_allowed\"}";
    door_reply(d, client, 405, "application/json", ff_span_of(body, sizeof body - 1), allow);
}

void door_request(void *door, struct net_handle handle, const struct net_request *request)
{
    struct door *d = door;
    const struct house *h = d->house;
    const struct route *r = route_find(d, request);
    bool private = request->listener == d->stats;
    struct client client = {handle, !private, request->origin};
    uint32_t gathered = d->gathering.n;
    if (private) /* it may ask for what they bring */
        door_give_gathered(d);
    if (!r)
        door_refuse(d, &client, FF_NOT_FOUND, NULL);
    else if (!private && request->method == NET_OPTIONS)
        query_preflight(d, &client, request);
    else if (!(r->methods & 1u << request->method))
        query_not_allowed(d, &client, r->allow);
    else if (private && h->token && !r->open && !house_token_matches(h, request->authorization))
        door_refuse(d, &client, FF_UNAUTHORIZED, NULL);
    else
        r->answer(d, &client, request);
    if (d->gathering.n == gathered) /* what was gathered before stays only while others join it */
        door_give_gathered(d);
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
    static const char prefix[] = "application/", unsaid[] = "application/octet-stream";
    size_t n = sizeof prefix - 1, m = sizeof unsaid - 1;
    return content_type.n > n && strncasecmp(content_type.p, prefix, n) == 0 &&
           !(content_type.n >= m && strncasecmp(content_type.p, unsaid, m) == 0);
}

static void query_import(struct door *d, const struct client *client, const struct net_request *request)
{
    if (request->origin.p || !host_is_own(request->host))
        door_refuse(d, client, FF_FOREIGN_ORIGIN, NULL);
    else if (!import_type(request->content_type))
        door_refuse(d, client, FF_UNSUPPORTED_TYPE, NULL);
    else
        door_import(d, client, request);
}

static void query_visitor(struct door *d, const struct client *client, const struct net_request *request)
{
    if (request->method != NET_DELETE)
        query_stats(d, client, request);
    else if (request->origin.p || !host_is_own(request->host))
        door_refuse(d, client, FF_FOREIGN_ORIGIN, NULL);
    else
        forget_answer(d, client, request);
}

static void query_health(struct door *d, const struct client *client, const struct net_request *request)
{
    (void)request;
    door_reply(d, client, 200, "application/json", FF_LITERAL("{\"status\":\"ok\"}"),
               "Cache-Control: no-store\r\n");
}

/* What is not as it should be while beacons are taken all the same; NULL: nothing. */
static const char *house_degraded(const struct house *h)
{
    if (h->store.degraded)
        return h->store.degraded;
    if (h->checkpoint.failed)
        return "the last checkpoint could not be written";
    if (h->clock_behind)
        return "the clock is behind the times that the journal holds";
    return NULL;
}

/* What is degraded is the state's own: its door says so, those of ingest threads do not. */
static void query_ready(struct door *d, const struct client *client, const struct net_request *request)
{
    (void)request;
    enum ff_status state = (enum ff_status)atomic_load_explicit(&d->house->store_state, memory_order_acquire);
    const char *degraded = d->lane ? NULL : house_degraded(d->house);
    const char *health = d->lane || !d->house->store.state ? "ok" : d->house->store.state;
    char body[256];
    int n, status = state ? 503 : 200;
    if (state)
        n = snprintf(body, sizeof body, "{\"status\":\"unavailable\",\"error\":\"%s\",\"code\":\"%s\"}",
                     ff_status_prose(state), ff_status_code(state));
    else if (degraded && strcmp(health, "ok") != 0)
        n = snprintf(body, sizeof body, "{\"status\":\"ready\",\"degraded\":\"%s\",\"store\":\"%s\"}", degraded, health);
    else if (degraded)
        n = snprintf(body, sizeof body, "{\"status\":\"ready\",\"degraded\":\"%s\"}", degraded);
    else
        n = snprintf(body, sizeof body, "{\"status\":\"ready\"}");
    door_reply(d, client, status, "application/json", ff_span_of(body, (size_t)n),
               state ? "Cache-Control: no-store\r\nRetry-After: 1\r\n" : "Cache-Control: no-store\r\n");
}

/* Whether the state is what the journal says can be seen by comparing this with footfallctl check. Takes
 * about a second for a million visitors. */
static void query_digest(struct door *d, const struct client *client, const struct net_request *request)
{
    (void)request;
    struct house *h = d->house;
    char body[256], at[INSTANT_TEXT];
    shard_advance(&h->shard, door_now(d));
    uint64_t seq = journal_last(h->journal);
    struct hash128 digest = shard_digest(&h->shard, seq);
    at[instant_print(at, h->shard.now)] = '\0';
    int n = snprintf(body, sizeof body, "{\"seq\":%" PRIu64 ",\"at\":\"%s\",\"digest\":\"%016" PRIx64 "%016" PRIx64 "\"}",
                     seq, at, digest.hi, digest.lo);
    door_reply(d, client, 200, "application/json", ff_span_of(body, (size_t)n), "Cache-Control: no-store\r\n");
}

/* Records of ingest threads come a little out of the order of their receipt. */
#define UNSETTLED (10 * FF_SECOND)

static int64_t house_live_visitors(void *fold, uint16_t site)
{
    return fold_live_visitors(fold, site);
}

void house_answer_context(struct house *h, struct answer_context *out)
{
    ff_wall now = door_now(&h->own);
    shard_advance(&h->shard, now);
    *out = (struct answer_context){
        .sites = h->answer_sites,
        .site_count = h->config->site_count,
        .tally = h->shard.tally,
        .live_visitors = house_live_visitors,
        .live_ctx = h->shard.fold,
        .now = now,
        .fold = h->shard.fold,
        .words = &h->shard.words,
        .customers = &h->customers,
        .unsettled = h->door_count > 0 ? UNSETTLED : 0,
    };
}

static void query_stats(struct door *d, const struct client *client, const struct net_request *request)
{
    struct house *h = d->house;
    struct answer_context ctx;
    house_answer_context(h, &ctx);
    struct answer_out out = {.body = h->answer, .size = HOUSE_ANSWER_MAX};
    answer_query(&ctx, request->path, request->query, &out);
    char headers[128] = "";
    if (out.etag[0])
        snprintf(headers, sizeof headers, "ETag: %s\r\nCache-Control: max-age=1\r\n", out.etag);
    if (out.http == 200 && answer_matches(request->if_none_match, out.etag))
        door_reply(d, client, 304, NULL, (struct ff_span){NULL, 0}, headers);
    else
        door_reply(d, client, out.http, out.content_type, ff_span_of(out.body, out.length), headers);
}
