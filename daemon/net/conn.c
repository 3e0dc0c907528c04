/* A connection's life, and what goes out on it. Replies gather in the pipeline, and conn_flush sends
 * them once at the end of the turn. Closing happens in conn_flush, conn_settle and the readiness
 * callbacks, never within net_reply. */
#include "inside.h"

#include "calls.h"
#include "reply.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAULT_HEADERS 1024 /* bytes of header lines in answers of net's own */

void conn_list_add(struct conn_list *list, bool *on_list, uint32_t index)
{
    if (*on_list)
        return;
    *on_list = true;
    list->at[list->n++] = index;
}

void conn_mark_dirty(struct conn *c)
{
    conn_list_add(&c->net->dirty, &c->dirty, c->index);
}

/* Whether the client may be about to send its first request, or has begun one. */
static bool is_awaited(const struct conn *c)
{
    return c->phase == CONN_OPEN && !c->eof && !c->pipeline.last &&
           (c->pipeline.next == 0 || conn_is_partial(c));
}

bool conn_was_stopped(const struct conn *c)
{
    const struct stop *s = &c->net->stop;
    return c->index < s->conns && !(is_awaited(c) && net_now(c->net) < s->patience);
}

/* In a stop nobody waits long for a client that may just have nothing more to say. */
static ff_dur linger_time(const struct conn *c)
{
    return c->net->stop.begun && c->drained == 0 ? NET_STOP_PATIENCE : NET_LINGER_TIME;
}

/* When the present wait is over, whatever it is for; waiting for our own owner has no end. */
static ff_mono deadline_of(const struct conn *c)
{
    const struct net_options *o = &c->net->options;
    if (c->phase == CONN_LINGER)
        return c->since + linger_time(c);
    if (c->blocked)
        return c->since + o->idle_timeout;
    if (c->net->stop.begun && is_awaited(c))
        return c->net->stop.patience;
    if (conn_is_partial(c))
        return c->since + o->request_timeout;
    return pipeline_waiting(&c->pipeline) ? NET_FOREVER : c->since + o->idle_timeout;
}

void conn_set_deadline(struct conn *c)
{
    c->net->deadlines[c->index] = deadline_of(c);
}

void conn_close(struct conn *c)
{
    struct net *n = c->net;
    assert(c->phase != CONN_FREE);
    loop_event_free(&c->reader);
    loop_event_free(&c->writer);
    close(c->fd);
    if (c->peer)
        peers_leave(n->peers, c->peer);
    conn_reset_input(c);
    known_free(&c->known);
    pipeline_fini(&c->pipeline, &n->pool);
    c->fd = -1;
    c->phase = CONN_FREE;
    c->generation++;
    n->deadlines[c->index] = NET_FOREVER;
    n->unused[n->unused_n++] = c->index;
    n->counts.open--;
    n->counts.closed++;
}

/* As recv(2), of a byte that stays: whether there is one, an end, or nothing yet. */
static ssize_t conn_peek(const struct conn *c)
{
    char byte;
    return recv(c->fd, &byte, 1, MSG_PEEK);
}

/* All is sent. Closing at once while bytes of the client are unread would reset the connection and
 * could destroy the reply on its way, so where some may come the side is shut and drained. */
static void conn_finish(struct conn *c)
{
    if (c->eof || c->clean || shutdown(c->fd, SHUT_WR) != 0 || (c->stopped && conn_peek(c) < 0 && errno == EAGAIN)) {
        conn_close(c);
        return;
    }
    conn_reset_input(c);
    netbuf_release(&c->net->pool, &c->pipeline.out);
    c->phase = CONN_LINGER;
    c->since = net_now(c->net);
    c->drained = 0;
    conn_set_deadline(c);
    loop_enable(c->reader, true);
}

void conn_settle(struct conn *c)
{
    struct net *n = c->net;
    if ((c->eof || conn_is_stopped(c)) && !c->stalled && !c->resumed && !c->pipeline.last) {
        c->stopped = conn_is_stopped(c) && !conn_is_partial(c);
        c->pipeline.last = true;
        conn_reset_input(c);
    }
    bool nothing_owed = pipeline_waiting(&c->pipeline) == 0 && pipeline_bytes(&c->pipeline) == 0;
    if (c->broken ||
        (c->phase == CONN_OPEN && c->pipeline.last && nothing_owed && !c->pipeline.closing)) {
        conn_close(c);
        return;
    }
    if (conn_wants_read(c))
        loop_enable(c->reader, true);
    else if (n->paused && (c->stalled || !loop_is_on(c->reader)))
        conn_list_add(&n->parked, &c->parked, c->index);
    conn_set_deadline(c);
}

void conn_fault(struct conn *c, uint32_t number, struct net_reply reply, struct ff_span origin)
{
    const struct net *n = c->net;
    char lines[FAULT_HEADERS];
    size_t used = reply.headers.n;
    assert(used <= sizeof lines);
    if (used)
        memcpy(lines, reply.headers.p, used);
    if (n->options.headers)
        used += n->options.headers(n->events.ctx, c->listener, origin, lines + used,
                                   sizeof lines - used);
    assert(used <= sizeof lines);
    reply.headers = ff_span_of(lines, used);
    conn_answer(c, number, &reply);
}

