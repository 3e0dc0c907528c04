/* Patterns: many short texts that are looked for at once, in one walk over the text (Aho and Corasick's
 * automaton, its transitions written out). Upper and lower case are the same.
 *
 * A pattern's text is what is looked for, but for a first character ^ (at the beginning only) or < (not
 * behind a letter or digit) and a last one $ (at the end only) or > (not before a letter or digit). */
#ifndef FOOTFALL_PATTERNS_H
#define FOOTFALL_PATTERNS_H

#include "footfall/span.h"

#include <stdint.h>

struct patterns;

/* mark says what a match means; it is the owner's. */
struct pattern {
    struct ff_span text;
    uint16_t mark;
};

/* Copies what it needs of n patterns; owned by the caller. NULL when out of memory, when one is empty, or
 * when all together are longer than a table of 16-bit numbers holds: why (size bytes) says which. */
struct patterns *patterns_new(const struct pattern *rows, size_t n, char *why, size_t size);

/* Frees *p and nulls it; a NULL *p is fine. */
void patterns_free(struct patterns **p);

/* Called for each match: its pattern's mark, and the text from first to before end. */
typedef void pattern_match(void *ctx, uint16_t mark, size_t first, size_t end);

/* All matches in a text, in the order of their ends. Changes nothing in p: any thread may call it. */
void patterns_scan(const struct patterns *p, struct ff_span text, pattern_match *match, void *ctx);

#endif
