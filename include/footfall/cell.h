/* Cells: what fold says of one value of a dimension (a page, a product, a channel), and tally adds up by
 * the local hour and day. Like facts they are differences. */
#ifndef FOOTFALL_CELL_H
#define FOOTFALL_CELL_H

#include "footfall/money.h"
#include "footfall/time.h"

#include <stdint.h>

/* The kinds of row, each with the fields that it sums up (metrics.md). */
enum ff_row_session {
    FF_ROW_SESSIONS,
    FF_ROW_NEW_VISITORS,
    FF_ROW_PAGEVIEWS,
    FF_ROW_BOUNCES,
    FF_ROW_ENGAGED,
    FF_ROW_ADDED_TO_CART,
    FF_ROW_BEGAN_CHECKOUT,
    FF_ROW_PURCHASED,
    FF_ROW_ORDERS,       /* of those sessions; their revenue is the amount */
    FF_ROW_SESSION_FIELDS
};
enum ff_row_page {
    FF_ROW_VIEWS,        /* at the event's time; the rest at the session's start */
    FF_ROW_ENTRANCES,
    FF_ROW_EXITS,
    FF_ROW_PAGE_BOUNCES, /* among its entrances */
    FF_ROW_PAGE_TIME,    /* microseconds on it, where that is known */
    FF_ROW_PAGE_TIMED,   /* page views whose time is known */
    FF_ROW_PAGE_FIELDS
};
enum ff_row_product { /* lines of items, at the event's time; revenue is the amount */
    FF_ROW_ITEM_VIEWS,
    FF_ROW_ITEM_ADDED,
    FF_ROW_ITEM_PURCHASED,
    FF_ROW_ITEM_QUANTITY, /* pieces purchased */
    FF_ROW_PRODUCT_FIELDS
};
enum ff_row_term { /* searches at the event's time, sessions at their start */
    FF_ROW_SEARCHES,
    FF_ROW_ZERO_RESULTS,
    FF_ROW_TERM_SESSIONS,
    FF_ROW_TERM_PURCHASED, /* of those sessions, with a purchase */
    FF_ROW_TERM_FIELDS
};
enum ff_row_event { /* events at their time, sessions at their start */
    FF_ROW_EVENTS,
    FF_ROW_EVENT_SESSIONS,
    FF_ROW_EVENT_FIELDS
};
enum ff_row_survey { /* answers at their time: by score from 0 to 10, and nps' two groups */
    FF_ROW_SCORE_0,
    FF_ROW_SCORE_10 = FF_ROW_SCORE_0 + 10,
    FF_ROW_PROMOTERS,
    FF_ROW_DETRACTORS,
    FF_ROW_SURVEY_FIELDS
};

#define FF_ROW_FIELDS_MAX 13

enum ff_row_kind { FF_ROW_SESSION, FF_ROW_PAGE, FF_ROW_PRODUCT, FF_ROW_TERM, FF_ROW_EVENT, FF_ROW_SURVEY, FF_ROW_KINDS };

/* X(name, word of `by`, kind, class): a dimension. WIDE: 2,000 values an hour and 10,000 a day; NARROW: 200
 * and 1,000 (design.md, "Tally"); TOPIC: 200 in every resolution, minutes too, and no `by` of its own. */
#define FF_DIMENSION_TABLE(X)                           \
    X(CHANNEL, "channel", SESSION, NARROW)              \
    X(SOURCE, "source", SESSION, NARROW)                \
    X(CAMPAIGN, "campaign", SESSION, NARROW)            \
    X(DEVICE, "device", SESSION, NARROW)                \
    X(COUNTRY, "country", SESSION, NARROW)              \
    X(VISITOR_TYPE, "visitor_type", SESSION, NARROW)    \
    X(ENTRY_PAGE, "entry_page", SESSION, WIDE)          \
    X(EXIT_PAGE, "exit_page", SESSION, WIDE)            \
    X(PAGE, "page", PAGE, WIDE)                         \
    X(PRODUCT, "product", PRODUCT, WIDE)                \
    X(CATEGORY, "category", PRODUCT, WIDE)              \
    X(SEARCH_TERM, "search_term", TERM, WIDE)           \
    X(ZERO_RESULT_TERM, "zero_result_term", TERM, WIDE) \
    X(CHECKOUT_STEP, "checkout_step", EVENT, NARROW)    \
    X(CUSTOM, "custom", EVENT, NARROW)                  \
    X(CSAT_TOPIC, NULL, SURVEY, TOPIC)                  \
    X(NPS_TOPIC, NULL, SURVEY, TOPIC)                   \
    X(CES_TOPIC, NULL, SURVEY, TOPIC)

enum ff_dimension {
#define X(name, by, kind, class) FF_BY_##name,
    FF_DIMENSION_TABLE(X)
#undef X
    FF_DIMENSIONS
};

/* A value of a dimension. word: its number in the words (base/words.h) that fold and tally share; borrowed. */
struct ff_cell_ref {
    uint32_t word;
    uint32_t dimension; /* enum ff_dimension */
};

#define FF_FIELD(field) (UINT32_C(1) << (field))

/* The same difference for n cells, whose dimensions are of one kind. */
struct ff_cells {
    ff_wall at;
    uint16_t site;
    uint16_t n;
    const struct ff_cell_ref *refs; /* borrowed for the call */
    const int64_t *by;              /* by the fields of the kind; borrowed */
    uint32_t fields;                /* those that change, a bit each: FF_FIELD; of others by is not read */
    ff_currency currency;           /* of the amount; 0: none */
    int64_t things;                 /* summed in the amount: a currency occurs where theirs is not 0 */
    ff_money_sum amount;
};

#endif
