#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "tale.h"

#ifdef FF_AUDIT
#define TALES 100
#else
#define TALES 1000
#endif

/* Whose clock ticks at every record and between them, and whose only at the end. */
static void when_time_was_advanced_leaves_no_trace(void **state)
{
    (void)state;
    static struct tale t;
    for (uint64_t seed = 1; seed <= TALES; seed++) {
        draw_tale(&t, seed);
        struct bench often, once;
        bench_open_with(&often, draw_options(seed));
        bench_open_with(&once, draw_options(seed));
        for (int i = 0; i < t.n; i++) {
            bench_tell(&often, &t, i);
            bench_tell(&once, &t, i);
            ff_dur gap = i + 1 < t.n ? t.records[i + 1].received - t.records[i].received : FF_HOUR;
            for (ff_dur step = 1; step < 4; step++)
                fold_advance(often.fold, t.records[i].received + gap * step / 4);
        }
        fold_advance(often.fold, t.records[t.n - 1].received + FF_HOUR);
        fold_advance(once.fold, t.records[t.n - 1].received + FF_HOUR);
        assert_same_state(once.fold, often.fold);
        bench_close(&often);
        bench_close(&once);
    }
}

/* One fold has had others under its numbers, and gave them back in some order. */
static void numbers_of_pools_leave_no_trace(void **state)
{
    (void)state;
    static struct tale t;
    draw_tale(&t, 5);
    struct bench fresh, used;
    bench_open(&fresh);
    bench_open(&used);
    char name[8];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "v%d", i * 7 % 13);
        bench_play(&used, name, DAYS(-900) + i * FF_MINUTE, i % 3 ? "paS" : "prab");
    }
    fold_advance(used.fold, DAYS(-1));
    assert_int_equal(fold_counts(used.fold).visitors, 0);
    for (int i = 0; i < t.n; i++) {
        bench_tell(&fresh, &t, i);
        bench_tell(&used, &t, i);
        assert_same_state(fresh.fold, used.fold);
    }
    bench_finish(&fresh);
    bench_finish(&used);
}

static void a_refund_that_waits_no_more_leaves_no_trace_at_the_front(void **state)
{
    (void)state;
    struct bench before, after;
    bench_open(&before);
    bench_open(&after);
    bench_send(&before, bench_refund(T(0), "o"));
    bench_send(&after, bench_refund(T(0), "o"));
    fold_advance(before.fold, T(1)); /* a record that was received a little earlier comes behind it */
    bench_send(&before, bench_purchase(NULL, T(0), "o", MONEY(1)));
    bench_send(&after, bench_purchase(NULL, T(0), "o", MONEY(1)));
    fold_advance(after.fold, T(1));
    assert_int_equal(before.fold->refunds.length, 1);
    assert_int_equal(after.fold->refunds.length, 0);
    assert_same_state(before.fold, after.fold);
    bench_finish(&before);
    bench_finish(&after);
}

static void a_refund_that_waits_no_more_keeps_its_place_behind_one_that_does(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_orders = 3;
    bench_open_with(&b, o);
    bench_send(&b, bench_refund(T(0), "first"));
    bench_send(&b, bench_refund(T(0), "second"));
    bench_send(&b, bench_purchase(NULL, T(1), "second", MONEY(1)));
    struct picture p = picture_of(b.fold);
    struct bench c;
    bench_open_with(&c, o);
    assert_true(picture_load(&p, c.fold));
    assert_int_equal(c.fold->refunds.length, 2);
    assert_int_equal(c.fold->refunds.table.used, 1);
    picture_free(&p);
    bench_finish(&b);
    bench_finish(&c);
}

static void the_digest_is_the_same_with_and_without_the_bytes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "pas$");
    struct picture p = {0};
    struct image_out out;
    struct hash128 with, without;
    assert_true(image_out_begin(&out, picture_give, &p));
    fold_save(b.fold, &out);
    assert_true(image_out_end(&out, &with));
    assert_true(image_out_begin(&out, NULL, NULL));
    fold_save(b.fold, &out);
    assert_true(image_out_end(&out, &without));
    assert_memory_equal(&with, &without, sizeof with);
    fold_advance(b.fold, T(3) + 1);
    assert_true(image_out_begin(&out, NULL, NULL));
    fold_save(b.fold, &out);
    assert_true(image_out_end(&out, &without));
    assert_memory_not_equal(&with, &without, sizeof with);
    picture_free(&p);
    bench_finish(&b);
}

static void saving_changes_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "pas$");
    struct fold before = *b.fold;
    struct picture p = picture_of(b.fold);
    assert_memory_equal(&before, b.fold, sizeof before);
    picture_free(&p);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_time_was_advanced_leaves_no_trace),
        cmocka_unit_test(numbers_of_pools_leave_no_trace),
        cmocka_unit_test(a_refund_that_waits_no_more_leaves_no_trace_at_the_front),
        cmocka_unit_test(a_refund_that_waits_no_more_keeps_its_place_behind_one_that_does),
        cmocka_unit_test(the_digest_is_the_same_with_and_without_the_bytes),
        cmocka_unit_test(saving_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
