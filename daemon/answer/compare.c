#include "compare.h"

#include "zone.h"

static const char *const name_table[] = {
    [COMPARE_PREVIOUS] = "previous",
    [COMPARE_YEAR] = "year",
};

const char *compare_name(enum compare_mode mode)
{
    return name_table[mode];
}

enum ff_status compare_parse(const struct params *p, enum compare_mode *out, struct fault *f)
{
    struct ff_span text = params_get(p, "compare");
    *out = COMPARE_NONE;
    if (!text.p)
        return FF_OK;
    for (*out = COMPARE_PREVIOUS; *out <= COMPARE_YEAR; (*out)++)
        if (ff_span_is(text, compare_name(*out)))
            return FF_OK;
    return fault_set(f, FF_BAD_PARAMETER, FF_LITERAL("compare"),
                     "compare: expected previous or year");
}

static struct window just_before(const struct zone *zone, ff_wall from, ff_wall to)
{
    int64_t first = zone_date(zone, from), last = zone_date(zone, to);
    if (from != zone_date_start(zone, first))
        return (struct window){from - (to - from), from};
    ff_dur rest = to - zone_date_start(zone, last);
    return (struct window){zone_date_start(zone, first - (last - first)) - rest, from};
}

static struct window year_before(const struct zone *zone, ff_wall from, ff_wall to)
{
    struct window w = {zone_year_before(zone, from), zone_year_before(zone, to)};
    if (to == zone_day(zone, to).start)
        w.to = zone_day(zone, zone_year_before(zone, to - 1)).end;
    if (w.to <= w.from)
        w.to = w.from + (to - from);
    return w;
}

struct window compare_window(enum compare_mode mode, const struct zone *zone, ff_wall from,
                             ff_wall to)
{
    return mode == COMPARE_YEAR ? year_before(zone, from, to) : just_before(zone, from, to);
}
