/* Stream: the journal as a Redis Stream, which also says who owns the shard. One entry is one group.
 *
 * An entry's id is <epoch>-<seq of the group's last record>. The entry that begins an epoch has the id
 * <epoch>-0, and its field "begin" is the seq of the last record before it. Redis refuses an id that is not
 * above the stream's last one, so that whose epoch is the greatest owns the shard, and nobody before him
 * can write any more. An epoch is the Unix time in milliseconds at which it began, or one more than the one
 * before it, whichever is greater: so an owner from before a FLUSHALL is below whoever came after it.
 *
 * All calls take a connected link; what they give is REDIS_OK, or what went wrong. */
#ifndef FOOTFALL_REDIS_STREAM_H
#define FOOTFALL_REDIS_STREAM_H

#include "redis_entry.h"
#include "redis_keys.h"
#include "redis_link.h"

/* What a look at the shard has found. */
struct redis_look {
    bool there;           /* the stream exists */
    struct redis_id last; /* the greatest id it ever had; 0-0 when it is not there */
    uint64_t handover;    /* fields of the key handover */
};

/* Looks how far the stream is, and whether there is a handover, at one instant. */
enum redis_trouble redis_stream_look(struct redis_link *l, const struct redis_keys *k, struct redis_look *out);

/* What a takeover wants. */
struct redis_claim {
    uint64_t now;         /* the epoch is not below this: Unix time in milliseconds */
    const char *by;       /* "<host>:<pid>:<mark>": who takes it, mark being a number by chance */
    const uint64_t *found; /* NULL, or the epoch that was there at a look: REDIS_BUSY when another has begun since. So
                            * that of two tries of one start the first cannot come late and fence the second */
    uint64_t above;       /* 0: from whoever has it; else REDIS_FENCED when somebody else's epoch is above this one */
    const uint64_t *last; /* seq of the last record before the new epoch; NULL: what the stream says */
    bool lost;            /* the records between the stream's and *last are lost: a reader goes on without them */
};

/* Adds the entry that begins a new epoch. Asked again after an unknown outcome, with above, by the same, the
 * entry that was added then is found. *mine is its id (n 0), *last the seq of the last record before it.
 * REDIS_LOST_DATA: the stream does not say how far it went. */
enum redis_trouble redis_stream_take(struct redis_link *l, const struct redis_keys *k,
                                     const struct redis_claim *claim, struct redis_id *mine, uint64_t *last);

/* The same in two halves: the look is begun (redis_link_begin), and read from its answer. */
enum redis_trouble redis_stream_look_begin(struct redis_link *l, const struct redis_keys *k, bool *whole);
enum redis_trouble redis_stream_look_read(enum redis_trouble t, struct redis_reply reply, struct redis_look *out);

/* Adds a group. took is the text of the field of that name, or {NULL, 0} for none. REDIS_OK: it is there.
 * REDIS_AWAY, REDIS_BELOW: see redis_stream_verdict. REDIS_LOST_DATA: there is no stream. */
enum redis_trouble redis_stream_append(struct redis_link *l, const struct redis_keys *k, struct redis_id id,
                                       struct ff_span group, struct ff_span took);

/* The same in two halves. */
enum redis_trouble redis_stream_append_begin(struct redis_link *l, const struct redis_keys *k, struct redis_id id,
                                             struct ff_span group, struct ff_span took, bool *whole);
enum redis_trouble redis_stream_append_read(enum redis_trouble t, struct redis_reply reply);

/* What became of a group of unknown outcome. */
enum redis_verdict {
    REDIS_WRITTEN,
    REDIS_UNWRITTEN, /* to be sent again with the same id */
    REDIS_TAKEN,     /* a greater epoch is there: fenced */
    REDIS_GONE,      /* the stream ends before what it had acknowledged */
};

/* Judges by a look at the stream: id is of the group in question, acked of the last one that was
 * acknowledged in the same epoch (the epoch's first entry at least). */
enum redis_verdict redis_stream_verdict(const struct redis_look *look, struct redis_id id, struct redis_id acked);

#endif
