/* The embedded store itself, private to store_embedded*.c. */
#ifndef FOOTFALL_STORE_EMBEDDED_H
#define FOOTFALL_STORE_EMBEDDED_H

#include "checkpoints.h"
#include "journal.h"
#include "pending.h"
#include "place.h"
#include "syncer.h"
#include "trouble.h"
#include "writer.h"

struct ff_store {
    struct place place;
    bool beside;
    enum ff_durability durability;
    uint64_t segment_bytes;
    struct checkpoints checkpoints;
    struct pending queue;
    struct writer writer;
    struct syncer syncer;
    struct trouble trouble;       /* with the journal */
    struct trouble value_trouble; /* with small values */
    struct trouble trim_trouble;
    uint64_t last;       /* seq of the last record appended */
    uint64_t written;    /* all up to it is in the current segment or synced */
    uint64_t synced;     /* all up to it is on the disk */
    uint64_t durable;    /* what was promised: never steps back, also when written does */
    uint64_t wanted;     /* all up to it is to be synced soon, whatever durability says */
    uint64_t segment_first; /* of the current segment */
    uint64_t asked_size; /* size of the current segment when its last sync was asked for */
    uint64_t synced_count; /* records that the last sync was for */
    bool making_room;    /* the sync under way writes zeros behind the current segment's records, */
    uint64_t room_from;  /* from here on: there nobody else writes until then */
    bool replayed;
    bool fresh;          /* the current segment's name is not synced yet */
    bool no_room;        /* zeros could not be written: none in this segment any more */
    bool sealing;        /* the current segment is to be full, however large it is */
    bool given_up;       /* the current segment is to be left when no sync is under way */
    bool held;           /* what is to be written waits for the sync under way: see embedded_flush */
};

/* store_embedded_files.c: the verbs of these names (footfall/store.h). */
enum ff_status store_embedded_checkpoint_begin(struct ff_store *s, uint64_t seq);
enum ff_status store_embedded_checkpoint_put(struct ff_store *s, struct ff_span block);
enum ff_status store_embedded_checkpoint_commit(struct ff_store *s);
void store_embedded_checkpoint_abort(struct ff_store *s);
enum ff_status store_embedded_checkpoint_open(struct ff_store *s, uint64_t most, uint64_t *seq, char *why,
                                              size_t size);
enum ff_status store_embedded_checkpoint_next(struct ff_store *s, struct ff_span *block);
void store_embedded_checkpoint_end(struct ff_store *s);
enum ff_status store_embedded_trim(struct ff_store *s, struct ff_keep keep);
enum ff_status store_embedded_erase(struct ff_store *s, uint64_t behind, uint64_t sealed, ff_erase_fn gone,
                                    void *ctx, uint64_t *erased, char *why, size_t size);
enum ff_status store_embedded_put(struct ff_store *s, const char *name, struct ff_span value);
enum ff_status store_embedded_get(struct ff_store *s, const char *name, void *out, size_t size, size_t *n);
enum ff_status store_embedded_remove(struct ff_store *s, const char *name);

#endif
