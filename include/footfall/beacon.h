/* Beacon: one event as a shop sent it. intake fills it from a message, canon checks and
 * normalises it in place, and what canon passed is what is journaled and folded. */
#ifndef FOOTFALL_BEACON_H
#define FOOTFALL_BEACON_H

#include "footfall/field.h"
#include "footfall/money.h"
#include "footfall/origin.h"
#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

/* What the ids of visitors begin with that have none of their own (house_visitor.h): no sender may use it, but
 * an import. Such a visitor has another one each UTC day; for a while after midnight its events also say, as
 * VISITOR_BEFORE, which one it had. */
#define FF_DERIVED_MARK '~'

#define FF_MAX_ITEMS 1000

/* Texts of an item, in the order of their numbers in a record. */
enum ff_item_text { FF_ITEM_SKU, FF_ITEM_NAME, FF_ITEM_CATEGORY, FF_ITEM_BRAND, FF_ITEM_VARIANT, FF_ITEM_TEXT_COUNT };

/* One line of a cart, an order, a refund. */
struct ff_item {
    struct ff_span text[FF_ITEM_TEXT_COUNT]; /* borrowed; sku is an id (1 to 128 bytes), the others texts of at most 256 */
    ff_money price;                          /* of one piece; 0 unless has_price */
    int32_t quantity;                        /* 1 to 10^6; 0 in update_cart only; 1 where not given */
    bool has_price;
};

/* All texts are borrowed and live as long as the message or record they were read from. */
struct ff_beacon {
    uint64_t has;       /* FF_HAS(...) of every field that was given */
    enum ff_type type;
    uint16_t unknown;   /* fields that no one knows, ignored */
    uint16_t cut;       /* texts that were cut to their length */
    bool passive;
    bool consent;       /* given and false: no visitor is kept of it */
    bool webdriver;     /* its page says that the browser is driven; for the door, no record has it */
    bool utf8;          /* all its texts are known to be UTF-8 */
    ff_currency currency;
    ff_wall time;
    struct ff_span text[FF_TEXT_COUNT];
    int64_t number[FF_NUMBER_COUNT];
    ff_money money[FF_AMOUNT_COUNT];
    const struct ff_item *items; /* item_count of them, borrowed */
    uint32_t item_count;

    /* Set by canon. */
    uint16_t site;              /* index of the site in the configuration */
    struct ff_span term_key;    /* normalised term (metrics.md, "per term"); borrows or equals text[TERM] */
    struct ff_span page;        /* path of the url, "/" where it has none; empty without a url */
    struct ff_span source, campaign; /* utm_source and utm_campaign of the url, decoded and trimmed; empty: not given */

    /* Set where it comes in, when its origin is judged; source and campaign are the judgement's, then. Of a
     * beacon that is not, the origin is all 0. */
    bool judged;
    struct ff_origin origin;

    /* The first thing wrong with it: FF_OK, or the reason and the key it is about ("" for none). */
    enum ff_status fault;
    const char *fault_field;
    const char *fault_note;     /* more than the status's prose says, or NULL; static text */
};

static inline bool *ff_flag(struct ff_beacon *b, int flag)
{
    return flag == FF_FLAG_CONSENT ? &b->consent : flag == FF_FLAG_WEBDRIVER ? &b->webdriver : &b->passive;
}

static inline bool ff_flag_of(const struct ff_beacon *b, int flag)
{
    return flag == FF_FLAG_CONSENT ? b->consent : flag == FF_FLAG_WEBDRIVER ? b->webdriver : b->passive;
}

static inline bool ff_has(const struct ff_beacon *b, uint64_t fields)
{
    return (b->has & fields) == fields;
}

/* Whether it was sent without a visitor on purpose: it counts in sums only. */
static inline bool ff_is_anonymous(const struct ff_beacon *b)
{
    return ff_has(b, FF_HAS(CONSENT)) && !b->consent;
}

#endif
