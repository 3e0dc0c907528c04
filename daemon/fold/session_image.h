/* Session image: the words and extras of sessions and acts in an image (encode.h has their numbers). */
#ifndef FOOTFALL_FOLD_SESSION_IMAGE_H
#define FOOTFALL_FOLD_SESSION_IMAGE_H

#include "encode_visit.h"
#include "words_image.h"

/* What follows a session's own numbers. */
void session_rest_put(struct image_out *out, struct words_out *words, const struct fold *f, const struct session *s);

/* Sets it, owned by the session; of the extras as much as *keep allows: false is set where the pool is full.
 * Gives how many extras were read. */
uint32_t session_rest_get(struct image_in *in, struct words_in *words, struct fold *f, struct session *s, bool *keep);

/* The words of an act, held by what is got. */
void said_put(struct image_out *out, struct words_out *words, struct said said);
void said_get(struct image_in *in, struct words_in *words, struct said *said);

#endif
