#include "state.h"

#include <assert.h>
#include <string.h>

/* Edges beyond the last day of the year 9999 are taken for its start: no sum overflows, and every
 * edge can be written with four digits. */
#define LAST_EDGE (INT64_C(253402214400) * FF_SECOND)

/* The finest tier that keeps `at`, or the coarsest where none does. */
static enum tier_kind finest_kept(const struct tally_site *s, ff_wall at)
{
    enum tier_kind kind = TIER_MINUTE;
    while (kind < TIER_DAY && at < s->kept[kind])
        kind++;
    return kind;
}

static ff_wall into_reach(const struct tally_site *s, ff_wall at)
{
    if (at < s->kept[TIER_DAY])
        return s->kept[TIER_DAY];
    return at < LAST_EDGE ? at : LAST_EDGE;
}

static ff_wall widen_down(const struct tally_site *s, ff_wall at)
{
    at = into_reach(s, at);
    return tier_span(finest_kept(s, at), s->zone, at).start;
}

static ff_wall widen_up(const struct tally_site *s, ff_wall at)
{
    at = into_reach(s, at);
    struct zone_span span = tier_span(finest_kept(s, at), s->zone, at);
    return span.start == at ? at : span.end;
}

void tally_widen(const struct tally *t, uint16_t site, ff_wall *from, ff_wall *to)
{
    assert(site < t->sites);
    const struct tally_site *s = &t->site[site];
    *from = widen_down(s, *from);
    *to = widen_up(s, *to);
    if (*to < *from)
        *to = *from;
}

/* The largest bucket that begins at `at` and does not reach over `to`; both are edges of kept
 * buckets. Sets *kind to its tier. */
static struct zone_span largest_at(const struct tally_site *s, ff_wall at, ff_wall to,
                                   enum tier_kind *kind)
{
    struct zone_span span = {0};
    for (*kind = TIER_DAY;; (*kind)--) {
        span = tier_span(*kind, s->zone, at);
        if (*kind == TIER_MINUTE || (span.start == at && span.end <= to))
            break;
    }
    assert(span.start == at && span.end <= to && at >= s->kept[*kind]);
    return span;
}

/* Nothing is kept of what lies further ahead than facts may. */
static ff_wall last_to_look(const struct tally *t, ff_wall to)
{
    ff_wall ahead = t->minute + FF_MINUTE + TALLY_AHEAD;
    return to < ahead ? to : ahead;
}

void tally_read(struct tally *t, uint16_t site, ff_wall from, ff_wall to, struct tally_window *out)
{
    tally_widen(t, site, &from, &to);
    out->from = from;
    out->to = to;
    memset(out->count, 0, sizeof(out->count));
    memset(out->currencies, 0, sizeof(out->currencies));

    const struct tally_site *s = &t->site[site];
    struct distinct_union visitors = {0};
    for (ff_wall at = from, stop = last_to_look(t, to); at < stop;) {
        enum tier_kind kind;
        struct zone_span span = largest_at(s, at, to, &kind);
        const struct bucket *b = tier_find(&s->tier[kind], span);
        if (b)
            bucket_sum(b, out, &visitors);
        at = span.end;
    }
    bucket_sum_end(out);
    out->visitors = distinct_union_end(&visitors, &out->visitors_exact);
}
