/* Customers: who bought, under which id, and when. Purchases and claims may come in any order: what is known
 * of customers depends on which there were (metrics.md, "Customers"), as long as nobody has given way.
 *
 * Persons who never bought (visitors whose customer is known, and those customers) give way before those who
 * did; of each the least recently touched first. What a person contributed to the ledger stays. */
#ifndef FOOTFALL_FOLD_CUSTOMERS_H
#define FOOTFALL_FOLD_CUSTOMERS_H

#include "chain.h"
#include "footfall/record.h"
#include "footfall/status.h"
#include "lifetime.h"
#include "pool.h"
#include "table.h"

struct fold;
struct fold_options;
struct image_in;
struct image_out;
struct pen;

struct customers {
    struct pool persons, days, purses;
    struct table by_key;
    struct chain buyers, others;
    uint32_t most;       /* no number in use is higher */
    int32_t active_for;  /* days */
    ff_wall next_day;    /* the first instant at which some site's date is another */
    struct spender *scratch; /* region: one for each person */
    struct lifetime_run run;
    bool incomplete;     /* somebody has left: the ledgers hold more than persons contribute */
};

/* Within a fold whose sites and options are known. False when the address space is refused. */
bool customers_init(struct fold *f);
void customers_fini(struct fold *f);

/* The record, f->who's where it has a visitor, was taken, and is no repeat: a claim, a purchase, both or neither. */
void customers_take(struct fold *f, const struct ff_record *r);

/* Counts what was spent on keeping customers. */
void customers_spend(const struct pen *p, const struct ff_beacon *b);

/* The date may be another at t; who has not bought for customers.remember goes. */
void customers_advance(struct fold *f, ff_wall t);

/* The local date at t, in days since 1970-01-01. */
int32_t customers_date(const struct fold *f, uint16_t site, ff_wall t);

/* Forgets whoever has this key: a visitor leaves what it bought to the customer who claims it; a customer takes
 * its visitors along. What they were counted as stays. */
void customers_forget(struct fold *f, uint64_t key);

/* customers_save.c, customers_load.c: their part of the fold's image. load: into an empty fold whose now is
 * known; as fold_load. */
void customers_save(const struct fold *f, struct image_out *out);
bool customers_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count);

#endif
