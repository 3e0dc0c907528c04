/* Acts: the events of a visitor, as much of them as sessions and carts need, for as long as they can still be put
 * in order. */
#ifndef FOOTFALL_FOLD_VISIT_ACT_H
#define FOOTFALL_FOLD_VISIT_ACT_H

#include "footfall/beacon.h"

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

/* What an act begins with: a word of memory, which is also written as one (act_make). */
#define ACT_HEAD                                                                                  \
    int64_t time : 56;   /* its place in the visitor's story; ties in the order of the journal */ \
    uint64_t type : 5;   /* enum ff_type */                                                       \
    uint64_t passive : 1;                                                                         \
    uint64_t late : 1;   /* a late purchase: touches the cart only */                             \
    uint64_t rested : 1; /* more is known of it than fits in here */

union act_head {
    struct {
        ACT_HEAD
    };
    uint64_t word;
};

/* An event of one visitor, as much of it as sessions and carts need. There are more of them than of
 * anything else, and most are page views, so that one takes no more than a page view does. */
struct act {
    union {
        struct {
            ACT_HEAD
        };
        uint64_t head; /* union act_head's word */
    };
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

#endif
