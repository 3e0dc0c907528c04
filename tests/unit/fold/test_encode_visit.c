#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What is put is got. */
#include "strip.h"

#include "encode_visit.h"
#include "history.h"

static struct session session_again(struct session s)
{
    struct strip strip;
    struct session got;
    session_put(strip_begin(&strip), &s, NEAR);
    session_get(strip_turn(&strip), &got, NEAR);
    assert_true(strip_end(&strip));
    return got;
}

#define assert_same(field) assert_true(got.field == s.field)

static void a_session_is_got_as_it_was_put(void **state)
{
    (void)state;
    struct history h = {.seed = 42};
    for (int i = 0; i < 500; i++) {
        struct session s = {
            .start = T(-below(&h, 100)), .begun = true, .length = draw(&h.seed) & SESSION_LENGTH_MAX,
            .pageviews = (uint32_t)below(&h, 3) * 1000, .refinements = (uint32_t)below(&h, 300),
            .engaged = (unsigned)below(&h, SESSION_ENGAGED_FROM + 1),
            .last_page_engaged = draw(&h.seed) & SESSION_ENGAGED_MAX,
            .first = draw(&h.seed) & 1, .interacted = draw(&h.seed) & 1, .added_to_cart = draw(&h.seed) & 1,
            .began_checkout = draw(&h.seed) & 1, .purchased = draw(&h.seed) & 1, .searched = draw(&h.seed) & 1,
            .search_open = draw(&h.seed) & 1, .item_views = draw(&h.seed) % 3, .pages_after_search = draw(&h.seed) % 3,
        };
        s.term = s.searched ? draw(&h.seed) : 0;
        if (s.pageviews > 0) {
            s.last_page = draw(&h.seed) % (s.length + 1u);
            s.page_time = draw(&h.seed) % (s.last_page + 1u);
        }
        struct session got = session_again(s);
        assert_same(begun);
        assert_same(start);
        assert_same(length);
        assert_same(last_page);
        assert_same(page_time);
        assert_same(last_page_engaged);
        assert_same(engaged);
        assert_same(term);
        assert_same(pageviews);
        assert_same(refinements);
        assert_same(item_views);
        assert_same(pages_after_search);
        assert_same(first);
        assert_same(interacted);
        assert_same(added_to_cart);
        assert_same(began_checkout);
        assert_same(purchased);
        assert_same(searched);
        assert_same(search_open);
    }
    assert_false(session_again((struct session){.begun = false}).begun);
}

static void a_visitor_is_got_as_it_was_put(void **state)
{
    (void)state;
    struct strip strip;
    struct visitor s = {.key = UINT64_MAX - 1, .site = 65535, .touched = -99, .newest = T(9),
                        .head.session = {.start = T(1), .length = 5, .begun = true}};
    struct visitor got = {0};
    visitor_put(strip_begin(&strip), &s, 1 << 30);
    visitor_get(strip_turn(&strip), &got, 1 << 30);
    assert_true(strip_end(&strip));
    assert_same(key);
    assert_same(site);
    assert_same(touched);
    assert_same(newest);
    assert_same(head.session.start);
    assert_same(head.session.length);
}

static void a_cart_is_got_as_it_was_put(void **state)
{
    (void)state;
    ff_money_sum most = (ff_money_sum)FF_MONEY_MAX * 1000000 * CART_LINES_MAX;
    const struct cart carts[] = {
        {.opened = T(0), .last = T(5), .value = most, .currency = EUR, .emptied = true},
        {.opened = T(0), .last = T(5), .value = -most, .currency = USD, .checkout = true, .gap = true},
        {.opened = T(7), .last = T(7), .value = -1, .currency = 0},
        {.opened = -T(7), .last = T(7), .converted = true, .paid = -FF_MONEY_MAX, .paid_currency = USD},
        {.opened = -T(7), .last = T(7), .converted = true, .paid = FF_MONEY_MAX, .currency = EUR},
    };
    for (size_t i = 0; i < sizeof carts / sizeof *carts; i++) {
        struct strip strip;
        struct cart s = carts[i], got = {0};
        cart_put(strip_begin(&strip), &s, NEAR);
        cart_get(strip_turn(&strip), &got, NEAR);
        assert_true(strip_end(&strip));
        assert_same(opened);
        assert_same(last);
        assert_same(value);
        assert_same(paid);
        assert_same(currency);
        assert_same(paid_currency);
        assert_same(emptied);
        assert_same(converted);
        assert_same(checkout);
        assert_same(gap);
    }
}

