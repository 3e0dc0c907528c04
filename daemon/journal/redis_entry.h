/* Entry: one entry of a shard's stream, as it comes from Redis. Pure: nothing here asks for one.
 *
 *   id      <epoch>-<n>: n is the seq of the group's last record, 0 in the entry that begins an epoch
 *   group   a group of records as segment.h describes it, mark 0; not in an entry that begins an epoch
 *   begin   seq of the last record before the epoch, in decimal; only in the entry that begins one
 *   lost    seq of the last record the stream had before the epoch, where it begins with more: those between
 *           are lost, and the journal goes on without them
 *   took    <epoch>-<seq>: with this entry all that the owner of that epoch had answered up to its record
 *           seq is in the journal
 *   by, mark  who began the epoch: host and process, and a number by chance
 *   Other fields mean nothing here. */
#ifndef FOOTFALL_REDIS_ENTRY_H
#define FOOTFALL_REDIS_ENTRY_H

#include "redis_link.h"

#include <stdbool.h>
#include <stdint.h>

/* Of an entry, or of a record by its epoch and seq. They are in the order of epoch, then n. */
struct redis_id {
    uint64_t epoch, n;
};

#define REDIS_ID_SIZE 48

struct redis_entry {
    struct redis_id id;
    struct redis_id took;  /* epoch 0: none */
    struct ff_span group;  /* empty: none; borrowed as the reply is */
    uint64_t begin;        /* where begins is set */
    bool begins;
    uint64_t had;          /* where lost is set */
    bool lost;
};

static inline int redis_id_compare(struct redis_id a, struct redis_id b)
{
    if (a.epoch != b.epoch)
        return a.epoch < b.epoch ? -1 : 1;
    return (a.n > b.n) - (a.n < b.n);
}

/* Reads "<epoch>-<n>". False when it is none. */
bool redis_id_read(struct ff_span text, struct redis_id *out);

/* Writes it, ended by NUL. Gives out, borrowed. */
struct ff_span redis_id_print(char out[REDIS_ID_SIZE], struct redis_id id);

/* Reads a member of what XRANGE gives. False when it is no entry of ours: fields that are not pairs, or not
 * written as above; both a group and a begin, or neither. The group is not looked into. */
bool redis_entry_read(struct redis_reply reply, struct redis_entry *out);

#endif
