#include "checkpoints.h"

#include <errno.h>

void checkpoints_init(struct checkpoints *c, const struct place *place)
{
    *c = (struct checkpoints){.place = place};
    checkpoint_writer_init(&c->writer, place);
    checkpoint_reader_init(&c->reader);
}

void checkpoints_fini(struct checkpoints *c)
{
    checkpoints_abort(c);
    checkpoints_end(c);
}

static enum ff_status outcome(struct checkpoints *c, int error)
{
    return error < 0 ? trouble_tell(&c->trouble, trouble_of(error), c->place->path, error) : FF_OK;
}

/* The newest whose seq is at most most, 0 when there is none. */
static int newest_find(const struct checkpoints *c, uint64_t most, uint64_t *seq)
{
    struct names n;
    int r = names_list(&n, c->place, &checkpoint_kind);
    *seq = 0;
    for (size_t i = 0; r == 0 && i < n.count && n.seq[i] <= most; i++)
        *seq = n.seq[i];
    names_fini(&n);
    return r;
}

enum ff_status checkpoints_begin(struct checkpoints *c, uint64_t seq)
{
    uint64_t newest;
    int error = newest_find(c, UINT64_MAX, &newest);
    if (error < 0)
        return outcome(c, error);
    if (seq == 0 || seq < newest)
        return FF_BAD_PARAMETER;
    return outcome(c, checkpoint_writer_begin(&c->writer, seq));
}

enum ff_status checkpoints_put(struct checkpoints *c, struct ff_span block)
{
    if (block.n > CHECKPOINT_MAX_BLOCK) {
        c->writer.error = -EINVAL; /* it must not be committed without this block */
        return FF_BAD_PARAMETER;
    }
    return block.n ? outcome(c, checkpoint_writer_put(&c->writer, block)) : FF_OK;
}

/* A damaged one is worth nothing, but would count as one of the two that are kept. */
static void bad_remove(struct checkpoints *c, uint64_t written)
{
    const struct ff_io *io = c->place->io;
    char name[NAMES_SIZE], file[PATH_MAX];
    for (unsigned i = 0; i < c->bads; i++) {
        if (c->bad[i] == written)
            continue;
        names_make(name, &checkpoint_kind, c->bad[i]);
        place_file(c->place, file, "", name);
        int r = io->unlink(io, file);
        if (r < 0 && r != -ENOENT)
            trouble_tell(&c->trouble, trouble_of(r), file, r);
    }
    c->bads = 0;
}

enum ff_status checkpoints_commit(struct checkpoints *c)
{
    const uint64_t seq = c->writer.seq;
    int error = checkpoint_writer_commit(&c->writer);
    if (error < 0)
        return outcome(c, error);
    trouble_tell_over(&c->trouble);
    bad_remove(c, seq);
    return FF_OK;
}

void checkpoints_abort(struct checkpoints *c)
{
    outcome(c, checkpoint_writer_abort(&c->writer));
}

static void bad_note(struct checkpoints *c, uint64_t seq)
{
    if (c->bads < CHECKPOINTS_BAD)
        c->bad[c->bads++] = seq;
}

enum ff_status checkpoints_open(struct checkpoints *c, uint64_t most, uint64_t *seq, char *why, size_t size)
{
    int error = newest_find(c, most, seq);
    if (error < 0)
        return place_why(why, size, c->place->path, error);
    if (*seq == 0)
        return FF_NOT_FOUND;
    enum ff_status st = checkpoint_reader_open(&c->reader, c->place, *seq, why, size);
    if (st == FF_STORE_CORRUPT || st == FF_STORE_FAILED)
        bad_note(c, *seq);
    return st;
}

enum ff_status checkpoints_next(struct checkpoints *c, struct ff_span *block)
{
    enum ff_status st = checkpoint_reader_next(&c->reader, block);
    if (st == FF_STORE_FAILED || st == FF_STORE_CORRUPT)
        return trouble_tell(&c->trouble, st, c->place->path, st == FF_STORE_FAILED ? c->reader.file.error : EBADMSG);
    return st;
}

void checkpoints_end(struct checkpoints *c)
{
    checkpoint_reader_close(&c->reader);
}
