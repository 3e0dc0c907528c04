#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "recall.h"

#define WINDOW FF_DAY

struct thing {
    struct recall_entry entry;
    int own;
};

static struct hash128 key(uint64_t n)
{
    return (struct hash128){hash_mix(n + 1), hash_mix(~n)};
}

static void a_key_is_found_within_the_window_before_and_after_its_arrival(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    recall_put(&r, key(1), 10 * FF_DAY, 10 * FF_DAY);
    assert_non_null(recall_find(&r, key(1), 11 * FF_DAY));
    assert_null(recall_find(&r, key(1), 11 * FF_DAY + 1));
    assert_non_null(recall_find(&r, key(1), 9 * FF_DAY));
    assert_null(recall_find(&r, key(1), 9 * FF_DAY - 1));
    assert_null(recall_find(&r, key(2), 10 * FF_DAY));
    recall_fini(&r);
}

static void keys_that_share_half_their_bits_are_two(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    recall_put(&r, (struct hash128){1, 7}, 0, 0);
    assert_null(recall_find(&r, (struct hash128){2, 7}, 0));
    assert_null(recall_find(&r, (struct hash128){1, 8}, 0));
    recall_fini(&r);
}

/* A file imported twice: each of its occurrences of an id is known again. */
static void a_key_further_apart_than_the_window_is_remembered_besides(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    struct recall_entry *first = recall_put(&r, key(1), 0, 0);
    ((struct thing *)first)->own = 5;
    struct thing *t = (struct thing *)recall_put(&r, key(1), 3 * FF_DAY, 3 * FF_DAY);
    assert_int_equal(t->own, 0);
    assert_ptr_equal(recall_find(&r, key(1), 0), first);
    assert_ptr_equal(recall_find(&r, key(1), 3 * FF_DAY), t);
    assert_int_equal(r.table.used, 2);
    recall_fini(&r);
}

static void of_two_within_reach_the_first_is_found(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    struct recall_entry *first = recall_put(&r, key(1), 0, 0);
    recall_put(&r, key(1), WINDOW + 2, 0);
    assert_ptr_equal(recall_find(&r, key(1), WINDOW / 2 + 1), first);
    recall_forget(&r, first);
    assert_ptr_not_equal(recall_find(&r, key(1), WINDOW / 2 + 2), first);
    assert_non_null(recall_find(&r, key(1), WINDOW / 2 + 2));
    recall_fini(&r);
}

static void the_oldest_gives_way_and_is_counted(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 3, sizeof(struct thing), WINDOW));
    for (uint64_t i = 0; i < 5; i++)
        recall_put(&r, key(i), (ff_wall)i, (ff_wall)i);
    assert_int_equal(r.evicted, 2);
    assert_null(recall_find(&r, key(1), 0));
    for (uint64_t i = 2; i < 5; i++)
        assert_non_null(recall_find(&r, key(i), 0));
    recall_fini(&r);
}

static void places_left_by_forgotten_keys_are_no_evictions(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 3, sizeof(struct thing), WINDOW));
    for (ff_wall t = 0; t < 30; t++)
        recall_forget(&r, recall_put(&r, key(1), t, t));
    assert_int_equal(r.evicted, 0);
    assert_int_equal(r.table.used, 0);
    recall_fini(&r);
}

static void what_is_out_of_its_window_by_receipt_is_forgotten(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    recall_put(&r, key(1), 0, FF_DAY);
    recall_put(&r, key(2), 5, FF_DAY + 5);
    recall_put(&r, key(1), FF_DAY, FF_DAY + 9);
    recall_expire(&r, FF_DAY + 5 + WINDOW + RECALL_SLACK);
    assert_non_null(recall_find(&r, key(2), 5));
    recall_expire(&r, FF_DAY + 6 + WINDOW + RECALL_SLACK);
    assert_null(recall_find(&r, key(2), 5));
    assert_non_null(recall_find(&r, key(1), FF_DAY));
    recall_expire(&r, FF_DAY + 10 + WINDOW + RECALL_SLACK);
    assert_int_equal(r.length, 0);
    assert_int_equal(r.table.used, 0);
    assert_int_equal(r.evicted, 0);
    recall_fini(&r);
}

static void what_is_remembered_can_be_looked_through_in_its_order(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    recall_reserve(&r, 100);
    for (uint64_t i = 0; i < 6; i++) {
        recall_expect(&r, key(i));
        recall_put(&r, key(i), (ff_wall)i, (ff_wall)i);
    }
    recall_forget(&r, recall_find(&r, key(3), 3));
    assert_int_equal(r.length, 4);
    uint32_t place = recall_first(&r);
    for (uint32_t i = 0; i < 4; i++, place = recall_next(&r, place)) {
        assert_true(recall_at(&r, place)->key.lo == key(i + 2).lo);
        assert_true(recall_at(&r, place)->received == (i == 1 ? FF_NEVER : i + 2));
    }
    assert_int_equal(place, 0);
    recall_fini(&r);
}

