#include "lifetime.h"

#include "region.h"
#include "state.h"

#include <string.h>

static bool spender_before(struct spender a, struct spender b)
{
    return a.spent != b.spent ? a.spent < b.spent : a.key < b.key;
}

/* Hoare's: what is before the pivot comes to the front, what is behind it to the back. Gives where the
 * back begins, with neither side empty. */
static size_t lifetime_part(struct spender *s, size_t count, struct spender pivot)
{
    size_t i = 0, k = count - 1;
    for (;; i++, k--) {
        while (spender_before(s[i], pivot))
            i++;
        while (spender_before(pivot, s[k]))
            k--;
        if (i >= k)
            return k + 1;
        struct spender swapped = s[i];
        s[i] = s[k];
        s[k] = swapped;
    }
}

struct spender lifetime_select(struct spender *s, size_t count, size_t n)
{
    assert(n < count);
    for (uint64_t round = 1; count > 1; round++) {
        /* Not the last one: were it the greatest, nothing would be behind it. */
        struct spender pivot = s[hash_mix(round * count) % (count - 1)];
        size_t front = lifetime_part(s, count, pivot);
        if (n < front) {
            count = front;
        } else {
            s += front;
            count -= front;
            n -= front;
        }
    }
    return s[0];
}

/* Whether somebody who is counted has this number: a buyer of the site that nobody claims. */
static const struct person *lifetime_root(const struct fold *f, uint32_t number, uint16_t site)
{
    const struct person *p = person_at(f, number);
    bool counted = p->kind != PERSON_NONE && p->site == site && !p->customer && person_is_buyer(p);
    return counted ? p : NULL;
}

static ff_money_sum person_spent(const struct fold *f, const struct person *p, ff_currency currency)
{
    for (uint32_t n = p->purses; n; n = person_purse_at(f, n)->next)
        if (person_purse_at(f, n)->currency == currency)
            return person_purse_at(f, n)->amount;
    return 0;
}

static struct spender lifetime_spender(const struct fold *f, const struct person *p, ff_currency currency)
{
    ff_money_sum spent = person_spent(f, p, currency);
    for (uint32_t n = p->members; n; n = person_at(f, n)->next)
        spent += person_spent(f, person_at(f, n), currency);
    spent = spent > INT64_MAX ? INT64_MAX : spent < INT64_MIN ? INT64_MIN : spent;
    return (struct spender){(int64_t)spent, p->key};
}

static void lifetime_pay(struct ff_lifetime *l, const struct person_purse *purse)
{
    uint16_t i = 0;
    while (i < l->currencies && l->money[i].currency < purse->currency)
        i++;
    if (i == l->currencies || l->money[i].currency != purse->currency) {
        if (l->currencies == FF_LIFETIME_CURRENCIES) /* more than exist: canon takes ISO 4217's only */
            return;
        memmove(&l->money[i + 1], &l->money[i], (size_t)(l->currencies - i) * sizeof *l->money);
        l->money[i] = (struct ff_lifetime_money){.currency = purse->currency};
        l->currencies++;
    }
    l->money[i].orders += purse->orders;
    l->money[i].amount += purse->amount;
    l->orders += purse->orders;
}

/* Adds what the person bought itself; from and to: widened to hold it. */
static void lifetime_add_own(const struct fold *f, struct ff_lifetime *l, const struct person *p,
                             ff_wall *from, ff_wall *to)
{
    if (!p->purses)
        return;
    *from = p->first < *from ? p->first : *from;
    *to = p->last > *to ? p->last : *to;
    for (uint32_t n = p->purses; n; n = person_purse_at(f, n)->next)
        lifetime_pay(l, person_purse_at(f, n));
}

/* *from and *to: the first order and the last; from > to: none is known any more. */
static void lifetime_add(const struct fold *f, struct ff_lifetime *l, const struct person *p, int32_t today,
                         ff_wall *from, ff_wall *to)
{
    *from = INT64_MAX;
    *to = INT64_MIN;
    lifetime_add_own(f, l, p, from, to);
    for (uint32_t n = p->members; n; n = person_at(f, n)->next)
        lifetime_add_own(f, l, person_at(f, n), from, to);
    l->customers++;
    if (today < person_day_at(f, p->newest)->day + f->customers.active_for)
        l->active++;
    else if (*from <= *to)
        l->lapsed_time += *to - *from;
}

