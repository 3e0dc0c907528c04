/* Field: the types that a beacon may have, and every field, once. intake reads them by their keys, canon
 * checks them by their kinds, a record has them by their numbers. */
#ifndef FOOTFALL_FIELD_H
#define FOOTFALL_FIELD_H

#include <stdint.h>

/* X(name, word on the wire, number in a record: never reuse or change one) */
#define FF_TYPE_TABLE(X)                                                                         \
    X(PAGE_VIEW, "page_view", 1)                                                                 \
    X(PING, "ping", 2)                                                                           \
    X(VIEW_ITEM, "view_item", 3)                                                                 \
    X(SEARCH, "search", 4)                                                                       \
    X(ADD_TO_CART, "add_to_cart", 5)                                                             \
    X(REMOVE_FROM_CART, "remove_from_cart", 6)                                                   \
    X(UPDATE_CART, "update_cart", 7)                                                             \
    X(VIEW_CART, "view_cart", 8)                                                                 \
    X(BEGIN_CHECKOUT, "begin_checkout", 9)                                                       \
    X(CHECKOUT_STEP, "checkout_step", 10)                                                        \
    X(PURCHASE, "purchase", 11)                                                                  \
    X(REFUND, "refund", 12)                                                                      \
    X(SURVEY, "survey", 13)                                                                      \
    X(SUPPORT_OPEN, "support_open", 14)                                                          \
    X(SUPPORT_REPLY, "support_reply", 15)                                                        \
    X(SUPPORT_RESOLVE, "support_resolve", 16)                                                    \
    X(SPEND, "spend", 17)                                                                        \
    X(CUSTOM, "custom", 18)

enum ff_type {
    FF_TYPE_NONE = 0,
#define X(name, word, number) FF_##name = number,
    FF_TYPE_TABLE(X)
#undef X
    FF_TYPE_COUNT
};

/* The kinds of value a field may hold; they say where in ff_beacon it is kept. */
enum ff_field_kind {
    FF_KIND_TYPE,     /* .type */
    FF_KIND_ID,       /* .text[]: 1 to max bytes, longer is refused */
    FF_KIND_TEXT,     /* .text[]: longer than max bytes is cut on a character and counted */
    FF_KIND_WORD,     /* .text[]: one of a few words, which canon checks */
    FF_KIND_TIME,     /* .time */
    FF_KIND_INTEGER,  /* .number[]: 0 to max */
    FF_KIND_DECIMAL,  /* .money[] */
    FF_KIND_CURRENCY, /* .currency */
    FF_KIND_BOOLEAN,  /* .passive, .consent, .webdriver */
    FF_KIND_ITEMS,    /* .items, .item_count */
};

enum ff_text {
    FF_TEXT_SITE, FF_TEXT_ID, FF_TEXT_VISITOR, FF_TEXT_CUSTOMER, FF_TEXT_URL, FF_TEXT_TITLE,
    FF_TEXT_REFERRER, FF_TEXT_IP, FF_TEXT_USER_AGENT, FF_TEXT_LANGUAGE, FF_TEXT_TERM,
    FF_TEXT_ORDER, FF_TEXT_STEP, FF_TEXT_KIND, FF_TEXT_SCALE, FF_TEXT_TOPIC, FF_TEXT_COMMENT,
    FF_TEXT_TICKET, FF_TEXT_PURPOSE, FF_TEXT_CHANNEL, FF_TEXT_NAME, FF_TEXT_VISITOR_BEFORE,
    FF_TEXT_COUNT
};

enum ff_flag { FF_FLAG_PASSIVE, FF_FLAG_CONSENT, FF_FLAG_WEBDRIVER };

enum ff_number { FF_NUMBER_ENGAGED_MS, FF_NUMBER_RESULTS, FF_NUMBER_SCORE, FF_NUMBER_COUNT };

enum ff_amount { FF_AMOUNT_VALUE, FF_AMOUNT_TAX, FF_AMOUNT_SHIPPING, FF_AMOUNT_DISCOUNT, FF_AMOUNT_COUNT };

/* Every field of a beacon, once. X(name, key on the wire and number in a record, kind, place
 * within its kind, max). The numbers of FF_FIELD_* are stored: append, never reorder. */
