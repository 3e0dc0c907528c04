#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "course.h"

static struct course new_course(void)
{
    return (struct course){.cart = 0};
}

static struct act act_of(enum ff_type type, ff_wall t)
{
    return (struct act){.type = type, .time = t};
}

static void a_course_takes_sessions_and_carts_from_one_act(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen p = {.fold = b.fold, .sign = 1};
    struct course c = new_course();
    struct act a = act_of(FF_BEGIN_CHECKOUT, T(0));
    assert_true(course_fold(&p, &c, &a));
    a = act_of(FF_VIEW_ITEM, T(1));
    assert_true(course_fold(&p, &c, &a));
    emit_flush(b.fold);
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, CARTS_OPENED, 1);
    assert_int_equal(cart_at(b.fold, c.cart)->last, T(0));
    course_release(b.fold, &c);
    assert_int_equal(b.fold->carts.used, 0);
    assert_int_equal(c.cart, 0);
    bench_close(&b);
}

static void a_stray_ping_is_counted_by_the_sign(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct course c = new_course();
    struct act ping = act_of(FF_PING, T(0));
    for (int sign = 1; sign >= -1; sign--) {
        struct pen p = {.fold = b.fold, .sign = (int8_t)sign};
        assert_false(course_fold(&p, &c, &ping));
        assert_int_equal(fold_counts(b.fold).stray, sign >= 0 ? 1 : 0);
    }
    assert_false(c.session.begun);
    bench_close(&b);
}

static void a_late_act_passes_the_session_by(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen p = {.fold = b.fold, .sign = 1};
    struct course c = new_course();
    struct act opening = act_of(FF_BEGIN_CHECKOUT, T(5)), late = act_of(FF_PURCHASE, T(5));
    late.late = true;
    late.rest = pool_take(&b.fold->rests);
    *rest_at(b.fold, late.rest) = (struct act_rest){.late_time = T(5), .received = T(5)};
    course_fold(&p, &c, &opening);
    assert_true(course_fold(&p, &c, &late));
    emit_flush(b.fold);
    assert_total(&b, PURCHASED, 0);
    assert_total(&b, CARTS_CONVERTED, 1);
    course_release(b.fold, &c);
    bench_close(&b);
}

static void courses_share_a_cart_until_one_of_them_changes_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen p = {.fold = b.fold, .sign = 1};
    struct course c = new_course();
    struct act a = act_of(FF_BEGIN_CHECKOUT, T(0)), paid = act_of(FF_PURCHASE, T(1));
    course_fold(&p, &c, &a);
    struct course copy = course_share(b.fold, &c);
    assert_int_equal(copy.cart, c.cart);
    assert_int_equal(b.fold->carts.used, 1);
    course_fold(&p, &c, &paid);
    assert_int_not_equal(copy.cart, c.cart);
    assert_true(cart_at(b.fold, c.cart)->converted);
    assert_false(cart_at(b.fold, copy.cart)->converted);
    course_release(b.fold, &c);
    course_release(b.fold, &copy);
    assert_int_equal(b.fold->carts.used, 0);
    bench_close(&b);
}

static void folding_a_chain_answers_for_the_act_asked_about(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen p = {.fold = b.fold, .sign = 1};
    uint32_t acts[3];
    static const enum ff_type types[] = {FF_PING, FF_PAGE_VIEW, FF_PING};
    for (int i = 2; i >= 0; i--) {
        acts[i] = pool_take(&b.fold->acts);
        *act_at(b.fold, acts[i]) = act_of(types[i], T(i));
        act_at(b.fold, acts[i])->next = i < 2 ? acts[i + 1] : 0;
    }
    for (int i = 0; i <= 2; i++) {
        struct course c = new_course();
        assert_int_equal(course_fold_all(&p, &c, acts[0], acts[i]), i > 0);
        assert_true(session_last(&c.session) == T(2));
    }
    emit_flush(b.fold);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_course_takes_sessions_and_carts_from_one_act),
        cmocka_unit_test(a_stray_ping_is_counted_by_the_sign),
        cmocka_unit_test(a_late_act_passes_the_session_by),
        cmocka_unit_test(courses_share_a_cart_until_one_of_them_changes_it),
        cmocka_unit_test(folding_a_chain_answers_for_the_act_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
