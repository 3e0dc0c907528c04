#include "redis_seen.h"

#include "segment.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void groups_say_which_epoch_a_record_is_of(void **state)
{
    struct redis_seen s = {0};
    (void)state;
    assert_true(redis_seen_epoch(&s, 1) == 0);
    redis_seen_group(&s, (struct redis_id){5, 10}, 6, 100);
    assert_true(redis_seen_epoch(&s, 6) == 5 && redis_seen_epoch(&s, 10) == 5);
    assert_true(redis_seen_epoch(&s, 5) == 0 && redis_seen_epoch(&s, 11) == 0);
    redis_seen_begin(&s, 8, 10);
    assert_true(redis_seen_epoch(&s, 10) == 8 && redis_seen_epoch(&s, 9) == 0);
    redis_seen_group(&s, (struct redis_id){8, 12}, 11, 50);
    assert_true(redis_seen_epoch(&s, 12) == 8 && s.bytes == 150);
    assert_true(redis_took_of(&s.took, 5) == 10 && redis_took_of(&s.took, 8) == 12);
}

static void what_is_read_again_counts_once(void **state)
{
    struct redis_seen s = {0};
    (void)state;
    redis_seen_group(&s, (struct redis_id){5, 10}, 6, 100);
    redis_seen_group(&s, (struct redis_id){5, 5}, 1, 100);
    redis_seen_group(&s, (struct redis_id){5, 10}, 6, 100);
    redis_seen_begin(&s, 5, 0);
    assert_true(s.bytes == 100 && s.first == 6 && s.last == 10);
}

static void entries_tell_what_they_took_over(void **state)
{
    unsigned char bytes[SEGMENT_GROUP_HEADER + SEGMENT_RECORD_HEADER];
    struct redis_seen s = {0};
    (void)state;
    segment_record_put(bytes + SEGMENT_GROUP_HEADER, 41, ff_span_of(NULL, 0));
    segment_group_put(bytes, &(struct segment_group){.first = 41, .durable = 40, .count = 1, .bytes = SEGMENT_RECORD_HEADER});
    const struct redis_entry begin = {.id = {9, 0}, .begins = true, .begin = 40},
                             group = {.id = {9, 41}, .took = {4, 77}, .group = {(const char *)bytes, sizeof bytes}};
    redis_seen_entry(&s, &begin);
    assert_true(redis_seen_epoch(&s, 40) == 9);
    redis_seen_entry(&s, &group);
    assert_true(redis_seen_epoch(&s, 41) == 9 && s.bytes == sizeof bytes);
    assert_true(redis_took_of(&s.took, 4) == 77 && redis_took_of(&s.took, 9) == 41);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_say_which_epoch_a_record_is_of),
        cmocka_unit_test(what_is_read_again_counts_once),
        cmocka_unit_test(entries_tell_what_they_took_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
