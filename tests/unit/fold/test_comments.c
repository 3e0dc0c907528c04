#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "surveys.h"

#include "footfall/comment.h"

#include <stdio.h>

static struct ff_beacon comment(const char *visitor, ff_wall t, const char *text)
{
    return bench_saying(bench_answer(bench_event(FF_SURVEY, visitor, t), "nps", "0-10", 7, "delivery"), text);
}

/* The texts of a site's comments, newest first, with blanks between. */
static const char *texts(const struct bench *b, uint16_t site)
{
    static char all[4096];
    size_t n = 0;
    for (uint32_t i = 0; i < fold_comments(b->fold, site); i++) {
        struct ff_comment c;
        fold_comment(b->fold, site, i, &c);
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s", i ? " " : "", (int)c.text.n, c.text.p);
    }
    all[n] = '\0';
    return all;
}

static void a_comment_is_kept_with_all_about_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send_at(&b, comment("ann", T(0), "fast"), T(2));
    bench_send_at(&b, bench_saying(bench_answer(bench_event(FF_SURVEY, NULL, T(1)), "csat", "5", 2, ""), "slow"), T(3));
    struct ff_comment c;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fold_comments(b.fold, 0), 2);
        fold_comment(b.fold, 0, 1, &c);
        assert_true(c.time == T(0) && c.received == T(2) && c.score == 7);
        assert_string_equal(c.kind, "nps");
        assert_string_equal(c.scale, "0-10");
        assert_true(ff_span_is(c.text, "fast") && ff_span_is(c.topic, "delivery") && ff_span_is(c.visitor, "ann"));
        fold_comment(b.fold, 0, 0, &c);
        assert_true(c.time == T(1) && c.received == T(3) && c.score == 2);
        assert_string_equal(c.kind, "csat");
        assert_string_equal(c.scale, "5");
        assert_true(ff_span_is(c.text, "slow") && c.topic.n == 0 && c.visitor.n == 0);
        bench_reload(&b);
    }
    bench_finish(&b);
}

static void the_longest_texts_are_kept_whole(void **state)
{
    (void)state;
    static char text[COMMENT_TEXT_MAX + 1], topic[COMMENT_TOPIC_MAX + 1], visitor[COMMENT_VISITOR_MAX + 1];
    memset(text, 'a', COMMENT_TEXT_MAX);
    memset(topic, 'b', COMMENT_TOPIC_MAX);
    memset(visitor, 'c', COMMENT_VISITOR_MAX);
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_saying(bench_answer(bench_event(FF_SURVEY, visitor, T(0)), "ces", "5", 1, topic), text));
    bench_reload(&b);
    struct ff_comment c;
    fold_comment(b.fold, 0, 0, &c);
    assert_true(ff_span_is(c.text, text) && ff_span_is(c.topic, topic) && ff_span_is(c.visitor, visitor));
    bench_finish(&b);
}

static void they_are_ordered_by_time_and_ties_by_the_journal(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const struct {
        int minute;
        const char *text;
    } rows[] = {{5, "e1"}, {3, "c"}, {9, "i"}, {5, "e2"}, {1, "a"}, {5, "e3"}};
    for (size_t i = 0; i < 6; i++)
        bench_send_at(&b, comment("ann", T(rows[i].minute), rows[i].text), T(20));
    assert_string_equal(texts(&b, 0), "i e3 e2 e1 c a");
    bench_reload(&b);
    assert_string_equal(texts(&b, 0), "i e3 e2 e1 c a");
    bench_finish(&b);
}

static void at_the_limit_of_a_site_the_oldest_by_time_gives_way(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_comments = 3;
    bench_open_with(&b, o);
    static const int minutes[] = {4, 2, 8, 6, 1, 7};
    for (size_t i = 0; i < 6; i++) {
        char text[8];
        snprintf(text, sizeof text, "%d", minutes[i]);
        bench_send_at(&b, comment("ann", T(minutes[i]), text), T(20));
    }
    struct ff_beacon elsewhere = comment("ann", T(0), "other");
    elsewhere.site = 1;
    bench_send(&b, elsewhere);
    assert_string_equal(texts(&b, 0), "8 7 6");
    assert_string_equal(texts(&b, 1), "other");
    assert_int_equal(fold_counts(b.fold).comments, 4);
    assert_int_equal(fold_counts(b.fold).comments_evicted, 3);
    o.max_comments = 2;
    bench_reload_with(&b, o);
    assert_string_equal(texts(&b, 0), "8 7");
    assert_string_equal(texts(&b, 1), "other");
    assert_int_equal(fold_counts(b.fold).comments_evicted, 4);
    o.max_comments = 0;
    bench_reload_with(&b, o);
    bench_send(&b, comment("ann", T(9), "more"));
    assert_int_equal(fold_counts(b.fold).comments, 0);
    assert_int_equal(fold_counts(b.fold).comments_evicted, 8);
    bench_finish(&b);
}

static void an_answer_without_words_leaves_none(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, comment("ann", T(0), ""));
    assert_int_equal(fold_comments(b.fold, 0), 0);
    assert_total(&b, NPS_7, 1);
    bench_finish(&b);
}

static void a_visitor_who_is_forgotten_has_said_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, comment("ann", T(0), "a1"));
    bench_send(&b, comment("bob", T(1), "b1"));
    bench_send(&b, comment(NULL, T(2), "c1"));
    bench_send(&b, comment("ann", T(3), "a2"));
    struct ff_beacon elsewhere = comment("ann", T(4), "a3");
    elsewhere.site = 1;
    bench_send(&b, elsewhere);
    uint64_t ann = hash_id(&b.fold->seed, b.fold->sites[0].scope, ff_span_text("ann"));
    assert_int_equal(comments_forget(b.fold, 1, ann), 0);
    assert_int_equal(comments_forget(b.fold, 0, ann), 2);
    assert_string_equal(texts(&b, 0), "c1 b1");
    assert_string_equal(texts(&b, 1), "a3");
    assert_int_equal(comments_forget(b.fold, 0, ann), 0);
    assert_total(&b, NPS_7, 5);
    bench_send(&b, comment("ann", T(5), "a4"));
    assert_string_equal(texts(&b, 0), "a4 c1 b1");
    bench_finish(&b);
}

static void those_of_a_site_that_is_configured_no_more_are_left_out(void **state)
{
    (void)state;
    struct bench b, c;
    bench_open(&b);
    bench_send(&b, comment("ann", T(0), "gone"));
    struct ff_beacon elsewhere = comment("ann", T(1), "stays");
    elsewhere.site = 1;
    bench_send(&b, elsewhere);
    struct picture p = picture_of(b.fold);
    bench_open(&c);
    static const uint16_t map[] = {UINT16_MAX, 0};
    assert_true(picture_load_sites(&p, c.fold, map, 2));
    assert_string_equal(texts(&c, 0), "stays");
    assert_int_equal(fold_counts(c.fold).comments, 1);
    assert_int_equal(fold_counts(c.fold).comments_evicted, 0);
    picture_free(&p);
    bench_finish(&b);
    bench_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_is_kept_with_all_about_it),
        cmocka_unit_test(the_longest_texts_are_kept_whole),
        cmocka_unit_test(they_are_ordered_by_time_and_ties_by_the_journal),
        cmocka_unit_test(at_the_limit_of_a_site_the_oldest_by_time_gives_way),
        cmocka_unit_test(an_answer_without_words_leaves_none),
        cmocka_unit_test(a_visitor_who_is_forgotten_has_said_nothing),
        cmocka_unit_test(those_of_a_site_that_is_configured_no_more_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
