#include "ledger.h"

#include "region.h"

#include <assert.h>
#include <string.h>

#define SHORTEST_MONTH 28

bool ledger_init(struct ledger *l, int32_t back, int32_t ahead)
{
    assert(back > 0 && ahead > 0);
    *l = (struct ledger){.days = back + ahead + 1, .back = back, .start = INT32_MIN};
    l->months = l->days / SHORTEST_MONTH + 2;
    l->ring = region_new((size_t)l->days, sizeof *l->ring);
    l->cohorts = region_new((size_t)l->months * (size_t)l->months, sizeof *l->cohorts);
    return l->ring && l->cohorts;
}

static struct ledger_day *ledger_at(const struct ledger *l, int32_t day)
{
    return &l->ring[day % l->days];
}

void ledger_fini(struct ledger *l)
{
    for (int32_t i = 0; l->used && i < l->days; i++)
        for (int s = 0; s < LEDGER_SETS; s++)
            distinct_reset(&l->ring[i].set[s]);
    region_free(&l->ring, (size_t)l->days, sizeof *l->ring);
    region_free(&l->cohorts, (size_t)l->months * (size_t)l->months, sizeof *l->cohorts);
}

/* The day leaves the ring. */
static void ledger_close_day(struct ledger *l, int32_t day)
{
    struct ledger_day *d = ledger_at(l, day);
    for (int i = 0; i < LEDGER_COUNTS; i++) {
        l->base[i] += d->count[i];
        d->count[i] = 0;
    }
    for (int i = 0; i < LEDGER_SETS; i++)
        distinct_reset(&d->set[i]);
}

static int32_t *ledger_row(const struct ledger *l, int32_t month)
{
    return &l->cohorts[(size_t)(month % l->months) * (size_t)l->months];
}

void ledger_roll(struct ledger *l, int32_t today)
{
    int32_t start = today > l->back ? today - l->back : 0, before = l->start;
    if (start <= before)
        return;
    l->start = start;
    if (before == INT32_MIN || !l->used)
        return;
    int32_t closed = start - before < l->days ? start : before + l->days;
    for (int32_t day = before; day < closed; day++)
        ledger_close_day(l, day);
    int32_t first = ledger_month(before), last = ledger_month(start);
    for (int32_t month = first; month < last && month < first + l->months; month++)
        memset(ledger_row(l, month), 0, (size_t)l->months * sizeof *l->cohorts);
}

void ledger_add(struct ledger *l, enum ledger_count which, int32_t day, int64_t by)
{
    l->used = true;
    if (day < l->start)
        l->base[which] += by;
    else
        ledger_at(l, day < l->start + l->days ? day : l->start + l->days - 1)->count[which] += by;
}

void ledger_mark(struct ledger *l, enum ledger_set which, int32_t day, uint64_t mark, int by)
{
    if (day < l->start || day >= l->start + l->days)
        return;
    l->used = true;
    struct distinct *d = &ledger_at(l, day)->set[which];
    if (by > 0)
        distinct_add(d, mark);
    else
        distinct_remove(d, mark);
}

int32_t ledger_first_month(const struct ledger *l)
{
    return ledger_month(l->start);
}

static bool ledger_has_month(const struct ledger *l, int32_t month)
{
    int32_t first = ledger_first_month(l);
    return month >= first && month < first + l->months;
}

void ledger_cohort(struct ledger *l, int32_t first, int32_t month, int by)
{
    assert(first <= month);
    l->used = true;
    if (ledger_has_month(l, first) && ledger_has_month(l, month))
        ledger_row(l, first)[month % l->months] += by;
}

int32_t ledger_cohort_of(const struct ledger *l, int32_t first, int32_t month)
{
    return ledger_has_month(l, first) && ledger_has_month(l, month) ? ledger_row(l, first)[month % l->months] : 0;
}

/* Howard Hinnant's "days to civil", as far as year and month: years begin in March. */
int32_t ledger_month(int32_t day)
{
    int64_t shifted = (int64_t)day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097, of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* from March */
    return (int32_t)((year + era * 400 - 1970) * 12 + month + 2);
}

static int32_t ledger_clamp(const struct ledger *l, int32_t day)
{
    int32_t end = l->start + l->days;
    return day < l->start ? l->start : day > end ? end : day;
}

int64_t ledger_sum(const struct ledger *l, enum ledger_count which, int32_t from, int32_t to)
{
    int64_t sum = 0;
    if (!l->used)
        return 0;
    for (int32_t day = ledger_clamp(l, from), end = ledger_clamp(l, to); day < end; day++)
        sum += ledger_at(l, day)->count[which];
    return sum;
}

int64_t ledger_before(const struct ledger *l, enum ledger_count which, int32_t day)
{
    return l->base[which] + ledger_sum(l, which, l->start, day);
}

void ledger_gather(const struct ledger *l, enum ledger_set which, int32_t from, int32_t to,
                   struct distinct *out)
{
    if (!l->used)
        return;
    for (int32_t day = ledger_clamp(l, from), end = ledger_clamp(l, to); day < end; day++)
        distinct_merge(out, &ledger_at(l, day)->set[which]);
}
