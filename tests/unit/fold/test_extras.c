#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "extras.h"

static void each_value_of_a_kind_is_there_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    uint32_t chain = 0, red = words_take(b.words, FF_LITERAL("red"));
    bool fresh;
    struct extra *term = extras_have(b.fold, &chain, EXTRA_TERM, red, &fresh);
    assert_true(fresh && term->what == red && term->kind == EXTRA_TERM);
    struct extra *step = extras_have(b.fold, &chain, EXTRA_STEP, red, &fresh);
    assert_true(fresh && step != term);
    assert_ptr_equal(extras_have(b.fold, &chain, EXTRA_TERM, red, &fresh), term);
    assert_false(fresh);
    extras_have(b.fold, &chain, EXTRA_TERM, WORD_NONE, &fresh);
    assert_true(fresh);
    assert_int_equal(extras_count(b.fold, chain), 3);
    assert_ptr_equal(extra_at(b.fold, chain), term); /* the first to come */
    extras_free(b.fold, &chain);
    assert_int_equal(chain, 0);
    words_drop(b.words, red);
    bench_finish(&b);
}

static void one_kind_may_be_full_and_another_not(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    uint32_t chain = 0;
    bool fresh;
    for (uint32_t i = 0; i < EXTRAS_MAX; i++)
        assert_non_null(extras_have(b.fold, &chain, EXTRA_ORDERS, 1000 + i, &fresh));
    assert_null(extras_have(b.fold, &chain, EXTRA_ORDERS, 1, &fresh));
    assert_false(fresh);
    assert_non_null(extras_have(b.fold, &chain, EXTRA_ORDERS, 1000, &fresh));
    assert_non_null(extras_have(b.fold, &chain, EXTRA_NAME, WORD_NONE, &fresh));
    assert_int_equal(extras_count(b.fold, chain), EXTRAS_MAX + 1);
    extras_free(b.fold, &chain);
    bench_finish(&b);
}

static void a_copy_is_the_same_and_lasts_longer(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    uint32_t chain = 0, red = words_take(b.words, FF_LITERAL("red"));
    bool fresh;
    extras_have(b.fold, &chain, EXTRA_TERM, red, &fresh);
    struct extra *orders = extras_have(b.fold, &chain, EXTRA_ORDERS, EUR, &fresh);
    orders->n = 2;
    orders->amount = MONEY(5);
    words_drop(b.words, red);
    uint32_t copy = extras_copy(b.fold, chain);
    extras_free(b.fold, &chain);
    assert_int_equal(extras_count(b.fold, copy), 2);
    const struct extra *e = extra_at(b.fold, copy);
    assert_true(e->kind == EXTRA_TERM && ff_span_is(words_text(b.words, e->what), "red"));
    e = extra_at(b.fold, e->next);
    assert_true(e->kind == EXTRA_ORDERS && e->what == EUR && e->n == 2 && e->amount == MONEY(5) && e->next == 0);
    extras_free(b.fold, &copy);
    assert_int_equal(extras_copy(b.fold, 0), 0);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_of_a_kind_is_there_once),
        cmocka_unit_test(one_kind_may_be_full_and_another_not),
        cmocka_unit_test(a_copy_is_the_same_and_lasts_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
