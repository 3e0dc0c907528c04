#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

#define STATS "/v1/stats"

static void refuses(struct desk *d, const char *path, const char *query, enum ff_status status,
                    const char *body)
{
    assert_string_equal(desk_ask(d, path, query), body);
    assert_int_equal(d->status, status);
    assert_int_equal(d->out.http, ff_status_http(status));
    assert_string_equal(d->out.etag, "");
}

static void paths_that_are_no_queries_are_not_found(void **state)
{
    struct desk *d = *state;
    static const char *const paths[] = {
        "", "/", "/v1/stat", "/v1/stats/", "/v1/stats/series/x", "/v1/stats?"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        refuses(d, paths[i], "", FF_NOT_FOUND,
                "{\"error\":\"there is nothing here\",\"code\":\"not_found\"}");
}

static void refusals_name_the_parameter(void **state)
{
    struct desk *d = *state;
    refuses(d, STATS, "site=shop&colour=red", FF_BAD_PARAMETER,
            "{\"error\":\"colour: no such parameter here; expected one of site, window, from, to, "
            "compare\",\"code\":\"bad_parameter\",\"parameter\":\"colour\"}");
    refuses(d, STATS, "site=shop&compare=month", FF_BAD_PARAMETER,
            "{\"error\":\"compare: expected previous or year\","
            "\"code\":\"bad_parameter\",\"parameter\":\"compare\"}");
    refuses(d, "/v1/stats/series", "site=shop&metric=sessions&step=1h&compare=", FF_BAD_PARAMETER,
            "{\"error\":\"compare: expected previous or year\","
            "\"code\":\"bad_parameter\",\"parameter\":\"compare\"}");
    refuses(
        d, STATS, "site=shop&window=fast", FF_BAD_PARAMETER,
        "{\"error\":\"window: expected a number of minutes, hours or days such as 15m, 24h or 7d\","
        "\"code\":\"bad_parameter\",\"parameter\":\"window\"}");
    refuses(d, STATS, "site=shop&%ff%22=1", FF_BAD_PARAMETER,
            "{\"error\":\"\\ufffd\\\": no such parameter here; expected one of site, window, from, "
            "to, compare\","
            "\"code\":\"bad_parameter\",\"parameter\":\"\\ufffd\\\"\"}");
}

static void sites_go_by_id_or_alias(void **state)
{
    struct desk *d = *state;
    static const char *const names[] = {"site=shop", "site=berlin", "site=ber+lin",
                                        "site=ber%20lin"};
    for (size_t i = 0; i < 4; i++)
        assert_non_null(strstr(desk_ask(d, STATS, names[i]), "{\"site\":\"shop\","));
    refuses(d, STATS, "site=shoppe", FF_UNKNOWN_SITE,
            "{\"error\":\"site: no such site is "
            "configured\",\"code\":\"unknown_site\",\"parameter\":\"site\"}");
    refuses(d, STATS, "", FF_BAD_PARAMETER,
            "{\"error\":\"site: expected the id of a site, as there are "
            "several\",\"code\":\"bad_parameter\","
            "\"parameter\":\"site\"}");
    d->ctx.site_count = 1;
    assert_non_null(strstr(desk_ask(d, STATS, ""), "{\"site\":\"shop\","));
}

static void the_etag_is_of_all_but_generated_at(void **state)
{
    struct desk *d = *state;
    char etag[ANSWER_ETAG], body[8192];
    strcpy(body, desk_ask(d, STATS, "site=shop&from=1792900000&to=1792950000"));
    strcpy(etag, d->out.etag);
    assert_int_equal(strlen(etag), 34);
    assert_true(etag[0] == '"' && etag[33] == '"');
    d->ctx.now += 1500 * FF_MILLISECOND;
    assert_string_not_equal(body, desk_ask(d, STATS, "site=shop&from=1792900000&to=1792950000"));
    assert_string_equal(etag, d->out.etag);
    desk_ask(d, STATS,
             "site=shop&from=1792900100&to=1792950000"); /* only what is before it differs */
    assert_string_not_equal(etag, d->out.etag);
    desk_ask(d, STATS, "site=other&from=1792900000&to=1792950000");
    assert_string_not_equal(etag, d->out.etag);
    desk_count(d, 0, NOW - FF_DAY / 2, FF_COUNT_ORDER_DUPLICATES, 1); /* behind generated_at */
    desk_ask(d, STATS, "site=shop&from=1792900000&to=1792950000");
    assert_string_not_equal(etag, d->out.etag);
}

static void the_etag_is_also_of_what_is_compared_with(void **state)
{
    struct desk *d = *state;
    static const char query[] = "site=shop&from=1792900000&to=1792950000&compare=previous";
    char etag[ANSWER_ETAG];
    desk_ask(d, STATS, query);
    strcpy(etag, d->out.etag);
    d->ctx.now += 1500 * FF_MILLISECOND;
    desk_ask(d, STATS, query);
    assert_string_equal(etag, d->out.etag);
    desk_count(d, 0, INT64_C(1792899000) * FF_SECOND, FF_COUNT_SESSIONS, 1);
    desk_ask(d, STATS, query);
    assert_string_not_equal(etag, d->out.etag);
    strcpy(etag, d->out.etag);
    desk_ask(d, STATS, "site=shop&from=1792900000&to=1792950000&compare=year");
    assert_string_not_equal(etag, d->out.etag);
}

static void if_none_match_may_be_a_list_weak_or_a_star(void **state)
{
    (void)state;
    static const char *const yes[] = {"\"ab\"", "W/\"ab\"", "\"x\", \"ab\"", "\"x\" ,W/\"ab\" ",
                                      "*",      " * ",      "\"ab\",\"x\"",  ",,\"ab\""};
    static const char *const no[] = {"",   "ab", "\"a\"",       "\"abc\"", "w/\"ab\"",
                                     "W/", ",",  "\"x\",\"y\"", "\"ab"};
    for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
        if (!answer_matches(ff_span_text(yes[i]), "\"ab\""))
            fail_msg("%s does not match", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
        if (answer_matches(ff_span_text(no[i]), "\"ab\""))
            fail_msg("%s matches", no[i]);
    assert_false(answer_matches(ff_span_of(NULL, 0), "\"ab\""));
    assert_false(answer_matches(FF_LITERAL("*"), ""));
}

static void an_answer_that_does_not_fit_is_refused_whole(void **state)
{
    struct desk *d = *state;
    d->out = (struct answer_out){.body = malloc(ANSWER_MIN), .size = ANSWER_MIN};
    struct ff_span query = FF_LITERAL("site=shop&metric=sessions&step=1m&window=10h");
    assert_int_equal(answer_query(&d->ctx, FF_LITERAL("/v1/stats/series"), query, &d->out),
                     FF_BAD_PARAMETER);
    static const char expected[] =
        "{\"error\":\"the answer would be larger than 2048 bytes: ask for less at once\","
        "\"code\":\"bad_parameter\"}";
    assert_int_equal(d->out.length, sizeof(expected) - 1);
    assert_memory_equal(d->out.body, expected, sizeof(expected) - 1);
    free(d->out.body);
}

static void every_refusal_fits_the_least_buffer(void **state)
{
    struct desk *d = *state;
    char query[4000], *body = malloc(ANSWER_MIN);
    memset(query, 1, 4000); /* each byte takes six when escaped */
    memcpy(query, "site=shop&", 10);
    static const size_t lengths[] = {11, 100, 4000};
    for (size_t i = 0; i < 3; i++) {
        d->out = (struct answer_out){.body = body, .size = ANSWER_MIN};
        assert_int_equal(
            answer_query(&d->ctx, FF_LITERAL(STATS), ff_span_of(query, lengths[i]), &d->out),
            FF_BAD_PARAMETER);
        assert_true(d->out.length < ANSWER_MIN / 2 && body[d->out.length - 1] == '}');
    }
    free(body);
}

#define t(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(paths_that_are_no_queries_are_not_found),
        t(refusals_name_the_parameter),
        t(sites_go_by_id_or_alias),
        t(the_etag_is_of_all_but_generated_at),
        t(the_etag_is_also_of_what_is_compared_with),
        t(if_none_match_may_be_a_list_weak_or_a_star),
        t(an_answer_that_does_not_fit_is_refused_whole),
        t(every_refusal_fits_the_least_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
