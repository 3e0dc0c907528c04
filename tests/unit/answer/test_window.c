#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "window.h"

#define NOW (INT64_C(1790000000) * FF_SECOND) /* 2026-09-21T14:13:20Z */

static struct fault f;
static struct window w;

static enum ff_status parse(const char *query)
{
    static struct params p;
    assert_int_equal(params_parse(&p, ff_span_text(query), &f), FF_OK);
    return window_parse(&p, NOW, &w, &f);
}

static void accepts(const char *query, ff_wall from, ff_wall to)
{
    if (parse(query) != FF_OK)
        fail_msg("%s: %s", query, f.error);
    assert_int_equal(w.from, from);
    assert_int_equal(w.to, to);
}

static void rejects(const char *query, const char *parameter)
{
    if (parse(query) != FF_BAD_PARAMETER)
        fail_msg("took %s", query);
    assert_true(ff_span_is(f.parameter, parameter));
    assert_int_equal(strncmp(f.error, parameter, strlen(parameter)), 0);
}

static void windows_end_now(void **state)
{
    (void)state;
    accepts("", NOW - FF_DAY, NOW);
    accepts("window=5m", NOW - 5 * FF_MINUTE, NOW);
    accepts("window=15m", NOW - 15 * FF_MINUTE, NOW);
    accepts("window=24h", NOW - FF_DAY, NOW);
    accepts("window=365d", NOW - 365 * FF_DAY, NOW);
    accepts("window=007d", NOW - 7 * FF_DAY, NOW);
    accepts("window=36500d", NOW - 36500 * FF_DAY, NOW);
}

static void other_windows_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "5",
                                      "m",
                                      "0m",
                                      "-5m",
                                      "+5m",
                                      "5s",
                                      "5M",
                                      "5 m",
                                      "1.5h",
                                      "5mm",
                                      "1w",
                                      "m5",
                                      "36501d",
                                      "999999999999999999999m",
                                      "9223372036854775807d",
                                      "24h%00"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char query[64] = "window=";
        rejects(strcat(query, bad[i]), "window");
    }
}

static void edges_are_instants(void **state)
{
    (void)state;
    ff_wall day = INT64_C(1767225600) * FF_SECOND; /* 2026-01-01T00:00:00Z */
    accepts("from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", day, day + FF_DAY);
    accepts("from=2026-01-01T01:00:00%2B01:00&to=1767312000", day, day + FF_DAY);
    accepts("from=2026-01-01T01:00:00+01:00&to=1767312000.5", day, day + FF_DAY + FF_SECOND / 2);
    accepts("from=2026-01-01%2000:00:00Z", day, NOW);
    accepts("from=2026-01-01+00:00:00Z", day, NOW);
    accepts("from=1767225600000", day, NOW);
    accepts("from=0&to=4102444800", 0, INT64_C(4102444800) * FF_SECOND);
}

static void other_edges_are_refused(void **state)
{
    (void)state;
    rejects("from=yesterday", "from");
    rejects("from=", "from");
    rejects("from=-5", "from");
    rejects("from=1e9", "from");
    rejects("from=0x10", "from");
    rejects("from=nan", "from");
    rejects("from=1.2.3", "from");
    rejects("from=2026-02-30T00:00:00Z", "from");
    rejects("from=0&to=never", "to");
    rejects("to=1767312000", "from");
    rejects("from=1767312000&to=1767312000", "from");
    rejects("from=1767312001&to=1767312000", "from");
    rejects("from=1790000001", "from");
    rejects("window=1h&from=0", "window");
    rejects("window=1h&to=5", "window");
    rejects("from=00000000000000000000000000000000000000000000000000000000000000000000000001",
            "from");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_end_now),
        cmocka_unit_test(other_windows_are_refused),
        cmocka_unit_test(edges_are_instants),
        cmocka_unit_test(other_edges_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