#define FF_FIELD_TABLE(X)                                                                        \
    X(TYPE, "type", FF_KIND_TYPE, 0, 0)                                                          \
    X(SITE, "site", FF_KIND_ID, FF_TEXT_SITE, 64)                                                \
    X(ID, "id", FF_KIND_ID, FF_TEXT_ID, 128)                                                     \
    X(TIME, "time", FF_KIND_TIME, 0, 0)                                                          \
    X(VISITOR, "visitor", FF_KIND_ID, FF_TEXT_VISITOR, 128)                                      \
    X(CUSTOMER, "customer", FF_KIND_ID, FF_TEXT_CUSTOMER, 128)                                   \
    X(URL, "url", FF_KIND_TEXT, FF_TEXT_URL, 2048)                                               \
    X(TITLE, "title", FF_KIND_TEXT, FF_TEXT_TITLE, 512)                                          \
    X(REFERRER, "referrer", FF_KIND_TEXT, FF_TEXT_REFERRER, 2048)                                \
    X(IP, "ip", FF_KIND_TEXT, FF_TEXT_IP, 64)                                                    \
    X(USER_AGENT, "user_agent", FF_KIND_TEXT, FF_TEXT_USER_AGENT, 1024)                          \
    X(LANGUAGE, "language", FF_KIND_TEXT, FF_TEXT_LANGUAGE, 64)                                  \
    X(ENGAGED_MS, "engaged_ms", FF_KIND_INTEGER, FF_NUMBER_ENGAGED_MS, 2147483647)               \
    X(TERM, "term", FF_KIND_TEXT, FF_TEXT_TERM, 256)                                             \
    X(RESULTS, "results", FF_KIND_INTEGER, FF_NUMBER_RESULTS, 9007199254740991)                  \
    X(ITEMS, "items", FF_KIND_ITEMS, 0, 1000)                                                    \
    X(ORDER, "order", FF_KIND_ID, FF_TEXT_ORDER, 128)                                            \
    X(VALUE, "value", FF_KIND_DECIMAL, FF_AMOUNT_VALUE, 0)                                       \
    X(TAX, "tax", FF_KIND_DECIMAL, FF_AMOUNT_TAX, 0)                                             \
    X(SHIPPING, "shipping", FF_KIND_DECIMAL, FF_AMOUNT_SHIPPING, 0)                              \
    X(DISCOUNT, "discount", FF_KIND_DECIMAL, FF_AMOUNT_DISCOUNT, 0)                              \
    X(CURRENCY, "currency", FF_KIND_CURRENCY, 0, 0)                                              \
    X(STEP, "step", FF_KIND_TEXT, FF_TEXT_STEP, 64)                                              \
    X(KIND, "kind", FF_KIND_WORD, FF_TEXT_KIND, 16)                                              \
    X(SCORE, "score", FF_KIND_INTEGER, FF_NUMBER_SCORE, 10)                                      \
    X(SCALE, "scale", FF_KIND_WORD, FF_TEXT_SCALE, 16)                                           \
    X(TOPIC, "topic", FF_KIND_TEXT, FF_TEXT_TOPIC, 64)                                           \
    X(COMMENT, "comment", FF_KIND_TEXT, FF_TEXT_COMMENT, 2000)                                   \
    X(TICKET, "ticket", FF_KIND_ID, FF_TEXT_TICKET, 128)                                         \
    X(PURPOSE, "purpose", FF_KIND_WORD, FF_TEXT_PURPOSE, 16)                                     \
    X(CHANNEL, "channel", FF_KIND_TEXT, FF_TEXT_CHANNEL, 64)                                     \
    X(NAME, "name", FF_KIND_TEXT, FF_TEXT_NAME, 64)                                              \
    X(PASSIVE, "passive", FF_KIND_BOOLEAN, FF_FLAG_PASSIVE, 0)                                   \
    X(CONSENT, "consent", FF_KIND_BOOLEAN, FF_FLAG_CONSENT, 0)                                   \
    X(VISITOR_BEFORE, "visitor_before", FF_KIND_ID, FF_TEXT_VISITOR_BEFORE, 128)               \
    X(WEBDRIVER, "webdriver", FF_KIND_BOOLEAN, FF_FLAG_WEBDRIVER, 0)

enum ff_field {
#define X(name, key, kind, place, max) FF_FIELD_##name,
    FF_FIELD_TABLE(X)
#undef X
    FF_FIELD_COUNT
};

#define FF_HAS(name) (UINT64_C(1) << FF_FIELD_##name)

#endif
