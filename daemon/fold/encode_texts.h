/* Encode, of what holds texts: lines of carts and items, and cards. */
#ifndef FOOTFALL_FOLD_ENCODE_TEXTS_H
#define FOOTFALL_FOLD_ENCODE_TEXTS_H

#include "state.h"
#include "words_image.h"

/* The texts of a line, behind line_put. get: held for the line. */
void line_texts_put(struct image_out *out, struct words_out *words, const struct line *l);
void line_texts_get(struct image_in *in, struct words_in *words, struct line *l);

/* A cart's card, but the site, behind cart_put. get: what it holds is held for the card, to be let go of
 * with card_drop. */
void card_put(struct image_out *out, struct words_out *words, const struct card *card, ff_wall near);
void card_get(struct image_in *in, struct words_in *words, struct card *card, ff_wall near);

#endif
