/* Store: what keeps records durable. One const table of verbs an implementation; nobody but the
 * journal calls them, and no caller can tell from a verb which store is behind it.
 *
 * Records are numbered from 1 without holes. append only gathers; flush sends what was gathered
 * as one group, and poll says later how far all is durable. All verbs are called from one
 * thread, the one that opened the store; an implementation may have threads of its own. */
#ifndef FOOTFALL_STORE_H
#define FOOTFALL_STORE_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/store_health.h"
#include "footfall/store_options.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

struct ff_store; /* an open store, of whichever implementation */

/* Bytes of a checkpoint's block at most. */
#define FF_CHECKPOINT_BLOCK ((size_t)1 << 20)

/* Called for each record in order of seq. body is borrowed for the call. Anything but FF_OK stops
 * the replay and becomes its result. */
typedef enum ff_status (*ff_replay_fn)(void *ctx, uint64_t seq, struct ff_span body);

/* Whether a record is to be erased. body is borrowed. Asked more than once of the same, it says the same. */
typedef bool (*ff_erase_fn)(void *ctx, uint64_t seq, struct ff_span body);

struct ff_store_ops {
    const char *name;

    /* Opens and locks the store, making it when it is not there; *out is owned by the caller until
     * close. On failure *out is NULL and why (size bytes) holds a sentence that names the file. */
    enum ff_status (*open)(struct ff_store **out, const struct ff_store_options *options, char *why,
                           size_t size);

    /* Calls fn for every record with from <= seq <= upto that was durable or at least written; upto
     * UINT64_MAX: all, and a torn tail is cut and counted (beside: left alone, and ends the replay). Must
     * have run once so before the first append: from 1, or from what follows a checkpoint (then *last is
     * from - 1 when there is no more, and a journal that ends before that is FF_STORE_CORRUPT). *last
     * becomes the seq of the last record (0: none). With a smaller upto, which is from - 1 at least,
     * nothing is changed, and FF_STORE_CORRUPT when the journal ends before it. FF_STORE_CORRUPT also
     * when the journal begins after from. A failure says why, as open does. */
    enum ff_status (*replay)(struct ff_store *s, uint64_t from, uint64_t upto, ff_replay_fn fn, void *ctx,
                             uint64_t *last, char *why, size_t size);

    /* *first becomes the seq of the oldest record that is kept, or would be the next one's when none is.
     * FF_STORE_FAILED when it cannot be seen. */
    enum ff_status (*first)(struct ff_store *s, uint64_t *first);

    /* The seq up to which all is on the medium itself, whatever durability promises; asks for the
     * rest to be brought there soon (poll has news then). What a checkpoint may build on. */
    uint64_t (*settled)(struct ff_store *s);

    /* Writes a checkpoint: the state after record seq, which is settled, as blocks of at most
     * FF_CHECKPOINT_BLOCK bytes (one of none is left out). It counts, durably and as the newest, when
     * commit gives FF_OK; until then a loss of power or the death of the process leaves none or, within
     * commit, the whole. One at a time; once one of the three has failed only abort is left, which ends it
     * without a trace, and does nothing when there is none. FF_BAD_PARAMETER when seq is 0, not settled
     * (as far as it is known here) or below the newest one's, and for a longer block; FF_STORE_FULL,
     * FF_STORE_FAILED. One of the same seq is replaced whole, and with FF_OK those go that
     * checkpoint_open found unreadable here, so that they do not count as one of the newest two. */
    enum ff_status (*checkpoint_begin)(struct ff_store *s, uint64_t seq);
    enum ff_status (*checkpoint_put)(struct ff_store *s, struct ff_span block);
    enum ff_status (*checkpoint_commit)(struct ff_store *s);
    void (*checkpoint_abort)(struct ff_store *s);

    /* Reads one: the newest whose seq is at most `most` (UINT64_MAX: of all), checked as a whole before it
     * is given, so that next can then only fail by the medium. FF_NOT_FOUND: there is none.
     * FF_STORE_CORRUPT, FF_STORE_VERSION, FF_STORE_FAILED, FF_NO_MEMORY: *seq is its seq and why says what
     * is wrong: ask for seq - 1 for the one before it. (*seq 0: it is not known which there are.) next
     * gives its blocks in order, borrowed until the next call, and FF_NOT_FOUND after the last. One at a
     * time; to be ended after FF_OK. */
    enum ff_status (*checkpoint_open)(struct ff_store *s, uint64_t most, uint64_t *seq, char *why, size_t size);
    enum ff_status (*checkpoint_next)(struct ff_store *s, struct ff_span *block);
    void (*checkpoint_end)(struct ff_store *s);

