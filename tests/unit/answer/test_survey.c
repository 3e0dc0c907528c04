#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

/* n answers of a score, as the fold says them. */
static void answer_at(struct desk *d, ff_wall at, enum ff_dimension kind, int score, const char *topic, int n)
{
    int64_t by[FF_ROW_SURVEY_FIELDS] = {[FF_ROW_SCORE_0] = 0};
    int first = kind == FF_BY_CSAT_TOPIC ? FF_COUNT_CSAT_1 - 1 : kind == FF_BY_CES_TOPIC ? FF_COUNT_CES_1 - 1 : FF_COUNT_NPS_0;
    desk_count(d, 0, at, (enum ff_counter)(first + score), n);
    by[score] = n;
    if (kind == FF_BY_NPS_TOPIC) {
        by[FF_ROW_PROMOTERS] = score >= 9 ? n : 0;
        by[FF_ROW_DETRACTORS] = score <= 6 ? n : 0;
        desk_count(d, 0, at, FF_COUNT_NPS_PROMOTERS, by[FF_ROW_PROMOTERS]);
        desk_count(d, 0, at, FF_COUNT_NPS_DETRACTORS, by[FF_ROW_DETRACTORS]);
    }
    struct ff_cell_ref ref = {words_take(&d->words, ff_span_text(topic)), (uint8_t)kind};
    struct ff_cells c = {.at = at, .n = 1, .refs = &ref, .by = by, .fields = FF_FIELD(FF_ROW_SURVEY_FIELDS) - 1};
    tally_add_cells(d->ctx.tally, &c);
    words_drop(&d->words, ref.word);
}

static void answer(struct desk *d, enum ff_dimension kind, int score, const char *topic, int n)
{
    answer_at(d, NOW - FF_MINUTE, kind, score, topic, n);
}

#define assert_says(body, part)                                                                  \
    do {                                                                                         \
        if (!strstr(body, part))                                                                 \
            fail_msg("%s\nis not in\n%s", part, body);                                           \
    } while (0)

#define FIVE_NULLS "\"1\":null,\"2\":null,\"3\":null,\"4\":null,\"5\":null"
#define TEN_ZEROS "\"0\":0,\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0"

static void without_answers_rates_are_null_and_every_score_is_there(void **state)
{
    struct desk *d = *state;
    assert_says(desk_ask(d, "/v1/stats", "site=shop&window=1h"),
                ",\"surveys\":{\"csat\":{\"responses\":0,\"mean\":null,\"top_share\":null,\"top2_share\":null,"
                "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0},\"topics\":{}},"
                "\"nps\":{\"responses\":0,\"score\":null,\"promoters\":0,\"passives\":0,\"detractors\":0,"
                "\"distribution\":{" TEN_ZEROS ",\"10\":0},\"topics\":{}},"
                "\"ces\":{\"responses\":0,\"mean\":null,\"top_share\":null,"
                "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0},\"topics\":{}}},"
                "\"support\":{\"first_response_seconds\":null,\"resolution_seconds\":null,\"tickets_opened\":0,"
                "\"tickets_answered\":0,\"tickets_resolved\":0,\"tickets_open\":0}");
}

