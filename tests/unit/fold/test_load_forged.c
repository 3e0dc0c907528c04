#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Images made by hand: what no fold writes. */
#include "picture.h"

#include "encode.h"
#include "encode_recall.h"
#include "encode_visit.h"
#include "forget.h"

#define MINUTE_OF_T0 ((int32_t)(T(0) / FF_MINUTE))

struct forgery {
    struct picture picture;
    struct image_out out;
    int32_t near;
};

static struct image_out *forge(struct forgery *g, ff_wall now, uint32_t ids, uint32_t visitors)
{
    static const char *const sections[] = {SECTION_IDS, SECTION_ORDERS, SECTION_REFUNDS, SECTION_ALIASES};
    *g = (struct forgery){.picture.block = 4096};
    struct image_out *out = &g->out;
    assert_true(image_out_begin(out, picture_give, &g->picture));
    image_put_section(out, SECTION_FOLD, SECTION_VERSION);
    image_put_uint(out, 2); /* sites */
    now_put(out, now);
    struct fold_options rules = bench_options();
    rules_put(out, &rules);
    counts_put(out, &(struct fold_counts){0});
    image_put_uint(out, 0); /* texts that found no room, in either table of words */
    image_put_uint(out, 0);
    for (int i = 0; i < 4; i++) {
        image_put_section(out, sections[i], SECTION_VERSION);
        image_put_uint(out, 0); /* given way */
        image_put_uint(out, i == 0 ? ids : 0);
        for (uint32_t k = 0; i == 0 && k < ids; k++)
            image_put_uint(out, 0); /* forgotten */
    }
    image_put_section(out, SECTION_VISITORS, SECTION_VERSION);
    image_put_uint(out, visitors);
    return out;
}

static void forge_visitor(struct forgery *g, uint64_t key, uint16_t site)
{
    struct visitor v = {.key = key, .site = site, .touched = MINUTE_OF_T0, .newest = T(0)};
    visitor_put(&g->out, &v, g->near);
    g->near = v.touched;
}

/* Of an act of which more is known. */
static void forge_no_words(struct forgery *g)
{
    for (int i = 0; i < 3; i++)
        image_put_uint(&g->out, WORD_NONE);
}

static void forge_lines(struct forgery *g, uint32_t n, uint64_t step, int64_t quantity)
{
    for (uint32_t i = 0; i < n; i++) {
        line_put(&g->out, &(struct line){.sku = (UINT64_C(1) << 63) + i * step, .price = 1, .quantity = quantity});
        image_put_uint(&g->out, WORD_NONE); /* no texts */
        image_put_uint(&g->out, WORD_NONE);
    }
    line_put_end(&g->out);
}

/* A cart and what comes before it, which is put by the caller. */
static void forge_cart(struct forgery *g, uint32_t lines, uint64_t step, int64_t value)
{
    cart_put(&g->out, &(struct cart){.opened = T(0), .last = T(0), .value = value}, T(0));
    image_put_uint(&g->out, 0); /* no card */
    forge_lines(g, lines, step, 1);
}

static void forge_tails(struct forgery *g, uint32_t n)
{
    image_put_section(&g->out, SECTION_TAILS, SECTION_VERSION);
    image_put_uint(&g->out, n);
}

static void forge_tail(struct forgery *g, uint64_t key, uint64_t named, bool settled, uint16_t acts, uint32_t behind)
{
    image_put_u64(&g->out, key);
    image_put_uint(&g->out, named);
    image_put_uint(&g->out, 0); /* extras */
    tail_put(&g->out, &(struct tail){.newest_received = T(0), .count = acts}, settled ? T(0) - 9 : FF_NEVER,
             behind, T(0));
    if (settled)
        image_put_uint(&g->out, 0); /* no session */
}

static bool forged(struct forgery *g, struct bench *b)
{
    struct hash128 digest;
    struct bench none;
    bench_open(&none);
    tickets_save(none.fold, &g->out);
    comments_save(none.fold, &g->out);
    customers_save(none.fold, &g->out);
    forget_save(none.fold, &g->out);
    bench_close(&none);
    assert_true(image_out_end(&g->out, &digest));
    bench_open(b);
    bool loaded = picture_load(&g->picture, b->fold);
    picture_free(&g->picture);
    return loaded;
}

static bool is_a_fold(struct forgery *g)
{
    struct bench b;
    bool loaded = forged(g, &b);
    if (loaded)
        bench_assert_empties(&b);
    bench_close(&b);
    return loaded;
}

