/* Persons: who may be a customer, each under one id. A *buyer id* is a customer id where the shop gives one,
 * else a visitor id. A visitor with a claim belongs to the customer who claims it: what it bought without a
 * customer id is the customer's. */
#ifndef FOOTFALL_FOLD_PERSON_H
#define FOOTFALL_FOLD_PERSON_H

#include "chain.h"
#include "footfall/money.h"
#include "footfall/span.h"
#include "footfall/time.h"

struct fold;

enum person_kind { PERSON_NONE, PERSON_CUSTOMER, PERSON_VISITOR };

/* A local day on which a person bought; in a chain in the order of days. */
struct person_day {
    int32_t day;
    uint32_t orders;
    uint32_t before, after;
};

/* What a person spent in one currency; in a chain in the order of currencies. */
struct person_purse {
    ff_money_sum amount;
    int64_t orders;
    ff_currency currency;
    uint32_t next;
};

struct person {
    uint64_t key;       /* keyed hash of site, kind and id */
    uint64_t mark;      /* unkeyed, for distinct counts */
    ff_wall first, last; /* own purchases: time of the first and of the last, where there is a purse */
    ff_wall claimed;    /* visitor with a claim: time of the event that brought it */
    uint32_t customer;  /* visitor with a claim: who claims it; else 0 */
    uint32_t members;   /* customer: the first of the visitors it claims */
    uint32_t previous, next; /* visitor with a claim: its neighbours among them */
    uint32_t purses;    /* own purchases */
    uint32_t oldest, newest; /* chain of days: own, and with a customer those of its members, too */
    int64_t orders;     /* on those days */
    struct chain_link by_touch; /* among the buyers, or those who have no days */
    int32_t touched;    /* minute in which the last purchase or claim was received */
    uint32_t day_count;
    uint16_t site;
    uint8_t kind;       /* enum person_kind; PERSON_NONE: the number is not in use */
};

static inline bool person_is_buyer(const struct person *p)
{
    return p->oldest != 0;
}

/* The key of an id within the scope of its site: fold_visitor_key, fold_customer_key. */
uint64_t person_key(const struct fold *f, uint16_t site, enum person_kind kind, struct ff_span id);

/* The number of whom has this key, or 0. */
uint32_t person_find(const struct fold *f, uint64_t key);

/* A new person without anything, the newest of those who have not bought. The pool has room. */
uint32_t person_make(struct fold *f, uint64_t key, uint64_t mark, uint16_t site, enum person_kind kind);

/* Puts the person where it belongs: among the buyers or the others, as their newest when `touch` is set or
 * when it moves from one to the other. */
void person_place(struct fold *f, uint32_t number, bool was_buyer, bool touch);

/* Forgets the person. A member leaves what it bought to its customer; a customer takes its members along. */
void person_drop(struct fold *f, uint32_t number);

/* The visitor belongs to the customer from now on; or, 0, to nobody. Days stay where they are. */
void person_join(struct fold *f, uint32_t visitor, uint32_t customer);

/* Adds orders on a day to the chain of days, which the pool has room for, and takes them out again, as far
 * as they are there. */
void person_add_day(struct fold *f, uint32_t number, int32_t day, uint32_t orders);
void person_take_day(struct fold *f, uint32_t number, int32_t day, uint32_t orders);

/* Adds one order to the person's own purchases. The pool of purses has room. */
void person_pay(struct fold *f, uint32_t number, ff_wall at, ff_currency currency, ff_money amount);

/* Of two persons the least recently touched, by the rule of who gives way first; 0 when there is nobody. */
uint32_t person_oldest(const struct fold *f, bool buyers);

#endif