static void answers_are_given_by_kind_score_and_topic(void **state)
{
    struct desk *d = *state;
    answer(d, FF_BY_CSAT_TOPIC, 5, "delivery", 3);
    answer(d, FF_BY_CSAT_TOPIC, 4, "delivery", 1);
    answer(d, FF_BY_CSAT_TOPIC, 1, "", 1);
    answer(d, FF_BY_NPS_TOPIC, 9, "", 1);
    answer(d, FF_BY_NPS_TOPIC, 10, "b", 1);
    answer(d, FF_BY_NPS_TOPIC, 7, "b", 2);
    answer(d, FF_BY_NPS_TOPIC, 0, "a", 4);
    answer(d, FF_BY_CES_TOPIC, 5, "", 1);
    answer(d, FF_BY_CES_TOPIC, 2, "", 2);
    const char *body = desk_ask(d, "/v1/stats", "site=shop&window=1h");
    assert_says(body, "\"csat\":{\"responses\":5,\"mean\":4,\"top_share\":0.6,\"top2_share\":0.8,"
                      "\"distribution\":{\"1\":1,\"2\":0,\"3\":0,\"4\":1,\"5\":3},\"topics\":{"
                      "\"delivery\":{\"responses\":4,\"mean\":4.75,\"top_share\":0.75,\"top2_share\":1,"
                      "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":1,\"5\":3}},"
                      "\"(none)\":{\"responses\":1,\"mean\":1,\"top_share\":0,\"top2_share\":0,"
                      "\"distribution\":{\"1\":1,\"2\":0,\"3\":0,\"4\":0,\"5\":0}}}}");
    assert_says(body, "\"nps\":{\"responses\":8,\"score\":-0.25,\"promoters\":2,\"passives\":2,\"detractors\":4,"
                      "\"distribution\":{\"0\":4,\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":2,\"8\":0,\"9\":1,\"10\":1},"
                      "\"topics\":{\"a\":{\"responses\":4,\"score\":-1,\"promoters\":0,\"passives\":0,\"detractors\":4,");
    assert_says(body, "\"b\":{\"responses\":3,\"score\":0.3333333333333333,\"promoters\":1,\"passives\":2,\"detractors\":0,");
    assert_says(body, "\"ces\":{\"responses\":3,\"mean\":3,\"top_share\":0.3333333333333333,");
}

static void topics_of_the_answered_minutes_alone_are_there(void **state)
{
    struct desk *d = *state;
    answer_at(d, NOW - 9 * FF_MINUTE, FF_BY_CSAT_TOPIC, 1, "before", 1);
    answer_at(d, NOW - FF_MINUTE, FF_BY_CSAT_TOPIC, 1, "in", 1);
    const char *body = desk_ask(d, "/v1/stats", "site=shop&window=5m");
    assert_int_equal(desk_occurrences(body, "\"in\":{"), 1);
    assert_int_equal(desk_occurrences(body, "\"before\":{"), 0);
}

static void beyond_a_hundred_topics_those_with_the_fewest_answers_are_other(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i < 130; i++) {
        char topic[8];
        snprintf(topic, sizeof topic, "t%d", i);
        answer(d, FF_BY_CES_TOPIC, 5, topic, 1 + (i * 7) % 130);
    }
    const char *body = desk_ask(d, "/v1/stats", "site=shop&window=1h");
    int sum = 0, last = 1000, shown = 0;
    for (const char *p = strstr(body, "\"topics\":{\"t"); (p = strstr(p, "\"t"));) {
        int topic, n;
        if (sscanf(p++, "\"t%d\":{\"responses\":%d", &topic, &n) != 2)
            continue;
        assert_int_equal(n, 1 + topic * 7 % 130);
        assert_true(n < last);
        last = n;
        sum += n;
        shown++;
    }
    assert_int_equal(shown, 100);
    assert_int_equal(last, 31);
    char other[64];
    snprintf(other, sizeof other, "\"(other)\":{\"responses\":%d,", 30 * 31 / 2);
    assert_says(body, other);
    assert_int_equal(sum, 130 * 131 / 2 - 30 * 31 / 2);
    assert_int_equal(desk_occurrences(body, "\"(other)\""), 1);
}

static void every_number_is_compared_and_every_topic(void **state)
{
    struct desk *d = *state;
    answer(d, FF_BY_CSAT_TOPIC, 5, "both", 2);
    answer(d, FF_BY_CSAT_TOPIC, 5, "new", 1);
    answer_at(d, NOW - 61 * FF_MINUTE, FF_BY_CSAT_TOPIC, 4, "both", 1);
    answer_at(d, NOW - 61 * FF_MINUTE, FF_BY_CSAT_TOPIC, 4, "gone", 3);
    const char *body = desk_ask(d, "/v1/stats", "site=shop&window=1h&compare=previous");
    const char *previous = strstr(body, "\"previous\":{\"traffic\""), *change = strstr(body, "\"change\":{\"traffic\"");
    assert_non_null(previous);
    assert_non_null(change);
    assert_says(previous, "\"csat\":{\"responses\":4,\"mean\":4,\"top_share\":0,\"top2_share\":1,"
                          "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":4,\"5\":0},\"topics\":{"
                          "\"gone\":{\"responses\":3,\"mean\":4,\"top_share\":0,\"top2_share\":1,"
                          "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":3,\"5\":0}},"
                          "\"both\":{\"responses\":1,");
    assert_says(change, "\"csat\":{\"responses\":-0.25,\"mean\":0.25,\"top_share\":null,\"top2_share\":0,"
                        "\"distribution\":{\"1\":null,\"2\":null,\"3\":null,\"4\":-1,\"5\":null},\"topics\":{"
                        "\"both\":{\"responses\":1,\"mean\":0.25,\"top_share\":null,\"top2_share\":0,"
                        "\"distribution\":{\"1\":null,\"2\":null,\"3\":null,\"4\":-1,\"5\":null}},"
                        "\"new\":{\"responses\":null,\"mean\":null,\"top_share\":null,\"top2_share\":null,"
                        "\"distribution\":{" FIVE_NULLS "}},"
                        "\"gone\":{\"responses\":-1,\"mean\":null,");
    assert_int_equal(desk_occurrences(previous, "\"new\":{"), 1); /* in the change alone */
}

