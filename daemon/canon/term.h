/* Search terms: the form in which two spellings of a term are the same. */
#ifndef FOOTFALL_TERM_H
#define FOOTFALL_TERM_H

#include "footfall/span.h"

#define TERM_KEY_MAX 256
#define TERM_READ_MAX 1024 /* bytes of a term that are looked at */

/* Writes the term's normal form to out: Unicode NFC, full case folding (and NFC of what that
 * gives), white space at the ends taken away and elsewhere folded to one blank, then cut at
 * TERM_KEY_MAX bytes on a character. Gives false when the term is not UTF-8. */
bool term_normalise(struct ff_span term, char out[TERM_KEY_MAX], size_t *n);

#endif
