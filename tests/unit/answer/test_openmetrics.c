#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openmetrics.h"

#define END_CLASSIC                                                                                \
    "# HELP footfall_metrics_left_out Families of metrics that the answer had no room for.\n"      \
    "# TYPE footfall_metrics_left_out gauge\n"                                                     \
    "footfall_metrics_left_out "

static struct openmetrics m;
static char buffer[8192];

static void begin(enum openmetrics_format format)
{
    openmetrics_init(&m, format, buffer, sizeof buffer - 1);
}

/* What was written before the end, which must be there and say that nothing is left out. */
static const char *written(void)
{
    const char *end = m.format == OPENMETRICS_TEXT ? END_CLASSIC "0\n# EOF\n" : END_CLASSIC "0\n";
    buffer[openmetrics_end(&m)] = '\0';
    char *at = strstr(buffer, "# HELP footfall_metrics_left_out");
    assert_non_null(at);
    assert_string_equal(at, end);
    *at = '\0';
    return buffer;
}

static void suffixes_stand_where_the_format_has_them(void **state)
{
    (void)state;
    static const struct {
        enum openmetrics_type type;
        const char *classic, *text;
    } rows[] = {
        {OPENMETRICS_COUNTER, "# HELP a_total H.\n# TYPE a_total counter\na_total 3\n",
         "# HELP a H.\n# TYPE a counter\na_total 3\n"},
        {OPENMETRICS_GAUGE, "# HELP a H.\n# TYPE a gauge\na 3\n", "# HELP a H.\n# TYPE a gauge\na 3\n"},
        {OPENMETRICS_INFO, "# HELP a_info H.\n# TYPE a_info gauge\na_info 3\n",
         "# HELP a H.\n# TYPE a info\na_info 3\n"},
        {OPENMETRICS_STATESET, "# HELP a H.\n# TYPE a gauge\na 3\n",
         "# HELP a H.\n# TYPE a stateset\na 3\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (enum openmetrics_format f = OPENMETRICS_CLASSIC; f <= OPENMETRICS_TEXT; f++) {
            begin(f);
            openmetrics_family(&m, "a", rows[i].type, "H.");
            openmetrics_value(&m, NULL, 0, 3);
            assert_string_equal(written(), f == OPENMETRICS_TEXT ? rows[i].text : rows[i].classic);
        }
}

static void a_unit_is_told_where_the_format_has_units(void **state)
{
    (void)state;
    static const struct {
        const char *name, *unit;
    } rows[] = {{"a_seconds", "# UNIT a_seconds seconds\n"},
                {"a_bytes", "# UNIT a_bytes bytes\n"},
                {"a_seconds_left", NULL},
                {"seconds", NULL},
                {"a_miliseconds", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(OPENMETRICS_TEXT);
        openmetrics_family(&m, rows[i].name, OPENMETRICS_COUNTER, "H.");
        const char *text = written();
        if (rows[i].unit)
            assert_non_null(strstr(text, rows[i].unit));
        else
            assert_null(strstr(text, "UNIT"));
        begin(OPENMETRICS_CLASSIC);
        openmetrics_family(&m, rows[i].name, OPENMETRICS_COUNTER, "H.");
        assert_null(strstr(written(), "UNIT"));
    }
}

static const char *sample(const struct openmetrics_label *labels, size_t n)
{
    begin(OPENMETRICS_TEXT);
    openmetrics_family(&m, "a", OPENMETRICS_GAUGE, "H.");
    openmetrics_value(&m, labels, n, 1);
    return strstr(written(), "\na") + 1;
}

static void labels_are_escaped(void **state)
{
    (void)state;
    const struct openmetrics_label label = {"k", FF_LITERAL("a\"b\\c\nd{},=\xc3\xa9")};
    assert_string_equal(sample(&label, 1), "a{k=\"a\\\"b\\\\c\\nd{},=\xc3\xa9\"} 1\n");
}

static void an_empty_label_is_no_label(void **state)
{
    (void)state;
    const struct openmetrics_label labels[] = {
        {"a", {NULL, 0}}, {"b", FF_LITERAL("1")}, {"c", {"", 0}}, {"d", FF_LITERAL("2")}, {"e", {NULL, 0}}};
    assert_string_equal(sample(labels, 5), "a{b=\"1\",d=\"2\"} 1\n");
    assert_string_equal(sample(labels, 1), "a 1\n");
    assert_string_equal(sample(labels + 1, 2), "a{b=\"1\"} 1\n");
}

static void numbers_are_the_shortest_that_give_them_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},          {0.1, "0.1"},           {1.0 / 3, "0.3333333333333333"},
                {-2.5, "-2.5"},    {123456789, "123456789"}, {1792956200.123456, "1792956200.123456"},
                {1e300, "1e+300"}, {INFINITY, "+Inf"},     {-INFINITY, "-Inf"},
                {NAN, "NaN"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(OPENMETRICS_TEXT);
        openmetrics_family(&m, "a", OPENMETRICS_GAUGE, "H.");
        openmetrics_value(&m, NULL, 0, rows[i].value);
        const char *text = strstr(written(), "\na ") + 3;
        assert_int_equal(strcspn(text, "\n"), strlen(rows[i].text));
        assert_memory_equal(text, rows[i].text, strlen(rows[i].text));
    }
    begin(OPENMETRICS_TEXT);
    openmetrics_family(&m, "a", OPENMETRICS_GAUGE, "H.");
    openmetrics_number(&m, NULL, 0, FF_LITERAL("99999999999999999999.0001"));
    assert_non_null(strstr(written(), "\na 99999999999999999999.0001\n"));
}

