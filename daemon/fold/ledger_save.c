/* The image of a ledger: whether it was ever used; if so its first day, the sums of those before it, the days
 * that say something (1 + how far from the one before, the counts, the sets) up to a 0, and the cohorts (1 +
 * how far from the first month or the cohort before, how many months, their customers) up to a 0. */
#include "image.h"
#include "ledger.h"

#include <stddef.h>

#define COUNT_MOST ((int64_t)1 << 48) /* sums of as many as there may be days do not run over */
#define DAY_MOST 800000               /* no date is later: more than two thousand years from 1970 */

static bool day_is_empty(const struct ledger_day *d)
{
    for (int i = 0; i < LEDGER_COUNTS; i++)
        if (d->count[i])
            return false;
    for (int i = 0; i < LEDGER_SETS; i++)
        if (!distinct_is_empty(&d->set[i]))
            return false;
    return true;
}

static void save_days(const struct ledger *l, struct image_out *out)
{
    int32_t next = l->start;
    for (int32_t day = l->start; day < l->start + l->days; day++) {
        const struct ledger_day *d = &l->ring[day % l->days];
        if (day_is_empty(d))
            continue;
        image_put_uint(out, 1 + (uint64_t)(day - next));
        for (int i = 0; i < LEDGER_COUNTS; i++)
            image_put_int(out, d->count[i]);
        for (int i = 0; i < LEDGER_SETS; i++)
            distinct_save(&d->set[i], out);
        next = day + 1;
    }
    image_put_uint(out, 0);
}

static void save_cohorts(const struct ledger *l, struct image_out *out)
{
    int32_t first = ledger_first_month(l), end = first + l->months, next = first;
    for (int32_t month = first; month < end; month++) {
        int32_t last = end - 1;
        while (last >= month && !ledger_cohort_of(l, month, last))
            last--;
        if (last < month)
            continue;
        image_put_uint(out, 1 + (uint64_t)(month - next));
        image_put_uint(out, (uint64_t)(last - month + 1));
        for (int32_t later = month; later <= last; later++)
            image_put_int(out, ledger_cohort_of(l, month, later));
        next = month + 1;
    }
    image_put_uint(out, 0);
}

void ledger_save(const struct ledger *l, struct image_out *out)
{
    image_put_uint(out, l->used);
    if (!l->used)
        return;
    image_put_uint(out, (uint64_t)l->start);
    for (int i = 0; i < LEDGER_COUNTS; i++)
        image_put_int(out, l->base[i]);
    save_days(l, out);
    save_cohorts(l, out);
}

static int64_t count_get(struct image_in *in, int64_t most)
{
    int64_t n = image_int(in);
    return image_check(in, n >= -most && n <= most) ? n : 0;
}

static void load_set(struct ledger *l, struct image_in *in, enum ledger_set which, int32_t day)
{
    struct distinct set = {0};
    distinct_load(&set, in);
    if (l && in->ok && day >= l->start && day < l->start + l->days)
        distinct_merge(&l->ring[day % l->days].set[which], &set);
    distinct_reset(&set);
}

static void load_days(struct ledger *l, struct image_in *in, int32_t start)
{
    uint64_t gap;
    for (int32_t day = start - 1; (gap = image_uint_upto(in, DAY_MOST)) != 0;) {
        day += (int32_t)gap;
        if (!image_check(in, day <= 2 * DAY_MOST))
            return;
        for (int i = 0; i < LEDGER_COUNTS; i++) {
            int64_t n = count_get(in, COUNT_MOST);
            if (l)
                ledger_add(l, (enum ledger_count)i, day, n);
        }
        for (int i = 0; i < LEDGER_SETS; i++)
            load_set(l, in, (enum ledger_set)i, day);
    }
}

static void load_cohorts(struct ledger *l, struct image_in *in, int32_t start)
{
    uint64_t gap;
    for (int32_t month = ledger_month(start) - 1; (gap = image_uint_upto(in, DAY_MOST)) != 0;) {
        month += (int32_t)gap;
        uint64_t n = image_uint_upto(in, DAY_MOST);
        if (!image_check(in, month <= 2 * DAY_MOST))
            return;
        for (uint64_t i = 0; i < n && in->ok; i++) {
            int64_t customers = count_get(in, INT32_MAX / 2);
            if (l)
                ledger_cohort(l, month, month + (int32_t)i, (int)customers);
        }
    }
}

/* What the image has before its own first day is in its sums alone: so it is here. */
void ledger_load(struct ledger *l, struct image_in *in)
{
    if (!image_uint_upto(in, 1))
        return;
    int32_t start = (int32_t)image_uint_upto(in, DAY_MOST);
    if (l && start > l->start)
        l->start = start;
    for (int i = 0; i < LEDGER_COUNTS; i++) {
        int64_t n = count_get(in, COUNT_MOST);
        if (l)
            ledger_add(l, (enum ledger_count)i, INT32_MIN, n);
    }
    load_days(l, in, start);
    load_cohorts(l, in, start);
}
