#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

#include "fold.h"
#include "hash.h"

static void take_facts(void *ctx, const struct ff_fact *facts, size_t n)
{
    (void)ctx;
    (void)facts;
    (void)n;
}

static void say(struct fold *f, int seconds_ago, const char *kind, int score, const char *topic, const char *text)
{
    ff_wall at = NOW - seconds_ago * FF_SECOND;
    struct ff_record r = {.seq = 1, .received = NOW, .arrival = NOW, .beacon = {.type = FF_SURVEY, .time = at}};
    r.beacon.text[FF_TEXT_KIND] = ff_span_text(kind);
    r.beacon.text[FF_TEXT_SCALE] = ff_span_text(kind[0] == 'n' ? "0-10" : "5");
    r.beacon.text[FF_TEXT_TOPIC] = ff_span_text(topic);
    r.beacon.text[FF_TEXT_COMMENT] = ff_span_text(text);
    r.beacon.number[FF_NUMBER_SCORE] = score;
    if (seconds_ago % 2) {
        r.beacon.has |= FF_HAS(VISITOR);
        r.beacon.text[FF_TEXT_VISITOR] = ff_span_text("ann");
    }
    fold_apply(f, &r, NULL);
}

static int open_with_comments(void **state)
{
    desk_open(state);
    struct desk *d = *state;
    static const struct fold_site sites[] = {{"shop", 0}, {"other", 0}};
    struct fold_options o = {.sites = sites, .site_count = 2, .words = &d->words, .support_remember = FF_DAY, .max_comments = 5000,
                             .session_max_length = FF_DAY};
    struct hash_seed seed = {{1, 2}};
    struct fold *f = fold_new(&o, &seed, &(struct ff_fact_sink){.take = take_facts});
    say(f, 30, "nps", 0, "delivery", "d\"");
    say(f, 10, "csat", 5, "", "b");
    say(f, 21, "csat", 2, "delivery", "c");
    say(f, 1, "ces", 4, "returns", "a");
    d->ctx.fold = f;
    return 0;
}

static int close_with_comments(void **state)
{
    struct desk *d = *state;
    struct fold *f = (struct fold *)(uintptr_t)d->ctx.fold;
    fold_free(&f);
    return desk_close(state);
}

static void comments_are_given_newest_first_with_all_about_them(void **state)
{
    struct desk *d = *state;
    assert_string_equal(
        desk_ask(d, "/v1/surveys/comments", "site=shop&limit=2"),
        "{\"site\":\"shop\",\"generated_at\":\"2026-10-25T19:23:20Z\",\"comments\":["
        "{\"time\":\"2026-10-25T19:23:19Z\",\"received\":\"2026-10-25T19:23:20Z\",\"kind\":\"ces\",\"score\":4,"
        "\"scale\":\"5\",\"topic\":\"returns\",\"comment\":\"a\",\"visitor\":\"ann\"},"
        "{\"time\":\"2026-10-25T19:23:10Z\",\"received\":\"2026-10-25T19:23:20Z\",\"kind\":\"csat\",\"score\":5,"
        "\"scale\":\"5\",\"topic\":\"(none)\",\"comment\":\"b\"}]}");
    assert_string_equal(desk_ask(d, "/v1/surveys/comments", "site=other"),
                        "{\"site\":\"other\",\"generated_at\":\"2026-10-25T19:23:20Z\",\"comments\":[]}");
}

/* The comments' texts, one letter each. */
static const char *letters(struct desk *d, const char *query)
{
    static char all[64];
    char text[128];
    size_t n = 0;
    snprintf(text, sizeof text, "site=shop%s", query);
    for (const char *p = desk_ask(d, "/v1/surveys/comments", text); (p = strstr(p, "\"comment\":\"")); n++)
        all[n] = *(p += strlen("\"comment\":\""));
    all[n] = '\0';
    return all;
}

static void they_are_chosen_by_kind_topic_and_score(void **state)
{
    struct desk *d = *state;
    static const char *const rows[][2] = {
        {"", "abcd"}, {"&kind=csat", "bc"}, {"&topic=delivery", "cd"}, {"&topic=(none)", "b"},
        {"&topic=nothing", ""}, {"&max_score=2", "cd"}, {"&min_score=2", "abc"}, {"&min_score=2&max_score=4", "ac"},
        {"&kind=csat&topic=delivery", "c"}, {"&max_score=2&limit=1", "c"}, {"&limit=1000", "abcd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(letters(d, rows[i][0]), rows[i][1]);
}

static void other_parameters_are_refused(void **state)
{
    struct desk *d = *state;
    static const char *const rows[][2] = {
        {"limit=0", "limit"}, {"limit=1001", "limit"}, {"limit=x", "limit"}, {"limit=", "limit"}, {"limit=-1", "limit"},
        {"limit=99999999999", "limit"}, {"kind=mood", "kind"}, {"kind=", "kind"}, {"max_score=11", "max_score"},
        {"min_score=a", "min_score"}, {"window=1h", "window"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[128];
        snprintf(text, sizeof text, "site=shop&%s", rows[i][0]);
        const char *body = desk_ask(d, "/v1/surveys/comments", text);
        assert_int_equal(d->out.http, 400);
        snprintf(text, sizeof text, "\"parameter\":\"%s\"", rows[i][1]);
        assert_non_null(strstr(body, text));
    }
}

static void the_tag_is_that_of_the_comments(void **state)
{
    struct desk *d = *state;
    char before[ANSWER_ETAG];
    desk_ask(d, "/v1/surveys/comments", "site=shop");
    memcpy(before, d->out.etag, sizeof before);
    d->ctx.now += FF_HOUR;
    desk_ask(d, "/v1/surveys/comments", "site=shop");
    assert_string_equal(d->out.etag, before);
    say((struct fold *)(uintptr_t)d->ctx.fold, 5, "csat", 1, "", "e");
    desk_ask(d, "/v1/surveys/comments", "site=shop");
    assert_string_not_equal(d->out.etag, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(comments_are_given_newest_first_with_all_about_them, open_with_comments, close_with_comments),
        cmocka_unit_test_setup_teardown(they_are_chosen_by_kind_topic_and_score, open_with_comments, close_with_comments),
        cmocka_unit_test_setup_teardown(other_parameters_are_refused, open_with_comments, close_with_comments),
        cmocka_unit_test_setup_teardown(the_tag_is_that_of_the_comments, open_with_comments, close_with_comments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
