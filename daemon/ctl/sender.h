/* Sender: gets one batch answered, trying again while the daemon is away or busy. */
#ifndef FOOTFALL_CTL_SENDER_H
#define FOOTFALL_CTL_SENDER_H

#include "http.h"

#include "footfall/time.h"

struct sender {
    struct http *http; /* borrowed */
    ff_dur patience;   /* how long one batch is tried, from its first try on */
    /* Told before each pause, to say so to people; why is a sentence. */
    void (*waiting)(void *ctx, const char *why, ff_dur pause);
    void *ctx;
};

/* The pause before try number attempt (1 is the second try), unless the answer asks for more: a
 * quarter of a second, doubling up to ten. */
ff_dur sender_pause(unsigned attempt, long retry_after);

/* Posts body to path as lines. True with the first answer that is neither 429 nor 503, whatever it
 * is; false with a sentence in why when patience ends before. May send the same body several
 * times. */
bool sender_post(const struct sender *s, const char *path, struct ff_span body,
                 struct http_answer *out, char *why, size_t size);

#endif
