#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "check_items.h"
#include "given.h"

static void refuses(const char *text, enum ff_status fault, const char *field)
{
    struct canon *c = given_canon(1);
    struct given g;
    given_beacon(&g, text);
    assert_false(check_items(c, &g.r.beacon));
    assert_int_equal(g.r.beacon.fault, fault);
    assert_string_equal(g.r.beacon.fault_field, field);
    canon_free(&c);
}

static void accepts(const char *text)
{
    struct canon *c = given_canon(1);
    struct given g;
    given_beacon(&g, text);
    assert_true(check_items(c, &g.r.beacon));
    assert_ptr_equal(g.r.beacon.items, g.items);
    canon_free(&c);
}

static void every_item_needs_a_sku(void **state)
{
    char line[200] = "type=purchase|items=";
    (void)state;
    accepts("type=purchase|items=a,b:2,c:3:9.99");
    refuses("type=purchase|items=a,-", FF_MISSING, "items.sku");
    refuses("type=purchase|items=:1", FF_BAD_ID, "items.sku");
    memset(line + strlen(line), 's', 128);
    accepts(line);
    line[strlen(line)] = 's';
    refuses(line, FF_BAD_ID, "items.sku");
    refuses("type=purchase|items=\xFF", FF_NOT_UTF8, "items.sku");
}

static void quantities_are_1_to_a_million_and_0_in_update_cart(void **state)
{
    (void)state;
    accepts("type=add_to_cart|items=a:1000000");
    accepts("type=update_cart|items=a:0");
    refuses("type=add_to_cart|items=a:0", FF_OUT_OF_RANGE, "items.quantity");
    refuses("type=remove_from_cart|items=a:0", FF_OUT_OF_RANGE, "items.quantity");
    refuses("type=purchase|items=b,a:0", FF_OUT_OF_RANGE, "items.quantity");
    refuses("type=update_cart|items=a:-1", FF_OUT_OF_RANGE, "items.quantity");
    refuses("type=update_cart|items=a:1000001", FF_OUT_OF_RANGE, "items.quantity");
}

static void long_texts_are_cut_in_a_copy(void **state)
{
    struct canon *c = given_canon(1);
    struct given g;
    static char text[300];
    (void)state;
    memset(text, 'n', sizeof text);
    memcpy(text + 255, "\xC3\xA9", 2);
    given_beacon(&g, "type=purchase|items=a,b:2:5");
    g.items[1].text[FF_ITEM_NAME] = ff_span_of(text, 257);
    g.items[1].text[FF_ITEM_VARIANT] = ff_span_of(text, 300);
    g.items[0].text[FF_ITEM_BRAND] = ff_span_of(text, 255);
    assert_true(check_items(c, &g.r.beacon));
    assert_ptr_not_equal(g.r.beacon.items, g.items);
    assert_int_equal(g.r.beacon.cut, 2);
    assert_int_equal(g.r.beacon.items[1].text[FF_ITEM_NAME].n, 255);
    assert_int_equal(g.r.beacon.items[1].text[FF_ITEM_VARIANT].n, 255);
    assert_int_equal(g.r.beacon.items[0].text[FF_ITEM_BRAND].n, 255);
    assert_int_equal(g.r.beacon.items[1].quantity, 2);
    assert_int_equal(g.r.beacon.items[1].price, 50000);
    assert_int_equal(g.items[1].text[FF_ITEM_NAME].n, 257);
    canon_free(&c);
}

static void texts_of_items_are_utf8(void **state)
{
    static const char *const fields[] = {NULL, "items.name", "items.category", "items.brand",
                                         "items.variant"};
    struct canon *c = given_canon(1);
    struct given g;
    (void)state;
    for (int i = 1; i < FF_ITEM_TEXT_COUNT; i++) {
        given_beacon(&g, "type=purchase|items=a");
        g.items[0].text[i] = FF_LITERAL("\xC3");
        assert_false(check_items(c, &g.r.beacon));
        assert_int_equal(g.r.beacon.fault, FF_NOT_UTF8);
        assert_string_equal(g.r.beacon.fault_field, fields[i]);
    }
    canon_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_needs_a_sku),
        cmocka_unit_test(quantities_are_1_to_a_million_and_0_in_update_cart),
        cmocka_unit_test(long_texts_are_cut_in_a_copy),
        cmocka_unit_test(texts_of_items_are_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
