/* What comes in on a connection: bytes in, requests out. Everything it touches is foreign.
 *
 * Bytes go to the net's work buffer, behind what the connection kept, are parsed there, and only a
 * remainder is copied to memory of the connection's own; a large request is read straight into
 * that. */
#include "inside.h"

#include "calls.h"
#include "reply.h"

#include <errno.h>
#include <strings.h>
#include <sys/socket.h>

bool conn_can_parse(const struct conn *c)
{
    return !c->pipeline.last && !c->broken && !c->net->paused &&
           pipeline_waiting(&c->pipeline) < PIPELINE_SLOTS &&
           pipeline_bytes(&c->pipeline) < NET_REPLY_BYTES;
}

/* Whether nothing of a request has come. A lone CR may be half of a line end between requests: it
 * must not buy a client time, or one that sends nothing else could stay for ever. */
static bool is_blank(const struct netbuf *b)
{
    return netbuf_length(b) == 0 || (netbuf_length(b) == 1 && b->p[b->start] == '\r');
}

bool conn_is_partial(const struct conn *c)
{
    return !is_blank(&c->in) && !c->stalled && !c->resumed && !c->pipeline.last;
}

bool conn_wants_read(const struct conn *c)
{
    if (c->phase == CONN_LINGER)
        return true;
    return !c->eof && !conn_is_stopped(c) && !c->stalled && conn_can_parse(c);
}

void conn_reset_input(struct conn *c)
{
    netbuf_release(&c->net->pool, &c->in);
    message_clear(&c->message);
    c->stalled = c->owes_continue = false;
}

static bool word_is(struct ff_span value, const char *word)
{
    return value.n == strlen(word) && strncasecmp(value.p, word, value.n) == 0;
}

/* A gzip body as what it holds; other codings are the owner's to refuse. */
static enum ff_status body_open(struct net *n, struct net_request *request)
{
    struct ff_span *coding = &request->content_encoding;
    if (coding->p ? !word_is(*coding, "gzip") && !word_is(*coding, "x-gzip")
                  : !gunzip_is(request->body))
        return FF_OK;
    *coding = (struct ff_span){0};
    if (request->body.n == 0)
        return FF_OK;
    n->counts.inflated++;
    request->stays = false;
    return gunzip_all(n->gunzip, request->body, &request->body);
}

/* Hands a request out, or answers it where net itself has to. Gives what it took of the turn's
 * budget: a few bytes of gzip may be as much work as a long body. */
static int conn_hand_out(struct conn *c, uint32_t number, struct net_request *request)
{
    struct net *n = c->net;
    char text[REPLY_FAULT_TEXT];
    if (c->peer && !peers_ask(n->peers, c->peer, net_now(n))) {
        n->counts.limited++;
        conn_fault(c, number, reply_of_limit(), request->origin);
        return 1;
    }
    enum ff_status status = body_open(n, request);
    if (status != FF_OK) {
        n->counts.bad_requests++;
        struct net_reply reply = reply_of_fault(status, text);
        reply.close = false; /* where the next request begins is certain */
        conn_fault(c, number, reply, request->origin);
        return NET_TURN_REQUESTS;
    }
    int cost = 1 + (int)(request->body.n / NET_REQUEST_BYTES);
    n->counts.requests++;
    n->active = true;
    n->told += cost;
    n->events.request(n->events.ctx, (struct net_handle){c->index, c->generation, number}, request);
    return cost;
}

/* stays: p lies in a work buffer. */
static int conn_deliver(struct conn *c, const char *p, bool stays, bool more_behind)
{
    const struct http_head *head = &c->message.head;
    struct net_request room, *request = message_request(&c->message, p, &room);
    request->listener = c->listener;
    request->stays = stays;
    request->address = c->known_address ? c->address : NULL;
    unsigned flags = head->method == NET_HEAD ? REPLY_TO_HEAD : 0;
    if (!head->keep_alive)
        flags |= REPLY_CLOSES;
    else if (head->old)
        flags |= REPLY_KEEPS_OLD;
    uint32_t number = pipeline_open(&c->pipeline, flags);
    if (!head->keep_alive) {
        c->pipeline.last = true;
        c->clean = !more_behind;
    }
    c->owes_continue = false;
    return conn_hand_out(c, number, request);
}

/* Takes one message off the front of b, and gives its cost. 0: none is whole. */
static int parse_one(struct conn *c, struct netbuf *b)
{
    struct message *m = &c->message;
    if (m->seen == 0)
        b->start += message_skip_blank(b->p + b->start, netbuf_length(b));
    size_t n = netbuf_length(b), used;
    bool headless = m->head_size == 0;
    enum message_state state = message_take(m, &c->net->limits, c->pipeline.next ? &c->known : NULL, b->p + b->start, &n, &used);
    if (state == MESSAGE_BAD) {
        c->net->counts.bad_requests++;
        conn_refuse(c, m->fault, message_origin(m, b->p + b->start));
        b->start = b->end;
        return 0;
    }
    if (state == MESSAGE_MORE) {
        b->end = b->start + n;
        c->owes_continue = message_awaits_continue(m) && (headless || c->owes_continue);
        return 0;
    }
    int cost = conn_deliver(c, b->p + b->start, b != &c->in, used < n);
    b->start += used;
    message_clear(m);
    return cost;
}