void conn_refuse(struct conn *c, enum ff_status why, struct ff_span origin)
{
    char text[REPLY_FAULT_TEXT];
    uint32_t number = pipeline_open(&c->pipeline, REPLY_CLOSES);
    c->pipeline.last = true;
    conn_fault(c, number, reply_of_fault(why, text), origin);
    conn_reset_input(c);
}

static void conn_on_writable(void *ctx)
{
    conn_mark_dirty(ctx);
}

void conn_open(struct net *n, int fd, int listener, uint32_t peer, const uint8_t *address)
{
    uint32_t index = n->unused_n ? n->unused[--n->unused_n] : n->top++;
    assert(index < n->places);
    struct conn *c = &n->conns[index];
    bool dirty = c->dirty, resumed = c->resumed, parked = c->parked;
    uint32_t generation = c->generation;
    memset(c, 0, offsetof(struct conn, pipeline) + offsetof(struct pipeline, slot));
    c->net = n;
    c->index = index;
    c->generation = generation;
    c->dirty = dirty;
    c->resumed = resumed;
    c->parked = parked;
    c->fd = fd;
    c->listener = listener;
    c->peer = peer;
    c->known_address = address != NULL;
    if (address)
        memcpy(c->address, address, sizeof c->address);
    c->proxied = n->listeners[listener].expects_proxy && address &&
                 cidr_match_address(n->proxies, n->proxy_n, address);
    c->phase = CONN_OPEN;
    c->since = net_now(n);
    n->counts.accepted++;
    n->counts.open++;
    c->reader = loop_reader(n->loop, fd, conn_on_readable, c);
    c->broken = !c->reader;
    conn_settle(c);
}

struct conn *conn_find(struct net *n, struct net_handle handle)
{
    if (handle.conn >= n->top)
        return NULL;
    struct conn *c = &n->conns[handle.conn];
    bool found = c->phase == CONN_OPEN && c->generation == handle.generation && !c->broken &&
                 pipeline_is_open(&c->pipeline, handle.slot);
    return found ? c : NULL;
}

void conn_answer(struct conn *c, uint32_t number, const struct net_reply *reply)
{
    c->broken |= !pipeline_answer(&c->pipeline, &c->net->pool, number, reply);
    conn_mark_dirty(c);
}

/* Sends as much as the kernel takes. */
static void conn_send(struct conn *c)
{
    struct netbuf *out = &c->pipeline.out;
    ssize_t sent = call_send(c->fd, out->p + out->start, netbuf_length(out), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        c->broken = true;
        return;
    }
    if (sent > 0) {
        out->start += (size_t)sent;
        if (!conn_is_partial(c))
            c->since = net_now(c->net);
    }
    c->blocked = netbuf_length(out) > 0;
    if (c->blocked && !c->writer) {
        c->writer = loop_writer(c->net->loop, c->fd, conn_on_writable, c);
        c->broken = !c->writer;
    } else if (c->writer) {
        loop_enable(c->writer, c->blocked);
    }
    if (!c->blocked)
        netbuf_release(&c->net->pool, out);
}

/* Sends word to a client that waits before its body, when the replies before it are all out. */
static void conn_continue(struct conn *c)
{
    static const char word[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!c->owes_continue || pipeline_waiting(&c->pipeline) > 0)
        return;
    c->owes_continue = false;
    c->broken |= !netbuf_append(&c->net->pool, &c->pipeline.out, word, sizeof word - 1);
}

void conn_flush(struct conn *c)
{
    c->dirty = false;
    if (c->phase != CONN_OPEN)
        return;
    conn_continue(c);
    if (!c->broken && netbuf_length(&c->pipeline.out) > 0)
        conn_send(c);
    if (!c->broken && c->pipeline.closing && !c->blocked) {
        conn_finish(c);
        return;
    }
    if (c->stalled && conn_can_parse(c)) {
        c->stalled = false;
        c->since = net_now(c->net);
        conn_list_add(&c->net->resume_next, &c->resumed, c->index);
    }
    conn_settle(c);
}

void conn_expire(struct conn *c)
{
    if (c->net->paused && c->phase == CONN_OPEN && !c->blocked)
        return; /* what it has sent may lie there unread */
    if (c->net->stop.begun && is_awaited(c)) {
        conn_settle(c);
        return;
    }
    if (c->phase == CONN_OPEN && !c->blocked && !conn_is_partial(c) && conn_peek(c) > 0) {
        /* It is not idle, we are late: there is time for a next turn to read that, and no more. */
        c->since = net_now(c->net) - c->net->options.idle_timeout + NET_SWEEP_EVERY;
        conn_settle(c);
        return;
    }
    if (c->phase == CONN_LINGER || c->blocked || !conn_is_partial(c)) {
        conn_close(c);
        return;
    }
    c->net->counts.timed_out++;
    conn_refuse(c, FF_TIMED_OUT, message_origin(&c->message, c->in.p + c->in.start));
    conn_settle(c);
}

void conn_unpark(struct conn *c, ff_dur lost)
{
    c->parked = false;
    if (c->phase != CONN_OPEN)
        return;
    c->since += lost;
    conn_set_deadline(c);
    conn_mark_dirty(c);
}

void conn_stop(struct conn *c)
{
    if (c->phase == CONN_LINGER)
        conn_set_deadline(c);
    if (c->phase != CONN_OPEN)
        return;
    if (!c->eof && !c->stalled && !c->resumed && conn_can_parse(c))
        conn_read(c);
    if (c->phase == CONN_OPEN)
        conn_settle(c);
}
