/* Store suite: what every implementation of footfall/store.h must do, as cases that a cmocka program
 * runs against the one it names. */
#ifndef FOOTFALL_STORE_SUITE_H
#define FOOTFALL_STORE_SUITE_H

#include "footfall/store.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* A store under test and what is expected to be in it. The body of record seq is a function of seq. */
struct suite {
    const struct ff_store_ops *ops;
    struct ff_store_options options; /* path is that of a store that does not exist yet */
    struct ff_store *store;
    uint64_t last;    /* appended */
    uint64_t durable; /* told by poll */
};

/* Opens and replays, expecting every record up to .durable at least, each as it was appended, and
 * none that never was. */
void suite_open(struct suite *s);

/* Appends n more records. */
void suite_append(struct suite *s, unsigned n);

/* Flushes and waits until all is durable; every verb must work. */
void suite_flush(struct suite *s);

void suite_close(struct suite *s);

/* Waits for news (poll(2) on news_fd, at once where it is -1) and takes it. */
enum ff_status suite_news(struct suite *s);

/* The body of record seq: 0 to some 300 bytes, into out (512 bytes). */
struct ff_span suite_body(uint64_t seq, char *out);

/* ff_replay_fn that counts in *(uint64_t *)ctx and asserts order, bodies and that nothing is missing. */
enum ff_status suite_expect(void *ctx, uint64_t seq, struct ff_span body);

/* The cases; their state is a fresh struct suite for each. */
void suite_replays_what_was_appended(void **state);
void suite_starts_empty(void **state);
void suite_replays_from_a_later_record(void **state);
void suite_refuses_to_replay_from_beyond_the_end(void **state);
void suite_gives_what_the_replay_function_gave(void **state);
void suite_numbers_go_on_after_reopening(void **state);
void suite_a_second_open_is_refused(void **state);
void suite_closing_flushes(void **state);
void suite_values_are_put_got_and_removed(void **state);
void suite_values_live_through_reopening(void **state);
void suite_names_of_values_are_checked(void **state);
void suite_a_flush_of_nothing_is_nothing(void **state);
void suite_keeps_large_and_empty_records(void **state);

#define SUITE_TESTS(setup, teardown)                                                             \
    cmocka_unit_test_setup_teardown(suite_replays_what_was_appended, setup, teardown),           \
        cmocka_unit_test_setup_teardown(suite_starts_empty, setup, teardown),                    \
        cmocka_unit_test_setup_teardown(suite_replays_from_a_later_record, setup, teardown),     \
        cmocka_unit_test_setup_teardown(suite_refuses_to_replay_from_beyond_the_end, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_gives_what_the_replay_function_gave, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_numbers_go_on_after_reopening, setup, teardown),   \
        cmocka_unit_test_setup_teardown(suite_a_second_open_is_refused, setup, teardown),        \
        cmocka_unit_test_setup_teardown(suite_closing_flushes, setup, teardown),                 \
        cmocka_unit_test_setup_teardown(suite_values_are_put_got_and_removed, setup, teardown),  \
        cmocka_unit_test_setup_teardown(suite_values_live_through_reopening, setup, teardown),   \
        cmocka_unit_test_setup_teardown(suite_names_of_values_are_checked, setup, teardown),     \
        cmocka_unit_test_setup_teardown(suite_a_flush_of_nothing_is_nothing, setup, teardown),   \
        cmocka_unit_test_setup_teardown(suite_keeps_large_and_empty_records, setup, teardown)

#endif
