/* Buying: purchases and claims of a few people, and what metrics.md says of them, worked out from the list of
 * all that happened: slowly, and without any of the fold's means. Site 0, days of the zone given. */
#ifndef FOOTFALL_TEST_BUYING_H
#define FOOTFALL_TEST_BUYING_H

#include "bench.h"

#include <stdio.h>
#include <string.h>

#define DEEDS_MAX 64

/* An event: of a visitor, perhaps with a customer id, perhaps a purchase. */
struct deed {
    ff_wall at;
    const char *visitor, *customer; /* customer: NULL: none was given */
    ff_money value;
    bool purchase;
    char order[12];
};

struct buying {
    struct deed deeds[DEEDS_MAX];
    int n;
    const struct zone *zone; /* NULL: UTC */
    int32_t active_for;
};

BENCH struct deed *buying_add(struct buying *all, ff_wall at, const char *visitor, const char *customer, ff_money value)
{
    struct deed *d = &all->deeds[all->n];
    *d = (struct deed){at, visitor, customer, value, value != 0, ""};
    snprintf(d->order, sizeof d->order, "o%d", all->n++);
    return d;
}

BENCH void buying_send(struct bench *b, const struct deed *d, ff_wall received)
{
    struct ff_beacon e = d->purchase ? bench_purchase(d->visitor, d->at, d->order, d->value)
                                     : bench_event(FF_PAGE_VIEW, d->visitor, d->at);
    if (d->customer) {
        e.has |= FF_HAS(CUSTOMER);
        e.text[FF_TEXT_CUSTOMER] = ff_span_text(d->customer);
    }
    bench_fold(b, e, received, true);
}

static int32_t buying_day(const struct buying *all, ff_wall t)
{
    return (int32_t)(all->zone ? zone_date(all->zone, t) : ff_floor_to(t, FF_DAY) / FF_DAY);
}

/* Who a purchase is counted for: the customer id, else that which its visitor brought first, else the visitor. */
static void buying_who(const struct buying *all, const struct deed *d, char who[40])
{
    const struct deed *claim = NULL;
    for (int i = 0; i < all->n; i++) {
        const struct deed *c = &all->deeds[i];
        if (c->customer && strcmp(c->visitor, d->visitor) == 0 && (!claim || c->at < claim->at))
            claim = c;
    }
    const char *customer = d->customer ? d->customer : claim ? claim->customer : NULL;
    snprintf(who, 40, "%s %s", customer ? "customer" : "visitor", customer ? customer : d->visitor);
}

struct buyer {
    char who[40];
    int32_t day[DEEDS_MAX]; /* of each order, sorted */
    int n;
};

/* All who bought; how many. */
static int buying_buyers(const struct buying *all, struct buyer buyers[DEEDS_MAX])
{
    int n = 0;
    for (int i = 0; i < all->n; i++) {
        char who[40];
        int k = 0, at;
        if (!all->deeds[i].purchase)
            continue;
        buying_who(all, &all->deeds[i], who);
        while (k < n && strcmp(buyers[k].who, who) != 0)
            k++;
        if (k == n) {
            memset(&buyers[n], 0, sizeof buyers[n]);
            memcpy(buyers[n++].who, who, sizeof who);
        }
        int32_t day = buying_day(all, all->deeds[i].at);
        for (at = buyers[k].n++; at > 0 && buyers[k].day[at - 1] > day; at--)
            buyers[k].day[at] = buyers[k].day[at - 1];
        buyers[k].day[at] = day;
    }
    return n;
}

static bool buyer_active(const struct buyer *c, int32_t day, int32_t active_for)
{
    for (int i = 0; i < c->n; i++)
        if (c->day[i] <= day && day < c->day[i] + active_for)
            return true;
    return false;
}

static int buyer_bought(const struct buyer *c, int32_t from, int32_t to)
{
    int n = 0;
    for (int i = 0; i < c->n; i++)
        n += c->day[i] >= from && c->day[i] < to;
    return n;
}

/* The numbers of the days in [from, to), as of today; but its edges. */
BENCH struct ff_customers buying_expect(const struct buying *all, int32_t from, int32_t to, int32_t today)
{
    static struct buyer buyers[DEEDS_MAX];
    struct ff_customers w = {0};
    int n = buying_buyers(all, buyers);
    for (int i = 0; i < n; i++) {
        const struct buyer *c = &buyers[i];
        w.start += buyer_active(c, from - 1 < today ? from - 1 : today, all->active_for);
        w.end += buyer_active(c, to - 1 < today ? to - 1 : today, all->active_for);
        w.new += c->day[0] >= from && c->day[0] < to;
        for (int32_t day = from; day < to && day <= today; day++) {
            bool was = buyer_active(c, day - 1, all->active_for), is = buyer_active(c, day, all->active_for);
            w.lost += was && !is;
            w.reactivated += !was && is && c->day[0] < day;
        }
        w.ever += c->day[0] < to;
        w.repeat += buyer_bought(c, 0, to) >= 2;
        int bought = buyer_bought(c, from, to);
        w.buyers += bought > 0;
        w.returning += bought > 0 && (c->day[0] < from || bought > 1);
    }
    return w;
}

BENCH void buying_assert(struct bench *b, const struct buying *all, int32_t from, int32_t to)
{
    struct ff_customers got;
    ff_wall start = all->zone ? zone_date_start(all->zone, from) : from * FF_DAY;
    ff_wall end = all->zone ? zone_date_start(all->zone, to) : to * FF_DAY;
    int32_t today = buying_day(all, b->fold->now);
    struct ff_customers want = buying_expect(all, from, to, today);
    fold_customers(b->fold, 0, start, end, &got);
    assert_int_equal(got.from, start);
    assert_int_equal(got.to, end);
#define SAME(field)                                                                                          \
    if (got.field != want.field)                                                                             \
    fail_msg("%s of days %d to %d (today %d): %lld, not %lld", #field, from, to, today, (long long)got.field, \
             (long long)want.field)
    SAME(start);
    SAME(end);
    SAME(new);
    SAME(reactivated);
    SAME(lost);
    SAME(ever);
    SAME(repeat);
    SAME(buyers);
    SAME(returning);
#undef SAME
    assert_int_equal(got.start + got.new + got.reactivated - got.lost, got.end);
}

/* The cohorts as text: "month:customers,buyers...;". */
BENCH bool buying_cohort(void *text, const struct ff_cohort *c)
{
    char *out = text;
    sprintf(out + strlen(out), "%d:%lld", c->month, (long long)c->customers);
    for (uint32_t i = 0; i < c->n; i++)
        sprintf(out + strlen(out), ",%lld", (long long)c->buyers[i]);
    strcat(out, ";");
    return true;
}

#endif
