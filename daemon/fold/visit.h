/* What a visitor's story is made of: acts, and the sessions and carts that they lead to. */
#ifndef FOOTFALL_FOLD_VISIT_H
#define FOOTFALL_FOLD_VISIT_H

#include "footfall/origin.h"
#include "carts.h"
#include "chain.h"

/* One line of a cart, or one item of an act. */
struct line {
    uint64_t sku;
    ff_money price;
    int64_t quantity;
    uint32_t next;
    uint32_t sku_text, name; /* words; this line holds them */
    bool has_price;
};

#define CART_LINES_MAX 2000 /* different skus in one cart; further ones are left out and counted */

/* An event of one visitor, as much of it as sessions and carts need. There are more of them than of
 * anything else, and most are page views, so that one takes no more than a page view does. */
struct act {
    int64_t time : 56;     /* its place in the visitor's story; ties in the order of the journal */
    uint64_t type : 5;     /* enum ff_type */
    uint64_t passive : 1;
    uint64_t late : 1;     /* a late purchase: touches the cart only */
    uint64_t rested : 1;   /* more is known of it than fits in here */
    uint32_t next;         /* in a tail */
    union {
        uint32_t rest;       /* rested: number of what is known of it */
        uint32_t engaged_ms; /* else of a ping */
        uint32_t word;       /* else of a page view its page, of a checkout step that, of a custom event its
                                name: a word, held */
    };
    struct ff_origin origin; /* of a late one: none, it is part of no session */
} __attribute__((packed, aligned(4)));

_Static_assert(sizeof(struct act) == 20 && FF_TYPE_COUNT <= 32, "an act is two words and a half");

/* The words that an event brings, or WORD_NONE. */
struct said {
    uint32_t word;             /* page of a page view, term of a search, checkout step, name of a custom event */
    uint32_t source, campaign;
};

/* Instants of acts: 1,141 years before 1970 and after it. */
#define ACT_TIME_MAX (((ff_wall)1 << 55) - 1)
#define ACT_TIME_MIN (-ACT_TIME_MAX - 1)

/* What else is known of a search, of a purchase, of a cart event with items or a currency, of any event that
 * brings a source or campaign, of a page view with engagement. */
struct act_rest {
    union {
        uint64_t term;    /* search: hash of the normalised term */
        ff_money value;   /* purchase */
    };
    union {
        struct {
            ff_wall late_time; /* late purchase: its own time (the act's is its place) */
            ff_wall received;  /* and the wall clock */
        };
        struct {
            struct said said;        /* the others: words, held */
            union {
                uint32_t engaged_ms; /* page view, ping */
                uint32_t zero;       /* search: 1 when it reported 0 results */
            };
        };
    };
    ff_currency currency; /* 0: not given */
    uint32_t lines;       /* chain of the items */
};

_Static_assert(sizeof(struct act_rest) == 32, "what a late purchase knows lies where others have words");

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
 * is far beyond. */
struct session {
    ff_wall start;
    uint64_t term;           /* of the last search */
    uint64_t length : 48;    /* up to the last event */
    uint64_t last_page : 48; /* up to the last page view */
    uint64_t page_time : 48; /* spent on the page views before the last one: a part of the length */
    uint64_t last_page_engaged : 53; /* ms with or after the last page view, up to SESSION_ENGAGED_MAX */
    uint64_t engaged : 14;   /* ms in all, up to SESSION_ENGAGED_FROM: more is not asked for */
    uint64_t begun : 1;      /* 0: the visitor had no session yet */
    uint64_t first : 1;      /* the visitor's first */
    uint64_t interacted : 1; /* by anything but page views */
    uint64_t added_to_cart : 1;
    uint64_t began_checkout : 1;
    uint64_t purchased : 1;
    uint64_t searched : 1;
    uint64_t search_open : 1;        /* nothing but pings and page views since the last search */
    uint64_t item_views : 2;         /* up to 2 */
    uint64_t pages_after_search : 2; /* up to 2 */
    uint32_t pageviews;
    uint32_t refinements;
    uint32_t source, campaign;       /* words, held: with the channel from the first event that tells any of them */
    uint32_t entry_page, exit_page;  /* words, held: of its first and of its last page view */
    uint32_t extras;                 /* chain, in the order of their first occurrence; owned */
    struct ff_origin origin;         /* device and country: each from the first event that has one */
} __attribute__((packed, aligned(4)));

#define SESSION_LENGTH_MAX (((ff_dur)1 << 48) - 1)    /* 8.9 years */
#define SESSION_ENGAGED_MAX (((uint64_t)1 << 53) - 1) /* ms; in us it is still an ff_dur */
#define SESSION_ENGAGED_FROM 10000                    /* ms. GA4: a session is engaged from 10 s on */

/* Time of the last event; FF_NEVER: there was no session yet. */
static inline ff_wall session_last(const struct session *s)
{
    return s->begun ? s->start + (ff_dur)s->length : FF_NEVER;
}

/* What is told of a cart to who acts on it (carts.h). Of all that share a story only the cart of the
 * visitor's head and the one before it have one; a copy has none. All zeros: none. */
struct card {
    uint64_t id;
    ff_wall at;       /* receipt of the record by which the cart came into the state */
    uint64_t seq;     /* the record */
    uint32_t visitor, customer, page; /* words; this card holds them */
    uint16_t site;
    uint8_t state;    /* enum cart_state as of the last record; CART_UNLISTED: nothing is to be told */
};

/* Its place among those on the same rack (rack.h). */
struct rack_link {
    uint32_t sooner, later;
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
    uint32_t visitor;       /* of a listed one */
    struct chain_link by_touch;
    uint16_t refs;          /* courses and carts that name this number */
    bool emptied, converted, checkout;
    bool gap;               /* was abandoned between two of its events */
    bool listed;            /* in the list of those that give way, oldest first */
    uint8_t rack;          /* enum cart_state it stands under; CART_UNLISTED: nowhere */
    struct rack_link by_rack;
    struct card card;
};

/* A visitor's story up to some point. All zeros: nothing yet. */
struct course {
    struct session session;
    uint32_t cart; /* the last one opened, or 0 */
};

struct visitor {
    uint64_t key;        /* keyed hash of site and visitor id */
    ff_wall newest;      /* time of the newest act that was not late */
    struct course head;  /* up to now: what is counted */
    struct chain_link by_touch;
    struct chain_link extras_by_touch; /* where extras_listed */
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
    uint32_t visitor;
    uint32_t settled;        /* number of the settled course, or 0: nothing is settled yet */
    uint32_t first, last;    /* chain of acts */
    uint32_t waymark;        /* number, or 0 */
    uint16_t count;          /* of acts; one more than TAIL_ACTS_MAX for a moment */
    uint16_t since;          /* acts appended since the waymark was moved, up to WAYMARK_ACTS */
    struct chain_link by_age; /* in the order of newest_received */
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
