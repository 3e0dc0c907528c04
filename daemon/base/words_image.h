/* Words in an image: a text is written where it is first spoken of, and from then on its place among those
 * that have been. */
#ifndef FOOTFALL_WORDS_IMAGE_H
#define FOOTFALL_WORDS_IMAGE_H

#include "image.h"
#include "words.h"

struct words_out {
    const struct words *words; /* borrowed */
    uint32_t *places;          /* owned: of each word, or 0 */
    uint32_t n;                /* places that have been given */
};

/* False: the address space is refused, and the image is not ok. Ended with words_out_end in each case. */
bool words_out_begin(struct words_out *w, const struct words *words, struct image_out *out);
void words_out_end(struct words_out *w);
void words_put(struct words_out *w, struct image_out *out, uint32_t word);

struct words_in {
    struct words *words; /* borrowed */
    uint32_t *taken;     /* owned: n words, each held until words_in_end */
    uint32_t n, room;
};

void words_in_begin(struct words_in *w, struct words *words);
void words_in_end(struct words_in *w);

/* The word that was put, held for the caller; WORD_NONE when the image is not ok. */
uint32_t words_get(struct words_in *w, struct image_in *in);

#endif
