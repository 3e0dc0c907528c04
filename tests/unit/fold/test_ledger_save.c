#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "hash.h"
#include "ledger.h"
#include "tape.h"

#define TODAY 20000

static void open_at(struct ledger *l, int32_t back, int32_t today)
{
    assert_true(ledger_init(l, back, 20));
    ledger_roll(l, today);
}

static void fill(struct ledger *l)
{
    for (int32_t i = 0; i < 200; i += 3) {
        ledger_add(l, LEDGER_NEW, TODAY - i, i);
        ledger_add(l, LEDGER_LOST, TODAY - i, -1);
        for (uint64_t k = 0; k < (uint64_t)i; k++)
            ledger_mark(l, LEDGER_BUYERS, TODAY - i, hash_mix(k + 1), 1);
        ledger_cohort(l, ledger_month(TODAY - i), ledger_month(TODAY), 2);
    }
    for (uint64_t k = 0; k < 3000; k++) /* more than are kept exactly */
        ledger_mark(l, LEDGER_SECONDS, TODAY - 1, hash_mix(k + 1), 1);
}

static struct tape saved(const struct ledger *l)
{
    struct tape t;
    ledger_save(l, tape_write(&t));
    tape_written(&t);
    return t;
}

static bool load(struct tape *t, struct ledger *l)
{
    ledger_load(l, tape_read(t));
    return image_in_end(&t->in);
}

static void what_was_saved_is_there_again(void **state)
{
    (void)state;
    struct ledger l, again;
    open_at(&l, 100, TODAY);
    fill(&l);
    struct tape t = saved(&l);
    open_at(&again, 100, TODAY);
    assert_true(load(&t, &again));
    struct tape u = saved(&again);
    assert_true(tape_equal(&t, &u));
    assert_true(load(&t, NULL)); /* of a site that is no more */
    tape_free(&t);
    tape_free(&u);
    ledger_fini(&l);
    ledger_fini(&again);
}

static void what_holds_nothing_is_next_to_nothing(void **state)
{
    (void)state;
    struct ledger l, again;
    open_at(&l, 100, TODAY);
    struct tape t = saved(&l);
    assert_int_equal(t.n, 1);
    open_at(&again, 100, TODAY);
    assert_true(load(&t, &again));
    assert_int_equal(ledger_before(&again, LEDGER_NEW, TODAY), 0);
    tape_free(&t);
    ledger_fini(&l);
    ledger_fini(&again);
}

/* Days that the new ring has and the old one had not are in the sum: nothing is asked of them. */
static void rings_of_other_lengths_hold_what_they_can(void **state)
{
    (void)state;
    struct ledger l;
    open_at(&l, 100, TODAY);
    fill(&l);
    struct tape t = saved(&l);
    static const int32_t backs[] = {10, 99, 101, 500};
    for (size_t i = 0; i < sizeof backs / sizeof *backs; i++) {
        struct ledger other;
        open_at(&other, backs[i], TODAY);
        assert_true(load(&t, &other));
        assert_int_equal(other.start, backs[i] < 100 ? TODAY - backs[i] : TODAY - 100);
        for (int32_t day = TODAY - 5; day < TODAY + 2; day++)
            assert_int_equal(ledger_before(&other, LEDGER_NEW, day), ledger_before(&l, LEDGER_NEW, day));
        ledger_fini(&other);
    }
    tape_free(&t);
    ledger_fini(&l);
}

static void what_is_cut_short_or_spoiled_is_none_or_some_ledger(void **state)
{
    (void)state;
    struct ledger l;
    open_at(&l, 100, TODAY);
    fill(&l);
    struct tape t = saved(&l);
    for (size_t n = 0; n < t.n; n += 1 + n / 40) {
        struct tape cut = t;
        struct ledger other;
        cut.n = n;
        open_at(&other, 100, TODAY);
        assert_false(load(&cut, &other));
        ledger_fini(&other);
    }
    for (uint64_t i = 1; i < 3000; i++) {
        size_t at = hash_mix(i) % (i % 2 ? 200 : t.n);
        char was = t.p[at];
        struct ledger other;
        t.p[at] = (char)(was ^ (char)(1 + hash_mix(i + 9999) % 255));
        open_at(&other, 100, TODAY);
        load(&t, &other);
        ledger_before(&other, LEDGER_NEW, TODAY);
        ledger_roll(&other, TODAY + 50);
        ledger_fini(&other);
        t.p[at] = was;
    }
    tape_free(&t);
    ledger_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_is_there_again),
        cmocka_unit_test(what_holds_nothing_is_next_to_nothing),
        cmocka_unit_test(rings_of_other_lengths_hold_what_they_can),
        cmocka_unit_test(what_is_cut_short_or_spoiled_is_none_or_some_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
