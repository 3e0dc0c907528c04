#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "act.h"
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

static uint64_t drawn(uint64_t *seed, uint64_t below)
{
    return hash_mix(++*seed) % below;
}

/* A visit of some sessions: page views of a few pages, and all else that a session asks of an act of no more than its
 * type, now and then out of the blue. Chained, in the pool. */
static uint32_t random_acts(struct bench *b, uint64_t *seed, uint32_t pages[4])
{
    static const enum ff_type types[] = {FF_PAGE_VIEW, FF_PAGE_VIEW, FF_PAGE_VIEW,     FF_PING,           FF_VIEW_ITEM,
                                         FF_CUSTOM,    FF_PURCHASE,  FF_BEGIN_CHECKOUT, FF_CHECKOUT_STEP, FF_ADD_TO_CART};
    uint32_t first = 0, *end = &first;
    ff_wall at = T(0);
    for (int i = 0; i < 40; i++) {
        uint32_t number = pool_take(&b->fold->acts);
        bool pause = drawn(seed, 10) == 0;
        at += (ff_dur)drawn(seed, 400) * FF_SECOND * (pause ? 10 : 1);
        struct act *a = act_at(b->fold, number);
        *a = act_of(types[drawn(seed, 10)], at);
        if (act_place(a->type) == ACT_WORD)
            a->word = pages[drawn(seed, 4)];
        else if (act_place(a->type) == ACT_ENGAGED_MS)
            a->engaged_ms = (uint32_t)drawn(seed, 30000);
        a->origin = (struct ff_origin){.device = drawn(seed, 3) ? FF_DEVICE_NONE : FF_DEVICE_MOBILE};
        *end = number;
        end = &a->next;
    }
    return first;
}

static void take_pages(struct bench *b, uint32_t pages[4])
{
    static const char *const texts[] = {"/", "/tea", "/tea/black", "/imprint"};
    for (int i = 0; i < 4; i++)
        pages[i] = words_take(b->words, ff_span_text(texts[i]));
}

static void a_chain_comes_to_what_its_acts_do_one_by_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 200000; seed += 1000)
        for (int sign = 1; sign >= -1; sign -= 2) {
            struct bench one, all;
            uint32_t pages[4];
            uint64_t again = seed;
            bench_open(&one);
            bench_open(&all);
            take_pages(&one, pages);
            struct course a = new_course(), b = new_course();
            struct pen p = {.fold = one.fold, .sign = (int8_t)sign}, q = {.fold = all.fold, .sign = (int8_t)sign};
            for (uint32_t i = random_acts(&one, &again, pages); i; i = act_at(one.fold, i)->next)
                course_fold(&p, &a, act_at(one.fold, i));
            again = seed;
            take_pages(&all, pages);
            course_fold_all(&q, &b, random_acts(&all, &again, pages), 0);
            emit_flush(one.fold);
            emit_flush(all.fold);
            for (int i = 0; i < FF_COUNTERS; i++)
                assert_int_equal(bench_total(&one, (enum ff_counter)i), bench_total(&all, (enum ff_counter)i));
            assert_true(bench_same_cells(&one, &all));
            assert_int_equal(one.fold->counts.stray, all.fold->counts.stray);
            course_release(one.fold, &a);
            course_release(all.fold, &b);
            for (int i = 0; i < 4; i++)
                words_drop(all.words, pages[i]);
            assert_int_equal(words_used(all.words), FOLD_WORDS); /* what was held meanwhile has been let go of */
            bench_close(&one);
            bench_close(&all);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_course_takes_sessions_and_carts_from_one_act),
        cmocka_unit_test(a_stray_ping_is_counted_by_the_sign),
        cmocka_unit_test(a_late_act_passes_the_session_by),
        cmocka_unit_test(courses_share_a_cart_until_one_of_them_changes_it),
        cmocka_unit_test(folding_a_chain_answers_for_the_act_asked_about),
        cmocka_unit_test(a_chain_comes_to_what_its_acts_do_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
