#include "fold.h"

#include "ahead.h"
#include "audit.h"
#include "cells.h"
#include "forget.h"
#include "orders.h"
#include "said.h"
#include "story.h"
#include "surveys.h"
#include "tail.h"

#include <stdlib.h>
#include <string.h>

/* The smallest pools that story_reserve can keep its promise with. */
#define LEAST_CARTS 64
#define LEAST_LINES 65536
#define LEAST_ACTS (2 * TAIL_ACTS_MAX)
#define LEAST_EXTRAS 8192
#define LEAST_CART_WORDS 64

static uint32_t at_least(uint32_t n, uint32_t least)
{
    return n > least ? n : least;
}

static bool fold_init_pools(struct fold *f)
{
    const struct fold_options *o = &f->options;
    uint32_t visitors = at_least(o->max_visitors, 1);
    uint32_t acts = at_least(o->max_tail_events, LEAST_ACTS), tails = at_least(o->max_tails, 1);
    return pool_init(&f->visitors, visitors, sizeof(struct visitor)) &&
           pool_init(&f->tails, tails, sizeof(struct tail)) &&
           pool_init_beside(&f->visitor_links, &f->visitors, sizeof(struct chain_link)) &&
           pool_init_beside(&f->extras_links, &f->visitors, sizeof(struct chain_link)) &&
           pool_init_beside(&f->tail_links, &f->tails, sizeof(struct chain_link)) &&
           pool_init(&f->settled, tails, sizeof(struct settled)) &&
           pool_init(&f->waymarks, o->max_tails / 8 + 1, sizeof(struct waymark)) &&
           pool_init(&f->acts, acts, sizeof(struct act)) &&
           pool_init(&f->rests, acts, sizeof(struct act_rest)) &&
           pool_init(&f->carts, at_least(o->max_carts, LEAST_CARTS), sizeof(struct cart)) &&
           pool_init_beside(&f->cart_links, &f->carts, sizeof(struct chain_link)) &&
           pool_init(&f->lines, at_least(o->max_lines, LEAST_LINES), sizeof(struct line)) &&
           pool_init(&f->extras, at_least(o->max_extras, LEAST_EXTRAS), sizeof(struct extra)) &&
           words_init(&f->cart_words, at_least(o->max_cart_words, LEAST_CART_WORDS), &f->seed) &&
           table_init(&f->visitors_by_key, visitors) &&
           due_init(&f->live_due, 2 * (size_t)visitors + 2) &&
           due_init(&f->cart_due, 2 * (size_t)visitors + 2) &&
           recall_init(&f->ids, at_least(o->max_ids, 1), sizeof(struct recall_entry), o->dedupe_window) &&
           recall_init(&f->orders, at_least(o->max_orders, 1), sizeof(struct order), o->orders_dedupe) &&
           recall_init(&f->refunds, at_least(o->max_orders, 1), sizeof(struct waiting_refund), o->orders_dedupe) &&
           recall_init(&f->aliases, visitors, sizeof(struct alias), ALIAS_WINDOW) &&
           tickets_init(&f->tickets, at_least(o->max_tickets, 1)) &&
           comments_init(&f->comments, o->max_comments, o->site_count);
}

static bool fold_init_sites(struct fold *f, const struct fold_options *options)
{
    f->sites = calloc(options->site_count, sizeof *f->sites);
    if (!f->sites)
        return false;
    for (uint16_t i = 0; i < options->site_count; i++) {
        f->sites[i].scope = hash_mark(FOLD_SCOPE_VISITOR, ff_span_text(options->sites[i].id));
        f->sites[i].customer_scope = hash_mark(FOLD_SCOPE_CUSTOMER, ff_span_text(options->sites[i].id));
        f->sites[i].currency = options->sites[i].currency;
        f->sites[i].zone = options->zones ? options->zones[i] : NULL;
    }
    f->options.sites = NULL; /* borrowed for this call only */
    f->options.zones = NULL;
    return true;
}

struct fold *fold_new(const struct fold_options *options, const struct hash_seed *seed,
                      const struct ff_fact_sink *sink)
{
    struct fold *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->options = *options;
    if (f->options.cart_recover_within < options->cart_abandon_after)
        f->options.cart_recover_within = options->cart_abandon_after;
    assert(options->session_max_length <= SESSION_LENGTH_MAX);
    f->seed = *seed;
    f->sink = *sink;
    f->now = FF_NEVER;
    if (!fold_init_pools(f) || !fold_init_sites(f, options) || !customers_init(f) ||
        !forget_init(f, at_least(options->max_forgets, 1))) {
        fold_free(&f);
        return NULL;
    }
    f->visitors_by_touch = (struct chain){.pool = &f->visitor_links};
    f->carts_by_touch = (struct chain){.pool = &f->cart_links};
    f->tails_by_age = (struct chain){.pool = &f->tail_links};
    f->extras_by_touch = (struct chain){.pool = &f->extras_links};
    uint64_t left_out = f->options.words->left_out;
    names_take(&f->names, f->options.words);
    f->options.words->left_out = left_out; /* that counts what records say, and comes with an image */
    return f;
}

