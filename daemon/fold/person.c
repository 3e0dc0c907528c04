#include "person.h"

#include "state.h"

uint64_t person_key(const struct fold *f, uint16_t site, enum person_kind kind, struct ff_span id)
{
    const struct fold_site_state *s = &f->sites[site];
    return hash_id(&f->seed, kind == PERSON_VISITOR ? s->scope : s->customer_scope, id);
}

struct person_match {
    const struct fold *fold;
    uint64_t key;
};

static bool person_same(const void *ctx, uint32_t number)
{
    const struct person_match *m = ctx;
    return person_at(m->fold, number)->key == m->key;
}

uint32_t person_find(const struct fold *f, uint64_t key)
{
    struct person_match match = {f, key};
    return table_find(&f->customers.by_key, key, person_same, &match);
}

uint32_t person_make(struct fold *f, uint64_t key, uint64_t mark, uint16_t site, enum person_kind kind)
{
    struct customers *c = &f->customers;
    uint32_t number = pool_take(&c->persons);
    assert(number);
    struct person *p = person_at(f, number);
    *p = (struct person){.key = key, .mark = mark, .site = site, .kind = (uint8_t)kind};
    c->most = number > c->most ? number : c->most;
    table_add(&c->by_key, key, number);
    chain_add(&c->others, number);
    return number;
}

static struct chain *person_chain(struct fold *f, bool buyer)
{
    return buyer ? &f->customers.buyers : &f->customers.others;
}

void person_place(struct fold *f, uint32_t number, bool was_buyer, bool touch)
{
    bool buyer = person_is_buyer(person_at(f, number));
    if (buyer == was_buyer && !touch)
        return;
    chain_remove(person_chain(f, was_buyer), number);
    chain_add(person_chain(f, buyer), number);
}

uint32_t person_oldest(const struct fold *f, bool buyers)
{
    return buyers ? f->customers.buyers.oldest : f->customers.others.oldest;
}

/* --- days ----------------------------------------------------------------------------------- */

/* The last day that is not after `day`, or 0: mostly it is the newest of all. */
static uint32_t person_find_day(const struct fold *f, const struct person *p, int32_t day)
{
    uint32_t at = p->newest;
    while (at && person_day_at(f, at)->day > day)
        at = person_day_at(f, at)->before;
    return at;
}

static void person_insert_day(struct fold *f, struct person *p, uint32_t before, int32_t day)
{
    uint32_t number = pool_take(&f->customers.days);
    assert(number);
    struct person_day *d = person_day_at(f, number);
    uint32_t after = before ? person_day_at(f, before)->after : p->oldest;
    *d = (struct person_day){.day = day, .before = before, .after = after};
    *(before ? &person_day_at(f, before)->after : &p->oldest) = number;
    *(after ? &person_day_at(f, after)->before : &p->newest) = number;
    p->day_count++;
}

static void person_remove_day(struct fold *f, struct person *p, uint32_t number)
{
    struct person_day d = *person_day_at(f, number);
    *(d.before ? &person_day_at(f, d.before)->after : &p->oldest) = d.after;
    *(d.after ? &person_day_at(f, d.after)->before : &p->newest) = d.before;
    p->day_count--;
    pool_give(&f->customers.days, number);
}

void person_add_day(struct fold *f, uint32_t number, int32_t day, uint32_t orders)
{
    struct person *p = person_at(f, number);
    uint32_t at = person_find_day(f, p, day);
    if (!at || person_day_at(f, at)->day != day) {
        person_insert_day(f, p, at, day);
        at = at ? person_day_at(f, at)->after : p->oldest;
    }
    person_day_at(f, at)->orders += orders;
    p->orders += orders;
}

void person_take_day(struct fold *f, uint32_t number, int32_t day, uint32_t orders)
{
    struct person *p = person_at(f, number);
    uint32_t at = person_find_day(f, p, day);
    if (!at || person_day_at(f, at)->day != day)
        return;
    struct person_day *d = person_day_at(f, at);
    uint32_t taken = orders < d->orders ? orders : d->orders;
    p->orders -= taken;
    d->orders -= taken;
    if (d->orders == 0)
        person_remove_day(f, p, at);
}

