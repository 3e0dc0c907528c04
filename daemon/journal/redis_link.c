#include "redis_link.h"

#include "redis_pieces.h"
#include "redis_socket.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes taken from the socket at once. */
#define ROOM ((size_t)64 << 10)

struct redis_link {
    struct redis_url url;
    char server[REDIS_URL_SHOWN];
    char why[512];
    ff_dur timeout;
    ff_mono due;         /* of the answer to what was begun */
    int fd;              /* -1: not connected */
    redisReader *reader; /* owned, one a connection */
    redisReply *reply;   /* owned: the last answer */
    unsigned owed;       /* answers of what was sent */
    char *out;           /* owned: sent by the next receive */
    size_t out_used, out_sent, out_room;
    char in[ROOM];
};

static void reply_drop(struct redis_link *l)
{
    if (l->reply)
        freeReplyObject(l->reply);
    l->reply = NULL;
}

struct redis_link *redis_link_new(const struct redis_url *url)
{
    struct redis_link *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->url = *url;
    l->fd = -1;
    l->timeout = FF_SECOND;
    redis_url_show(url, l->server);
    return l;
}

void redis_link_close(struct redis_link *l)
{
    if (l->fd >= 0)
        close(l->fd);
    if (l->reader)
        redisReaderFree(l->reader);
    l->fd = -1;
    l->reader = NULL;
    l->owed = 0;
    l->out_used = l->out_sent = 0;
}

void redis_link_free(struct redis_link *l)
{
    if (!l)
        return;
    redis_link_close(l);
    reply_drop(l);
    free(l->out);
    explicit_bzero(&l->url, sizeof l->url);
    free(l);
}

/* Notes what went wrong with the connection, which is given up. */
static enum redis_trouble lost(struct redis_link *l, const char *what)
{
    snprintf(l->why, sizeof l->why, "%s: %s", l->server, what);
    redis_link_close(l);
    return REDIS_AWAY;
}

static enum redis_trouble lost_by(struct redis_link *l, int error)
{
    char text[128];
    return lost(l, strerror_r(error, text, sizeof text));
}

static enum redis_trouble late(struct redis_link *l)
{
    char text[64];
    snprintf(text, sizeof text, "no answer in %" PRId64 " ms", l->timeout / FF_MILLISECOND);
    return lost(l, text);
}

/* For what is asked of a link that is closed: why it was is still the reason, where it is known. */
static enum redis_trouble closed(struct redis_link *l)
{
    return l->why[0] ? REDIS_AWAY : lost(l, "not connected");
}

static enum redis_trouble introduce(struct redis_link *l)
{
    struct ff_span auth[3] = {FF_LITERAL("AUTH"), ff_span_text(l->url.user), ff_span_text(l->url.password)};
    char db[16];
    struct redis_reply reply;
    enum redis_trouble t = REDIS_OK;
    if (l->url.password[0] && l->url.user[0]) {
        t = redis_link_call(l, auth, 3, &reply);
    } else if (l->url.password[0]) {
        auth[1] = auth[2];
        t = redis_link_call(l, auth, 2, &reply);
    }
    if (t != REDIS_OK || l->url.db == 0)
        return t;
    snprintf(db, sizeof db, "%u", l->url.db);
    const struct ff_span select[] = {FF_LITERAL("SELECT"), ff_span_text(db)};
    return redis_link_call(l, select, 2, &reply);
}

enum redis_trouble redis_link_connect(struct redis_link *l, ff_dur timeout)
{
    const ff_mono deadline = redis_clock() + timeout;
    redis_link_close(l);
    l->why[0] = 0;
    l->timeout = timeout;
    char text[128];
    l->fd = redis_socket_open(&l->url, deadline, text, sizeof text);
    if (l->fd < 0)
        return lost(l, text);
    l->reader = redisReaderCreate();
    if (!l->reader)
        return lost_by(l, ENOMEM);
    l->timeout = deadline - redis_clock();
    const enum redis_trouble t = introduce(l);
    l->timeout = timeout;
    if (t != REDIS_OK)
        redis_link_close(l);
    return t;
}

void redis_link_patience(struct redis_link *l, ff_dur timeout)
{
    l->timeout = timeout;
}

bool redis_link_connected(const struct redis_link *l)
{
    return l->fd >= 0;
}

static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Takes what the socket holds. 0, or what is wrong with it. */
static int take(struct redis_link *l)
{
    const ssize_t n = recv(l->fd, l->in, sizeof l->in, 0);
    if (n < 0)
        return would_block(errno) ? 0 : errno;
    if (n == 0)
        return ECONNRESET;
    return redisReaderFeed(l->reader, l->in, (size_t)n) == REDIS_OK ? 0 : ENOMEM;
}

/* Sends the rest of what send gathered, as far as the socket takes it. 0 or what is wrong. */
static int give(struct redis_link *l)
{
    const ssize_t n = send(l->fd, l->out + l->out_sent, l->out_used - l->out_sent, MSG_NOSIGNAL);
    if (n < 0)
        return would_block(errno) ? 0 : errno;
    l->out_sent += (size_t)n;
    if (l->out_sent == l->out_used)
        l->out_sent = l->out_used = 0;
    return 0;
}

