#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "shop.h"

#define CARTS "/v1/carts"

/* The text of a member, up to the quote behind it. */
static const char *member(const char *body, const char *key)
{
    static char out[128];
    char named[64];
    snprintf(named, sizeof named, "\"%s\":\"", key);
    const char *p = strstr(body, named);
    assert_non_null(p);
    p += strlen(named);
    snprintf(out, sizeof out, "%.*s", (int)strcspn(p, "\""), p);
    return out;
}

static void a_cart_is_told_with_all_that_is_known(void **state)
{
    struct shop *s = *state;
    shop_add(s, "v", "tea \"7\"", 90 * FF_MINUTE);
    const char *body = shop_ask(s, CARTS, "site=shop");
    assert_int_equal(s->desk->out.http, 200);
    assert_non_null(strstr(body, "{\"site\":\"shop\",\"state\":\"abandoned\",\"generated_at\":\"2026-10-25T19:23:20Z\","
                                 "\"carts\":[{\"id\":\""));
    assert_int_equal(strlen(member(body, "id")), 16);
    assert_non_null(strstr(body, "\"visitor\":\"v\",\"customer\":null,"
                                 "\"items\":[{\"sku\":\"tea \\\"7\\\"\",\"quantity\":2,\"price\":2.5}],"
                                 "\"value\":5,\"currency\":\"EUR\",\"opened\":\"2026-10-25T17:53:20Z\","
                                 "\"last_event\":\"2026-10-25T17:53:20Z\",\"last_page\":null,\"checkout\":false}],"
                                 "\"next\":\""));
    assert_non_null(strstr(shop_ask(s, CARTS, "site=other"), "\"carts\":[],"));
    assert_non_null(strstr(shop_ask(s, CARTS, "site=shop&state=open"), "\"state\":\"open\""));
    assert_non_null(strstr(shop_ask(s, CARTS, "site=shop&state=recovered"), "\"carts\":[],"));
}

static void next_goes_on_behind_what_was_told(void **state)
{
    struct shop *s = *state;
    char visitor[8], query[128], seen[16] = "";
    for (int i = 0; i < 7; i++) {
        snprintf(visitor, sizeof visitor, "%d", i);
        shop_add(s, visitor, "tea", FF_DAY - i * FF_MINUTE);
    }
    snprintf(query, sizeof query, "site=shop&limit=3");
    for (int page = 0; page < 4; page++) {
        const char *body = shop_ask(s, CARTS, query);
        for (const char *p = body; (p = strstr(p, "\"visitor\":\"")); p++)
            strncat(seen, p + strlen("\"visitor\":\""), 1);
        snprintf(query, sizeof query, "site=shop&limit=3&after=%s", member(body, "next"));
    }
    assert_string_equal(seen, "0123456");
    shop_add(s, "7", "tea", 0);
    assert_non_null(strstr(shop_ask(s, CARTS, query), "\"carts\":[]"));
    /* Where there was nothing, it begins with the first that comes. */
    snprintf(query, sizeof query, "site=other&after=%s", member(shop_ask(s, CARTS, "site=other"), "next"));
    assert_non_null(strstr(shop_ask(s, CARTS, query), "\"carts\":[]"));
}

static void what_is_not_settled_is_told_later(void **state)
{
    struct shop *s = *state;
    shop_add(s, "v", "tea", 5 * FF_SECOND);
    assert_int_equal(desk_occurrences(shop_ask(s, CARTS, "site=shop&state=open"), "\"v\""), 1);
    s->desk->ctx.unsettled = 10 * FF_SECOND;
    assert_int_equal(desk_occurrences(shop_ask(s, CARTS, "site=shop&state=open"), "\"v\""), 0);
}

static void what_does_not_fit_is_told_by_the_next_answer(void **state)
{
    struct shop *s = *state;
    char visitor[8], query[128] = "site=shop";
    for (int i = 0; i < 40; i++) {
        snprintf(visitor, sizeof visitor, "v%d", i);
        shop_add(s, visitor, "tea", FF_DAY - i * FF_MINUTE);
    }
    fold_advance(s->fold, NOW);
    size_t carts = 0, answers = 0;
    for (size_t some = 1; some > 0; answers++) {
        char body[ANSWER_MIN + 1];
        struct answer_out out = {.body = body, .size = ANSWER_MIN};
        assert_int_equal(answer_query(&s->desk->ctx, ff_span_text(CARTS), ff_span_text(query), &out), FF_OK);
        body[out.length] = '\0';
        carts += some = desk_occurrences(body, "\"visitor\"");
        snprintf(query, sizeof query, "site=shop&after=%s", member(body, "next"));
    }
    assert_int_equal(carts, 40);
    assert_true(answers > 5);
}

static void refusals_name_the_parameter(void **state)
{
    struct shop *s = *state;
    static const struct {
        const char *query, *parameter;
    } rows[] = {
        {"site=shop&state=lost", "state"},   {"site=shop&state=", "state"},
        {"site=shop&limit=0", "limit"},      {"site=shop&limit=1001", "limit"},
        {"site=shop&limit=", "limit"},       {"site=shop&limit=1x", "limit"},
        {"site=shop&limit=-1", "limit"},     {"site=shop&limit=00000000001", "limit"},
        {"site=shop&after=", "after"},       {"site=shop&after=12", "after"},
        {"site=shop&window=24h", "window"},  {"state=open", "site"},
        {"site=shop&after=00000000000000000000000000000000000000000000000g", "after"},
        {"site=shop&after=0000000000000000000000000000000000000000000000000", "after"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[64];
        snprintf(want, sizeof want, "\"parameter\":\"%s\"}", rows[i].parameter);
        const char *body = shop_ask(s, CARTS, rows[i].query);
        assert_int_equal(s->desk->out.http, 400);
        if (!strstr(body, want))
            fail_msg("%s: %s", rows[i].query, body);
    }
}

int main(void)
{
#define T_(name) cmocka_unit_test_setup_teardown(name, shop_open, shop_close)
    const struct CMUnitTest tests[] = {
        T_(a_cart_is_told_with_all_that_is_known),
        T_(next_goes_on_behind_what_was_told),
        T_(what_is_not_settled_is_told_later),
        T_(what_does_not_fit_is_told_by_the_next_answer),
        T_(refusals_name_the_parameter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
