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
    const char *named; /* what a sentence about a store that is not there must name; NULL: its path */
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

/* A state that checkpoints hold: what was folded of all records up to last. */
struct suite_state {
    uint64_t last;
    uint64_t hash;
};

/* ff_replay_fn that folds the next record into *(struct suite_state *)ctx; asserts what suite_expect does. */
enum ff_status suite_fold(void *ctx, uint64_t seq, struct ff_span body);

/* Asserts that the state is that of the records 1 to last. */
void suite_state_check(const struct suite_state *state);
struct suite_state suite_state_now(const struct suite *s);

/* Puts the state, as a few blocks, into the checkpoint that was begun. */
enum ff_status suite_put(const struct ff_store_ops *ops, struct ff_store *store, const struct suite_state *state);

/* Writes the state as a checkpoint to an open store; after a failure it is aborted. */
enum ff_status suite_save(const struct ff_store_ops *ops, struct ff_store *store, const struct suite_state *state);

/* Reads the newest checkpoint at or below most, and checks it; what checkpoint_open gave. */
enum ff_status suite_load(const struct ff_store_ops *ops, struct ff_store *store, uint64_t most,
                          struct suite_state *state, char *why, size_t size);

/* The newest state that can be read, passing over what cannot; all zero when there is none. Fails when it
 * is not known which there are or whether any is sound. */
enum ff_status suite_load_good(const struct ff_store_ops *ops, struct ff_store *store,
                               struct suite_state *state, char *why, size_t size);

/* What a child of the owner does: opens beside, loads, replays up to the record and saves. */
enum ff_status suite_checkpoint_beside(const struct suite *s, uint64_t upto);

/* Opens, loads the newest good checkpoint (*seq, 0 for none) and replays the rest; asserts what suite_open
 * does. After a failure nothing is open, and why tells it. */
enum ff_status suite_try(struct suite *s, uint64_t *seq, char *why, size_t size);

/* The same, which must work. Gives the checkpoint's seq. */
uint64_t suite_restore(struct suite *s);

/* Waits until all that was appended is settled; every verb must work. */
void suite_settle(struct suite *s);

/* An ff_erase_fn: every third record up to *(uint64_t *)upto. */
bool suite_gone(void *upto, uint64_t seq, struct ff_span body);

/* Waits until all that was appended is sealed; gives its seq. */
uint64_t suite_seal(struct suite *s);

/* What a child of the owner does: opens beside, and erases what suite_gone names up to behind. */
enum ff_status suite_erase_beside(const struct suite *s, uint64_t behind, uint64_t sealed, uint64_t *erased, char *why,
                                  size_t size);

/* Replays all to see how many records up to upto are erased; asserts that only such are that suite_gone
 * names, and that the rest is as it was appended. */
struct suite_erased {
    uint64_t upto, seq, gone;
};
uint64_t suite_erased(const struct suite *s, uint64_t upto);

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
void suite_settles_what_was_written(void **state);
void suite_replays_up_to_a_record(void **state);
void suite_refuses_to_replay_up_to_beyond_the_end(void **state);
void suite_is_read_beside_its_owner(void **state);
void suite_beside_nothing_is_refused(void **state);
void suite_gives_back_the_blocks_of_a_checkpoint(void **state);
void suite_a_checkpoint_counts_once_it_is_committed(void **state);
void suite_gives_the_newest_checkpoint_up_to_the_asked(void **state);
void suite_refuses_what_is_no_checkpoint(void **state);
void suite_a_checkpoint_of_the_same_record_replaces(void **state);
void suite_restores_from_a_checkpoint_at_the_very_end(void **state);
void suite_restores_from_a_checkpoint_and_a_tail(void **state);
void suite_trims_nothing_with_fewer_than_two_checkpoints(void **state);
void suite_trims_up_to_the_older_of_two_checkpoints(void **state);
void suite_keeps_of_the_journal_what_is_to_be_kept(void **state);
void suite_a_trimmed_journal_is_not_replayed_from_its_start(void **state);
void suite_seals_what_is_settled(void **state);
void suite_erases_bodies_and_keeps_numbers(void **state);
void suite_erases_only_behind_a_checkpoint(void **state);
void suite_begins_behind_records_that_are_elsewhere(void **state);
void suite_grafts_nothing_onto_what_was_written_to(void **state);
void suite_a_store_that_is_well_says_so(void **state);

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
        cmocka_unit_test_setup_teardown(suite_keeps_large_and_empty_records, setup, teardown),   \
        SUITE_CHECKPOINT_TESTS(setup, teardown)

#define SUITE_CHECKPOINT_TESTS(setup, teardown)                                                  \
    cmocka_unit_test_setup_teardown(suite_begins_behind_records_that_are_elsewhere, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_grafts_nothing_onto_what_was_written_to, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_a_store_that_is_well_says_so, setup, teardown),    \
        cmocka_unit_test_setup_teardown(suite_seals_what_is_settled, setup, teardown),               \
        cmocka_unit_test_setup_teardown(suite_erases_bodies_and_keeps_numbers, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_erases_only_behind_a_checkpoint, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_settles_what_was_written, setup, teardown),        \
        cmocka_unit_test_setup_teardown(suite_replays_up_to_a_record, setup, teardown),          \
        cmocka_unit_test_setup_teardown(suite_refuses_to_replay_up_to_beyond_the_end, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_is_read_beside_its_owner, setup, teardown),        \
        cmocka_unit_test_setup_teardown(suite_beside_nothing_is_refused, setup, teardown),       \
        cmocka_unit_test_setup_teardown(suite_gives_back_the_blocks_of_a_checkpoint, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_a_checkpoint_counts_once_it_is_committed, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_gives_the_newest_checkpoint_up_to_the_asked, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_refuses_what_is_no_checkpoint, setup, teardown),   \
        cmocka_unit_test_setup_teardown(suite_a_checkpoint_of_the_same_record_replaces, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_restores_from_a_checkpoint_at_the_very_end, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_restores_from_a_checkpoint_and_a_tail, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_trims_nothing_with_fewer_than_two_checkpoints, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_trims_up_to_the_older_of_two_checkpoints, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_keeps_of_the_journal_what_is_to_be_kept, setup, teardown), \
        cmocka_unit_test_setup_teardown(suite_a_trimmed_journal_is_not_replayed_from_its_start, setup, teardown)

#endif