static bool is_with(ff_wall now, uint32_t ids, uint32_t visitors, uint64_t second_key, uint16_t site)
{
    struct forgery g;
    forge(&g, now, ids, visitors);
    for (uint32_t i = 0; i < visitors; i++) {
        forge_visitor(&g, i ? second_key : 1, site);
        image_put_uint(&g.out, CART_NONE);
    }
    forge_tails(&g, 0);
    return is_a_fold(&g);
}

static void visitors_are_of_some_site_and_two_and_not_from_before_all_time(void **state)
{
    (void)state;
    assert_true(is_with(T(0), 3, 2, 2, 1));
    assert_false(is_with(T(0), 3, 2, 2, 2));
    assert_false(is_with(T(0), 3, 2, 1, 1));
    assert_true(is_with(FF_NEVER, 0, 0, 0, 0));
    assert_false(is_with(FF_NEVER, 0, 1, 0, 0));
    assert_false(is_with(FF_NEVER, 1, 0, 0, 0));
}

static bool is_with_cart(uint32_t lines, uint64_t step, int64_t value)
{
    struct forgery g;
    struct image_out *out = forge(&g, T(0), 0, 1);
    forge_visitor(&g, 1, 0);
    image_put_uint(out, CART_FOLLOWS);
    image_put_uint(out, CART_NONE);
    forge_cart(&g, lines, step, value);
    forge_tails(&g, 0);
    return is_a_fold(&g);
}

static void a_cart_has_each_sku_once_and_not_too_many_and_is_worth_them(void **state)
{
    (void)state;
    assert_true(is_with_cart(CART_LINES_MAX, 1, CART_LINES_MAX));
    assert_false(is_with_cart(CART_LINES_MAX + 1, 1, CART_LINES_MAX + 1));
    assert_false(is_with_cart(2, 0, 2));
    assert_false(is_with_cart(2, UINT64_MAX, 2)); /* downwards */
    assert_false(is_with_cart(2, 1, 3));
    assert_true(is_with_cart(0, 0, 3)); /* one before another has lost its lines */
}

static bool is_with_carts_so_deep(int depth)
{
    struct forgery g;
    struct image_out *out = forge(&g, T(0), 0, 1);
    forge_visitor(&g, 1, 0);
    for (int i = 0; i < depth; i++)
        image_put_uint(out, CART_FOLLOWS);
    image_put_uint(out, CART_NONE);
    for (int i = 0; i < depth; i++)
        forge_cart(&g, 0, 0, 0);
    forge_tails(&g, 0);
    return is_a_fold(&g);
}

static void a_cart_has_one_before_it_and_that_one_none(void **state)
{
    (void)state;
    assert_true(is_with_carts_so_deep(1));
    assert_true(is_with_carts_so_deep(2));
    assert_false(is_with_carts_so_deep(3));
}

/* The head's cart is the second that is named, the one before it the first. */
static void forge_with_two_carts(struct forgery *g, uint32_t visitors)
{
    struct image_out *out = forge(g, T(0), 0, visitors);
    forge_visitor(g, 1, 0);
    image_put_uint(out, CART_FOLLOWS);
    image_put_uint(out, CART_FOLLOWS);
    image_put_uint(out, CART_NONE);
    forge_cart(g, 0, 0, 0);
    forge_cart(g, 1, 1, 1);
}

static bool is_with_named(uint64_t named, uint64_t settled, uint64_t before)
{
    struct forgery g;
    forge_with_two_carts(&g, 1);
    forge_tails(&g, 1);
    forge_tail(&g, 1, named, true, 0, 0);
    image_put_uint(&g.out, settled);
    if (settled == CART_FOLLOWS) {
        image_put_uint(&g.out, before);
        forge_cart(&g, 0, 0, 0);
    }
    return is_a_fold(&g);
}

static void a_cart_that_is_named_is_there_and_fits_its_place(void **state)
{
    (void)state;
    assert_true(is_with_named(2, CART_NONE, 0));
    assert_false(is_with_named(1, CART_NONE, 0));
    assert_false(is_with_named(0, CART_NONE, 0));
    assert_false(is_with_named(3, CART_NONE, 0));
    assert_true(is_with_named(2, CART_NAMED, 0));
    assert_true(is_with_named(2, CART_NAMED + 1, 0));
    assert_false(is_with_named(2, CART_NAMED + 2, 0));
    assert_true(is_with_named(2, CART_FOLLOWS, CART_NAMED));
    assert_false(is_with_named(2, CART_FOLLOWS, CART_NAMED + 1)); /* that one has another before it */
}

/* The number that an act of which more is known begins with (encode.c). */
#define AN_ACT_WITH_MORE(type) ((type) * 8 + 4)

