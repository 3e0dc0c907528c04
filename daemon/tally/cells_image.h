/* Cells in an image, and the texts that they refer to. */
#ifndef FOOTFALL_CELLS_IMAGE_H
#define FOOTFALL_CELLS_IMAGE_H

#include "cells.h"
#include "image.h"

/* The texts of an image by number: 0 is (none), 1 is (other), then those it has, in their order. */
struct cell_texts {
    struct words *words; /* borrowed, or NULL: there are no cells */
    uint32_t *number;    /* of each word, while saving */
    uint32_t *word;      /* of each number, held while loading */
    uint32_t n, room;
};

/* Saving: first all cells are noted, then the texts put, then the cells of each bucket. Equal cells give
 * equal bytes, whatever the order in which their values were admitted. */
void cell_texts_begin(struct cell_texts *t, struct words *words);
void cell_texts_note(struct cell_texts *t, const struct cells *c);
void cell_texts_save(struct cell_texts *t, struct image_out *out);
void cells_save(const struct cells *c, const struct cell_texts *t, struct image_out *out);

/* Loading: the texts, then the cells of each bucket into *c, which is NULL and stays so where there are
 * none. A text that limits.words has no room for is (other). What is not written so makes the image not
 * ok. */
void cell_texts_load(struct cell_texts *t, struct words *words, struct image_in *in);
void cells_load(struct cells **c, struct cell_stock *stock, enum tier_kind tier,
                const struct cell_texts *t, struct image_in *in);

void cell_texts_end(struct cell_texts *t);

#endif
