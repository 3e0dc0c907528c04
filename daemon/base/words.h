/* Words: texts by number. Each is kept once, for as long as somebody holds it. */
#ifndef FOOTFALL_WORDS_H
#define FOOTFALL_WORDS_H

#include "footfall/span.h"
#include "hash.h"
#include "pool.h"
#include "table.h"

#define WORD_NONE 0u  /* "(none)": no text was given */
#define WORD_OTHER 1u /* "(other)": what there was no room for */

#define WORDS_RECENT_BITS 11

struct words {
    struct hash_seed seed; /* of the table's hashes: senders choose the texts */
    struct pool pool;
    struct table table;
    uint64_t bytes;    /* of all texts kept */
    uint64_t left_out; /* texts that there was no room for, ever */
    uint32_t recent[1 << WORDS_RECENT_BITS]; /* where a text may be that was taken before: those that come all the
                                                time are found without their hash. Nothing depends on it */
};

/* At most cap texts, besides the two above; no number depends on the seed. False when the address space is
 * refused. */
bool words_init(struct words *w, uint32_t cap, const struct hash_seed *seed);
void words_fini(struct words *w);

/* The number of a text (UTF-8, at most WORD_MAX bytes are kept, cut on a character), held once more for
 * the caller, who lets go of it with words_drop. WORD_NONE for the empty text and "(none)", WORD_OTHER for
 * "(other)" and when there is no room (counted). */
#define WORD_MAX 512
uint32_t words_take(struct words *w, struct ff_span text);

/* Holds it once more; lets go of it. The last to let go frees its number for another text. Both do
 * nothing for the two that are always there. */
void words_hold(struct words *w, uint32_t word);
void words_drop(struct words *w, uint32_t word);

/* Its text, "(none)" and "(other)" for those; borrowed while it is held. */
struct ff_span words_text(const struct words *w, uint32_t word);

/* An order of texts that does not depend on their numbers: < 0, 0, > 0. */
int words_compare(const struct words *w, uint32_t a, uint32_t b);

/* The highest number in use is at most this. */
static inline uint32_t words_most(const struct words *w)
{
    return w->pool.cap + WORD_OTHER;
}

/* How many texts are kept. */
static inline uint32_t words_used(const struct words *w)
{
    return w->pool.used;
}

#endif