static void of_a_window_that_is_kept_no_more_all_is_null(void **state)
{
    struct desk *d = *state;
    answer(d, FF_BY_CSAT_TOPIC, 5, "new", 1);
    const char *body =
        desk_ask(d, "/v1/stats", "site=shop&from=2024-08-01T00:00:00Z&to=2026-10-26T00:00:00Z&compare=previous");
    const char *previous = strstr(body, "\"previous\":{\"traffic\"");
    assert_non_null(previous);
    assert_says(previous, "\"csat\":{\"responses\":null,\"mean\":null,\"top_share\":null,\"top2_share\":null,"
                          "\"distribution\":{" FIVE_NULLS "},\"topics\":{}}");
    assert_says(strstr(previous, "\"change\":{\"traffic\""),
                "\"distribution\":{" FIVE_NULLS "},\"topics\":{\"new\":{\"responses\":null,");
}

static void surveys_have_series_by_their_inner_section(void **state)
{
    struct desk *d = *state;
    answer(d, FF_BY_NPS_TOPIC, 10, "", 1);
    desk_ask(d, "/v1/stats/series", "site=shop&window=1h&step=1h&metric=surveys.nps.score,csat.mean,promoters");
    assert_int_equal(d->status, FF_OK);
    assert_says(d->body, "\"surveys.nps.score\":1,\"csat.mean\":null,\"promoters\":1}");
    desk_ask(d, "/v1/stats/series", "site=shop&window=1h&step=1h&metric=responses");
    assert_says(d->body, "expected surveys.csat.responses or surveys.nps.responses or surveys.ces.responses");
    static const char *const unknown[] = {"surveys.responses", "surveys.csat", "csat", "csat.score", "surveys.nps.mean",
                                          "csat.distribution", "x.csat.mean"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        char query[128];
        snprintf(query, sizeof query, "site=shop&window=1h&step=1h&metric=%s", unknown[i]);
        desk_ask(d, "/v1/stats/series", query);
        assert_int_equal(d->out.http, 400);
    }
}

static void support_is_a_mean_of_what_has_an_end(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_TICKETS_OPENED, 4);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_TICKETS_ANSWERED, 2);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_TICKETS_RESOLVED, 1);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_TICKETS_OPEN, 3);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_RESPONSE_TIME, 3 * FF_SECOND);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_RESOLUTION_TIME, FF_HOUR);
    assert_says(desk_ask(d, "/v1/stats", "site=shop&window=1h"),
                "\"support\":{\"first_response_seconds\":1.5,\"resolution_seconds\":3600,\"tickets_opened\":4,"
                "\"tickets_answered\":2,\"tickets_resolved\":1,\"tickets_open\":3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_answers_rates_are_null_and_every_score_is_there, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(answers_are_given_by_kind_score_and_topic, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(topics_of_the_answered_minutes_alone_are_there, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(beyond_a_hundred_topics_those_with_the_fewest_answers_are_other, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(every_number_is_compared_and_every_topic, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(of_a_window_that_is_kept_no_more_all_is_null, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(surveys_have_series_by_their_inner_section, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(support_is_a_mean_of_what_has_an_end, desk_open, desk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
