/* Sessions: what acts lead to, and all that is counted of it. */
#ifndef FOOTFALL_FOLD_VISIT_SESSION_H
#define FOOTFALL_FOLD_VISIT_SESSION_H

#include "footfall/money.h"
#include "footfall/origin.h"
#include "footfall/time.h"

/* What a session keeps one of for each value, up to EXTRAS_MAX of a kind. */
enum extra_kind {
    EXTRA_TERM,      /* of its searches */
    EXTRA_ZERO_TERM, /* of those that reported 0 results */
    EXTRA_STEP,      /* of the checkout */
    EXTRA_NAME,      /* of custom events */
    EXTRA_ORDERS,    /* its orders in one currency */
    EXTRA_KINDS
};

#define EXTRAS_MAX 64

struct extra {
    ff_money_sum amount; /* orders: their value */
    uint32_t what;       /* a word, held; orders: the currency */
    uint32_t n;          /* orders: how many */
    uint32_t next;
    uint32_t kind;       /* enum extra_kind */
};

_Static_assert(sizeof(struct extra) == 32, "two of them are a line of the cache");

/* What a session is so far. Everything of it that is counted is a function of this struct. What happened
 * in it is kept as the time after its start: no more than session.max_length, which SESSION_LENGTH_MAX
 * is far beyond. No field lies across a multiple of 16 bytes: a copy is made in pieces of so many, and read again at
 * once. */
struct session {
    ff_wall start;
    uint64_t term;           /* of the last search */
    uint64_t length : 48;    /* up to the last event */
    uint64_t last_page : 48; /* up to the last page view */
    uint32_t pageviews;
    uint64_t page_time : 48; /* spent on the page views before the last one: a part of the length */
    uint64_t last_page_engaged : 48; /* ms with or after the last page view, up to SESSION_ENGAGED_MAX */
    uint32_t engaged : 14;   /* ms in all, up to SESSION_ENGAGED_FROM: more is not asked for */
    uint32_t begun : 1;      /* 0: the visitor had no session yet */
    uint32_t first : 1;      /* the visitor's first */
    uint32_t interacted : 1; /* by anything but page views */
    uint32_t added_to_cart : 1;
    uint32_t began_checkout : 1;
    uint32_t purchased : 1;
    uint32_t searched : 1;
    uint32_t search_open : 1;        /* nothing but pings and page views since the last search */
    uint32_t item_views : 2;         /* up to 2 */
    uint32_t pages_after_search : 2; /* up to 2 */
    uint32_t refinements;
    uint32_t source, campaign;       /* words, held: with the channel from the first event that tells any of them */
    uint32_t entry_page, exit_page;  /* words, held: of its first and of its last page view */
    uint32_t extras;                 /* chain, in the order of their first occurrence; owned */
    struct ff_origin origin;         /* device and country: each from the first event that has one */
} __attribute__((packed, aligned(4)));

#define SESSION_LENGTH_MAX (((ff_dur)1 << 48) - 1)    /* 8.9 years */
#define SESSION_ENGAGED_MAX (((uint64_t)1 << 48) - 1) /* ms; in us it is still an ff_dur */
#define SESSION_ENGAGED_FROM 10000                    /* ms. GA4: a session is engaged from 10 s on */

/* Time of the last event; FF_NEVER: there was no session yet. */
static inline ff_wall session_last(const struct session *s)
{
    return s->begun ? s->start + (ff_dur)s->length : FF_NEVER;
}

#endif
