#include "state.h"

#include <assert.h>
#include <string.h>

/* The tally keeps sums of one purse sorted by currency: so does the answer. */
static uint16_t purse_add(struct tally_money *out, uint16_t n, const struct bucket_money *cell)
{
    uint16_t at = 0;
    while (at < n && out[at].currency < cell->currency)
        at++;
    if (at == n || out[at].currency != cell->currency) {
        if (n == TALLY_CURRENCIES) /* more than exist: canon takes ISO 4217's only */
            return n;
        memmove(&out[at + 1], &out[at], (size_t)(n - at) * sizeof(*out));
        out[at] = (struct tally_money){.currency = cell->currency};
        n++;
    }
    out[at].amount += cell->amount;
    out[at].n = bucket_plus(out[at].n, cell->n);
    return n;
}

static uint16_t purse_end(struct tally_money *out, uint16_t n)
{
    uint16_t kept = 0;
    for (uint16_t i = 0; i < n; i++)
        if (out[i].n != 0)
            out[kept++] = out[i];
    return kept;
}

/* A fact goes to the day of its instant at once: days alone say it all. */
uint16_t tally_read_purse(const struct tally *t, uint16_t site, enum ff_purse purse, ff_wall from, ff_wall to,
                          struct tally_money *out)
{
    assert(site < t->sites);
    const struct tally_site *s = &t->site[site];
    ff_wall stop = t->minute + FF_MINUTE + TALLY_AHEAD;
    uint16_t n = 0;
    stop = to < stop ? to : stop;
    if (tier_span(TIER_DAY, s->zone, from).start < s->kept[TIER_DAY])
        return 0;
    for (ff_wall at = from; at < stop;) {
        struct zone_span span = tier_span(TIER_DAY, s->zone, at);
        const struct bucket *b = tier_find(&s->tier[TIER_DAY], span);
        for (uint16_t i = 0; b && i < b->money_n; i++)
            if (b->money[i].purse == purse)
                n = purse_add(out, n, &b->money[i]);
        at = span.end;
    }
    return purse_end(out, n);
}
