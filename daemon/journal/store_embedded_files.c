/* The embedded store's files beside the segment that is written to: checkpoints, small values, and what goes. */
#include "erase.h"
#include "log.h"
#include "store_embedded.h"
#include "trim.h"
#include "values.h"

#include <assert.h>
#include <stdio.h>

enum ff_status store_embedded_checkpoint_begin(struct ff_store *s, uint64_t seq)
{
    return !s->beside && seq > s->synced ? FF_BAD_PARAMETER : checkpoints_begin(&s->checkpoints, seq);
}

enum ff_status store_embedded_checkpoint_put(struct ff_store *s, struct ff_span block)
{
    return checkpoints_put(&s->checkpoints, block);
}

enum ff_status store_embedded_checkpoint_commit(struct ff_store *s)
{
    return checkpoints_commit(&s->checkpoints);
}

void store_embedded_checkpoint_abort(struct ff_store *s)
{
    checkpoints_abort(&s->checkpoints);
}

enum ff_status store_embedded_checkpoint_open(struct ff_store *s, uint64_t most, uint64_t *seq, char *why,
                                               size_t size)
{
    return checkpoints_open(&s->checkpoints, most, seq, why, size);
}

enum ff_status store_embedded_checkpoint_next(struct ff_store *s, struct ff_span *block)
{
    return checkpoints_next(&s->checkpoints, block);
}

void store_embedded_checkpoint_end(struct ff_store *s)
{
    checkpoints_end(&s->checkpoints);
}

enum ff_status store_embedded_trim(struct ff_store *s, struct ff_keep keep)
{
    assert(!s->beside);
    struct trim_result done;
    trim_run(&s->place, keep, s->synced, &done);
    if (done.checkpoints || done.segments)
        log_info("journal", "trimmed", "checkpoints=%u segments=%u", done.checkpoints, done.segments);
    if (done.error < 0)
        return trouble_tell(&s->trim_trouble, trouble_of(done.error), done.file, done.error);
    trouble_tell_over(&s->trim_trouble);
    return FF_OK;
}

enum ff_status store_embedded_erase(struct ff_store *s, uint64_t behind, uint64_t sealed, ff_erase_fn gone,
                                     void *ctx, uint64_t *erased, char *why, size_t size)
{
    struct erase_result done = {0};
    uint64_t seq;
    *erased = 0;
    enum ff_status st = checkpoints_open(&s->checkpoints, UINT64_MAX, &seq, why, size);
    if (st != FF_OK || seq < behind) {
        snprintf(why, size, "%s: no whole checkpoint is behind record %llu", s->place.path, (unsigned long long)behind);
        if (st == FF_OK)
            checkpoints_end(&s->checkpoints);
        return FF_BAD_PARAMETER;
    }
    checkpoints_end(&s->checkpoints);
    int error = erase_checkpoints(&s->place, behind);
    if (error < 0)
        return place_why(why, size, s->place.path, error);
    st = erase_run(&s->place, sealed, gone, ctx, &done, why, size);
    *erased = done.records;
    return st;
}

static enum ff_status value_outcome(struct ff_store *s, enum ff_status st, const char *name, int error)
{
    if (error)
        return trouble_tell(&s->value_trouble, st, name, error);
    trouble_tell_over(&s->value_trouble);
    return st;
}

enum ff_status store_embedded_put(struct ff_store *s, const char *name, struct ff_span value)
{
    int error;
    assert(!s->beside);
    enum ff_status st = values_put(&s->place, name, value, &error);
    return value_outcome(s, st, name, error);
}

enum ff_status store_embedded_get(struct ff_store *s, const char *name, void *out, size_t size,
                                   size_t *n)
{
    int error;
    enum ff_status st = values_get(&s->place, name, out, size, n, &error);
    return value_outcome(s, st, name, error);
}

enum ff_status store_embedded_remove(struct ff_store *s, const char *name)
{
    int error;
    assert(!s->beside);
    enum ff_status st = values_remove(&s->place, name, &error);
    return value_outcome(s, st, name, error);
}

/* What is wrong with files is a status of flush and poll: nothing waits elsewhere. */
