/* A connection: bytes in, requests out, replies back in order. Everything it touches is foreign.
 *
 * Reading: bytes go to the net's work buffer, behind what the connection kept, are parsed there,
 * and only a remainder is copied to memory of the connection's own; a large request is read
 * straight into that. Writing: replies gather in the pipeline, and conn_flush sends them once at
 * the end of the turn. Closing happens in conn_flush, conn_settle and the readiness callbacks,
 * never within net_reply. */
#include "inside.h"

#include "reply.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void list_add(struct conn_list *list, bool *on_list, uint32_t index)
{
    if (*on_list)
        return;
    *on_list = true;
    list->at[list->n++] = index;
}

static void conn_mark_dirty(struct conn *c)
{
    list_add(&c->net->dirty, &c->dirty, c->index);
}

static bool can_parse(const struct conn *c)
{
    return !c->pipeline.last && !c->broken && pipeline_waiting(&c->pipeline) < PIPELINE_SLOTS &&
           pipeline_bytes(&c->pipeline) < NET_REPLY_BYTES;
}

/* A request has begun and is not whole. */
static bool is_partial(const struct conn *c)
{
    return netbuf_length(&c->in) > 0 && !c->stalled && !c->resumed && !c->pipeline.last;
}

static bool wants_read(const struct conn *c)
{
    if (c->phase == CONN_LINGER)
        return true;
    return !c->eof && !c->net->stopping && !c->stalled && can_parse(c);
}

/* When the present wait is over, whatever it is for; waiting for our own owner has no end. */
static ff_mono deadline_of(const struct conn *c)
{
    const struct net_options *o = &c->net->options;
    if (c->phase == CONN_LINGER)
        return c->since + NET_LINGER_TIME;
    if (c->blocked)
        return c->since + o->idle_timeout;
    if (is_partial(c))
        return c->since + o->request_timeout;
    return pipeline_waiting(&c->pipeline) ? NET_FOREVER : c->since + o->idle_timeout;
}

static void conn_reset_input(struct conn *c)
{
    netbuf_release(&c->net->pool, &c->in);
    c->message = (struct message){0};
    c->stalled = c->owes_continue = false;
}

void conn_close(struct conn *c)
{
    struct net *n = c->net;
    assert(c->phase != CONN_FREE);
    loop_event_free(&c->reader);
    loop_event_free(&c->writer);
    close(c->fd);
    conn_reset_input(c);
    pipeline_fini(&c->pipeline, &n->pool);
    c->fd = -1;
    c->phase = CONN_FREE;
    c->generation++;
    n->deadlines[c->index] = NET_FOREVER;
    n->unused[n->unused_n++] = c->index;
    n->counts.open--;
    n->counts.closed++;
}

/* All is sent. Closing at once while bytes of the client are unread would reset the connection and
 * could destroy the reply on its way, so where some may come the side is shut and drained. */
static void conn_finish(struct conn *c)
{
    if (c->eof || c->clean || shutdown(c->fd, SHUT_WR) != 0) {
        conn_close(c);
        return;
    }
    conn_reset_input(c);
    netbuf_release(&c->net->pool, &c->pipeline.out);
    c->phase = CONN_LINGER;
    c->since = net_now(c->net);
    c->drained = 0;
    c->net->deadlines[c->index] = deadline_of(c);
    loop_enable(c->reader, true);
}

/* After each step: closes what has come to its end, and sets what to wait for and how long. */
static void conn_settle(struct conn *c)
{
    if ((c->eof || c->net->stopping) && !c->stalled && !c->resumed && !c->pipeline.last) {
        c->pipeline.last = true;
        conn_reset_input(c);
    }
    bool nothing_owed = pipeline_waiting(&c->pipeline) == 0 && pipeline_bytes(&c->pipeline) == 0;
    if (c->broken ||
        (c->phase == CONN_OPEN && c->pipeline.last && nothing_owed && !c->pipeline.closing)) {
        conn_close(c);
        return;
    }
    if (wants_read(c))
        loop_enable(c->reader, true);
    c->net->deadlines[c->index] = deadline_of(c);
}

/* Answers with an error in the place of the request that caused it; nothing is read behind it. */
static void conn_refuse(struct conn *c, enum ff_status why)
{
    char text[REPLY_FAULT_TEXT];
    struct net_reply reply = reply_of_fault(why, text);
    uint32_t number = pipeline_open(&c->pipeline, REPLY_CLOSES);
    c->pipeline.last = true;
    conn_answer(c, number, &reply);
    conn_reset_input(c);
}

