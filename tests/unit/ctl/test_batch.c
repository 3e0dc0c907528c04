#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "batch.h"

/* Three lines of one file, the second with an id of its own. */
static const char text[] = "{\"time\":1}\n{\"id\":\"a\",\"time\":2}\n{\"time\":3}\n";
static const struct index_ref refs[] = {
    {1, 0, 0, 1, 10},
    {2, 11, 0, 2, 19},
    {3, 31, 0, 3, 10},
};

static struct input input_of_text(void)
{
    return (struct input){"dir/log", FF_LITERAL("log"), FF_LITERAL(text), 0, false};
}

static void fill(struct batch *b, size_t from, size_t events, size_t bytes)
{
    struct input in = input_of_text();
    struct batch_limits limits = {events, bytes};
    assert_true(batch_fill(b, &in, refs + from, 3 - from, &limits));
}

static void fill_sends_a_line_with_an_id_as_it_is(void **state)
{
    (void)state;
    struct batch b = {NULL, 0, 0, 0};
    fill(&b, 1, 1, 1000);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.length, 20);
    assert_memory_equal(b.body, "{\"id\":\"a\",\"time\":2}\n", 20);
    batch_fini(&b);
}

static void fill_gives_the_other_lines_an_id(void **state)
{
    (void)state;
    struct batch b = {NULL, 0, 0, 0};
    fill(&b, 0, 1000, 1000);
    assert_int_equal(b.count, 3);
    assert_memory_equal(b.body, "{\"id\":\"import:", 14);
    assert_int_equal(b.body[b.length - 1], '\n');
    assert_memory_equal(b.body + b.length - 11, ",\"time\":3}\n", 11);
    batch_fini(&b);
}

static void fill_stops_at_either_limit(void **state)
{
    (void)state;
    struct batch b = {NULL, 0, 0, 0};
    fill(&b, 0, 2, 1000);
    assert_int_equal(b.count, 2);
    fill(&b, 0, 1000, 120);
    assert_int_equal(b.count, 1);
    assert_true(b.length <= 120);
    batch_fini(&b);
}

static void fill_takes_a_line_beyond_the_limit_alone(void **state)
{
    (void)state;
    struct batch b = {NULL, 0, 0, 0};
    fill(&b, 0, 1000, 1);
    assert_int_equal(b.count, 1);
    batch_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fill_sends_a_line_with_an_id_as_it_is),
        cmocka_unit_test(fill_gives_the_other_lines_an_id),
        cmocka_unit_test(fill_stops_at_either_limit),
        cmocka_unit_test(fill_takes_a_line_beyond_the_limit_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
