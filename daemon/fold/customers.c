#include "customers.h"

#include "contribution.h"
#include "customers_audit.h"
#include "emit.h"
#include "region.h"

/* So many that one record always finds room for its persons: two, while three others must stay. For their
 * days and purses there may be none where those three have filled all: then it is left out and counted. */
#define LEAST_PERSONS 8
#define LEAST_DAYS 64

static int32_t in_days(ff_dur d)
{
    return (int32_t)((d + FF_DAY - 1) / FF_DAY);
}

static uint32_t at_least(uint32_t n, uint32_t least)
{
    return n > least ? n : least;
}

/* A year of windows of any length before what is remembered is needed, and the lapses ahead. */
static bool customers_init_ledgers(struct fold *f)
{
    int32_t remember = in_days(f->options.customers_remember), active_for = f->customers.active_for;
    for (uint16_t i = 0; i < f->options.site_count; i++) {
        f->sites[i].first_order = FF_NEVER;
        if (!ledger_init(&f->sites[i].ledger, remember + active_for + 366, active_for + 2))
            return false;
    }
    return true;
}

bool customers_init(struct fold *f)
{
    struct customers *c = &f->customers;
    uint32_t persons = at_least(f->options.max_customers, LEAST_PERSONS);
    uint32_t days = at_least(f->options.max_customer_days, LEAST_DAYS);
    c->active_for = in_days(f->options.customers_active_for);
    c->active_for = c->active_for > 0 ? c->active_for : 1;
    c->next_day = FF_NEVER;
    c->scratch = region_new(persons, sizeof(struct spender));
    bool pools = pool_init(&c->persons, persons, sizeof(struct person)) &&
                 pool_init(&c->days, days, sizeof(struct person_day)) &&
                 pool_init(&c->purses, persons, sizeof(struct person_purse)) &&
                 table_init(&c->by_key, persons);
    c->buyers = (struct chain){&c->persons, offsetof(struct person, by_touch), 0, 0};
    c->others = c->buyers;
    return c->scratch && pools && customers_init_ledgers(f);
}

void customers_fini(struct fold *f)
{
    struct customers *c = &f->customers;
    for (uint16_t i = 0; f->sites && i < f->options.site_count; i++)
        ledger_fini(&f->sites[i].ledger);
    region_free(&c->scratch, c->persons.cap, sizeof(struct spender));
    pool_fini(&c->persons);
    pool_fini(&c->days);
    pool_fini(&c->purses);
    table_fini(&c->by_key);
}

int32_t customers_date(const struct fold *f, uint16_t site, ff_wall t)
{
    const struct zone *zone = f->sites[site].zone;
    return (int32_t)(zone ? zone_date(zone, t) : ff_floor_to(t, FF_DAY) / FF_DAY);
}

/* --- who gives way ---------------------------------------------------------------------------- */

/* The persons that a record is about, and whom they belong to: they have been touched last, and stay. */
struct family {
    uint32_t visitor, customer, claimed_by;
};

static bool family_has(const struct family *who, uint32_t number)
{
    return number == who->visitor || number == who->customer || number == who->claimed_by;
}

/* The one that has to go first, if it is not one of the family, for want of what `evicted` counts. */
static bool customers_evict(struct fold *f, const struct family *who, uint64_t *evicted)
{
    for (int buyers = 0; buyers <= 1; buyers++) {
        uint32_t number = person_oldest(f, buyers);
        if (!number || family_has(who, number))
            continue;
        ++*evicted;
        f->customers.incomplete = true;
        person_drop(f, number);
        return true;
    }
    return false;
}

struct room {
    uint32_t persons, purses, days;
};

/* False: there is no room, and nobody left to give way. */
static bool customers_make_room(struct fold *f, const struct family *who, struct room room)
{
    const struct customers *c = &f->customers;
    while (pool_left(&c->persons) < room.persons || pool_left(&c->purses) < room.purses)
        if (!customers_evict(f, who, &f->counts.customers_evicted))
            return false;
    while (pool_left(&c->days) < room.days)
        if (!customers_evict(f, who, &f->counts.customer_days_evicted))
            return false;
    return true;
}

