#include "window.h"

#include "instant.h"

#include <stdlib.h>
#include <string.h>

/* Longer text is neither a duration nor an instant. */
#define TEXT_MAX 64

bool window_duration(struct ff_span text, ff_dur *out)
{
    static const struct {
        char letter;
        ff_dur unit;
    } units[] = {{'m', FF_MINUTE}, {'h', FF_HOUR}, {'d', FF_DAY}};
    ff_dur unit = 0;
    int64_t n = 0;
    if (text.n < 2)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (units[i].letter == text.p[text.n - 1])
            unit = units[i].unit;
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || n > WINDOW_MAX / FF_MINUTE)
            return false;
        n = n * 10 + (text.p[i] - '0');
    }
    if (unit == 0 || n == 0 || n > WINDOW_MAX / unit)
        return false;
    *out = n * unit;
    return true;
}

/* RFC 3339 whose '+' before the zone was sent bare, and so was read as a blank. */
static bool parse_rfc3339(char *text, size_t n, ff_wall *out)
{
    char *blank = n > 11 ? strrchr(text + 11, ' ') : NULL;
    if (blank)
        *blank = '+';
    return instant_from_rfc3339(ff_span_of(text, n), out) == FF_OK;
}

static bool parse_unix(const char *text, size_t n, ff_wall *out)
{
    char *end;
    if (n == 0 || strspn(text, "0123456789.") != n)
        return false;
    double number = strtod(text, &end);
    return end == text + n && instant_from_number(number, out) == FF_OK;
}

static enum ff_status parse_instant(const char *key, struct ff_span value, ff_wall *out,
                                    struct fault *f)
{
    char text[TEXT_MAX + 1] = "";
    if (value.n > 0 && value.n <= TEXT_MAX) {
        memcpy(text, value.p, value.n);
        if (parse_unix(text, value.n, out) || parse_rfc3339(text, value.n, out))
            return FF_OK;
    }
    return fault_set(f, FF_BAD_PARAMETER, ff_span_text(key),
                     "%s: expected an instant such as 2026-11-22T00:00:00Z or Unix seconds", key);
}

static enum ff_status parse_edges(struct ff_span from, struct ff_span to, ff_wall now,
                                  struct window *out, struct fault *f)
{
    if (!from.p)
        return fault_set(f, FF_BAD_PARAMETER, FF_LITERAL("from"),
                         "from: expected an instant, as to is given");
    out->to = now;
    enum ff_status s = parse_instant("from", from, &out->from, f);
    if (s == FF_OK && to.p)
        s = parse_instant("to", to, &out->to, f);
    if (s == FF_OK && out->from >= out->to)
        s = fault_set(f, FF_BAD_PARAMETER, FF_LITERAL("from"),
                      "from: expected an instant before %s", to.p ? "to" : "now");
    return s;
}

enum ff_status window_parse(const struct params *p, ff_wall now, struct window *out,
                            struct fault *f)
{
    struct ff_span length = params_get(p, "window"), from = params_get(p, "from"),
                   to = params_get(p, "to");
    ff_dur duration = WINDOW_DEFAULT;
    if (length.p && (from.p || to.p))
        return fault_set(f, FF_BAD_PARAMETER, FF_LITERAL("window"),
                         "window: expected either window, or from and to, not both");
    if (from.p || to.p)
        return parse_edges(from, to, now, out, f);
    if (length.p && !window_duration(length, &duration))
        return fault_set(
            f, FF_BAD_PARAMETER, FF_LITERAL("window"),
            "window: expected a number of minutes, hours or days such as 15m, 24h or 7d");
    *out = (struct window){now - duration, now};
    return FF_OK;
}
