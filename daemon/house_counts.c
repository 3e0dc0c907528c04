/* What a door counts as it goes. */
#include "house_state.h"

#include "region.h"

#include <string.h>

#define MS FF_MILLISECOND
const ff_dur duration_bounds[DURATION_BOUNDS] = {
    MS / 10,  MS / 4,   MS / 2,        MS,            MS * 5 / 2,     MS * 5,         MS * 10,
    MS * 25,  MS * 50,  MS * 100,      MS * 250,      MS * 500,       FF_SECOND,      FF_SECOND * 5 / 2,
    FF_SECOND * 5, FF_SECOND * 10, FF_SECOND * 30, FF_MINUTE, FF_MINUTE * 5,
};

void durations_add(struct durations *d, ff_dur took)
{
    unsigned i = 0;
    while (i < DURATION_BOUNDS && took > duration_bounds[i])
        i++;
    d->n[i]++;
    d->sum += took;
}

static size_t counts_rows(const struct door *d)
{
    return (size_t)d->house->config->site_count + 1;
}

bool counts_init(struct door *d)
{
    d->beacons = region_new(counts_rows(d), sizeof *d->beacons);
    d->figures.beacons = region_new(counts_rows(d), sizeof *d->beacons);
    return d->beacons && d->figures.beacons;
}

void counts_fini(struct door *d)
{
    if (!d->house)
        return; /* never begun */
    region_free(&d->beacons, counts_rows(d), sizeof *d->beacons);
    region_free(&d->figures.beacons, counts_rows(d), sizeof *d->beacons);
}

/* canon has put the site's own id in the place of what the beacon said. */
static size_t counts_row(const struct door *d, const struct ff_beacon *b)
{
    const struct ff_config *c = d->house->config;
    bool known = ff_has(b, FF_HAS(SITE)) && b->site < c->site_count &&
                 b->text[FF_TEXT_SITE].p == c->sites[b->site].id;
    return known ? b->site : c->site_count;
}

void counts_refuse(struct door *d, const struct ff_beacon *b, enum ff_status status)
{
    enum ff_type type = ff_has(b, FF_HAS(TYPE)) ? b->type : FF_TYPE_NONE;
    d->beacons[counts_row(d, b)].by[type][status]++;
}

void counts_take(struct door *d)
{
    struct door_figures *f = &d->figures;
    f->net = net_counts(d->net);
    door_judge_counts(d, &d->counts.agents_known, &d->counts.agents_looked_at);
    f->counts = d->counts;
    f->waiting = d->waiting.n;
    for (size_t i = 0, n = counts_rows(d); i < n; i++)
        if (memcmp(&f->beacons[i], &d->beacons[i], sizeof *d->beacons) != 0)
            f->beacons[i] = d->beacons[i]; /* so that pages of sites without any stay untouched */
    for (size_t i = 0; i + 1 < counts_rows(d); i++)
        if (memcmp(f->bots[i], d->judge.bots[i], sizeof *f->bots) != 0)
            memcpy(f->bots[i], d->judge.bots[i], sizeof *f->bots);
}