static uint32_t lifetime_named(const struct fold *f, uint16_t site, enum person_kind kind, struct ff_span id)
{
    return id.n ? person_find(f, person_key(f, site, kind, id)) : 0;
}

bool fold_customer(const struct fold *f, uint16_t site, struct ff_span visitor, struct ff_span customer,
                   struct ff_customer *out)
{
    uint32_t number = lifetime_named(f, site, PERSON_CUSTOMER, customer);
    if (!number)
        number = lifetime_named(f, site, PERSON_VISITOR, visitor);
    if (number && person_at(f, number)->customer)
        number = person_at(f, number)->customer;
    const struct person *p = number ? lifetime_root(f, number, site) : NULL;
    if (!p)
        return false;
    *out = (struct ff_customer){.first = 0};
    lifetime_add(f, &out->spent, p, customers_date(f, site, f->now), &out->first, &out->last);
    return out->first <= out->last;
}

/* The next of the persons that the step may still look at, or 0: they are all done, or the step is. */
static uint32_t lifetime_next(const struct fold *f, struct lifetime_run *r, uint32_t *left)
{
    if (r->at >= f->customers.most || *left == 0)
        return 0;
    --*left;
    return ++r->at;
}

static void lifetime_gather(struct fold *f, struct lifetime_run *r, uint32_t *left)
{
    struct spender *spenders = f->customers.scratch;
    for (uint32_t number; (number = lifetime_next(f, r, left));) {
        const struct person *p = lifetime_root(f, number, r->site);
        if (p)
            spenders[r->spenders++] = lifetime_spender(f, p, f->sites[r->site].currency);
    }
}

static void lifetime_divide(struct fold *f, struct lifetime_run *r)
{
    struct spender *spenders = f->customers.scratch;
    size_t n = r->spenders;
    for (size_t i = 0; n > 0 && i < FF_SPENDERS - 1; i++)
        r->edge[i] = lifetime_select(spenders, n, (i + 1) * (n / FF_SPENDERS));
    region_forget(spenders, n * sizeof *spenders);
    r->divided = true;
    r->at = 0;
}

static void lifetime_sum(const struct fold *f, struct lifetime_run *r, uint32_t *left)
{
    for (uint32_t number; (number = lifetime_next(f, r, left));) {
        const struct person *p = lifetime_root(f, number, r->site);
        if (!p)
            continue;
        struct spender s = lifetime_spender(f, p, f->sites[r->site].currency);
        int third = 0;
        while (third < FF_SPENDERS - 1 && !spender_before(s, r->edge[third]))
            third++;
        ff_wall from, to;
        lifetime_add(f, &r->sums.by[third], p, r->today, &from, &to);
    }
}

void fold_lifetimes_begin(struct fold *f, uint16_t site)
{
    struct lifetime_run *r = &f->customers.run;
    ff_wall now = f->now == FF_NEVER ? 0 : f->now;
    if (!r->divided)
        region_forget(f->customers.scratch, r->spenders * sizeof(struct spender));
    memset(r, 0, sizeof *r);
    r->site = site;
    r->today = customers_date(f, site, now);
    r->sums.as_of = ff_floor_to(now, FF_MILLISECOND);
    r->sums.first_order = f->sites[site].first_order;
    r->sums.active_for = f->customers.active_for * FF_DAY;
}

bool fold_lifetimes_step(struct fold *f, uint32_t persons, struct ff_lifetimes *out)
{
    struct lifetime_run *r = &f->customers.run;
    if (!r->divided) {
        lifetime_gather(f, r, &persons);
        if (r->at < f->customers.most)
            return false;
        lifetime_divide(f, r);
    }
    lifetime_sum(f, r, &persons);
    if (r->at < f->customers.most)
        return false;
    *out = r->sums;
    return true;
}
