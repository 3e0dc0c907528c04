#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "visitors.h"

static void a_visitor_is_as_the_last_event_left_it(void **state)
{
    (void)state;
    struct bench b;
    struct visitor_view v;
    bench_open(&b);
    bench_play(&b, "v", T(0), "psab$");
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("v"), &v));
    assert_true(v.session && !v.over && v.is_new && v.interacted && v.searched && v.added_to_cart &&
                v.began_checkout && v.purchased);
    assert_true(v.start == T(0) && v.last == T(4) && v.pageviews == 1);
    assert_true(v.cart && v.of_cart.converted && v.of_cart.state == CART_UNLISTED);
    fold_advance(b.fold, T(34));
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("v"), &v) && !v.over); /* an event now would extend it */
    fold_advance(b.fold, T(34) + 1);
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("v"), &v) && v.over);
    struct ff_beacon e = bench_event(FF_PAGE_VIEW, "v", T(60));
    e.page = FF_LITERAL("/tea");
    e.source = FF_LITERAL("letter");
    bench_send(&b, e);
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("v"), &v));
    assert_true(ff_span_is(v.entry_page, "/tea") && ff_span_is(v.exit_page, "/tea") &&
                ff_span_is(v.source, "letter") && !v.campaign.p);
    assert_true(!v.is_new && !v.interacted && !v.purchased && v.start == T(60));
    assert_false(visitors_find(b.fold, 1, FF_LITERAL("v"), &v));
    assert_false(visitors_find(b.fold, 0, FF_LITERAL("w"), &v));
    bench_finish(&b);
}

static void without_a_session_or_a_cart_there_is_none(void **state)
{
    (void)state;
    struct bench b;
    struct visitor_view v;
    bench_open(&b);
    bench_play(&b, "v", T(0), "."); /* a stray ping */
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("v"), &v));
    assert_true(!v.session && !v.cart);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visitor_is_as_the_last_event_left_it),
        cmocka_unit_test(without_a_session_or_a_cart_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
