#include "place.h"

#include <assert.h>
#include <string.h>

static ff_wall later(ff_wall a, ff_wall b)
{
    return a > b ? a : b;
}

static ff_wall earlier(ff_wall a, ff_wall b)
{
    return a < b ? a : b;
}

/* The minute, cut to the spans of all its buckets: around a change of the clock hours may begin within it. */
const struct place *place_find(struct tally *t, struct place *p, uint16_t site, ff_wall at)
{
    static const struct place nowhere;
    assert(site < t->sites);
    if (at >= t->minute + FF_MINUTE + TALLY_AHEAD)
        return &nowhere;
    struct tally_site *s = &t->site[site];
    struct zone_span minute = tier_span(TIER_MINUTE, s->zone, at);
    *p = (struct place){.from = minute.start, .to = minute.end, .site = site};
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        if (at < s->kept[kind]) {
            p->to = earlier(p->to, s->kept[kind]);
            continue;
        }
        const struct bucket *b = p->bucket[kind] = tier_at(&s->tier[kind], at);
        p->from = later(p->from, later(b->span.start, s->kept[kind]));
        p->to = earlier(p->to, b->span.end);
        p->any = true;
    }
    return p;
}

void place_forget(struct tally *t)
{
    memset(t->places, 0, sizeof t->places);
}
