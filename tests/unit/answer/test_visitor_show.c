#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "shop.h"

static void a_visitor_is_shown_with_session_and_cart(void **state)
{
    struct shop *s = *state;
    shop_add(s, "v-1", "tea", 10 * FF_MINUTE);
    const char *body = shop_ask(s, "/v1/visitors/v-1", "site=shop");
    assert_int_equal(s->desk->out.http, 200);
    assert_non_null(strstr(body, "{\"site\":\"shop\",\"visitor\":\"v-1\",\"generated_at\":\"2026-10-25T19:23:20Z\","
                                 "\"session\":{\"start\":\"2026-10-25T19:13:20Z\",\"last_event\":\"2026-10-25T19:13:20Z\","
                                 "\"over\":false,\"new_visitor\":true,\"pageviews\":0,"
                                 "\"entry_page\":null,\"exit_page\":null,\"channel\":\"direct\",\"source\":null,\"campaign\":null,"
                                 "\"device\":null,\"country\":null,\"interacted\":true,"
                                 "\"searched\":false,\"added_to_cart\":true,\"began_checkout\":false,"
                                 "\"purchased\":false},\"cart\":{\"id\":\""));
    assert_non_null(strstr(body, "\"state\":\"open\",\"visitor\":\"v-1\""));
    assert_non_null(strstr(body, "\"checkout\":false},\"customer\":null}"));
    assert_string_not_equal(s->desk->out.etag, "");
}

static void ids_are_percent_encoded(void **state)
{
    struct shop *s = *state;
    shop_add(s, "a/b c+ü", "tea", 0);
    assert_non_null(strstr(shop_ask(s, "/v1/visitors/a%2Fb%20c+%C3%bc", "site=shop"), "\"visitor\":\"a/b c+ü\""));
    assert_non_null(strstr(shop_ask(s, "/v1/visitors/a/b%20c%2b%c3%bc", "site=shop"), "\"visitor\":\"a/b c+ü\""));
}

static void who_is_not_known_is_not_found(void **state)
{
    struct shop *s = *state;
    shop_add(s, "v", "tea", 0);
    shop_ask(s, "/v1/visitors/w", "site=shop");
    assert_int_equal(s->desk->out.http, 404);
    shop_ask(s, "/v1/visitors/v", "site=other");
    assert_int_equal(s->desk->out.http, 404);
    shop_ask(s, "/v1/visitors/v", "site=shop");
    assert_int_equal(s->desk->out.http, 200);
}

static void what_is_no_id_is_refused(void **state)
{
    struct shop *s = *state;
    char path[600] = "/v1/visitors/";
    memset(path + strlen(path), 'x', 129);
    const char *const paths[] = {"/v1/visitors/", "/v1/visitors/%", "/v1/visitors/%4", "/v1/visitors/%zz", path};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        shop_ask(s, paths[i], "site=shop");
        assert_int_equal(s->desk->out.http, 400);
    }
    shop_ask(s, "/v1/visitors", "site=shop");
    assert_int_equal(s->desk->out.http, 404);
    shop_ask(s, "/v1/visitors/v", "site=shop&window=24h");
    assert_int_equal(s->desk->out.http, 400);
}

/* What a DELETE reads. */
static void it_is_read_who_is_meant(void **state)
{
    struct shop *s = *state;
    struct answer_visitor who;
    struct answer_out out = {.body = s->desk->body, .size = sizeof s->desk->body};
    assert_int_equal(answer_visitor(&s->desk->ctx, FF_LITERAL("/v1/visitors/a%2fb"),
                                    FF_LITERAL("customer=c+%2B1&site=other"), &who, &out), FF_OK);
    assert_true(who.site == 1 && ff_span_is(who.visitor, "a/b") && ff_span_is(who.customer, "c +1"));
    assert_int_equal(answer_visitor(&s->desk->ctx, FF_LITERAL("/v1/visitors/a"), FF_LITERAL("site=shop"), &who, &out), FF_OK);
    assert_true(who.site == 0 && !who.customer.p);
    static const char *const bad[] = {"site=shop&customer=", "site=nowhere", "", "site=shop&more=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(answer_visitor(&s->desk->ctx, FF_LITERAL("/v1/visitors/a"), ff_span_text(bad[i]), &who, &out), FF_OK);
        assert_int_equal(out.http, 400);
        assert_true(out.length > 0);
    }
    char query[200] = "site=shop&customer=";
    memset(query + strlen(query), 'c', 129);
    assert_int_equal(answer_visitor(&s->desk->ctx, FF_LITERAL("/v1/visitors/a"), ff_span_text(query), &who, &out), FF_BAD_PARAMETER);
}

int main(void)
{
#define T_(name) cmocka_unit_test_setup_teardown(name, shop_open, shop_close)
    const struct CMUnitTest tests[] = {
        T_(a_visitor_is_shown_with_session_and_cart),
        T_(ids_are_percent_encoded),
        T_(who_is_not_known_is_not_found),
        T_(what_is_no_id_is_refused),
        T_(it_is_read_who_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
