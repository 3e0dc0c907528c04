/* Encode, of what holds texts: lines and cards. The texts themselves are written, since the numbers of
 * words are no values of the state. */
#ifndef FOOTFALL_FOLD_ENCODE_TEXTS_H
#define FOOTFALL_FOLD_ENCODE_TEXTS_H

#include "image.h"
#include "state.h"

/* The texts of a line, behind line_put. get: held for the line; words NULL: they are read over. */
void line_texts_put(struct image_out *out, const struct words *words, const struct line *l);
void line_texts_get(struct image_in *in, struct words *words, struct line *l);

/* A cart's card, but the site, behind cart_put. get: what it holds is held for the card, to be let go of
 * with card_drop. */
void card_put(struct image_out *out, const struct words *words, const struct card *card, ff_wall near);
void card_get(struct image_in *in, struct words *words, struct card *card, ff_wall near);

#endif
