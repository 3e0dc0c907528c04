/* Journal: the one order of all that was taken. Gives each record its number, gathers groups,
 * keeps the durable watermark, replays at start, and keeps the checkpoints that shorten it. */
#ifndef FOOTFALL_JOURNAL_H
#define FOOTFALL_JOURNAL_H

#include "footfall/store.h"

#include <stdbool.h>

struct journal;

/* Opens store (one of the tables below, or a test's) with options; replays nothing yet.
 * *out is owned by the caller until journal_close. why is set when it fails. Opened beside its owner
 * (options->beside), only journal_read, _first, _get, _close and the calls about checkpoints may be made. */
enum ff_status journal_open(struct journal **out, const struct ff_store_ops *ops,
                            const struct ff_store_options *options, char *why, size_t size);

/* Replays all records through fn, or those from seq from on, which is 1 or what follows a checkpoint.
 * Once, before the first append. */
enum ff_status journal_replay(struct journal *j, ff_replay_fn fn, void *ctx, char *why, size_t size);
enum ff_status journal_replay_from(struct journal *j, uint64_t from, ff_replay_fn fn, void *ctx, char *why,
                                   size_t size);

/* Gives the records with from <= seq <= upto to fn and changes nothing: beside its owner, which is at
 * work, up to what journal_settled gave there (UINT64_MAX: as far as it can be read now), or in it. */
enum ff_status journal_read(struct journal *j, uint64_t from, uint64_t upto, ff_replay_fn fn, void *ctx,
                            char *why, size_t size);

/* The seq of the oldest record that is kept. */
enum ff_status journal_first(struct journal *j, uint64_t *first);

/* Appends one record to the group of this turn and gives its number. Refuses with the store's
 * state (FF_STORE_FULL, FF_STORE_FAILED, FF_BUSY when more than max_pending bytes wait) without
 * having taken anything. */
enum ff_status journal_append(struct journal *j, struct ff_span body, uint64_t *seq);

/* Sends the turn's group on its way. Called once at the end of each turn; cheap when idle. After a
 * failure it is what tries again, also with nothing new: call it every second or so then. */
void journal_flush(struct journal *j);

/* Descriptor to watch for reading (or -1), and what to call when it is readable: takes the
 * store's news and gives the durable watermark, which never steps back. */
int journal_news_fd(const struct journal *j);
uint64_t journal_poll(struct journal *j);

/* Numbers: of the last record appended, and of the last one that is durable. */
uint64_t journal_last(const struct journal *j);
uint64_t journal_durable(const struct journal *j);

/* What a checkpoint may build on: see settled in footfall/store.h. */
uint64_t journal_settled(struct journal *j);

/* Checkpoints, straight to and from the store: see footfall/store.h. */
enum ff_status journal_checkpoint_begin(struct journal *j, uint64_t seq);
enum ff_status journal_checkpoint_put(struct journal *j, struct ff_span block);
enum ff_status journal_checkpoint_commit(struct journal *j);
void journal_checkpoint_abort(struct journal *j);
enum ff_status journal_checkpoint_open(struct journal *j, uint64_t most, uint64_t *seq, char *why, size_t size);
enum ff_status journal_checkpoint_next(struct journal *j, struct ff_span *block);
void journal_checkpoint_end(struct journal *j);
enum ff_status journal_trim(struct journal *j, struct ff_keep keep);

/* FF_OK, or why beacons are refused now. */
enum ff_status journal_state(const struct journal *j);

/* The same for a whole message before its records are appended one by one: FF_BUSY already when half
 * of what may wait does, so that all of a message that was admitted fits. */
enum ff_status journal_admits(const struct journal *j);

/* As the store's verbs of these names. */
uint64_t journal_seal(struct journal *j, uint64_t upto);
enum ff_status journal_erase(struct journal *j, uint64_t behind, uint64_t sealed, ff_erase_fn gone, void *ctx,
                             uint64_t *erased, char *why, size_t size);

/* Small values, straight from the store. */
enum ff_status journal_put(struct journal *j, const char *name, struct ff_span value);
enum ff_status journal_get(struct journal *j, const char *name, void *out, size_t size, size_t *n);

/* How the store is; whether the owner must write a whole checkpoint of its live state at journal_last, because
 * the store has lost records; gives fn some strays, which it appends or knows; makes an empty journal begin
 * behind record seq, instead of journal_replay. See health, lost, strays and graft in footfall/store.h. */
void journal_health(const struct journal *j, struct ff_store_health *out);
bool journal_lost(const struct journal *j);
enum ff_status journal_strays(struct journal *j, ff_replay_fn fn, void *ctx);
enum ff_status journal_graft(struct journal *j, uint64_t seq);

/* Waits until all that was appended is durable or has failed; gives journal_state. For the stop. */
enum ff_status journal_drain(struct journal *j);

void journal_close(struct journal **j);

/* The embedded store: segment files in a directory. */
extern const struct ff_store_ops store_embedded;

/* The Redis store: a stream and what belongs to it on a server that others may use, too. */
extern const struct ff_store_ops store_redis;

/* Whether these are options it could be opened with, without asking any server; false with a sentence in why. */
bool store_redis_check(const struct ff_redis_options *options, char *why, size_t size);

/* Writes the address that the url names to out, without user and password. Gives out. */
const char *store_redis_place(const char *url, char *out, size_t size);

#endif