/* Bytes of an error that may be shown. Of a command that it does not know (a renamed AUTH) a server repeats the
 * arguments: a password, or what somebody has bought. */
static int error_shown(struct ff_span error)
{
    static const char args[] = ", with args beginning with";
    const char *repeated = memmem(error.p, error.n, args, sizeof args - 1);
    const size_t n = repeated ? (size_t)(repeated - error.p) : error.n;
    return n < 300 ? (int)n : 300;
}

/* What is to be done, where the error does not say it: keys of a shard are of one slot, so one node has them all. */
static const char *error_advice(struct ff_span error)
{
    const bool moved = error.n > 6 && (memcmp(error.p, "MOVED ", 6) == 0 || memcmp(error.p, "ASK ", 4) == 0);
    return moved ? " (a Cluster, whose other nodes are not looked for: the url is to be of the node with this shard)" : "";
}

/* The answer that has come, as the call's outcome. */
static enum redis_trouble outcome(struct redis_link *l, struct redis_reply *out)
{
    l->owed--;
    out->node = l->reply;
    if (l->reply->type != REDIS_REPLY_ERROR)
        return REDIS_OK;
    const struct ff_span error = redis_reply_text(*out);
    snprintf(l->why, sizeof l->why, "%s: %.*s%s", l->server, error_shown(error), error.p, error_advice(error));
    return redis_trouble_of(error);
}

enum redis_trouble redis_link_receive(struct redis_link *l, struct redis_reply *out)
{
    const ff_mono deadline = redis_clock() + l->timeout;
    *out = (struct redis_reply){NULL};
    reply_drop(l);
    if (l->fd < 0)
        return closed(l);
    assert(l->owed > 0);
    for (;;) {
        void *reply = NULL;
        if (redisReaderGetReply(l->reader, &reply) != REDIS_OK)
            return lost(l, l->reader->errstr);
        if (reply) {
            l->reply = reply;
            return outcome(l, out);
        }
        int error = l->out_sent < l->out_used ? give(l) : 0;
        if (error)
            return lost_by(l, error);
        const int ready = redis_socket_wait(l->fd, l->out_sent < l->out_used ? POLLIN | POLLOUT : POLLIN, deadline);
        if (!ready)
            return late(l);
        error = ready & POLLOUT && !(ready & POLLIN) ? 0 : take(l);
        if (error)
            return lost_by(l, error);
    }
}

/* What sendmsg gives for what is left of the pieces. */
static ssize_t pieces_give(const struct redis_link *l, struct redis_pieces *p)
{
    const struct msghdr message = {.msg_iov = p->piece + p->at, .msg_iovlen = (size_t)(p->count - p->at)};
    return sendmsg(l->fd, &message, MSG_NOSIGNAL);
}

/* Sends all pieces, waiting for the socket until the deadline. */
static enum redis_trouble pieces_send(struct redis_link *l, struct redis_pieces *p, ff_mono deadline)
{
    while (p->at < p->count) {
        const ssize_t n = pieces_give(l, p);
        if (n >= 0)
            redis_pieces_pass(p, (size_t)n);
        else if (!would_block(errno))
            return lost_by(l, errno);
        else if (!redis_socket_wait(l->fd, POLLOUT, deadline))
            return late(l);
    }
    return REDIS_OK;
}

enum redis_trouble redis_link_call(struct redis_link *l, const struct ff_span *argv, size_t argc,
                                   struct redis_reply *out)
{
    struct redis_pieces p;
    assert(l->owed == 0 && l->out_used == 0);
    *out = (struct redis_reply){NULL};
    if (l->fd < 0)
        return closed(l);
    redis_pieces_make(&p, argv, argc);
    const enum redis_trouble t = pieces_send(l, &p, redis_clock() + l->timeout);
    if (t != REDIS_OK)
        return t;
    l->owed++;
    return redis_link_receive(l, out);
}

/* Room for n bytes more to send. */
static bool out_grow(struct redis_link *l, size_t n)
{
    if (l->out_used + n <= l->out_room)
        return true;
    const size_t room = l->out_room * 2 > l->out_used + n ? l->out_room * 2 : l->out_used + n;
    char *grown = realloc(l->out, room);
    if (!grown)
        return false;
    l->out = grown;
    l->out_room = room;
    return true;
}

/* Copies what is left of the pieces, for the next receive to send. */
static enum redis_trouble pieces_keep(struct redis_link *l, const struct redis_pieces *p)
{
    for (int i = p->at; i < p->count; i++) {
        const struct iovec *piece = &p->piece[i];
        if (!out_grow(l, piece->iov_len))
            return lost_by(l, ENOMEM);
        if (piece->iov_len)
            memcpy(l->out + l->out_used, piece->iov_base, piece->iov_len);
        l->out_used += piece->iov_len;
    }
    return REDIS_OK;
}