static int32_t customers_minute(ff_wall t)
{
    return (int32_t)(ff_floor_to(t, FF_MINUTE) / FF_MINUTE);
}

/* With a visitor its customer is touched, after it: so it never goes first. */
static void customers_touch(struct fold *f, uint32_t number, ff_wall received)
{
    for (; number; number = person_at(f, number)->customer) {
        struct person *p = person_at(f, number);
        p->touched = customers_minute(received);
        person_place(f, number, person_is_buyer(p), true);
    }
}

/* An event may come a little before the one received last, and long after its time. */
static void customers_expire(struct fold *f, ff_wall now)
{
    int32_t limit = customers_minute(now - f->options.customers_remember - FF_HOUR);
    for (int buyers = 0; buyers <= 1; buyers++)
        for (uint32_t n; (n = person_oldest(f, buyers)) && person_at(f, n)->touched < limit;) {
            person_drop(f, n);
            f->customers.incomplete = true;
        }
}

/* --- time ------------------------------------------------------------------------------------- */

static ff_wall customers_day_end(const struct zone *zone, ff_wall t)
{
    return zone ? zone_day(zone, t).end : ff_floor_to(t, FF_DAY) + FF_DAY;
}

void customers_advance(struct fold *f, ff_wall t)
{
    struct customers *c = &f->customers;
    customers_expire(f, t);
    if (t < c->next_day)
        return;
    for (uint16_t i = 0; i < f->options.site_count; i++) {
        ff_wall end = customers_day_end(f->sites[i].zone, t);
        ledger_roll(&f->sites[i].ledger, customers_date(f, i, t));
        c->next_day = i == 0 || end < c->next_day ? end : c->next_day;
    }
}

/* --- claims ----------------------------------------------------------------------------------- */

static uint32_t customers_person(struct fold *f, uint16_t site, enum person_kind kind, struct ff_span id,
                                 uint64_t key)
{
    uint32_t number = person_find(f, key);
    if (number)
        return number;
    bool other = kind == PERSON_VISITOR && f->who.other;
    uint64_t mark = other ? hash_mix(f->who.mark) : hash_mark(f->sites[site].scope + kind, id);
    return person_make(f, key, mark, site, kind);
}

static struct ledger *customers_ledger(struct fold *f, uint32_t number)
{
    return &f->sites[person_at(f, number)->site].ledger;
}

static void customers_count(struct fold *f, uint32_t number, int sign)
{
    contribution_count(f, customers_ledger(f, number), person_at(f, number), f->customers.active_for, sign);
}

/* Moves the visitor's days from the one who claimed it, if any, to the one who does now. */
static void customers_move_days(struct fold *f, uint32_t visitor, uint32_t from, uint32_t to)
{
    const struct person *v = person_at(f, visitor);
    bool was_from = from && person_is_buyer(person_at(f, from)), was_to = person_is_buyer(person_at(f, to));
    customers_count(f, from ? from : visitor, -1);
    customers_count(f, to, -1);
    for (uint32_t at = v->oldest; at; at = person_day_at(f, at)->after) {
        struct person_day d = *person_day_at(f, at);
        if (from)
            person_take_day(f, from, d.day, d.orders);
        person_add_day(f, to, d.day, d.orders);
    }
    if (from) {
        customers_count(f, from, 1);
        person_place(f, from, was_from, false);
    }
    customers_count(f, to, 1);
    person_place(f, to, was_to, false);
}

/* The visitor brought the customer's id at t. Of several ids the first one claims it. */
static void customers_claim(struct fold *f, const struct family *who, ff_wall t)
{
    struct person *v = person_at(f, who->visitor);
    if (v->customer && v->claimed <= t)
        return;
    uint32_t before = v->customer;
    if (before == who->customer) {
        v->claimed = t;
        return;
    }
    if (v->oldest) {
        if (!customers_make_room(f, who, (struct room){.days = v->day_count})) {
            f->counts.customer_days_left_out++;
            return;
        }
        customers_move_days(f, who->visitor, before, who->customer);
    }
    v->claimed = t;
    person_join(f, who->visitor, who->customer);
}

/* --- purchases -------------------------------------------------------------------------------- */

