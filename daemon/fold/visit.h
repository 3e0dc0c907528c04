/* What a visitor's story is made of: acts, and the sessions and carts that they lead to. */
#ifndef FOOTFALL_FOLD_VISIT_H
#define FOOTFALL_FOLD_VISIT_H

#include "chain.h"
#include "footfall/money.h"
#include "footfall/time.h"

/* One line of a cart, or one item of an act. */
struct line {
    uint64_t sku;
    ff_money price;
    int64_t quantity;
    uint32_t next;
    bool has_price;
};

#define CART_LINES_MAX 2000 /* different skus in one cart; further ones are left out and counted */

/* An event of one visitor, as much of it as sessions and carts need. */
struct act {
    ff_wall time;       /* its place in the visitor's story; ties in the order of the journal */
    union {
        uint64_t term;  /* search: hash of the normalised term */
        ff_money value; /* purchase */
    };
    ff_wall late_time;  /* late purchase: its own time (.time is then its place) */
    ff_wall received;   /* wall clock */
    ff_currency currency; /* 0: not given */
    uint32_t engaged_ms;
    uint32_t lines;     /* chain of the items */
    uint32_t next;      /* in a tail */
    uint8_t type;       /* enum ff_type */
    bool passive;
    bool late;          /* a late purchase: touches the cart only */
};

/* What a session is so far. Everything of it that is counted is a function of this struct. */
struct session {
    ff_wall start, last;    /* last is FF_NEVER when the visitor had no session yet */
    ff_wall last_page;      /* time of the last page view */
    ff_dur page_time;       /* spent on the page views before the last one */
    ff_dur last_page_engaged; /* engagement reported with or after the last page view */
    ff_dur engaged;         /* all engagement */
    uint64_t term;          /* of the last search */
    uint32_t pageviews;
    uint32_t refinements;
    uint8_t item_views;     /* up to 2 */
    uint8_t pages_after_search; /* up to 2 */
    bool first;             /* the visitor's first */
    bool interacted;        /* by anything but page views */
    bool viewed_item, added_to_cart, began_checkout, purchased;
    bool searched;
    bool search_open;       /* nothing but pings and page views since the last search */
};

/* What a cart is so far. */
struct cart {
    ff_wall opened, last;
    ff_money_sum value;     /* of its lines */
    ff_money paid;          /* value of the purchase that converted it */
    ff_currency currency, paid_currency;
    uint32_t lines;         /* chain, each sku once */
    uint32_t line_count;
    uint32_t before;        /* the visitor's cart before this one, or 0; that one has none before */
    uint16_t refs;          /* courses and carts that name this number */
    bool emptied, converted, checkout;
    bool gap;               /* was abandoned between two of its events */
};

/* A visitor's story up to some point. */
struct course {
    struct session session;
    uint32_t cart; /* the last one opened, or 0 */
};

struct visitor {
    uint64_t key;             /* keyed hash of site and visitor id */
    ff_wall newest;           /* time of the newest act that was not late */
    ff_wall newest_received;
    ff_wall touched;          /* received of the last event of any kind */
    struct course head;       /* up to now: what is counted */
    uint32_t tail;            /* number of the tail, or 0: then settled = head */
    struct chain_link by_touch;
    struct chain_link by_cart_touch; /* of those with a cart */
    uint32_t born;            /* stamp that tells this visitor from others under its number */
    uint16_t site;
    bool live;                /* counted as live, and queued */
    bool cart_queued;
    bool has_cart;            /* in the list of those with a cart */
};

/* The part of a visitor's story that can still change: the course up to newest − lateness, and
 * the acts since, ordered by time. Kept until nothing that is not late can come. */
struct tail {
    struct course settled;
    ff_wall settled_to;    /* acts up to this instant are settled */
    uint32_t visitor;
    uint32_t first, last;  /* chain of acts */
    uint32_t count;
    uint32_t waymark;      /* number, or 0 */
    uint32_t since;        /* acts appended since the waymark was moved */
    struct chain_link by_age; /* in the order of their visitors' newest_received */
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
