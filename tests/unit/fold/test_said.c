#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "said.h"

static void assert_said(struct bench *b, struct ff_beacon e, const char *word)
{
    said_begin(b->fold, &e);
    assert_true(ff_span_is(words_text(b->words, b->fold->said.word), word));
    said_end(b->fold);
    assert_int_equal(b->fold->said.word, WORD_NONE);
    assert_int_equal(words_used(b->words), FOLD_WORDS); /* those of the fold */
}

static void each_type_says_its_own_word(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon ping = bench_page("v", T(0), "/x");
    ping.type = FF_PING;
    assert_said(&b, bench_page("v", T(0), "/x"), "/x");
    assert_said(&b, bench_search("v", T(0), "red"), "red");
    assert_said(&b, bench_named(FF_CHECKOUT_STEP, "v", T(0), "pay"), "pay");
    assert_said(&b, bench_named(FF_CUSTOM, "v", T(0), "scroll"), "scroll");
    assert_said(&b, ping, "(none)");
    assert_said(&b, bench_event(FF_PAGE_VIEW, "v", T(0)), "(none)");
    bench_finish(&b);
}

static void what_is_held_outlasts_the_record(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_from(bench_page("v", T(0), "/x"), "news", "may");
    said_begin(b.fold, &e);
    struct said said = b.fold->said;
    said_hold(b.fold, &said);
    said_end(b.fold);
    assert_int_equal(words_used(b.words), FOLD_WORDS + 3);
    assert_true(ff_span_is(words_text(b.words, said.campaign), "may"));
    said_drop(b.fold, &said);
    assert_int_equal(words_used(b.words), FOLD_WORDS);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_says_its_own_word),
        cmocka_unit_test(what_is_held_outlasts_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
