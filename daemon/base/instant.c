#include "instant.h"

#include <stdio.h>

#define FIRST_DAY INT64_C(-719162)        /* 0001-01-01 */
#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define LAST_INSTANT (LAST_SECOND * FF_SECOND + FF_SECOND - 1)
#define MILLISECONDS_FROM 1e11

/* What is left to read of a text. A failed read sets bad, and all later ones fail, too. */
struct cursor {
    const char *p, *end;
    bool bad;
};

/* Exactly n digits as a number from low to high; low where it is none. */
static int64_t read_number(struct cursor *c, int n, int64_t low, int64_t high)
{
    int64_t value = 0;
    for (int i = 0; i < n && !c->bad; i++) {
        if (c->p == c->end || *c->p < '0' || *c->p > '9')
            c->bad = true;
        else
            value = value * 10 + (*c->p++ - '0');
    }
    if (value < low || value > high)
        c->bad = true;
    return c->bad ? low : value;
}

/* One byte that is any of choices; gives it, or 0. */
static char read_any(struct cursor *c, const char *choices)
{
    if (c->bad || c->p == c->end || *c->p == '\0' || !strchr(choices, *c->p)) {
        c->bad = true;
        return 0;
    }
    return *c->p++;
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t month_days(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Leap days in the years 0 to year - 1; year >= 1. */
static int64_t leap_days(int64_t year)
{
    int64_t last = year - 1;
    return last / 4 - last / 100 + last / 400 + 1;
}

/* Days from 1970-01-01 to the first of January of year. */
static int64_t year_start(int64_t year)
{
    return (year - 1970) * 365 + leap_days(year) - leap_days(1970);
}

static int64_t read_date(struct cursor *c)
{
    int64_t year = read_number(c, 4, 1, 9999);
    read_any(c, "-");
    int64_t month = read_number(c, 2, 1, 12);
    read_any(c, "-");
    int64_t day = read_number(c, 2, 1, month_days(year, month));
    int64_t days = year_start(year) + day - 1;
    for (int64_t m = 1; m < month; m++)
        days += month_days(year, m);
    return days;
}

/* ".123456789" as microseconds, or 0 where there is none. */
static ff_dur read_fraction(struct cursor *c)
{
    ff_dur value = 0, unit = FF_SECOND;
    if (c->bad || c->p == c->end || *c->p != '.')
        return 0;
    c->p++;
    do {
        unit /= 10;
        value += read_number(c, 1, 0, 9) * unit;
    } while (!c->bad && c->p < c->end && *c->p >= '0' && *c->p <= '9');
    return value;
}

/* Seconds east of UTC. */
static int64_t read_zone(struct cursor *c)
{
    char sign = read_any(c, "Zz+-");
    if (sign != '+' && sign != '-')
        return 0;
    int64_t hours = read_number(c, 2, 0, 23);
    read_any(c, ":");
    int64_t minutes = read_number(c, 2, 0, 59);
    int64_t east = hours * 3600 + minutes * 60;
    return sign == '-' ? -east : east;
}

enum ff_status instant_from_rfc3339(struct ff_span text, ff_wall *out)
{
    struct cursor c = {text.p, text.p + text.n, text.n == 0};
    int64_t at = read_date(&c) * 86400;
    read_any(&c, "Tt ");
    at += read_number(&c, 2, 0, 23) * 3600;
    read_any(&c, ":");
    at += read_number(&c, 2, 0, 59) * 60;
    read_any(&c, ":");
    int64_t second = read_number(&c, 2, 0, 60);
    ff_dur fraction = read_fraction(&c);
    at += second - read_zone(&c);
    if (c.bad || c.p != c.end || at < 0 || at > LAST_SECOND)
        return FF_BAD_TIME;
    if (second == 60 && at % 86400 != 0) /* leap seconds end a day of UTC */
        return FF_BAD_TIME;
    *out = at * FF_SECOND + (second == 60 ? 0 : fraction);
    return FF_OK;
}

enum ff_status instant_from_number(double number, ff_wall *out)
{
    ff_dur unit = number > MILLISECONDS_FROM ? FF_MILLISECOND : FF_SECOND;
    if (!(number >= 0) || number >= (double)(LAST_INSTANT / unit + 1))
        return FF_BAD_TIME;
    int64_t whole = (int64_t)number;
    ff_wall t = whole * unit + (ff_wall)((number - (double)whole) * (double)unit + 0.5);
    if (t > LAST_INSTANT)
        return FF_BAD_TIME;
    *out = t;
    return FF_OK;
}

/* The year that holds the day, from days since 1970-01-01, not before FIRST_DAY. */
static int64_t year_of(int64_t days)
{
    int64_t year = days < 0 ? 1 + (days - FIRST_DAY) / 366 : 1970 + days / 366;
    while (year_start(year + 1) <= days)
        year++;
    return year;
}

size_t instant_print(char out[INSTANT_TEXT], ff_wall t)
{
    if (t < FIRST_DAY * FF_DAY)
        t = FIRST_DAY * FF_DAY;
    int64_t second = ff_floor_to(t, FF_SECOND) / FF_SECOND;
    int64_t days = ff_floor_to(second, 86400) / 86400, clock = second - days * 86400;
    int64_t year = year_of(days), month = 1, fraction = t - second * FF_SECOND;
    for (days -= year_start(year); days >= month_days(year, month); month++)
        days -= month_days(year, month);
    char tail[16] = "Z";
    if (fraction % 1000 != 0)
        snprintf(tail, sizeof tail, ".%06dZ", (int)fraction);
    else if (fraction != 0)
        snprintf(tail, sizeof tail, ".%03dZ", (int)(fraction / 1000));
    int n = snprintf(out, INSTANT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%s", (int)year, (int)month,
                     (int)days + 1, (int)(clock / 3600), (int)(clock / 60 % 60), (int)(clock % 60),
                     tail);
    return (size_t)n;
}