static void lines_are_got_until_their_end(void **state)
{
    (void)state;
    struct strip strip;
    struct line s = {.sku = UINT64_MAX, .price = -FF_MONEY_MAX, .quantity = INT32_MAX, .has_price = true}, got;
    struct line unpriced = {.sku = 1, .price = 5, .quantity = 0};
    struct image_out *out = strip_begin(&strip);
    line_put(out, &s);
    line_put(out, &unpriced);
    line_put_end(out);
    struct image_in *in = strip_turn(&strip);
    assert_true(line_get(in, &got));
    assert_same(sku);
    assert_same(price);
    assert_same(quantity);
    assert_same(has_price);
    assert_true(line_get(in, &got));
    assert_true(got.sku == 1 && got.price == 5 && got.quantity == 0 && !got.has_price);
    assert_false(line_get(in, &got));
    assert_true(strip_end(&strip));
}

static void extras_are_got_until_their_end(void **state)
{
    (void)state;
    struct strip strip;
    struct extra s = {.kind = EXTRA_ORDERS, .what = USD, .n = UINT32_MAX, .amount = -(ff_money_sum)FF_MONEY_MAX * 9};
    struct extra term = {.kind = EXTRA_TERM, .what = 77}, got;
    struct image_out *out = strip_begin(&strip);
    extra_put(out, &s);
    extra_put(out, &term);
    extra_put_end(out);
    struct image_in *in = strip_turn(&strip);
    assert_true(extra_get(in, &got));
    assert_same(kind);
    assert_same(what);
    assert_same(n);
    assert_same(amount);
    assert_true(extra_get(in, &got));
    assert_true(got.kind == EXTRA_TERM && got.what == 0 && got.n == 0); /* its word is put behind it */
    assert_false(extra_get(in, &got));
    assert_true(strip_end(&strip));
}

static void an_act_is_got_as_it_was_put(void **state)
{
    (void)state;
    const struct act acts[] = {
        {.time = T(0), .type = FF_PING, .engaged_ms = UINT32_MAX},
        {.time = T(-1), .type = FF_PING},
        {.time = ACT_TIME_MIN, .type = FF_CUSTOM, .passive = true},
        {.time = T(0), .type = FF_PURCHASE, .late = true, .rested = true, .rest = 9},
    };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        struct strip strip;
        struct act s = acts[i], got;
        act_put(strip_begin(&strip), &s, NEAR, i == 3 ? T(-7) : FF_NEVER);
        assert_int_equal(act_get(strip_turn(&strip), &got, NEAR, i == 3 ? T(-7) : FF_NEVER), i == 3);
        assert_true(strip_end(&strip));
        assert_same(time);
        assert_same(type);
        assert_same(passive);
        assert_same(late);
        assert_true(i == 3 || got.engaged_ms == s.engaged_ms);
    }
}

static void the_rest_of_an_act_is_got_as_it_was_put(void **state)
{
    (void)state;
    struct act search = {.type = FF_SEARCH}, late = {.type = FF_PURCHASE, .late = true}, add = {.type = FF_ADD_TO_CART};
    struct act_rest term = {.term = UINT64_MAX}, currency = {.currency = USD}, got = {0};
    struct act_rest s = {.value = -FF_MONEY_MAX, .currency = EUR, .late_time = T(-99), .received = T(2)};
    struct strip strip;
    struct image_out *out = strip_begin(&strip);
    act_rest_put(out, &term, &search, NEAR);
    act_rest_put(out, &currency, &add, NEAR);
    act_rest_put(out, &s, &late, NEAR);
    struct image_in *in = strip_turn(&strip);
    act_rest_get(in, &got, &search, NEAR);
    assert_true(got.term == UINT64_MAX);
    act_rest_get(in, &got, &add, NEAR);
    assert_int_equal(got.currency, USD);
    act_rest_get(in, &got, &late, NEAR);
    assert_true(strip_end(&strip));
    assert_same(value);
    assert_same(currency);
    assert_same(late_time);
    assert_same(received);
}

static void a_tail_is_got_as_it_was_put(void **state)
{
    (void)state;
    for (int settled = 0; settled < 2; settled++) {
        struct strip strip;
        struct tail s = {.newest_received = T(7), .count = 99, .since = 12}, got = {0};
        ff_wall to = settled ? T(-1) : FF_NEVER, got_to;
        uint32_t behind;
        tail_put(strip_begin(&strip), &s, to, 45, NEAR);
        tail_get(strip_turn(&strip), &got, &got_to, &behind, NEAR);
        assert_true(strip_end(&strip));
        assert_same(newest_received);
        assert_same(count);
        assert_same(since);
        assert_true(got_to == to && behind == 45);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_got_as_it_was_put),
        cmocka_unit_test(a_visitor_is_got_as_it_was_put),
        cmocka_unit_test(a_cart_is_got_as_it_was_put),
        cmocka_unit_test(lines_are_got_until_their_end),
        cmocka_unit_test(extras_are_got_until_their_end),
        cmocka_unit_test(an_act_is_got_as_it_was_put),
        cmocka_unit_test(the_rest_of_an_act_is_got_as_it_was_put),
        cmocka_unit_test(a_tail_is_got_as_it_was_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