static void of_nothing_there_is_no_first(void **state)
{
    (void)state;
    struct recall r;
    assert_true(recall_init(&r, 4, sizeof(struct thing), WINDOW));
    assert_int_equal(recall_first(&r), 0);
    recall_put(&r, key(1), 0, 0);
    assert_int_equal(recall_next(&r, recall_first(&r)), 0);
    recall_expire(&r, 10 * FF_DAY);
    assert_int_equal(recall_first(&r), 0);
    assert_int_equal(r.blocks.used, 0);
    recall_fini(&r);
}

/* Over many blocks, of which there are never more than what is remembered needs. */
static void what_is_held_is_what_is_remembered(void **state)
{
    (void)state;
    enum { CAP = 5 * RECALL_BLOCK + 3 };
    for (uint32_t keep = 1; keep <= CAP; keep += 131) {
        struct recall r;
        assert_true(recall_init(&r, CAP, sizeof(struct thing), WINDOW));
        for (ff_wall i = 0; i < 20 * CAP; i++) {
            ff_wall now = i * FF_SECOND;
            recall_expire(&r, now + WINDOW + RECALL_SLACK - (keep - 1) * FF_SECOND);
            struct thing *t = (struct thing *)recall_put(&r, key((uint64_t)i), now, now);
            assert_int_equal(t->own, 0);
            t->own = (int)i + 1;
            assert_int_equal(r.length, i < keep ? i + 1 : keep);
            assert_true(r.blocks.used <= (r.length + RECALL_BLOCK - 2) / RECALL_BLOCK + 1);
        }
        ff_wall i = 20 * CAP - keep;
        for (uint32_t place = recall_first(&r); place; place = recall_next(&r, place), i++) {
            assert_int_equal(((struct thing *)recall_at(&r, place))->own, i + 1);
            assert_ptr_equal(recall_find(&r, key((uint64_t)i), i * FF_SECOND), recall_at(&r, place));
        }
        assert_int_equal(i, 20 * CAP);
        assert_int_equal(r.evicted, 0);
        recall_fini(&r);
    }
}

static void any_entry_of_any_block_can_be_forgotten(void **state)
{
    (void)state;
    enum { CAP = 3 * RECALL_BLOCK };
    struct recall r;
    assert_true(recall_init(&r, CAP, sizeof(struct thing), WINDOW));
    for (uint64_t i = 0; i < CAP + 77; i++)
        recall_put(&r, key(i), 0, 0);
    for (uint64_t i = 77; i < CAP + 77; i += 5)
        recall_forget(&r, recall_find(&r, key(i), 0));
    for (uint64_t i = 77; i < CAP + 77; i++)
        assert_true((recall_find(&r, key(i), 0) != NULL) == ((i - 77) % 5 > 0));
    recall_expire(&r, 10 * FF_DAY);
    assert_int_equal(r.table.used, 0);
    assert_int_equal(r.blocks.used, 0);
    recall_fini(&r);
}

/* Against a plain array of what was put last under each of a few keys. */
static void it_remembers_what_an_array_remembers(void **state)
{
    (void)state;
    enum { KEYS = 40, CAP = 16 };
    struct recall r;
    struct { bool there; ff_wall at; int own; } model[KEYS] = {{0}};
    uint64_t seed = 77;
    assert_true(recall_init(&r, CAP, sizeof(struct thing), WINDOW));
    for (int i = 0; i < 20000; i++) {
        seed = hash_mix(seed + (uint64_t)i);
        unsigned k = (unsigned)(seed % KEYS);
        ff_wall now = (ff_wall)i * FF_HOUR / 4;
        recall_expire(&r, now);
        for (unsigned m = 0; m < KEYS; m++)
            if (model[m].there && model[m].at < now - WINDOW - RECALL_SLACK)
                model[m].there = false;
        struct thing *found = (struct thing *)recall_find(&r, key(k), now);
        bool there = model[k].there && now - model[k].at <= WINDOW;
        if (found) {
            assert_true(there);
            assert_int_equal(found->own, model[k].own);
        }
        if (there && !found) /* it can only have given way: CAP later entries have come since */
            assert_true(now - model[k].at >= CAP * FF_HOUR / 4);
        if (found || seed >> 32 & 1)
            continue;
        found = (struct thing *)recall_put(&r, key(k), now, now);
        assert_int_equal(found->own, 0);
        found->own = i + 1;
        model[k].there = true;
        model[k].at = now;
        model[k].own = i + 1;
        assert_true(r.table.used <= CAP && r.length <= CAP);
    }
    assert_true(r.evicted > 0);
    recall_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_found_within_the_window_before_and_after_its_arrival),
        cmocka_unit_test(keys_that_share_half_their_bits_are_two),
        cmocka_unit_test(a_key_further_apart_than_the_window_is_remembered_besides),
        cmocka_unit_test(of_two_within_reach_the_first_is_found),
        cmocka_unit_test(the_oldest_gives_way_and_is_counted),
        cmocka_unit_test(places_left_by_forgotten_keys_are_no_evictions),
        cmocka_unit_test(what_is_out_of_its_window_by_receipt_is_forgotten),
        cmocka_unit_test(what_is_remembered_can_be_looked_through_in_its_order),
        cmocka_unit_test(of_nothing_there_is_no_first),
        cmocka_unit_test(what_is_held_is_what_is_remembered),
        cmocka_unit_test(any_entry_of_any_block_can_be_forgotten),
        cmocka_unit_test(it_remembers_what_an_array_remembers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
