/* Answers: bodies and header lines for what became of a request. */
#include "house_state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A transparent picture of one pixel: the smallest GIF that all browsers show. */
static const char pixel_gif[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
_Static_assert(sizeof pixel_gif - 1 == 43, "the picture has 43 bytes");

/* The CORS headers for an origin, in d->cors: as a rule it is the last one's. */
static size_t door_cors(struct door *d, struct ff_span origin)
{
    struct door_cors *c = &d->cors;
    if (c->n > 0 && ff_span_equal(ff_span_of(c->origin, c->origin_n), origin))
        return c->n;
    size_t n = access_cors(origin, c->lines, ACCESS_CORS_SIZE);
    c->n = origin.n <= sizeof c->origin ? n : 0;
    if (c->n > 0 && origin.n > 0)
        memcpy(c->origin, origin.p, origin.n);
    c->origin_n = c->n > 0 ? origin.n : 0;
    return n;
}

void door_reply(struct door *d, const struct client *client, int status, const char *content_type,
                struct ff_span body, const char *headers)
{
    size_t n = client->page ? door_cors(d, client->origin) : 0;
    char own[HEADERS_SIZE], *lines = client->page ? d->cors.lines : own;
    size_t more = strlen(headers);
    assert(more < HEADERS_SIZE - n); /* which leaves room for the longest of them */
    memcpy(lines + n, headers, more);
    struct net_reply reply = {
        .status = status,
        .content_type = ff_span_text(content_type),
        .body = body,
        .headers = ff_span_of(lines, n + more),
    };
    net_reply(d->net, client->handle, &reply);
}

size_t door_net_headers(void *door, int listener, struct ff_span origin, char *out, size_t size)
{
    const struct door *d = door;
    return listener == d->http ? access_cors(origin, out, size) : 0;
}

static const char *refusal_headers(int http)
{
    if (http == 401)
        return "WWW-Authenticate: Bearer\r\n";
    return http == 503 || http == 429 ? "Retry-After: 1\r\n" : "";
}

void door_refuse(struct door *d, const struct client *client, enum ff_status status, const char *note)
{
    char body[512];
    int http = ff_status_http(status);
    int n = snprintf(body, sizeof body, "{\"error\":\"%s\",\"code\":\"%s\"}",
                     note ? note : ff_status_prose(status), ff_status_code(status));
    door_reply(d, client, http, "application/json", ff_span_of(body, (size_t)n), refusal_headers(http));
}

void door_turn_away(struct door *d, const struct client *client, enum ff_status status)
{
    d->counts.refused[TRANSPORT_HTTP][status]++;
    door_refuse(d, client, status, NULL);
}

/* What an answer with refusals is when none was taken: 401 or 403 where all were denied, else 400. */
static int verdict_http(const struct waiting *w)
{
    if (w->accepted + w->duplicates + w->dropped > 0)
        return 200;
    return w->denied == w->rejected ? ff_status_http(w->fault) : 400;
}

/* {"accepted", "duplicates", "rejected": [...]}, with "error" and "code" where none was taken. */
static void door_reply_list(struct door *d, const struct client *client, const struct waiting *w)
{
    int http = verdict_http(w);
    char error[256] = "", *body = NULL;
    if (http == 400)
        snprintf(error, sizeof error, "\"error\":\"no event was taken\",\"code\":\"none_taken\",");
    else if (http != 200)
        snprintf(error, sizeof error, "\"error\":\"%s\",\"code\":\"%s\",", ff_status_prose(w->fault),
                 ff_status_code(w->fault));
    int n = asprintf(&body, "{%s\"accepted\":%" PRIu32 ",\"duplicates\":%" PRIu32 ",\"rejected\":[%.*s]}",
                     error, w->accepted + w->dropped, w->duplicates, (int)w->list_bytes, w->list ? w->list : "");
    door_reply(d, client, http, "application/json", n < 0 ? FF_LITERAL("{}") : ff_span_of(body, (size_t)n),
               refusal_headers(http));
    free(body);
}

static void door_reply_events(struct door *d, const struct client *client, const struct waiting *w)
{
    if (w->rejected > 0) {
        door_reply_list(d, client, w);
        return;
    }
    char header[48] = "";
    if (w->duplicates)
        snprintf(header, sizeof header, "X-Footfall-Duplicates: %" PRIu32 "\r\n", w->duplicates);
    door_reply(d, client, 204, NULL, (struct ff_span){NULL, 0}, header);
}

static void door_reply_pixel(struct door *d, const struct client *client, const struct waiting *w)
{
    static const char usual[] = "Cache-Control: no-store\r\n";
    const char *field = w->field ? w->field : "";
    char told[256];
    if (w->rejected)
        snprintf(told, sizeof told, "%sX-Footfall-Error: %s%s%s: %s\r\n", usual, ff_status_code(w->fault),
                 *field ? " " : "", field, w->note ? w->note : ff_status_prose(w->fault));
    door_reply(d, client, 200, "image/gif", ff_span_of(pixel_gif, sizeof pixel_gif - 1), w->rejected ? told : usual);
}

void door_answer(struct door *d, struct waiting *w, enum ff_status store)
{
    enum ff_status refused = w->refused ? w->refused : store;
    struct client client = {w->handle, w->page,
                            ff_span_of(w->long_origin ? w->long_origin : w->origin, w->origin_bytes)};
    if (w->origin_bytes == 0)
        client.origin = (struct ff_span){NULL, 0};
    if (w->kind == WAITING_NOBODY)
        d->counts.refused[TRANSPORT_UDP][refused] += refused ? w->datagrams : 0;
    else if (refused)
        door_turn_away(d, &client, refused);
    else if (w->kind == WAITING_FORGET)
        forget_reply(d, &client, w->since);
    else if (w->kind == WAITING_PIXEL)
        door_reply_pixel(d, &client, w);
    else
        door_reply_events(d, &client, w);
    waiting_fini(w);
}