void fold_free(struct fold **f)
{
    if (!*f)
        return;
    struct pool *pools[] = {&(*f)->visitors, &(*f)->tails, &(*f)->settled, &(*f)->waymarks,
                            &(*f)->visitor_links, &(*f)->extras_links, &(*f)->tail_links, &(*f)->cart_links,
                            &(*f)->acts,     &(*f)->rests, &(*f)->carts,   &(*f)->lines,   &(*f)->extras};
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        pool_fini(pools[i]);
    audit_free(*f);
    words_fini(&(*f)->cart_words);
    names_drop(&(*f)->names, (*f)->options.words);
    customers_fini(*f);
    forget_fini(*f);
    table_fini(&(*f)->visitors_by_key);
    due_fini(&(*f)->live_due);
    due_fini(&(*f)->cart_due);
    recall_fini(&(*f)->ids);
    recall_fini(&(*f)->orders);
    recall_fini(&(*f)->refunds);
    recall_fini(&(*f)->aliases);
    tickets_fini(&(*f)->tickets);
    comments_fini(&(*f)->comments);
    free((*f)->sites);
    free(*f);
    *f = NULL;
}

bool fold_is_duplicate(const struct fold *f, const struct ff_record *r, struct fold_ahead *ahead)
{
    struct fold_ahead own = {.known = false};
    if (!ahead)
        ahead = &own;
    if (!ff_has(&r->beacon, FF_HAS(ID)))
        return false;
    if (!ahead->known)
        *ahead = ahead_of(f, &r->beacon);
    if (recall_find(&f->ids, ahead->id, r->arrival))
        return true;
    ahead->asked = f->remembered + 1;
    return false;
}

/* False: the id was there. */
static bool fold_remember_id(struct fold *f, const struct ff_record *r, const struct fold_ahead *ahead)
{
    if (!ff_has(&r->beacon, FF_HAS(ID)))
        return true;
    if (ahead->asked != f->remembered + 1 && recall_find(&f->ids, ahead->id, r->arrival)) {
        f->counts.duplicates++;
        return false;
    }
    recall_put(&f->ids, ahead->id, r->arrival, r->received);
    f->remembered++;
    return true;
}

static void fold_count_search(const struct pen *p, const struct ff_beacon *b)
{
    bool counted = ff_has(b, FF_HAS(RESULTS));
    emit_count(p, FF_COUNT_SEARCHES, b->time, 1);
    emit_count(p, FF_COUNT_SEARCHES_COUNTED, b->time, counted);
    emit_count(p, FF_COUNT_SEARCHES_ZERO, b->time, counted && b->number[FF_NUMBER_RESULTS] == 0);
    cells_search(p, b);
}

static enum ff_status fold_stray(const struct pen *p)
{
    p->fold->counts.stray++;
    return FF_STRAY;
}

/* What counts by itself, at the event's own time. */
static enum ff_status fold_count(const struct pen *p, const struct ff_record *r)
{
    switch (r->beacon.type) {
    case FF_PAGE_VIEW:
        emit_count(p, FF_COUNT_PAGEVIEWS, r->beacon.time, 1);
        cells_page_view(p, &r->beacon);
        return FF_OK;
    case FF_SEARCH:
        fold_count_search(p, &r->beacon);
        return FF_OK;
    case FF_PURCHASE:
        return orders_purchase(p, r);
    case FF_REFUND:
        orders_refund(p, r);
        return FF_OK;
    case FF_VIEW_ITEM:
    case FF_ADD_TO_CART:
        cells_items(p, &r->beacon, 0);
        return FF_OK;
    case FF_CHECKOUT_STEP:
        cells_step(p, &r->beacon);
        return FF_OK;
    case FF_CUSTOM:
        cells_custom(p, &r->beacon);
        return FF_OK;
    case FF_SURVEY:
        surveys_count(p, r);
        return FF_OK;
    case FF_SUPPORT_OPEN:
    case FF_SUPPORT_REPLY:
    case FF_SUPPORT_RESOLVE:
        tickets_take(p, r);
        return FF_OK;
    case FF_SPEND:
        customers_spend(p, &r->beacon);
        return FF_OK;
    case FF_PING:
        return ff_has(&r->beacon, FF_HAS(VISITOR)) ? FF_OK : fold_stray(p); /* else its story tells */
    default:
        return FF_OK;
    }
}

enum ff_status fold_apply(struct fold *f, const struct ff_record *r, const struct fold_ahead *ahead)
{
    struct fold_ahead own;
    if (!ahead || !ahead->known) {
        own = ahead_of(f, &r->beacon);
        ahead = &own;
    }
    audit_ahead(f, r, ahead);
    fold_advance(f, r->received);
    if (!fold_remember_id(f, r, ahead))
        return FF_DUPLICATE;
    struct pen pen = {.fold = f, .site = r->beacon.site, .sign = 1};
    said_begin(f, &r->beacon);
    enum ff_status status = fold_count(&pen, r);
    if (status == FF_OK && ff_has(&r->beacon, FF_HAS(VISITOR)))
        f->who = alias_who(f, r, ahead->visitor);
    if (status == FF_OK)
        customers_take(f, r);
    if (status == FF_OK && story_takes(r->beacon.type) && ff_has(&r->beacon, FF_HAS(VISITOR)))
        status = story_fold(f, r);
    said_end(f);
    emit_flush(f);
    return status;
}

void fold_note(struct fold *f, const struct ff_note *n)
{
    fold_advance(f, n->received);
    forget_note(f, n);
    emit_flush(f);
}

void fold_advance(struct fold *f, ff_wall t)
{
    if (t <= f->now)
        return;
    story_pass(f, t);
    f->now = t;
    story_expire(f, t);
    customers_advance(f, t);
    recall_expire(&f->ids, t);
    recall_expire(&f->orders, t);
    recall_expire(&f->refunds, t);
    recall_expire(&f->aliases, t);
    tickets_expire(f, t);
    emit_flush(f);
}

int64_t fold_live_visitors(const struct fold *f, uint16_t site)
{
    return f->sites[site].live;
}
