/* Shard: all state of one journal, and how it comes back from it: the newest checkpoint that is
 * whole, and the records since. The daemon, the process that writes checkpoints, and
 * footfallctl check all restore it with the same functions (law 1). */
#ifndef FOOTFALL_SHARD_H
#define FOOTFALL_SHARD_H

#include "canon.h"
#include "fold.h"
#include "hash.h"
#include "image.h"
#include "tally.h"
#include "words.h"
#include "zone.h"

struct ff_config;
struct journal;

struct shard {
    const struct ff_config *config; /* borrowed */
    struct zone **zones;            /* one a site, as are the next two */
    struct canon_site *canon_sites;
    struct fold_site *fold_sites;
    struct canon *canon;            /* decodes what is replayed */
    struct hash_seed seed;
    bool beside;                    /* it is restored beside the owner of the journal */
    void (*breathe)(void *ctx);     /* called often while the state is restored, to rest; NULL: never */
    void *breathe_ctx;

    struct words words; /* texts that fold and tally share */
    struct fold *fold;
    struct tally *tally;
    uint64_t seq;          /* of the last record that came back: by a checkpoint or by replay */
    ff_wall now;           /* the latest instant it was moved to by replay or shard_advance */
    uint64_t erased;       /* records that came back without what was in them */
    uint64_t unknown_site; /* records of sites that are configured no more; they were left out */
    uint64_t missing;      /* records before one that came back that did not: the store had lost them */
};

/* What a restore came to. */
struct shard_restored {
    uint64_t checkpoint; /* seq of the one it began with; 0: none */
    uint64_t replayed;   /* records after it */
    uint64_t missing;    /* records up to the last that came back with neither: the store had lost them */
    unsigned refused;    /* checkpoints that were there and are not whole, or not understood */
};

/* The sites of the configuration, which is borrowed for the shard's life; no state yet. beside: the
 * journal it will be restored from is opened so. False with a
 * sentence in why (size bytes). To be ended with shard_fini in each case. */
bool shard_init(struct shard *s, const struct ff_config *c, bool beside, char *why, size_t size);
void shard_fini(struct shard *s);

/* Takes the shard's secret out of the store; where there is none and make is set, draws one and puts
 * it there. False with a sentence in why. */
bool shard_take_seed(struct shard *s, struct journal *j, bool make, char *why, size_t size);

/* Brings the state back as it was after record upto (UINT64_MAX: all there is) and as of the
 * last record's receipt, from the newest whole checkpoint at or below most (UINT64_MAX: any; 0: none, from
 * the beginning). The seed is known. Refused checkpoints are logged. FF_OK, or what the journal gave,
 * with a sentence in why. */
enum ff_status shard_restore(struct shard *s, struct journal *j, uint64_t most, uint64_t upto,
                             struct shard_restored *out, char *why, size_t size);

/* An empty state, in place of what is there. False: out of memory or address space. */
bool shard_begin(struct shard *s);

/* Goes on with the replay from where the shard is, up to record upto. */
enum ff_status shard_go_on(struct shard *s, struct journal *j, uint64_t upto, char *why, size_t size);

/* Folds a note that was made or came back. */
void shard_note(struct shard *s, const struct ff_note *n);

/* Time goes on for all state that depends on it; never back. */
void shard_advance(struct shard *s, ff_wall t);

/* Writes the whole state as it is at s->now, after record seq. */
void shard_save(struct shard *s, uint64_t seq, struct image_out *out);

/* The hash of what shard_save writes. At equal seq and time it is equal for equal state, and only
 * then. All zero: out of memory. */
struct hash128 shard_digest(struct shard *s, uint64_t seq);

#endif
