#include "zone.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define ZONE_NAME_MAX 64
#define ZONE_END INT64_C(4133980800) /* 2101-01-01T00:00:00Z in seconds; the last offset holds on */
#define ZONE_MAX_OFFSET (16 * FF_HOUR) /* no offset since 1970 is larger */
#define ZONE_FOREVER INT64_MAX

/* From `at` on the offset holds, until the next change. Sorted; the first is at FF_NEVER.
 * Both are whole minutes, so that minutes nest in hours: the only finer offset since 1970
 * (Monrovia until 1972) is rounded. */
struct zone_change {
    ff_wall at;
    ff_dur offset;
};

struct zone {
    size_t n, room;
    struct zone_change *change;
};

static bool is_plain_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t n = strlen(name);
    return n > 0 && n < ZONE_NAME_MAX && strspn(name, allowed) == n && name[0] != '/';
}

/* glibc takes a name that it does not know for UTC, so the file is looked at first. */
static bool is_zone_file(const char *path)
{
    char magic[4];
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool is = fread(magic, 1, sizeof(magic), f) == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
    fclose(f);
    return is;
}

/* Seconds east of UTC at second s, in the zone that TZ names. */
static long system_offset(int64_t s)
{
    time_t t = (time_t)s;
    struct tm tm;
    return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

static bool add_change(struct zone *z, ff_wall at, long offset)
{
    if (z->n == z->room) {
        size_t room = z->room ? z->room * 2 : 64;
        struct zone_change *grown = realloc(z->change, room * sizeof(*grown));
        if (!grown)
            return false;
        z->change = grown;
        z->room = room;
    }
    ff_dur rounded = ff_floor_to(offset * FF_SECOND + FF_MINUTE / 2, FF_MINUTE);
    z->change[z->n++] = (struct zone_change){at, rounded};
    return true;
}

/* The first second in (from, to] whose offset is not that of from, given that to's is not. */
static int64_t bisect_change(int64_t from, int64_t to)
{
    long before = system_offset(from);
    while (to - from > 1) {
        int64_t middle = from + (to - from) / 2;
        if (system_offset(middle) == before)
            from = middle;
        else
            to = middle;
    }
    return to;
}

static bool scan_changes(struct zone *z)
{
    long offset = system_offset(0);
    if (!add_change(z, FF_NEVER, offset))
        return false;
    for (int64_t from = 0, to = 0; to < ZONE_END; from = to) {
        to += FF_DAY / FF_SECOND;
        for (long then = system_offset(to); offset != then;) {
            from = bisect_change(from, to);
            offset = system_offset(from);
            if (!add_change(z, ff_floor_to(from * FF_SECOND, FF_MINUTE), offset))
                return false;
        }
    }
    return true;
}

/* Runs scan_changes with TZ set to tz, and puts TZ back. */
static bool scan_with_tz(struct zone *z, const char *tz)
{
    const char *was = getenv("TZ");
    char *kept = was ? strdup(was) : NULL;
    bool ok = (kept || !was) && setenv("TZ", tz, 1) == 0;
    if (ok) {
        tzset();
        ok = scan_changes(z);
    }
    if (kept)
        setenv("TZ", kept, 1);
    else if (!was)
        unsetenv("TZ");
    tzset();
    free(kept);
    return ok;
}

#define ZONE_TZ (sizeof(":" ZONE_FOLDER) + ZONE_NAME_MAX)

/* Writes what TZ must be for the zone of that name. False: there is none. */
static bool tz_of(const char *name, char tz[ZONE_TZ])
{
    snprintf(tz, ZONE_TZ, "UTC0");
    if (strcmp(name, "UTC") == 0)
        return true;
    if (!is_plain_name(name))
        return false;
    snprintf(tz, ZONE_TZ, ":%s%s", ZONE_FOLDER, name);
    return is_zone_file(tz + 1);
}

bool zone_known(const char *name)
{
    char tz[ZONE_TZ];
    return tz_of(name, tz);
}

struct zone *zone_new(const char *name)
{
    char tz[ZONE_TZ];
    if (!tz_of(name, tz))
        return NULL;
    struct zone *z = calloc(1, sizeof(*z));
    if (z && !scan_with_tz(z, tz))
        zone_free(&z);
    return z;
}

void zone_free(struct zone **z)
{
    if (!*z)
        return;
    free((*z)->change);
    free(*z);
    *z = NULL;
}

/* The period that holds t: the last change that is not after it. */
static size_t period_of(const struct zone *z, ff_wall t)
{
    size_t low = 0, n = z->n;
    while (n > 1) {
        size_t half = n / 2;
        if (z->change[low + half].at <= t)
            low += half;
        n -= half;
    }
    return low;
}

static ff_wall period_end(const struct zone *z, size_t i)
{
    return i + 1 < z->n ? z->change[i + 1].at : ZONE_FOREVER;
}

ff_dur zone_offset(const struct zone *z, ff_wall t)
{
    return z->change[period_of(z, t)].offset;
}

/* The first instant at which the clock on the wall shows `local` (microseconds since 1970 by that
 * clock) or has passed it. Never falls as local grows, so a clock that is put back over a
 * boundary does not cross it twice. */
static ff_wall first_showing(const struct zone *z, int64_t local)
{
    size_t i = period_of(z, local - ZONE_MAX_OFFSET);
    while (period_end(z, i) != ZONE_FOREVER && period_end(z, i) + z->change[i].offset <= local)
        i++;
    ff_wall shown = local - z->change[i].offset;
    return shown > z->change[i].at ? shown : z->change[i].at;
}

/* The largest multiple of step on the wall's clock that was first shown at t or before. */
static int64_t last_shown(const struct zone *z, ff_wall t, ff_dur step)
{
    int64_t local = ff_floor_to(t + zone_offset(z, t), step);
    while (first_showing(z, local + step) <= t)
        local += step;
    return local;
}

static struct zone_span shown_span(const struct zone *z, ff_wall t, ff_dur step)
{
    int64_t local = last_shown(z, t, step);
    return (struct zone_span){first_showing(z, local), first_showing(z, local + step)};
}

/* Between multiples of step on the wall's clock, cut where the offset changes. */
static struct zone_span cut_span(const struct zone *z, ff_wall t, ff_dur step)
{
    size_t i = period_of(z, t);
    ff_dur offset = z->change[i].offset;
    ff_wall start = ff_floor_to(t + offset, step) - offset, end = start + step;
    ff_wall first = z->change[i].at, last = period_end(z, i);
    return (struct zone_span){start > first ? start : first, end < last ? end : last};
}

struct zone_span zone_hour(const struct zone *z, ff_wall t)
{
    return cut_span(z, t, FF_HOUR);
}

struct zone_span zone_day(const struct zone *z, ff_wall t)
{
    return shown_span(z, t, FF_DAY);
}

int64_t zone_date(const struct zone *z, ff_wall t)
{
    return last_shown(z, t, FF_DAY) / FF_DAY;
}

ff_wall zone_date_start(const struct zone *z, int64_t date)
{
    return first_showing(z, date * FF_DAY);
}

/* The same date one year earlier; the 28th for 29 February. */
static int64_t date_year_before(int64_t date)
{
    time_t seconds = date * (FF_DAY / FF_SECOND);
    struct tm day;
    gmtime_r(&seconds, &day);
    day.tm_year--;
    if (day.tm_mon == 1 && day.tm_mday == 29)
        day.tm_mday = 28;
    return timegm(&day) / (FF_DAY / FF_SECOND);
}

ff_wall zone_year_before(const struct zone *z, ff_wall t)
{
    int64_t date = zone_date(z, t), then = date_year_before(date);
    ff_wall start = zone_date_start(z, then);
    if (t == zone_date_start(z, date))
        return start;
    ff_wall shown = first_showing(z, t + zone_offset(z, t) - (date - then) * FF_DAY);
    return shown > start ? shown : start;
}

/* Up to an hour the steps are cut like hours, so that the hour a clock repeats is shown twice;
 * longer ones take the repeated hour in, and are shorter or longer than step that day. */
struct zone_span zone_step(const struct zone *z, ff_wall t, ff_dur step)
{
    assert(step >= FF_MINUTE && FF_DAY % step == 0);
    return step <= FF_HOUR ? cut_span(z, t, step) : shown_span(z, t, step);
}
