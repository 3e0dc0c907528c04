/* Spill: an embedded store on this machine's disk for records that cannot be brought to where they belong. A
 * record keeps the epoch and the seq that it has there; here it has a place, counted from 1 without holes
 * since the spill was empty. Called by the thread that owns the store, but for spill_each. */
#ifndef FOOTFALL_SPILL_H
#define FOOTFALL_SPILL_H

#include "footfall/store.h"

struct spill;

struct spill_options {
    const char *path;        /* directory of the store, in which the spill has one of its own; made when missing */
    enum ff_durability durability;
    const struct ff_io *io;  /* NULL: the system's */
    uint64_t max;            /* bytes of records, with what each takes beside its body */
    const char *journal;     /* which journal they are of: one that holds records of another is refused */
};

/* Opens and locks it, and finds what is in it. *out is owned by the caller until spill_close. Fails as a
 * store's open and replay do, with a sentence in why (size bytes). */
enum ff_status spill_open(struct spill **out, const struct spill_options *options, char *why, size_t size);
void spill_close(struct spill **s);

/* Whether there are records in the spill of the store in path, beside its owner or without one. */
bool spill_is_left(const char *path, const struct ff_io *io);

/* A record that is a copy of another owner's stray: it is one of those up to seq upto, in which all is that this
 * owner had up to seq. Whoever takes in both takes one. epoch 0: it is none. */
struct spill_copy {
    uint64_t epoch, seq;
    uint64_t upto;
};

/* Gathers a record: FF_STORE_FULL when it would pass max, FF_NO_MEMORY when too much waits for the disk; it
 * was not taken then. */
enum ff_status spill_add(struct spill *s, uint64_t epoch, uint64_t seq, struct spill_copy copy, struct ff_span body);

/* What spill_add would say to so many records with bodies of so many bytes in all; FF_BUSY when it were better to
 * wait for the disk. */
enum ff_status spill_fits(const struct spill *s, uint64_t records, uint64_t bodies, bool copies);

/* Brings to the disk what was gathered, takes the news of it, and gives when there are any: as a store's
 * verbs of these names. *durable is the place up to which all is durable. */
enum ff_status spill_flush(struct spill *s);
enum ff_status spill_poll(struct spill *s, uint64_t *durable);
int spill_news_fd(const struct spill *s);

/* The place up to which spill_each may read; asks that all be there soon. */
uint64_t spill_settled(struct spill *s);

/* The place of the last record, 0: it is empty; what all records take. */
uint64_t spill_last(const struct spill *s);
uint64_t spill_bytes(const struct spill *s);

/* Whether half of what it may hold is in it. */
bool spill_half_full(const struct spill *s);

struct spill_record {
    uint64_t place, epoch, seq;
    struct spill_copy copy;
    struct ff_span body; /* borrowed */
};

/* Called with the records in order. Anything but FF_OK ends it and becomes its result. */
typedef enum ff_status (*spill_fn)(void *ctx, const struct spill_record *r);

/* Gives the records of the places from to upto, which is settled. May be called by another thread, while the
 * owner does anything but empty or close it. Fails as a store's replay does, with a sentence in why. */
enum ff_status spill_each(const struct spill *s, uint64_t from, uint64_t upto, spill_fn fn, void *ctx, char *why,
                          size_t size);

/* Removes all records, which are elsewhere now; a process that dies meanwhile leaves the first ones. After a
 * failure it refuses every record with that status, until a flush has opened it again, with those left. */
enum ff_status spill_empty(struct spill *s);

#endif