static void conn_deliver(struct conn *c, const char *p, bool more_behind)
{
    struct net *n = c->net;
    const struct http_head *head = &c->message.head;
    struct net_request request = {.listener = c->listener};
    message_request(&c->message, p, &request);
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
    n->counts.requests++;
    n->active = true;
    n->events.request(n->events.ctx, (struct net_handle){c->index, c->generation, number},
                      &request);
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

/* Takes one message off the front of b. False: none is whole. */
static bool parse_one(struct conn *c, struct netbuf *b)
{
    struct message *m = &c->message;
    if (m->seen == 0)
        b->start += message_skip_blank(b->p + b->start, netbuf_length(b));
    size_t n = netbuf_length(b), used;
    bool headless = m->head_size == 0;
    enum message_state state = message_take(m, &c->net->limits, b->p + b->start, &n, &used);
    if (state == MESSAGE_BAD) {
        c->net->counts.bad_requests++;
        conn_refuse(c, m->fault);
        b->start = b->end;
        return false;
    }
    if (state == MESSAGE_MORE) {
        b->end = b->start + n;
        c->owes_continue = message_awaits_continue(m) && (headless || c->owes_continue);
        return false;
    }
    conn_deliver(c, b->p + b->start, used < n);
    b->start += used;
    *m = (struct message){0};
    return true;
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
    bool began_now = netbuf_length(&c->in) == 0, whole = true;
    int budget = NET_TURN_REQUESTS;
    c->stalled = false;
    while (netbuf_length(b) > 0 && can_parse(c) && budget > 0 && (whole = parse_one(c, b))) {
        began_now = true;
        budget--;
    }
    if (whole && netbuf_length(b) > 0 && !c->pipeline.last) {
        if (can_parse(c))
            list_add(&c->net->resume_next, &c->resumed, c->index);
        else
            c->stalled = true;
    }
    conn_keep(c, b);
    if (began_now)
        c->since = net_now(c->net);
    if (c->owes_continue)
        conn_mark_dirty(c);
}

/* Where the next bytes go: behind what was kept, in the work buffer if that is little. */
static struct netbuf *conn_room(struct conn *c, struct netbuf *work)
{
    struct net *n = c->net;
    size_t have = netbuf_length(&c->in);
    *work = (struct netbuf){.p = n->work, .cap = NET_WORK_BYTES + NET_PADDING, .end = have};
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

static void conn_read(struct conn *c)
{
    struct net *n = c->net;
    struct netbuf work, *b = conn_room(c, &work);
    size_t room = b ? b->cap - NET_PADDING - b->end : 0;
    if (room > NET_WORK_BYTES)
        room = NET_WORK_BYTES;
    ssize_t got = b ? recv(c->fd, b->p + b->end, room, 0) : -1;
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
    ssize_t got = recv(c->fd, c->net->work, NET_WORK_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        c->drained += (size_t)got;
    if (got <= 0 || c->drained > NET_LINGER_BYTES)
        conn_close(c);
}

static void conn_on_readable(void *ctx)
{
    struct conn *c = ctx;
    if (c->phase == CONN_LINGER)
        conn_drain(c);
    else if (c->resumed)
        return; /* first what it has sent before */
    else if (wants_read(c))
        conn_read(c);
    else
        loop_enable(c->reader, false);
}

static void conn_on_writable(void *ctx)
{
    conn_mark_dirty(ctx);
}

void conn_open(struct net *n, int fd, int listener)
{
    uint32_t index = n->unused_n ? n->unused[--n->unused_n] : n->top++;
    assert(index < n->options.max_connections);
    struct conn *c = &n->conns[index];
    bool dirty = c->dirty, resumed = c->resumed;
    uint32_t generation = c->generation;
    /* The slots of the pipeline mean nothing until opened: not touched here. */
    memset(c, 0, offsetof(struct conn, pipeline));
    c->net = n;
    c->index = index;
    c->generation = generation;
    c->dirty = dirty;
    c->resumed = resumed;
    c->fd = fd;
    c->listener = listener;
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

void conn_resume(struct conn *c)
{
    c->resumed = false;
    if (c->phase != CONN_OPEN)
        return;
    conn_parse(c, &c->in);
    conn_settle(c);
}

/* Sends as much as the kernel takes. */
static void conn_send(struct conn *c)
{
    struct netbuf *out = &c->pipeline.out;
    ssize_t sent = send(c->fd, out->p + out->start, netbuf_length(out), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        c->broken = true;
        return;
    }
    if (sent > 0) {
        out->start += (size_t)sent;
        if (!is_partial(c))
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
    if (c->stalled && can_parse(c)) {
        c->stalled = false;
        c->since = net_now(c->net);
        list_add(&c->net->resume_next, &c->resumed, c->index);
    }
    conn_settle(c);
}

void conn_expire(struct conn *c)
{
    if (c->phase == CONN_LINGER || c->blocked || !is_partial(c)) {
        conn_close(c);
        return;
    }
    c->net->counts.timed_out++;
    conn_refuse(c, FF_TIMED_OUT);
    conn_settle(c);
}

void conn_stop(struct conn *c)
{
    if (c->phase != CONN_OPEN)
        return;
    if (!c->eof && !c->stalled && !c->resumed && can_parse(c))
        conn_read(c);
    if (c->phase == CONN_OPEN)
        conn_settle(c);
}
