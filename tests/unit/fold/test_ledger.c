#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "hash.h"
#include "ledger.h"
#include "tape.h"

#define TODAY 20000

static void open_at(struct ledger *l, int32_t today)
{
    assert_true(ledger_init(l, 100, 20));
    ledger_roll(l, today);
}

static int64_t marks(const struct ledger *l, enum ledger_set set, int32_t from, int32_t to)
{
    struct distinct d = {0};
    bool exact;
    ledger_gather(l, set, from, to, &d);
    int64_t n = (int64_t)distinct_count(&d, &exact);
    distinct_reset(&d);
    return n;
}

static void months_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        int32_t day, month;
    } known[] = {{0, 0}, {30, 0}, {31, 1}, {58, 1}, {59, 2}, {364, 11}, {365, 12}, {-1, -1},
                 {19782, 649}, {19783, 650} /* 29 February and 1 March 2024 */, {47481, 1559}, {47482, 1560}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(ledger_month(known[i].day), known[i].month);
    int32_t changes = 0;
    for (int32_t day = 1; day <= 146097; day++) {
        int32_t step = ledger_month(day) - ledger_month(day - 1);
        assert_true(step == 0 || step == 1);
        changes += step;
    }
    assert_int_equal(changes, 4800); /* months of 400 years */
}

static void windows_are_sums_of_days(void **state)
{
    (void)state;
    struct ledger l;
    open_at(&l, TODAY);
    for (int32_t day = TODAY - 130; day <= TODAY + 20; day++)
        ledger_add(&l, LEDGER_NEW, day, day - TODAY + 200);
    assert_int_equal(ledger_sum(&l, LEDGER_NEW, TODAY - 3, TODAY), 197 + 198 + 199);
    assert_int_equal(ledger_sum(&l, LEDGER_NEW, TODAY, TODAY - 3), 0);
    assert_int_equal(ledger_sum(&l, LEDGER_LOST, TODAY - 3, TODAY), 0);
    int64_t before = 0;
    for (int32_t day = TODAY - 130; day < TODAY - 90; day++)
        before += day - TODAY + 200;
    assert_int_equal(ledger_before(&l, LEDGER_NEW, TODAY - 90), before);
    ledger_add(&l, LEDGER_NEW, TODAY - 90, -110);
    assert_int_equal(ledger_sum(&l, LEDGER_NEW, TODAY - 90, TODAY - 89), 0);
    ledger_fini(&l);
}

/* Whenever the ring moves on, what is known of the days that it still holds stays, and so does the sum. */
static void it_makes_no_difference_when_days_leave_the_ring(void **state)
{
    (void)state;
    for (int32_t jump = 1; jump < 400; jump += 13) {
        struct ledger rolled, late;
        open_at(&rolled, TODAY);
        open_at(&late, TODAY + jump);
        for (int32_t day = TODAY - 120; day <= TODAY + 20; day++) {
            ledger_add(&rolled, LEDGER_LOST, day, 3);
            ledger_add(&late, LEDGER_LOST, day, 3);
            ledger_mark(&rolled, LEDGER_BUYERS, day, hash_mix((uint64_t)day), 1);
            ledger_mark(&late, LEDGER_BUYERS, day, hash_mix((uint64_t)day), 1);
            ledger_cohort(&rolled, ledger_month(TODAY - 120), ledger_month(day), 1);
            ledger_cohort(&late, ledger_month(TODAY - 120), ledger_month(day), 1);
            ledger_cohort(&rolled, ledger_month(day), ledger_month(day), 1);
            ledger_cohort(&late, ledger_month(day), ledger_month(day), 1);
        }
        for (int32_t today = TODAY; today <= TODAY + jump; today += 1 + jump / 3)
            ledger_roll(&rolled, today);
        ledger_roll(&rolled, TODAY + jump);
        ledger_roll(&rolled, TODAY); /* never back */
        struct tape a, b;
        ledger_save(&rolled, tape_write(&a));
        tape_written(&a);
        ledger_save(&late, tape_write(&b));
        tape_written(&b);
        assert_true(tape_equal(&a, &b));
        assert_int_equal(ledger_before(&rolled, LEDGER_LOST, TODAY + 21), 3 * 141);
        tape_free(&a);
        tape_free(&b);
        ledger_fini(&rolled);
        ledger_fini(&late);
    }
}

static void marks_count_once_and_can_be_taken_out(void **state)
{
    (void)state;
    struct ledger l;
    open_at(&l, TODAY);
    for (uint64_t i = 0; i < 100; i++)
        ledger_mark(&l, LEDGER_FIRST, TODAY - (int32_t)(i % 5), hash_mix(i / 2 + 1), 1);
    assert_int_equal(marks(&l, LEDGER_FIRST, TODAY - 10, TODAY + 1), 50);
    for (uint64_t i = 0; i < 100; i += 5)
        ledger_mark(&l, LEDGER_FIRST, TODAY, hash_mix(i / 2 + 1), -1);
    assert_int_equal(marks(&l, LEDGER_FIRST, TODAY, TODAY + 1), 0);
    assert_int_equal(marks(&l, LEDGER_BUYERS, TODAY - 10, TODAY + 1), 0);
    ledger_mark(&l, LEDGER_FIRST, TODAY - 101, 7, 1); /* before the ring */
    ledger_mark(&l, LEDGER_FIRST, TODAY + 21, 7, 1);  /* after it */
    assert_int_equal(marks(&l, LEDGER_FIRST, INT32_MIN, TODAY - 4), 0);
    assert_int_equal(marks(&l, LEDGER_FIRST, TODAY, INT32_MAX), 0);
    ledger_fini(&l);
}

static void cohorts_from_before_the_ring_are_left_out(void **state)
{
    (void)state;
    struct ledger l;
    open_at(&l, TODAY);
    int32_t first = ledger_first_month(&l);
    ledger_cohort(&l, first - 1, first - 1, 1);
    ledger_cohort(&l, first - 1, first, 1);
    ledger_cohort(&l, first, first + 2, 1);
    ledger_cohort(&l, first, first + 2, 1);
    assert_int_equal(ledger_cohort_of(&l, first - 1, first), 0);
    assert_int_equal(ledger_cohort_of(&l, first, first + 2), 2);
    assert_int_equal(ledger_cohort_of(&l, first, first + 1), 0);
    ledger_fini(&l);
}

/* What is cached by it (fold_customers_stamp) is read anew. */
static void whatever_is_added_or_taken_back_is_a_change(void **state)
{
    (void)state;
    struct ledger l;
    open_at(&l, TODAY);
    uint64_t changes = l.changes;
    ledger_add(&l, LEDGER_NEW, TODAY, 1);
    assert_true(l.changes > changes);
    changes = l.changes;
    ledger_add(&l, LEDGER_NEW, TODAY - 200, -1); /* before the ring: no mark goes with it */
    assert_true(l.changes > changes);
    changes = l.changes;
    ledger_mark(&l, LEDGER_BUYERS, TODAY, 7, 1);
    assert_true(l.changes > changes);
    changes = l.changes;
    ledger_mark(&l, LEDGER_BUYERS, TODAY, 7, -1);
    assert_true(l.changes > changes);
    ledger_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_are_those_of_the_calendar),
        cmocka_unit_test(windows_are_sums_of_days),
        cmocka_unit_test(it_makes_no_difference_when_days_leave_the_ring),
        cmocka_unit_test(marks_count_once_and_can_be_taken_out),
        cmocka_unit_test(cohorts_from_before_the_ring_are_left_out),
        cmocka_unit_test(whatever_is_added_or_taken_back_is_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
