#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pending.h"
#include "segment.h"

#include <stdlib.h>

#define MAX ((size_t)8 << 20)

static struct pending queue;

static int setup(void **state)
{
    (void)state;
    pending_init(&queue, MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pending_fini(&queue);
    return 0;
}

static void add(uint64_t first, unsigned n)
{
    while (n--)
        assert_int_equal(pending_add(&queue, first++, FF_LITERAL("body")), FF_OK);
}

static void written_all(void)
{
    while (queue.unwritten)
        pending_wrote(&queue);
}

static void records_gather_in_one_group_as_a_segment_wants_it(void **state)
{
    (void)state;
    add(5, 3);
    struct pending_group *g = queue.unwritten;
    assert_non_null(g);
    assert_null(g->next);
    assert_true(g->first == 5 && g->count == 3 && pending_last(g) == 7);
    struct segment_group header = {.first = 5, .count = 3, .bytes = (uint32_t)(g->used - SEGMENT_GROUP_HEADER)};
    assert_true(segment_group_sound(&header, g->bytes + SEGMENT_GROUP_HEADER));
}

static void a_written_group_takes_no_more(void **state)
{
    (void)state;
    add(1, 2);
    written_all();
    assert_null(queue.unwritten);
    add(3, 2);
    assert_true(queue.unwritten->first == 3);
    assert_true(queue.head->first == 1 && queue.head->count == 2);
}

static void a_rewound_group_is_not_written_again_in_part(void **state)
{
    (void)state;
    add(1, 2);
    written_all();
    add(3, 1);
    pending_rewind(&queue);
    assert_true(queue.unwritten == queue.head);
    add(4, 1);
    assert_int_equal(queue.head->count, 2);
    assert_int_equal(queue.tail->count, 2);
}

static void what_is_durable_is_let_go(void **state)
{
    (void)state;
    for (uint64_t first = 1; first < 100; first += 3) {
        add(first, 3);
        written_all();
    }
    pending_release(&queue, 0);
    assert_true(queue.head->first == 1);
    pending_release(&queue, 6);
    assert_true(queue.head->first == 7);
    pending_release(&queue, 98);
    assert_true(queue.head->first == 97);
    pending_release(&queue, 99);
    assert_null(queue.head);
    assert_int_equal(queue.bytes, 0);
    add(100, 1);
    assert_true(queue.head == queue.tail && queue.head->first == 100);
}

static void the_ceiling_holds_and_nothing_is_added_at_it(void **state)
{
    (void)state;
    static char body[1 << 20];
    uint64_t seq = 1;
    while (pending_add(&queue, seq, ff_span_of(body, sizeof body)) == FF_OK)
        seq++;
    assert_int_equal(seq, 8);
    assert_true(queue.bytes <= MAX);
    assert_true(pending_last(queue.tail) == 7);
    written_all();
    pending_release(&queue, 1);
    assert_int_equal(pending_add(&queue, 8, ff_span_of(body, sizeof body)), FF_OK);
}

static void a_record_longer_than_a_segment_takes_is_refused(void **state)
{
    (void)state;
    pending_fini(&queue);
    pending_init(&queue, (size_t)256 << 20);
    char *body = calloc(1, SEGMENT_MAX_BODY + 1);
    assert_int_equal(pending_add(&queue, 1, ff_span_of(body, SEGMENT_MAX_BODY + 1)), FF_NO_MEMORY);
    assert_int_equal(pending_add(&queue, 1, ff_span_of(body, SEGMENT_MAX_BODY)), FF_OK);
    free(body);
}

static void a_large_group_is_followed_by_another(void **state)
{
    (void)state;
    static char body[700000];
    assert_int_equal(pending_add(&queue, 1, ff_span_of(body, sizeof body)), FF_OK);
    assert_int_equal(pending_add(&queue, 2, ff_span_of(body, sizeof body)), FF_OK);
    assert_int_equal(queue.head->count, 1);
    assert_true(queue.head->next == queue.tail && queue.tail->first == 2);
}

static void a_closed_group_is_followed_by_another(void **state)
{
    (void)state;
    pending_close(&queue);
    add(1, 2);
    pending_close(&queue);
    add(3, 1);
    assert_true(queue.head->count == 2 && queue.head->next == queue.tail && queue.tail->first == 3);
    add(4, 1);
    assert_int_equal(queue.tail->count, 2);
    written_all();
    pending_release(&queue, 4);
    add(5, 2); /* a group that was closed before is open when it is used again */
    assert_true(queue.head == queue.tail && queue.head->count == 2);
}

static void a_whole_group_ends_where_it_is_told_to_however_large_it_is(void **state)
{
    (void)state;
    static char body[700000];
    add(1, 1);
    pending_whole(&queue);
    for (uint64_t seq = 2; seq <= 5; seq++)
        assert_int_equal(pending_add(&queue, seq, ff_span_of(body, sizeof body)), FF_OK);
    assert_true(queue.head->count == 1 && queue.head->next == queue.tail && queue.tail->count == 4);
    pending_close(&queue);
    assert_int_equal(pending_add(&queue, 6, ff_span_of(body, sizeof body)), FF_OK);
    assert_int_equal(pending_add(&queue, 7, ff_span_of(body, sizeof body)), FF_OK);
    assert_true(queue.tail->first == 7 && queue.tail->count == 1);
    pending_whole(&queue);
    pending_close(&queue); /* nothing was added to that one */
    assert_int_equal(pending_add(&queue, 8, ff_span_of(body, sizeof body)), FF_OK);
    assert_int_equal(pending_add(&queue, 9, ff_span_of(body, sizeof body)), FF_OK);
    assert_true(queue.tail->first == 9);
}

/* What the queue says of its bytes is what its groups take. */
static void bytes_add_up(void)
{
    size_t all = 0, written = 0, spent = 0;
    bool waits = false;
    for (const struct pending_group *g = queue.head; g; g = g->next) {
        waits |= g == queue.unwritten;
        all += g->room;
        written += waits ? 0 : g->room;
    }
    for (const struct pending_group *g = queue.spent; g; g = g->next)
        spent += g->room;
    assert_true(queue.bytes == all && queue.written_bytes == written && queue.spent_bytes == spent);
}

/* Groups of one record. */
static void add_written(uint64_t first, unsigned n)
{
    for (; n--; first++) {
        add(first, 1);
        written_all();
    }
}

static void what_was_marked_goes_as_a_whole_and_more_stays(void **state)
{
    (void)state;
    add_written(1, 10);
    pending_mark(&queue);
    add_written(11, 5);
    add(16, 1);
    pending_release(&queue, 10);
    assert_int_equal(queue.head->first, 11);
    bytes_add_up();
    pending_release(&queue, 12);
    assert_int_equal(queue.head->first, 13);
    bytes_add_up();
    written_all();
    pending_release(&queue, 16);
    assert_true(!queue.head && !queue.tail && !queue.unwritten);
    bytes_add_up();
}

static void a_mark_of_which_a_part_has_gone_still_holds(void **state)
{
    (void)state;
    add_written(1, 6);
    pending_mark(&queue);
    add_written(7, 2);
    pending_release(&queue, 4);
    bytes_add_up();
    pending_release(&queue, 6);
    assert_int_equal(queue.head->first, 7);
    bytes_add_up();
    add_written(9, 1);
    pending_mark(&queue);
    pending_release(&queue, 9);
    assert_null(queue.head);
    bytes_add_up();
    add_written(10, 2);
    pending_release(&queue, 11);
    bytes_add_up();
}

static void a_mark_does_not_outlive_a_rewind(void **state)
{
    (void)state;
    add_written(1, 4);
    pending_mark(&queue);
    pending_rewind(&queue);
    bytes_add_up();
    pending_wrote(&queue);
    pending_wrote(&queue);
    pending_release(&queue, 2);
    assert_true(queue.head->first == 3 && queue.head == queue.unwritten);
    bytes_add_up();
}

static void spent_groups_are_used_again_and_what_is_too_much_goes(void **state)
{
    (void)state;
    static char body[30000];
    add_written(1, 2);
    pending_release(&queue, 2);
    const struct pending_group *next = queue.spent;
    add(3, 1);
    assert_ptr_equal(queue.head, next);
    pending_fini(&queue);
    pending_init(&queue, 4 * MAX);
    for (uint64_t seq = 1; seq <= 900; seq++) {
        assert_int_equal(pending_add(&queue, seq, ff_span_of(body, sizeof body)), FF_OK);
        written_all();
    }
    pending_release(&queue, 900);
    assert_true(queue.spent_bytes > 2 * MAX);
    add_written(901, 300);
    assert_true(queue.spent_bytes <= MAX);
    bytes_add_up();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_gather_in_one_group_as_a_segment_wants_it),
        CASE(a_written_group_takes_no_more),
        CASE(a_rewound_group_is_not_written_again_in_part),
        CASE(what_is_durable_is_let_go),
        CASE(the_ceiling_holds_and_nothing_is_added_at_it),
        CASE(a_record_longer_than_a_segment_takes_is_refused),
        CASE(what_was_marked_goes_as_a_whole_and_more_stays),
        CASE(a_mark_of_which_a_part_has_gone_still_holds),
        CASE(a_mark_does_not_outlive_a_rewind),
        CASE(spent_groups_are_used_again_and_what_is_too_much_goes),
        CASE(a_closed_group_is_followed_by_another),
        CASE(a_whole_group_ends_where_it_is_told_to_however_large_it_is),
        CASE(a_large_group_is_followed_by_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
