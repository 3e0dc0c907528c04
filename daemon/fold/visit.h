/* A visitor's story: the acts that can still be put in order, and the session and carts that they lead to. */
#ifndef FOOTFALL_FOLD_VISIT_H
#define FOOTFALL_FOLD_VISIT_H

#include "visit_act.h"
#include "visit_cart.h"
#include "visit_session.h"

/* A visitor's story up to some point. All zeros: nothing yet. */
struct course {
    struct session session;
    uint32_t cart; /* the last one opened, or 0 */
};

struct visitor {
    _Alignas(128) uint64_t key; /* keyed hash of site and visitor id */
    ff_wall newest;      /* time of the newest act that was not late */
    struct course head;  /* up to now: what is counted */
    int32_t touched;     /* minute in which the last event of any kind was received */
    uint32_t tail;       /* number of the tail, or 0: then settled = head */
    uint32_t born;       /* stamp that tells this visitor from others under its number */
    uint16_t site;
    bool live : 1;       /* counted as live, and queued */
    bool cart_queued : 1;
    bool extras_listed : 1; /* among those whose extras give way, oldest first: its head has some */
};

_Static_assert(sizeof(struct course) == 80 && sizeof(struct visitor) == 128,
               "a visitor is two lines of the cache: never in more, as it would be with less");

/* The part of a visitor's story that can still change: the course up to newest − lateness, and
 * the acts since, ordered by time. Kept until nothing that is not late can come. */
struct tail {
    ff_wall newest_received; /* when the visitor's newest act was */
    ff_wall first_time;      /* of the first act, where there is one: asked of each tail with each event */
    uint32_t visitor;
    uint32_t settled;        /* number of the settled course, or 0: nothing is settled yet */
    uint32_t first, last;    /* chain of acts */
    uint32_t waymark;        /* number, or 0 */
    uint16_t count;          /* of acts; one more than TAIL_ACTS_MAX for a moment */
    uint16_t since;          /* acts appended since the waymark was moved, up to WAYMARK_ACTS */
};

_Static_assert(sizeof(struct tail) == 40, "a tail is five words");

/* What is settled of a visitor's story: nothing that comes can change it. */
struct settled {
    struct course course;
    ff_wall to; /* all acts up to this instant are in it */
};

/* A long tail's story up to some of its later acts: what comes a little out of order is folded anew
 * from here, not from the settled course. */
struct waymark {
    struct course course;
    uint32_t act;    /* the first one behind it */
    uint32_t behind; /* acts from that one on */
};

#define WAYMARK_ACTS 32 /* so many acts, and up to twice as many, are behind it */

#define TAIL_ACTS_MAX 1000 /* acts of one tail; beyond, the oldest settle early and are counted */

#endif
