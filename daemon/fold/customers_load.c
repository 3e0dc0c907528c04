/* Customers from the fold's image. Nothing that is read is believed; what there is no room for is read over,
 * and has given way. */
#include "contribution.h"
#include "encode.h"

#define DAYS_MOST 800000 /* of a date and of active_for: more than two thousand years */
#define ORDERS_MOST INT32_MAX

struct person_loading {
    struct fold *fold;
    struct image_in *in;
    uint32_t number; /* of the person, 0: it is not kept */
    bool full;       /* there was no room for one: nor is there for those that are older */
};

/* Behind all that have been placed. */
static void load_place(struct person_loading *l)
{
    struct customers *c = &l->fold->customers;
    bool buyer = person_is_buyer(person_at(l->fold, l->number));
    chain_add_oldest(buyer ? &c->buyers : &c->others, l->number);
}

/* A new thing for the person, or 0, and then the person is not kept. */
static uint32_t load_thing(struct person_loading *l, struct pool *p)
{
    uint32_t thing = l->number ? pool_take(p) : 0;
    if (l->number && !thing) {
        load_place(l);
        person_drop(l->fold, l->number);
        l->number = 0;
        l->full = true;
    }
    return thing;
}

static void load_purses(struct person_loading *l)
{
    struct fold *f = l->fold;
    uint64_t n = image_uint_upto(l->in, FF_LIFETIME_CURRENCIES);
    ff_currency before = 0;
    uint32_t last = 0;
    for (uint64_t i = 0; i < n && l->in->ok; i++) {
        struct person_purse purse = {.currency = currency_get(l->in)};
        purse.orders = (int64_t)image_uint_upto(l->in, ORDERS_MOST);
        purse.amount = sum_get(l->in);
        if (!image_check(l->in, purse.orders > 0 && (i == 0 || purse.currency > before)))
            return;
        before = purse.currency;
        uint32_t number = load_thing(l, &f->customers.purses);
        if (!number)
            continue;
        *person_purse_at(f, number) = purse;
        *(last ? &person_purse_at(f, last)->next : &person_at(f, l->number)->purses) = number;
        last = number;
    }
    ff_wall first = n > 0 ? now_get(l->in) : 0, latest = n > 0 ? now_get(l->in) : 0;
    if (image_check(l->in, first != FF_NEVER && first <= latest) && l->number) {
        person_at(f, l->number)->first = first;
        person_at(f, l->number)->last = latest;
    }
}

static void load_days(struct person_loading *l)
{
    struct fold *f = l->fold;
    uint64_t n = image_uint_upto(l->in, DAYS_MOST);
    int64_t day = 0;
    for (uint64_t i = 0; i < n && l->in->ok; i++) {
        int64_t gap = image_int(l->in);
        if (!image_check(l->in, gap <= DAYS_MOST && (i == 0 ? gap >= -1 : gap > 0) && day + gap <= DAYS_MOST))
            return;
        day += gap;
        uint32_t orders = (uint32_t)image_uint_upto(l->in, ORDERS_MOST), number;
        if (!image_check(l->in, orders > 0) || !(number = load_thing(l, &f->customers.days)))
            continue;
        struct person *p = person_at(f, l->number);
        *person_day_at(f, number) = (struct person_day){.day = (int32_t)day, .orders = orders, .before = p->newest};
        *(p->newest ? &person_day_at(f, p->newest)->after : &p->oldest) = number;
        p->newest = number;
        p->orders += orders;
        p->day_count++;
    }
}

/* Who claims a visitor has been read before it; where that one was not kept, nor is the visitor. */
static void load_claim(struct person_loading *l)
{
    struct fold *f = l->fold;
    ff_wall claimed = now_get(l->in);
    if (claimed == FF_NEVER)
        return;
    uint64_t key = image_u64(l->in);
    if (!l->number || !l->in->ok)
        return;
    uint32_t customer = person_find(f, key);
    struct person *v = person_at(f, l->number), *c = customer ? person_at(f, customer) : NULL;
    if (!image_check(l->in, c && c->kind == PERSON_CUSTOMER && c->site == v->site))
        return;
    v->claimed = claimed;
    person_join(f, l->number, customer);
}

static void load_begin_person(struct person_loading *l, struct person p, bool known)
{
    struct customers *c = &l->fold->customers;
    if (!known || l->full || !image_check(l->in, !person_find(l->fold, p.key)))
        return;
    l->number = pool_take(&c->persons);
    l->full = l->number == 0;
    if (l->full)
        return;
    *person_at(l->fold, l->number) = p;
    c->most = l->number > c->most ? l->number : c->most;
    table_add(&c->by_key, p.key, l->number);
}

static void load_person(struct person_loading *l, const uint16_t *site_map, uint16_t site_count)
{
    struct fold *f = l->fold;
    struct person p = {.key = image_u64(l->in), .mark = image_u64(l->in)};
    uint64_t site = image_uint_upto(l->in, site_count - 1u);
    p.kind = (uint8_t)image_uint_upto(l->in, PERSON_VISITOR);
    int64_t touched = image_int(l->in);
    if (!image_check(l->in, p.kind != PERSON_NONE && touched >= INT32_MIN && touched <= INT32_MAX))
        return;
    p.touched = (int32_t)touched;
    p.site = site_map[site];
    bool known = p.site != UINT16_MAX;
    l->number = 0;
    load_begin_person(l, p, known);
    load_purses(l);
    load_days(l);
    if (p.kind == PERSON_VISITOR)
        load_claim(l);
    if (l->number)
        load_place(l);
    else if (known && l->in->ok)
        f->counts.customers_evicted++;
}

static void load_sites(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    for (uint16_t i = 0; i < site_count && in->ok; i++) {
        struct fold_site_state *site = site_map[i] == UINT16_MAX ? NULL : &f->sites[site_map[i]];
        ff_wall first = now_get(in);
        if (site)
            site->first_order = first;
        ledger_load(f->now == FF_NEVER ? NULL : site ? &site->ledger : NULL, in);
    }
}

/* What was counted by another customers.active_for is counted anew, as far as it is remembered. */
static void load_count_anew(struct fold *f, int32_t counted_by)
{
    struct customers *c = &f->customers;
    for (uint32_t number = c->buyers.oldest; number; number = chain_at(&c->buyers, number)->newer) {
        const struct person *p = person_at(f, number);
        if (p->customer)
            continue;
        contribution_count(f, &f->sites[p->site].ledger, p, counted_by, -1);
        contribution_count(f, &f->sites[p->site].ledger, p, c->active_for, 1);
    }
}

bool customers_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    uint32_t version;
    struct person_loading l = {.fold = f, .in = in};
    if (!image_section(in, SECTION_CUSTOMERS, SECTION_VERSION, &version))
        return false;
    int32_t active_for = (int32_t)image_uint_upto(in, DAYS_MOST);
    if (f->now != FF_NEVER)
        customers_advance(f, f->now);
    load_sites(f, in, site_map, site_count);
    uint64_t n = image_uint_upto(in, f->now == FF_NEVER ? 0 : UINT32_MAX);
    table_reserve(&f->customers.by_key, n);
    for (uint64_t i = 0; i < n && in->ok; i++)
        load_person(&l, site_map, site_count);
    if (in->ok && active_for != f->customers.active_for)
        load_count_anew(f, active_for);
    f->customers.incomplete = true;
    return in->ok;
}
