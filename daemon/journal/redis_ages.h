/* Ages: stretches of the journal in Redis, each from checkpoint to checkpoint, when it ended and how many bytes
 * of records it has: what of the journal may go for its age or size, without a look at it. Pure. */
#ifndef FOOTFALL_REDIS_AGES_H
#define FOOTFALL_REDIS_AGES_H

#include "footfall/store.h"
#include "redis_entry.h"

/* Stretches that are told apart; then neighbours become one. */
#define REDIS_AGES_MAX 512

/* "<epoch>-<seq>:<microseconds since 1970>:<bytes>" of each, commas between, and a NUL. */
#define REDIS_AGES_TEXT (REDIS_AGES_MAX * 84 + 1)

struct redis_ages {
    uint32_t n;
    struct redis_age {
        struct redis_id end; /* the stretch's entries are those up to this id and above the one before it; none of them
                              * holds a record above end.n, whatever its epoch */
        ff_wall by;          /* all of it was written by then */
        uint64_t bytes;
    } row[REDIS_AGES_MAX]; /* ascending */
};

/* A stretch ends. One that does not go beyond the last changes nothing. */
void redis_ages_note(struct redis_ages *a, struct redis_age age);

/* Takes the oldest stretches off that may go as keep says and end at record behind or before. Gives whether any
 * did; all entries up to *end may go then. */
bool redis_ages_cut(struct redis_ages *a, struct ff_keep keep, uint64_t behind, struct redis_id *end);

/* Writes the list as text with a NUL behind it; gives its length. */
size_t redis_ages_print(const struct redis_ages *a, char out[REDIS_AGES_TEXT]);

/* Reads such a text. False when it is none; *a is empty then. */
bool redis_ages_read(struct redis_ages *a, struct ff_span text);

#endif
