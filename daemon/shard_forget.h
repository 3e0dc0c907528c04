/* Which records of a journal are of those whom its state is still to forget. */
#ifndef FOOTFALL_SHARD_FORGET_H
#define FOOTFALL_SHARD_FORGET_H

#include "shard.h"

struct forget_key;

struct shard_forget {
    struct shard *shard;           /* borrowed; its canon decodes */
    struct forget_key *keys;       /* owned, ordered */
    size_t n;
    uint64_t last;                 /* seq of the last note; 0: nobody is to be forgotten */
};

/* Whom the shard's state names. False: out of memory. To be ended with shard_forget_fini in each case. */
bool shard_forget_init(struct shard_forget *f, struct shard *s);
void shard_forget_fini(struct shard_forget *f);

/* An ff_erase_fn for *f: whether the record came before a note that names its visitor or its customer. */
bool shard_forget_is(void *f, uint64_t seq, struct ff_span body);

/* Whether a record that comes late was received before one that it is of was forgotten, as far as the state
 * still knows: *note is what said so. */
bool shard_forget_late(const struct shard *s, const struct ff_record *r, struct ff_note *note);

#endif
