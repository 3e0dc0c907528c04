#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "batch.h"

static struct intake *small(void)
{
    struct intake_options options = {2, 3000};
    return intake_new(&options);
}

static void a_batch_ends_at_its_limit(void **state)
{
    struct intake *in = small();
    (void)state;
    struct ff_beacon *a = batch_beacon(in), *b = batch_beacon(in);
    assert_ptr_equal(a, &in->records[0].beacon);
    assert_ptr_equal(b, &in->records[1].beacon);
    assert_null(batch_beacon(in));
    batch_reset(in);
    assert_ptr_equal(batch_beacon(in), a);
    intake_free(&in);
    assert_null(in);
    intake_free(&in);
}

static void beacons_are_blank_when_they_are_given(void **state)
{
    struct intake *in = small();
    (void)state;
    struct ff_beacon *b = batch_beacon(in);
    b->has = 7;
    batch_refuse(b, FF_MALFORMED, "note");
    assert_int_equal(b->has, 0);
    assert_int_equal(b->fault, FF_MALFORMED);
    assert_string_equal(b->fault_field, "");
    batch_reset(in);
    b = batch_beacon(in);
    assert_int_equal(b->fault, FF_OK);
    assert_null(b->fault_note);
    intake_free(&in);
}

static void items_of_neighbours_do_not_mix(void **state)
{
    struct intake *in = small();
    (void)state;
    struct ff_beacon *a = batch_beacon(in);
    batch_item(in, a)->quantity = 5;
    batch_item(in, a)->quantity = 6;
    struct ff_beacon *b = batch_beacon(in);
    assert_int_equal(batch_item(in, b)->quantity, 1);
    assert_int_equal(a->item_count, 2);
    assert_int_equal(a->items[1].quantity, 6);
    assert_int_equal(b->item_count, 1);
    assert_ptr_equal(b->items, a->items + 2);
    intake_free(&in);
}

static void a_refused_beacon_keeps_no_more_items(void **state)
{
    struct intake *in = small();
    (void)state;
    struct ff_beacon *b = batch_beacon(in);
    b->fault = FF_BAD_TIME;
    assert_ptr_equal(batch_item(in, b), &in->spare);
    assert_int_equal(b->item_count, 0);
    intake_free(&in);
}

static void the_item_past_the_limit_refuses_its_beacon(void **state)
{
    struct intake *in = small();
    (void)state;
    struct ff_beacon *b = batch_beacon(in);
    for (int i = 0; i < FF_MAX_ITEMS; i++)
        batch_item(in, b);
    assert_int_equal(b->fault, FF_OK);
    batch_item(in, b);
    assert_int_equal(b->fault, FF_TOO_MANY_ITEMS);
    assert_string_equal(b->fault_field, "items");
    assert_int_equal(b->item_count, FF_MAX_ITEMS);
    intake_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_ends_at_its_limit),
        cmocka_unit_test(beacons_are_blank_when_they_are_given),
        cmocka_unit_test(items_of_neighbours_do_not_mix),
        cmocka_unit_test(a_refused_beacon_keeps_no_more_items),
        cmocka_unit_test(the_item_past_the_limit_refuses_its_beacon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