/* Takes the PROXY protocol's header off the front of b. False: it is not whole, or none. */
static bool take_proxy(struct conn *c, struct netbuf *b)
{
    size_t used;
    bool named;
    uint8_t address[16];
    const struct listener *l = &c->net->listeners[c->listener];
    switch (proxy_take(b->p + b->start, netbuf_length(b), l->proxy_version, &used, &named, address)) {
    case PROXY_DONE:
        b->start += used;
        c->proxied = false;
        if (named)
            memcpy(c->address, address, sizeof address);
        return true;
    case PROXY_MORE:
        return false;
    default:
        c->net->counts.bad_requests++;
        conn_refuse(c, FF_BAD_REQUEST, (struct ff_span){0});
        b->start = b->end;
        return false;
    }
}

/* Puts what is left of b, which is c->in or the work buffer, where it keeps till the next turn. */
static void conn_keep(struct conn *c, struct netbuf *b)
{
    struct netbuf_pool *pool = &c->net->pool;
    size_t n = netbuf_length(b);
    if (n == 0 || c->pipeline.last) {
        netbuf_release(pool, &c->in);
        return;
    }
    bool oversized = b == &c->in && c->in.cap > NETBUF_BLOCK && n + NET_PADDING <= NETBUF_BLOCK;
    if (b == &c->in && !oversized)
        return;
    struct netbuf kept = {0};
    c->broken |= !netbuf_reserve(pool, &kept, n + NET_PADDING) ||
                 !netbuf_append(pool, &kept, b->p + b->start, n);
    netbuf_release(pool, &c->in);
    c->in = kept;
}

static void conn_parse(struct conn *c, struct netbuf *b)
{
    struct net *n = c->net;
    bool was_blank = is_blank(&c->in), came = false;
    int budget = NET_TURN_REQUESTS, cost = 1;
    uint64_t told = n->counts.requests;
    c->stalled = false;
    if (c->proxied && netbuf_length(b) > 0 && !take_proxy(c, b))
        cost = 0;
    while (cost && netbuf_length(b) > 0 && conn_can_parse(c) && budget > 0 && (cost = parse_one(c, b))) {
        came = true;
        budget -= cost;
    }
    if (cost && netbuf_length(b) > 0 && !c->pipeline.last) {
        if (conn_can_parse(c))
            conn_list_add(&n->resume_next, &c->resumed, c->index);
        else
            c->stalled = true;
    }
    if (n->counts.requests != told && b != &c->in)
        n->work = (n->work + 1) % NET_WORKS; /* the owner may still look at this one */
    conn_keep(c, b);
    if (came || (was_blank && !is_blank(&c->in)))
        c->since = net_now(n);
    if (c->owes_continue)
        conn_mark_dirty(c);
}

/* Where the next bytes go: behind what was kept, in the work buffer if that is little. */
static struct netbuf *conn_room(struct conn *c, struct netbuf *work)
{
    struct net *n = c->net;
    size_t have = netbuf_length(&c->in);
    *work = (struct netbuf){.p = net_work(n), .cap = NET_WORK_SIZE, .end = have};
    if (have <= NETBUF_BLOCK) {
        if (have)
            memcpy(work->p, c->in.p + c->in.start, have);
        return work;
    }
    size_t expected = message_expected(&c->message);
    size_t want = expected > have ? expected - have : NETBUF_BLOCK;
    if (want > have)
        want = have; /* memory grows with what came, not with what was announced */
    return netbuf_reserve(&n->pool, &c->in, want + NET_PADDING) ? &c->in : NULL;
}

void conn_read(struct conn *c)
{
    struct net *n = c->net;
    struct netbuf work, *b = conn_room(c, &work);
    size_t room = b ? b->cap - NET_PADDING - b->end : 0;
    if (room > NET_WORK_BYTES)
        room = NET_WORK_BYTES;
    ssize_t got = b ? call_recv(c->fd, b->p + b->end, room, 0) : -1;
    if (got < 0) {
        if (b && (errno == EAGAIN || errno == EINTR))
            return;
        c->broken = true;
    } else if (got == 0) {
        c->eof = true;
        loop_enable(c->reader, false);
    } else {
        n->active = true;
        b->end += (size_t)got;
        conn_parse(c, b);
    }
    conn_settle(c);
}

/* Throws away what comes, until the client closes, too, or it is too much. */
static void conn_drain(struct conn *c)
{
    ssize_t got = recv(c->fd, net_work(c->net), NET_WORK_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        c->drained += (size_t)got;
    if (got <= 0 || c->drained > NET_LINGER_BYTES)
        conn_close(c);
    else
        conn_set_deadline(c);
}

void conn_on_readable(void *conn)
{
    struct conn *c = conn;
    struct net *n = c->net;
    if (c->phase == CONN_LINGER) {
        conn_drain(c);
    } else if (c->resumed) {
        return; /* first what it has sent before */
    } else if (conn_wants_read(c)) {
        conn_read(c);
    } else {
        loop_enable(c->reader, false);
        conn_settle(c);
    }
    net_end_part(n);
}

void conn_resume(struct conn *c)
{
    c->resumed = false;
    if (c->phase != CONN_OPEN)
        return;
    conn_parse(c, &c->in);
    conn_settle(c);
    net_end_part(c->net);
}