/* --- money ---------------------------------------------------------------------------------- */

/* The link that leads to the purse of this currency, or to where it belongs. */
static uint32_t *person_find_purse(struct fold *f, struct person *p, ff_currency currency)
{
    uint32_t *link = &p->purses;
    while (*link && person_purse_at(f, *link)->currency < currency)
        link = &person_purse_at(f, *link)->next;
    return link;
}

void person_pay(struct fold *f, uint32_t number, ff_wall at, ff_currency currency, ff_money amount)
{
    struct person *p = person_at(f, number);
    p->first = !p->purses || at < p->first ? at : p->first;
    p->last = !p->purses || at > p->last ? at : p->last;
    uint32_t *link = person_find_purse(f, p, currency);
    if (!*link || person_purse_at(f, *link)->currency != currency) {
        uint32_t next = *link, fresh = pool_take(&f->customers.purses);
        assert(fresh);
        *person_purse_at(f, fresh) = (struct person_purse){.currency = currency, .next = next};
        *link = fresh;
    }
    person_purse_at(f, *link)->amount += amount;
    person_purse_at(f, *link)->orders++;
}

/* The purse goes to the person, who may have one of its currency. */
static void person_give_purse(struct fold *f, struct person *to, uint32_t number)
{
    struct person_purse *purse = person_purse_at(f, number);
    uint32_t *link = person_find_purse(f, to, purse->currency);
    struct person_purse *own = *link ? person_purse_at(f, *link) : NULL;
    if (own && own->currency == purse->currency) {
        own->amount += purse->amount;
        own->orders += purse->orders;
        pool_give(&f->customers.purses, number);
        return;
    }
    purse->next = *link;
    *link = number;
}

/* --- families -------------------------------------------------------------------------------- */

void person_join(struct fold *f, uint32_t visitor, uint32_t customer)
{
    struct person *v = person_at(f, visitor);
    if (v->customer) {
        *(v->previous ? &person_at(f, v->previous)->next : &person_at(f, v->customer)->members) = v->next;
        if (v->next)
            person_at(f, v->next)->previous = v->previous;
    }
    v->customer = customer;
    v->previous = v->next = 0;
    if (!customer)
        return;
    struct person *c = person_at(f, customer);
    v->next = c->members;
    if (v->next)
        person_at(f, v->next)->previous = visitor;
    c->members = visitor;
}

/* What the visitor bought is its customer's own. */
static void person_bequeath(struct fold *f, struct person *v)
{
    struct person *c = person_at(f, v->customer);
    if (!v->purses)
        return;
    c->first = !c->purses || v->first < c->first ? v->first : c->first;
    c->last = !c->purses || v->last > c->last ? v->last : c->last;
    while (v->purses) {
        uint32_t number = v->purses;
        v->purses = person_purse_at(f, number)->next;
        person_give_purse(f, c, number);
    }
}

static void person_free(struct fold *f, uint32_t number)
{
    struct customers *c = &f->customers;
    struct person *p = person_at(f, number);
    chain_remove(person_chain(f, person_is_buyer(p)), number);
    table_remove(&c->by_key, p->key, number);
    while (p->oldest)
        person_remove_day(f, p, p->oldest);
    while (p->purses) {
        uint32_t purse = p->purses;
        p->purses = person_purse_at(f, purse)->next;
        pool_give(&c->purses, purse);
    }
    p->kind = PERSON_NONE;
    pool_give(&c->persons, number);
}

void person_drop(struct fold *f, uint32_t number)
{
    struct person *p = person_at(f, number);
    if (p->customer) {
        person_bequeath(f, p);
        person_join(f, number, 0);
    }
    while (p->members) {
        uint32_t member = p->members;
        person_join(f, member, 0);
        person_free(f, member);
    }
    person_free(f, number);
}
