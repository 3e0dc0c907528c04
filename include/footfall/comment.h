/* Comment: what somebody wrote in a survey, as fold remembers it and answers show it. */
#ifndef FOOTFALL_COMMENT_H
#define FOOTFALL_COMMENT_H

#include "footfall/span.h"
#include "footfall/time.h"

/* Texts are borrowed until something is folded. */
struct ff_comment {
    ff_wall time, received;
    const char *kind, *scale; /* as beacons give them; static */
    int score;
    struct ff_span text;
    struct ff_span topic, visitor; /* empty: none was given */
};

#endif
