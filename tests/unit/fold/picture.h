/* Picture: a fold's image in memory, to look at, to change and to load again. */
#ifndef FOOTFALL_TEST_PICTURE_H
#define FOOTFALL_TEST_PICTURE_H

#include "bench.h"

#include "image.h"

#include <string.h>

struct picture {
    unsigned char *bytes; /* owned */
    size_t n;
    size_t given; /* of them, to a load */
    size_t block; /* so many at once */
};

BENCH bool picture_give(void *ctx, struct ff_span block)
{
    struct picture *p = ctx;
    p->bytes = realloc(p->bytes, p->n + block.n);
    assert_non_null(p->bytes);
    memcpy(p->bytes + p->n, block.p, block.n);
    p->n += block.n;
    return true;
}

BENCH struct picture picture_of(const struct fold *f)
{
    struct picture p = {.block = 4096};
    struct image_out out;
    struct hash128 digest;
    assert_true(image_out_begin(&out, picture_give, &p));
    fold_save(f, &out);
    assert_true(image_out_end(&out, &digest));
    return p;
}

BENCH void picture_free(struct picture *p)
{
    free(p->bytes);
    p->bytes = NULL;
}

BENCH bool picture_take(void *ctx, struct ff_span *block)
{
    struct picture *p = ctx;
    size_t n = p->n - p->given < p->block ? p->n - p->given : p->block;
    *block = ff_span_of((const char *)p->bytes + p->given, n);
    p->given += n;
    return n > 0;
}

/* Whether it is the image of a fold, and the whole of it. */
BENCH bool picture_load_sites(struct picture *p, struct fold *f, const uint16_t *map, uint16_t sites)
{
    struct image_in in;
    p->given = 0;
    image_in_begin(&in, picture_take, p);
    return fold_load(f, &in, map, sites) && image_in_end(&in);
}

static const uint16_t picture_sites[] = {0, 1};

BENCH bool picture_load(struct picture *p, struct fold *f)
{
    return picture_load_sites(p, f, picture_sites, 2);
}

BENCH void assert_same_picture(const struct picture *want, const struct picture *got)
{
    for (size_t i = 0; i < want->n && i < got->n; i++)
        if (want->bytes[i] != got->bytes[i])
            fail_msg("the images differ at byte %zu of %zu and %zu", i, want->n, got->n);
    assert_int_equal(got->n, want->n);
}

BENCH void assert_same_state(const struct fold *want, const struct fold *got)
{
    struct picture w = picture_of(want), g = picture_of(got);
    assert_same_picture(&w, &g);
    picture_free(&w);
    picture_free(&g);
}

/* Goes on with a fold that comes from the image of b's, with other limits; what b has summed up stays. */
BENCH void bench_reload_with(struct bench *b, struct fold_options options)
{
    struct picture p = picture_of(b->fold);
    struct ff_fact_sink sink = {.take = bench_take, .ctx = b, .cells = bench_take_cells};
    struct words *words = bench_words(&options);
    options.sites = b->options.sites;
    options.site_count = b->options.site_count;
    struct fold *fold = fold_new(&options, &b->fold->seed, &sink);
    assert_non_null(fold);
    assert_true(picture_load(&p, fold));
    fold_free(&b->fold);
    bench_free_words(&b->words);
    b->words = words;
    b->fold = fold;
    b->options = options;
    picture_free(&p);
}

BENCH void bench_reload(struct bench *b)
{
    bench_reload_with(b, b->options);
}

#endif
