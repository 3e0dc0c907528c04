/* Fold: what a shop's visitors, carts and orders are now. (state, record) -> (state, facts).
 * Pure and deterministic: the only time is the record's, the only chance the seed's. */
#ifndef FOOTFALL_FOLD_H
#define FOOTFALL_FOLD_H

#include "footfall/customers.h"
#include "footfall/fact.h"
#include "footfall/note.h"
#include "footfall/record.h"

#include "hash.h"

struct image_in;
struct image_out;
struct words;
struct ff_comment;
struct zone;
struct fold;

struct fold_site {
    const char *id;       /* borrowed for the fold's life */
    ff_currency currency; /* where a beacon gives none */
};

struct fold_options {
    const struct fold_site *sites; /* borrowed for the call; the ids within longer */
    uint16_t site_count;
    struct words *words; /* borrowed for the fold's life; shared with whom its cells go to, and ended with it:
                            fold_free does not let go of each word that the state holds */
    const struct zone *const *zones; /* one a site, borrowed for the fold's life; NULL: UTC for all */
    ff_dur session_timeout, session_max_length, session_lateness, session_remember;
    ff_dur cart_abandon_after;
    ff_dur cart_recover_within; /* less than cart_abandon_after counts as that: an open cart is live */
    ff_dur dedupe_window, orders_dedupe;
    ff_dur max_age; /* how long after its time a live event may come */
    uint32_t max_visitors, max_carts, max_ids, max_orders;
    uint32_t max_tails, max_tail_events, max_lines;
    uint32_t max_cart_words; /* texts of carts; others are in words */
    uint32_t max_extras; /* terms, steps, custom names and currencies of all sessions */
    ff_dur support_remember; /* how long after its last event a ticket is known */
    uint32_t max_tickets, max_comments; /* comments: of each site */
    ff_dur customers_remember, customers_active_for; /* rounded up to whole days */
    uint32_t max_customers, max_customer_days;
    uint32_t max_forgets; /* who is to be taken out of the journal, at once */
};

/* So many words are the fold's from its start to its end, whatever it folds: there is to be room for them. */
#define FOLD_WORDS 702u

/* seed is copied; sink is copied and used by every call below. Owned by the caller; NULL when the
 * address space is refused. */
struct fold *fold_new(const struct fold_options *options, const struct hash_seed *seed,
                      const struct ff_fact_sink *sink);
void fold_free(struct fold **f);

/* What is worked out of a record ahead of folding it, for a fold of this seed. All zeros: nothing is. */
struct fold_ahead {
    bool known;        /* the keys of what the record has of these two: */
    struct hash128 id;
    uint64_t visitor;
    uint64_t asked;    /* 1 more than ids had been remembered when its own was looked for in vain; 0: it was not */
};

/* Fetches early what the next n (at most FOLD_EXPECT) records will need; changes nothing. ahead: n of them, set. */
#define FOLD_EXPECT 16
void fold_expect(const struct fold *f, const struct ff_record *records, size_t n, struct fold_ahead *ahead);

/* Whether an event with this site and id came within dedupe_window of arrival. Changes nothing of the fold. ahead: the
 * record's own, where it is noted, or NULL. */
bool fold_is_duplicate(const struct fold *f, const struct ff_record *r, struct fold_ahead *ahead);

/* Folds one record, after advancing to its received. ahead: the record's own, or NULL. FF_OK; FF_DUPLICATE (nothing was
 * done), FF_DUPLICATE_ORDER, FF_LATE, FF_STRAY (a ping without a session so far) say what it came to. */
enum ff_status fold_apply(struct fold *f, const struct ff_record *r, const struct fold_ahead *ahead);

/* Folds a note, after advancing to its received. */
void fold_note(struct fold *f, const struct ff_note *n);

/* Whether there is room for one more to be forgotten; those that still are in the journal, in their order. */
bool fold_can_forget(const struct fold *f);
const struct ff_note *fold_to_forget(const struct fold *f, uint32_t *n);

/* What a note names a visitor or a customer of a site (its id) by. */
uint64_t fold_visitor_key(const struct hash_seed *seed, struct ff_span site, struct ff_span id);
uint64_t fold_customer_key(const struct hash_seed *seed, struct ff_span site, struct ff_span id);

/* Moves "now" forward to t (never back) and lets come due what is due. Idempotent. */
void fold_advance(struct fold *f, ff_wall t);

/* Visitors of a site with a session event in the 5 minutes before now. */
int64_t fold_live_visitors(const struct fold *f, uint16_t site);

/* How many comments of surveys are kept of a site, and the i-th of them from 0 on: newest first by their own
 * time, of those of the same time the later in the journal. */
uint32_t fold_comments(const struct fold *f, uint16_t site);
void fold_comment(const struct fold *f, uint16_t site, uint32_t i, struct ff_comment *out);

/* The customers of a site in the local days that hold [from, to); as of the fold's now. */
void fold_customers(const struct fold *f, uint16_t site, ff_wall from, ff_wall to, struct ff_customers *out);

/* Changes with whatever the two functions around this one say of a site for the same whole local days, and
 * seldom else: what they said under the same stamp still holds. */
uint64_t fold_customers_stamp(const struct fold *f, uint16_t site);

/* Who bought in the 365 local days before the day of t, and in the 365 from it on. */
void fold_kept_customers(const struct fold *f, uint16_t site, ff_wall t, struct ff_kept *out);

/* Sums up all that is remembered of the site's customers, by how much they spent, in steps that look at
 * `persons` (fold_counts.h says of how many) each; each is looked at twice, a million in some 100 ms. Who changes
 * meanwhile counts as of one of the steps. One is under way at a time: to begin another gives it up. step:
 * true when it is done, and *out filled. */
void fold_lifetimes_begin(struct fold *f, uint16_t site);
bool fold_lifetimes_step(struct fold *f, uint32_t persons, struct ff_lifetimes *out);

/* The cohorts of the months of first purchase that touch [from, to), the oldest first. */
void fold_cohorts(const struct fold *f, uint16_t site, ff_wall from, ff_wall to, ff_cohort_fn *take, void *ctx);

/* What is remembered of whom a customer id, or else a visitor id, names: of the customer who claims the visitor,
 * where there is one. False: nobody of the kind has bought. */
bool fold_customer(const struct fold *f, uint16_t site, struct ff_span visitor, struct ff_span customer,
                   struct ff_customer *out);

/* The whole state as an image: the same bytes for the same records, seed, options and now, whichever way
 * it came there (law 2). The options are not in it. */
void fold_save(const struct fold *f, struct image_out *out);

/* The state of an image, into a fold that has just been made with the seed of the one that was saved.
 * site_map: the number now of each of the image's site_count sites; UINT16_MAX: it is configured no more,
 * and its visitors are left out. Where the durations of the options are not as they were, what has been
 * counted stays: tails are settled, and carts go on under the new ones. Where limits are smaller than they were the oldest gives way and is counted, and what that
 * changes goes to the sink as facts: what adds them up has been loaded by then. False: the image is none
 * of a fold; this one is good for nothing but fold_free. */
bool fold_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count);

#endif
