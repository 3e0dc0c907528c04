/* Tape: an image in memory, for the tests of what is saved and loaded. */
#ifndef FOOTFALL_TEST_TAPE_H
#define FOOTFALL_TEST_TAPE_H

#include "image.h"

#include <stdlib.h>

struct tape {
    char *p; /* n bytes */
    size_t n, room;
    size_t at; /* read so far */
    struct image_out out;
    struct image_in in;
};

static inline bool tape_give(void *tape, struct ff_span block)
{
    struct tape *t = tape;
    if (t->n + block.n > t->room) {
        t->room = 2 * (t->n + block.n);
        t->p = realloc(t->p, t->room);
        if (!t->p)
            abort();
    }
    memcpy(t->p + t->n, block.p, block.n);
    t->n += block.n;
    return true;
}

/* A page or so at a time: numbers lie across blocks. */
static inline bool tape_take(void *tape, struct ff_span *block)
{
    struct tape *t = tape;
    size_t n = t->n - t->at < 4099 ? t->n - t->at : 4099;
    *block = ff_span_of(t->p + t->at, n);
    t->at += n;
    return n > 0;
}

static inline struct image_out *tape_write(struct tape *t)
{
    *t = (struct tape){0};
    if (!image_out_begin(&t->out, tape_give, t))
        abort();
    return &t->out;
}

static inline struct hash128 tape_written(struct tape *t)
{
    struct hash128 digest;
    if (!image_out_end(&t->out, &digest))
        abort();
    return digest;
}

static inline struct image_in *tape_read(struct tape *t)
{
    t->at = 0;
    image_in_begin(&t->in, tape_take, t);
    return &t->in;
}

/* A tape of these bytes. */
static inline struct tape tape_of(struct ff_span bytes)
{
    struct tape t = {0};
    tape_give(&t, bytes);
    return t;
}

static inline bool tape_equal(const struct tape *a, const struct tape *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

static inline void tape_free(struct tape *t)
{
    free(t->p);
    *t = (struct tape){0};
}

#endif
