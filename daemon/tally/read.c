#include "state.h"

#include <assert.h>
#include <string.h>

/* Edges beyond the last day of the year 9999 are taken for its start: no sum overflows, and every
 * edge can be written with four digits. */
#define LAST_EDGE (INT64_C(253402214400) * FF_SECOND)

/* The first tier from kind on that keeps `at`, or the coarsest where none does. */
static enum tier_kind finest_kept(const struct tally_site *s, enum tier_kind kind, ff_wall at)
{
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

static ff_wall widen_down(const struct tally_site *s, enum tier_kind finest, ff_wall at)
{
    at = into_reach(s, at);
    return tier_span(finest_kept(s, finest, at), s->zone, at).start;
}

static ff_wall widen_up(const struct tally_site *s, enum tier_kind finest, ff_wall at)
{
    at = into_reach(s, at);
    struct zone_span span = tier_span(finest_kept(s, finest, at), s->zone, at);
    return span.start == at ? at : span.end;
}

void tally_widen_to(const struct tally_site *s, enum tier_kind finest, ff_wall *from, ff_wall *to)
{
    *from = widen_down(s, finest, *from);
    *to = widen_up(s, finest, *to);
    if (*to < *from)
        *to = *from;
}

void tally_widen(const struct tally *t, uint16_t site, ff_wall *from, ff_wall *to)
{
    assert(site < t->sites);
    tally_widen_to(&t->site[site], TIER_MINUTE, from, to);
}

struct zone_span tally_largest_at(const struct tally_site *s, ff_wall at, ff_wall to, enum tier_kind *kind)
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

ff_wall tally_last_to_look(const struct tally *t, ff_wall to)
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
    for (ff_wall at = from, stop = tally_last_to_look(t, to); at < stop;) {
        enum tier_kind kind;
        struct zone_span span = tally_largest_at(s, at, to, &kind);
        const struct bucket *b = tier_find(&s->tier[kind], span);
        if (b)
            bucket_sum(b, out, &visitors);
        at = span.end;
    }
    bucket_sum_end(out);
    out->visitors = distinct_union_end(&visitors, &out->visitors_exact);
}
