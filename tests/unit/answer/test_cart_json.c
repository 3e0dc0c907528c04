#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cart_json.h"

static void a_cursor_is_read_as_it_was_written(void **state)
{
    (void)state;
    static const struct cart_place places[] = {
        {FF_NEVER, 0, 0}, {0, 0, 0}, {-5, 1, UINT64_MAX}, {INT64_MAX, UINT64_MAX, 0x123456789abcdef0}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char text[CART_CURSOR + 1];
        struct cart_place got;
        cart_cursor_print(&places[i], text);
        assert_int_equal(strlen(text), CART_CURSOR);
        assert_true(cart_cursor_parse(ff_span_text(text), &got));
        assert_true(got.at == places[i].at && got.seq == places[i].seq && got.id == places[i].id);
    }
}

static void a_cart_tells_its_state_where_that_is_wanted(void **state)
{
    (void)state;
    char text[1024];
    struct json_out out;
    struct cart_view c = {.place = {.id = 0xab}, .state = CART_ABANDONED, .visitor = FF_LITERAL("v"),
                          .currency = FF_CURRENCY('E', 'U', 'R'), .checkout = true,
                          .value = 3 * FF_MONEY_ONE / 2, .last_page = FF_LITERAL("/a")};
    json_out_init(&out, text, sizeof text);
    cart_json_write(NULL, &c, true, &out);
    text[out.n] = '\0';
    assert_string_equal(text, "{\"id\":\"00000000000000ab\",\"state\":\"abandoned\",\"visitor\":\"v\",\"customer\":null,"
                              "\"items\":[],\"value\":1.5,\"currency\":\"EUR\",\"opened\":\"1970-01-01T00:00:00Z\","
                              "\"last_event\":\"1970-01-01T00:00:00Z\",\"last_page\":\"/a\",\"checkout\":true}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_is_read_as_it_was_written),
        cmocka_unit_test(a_cart_tells_its_state_where_that_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
