#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "extras.h"
#include "session.h"
#include "session_image.h"
#include "strip.h"

/* A session with a word of each kind and two extras. */
static struct session some_session(struct bench *b)
{
    struct session s = {.start = T(0), .begun = true, .source = words_take(b->words, FF_LITERAL("news")),
                        .campaign = WORD_NONE, .entry_page = words_take(b->words, FF_LITERAL("/a")),
                        .exit_page = words_take(b->words, FF_LITERAL("/b"))};
    uint32_t chain = 0;
    bool fresh;
    extras_have(b->fold, &chain, EXTRA_STEP, s.source, &fresh);
    extras_have(b->fold, &chain, EXTRA_ORDERS, USD, &fresh)->n = 2;
    s.extras = chain;
    return s;
}

/* Gives how many extras there were. */
static uint32_t session_again(struct bench *b, const struct session *s, struct session *got, bool *keep)
{
    struct strip strip;
    struct words_out out;
    struct words_in in;
    struct image_out *image = strip_begin(&strip);
    assert_true(words_out_begin(&out, b->words, image));
    session_rest_put(image, &out, b->fold, s);
    words_out_end(&out);
    words_in_begin(&in, b->words);
    uint32_t n = session_rest_get(strip_turn(&strip), &in, b->fold, got, keep);
    words_in_end(&in);
    assert_true(strip_end(&strip));
    return n;
}

static void words_and_extras_are_got_as_they_were_put(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct session s = some_session(&b), got = {.begun = true};
    bool keep = true;
    assert_int_equal(session_again(&b, &s, &got, &keep), 2);
    assert_true(keep && got.source == s.source && got.campaign == WORD_NONE);
    assert_true(got.entry_page == s.entry_page && got.exit_page == s.exit_page && got.extras != s.extras);
    session_release(b.fold, &s);
    const struct extra *e = extra_at(b.fold, got.extras);
    assert_true(e->kind == EXTRA_STEP && ff_span_is(words_text(b.words, e->what), "news"));
    e = extra_at(b.fold, e->next);
    assert_true(e->kind == EXTRA_ORDERS && e->what == USD && e->n == 2 && e->next == 0);
    session_release(b.fold, &got);
    bench_finish(&b);
}

static void of_none_there_is_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct session s = {.begun = false}, got = {.begun = false};
    bool keep = true;
    assert_int_equal(session_again(&b, &s, &got, &keep), 0);
    assert_true(keep && got.extras == 0);
    bench_finish(&b);
}

static void what_is_not_kept_leaves_no_trace(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct session s = some_session(&b), got = {.begun = true};
    bool keep = false;
    assert_int_equal(session_again(&b, &s, &got, &keep), 2);
    assert_true(!keep && got.extras == 0 && got.source == s.source);
    session_release(b.fold, &s);
    session_release(b.fold, &got);
    bench_finish(&b);
}

static void the_words_of_an_act_are_got_as_they_were_put(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct strip strip;
    struct words_out out;
    struct words_in in;
    struct said said = {words_take(b.words, FF_LITERAL("x")), WORD_OTHER, words_take(b.words, FF_LITERAL("y"))}, got;
    struct image_out *image = strip_begin(&strip);
    assert_true(words_out_begin(&out, b.words, image));
    said_put(image, &out, said);
    words_out_end(&out);
    words_in_begin(&in, b.words);
    said_get(strip_turn(&strip), &in, &got);
    words_in_end(&in);
    assert_true(strip_end(&strip));
    assert_true(got.word == said.word && got.source == WORD_OTHER && got.campaign == said.campaign);
    for (int i = 0; i < 2; i++) {
        words_drop(b.words, said.word);
        words_drop(b.words, said.campaign);
    }
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_extras_are_got_as_they_were_put),
        cmocka_unit_test(of_none_there_is_nothing),
        cmocka_unit_test(what_is_not_kept_leaves_no_trace),
        cmocka_unit_test(the_words_of_an_act_are_got_as_they_were_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
