#include "words_image.h"

#include "region.h"

#include <stdlib.h>

/* The two words that are always there have the first two places. */
#define PLACES_ALWAYS (WORD_OTHER + 1)

bool words_out_begin(struct words_out *w, const struct words *words, struct image_out *out)
{
    *w = (struct words_out){.words = words, .n = PLACES_ALWAYS};
    w->places = region_new((size_t)words_most(words) + 1, sizeof *w->places);
    out->ok = out->ok && w->places;
    return w->places != NULL;
}

void words_out_end(struct words_out *w)
{
    region_free(&w->places, (size_t)words_most(w->words) + 1, sizeof *w->places);
}

void words_put(struct words_out *w, struct image_out *out, uint32_t word)
{
    if (!w->places || word < PLACES_ALWAYS) {
        image_put_uint(out, word);
        return;
    }
    uint32_t *place = &w->places[word];
    bool known = *place != 0;
    if (!known)
        *place = w->n++;
    image_put_uint(out, *place);
    if (known)
        return;
    struct ff_span text = words_text(w->words, word);
    image_put_uint(out, text.n);
    image_put_bytes(out, text.p, text.n);
}

void words_in_begin(struct words_in *w, struct words *words)
{
    *w = (struct words_in){.words = words};
}

void words_in_end(struct words_in *w)
{
    for (uint32_t i = 0; i < w->n; i++)
        words_drop(w->words, w->taken[i]);
    free(w->taken);
    *w = (struct words_in){0};
}

/* The next text, in the place behind all that have been read. */
static void words_read(struct words_in *w, struct image_in *in)
{
    char text[WORD_MAX];
    size_t n = image_uint_upto(in, WORD_MAX);
    image_bytes(in, text, n);
    if (!image_check(in, n > 0))
        return;
    if (w->n == w->room) {
        w->room = w->room ? 2 * w->room : 1024;
        w->taken = realloc(w->taken, w->room * sizeof *w->taken);
        if (!w->taken)
            abort(); /* as in words.c */
    }
    w->taken[w->n++] = words_take(w->words, ff_span_of(text, n));
}

uint32_t words_get(struct words_in *w, struct image_in *in)
{
    uint32_t place = (uint32_t)image_uint_upto(in, (uint64_t)w->n + PLACES_ALWAYS);
    if (place < PLACES_ALWAYS)
        return in->ok ? place : WORD_NONE;
    if (place == w->n + PLACES_ALWAYS)
        words_read(w, in);
    if (!in->ok)
        return WORD_NONE;
    uint32_t word = w->taken[place - PLACES_ALWAYS];
    words_hold(w->words, word);
    return word;
}