static bool is_with_items(uint32_t n, uint64_t step, int64_t quantity, enum ff_type type)
{
    struct forgery g;
    struct image_out *out = forge(&g, T(0), 0, 1);
    struct act_rest rest = {.currency = EUR};
    struct act act = {.time = T(0), .type = type, .rest = 1};
    forge_visitor(&g, 1, 0);
    image_put_uint(out, CART_NONE);
    forge_tails(&g, 1);
    forge_tail(&g, 1, 0, false, 1, 0);
    image_put_uint(out, AN_ACT_WITH_MORE(type));
    image_put_uint(out, 0);
    image_put_uint(out, 0); /* its origin */
    act_rest_put(out, &rest, &act, T(0));
    forge_no_words(&g);
    forge_lines(&g, n, step, quantity);
    return is_a_fold(&g);
}

static void an_act_has_items_that_an_event_can_have(void **state)
{
    (void)state;
    assert_true(is_with_items(FF_MAX_ITEMS, 1, INT32_MAX, FF_ADD_TO_CART));
    assert_false(is_with_items(FF_MAX_ITEMS + 1, 1, 1, FF_ADD_TO_CART));
    assert_true(is_with_items(2, 0, 1, FF_ADD_TO_CART)); /* of one sku */
    assert_false(is_with_items(2, UINT64_MAX, 1, FF_ADD_TO_CART));
    assert_false(is_with_items(1, 1, (int64_t)INT32_MAX + 1, FF_ADD_TO_CART));
}

static bool is_with_tails(uint32_t n, uint64_t first, uint64_t second)
{
    struct forgery g;
    struct image_out *out = forge(&g, T(0), 0, 2);
    for (uint64_t key = 1; key <= 2; key++) {
        forge_visitor(&g, key, 0);
        image_put_uint(out, CART_NONE);
    }
    forge_tails(&g, n);
    for (uint32_t i = 0; i < n; i++)
        forge_tail(&g, i ? second : first, 0, false, 0, 0);
    return is_a_fold(&g);
}

static void a_visitor_has_one_tail(void **state)
{
    (void)state;
    assert_true(is_with_tails(2, 2, 1));
    assert_true(is_with_tails(2, 2, 77)); /* whose visitor had no room, for all that is known */
    assert_false(is_with_tails(2, 2, 2));
}

/* A visitor with two carts and one line, and then as many full carts as leave room for 1,536 lines. */
#define FULL 32
#define TOO_MANY 1600

static void forge_little_room(struct forgery *g, uint32_t more_visitors)
{
    forge_with_two_carts(g, 1 + FULL + more_visitors);
    for (uint64_t i = 0; i < FULL; i++) {
        forge_visitor(g, 100 + i, 0);
        image_put_uint(&g->out, CART_FOLLOWS);
        image_put_uint(&g->out, CART_NONE);
        forge_cart(g, CART_LINES_MAX, 1, CART_LINES_MAX);
    }
}

/* A cart with too many lines, and one before it. */
static void forge_large_cart(struct forgery *g)
{
    image_put_uint(&g->out, CART_FOLLOWS);
    image_put_uint(&g->out, CART_FOLLOWS);
    image_put_uint(&g->out, CART_NONE);
    forge_cart(g, 0, 0, 0);
    forge_cart(g, TOO_MANY, 1, TOO_MANY);
}

static void assert_only_the_rest_is_there(struct forgery *g)
{
    struct bench b;
    assert_true(forged(g, &b));
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.carts, 2 + FULL);
    assert_int_equal(b.fold->lines.used, 1 + FULL * CART_LINES_MAX);
    assert_int_equal(c.tails, 0);
    assert_int_equal(c.tail_events, 0);
    assert_int_equal(c.carts_evicted + c.tails_settled_early, 1);
    assert_int_equal(b.fold->rests.used, 0);
    assert_int_equal(b.fold->settled.used, 0);
    assert_int_equal(b.fold->waymarks.used, 0);
    bench_assert_empties(&b);
    bench_close(&b);
}

static void a_cart_half_read_when_the_room_ends_leaves_no_trace(void **state)
{
    (void)state;
    struct forgery g;
    forge_little_room(&g, 1);
    forge_visitor(&g, 99, 0);
    forge_large_cart(&g);
    forge_tails(&g, 0);
    assert_only_the_rest_is_there(&g);
}

/* The waymark shares the one before the settled course's cart, which is gone by then. */
static void a_tail_half_read_when_the_room_ends_leaves_no_trace(void **state)
{
    (void)state;
    struct forgery g;
    forge_little_room(&g, 0);
    forge_tails(&g, 1);
    forge_tail(&g, 1, 2, true, 1, 1);
    forge_large_cart(&g);
    image_put_uint(&g.out, 0); /* the waymark's session */
    image_put_uint(&g.out, CART_NAMED + 2);
    act_put(&g.out, &(struct act){.time = T(0), .type = FF_PING}, T(0), FF_NEVER);
    assert_only_the_rest_is_there(&g);
}