enum redis_trouble redis_link_begin(struct redis_link *l, const struct ff_span *argv, size_t argc, bool *whole)
{
    struct redis_pieces p;
    assert(l->owed == 0 && l->out_used == 0);
    *whole = false;
    reply_drop(l);
    if (l->fd < 0)
        return closed(l);
    redis_pieces_make(&p, argv, argc);
    const ssize_t n = pieces_give(l, &p);
    if (n < 0 && !would_block(errno))
        return lost_by(l, errno);
    l->due = redis_clock() + l->timeout;
    l->owed++;
    redis_pieces_pass(&p, n < 0 ? 0 : (size_t)n);
    *whole = p.at == p.count;
    return pieces_keep(l, &p);
}

/* Takes what the socket holds, up to the answer. 0 or what is wrong. */
static int answer_take(struct redis_link *l, void **reply, bool *more)
{
    const ssize_t n = recv(l->fd, l->in, sizeof l->in, 0);
    *more = n > 0;
    if (n < 0)
        return would_block(errno) ? 0 : errno;
    if (n == 0)
        return ECONNRESET;
    if (redisReaderFeed(l->reader, l->in, (size_t)n) != REDIS_OK)
        return ENOMEM;
    return redisReaderGetReply(l->reader, reply) == REDIS_OK ? 0 : EPROTO;
}

bool redis_link_answered(struct redis_link *l, struct redis_reply *out, enum redis_trouble *t)
{
    void *reply = NULL;
    bool more = true;
    int error = 0;
    *out = (struct redis_reply){NULL};
    assert(l->fd >= 0 && l->owed == 1 && l->out_used == 0);
    while (more && !reply && !error)
        error = answer_take(l, &reply, &more);
    if (reply) {
        l->reply = reply;
        *t = outcome(l, out);
        return true;
    }
    if (!error && redis_clock() < l->due)
        return false;
    if (error == EPROTO)
        *t = lost(l, l->reader->errstr);
    else
        *t = error ? lost_by(l, error) : late(l);
    return true;
}

ff_mono redis_link_due(const struct redis_link *l)
{
    return l->due;
}

/* What nobody has asked for is no answer. */
void redis_link_listen(struct redis_link *l)
{
    if (l->fd < 0 || l->owed > 0)
        return;
    const ssize_t n = recv(l->fd, l->in, sizeof l->in, 0);
    if (n > 0)
        lost_by(l, EPROTO);
    else if (n == 0)
        lost_by(l, ECONNRESET);
    else if (!would_block(errno))
        lost_by(l, errno);
}

int redis_link_fd(const struct redis_link *l)
{
    return l->fd;
}

enum redis_trouble redis_link_send(struct redis_link *l, const struct ff_span *argv, size_t argc)
{
    struct redis_pieces p;
    if (l->fd < 0)
        return closed(l);
    redis_pieces_make(&p, argv, argc);
    const enum redis_trouble t = pieces_keep(l, &p);
    l->owed += t == REDIS_OK;
    return t;
}

const char *redis_link_why(const struct redis_link *l)
{
    return l->why;
}

const char *redis_link_server(const struct redis_link *l)
{
    return l->server;
}

static const enum redis_kind kinds[] = {
    [REDIS_REPLY_STRING] = REDIS_TEXT, [REDIS_REPLY_ARRAY] = REDIS_LIST,  [REDIS_REPLY_INTEGER] = REDIS_INTEGER,
    [REDIS_REPLY_NIL] = REDIS_NIL,     [REDIS_REPLY_STATUS] = REDIS_TEXT, [REDIS_REPLY_ERROR] = REDIS_ERROR,
};

enum redis_kind redis_reply_kind(struct redis_reply r)
{
    const redisReply *node = r.node;
    const bool known = node && node->type > 0 && (size_t)node->type < sizeof kinds / sizeof *kinds;
    return known ? kinds[node->type] : REDIS_NIL;
}

struct ff_span redis_reply_text(struct redis_reply r)
{
    const redisReply *node = r.node;
    const enum redis_kind kind = redis_reply_kind(r);
    return kind == REDIS_TEXT || kind == REDIS_ERROR ? ff_span_of(node->str, node->len) : ff_span_of(NULL, 0);
}

int64_t redis_reply_integer(struct redis_reply r)
{
    const redisReply *node = r.node;
    return redis_reply_kind(r) == REDIS_INTEGER ? node->integer : 0;
}

size_t redis_reply_count(struct redis_reply r)
{
    const redisReply *node = r.node;
    return redis_reply_kind(r) == REDIS_LIST ? node->elements : 0;
}

struct redis_reply redis_reply_at(struct redis_reply r, size_t i)
{
    const redisReply *node = r.node;
    return i < redis_reply_count(r) ? (struct redis_reply){node->element[i]} : (struct redis_reply){NULL};
}

bool redis_number(struct ff_span text, uint64_t *out)
{
    uint64_t n = 0;
    if (text.n == 0 || text.n > 20)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned digit = (unsigned char)text.p[i] - (unsigned)'0';
        if (digit > 9 || __builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, digit, &n))
            return false;
    }
    *out = n;
    return true;
}
