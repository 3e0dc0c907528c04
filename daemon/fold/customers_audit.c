#include "customers_audit.h"

#include "contribution.h"
#include "state.h"

#include <stdio.h>
#include <stdlib.h>

#define AUDITED_MOST 64 /* persons */

static void customers_demand(int64_t have, int64_t want, const char *what, int32_t day)
{
    if (have == want)
        return;
    fprintf(stderr, "audit: customers: %s of day or month %d: %lld, and counted anew %lld\n", what, day,
            (long long)have, (long long)want);
    abort();
}

static int64_t audit_marks(const struct ledger *l, int set, int32_t day)
{
    struct distinct d = {0};
    bool exact;
    ledger_gather(l, (enum ledger_set)set, day, day + 1, &d);
    int64_t n = (int64_t)distinct_count(&d, &exact);
    distinct_reset(&d);
    return exact ? n : -1;
}

static void audit_compare(const struct ledger *have, const struct ledger *want)
{
    static const char *const counts[] = {"first orders", "second orders", "reactivated", "lost"};
    for (int i = 0; i < LEDGER_COUNTS; i++)
        customers_demand(have->base[i], want->base[i], counts[i], 0);
    for (int32_t day = have->start; day < have->start + have->days; day++) {
        for (int i = 0; i < LEDGER_COUNTS; i++)
            customers_demand(have->ring[day % have->days].count[i], want->ring[day % want->days].count[i],
                             counts[i], day);
        for (int i = 0; i < LEDGER_SETS; i++)
            customers_demand(audit_marks(have, i, day), audit_marks(want, i, day), "marks", day);
    }
    int32_t first = ledger_first_month(have);
    for (int32_t a = first; a < first + have->months; a++)
        for (int32_t b = a; b < first + have->months; b++)
            customers_demand(ledger_cohort_of(have, a, b), ledger_cohort_of(want, a, b), "cohort", a);
}

/* Every order on a day of a customer without orders of its own is one of its members', and the other way. */
static void audit_members(const struct fold *f, const struct person *c)
{
    int64_t orders = 0;
    for (uint32_t n = c->purses; n; n = person_purse_at(f, n)->next)
        orders += person_purse_at(f, n)->orders;
    for (uint32_t n = c->members; n; n = person_at(f, n)->next)
        orders += person_at(f, n)->orders;
    customers_demand(c->orders, orders, "orders of a customer", 0);
}

void customers_audit(struct fold *f)
{
    const struct customers *c = &f->customers;
    if (c->incomplete || f->counts.customer_days_left_out || c->persons.used > AUDITED_MOST)
        return;
    for (uint16_t i = 0; i < f->options.site_count; i++) {
        const struct ledger *have = &f->sites[i].ledger;
        struct ledger want;
        if (!have->used || !ledger_init(&want, have->back, have->days - have->back - 1))
            continue;
        want.start = have->start;
        for (uint32_t n = c->buyers.oldest; n; n = chain_at(&c->buyers, n)->newer) {
            const struct person *p = person_at(f, n);
            if (p->site != i)
                continue;
            audit_members(f, p);
            if (!p->customer)
                contribution_count(f, &want, p, c->active_for, 1);
        }
        audit_compare(have, &want);
        ledger_fini(&want);
    }
}
