#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "visitors.h"

#include "footfall/comment.h"

static uint64_t visitor_key(const struct bench *b, const char *id)
{
    return fold_visitor_key(&b->fold->seed, FF_LITERAL("shop"), ff_span_text(id));
}

static uint64_t customer_key(const struct bench *b, const char *id)
{
    return fold_customer_key(&b->fold->seed, FF_LITERAL("shop"), ff_span_text(id));
}

static uint64_t forget(struct bench *b, const char *visitor, const char *customer, ff_wall at)
{
    struct ff_note n = {.seq = ++b->seq, .received = at, .kind = FF_NOTE_FORGET, .visitor = visitor_key(b, visitor)};
    if (customer)
        n.customer = customer_key(b, customer);
    fold_note(b->fold, &n);
    return n.seq;
}

static void done(struct bench *b, uint64_t upto, ff_wall at)
{
    struct ff_note n = {.seq = ++b->seq, .received = at, .kind = FF_NOTE_FORGOTTEN, .upto = upto};
    fold_note(b->fold, &n);
}

static uint32_t left(const struct bench *b)
{
    uint32_t n;
    fold_to_forget(b->fold, &n);
    return n;
}

static bool known(const struct bench *b, const char *visitor)
{
    struct visitor_view v;
    return visitors_find(b->fold, 0, ff_span_text(visitor), &v);
}

static void whoever_is_named_is_gone_and_what_was_counted_stays(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "pisa");
    bench_play(&b, "w", T(0), "pa");
    assert_total(&b, CARTS_OPEN, 2);
    forget(&b, "v", NULL, T(6));
    assert_true(!known(&b, "v") && known(&b, "w"));
    assert_int_equal(fold_live_visitors(b.fold, 0), 1);
    assert_int_equal(fold_counts(b.fold).carts, 1);
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, CARTS_OPENED, 2);
    assert_total(&b, CARTS_OPEN, 1);
    assert_total(&b, CARTS_ABANDONED, 1); /* from now on */
    fold_advance(b.fold, T(200));
    assert_total(&b, CARTS_ABANDONED, 2);
    bench_play(&b, "v", T(200), "p");
    assert_total(&b, SESSIONS_NEW, 3);
    bench_finish(&b);
}

/* A visitor whose id has changed at midnight is known by either. */
static void who_is_forgotten_by_the_new_id_is_gone_under_the_old_one(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "~old", T(-10)));
    struct ff_beacon e = bench_answer(bench_event(FF_SURVEY, "~new", T(10)), "nps", "0-10", 7, "");
    e.has |= FF_HAS(VISITOR_BEFORE);
    e.text[FF_TEXT_VISITOR_BEFORE] = FF_LITERAL("~old");
    bench_send(&b, bench_saying(e, "text"));
    assert_true(known(&b, "~old") && known(&b, "~new"));
    assert_int_equal(fold_comments(b.fold, 0), 1);
    forget(&b, "~new", NULL, T(11));
    assert_false(known(&b, "~old") || known(&b, "~new"));
    assert_int_equal(fold_comments(b.fold, 0), 0);
    assert_int_equal(fold_counts(b.fold).aliases, 0);
    assert_int_equal(fold_counts(b.fold).visitors, 0);
    assert_total(&b, SESSIONS, 1);
    bench_finish(&b);
}

static void nothing_happens_to_who_is_not_known(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "w", T(0), "pa");
    forget(&b, "v", "c", T(1));
    assert_true(known(&b, "w"));
    assert_int_equal(left(&b), 1); /* but the journal may know more */
    bench_finish(&b);
}

static void a_customer_is_named_by_no_cart(void **state)
{
    (void)state;
    struct bench b;
    struct visitor_view v;
    bench_open(&b);
    struct ff_item item = bench_item("sku", 1, MONEY(1));
    for (int i = 0; i < 3; i++) {
        struct ff_beacon e = bench_cart(FF_ADD_TO_CART, i == 0 ? "v" : i == 1 ? "w" : "x", T(i), &item, 1);
        e.text[FF_TEXT_CUSTOMER] = i < 2 ? FF_LITERAL("c-1") : FF_LITERAL("c-2");
        bench_send(&b, e);
    }
    forget(&b, "v", "c-1", T(3));
    assert_false(known(&b, "v"));
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("w"), &v));
    assert_true(v.cart && !v.of_cart.customer.p);
    assert_true(visitors_find(b.fold, 0, FF_LITERAL("x"), &v));
    assert_true(ff_span_is(v.of_cart.customer, "c-2"));
    bench_finish(&b);
}

static void what_a_customer_wrote_goes_whoever_sent_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i < 3; i++) {
        struct ff_beacon e = bench_answer(bench_event(FF_SURVEY, i < 2 ? "w" : NULL, T(i)), "nps", "0-10", 7, "");
        e.has |= i != 1 ? FF_HAS(CUSTOMER) : 0;
        e.text[FF_TEXT_CUSTOMER] = i != 1 ? FF_LITERAL("c-1") : ff_span_of(NULL, 0);
        bench_send(&b, bench_saying(e, "text"));
    }
    bench_reload(&b);
    forget(&b, "v", "c-1", T(3));
    assert_int_equal(fold_comments(b.fold, 0), 1);
    struct ff_comment c;
    fold_comment(b.fold, 0, 0, &c);
    assert_true(c.time == T(1));
    bench_finish(&b);
}

static void it_is_left_to_do_until_it_is_done(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_forgets = 3;
    bench_open_with(&b, o);
    uint64_t one = forget(&b, "a", NULL, T(0)), two = forget(&b, "b", "c", T(1));
    assert_true(fold_can_forget(b.fold));
    forget(&b, "c", NULL, T(2));
    assert_false(fold_can_forget(b.fold));
    bench_reload(&b);
    uint32_t n;
    const struct ff_note *notes = fold_to_forget(b.fold, &n);
    assert_int_equal(n, 3);
    assert_true(notes[0].seq == one && notes[0].received == T(0) && notes[0].visitor == visitor_key(&b, "a") &&
                notes[0].customer == 0 && notes[0].kind == FF_NOTE_FORGET);
    assert_true(notes[1].seq == two && notes[1].customer == customer_key(&b, "c"));
    done(&b, one - 1, T(3));
    assert_int_equal(left(&b), 3);
    done(&b, two, T(4));
    assert_int_equal(left(&b), 1);
    assert_true(fold_to_forget(b.fold, &n)[0].visitor == visitor_key(&b, "c"));
    done(&b, UINT64_MAX, T(5));
    assert_int_equal(left(&b), 0);
    bench_finish(&b);
}

static void with_less_room_the_first_are_kept(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_forgets = 4;
    bench_open_with(&b, o);
    uint64_t first = forget(&b, "a", NULL, T(0));
    forget(&b, "b", NULL, T(0));
    forget(&b, "c", NULL, T(0));
    o = b.options;
    o.max_forgets = 1;
    bench_reload_with(&b, o);
    uint32_t n;
    const struct ff_note *notes = fold_to_forget(b.fold, &n);
    assert_true(n == 1 && notes[0].seq == first);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_named_is_gone_and_what_was_counted_stays),
        cmocka_unit_test(who_is_forgotten_by_the_new_id_is_gone_under_the_old_one),
        cmocka_unit_test(nothing_happens_to_who_is_not_known),
        cmocka_unit_test(a_customer_is_named_by_no_cart),
        cmocka_unit_test(what_a_customer_wrote_goes_whoever_sent_it),
        cmocka_unit_test(it_is_left_to_do_until_it_is_done),
        cmocka_unit_test(with_less_room_the_first_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