static void customers_order(struct fold *f, uint32_t number, int32_t day, bool counts)
{
    bool was_buyer = person_is_buyer(person_at(f, number));
    if (counts)
        contribution_order(f, number, day);
    else
        person_add_day(f, number, day, 1);
    person_place(f, number, was_buyer, false);
}

/* Canon gives no time much ahead of the record's receipt: the ledger looks a day ahead, and no further. */
static int32_t customers_day(const struct fold *f, const struct ff_beacon *b)
{
    int32_t day = customers_date(f, b->site, b->time), today = customers_date(f, b->site, f->now);
    return day <= today ? day : today + 1;
}

/* The buyer id is the customer's or the visitor's; who is counted is the customer, as far as one is known. */
static void customers_buy(struct fold *f, const struct family *who, const struct ff_beacon *b)
{
    struct fold_site_state *site = &f->sites[b->site];
    uint32_t buyer = who->customer ? who->customer : who->visitor, owner = person_at(f, buyer)->customer;
    if (!customers_make_room(f, who, (struct room){.purses = 1, .days = 2})) {
        f->counts.customer_days_left_out++;
        return;
    }
    int32_t day = customers_day(f, b);
    if (site->first_order == FF_NEVER || b->time < site->first_order)
        site->first_order = b->time;
    person_pay(f, buyer, b->time, b->currency ? b->currency : site->currency, b->money[FF_AMOUNT_VALUE]);
    customers_order(f, buyer, day, !owner);
    if (owner)
        customers_order(f, owner, day, true);
}

/* Whether the record can change anything: most events of known customers say what is known. */
static bool customers_asks(const struct fold *f, const struct ff_beacon *b, uint32_t visitor)
{
    if (b->type == FF_PURCHASE)
        return true;
    if (!ff_has(b, FF_HAS(CUSTOMER)))
        return false;
    const struct person *v = visitor ? person_at(f, visitor) : NULL;
    return !v || !v->customer || b->time < v->claimed;
}

void customers_take(struct fold *f, const struct ff_record *r)
{
    const struct ff_beacon *b = &r->beacon;
    bool named = ff_has(b, FF_HAS(CUSTOMER));
    if (!ff_has(b, FF_HAS(VISITOR)) || (b->type != FF_PURCHASE && !named))
        return;
    uint64_t visitor_key = f->who.key;
    struct family who = {.visitor = person_find(f, visitor_key)};
    if (!customers_asks(f, b, who.visitor))
        return;
    uint64_t key = named ? person_key(f, b->site, PERSON_CUSTOMER, b->text[FF_TEXT_CUSTOMER]) : 0;
    who.customer = named ? person_find(f, key) : 0;
    who.claimed_by = who.visitor ? person_at(f, who.visitor)->customer : 0;
    customers_touch(f, who.visitor, r->received);
    customers_touch(f, who.customer, r->received);
    customers_make_room(f, &who, (struct room){.persons = 2}); /* at most three of eight stay */
    who.visitor = customers_person(f, b->site, PERSON_VISITOR, b->text[FF_TEXT_VISITOR], visitor_key);
    if (named) {
        who.customer = customers_person(f, b->site, PERSON_CUSTOMER, b->text[FF_TEXT_CUSTOMER], key);
        customers_claim(f, &who, b->time);
    }
    if (b->type == FF_PURCHASE)
        customers_buy(f, &who, b);
    customers_touch(f, who.visitor, r->received);
    customers_touch(f, who.customer, r->received);
    customers_audit(f);
}

void customers_spend(const struct pen *p, const struct ff_beacon *b)
{
    const struct fold_site_state *site = &p->fold->sites[p->site];
    if (ff_span_is(b->text[FF_TEXT_PURPOSE], "retention"))
        emit_money(p, FF_PURSE_RETENTION_SPEND, b->time, b->currency ? b->currency : site->currency,
                   b->money[FF_AMOUNT_VALUE], 1);
}

void customers_forget(struct fold *f, uint64_t key)
{
    uint32_t number = person_find(f, key);
    if (!number)
        return;
    f->customers.incomplete = true;
    person_drop(f, number);
}
