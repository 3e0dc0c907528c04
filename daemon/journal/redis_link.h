/* Link: one connection to a Redis server, which is waited for with a deadline. The only file that knows
 * hiredis. A link belongs to one thread at a time.
 *
 * What was asked and not answered in time has an unknown outcome: the link closes itself then, so that a
 * late answer is never taken for another question's. */
#ifndef FOOTFALL_REDIS_LINK_H
#define FOOTFALL_REDIS_LINK_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"
#include "redis_trouble.h"
#include "redis_url.h"

#include <stdbool.h>
#include <stdint.h>

/* Arguments of one command at most. */
#define REDIS_ARGS_MAX 64

struct redis_link;

/* An answer or a member of one, borrowed from the link until its next call. */
struct redis_reply {
    const void *node; /* NULL: nothing, which reads as nil */
};

enum redis_kind {
    REDIS_NIL,
    REDIS_TEXT,    /* any bytes; also a status such as OK */
    REDIS_INTEGER,
    REDIS_LIST,
    REDIS_ERROR,   /* its text is the error's; at the top the call's trouble names it, too */
};

/* A link to the server of url, which is copied; not connected. Owned by the caller until
 * redis_link_free (which takes NULL). NULL: no memory. */
struct redis_link *redis_link_new(const struct redis_url *url);
void redis_link_free(struct redis_link *l);

/* Connects anew, with AUTH and SELECT where the url says so; what was open is closed first. The whole of
 * it takes timeout at most (but for the look-up of a name). timeout is then what each call may take. */
enum redis_trouble redis_link_connect(struct redis_link *l, ff_dur timeout);

/* Changes what each further call may take. */
void redis_link_patience(struct redis_link *l, ff_dur timeout);

bool redis_link_connected(const struct redis_link *l);
void redis_link_close(struct redis_link *l);

/* Sends a command (the command's name is argv[0]) and waits for its answer. REDIS_OK: *out is it.
 * REDIS_AWAY: the link is closed, was closed before, or nothing was answered in time; whether the command
 * was carried out is not known. Anything else: the server's error, *out holds it, the link can go on. */
enum redis_trouble redis_link_call(struct redis_link *l, const struct ff_span *argv, size_t argc,
                                   struct redis_reply *out);

/* The same in two halves, for several commands on one way: send copies, receive sends what was not sent
 * and waits for the oldest answer that is owed. As many receives as sends before the next call. send
 * fails with REDIS_AWAY when the link is closed or there is no memory. */
enum redis_trouble redis_link_send(struct redis_link *l, const struct ff_span *argv, size_t argc);
enum redis_trouble redis_link_receive(struct redis_link *l, struct redis_reply *out);

/* One command that is not waited for: begin sends as much of it as the socket takes at once, *whole says whether that
 * was all. If it was, answered is asked now and then until it gives true, *t and *out as of a call; REDIS_AWAY when
 * there is no answer within the patience. If it was not, receive sends the rest and waits. */
enum redis_trouble redis_link_begin(struct redis_link *l, const struct ff_span *argv, size_t argc, bool *whole);
bool redis_link_answered(struct redis_link *l, struct redis_reply *out, enum redis_trouble *t);

/* Until when the answer to what begin sent is waited for. */
ff_mono redis_link_due(const struct redis_link *l);

/* Takes note, while no answer is owed, of a server that has hung up: the link is closed then. */
void redis_link_listen(struct redis_link *l);

/* The socket, or -1: readable when there is an answer, or the server has hung up. */
int redis_link_fd(const struct redis_link *l);

/* A sentence on the last trouble, and the server's address: "redis://127.0.0.1:6379/0: no answer in
 * 1000 ms". Borrowed until the next call; "" when there was none. */
const char *redis_link_why(const struct redis_link *l);

/* The server's address, without a password. */
const char *redis_link_server(const struct redis_link *l);

/* What an answer is. Whatever is asked of the wrong kind reads as 0, an empty span or nil. */
enum redis_kind redis_reply_kind(struct redis_reply r);
struct ff_span redis_reply_text(struct redis_reply r);
int64_t redis_reply_integer(struct redis_reply r);
size_t redis_reply_count(struct redis_reply r);
struct redis_reply redis_reply_at(struct redis_reply r, size_t i);

/* Whether text is decimal digits of a 64-bit number and nothing else. */
bool redis_number(struct ff_span text, uint64_t *out);

#endif