    /* Lets go of all checkpoints but the newest two, and of the journal as far as keep says, but
     * never of what comes after the older of those two (of any, while there are fewer), of what is not
     * settled, or of the segment that is written to. A segment goes whole or not at all, the oldest
     * first. What could not be removed is told by the status, breaks nothing, and goes the next time. What
     * a killed process left of a checkpoint goes, too, so none may be under way: call it when the process
     * that wrote one has ended, well or not. */
    enum ff_status (*trim)(struct ff_store *s, struct ff_keep keep);

    /* The seq up to which records are settled and lie where nothing is written to any more; asks that soon
     * this is at least upto, which was appended. What an erase can reach. */
    uint64_t (*seal)(struct ff_store *s, uint64_t upto);

    /* Takes the bodies of those records up to `sealed` (which seal gave, here or to the owner) that gone
     * names off the medium; the records are there still, without a body. As the state can then not be had
     * from the records before them any more, this demands a whole checkpoint at or above `behind`, which no
     * erased record is, and removes all below that first: else FF_BAD_PARAMETER. Beside its owner only
     * the process that writes checkpoints may call it. With anything but FF_OK (and a sentence in why)
     * some is erased and the rest is as it was: call it again. *erased: how many were. */
    enum ff_status (*erase)(struct ff_store *s, uint64_t behind, uint64_t sealed, ff_erase_fn gone, void *ctx,
                            uint64_t *erased, char *why, size_t size);

    /* Copies body into the group being gathered. seq must be the last one + 1. Fails with
     * FF_NO_MEMORY, and then nothing was added; never touches the disk. */
    enum ff_status (*append)(struct ff_store *s, uint64_t seq, struct ff_span body);

    /* Whether half or more of what append may hold is held already, durable or not: a whole message is
     * better refused now than in its middle. */
    bool (*crowded)(const struct ff_store *s);

    /* Starts to make durable all that was gathered; cheap when there is nothing. On failure
     * (FF_STORE_FULL, FF_STORE_FAILED) what was gathered stays, and a later flush tries it again:
     * no group is ever written in part or out of order. */
    enum ff_status (*flush)(struct ff_store *s);

    /* A descriptor that becomes readable when poll has news, or -1 if it never has any. */
    int (*news_fd)(struct ff_store *s);

    /* Takes the news: *durable is the seq up to which all is durable. A failed sync is reported
     * here once with its status, and the next flush mends it. */
    enum ff_status (*poll)(struct ff_store *s, uint64_t *durable);

    /* Small values by name ([a-z0-9_.-], up to 64 bytes): put is durable when it returns and
     * replaces whole or not at all; get copies up to size bytes to out and sets *n to the whole
     * value's length, FF_NOT_FOUND when there is none, FF_STORE_CORRUPT when it is damaged; remove
     * of what is not there is FF_OK. FF_BAD_PARAMETER for any other name. */
    enum ff_status (*put)(struct ff_store *s, const char *name, struct ff_span value);
    enum ff_status (*get)(struct ff_store *s, const char *name, void *out, size_t size, size_t *n);
    enum ff_status (*remove)(struct ff_store *s, const char *name);

    /* How it is now; news (news_fd) when this changes. */
    void (*health)(const struct ff_store *s, struct ff_store_health *out);

    /* Whether the medium has lost records that were durable: the owner then writes a whole checkpoint of its
     * live state at the last record appended, by the verbs of checkpoints, which may be begun at that record
     * although it is not settled. Once it is committed the store is whole again. */
    bool (*lost)(const struct ff_store *s);

    /* Gives some strays to fn: records that an owner before this one had answered, and that are perhaps not in the
     * journal. seq is what it was there. fn appends the body as a new record, or finds that it is known and
     * leaves it; in between nobody else appends. A stray is given again, also after a crash, until what fn
     * appended of it is durable, and not after that. FF_NOT_FOUND: there are none now; anything else is what
     * fn gave, and they are given again later. May be called once replay was. */
    enum ff_status (*strays)(struct ff_store *s, ff_replay_fn fn, void *ctx);

    /* Of a store to which nothing was ever written, before replay: its records up to seq are elsewhere. A
     * checkpoint at seq may be written then, from which a restore begins, and the next record is seq + 1.
     * Durable when it returns. FF_BAD_PARAMETER when something was written; FF_STORE_FULL, FF_STORE_FAILED. */
    enum ff_status (*graft)(struct ff_store *s, uint64_t seq);

    /* Makes durable what was gathered (best effort), unlocks, frees and nulls *s. */
    void (*close)(struct ff_store **s);
};

#endif