static void a_histogram_adds_up(void **state)
{
    (void)state;
    static const double bounds[] = {0.0005, 0.25, 1, 10};
    static const uint64_t counts[] = {2, 0, 3, 0, 1};
    const struct openmetrics_buckets buckets = {bounds, counts, 4, 12.5};
    const struct openmetrics_label label = {"site", FF_LITERAL("x")};
    static const char expected[] = "a_seconds_bucket{site=\"x\",le=\"0.0005\"} 2\n"
                                   "a_seconds_bucket{site=\"x\",le=\"0.25\"} 2\n"
                                   "a_seconds_bucket{site=\"x\",le=\"1.0\"} 5\n"
                                   "a_seconds_bucket{site=\"x\",le=\"10.0\"} 5\n"
                                   "a_seconds_bucket{site=\"x\",le=\"+Inf\"} 6\n"
                                   "a_seconds_sum{site=\"x\"} 12.5\n"
                                   "a_seconds_count{site=\"x\"} 6\n";
    for (enum openmetrics_format f = OPENMETRICS_CLASSIC; f <= OPENMETRICS_TEXT; f++) {
        begin(f);
        openmetrics_family(&m, "a_seconds", OPENMETRICS_HISTOGRAM, "H.");
        openmetrics_histogram(&m, &label, 1, &buckets);
        assert_string_equal(strstr(written(), "a_seconds_bucket"), expected);
    }
}

/* Three families, of which the second is the longest. */
static size_t write_three(char *p, size_t size)
{
    static const char *const names[] = {"one", "two_is_much_longer_than_the_others", "three"};
    openmetrics_init(&m, OPENMETRICS_TEXT, p, size);
    for (int i = 0; i < 3; i++) {
        openmetrics_family(&m, names[i], OPENMETRICS_GAUGE, "H.");
        for (int k = 0; k < (i == 1 ? 20 : 2); k++)
            openmetrics_value(&m, NULL, 0, k);
    }
    return openmetrics_end(&m);
}

/* Whether the family is there from its first line to its last, or not at all. */
static bool is_whole(const char *text, const char *first, const char *last)
{
    bool begins = strstr(text, first), ends = strstr(text, last);
    assert_int_equal(begins, ends);
    return begins;
}

static void a_family_that_does_not_fit_is_left_out_whole_and_counted(void **state)
{
    (void)state;
    bool seen[8] = {false};
    for (size_t size = OPENMETRICS_MIN; size < 3000; size++) {
        char *p = malloc(size); /* so that a sanitizer sees a step too far */
        size_t n = write_three(p, size);
        assert_true(n <= size);
        memcpy(buffer, p, n);
        buffer[n] = '\0';
        free(p);
        bool one = is_whole(buffer, "# HELP one H.\n", "\none 1\n");
        bool two = is_whole(buffer, "# HELP two", "_others 19\n");
        bool three = is_whole(buffer, "# HELP three H.\n", "\nthree 1\n");
        seen[one + 2 * two + 4 * three] = true;
        char last[64];
        snprintf(last, sizeof last, "footfall_metrics_left_out %d\n# EOF\n", 3 - one - two - three);
        assert_true(n > strlen(last));
        assert_string_equal(buffer + n - strlen(last), last);
    }
    assert_true(seen[5] && seen[7]); /* the second is the one to go, and the third still comes */
}

static void the_accept_header_chooses_the_format(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        enum openmetrics_format format;
    } rows[] = {
        {NULL, OPENMETRICS_CLASSIC},
        {"", OPENMETRICS_CLASSIC},
        {"*/*", OPENMETRICS_CLASSIC},
        {"text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPENMETRICS_CLASSIC},
        {"application/openmetrics-text", OPENMETRICS_TEXT},
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
         "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         OPENMETRICS_TEXT},
        {"text/plain , \tApplication/OpenMetrics-Text ; version=1.0.0", OPENMETRICS_TEXT},
        {"text/plain;q=0.5,application/openmetrics-text", OPENMETRICS_TEXT},
        {"application/openmetrics-texts", OPENMETRICS_CLASSIC},
        {"application/openmetrics-tex", OPENMETRICS_CLASSIC},
        {"x-application/openmetrics-text", OPENMETRICS_CLASSIC},
        {",,application/openmetrics-text,", OPENMETRICS_TEXT},
        {", ", OPENMETRICS_CLASSIC},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = rows[i].accept ? strlen(rows[i].accept) : 0;
        char *copy = rows[i].accept ? malloc(n + !n) : NULL;
        if (n)
            memcpy(copy, rows[i].accept, n);
        if (openmetrics_format(ff_span_of(copy, n)) != rows[i].format)
            fail_msg("%s", rows[i].accept);
        free(copy);
    }
    assert_string_equal(openmetrics_content_type(OPENMETRICS_CLASSIC), "text/plain; version=0.0.4; charset=utf-8");
    assert_string_equal(openmetrics_content_type(OPENMETRICS_TEXT),
                        "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suffixes_stand_where_the_format_has_them),
        cmocka_unit_test(a_unit_is_told_where_the_format_has_units),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(an_empty_label_is_no_label),
        cmocka_unit_test(numbers_are_the_shortest_that_give_them_back),
        cmocka_unit_test(a_histogram_adds_up),
        cmocka_unit_test(a_family_that_does_not_fit_is_left_out_whole_and_counted),
        cmocka_unit_test(the_accept_header_chooses_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
