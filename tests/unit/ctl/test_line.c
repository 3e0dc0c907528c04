#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Text whose end touches a page that may not be read. */
struct guarded {
    char *pages;
    size_t size;
    struct ff_span text;
};

static struct guarded guard(const char *text)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = strlen(text);
    struct guarded g = {.size = 2 * page};
    assert_true(n <= page);
    g.pages = mmap(NULL, g.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(g.pages, MAP_FAILED);
    memcpy(g.pages + page - n, text, n);
    assert_int_equal(mprotect(g.pages + page, page, PROT_NONE), 0);
    g.text = ff_span_of(g.pages + page - n, n);
    return g;
}

static enum ff_status scan(const char *text, struct line_facts *facts)
{
    struct guarded g = guard(text);
    enum ff_status status = line_scan(g.text, facts);
    munmap(g.pages, g.size);
    return status;
}

static void accepts(const char *text, ff_wall time, bool has_id)
{
    struct line_facts facts;
    assert_int_equal(scan(text, &facts), FF_OK);
    assert_true(facts.time == time);
    assert_int_equal(facts.has_id, has_id);
}

static void rejects(const char *text, enum ff_status status)
{
    struct line_facts facts;
    assert_int_equal(scan(text, &facts), status);
}

static void scan_reads_the_time_in_each_of_its_forms(void **state)
{
    (void)state;
    accepts("{\"time\":1700000000}", 1700000000 * FF_SECOND, false);
    accepts("{\"time\": 1700000000.25 }", 1700000000 * FF_SECOND + 250000, false);
    accepts("{\"time\":1700000000123}", 1700000000 * FF_SECOND + 123000, false);
    accepts("{\"time\":\"2023-11-14T22:13:20Z\"}", 1700000000 * FF_SECOND, false);
    accepts("{\"time\":\"2023-11-14T23:13:20\\u002B01:00\"}", 1700000000 * FF_SECOND, false);
    accepts("{\"\\u0074ime\":0}", 0, false);
}

static void scan_sees_only_members_of_the_top_level(void **state)
{
    (void)state;
    accepts("{\"items\":[{\"id\":\"x\",\"time\":1}],\"time\":5,\"a\":{\"b\":[\"}\",{}]}}",
            5 * FF_SECOND, false);
    accepts("{\"title\":\"\\\",\\\"id\\\":1\",\"time\":5}", 5 * FF_SECOND, false);
    accepts("{\"time\":5,\"id\":\"a\"}", 5 * FF_SECOND, true);
    rejects("{\"items\":[{\"time\":5}]}", FF_MISSING);
}

static void scan_refuses_a_line_without_a_readable_time(void **state)
{
    (void)state;
    rejects("{}", FF_MISSING);
    rejects("{\"type\":\"ping\"}", FF_MISSING);
    rejects("{\"time\":\"yesterday\"}", FF_BAD_TIME);
    rejects("{\"time\":\"\"}", FF_BAD_TIME);
    rejects("{\"time\":null}", FF_BAD_TIME);
    rejects("{\"time\":nan}", FF_BAD_TIME);
    rejects("{\"time\":0x10}", FF_BAD_TIME);
    rejects("{\"time\":-}", FF_BAD_TIME);
    rejects("{\"time\":[5]}", FF_BAD_TIME);
    rejects("{\"time\":-5}", FF_BAD_TIME);
}

static void scan_refuses_what_is_no_object(void **state)
{
    (void)state;
    rejects("", FF_NOT_AN_OBJECT);
    rejects("nonsense", FF_NOT_AN_OBJECT);
    rejects("[{\"time\":5}]", FF_NOT_AN_OBJECT);
    rejects("{\"time\":5", FF_MALFORMED);
    rejects("{\"time\":5,", FF_MALFORMED);
    rejects("{\"time\":5,}", FF_MALFORMED);
    rejects("{\"time\":}", FF_MALFORMED);
    rejects("{\"time\"", FF_MALFORMED);
    rejects("{\"ti", FF_MALFORMED);
    rejects("{\"time\":5} x", FF_MALFORMED);
    rejects("{\"time\":\"2023", FF_MALFORMED);
    rejects("{\"time\":5,\"a\":[1,2}", FF_MALFORMED);
    rejects("{\"time\":5,\"a\":\"b\\", FF_MALFORMED);
}

