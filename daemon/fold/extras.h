/* Extras: what a session keeps one of for each value (terms, steps, custom names, currencies of its orders),
 * as a chain from one pool, in the order of their first occurrence. A chain is one session's alone. */
#ifndef FOOTFALL_FOLD_EXTRAS_H
#define FOOTFALL_FOLD_EXTRAS_H

#include "state.h"

/* The most that one chain can come to have. */
#define EXTRAS_CHAIN_MAX (EXTRA_KINDS * EXTRAS_MAX)

/* The one of this kind and value, at the end of *chain where there was none: *fresh says so. NULL: the
 * chain has EXTRAS_MAX of the kind. The pool has room (story_reserve). Holds the word. */
struct extra *extras_have(struct fold *f, uint32_t *chain, enum extra_kind kind, uint32_t what, bool *fresh);

/* A copy of the chain, owned by the caller. */
uint32_t extras_copy(struct fold *f, uint32_t chain);

/* Gives a chain back, with its words, and nulls *chain. */
void extras_free(struct fold *f, uint32_t *chain);

/* How many there are. */
uint32_t extras_count(const struct fold *f, uint32_t chain);

/* Whether what it says is a word, which it holds. */
static inline bool extra_has_word(const struct extra *e)
{
    return e->kind != EXTRA_ORDERS;
}

#endif
