/* Templates: whole requests, or datagrams, as browsers and back ends send them, and the cheap
 * change that makes each one a beacon of its own. */
#ifndef FOOTFALL_BENCH_TEMPLATE_H
#define FOOTFALL_BENCH_TEMPLATE_H

#include "body.h"

#include <stdbool.h>

/* Requests of one kind, taken in turn. */
struct template_set {
    struct body *at; /* n of them, owned */
    unsigned n, next;
    unsigned beacons; /* in one request */
};

/* Where ids, visitors and times come from. */
struct stamper {
    uint64_t id;       /* the next one */
    uint64_t random;   /* state, never 0 */
    uint32_t visitors; /* there are that many of them */
    bool in_turn;      /* one after the other, beginning with turn; else by chance */
    uint64_t turn;
    uint64_t now;      /* milliseconds since 1970 */
};

/* Makes the requests of a kind ("json", "json20", "packed100", "pages1000", "pixel", "datagram"); their headers
 * ask to close the connection where closes. False: no such kind, or out of memory. */
bool template_make(struct template_set *set, const char *kind, bool closes);
void template_fini(struct template_set *set);

/* The next request, with ids, visitors and times of its own. Borrowed until the set has gone
 * round. */
const struct body *template_next(struct template_set *set, struct stamper *s);

/* Fills the places of one body. */
void template_stamp(struct body *b, struct stamper *s);

/* seed: other ids and visitors for other seeds. */
void stamper_init(struct stamper *s, uint64_t seed, uint32_t visitors);

/* Reads the clock. */
void stamper_tick(struct stamper *s);

#endif
