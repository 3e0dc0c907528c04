#include "contribution.h"

#include "state.h"

/* A day of a customer among the others. */
struct step {
    const struct person *person;
    const struct person_day *before; /* the day before it, or NULL: it is the first */
    int64_t orders_before;           /* on all days before it */
    int32_t first_month;
    int32_t day;
    uint32_t orders;
    int32_t active_for;
};

/* What the day adds to what those before it do. */
static void contribution_step(struct ledger *l, const struct step *s, int sign)
{
    uint64_t mark = s->person->mark;
    int32_t month = ledger_month(s->day);
    ledger_mark(l, LEDGER_BUYERS, s->day, mark, sign);
    if (!s->before) {
        ledger_add(l, LEDGER_NEW, s->day, sign);
        ledger_mark(l, LEDGER_FIRST, s->day, mark, sign);
    } else if (s->day > s->before->day + s->active_for) {
        ledger_add(l, LEDGER_REACTIVATED, s->day, sign);
    } else {
        ledger_add(l, LEDGER_LOST, s->before->day + s->active_for, -sign);
    }
    ledger_add(l, LEDGER_LOST, s->day + s->active_for, sign);
    if (s->orders_before < 2 && s->orders_before + s->orders >= 2) {
        ledger_add(l, LEDGER_SECOND, s->day, sign);
        ledger_mark(l, LEDGER_SECONDS, s->day, mark, sign);
    }
    if (!s->before || ledger_month(s->before->day) != month)
        ledger_cohort(l, s->first_month, month, sign);
}

void contribution_count(const struct fold *f, struct ledger *l, const struct person *p, int32_t active_for,
                        int sign)
{
    if (!p->oldest)
        return;
    struct step s = {.person = p, .active_for = active_for,
                     .first_month = ledger_month(person_day_at(f, p->oldest)->day)};
    for (uint32_t at = p->oldest; at;) {
        const struct person_day *d = person_day_at(f, at);
        s.day = d->day;
        s.orders = d->orders;
        contribution_step(l, &s, sign);
        s.before = d;
        s.orders_before += d->orders;
        at = d->after;
    }
}

/* One more order on the last day: it may be the second. */
static void contribution_again(struct ledger *l, const struct person *p, int32_t day)
{
    if (p->orders != 1)
        return;
    ledger_add(l, LEDGER_SECOND, day, 1);
    ledger_mark(l, LEDGER_SECONDS, day, p->mark, 1);
}

void contribution_order(struct fold *f, uint32_t number, int32_t day)
{
    struct person *p = person_at(f, number);
    struct ledger *l = &f->sites[p->site].ledger;
    const struct person_day *last = p->newest ? person_day_at(f, p->newest) : NULL;
    int32_t active_for = f->customers.active_for;
    bool in_order = !last || day >= last->day;
    if (!in_order) {
        contribution_count(f, l, p, active_for, -1);
    } else if (last && day == last->day) {
        contribution_again(l, p, day);
    } else {
        struct step s = {p, last, p->orders, ledger_month(last ? person_day_at(f, p->oldest)->day : day),
                         day, 1, active_for};
        contribution_step(l, &s, 1);
    }
    person_add_day(f, number, day, 1);
    if (!in_order)
        contribution_count(f, l, p, active_for, 1);
}