static void scan_stays_inside_every_prefix(void **state)
{
    (void)state;
    const char whole[] = "{\"a\":[\"x\\\"\",{}],\"\\u0074ime\":1.5e3,\"id\":null}";
    for (size_t n = 0; n < sizeof(whole) - 1; n++) {
        char part[sizeof(whole)];
        memcpy(part, whole, n);
        part[n] = '\0';
        struct line_facts facts;
        assert_int_not_equal(scan(part, &facts), FF_OK);
    }
    accepts(whole, 1500 * FF_SECOND, false);
}

static void with_id(const char *text, const char *expected)
{
    struct line_facts facts;
    char out[512];
    struct ff_span line = ff_span_text(text);
    assert_int_equal(line_scan(line, &facts), FF_OK);
    assert_false(facts.has_id);
    size_t n = line_print(line, &facts.gap, "N", out);
    assert_true(n <= line.n + LINE_GROWTH);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(out, expected, n);
}

static void print_puts_the_id_first_or_in_the_place_of_a_null(void **state)
{
    (void)state;
    with_id("{\"time\":5}", "{\"id\":\"N\",\"time\":5}\n");
    with_id("{ \"time\":5}", "{\"id\":\"N\", \"time\":5}\n");
    with_id("{\"time\":5,\"id\": null }", "{\"time\":5,\"id\": \"N\" }\n");
    with_id("{\"id\":null,\"time\":5}", "{\"id\":\"N\",\"time\":5}\n");
}

static void an_id_depends_on_the_files_name_and_the_lines_number_and_text(void **state)
{
    (void)state;
    char id[LINE_ID_MAX], other[LINE_ID_MAX];
    struct ff_span base = FF_LITERAL("log"), line = FF_LITERAL("{\"time\":5}");
    line_make_id(base, line, 7, id);
    assert_memory_equal(id, "import:", 7);
    line_make_id(base, line, 7, other);
    assert_string_equal(id, other);
    line_make_id(base, line, 8, other);
    assert_string_not_equal(id, other);
    line_make_id(FF_LITERAL("log2"), line, 7, other);
    assert_string_not_equal(id, other);
    line_make_id(base, FF_LITERAL("{\"time\":6}"), 7, other);
    assert_string_not_equal(id, other);
    line_make_id(base, line, UINT32_MAX, other);
    assert_true(strlen(other) < LINE_ID_MAX);
}

static void next_gives_lines_without_their_ends(void **state)
{
    (void)state;
    struct ff_span rest = FF_LITERAL(" a \r\n\n\tb"), line;
    assert_true(line_next(&rest, &line));
    assert_true(ff_span_is(line, "a"));
    assert_true(line_next(&rest, &line));
    assert_int_equal(line.n, 0);
    assert_true(line_next(&rest, &line));
    assert_true(ff_span_is(line, "b"));
    assert_false(line_next(&rest, &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan_reads_the_time_in_each_of_its_forms),
        cmocka_unit_test(scan_sees_only_members_of_the_top_level),
        cmocka_unit_test(scan_refuses_a_line_without_a_readable_time),
        cmocka_unit_test(scan_refuses_what_is_no_object),
        cmocka_unit_test(scan_stays_inside_every_prefix),
        cmocka_unit_test(print_puts_the_id_first_or_in_the_place_of_a_null),
        cmocka_unit_test(an_id_depends_on_the_files_name_and_the_lines_number_and_text),
        cmocka_unit_test(next_gives_lines_without_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
