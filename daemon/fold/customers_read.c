/* What the ledger of a site says of its customers. */
#include "state.h"

#define KEPT_DAYS 365

/* The last day of the year 9999: what lies further ahead says no more. */
#define LAST_INSTANT (INT64_C(253402214400) * FF_SECOND)

static ff_wall read_start(const struct fold *f, uint16_t site, int32_t day)
{
    const struct zone *zone = f->sites[site].zone;
    return zone ? zone_date_start(zone, day) : day * FF_DAY;
}

/* The first day that begins at t or after it. */
static int32_t read_day_after(const struct fold *f, uint16_t site, ff_wall t)
{
    int32_t day = customers_date(f, site, t);
    if (read_start(f, site, day) == t)
        return day;
    const struct zone *zone = f->sites[site].zone;
    return zone ? customers_date(f, site, zone_day(zone, t).end) : day + 1;
}

static double read_distinct(struct distinct *d)
{
    bool exact;
    return distinct_count(d, &exact);
}

static double at_least_none(double n)
{
    return n > 0 ? n : 0;
}

/* Of those who bought, all but the new ones, and of the new ones those whose second order lies in the window,
 * too: B - F + |F and S| = B + S - |F or S|. All three are estimated from the same marks, so that their
 * errors go the same way. */
static void read_buyers(const struct ledger *l, int32_t from, int32_t to, struct ff_customers *out)
{
    struct distinct buyers = {0}, second = {0};
    ledger_gather(l, LEDGER_BUYERS, from, to, &buyers);
    ledger_gather(l, LEDGER_SECONDS, from, to, &second);
    out->buyers = read_distinct(&buyers);
    double returning = out->buyers + read_distinct(&second);
    ledger_gather(l, LEDGER_FIRST, from, to, &second);
    returning = at_least_none(returning - read_distinct(&second));
    out->returning = returning < out->buyers ? returning : out->buyers;
    distinct_reset(&buyers);
    distinct_reset(&second);
}

/* Active on the day before `day`, or today where that lies ahead. */
static int64_t read_active(const struct ledger *l, int32_t day, int32_t today)
{
    int32_t end = day <= today ? day : today + 1;
    return ledger_before(l, LEDGER_NEW, end) + ledger_before(l, LEDGER_REACTIVATED, end) -
           ledger_before(l, LEDGER_LOST, end);
}

void fold_customers(const struct fold *f, uint16_t site, ff_wall from, ff_wall to, struct ff_customers *out)
{
    const struct ledger *l = &f->sites[site].ledger;
    *out = (struct ff_customers){.from = from, .to = to};
    if (f->now == FF_NEVER)
        return;
    int32_t today = customers_date(f, site, f->now);
    int32_t first = customers_date(f, site, from < LAST_INSTANT ? from : LAST_INSTANT);
    int32_t after = read_day_after(f, site, to < LAST_INSTANT ? to : LAST_INSTANT);
    first = first > l->start ? first : l->start;
    after = after > first ? after : first;
    int32_t end = after <= today ? after : today + 1;
    out->from = read_start(f, site, first);
    out->to = read_start(f, site, after);
    out->start = read_active(l, first, today);
    out->end = read_active(l, after, today);
    out->new = ledger_sum(l, LEDGER_NEW, first, end);
    out->reactivated = ledger_sum(l, LEDGER_REACTIVATED, first, end);
    out->lost = ledger_sum(l, LEDGER_LOST, first, end);
    out->ever = ledger_before(l, LEDGER_NEW, after);
    out->repeat = ledger_before(l, LEDGER_SECOND, after);
    read_buyers(l, first, after, out);
}

void fold_kept_customers(const struct fold *f, uint16_t site, ff_wall t, struct ff_kept *out)
{
    const struct ledger *l = &f->sites[site].ledger;
    *out = (struct ff_kept){.from = t, .to = t};
    if (f->now == FF_NEVER)
        return;
    int32_t day = customers_date(f, site, t);
    struct distinct before = {0}, since = {0};
    ledger_gather(l, LEDGER_BUYERS, day - KEPT_DAYS, day, &before);
    ledger_gather(l, LEDGER_BUYERS, day, day + KEPT_DAYS, &since);
    out->from = read_start(f, site, day - KEPT_DAYS);
    out->to = read_start(f, site, day);
    double customers = read_distinct(&before) + read_distinct(&since);
    distinct_merge(&before, &since);
    out->customers = at_least_none(customers - read_distinct(&before));
    distinct_reset(&before);
    distinct_reset(&since);
}

#define MONTHS_MAX 1200 /* more than any configuration keeps */

void fold_cohorts(const struct fold *f, uint16_t site, ff_wall from, ff_wall to, ff_cohort_fn *take, void *ctx)
{
    const struct ledger *l = &f->sites[site].ledger;
    int64_t buyers[MONTHS_MAX];
    if (f->now == FF_NEVER)
        return;
    int32_t now = ledger_month(customers_date(f, site, f->now)), first = ledger_first_month(l);
    int32_t asked = ledger_month(customers_date(f, site, from > 0 ? from : 0));
    int32_t last = to > f->now ? now : ledger_month(customers_date(f, site, to - 1));
    bool more = true;
    for (int32_t month = asked > first ? asked : first; more && month <= last && month <= now; month++) {
        struct ff_cohort c = {.month = month, .customers = ledger_cohort_of(l, month, month), .buyers = buyers};
        for (int32_t later = month + 1; later <= now && c.n < MONTHS_MAX; later++)
            buyers[c.n++] = ledger_cohort_of(l, month, later);
        if (c.customers > 0)
            more = take(ctx, &c);
    }
}