static void an_act_half_read_when_the_room_ends_leaves_no_trace(void **state)
{
    (void)state;
    struct forgery g;
    forge_little_room(&g, 0);
    forge_tails(&g, 1);
    forge_tail(&g, 1, 2, false, 2, 0);
    for (int i = 0; i < 2; i++) {
        image_put_uint(&g.out, AN_ACT_WITH_MORE(FF_ADD_TO_CART));
        image_put_uint(&g.out, 0);
        image_put_uint(&g.out, 0); /* its origin */
        act_rest_put(&g.out, &(struct act_rest){.currency = EUR}, &(struct act){.type = FF_ADD_TO_CART}, T(0));
        forge_no_words(&g);
        forge_lines(&g, TOO_MANY / 2, 1, 1);
    }
    assert_only_the_rest_is_there(&g);
}

/* A visitor whose session has so many extras of a kind; its tail says how many. */
static bool is_with_extras(uint32_t n, enum extra_kind kind, uint32_t said)
{
    struct forgery g;
    struct image_out *out = forge(&g, T(0), 0, 1);
    struct visitor v = {.key = 1, .touched = MINUTE_OF_T0, .newest = T(0),
                        .head.session = {.start = T(0), .begun = true, .purchased = true}};
    visitor_put(out, &v, 0);
    for (int i = 0; i < 4; i++)
        image_put_uint(out, WORD_NONE);
    for (uint32_t i = 0; i < n; i++) {
        extra_put(out, &(struct extra){.kind = kind, .what = FF_CURRENCY('A', 'A' + i / 26, 'A' + i % 26), .n = 1});
        if (kind != EXTRA_ORDERS)
            image_put_uint(out, WORD_OTHER);
    }
    extra_put_end(out);
    image_put_uint(out, CART_NONE);
    forge_tails(&g, 1);
    image_put_u64(out, 1);
    image_put_uint(out, 0);
    image_put_uint(out, said);
    tail_put(out, &(struct tail){.newest_received = T(0)}, FF_NEVER, 0, T(0));
    return is_a_fold(&g);
}

static void a_session_has_no_more_extras_than_it_can_have_and_they_are_those_of_its_tail(void **state)
{
    (void)state;
    assert_true(is_with_extras(EXTRAS_MAX, EXTRA_ORDERS, EXTRAS_MAX));
    assert_true(is_with_extras(EXTRAS_MAX, EXTRA_TERM, EXTRAS_MAX));
    assert_true(is_with_extras(0, EXTRA_TERM, 3)); /* they have given way */
    assert_false(is_with_extras(EXTRAS_MAX + 1, EXTRA_ORDERS, EXTRAS_MAX + 1));
    assert_false(is_with_extras(EXTRAS_MAX + 1, EXTRA_TERM, EXTRAS_MAX + 1));
    assert_false(is_with_extras(2, EXTRA_STEP, 3));
    assert_false(is_with_extras(2, EXTRA_STEP, 0));
    assert_false(is_with_extras(1, EXTRA_STEP, UINT32_MAX));
}

static void an_image_of_another_version_is_none(void **state)
{
    (void)state;
    struct bench b, c;
    bench_open(&b);
    struct picture p = picture_of(b.fold);
    assert_int_equal(p.bytes[4], SECTION_VERSION); /* behind the name of the first section */
    p.bytes[4]--;
    bench_open(&c);
    assert_false(picture_load(&p, c.fold));
    picture_free(&p);
    bench_close(&c);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visitors_are_of_some_site_and_two_and_not_from_before_all_time),
        cmocka_unit_test(a_cart_has_each_sku_once_and_not_too_many_and_is_worth_them),
        cmocka_unit_test(a_cart_has_one_before_it_and_that_one_none),
        cmocka_unit_test(a_cart_that_is_named_is_there_and_fits_its_place),
        cmocka_unit_test(an_act_has_items_that_an_event_can_have),
        cmocka_unit_test(a_visitor_has_one_tail),
        cmocka_unit_test(a_cart_half_read_when_the_room_ends_leaves_no_trace),
        cmocka_unit_test(a_tail_half_read_when_the_room_ends_leaves_no_trace),
        cmocka_unit_test(a_session_has_no_more_extras_than_it_can_have_and_they_are_those_of_its_tail),
        cmocka_unit_test(an_image_of_another_version_is_none),
        cmocka_unit_test(an_act_half_read_when_the_room_ends_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
