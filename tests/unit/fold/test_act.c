#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "act.h"
#include "bench.h"
#include "said.h"

static uint32_t act_of(struct bench *b, struct ff_beacon e)
{
    struct ff_record r = {.received = T(90), .arrival = T(90), .beacon = e};
    return act_new(b->fold, &r);
}

/* All but the act itself is taken from pools of which most acts need nothing. */
static void assert_taken(const struct bench *b, uint32_t acts, uint32_t rests, uint32_t lines)
{
    assert_int_equal(b->fold->acts.used, acts);
    assert_int_equal(b->fold->rests.used, rests);
    assert_int_equal(b->fold->lines.used, lines);
}

static void assert_free(struct bench *b, uint32_t number)
{
    act_free(b->fold, number);
    assert_taken(b, 0, 0, 0);
}

static void what_only_has_a_time_takes_no_more_than_itself(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const enum ff_type types[] = {FF_PAGE_VIEW, FF_PING, FF_VIEW_ITEM, FF_SURVEY, FF_CUSTOM,
                                         FF_VIEW_CART, FF_CHECKOUT_STEP, FF_UPDATE_CART};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        uint32_t number = act_of(&b, bench_event(types[i], "v", T(3)));
        const struct act *a = act_at(b.fold, number);
        assert_true(a->time == T(3) && a->type == types[i] && !a->late && !a->passive);
        assert_false(a->rested);
        assert_int_equal(act_rest(b.fold, a)->lines, 0);
        assert_taken(&b, 1, 0, 0);
        assert_free(&b, number);
    }
    bench_close(&b);
}

static void the_longest_engagement_is_not_taken_for_a_number_of_something(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const enum ff_type types[] = {FF_PAGE_VIEW, FF_PING};
    for (size_t i = 0; i < 2; i++) {
        uint32_t number = act_of(&b, bench_engaged(types[i], "v", T(3), INT32_MAX));
        assert_true(act_engaged_ms(b.fold, act_at(b.fold, number)) == INT32_MAX);
        assert_int_equal(act_at(b.fold, number)->rested, types[i] == FF_PAGE_VIEW);
        assert_free(&b, number);
    }
    uint32_t number = act_of(&b, bench_search("v", T(3), "x"));
    assert_true(act_engaged_ms(b.fold, act_at(b.fold, number)) == 0); /* nor the other way round */
    assert_free(&b, number);
    bench_close(&b);
}

/* The act of a record whose words are its own. */
static uint32_t act_saying(struct bench *b, struct ff_beacon e)
{
    said_begin(b->fold, &e);
    uint32_t number = act_of(b, e);
    said_end(b->fold);
    return number;
}

static void assert_says(struct bench *b, uint32_t number, const char *word, const char *source, const char *campaign)
{
    struct said said = act_said(b->fold, act_at(b->fold, number));
    assert_true(ff_span_is(words_text(b->words, said.word), word));
    assert_true(ff_span_is(words_text(b->words, said.source), source));
    assert_true(ff_span_is(words_text(b->words, said.campaign), campaign));
    act_free(b->fold, number);
    assert_int_equal(words_used(b->words), FOLD_WORDS); /* those of the fold */
}

static void a_page_a_step_and_a_name_take_no_more_than_the_act(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon events[] = {bench_page("v", T(3), "/x"), bench_named(FF_CHECKOUT_STEP, "v", T(3), "/x"),
                                 bench_named(FF_CUSTOM, "v", T(3), "/x")};
    for (int i = 0; i < 3; i++) {
        uint32_t number = act_saying(&b, events[i]);
        assert_taken(&b, 1, 0, 0);
        assert_says(&b, number, "/x", "(none)", "(none)");
    }
    bench_close(&b);
}

static void words_are_kept_with_whatever_else_is_known(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(1));
    struct ff_beacon page = bench_page("v", T(3), "/x");
    page.number[FF_NUMBER_ENGAGED_MS] = 7;
    assert_says(&b, act_saying(&b, page), "/x", "(none)", "(none)");
    assert_says(&b, act_saying(&b, bench_from(page, "news", NULL)), "/x", "news", "(none)");
    assert_says(&b, act_saying(&b, bench_search("v", T(3), "red")), "red", "(none)", "(none)");
    assert_says(&b, act_saying(&b, bench_in(bench_named(FF_CHECKOUT_STEP, "v", T(3), "pay"), USD)), "pay", "(none)", "(none)");
    assert_says(&b, act_saying(&b, bench_from(bench_event(FF_PING, "v", T(3)), NULL, "may")), "(none)", "(none)", "may");
    assert_says(&b, act_saying(&b, bench_from(bench_cart(FF_ADD_TO_CART, "v", T(3), &item, 1), "a", "b")), "(none)", "a", "b");
    assert_taken(&b, 0, 0, 0);
    bench_close(&b);
}

static void a_late_purchase_keeps_no_words(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_record r = {.received = T(90), .beacon = bench_from(bench_purchase("v", T(3), "o", MONEY(7)), "news", "may")};
    said_begin(b.fold, &r.beacon);
    uint32_t number = act_new_late(b.fold, &r, T(50));
    said_end(b.fold);
    assert_int_equal(words_used(b.words), FOLD_WORDS);
    assert_says(&b, number, "(none)", "(none)", "(none)");
    bench_close(&b);
}

static void engagement_counts_with_page_views_and_pings_only(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    uint32_t number = act_of(&b, bench_engaged(FF_CUSTOM, "v", T(3), 12000));
    assert_true(act_engaged_ms(b.fold, act_at(b.fold, number)) == 0);
    assert_taken(&b, 1, 0, 0);
    assert_free(&b, number);
    bench_close(&b);
}

static void searches_are_told_apart_by_their_terms(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    uint32_t one = act_of(&b, bench_search("v", T(3), "red")), same = act_of(&b, bench_search("w", T(4), "red"));
    uint32_t other = act_of(&b, bench_search("v", T(3), "blue"));
    uint64_t term = act_rest(b.fold, act_at(b.fold, one))->term;
    assert_true(term == act_rest(b.fold, act_at(b.fold, same))->term);
    assert_true(term != act_rest(b.fold, act_at(b.fold, other))->term);
    assert_taken(&b, 3, 3, 0);
    act_free(b.fold, same);
    act_free(b.fold, one);
    assert_free(&b, other);
    bench_close(&b);
}

static void items_are_kept_only_where_they_change_a_cart(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item items[] = {bench_item("a", 1, MONEY(1)), bench_item("b", 2, MONEY(2))};
    static const struct {
        enum ff_type type;
        uint32_t lines;
    } rows[] = {{FF_ADD_TO_CART, 2}, {FF_REMOVE_FROM_CART, 2}, {FF_UPDATE_CART, 2}, {FF_BEGIN_CHECKOUT, 2},
                {FF_VIEW_ITEM, 0},   {FF_VIEW_CART, 0},        {FF_PURCHASE, 0},    {FF_CUSTOM, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t number = act_of(&b, bench_cart(rows[i].type, "v", T(3), items, 2));
        assert_taken(&b, 1, rows[i].lines > 0 || rows[i].type == FF_PURCHASE, rows[i].lines);
        assert_free(&b, number);
    }
    bench_close(&b);
}

static void a_currency_is_kept_where_a_cart_takes_it_on(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const enum ff_type types[] = {FF_ADD_TO_CART, FF_VIEW_CART, FF_CHECKOUT_STEP, FF_PURCHASE};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        uint32_t number = act_of(&b, bench_in(bench_event(types[i], "v", T(3)), USD));
        assert_int_equal(act_rest(b.fold, act_at(b.fold, number))->currency, USD);
        assert_free(&b, number);
    }
    uint32_t number = act_of(&b, bench_in(bench_event(FF_VIEW_ITEM, "v", T(3)), USD));
    assert_taken(&b, 1, 0, 0);
    assert_free(&b, number);
    bench_close(&b);
}

static void a_late_purchase_knows_its_time_its_receipt_and_its_place(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_record r = {.received = T(90), .beacon = bench_purchase("v", T(3), "o", MONEY(7))};
    uint32_t number = act_new_late(b.fold, &r, T(50));
    const struct act *a = act_at(b.fold, number);
    const struct act_rest *rest = act_rest(b.fold, a);
    assert_true(a->late && a->time == T(50) && rest->late_time == T(3) && rest->received == T(90));
    assert_true(rest->value == MONEY(7));
    assert_free(&b, number);
    bench_close(&b);
}

static void instants_keep_every_microsecond_for_a_thousand_years_either_way(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const ff_wall times[] = {0, -1, 1, -FF_DAY, 1000 * 365 * FF_DAY + 1, -1000 * 365 * FF_DAY - 1,
                                    ACT_TIME_MAX, ACT_TIME_MIN};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        uint32_t number = act_of(&b, bench_event(FF_PAGE_VIEW, "v", times[i]));
        assert_true(act_at(b.fold, number)->time == times[i]);
        assert_free(&b, number);
    }
    static const struct {
        ff_wall given, kept;
    } beyond[] = {{INT64_MAX, ACT_TIME_MAX}, {ACT_TIME_MAX + 1, ACT_TIME_MAX}, {ACT_TIME_MIN - 1, ACT_TIME_MIN}};
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        struct ff_record r = {.beacon = bench_event(FF_PAGE_VIEW, "v", beyond[i].given)};
        assert_true(act_time(&r) == beyond[i].kept);
    }
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_has_a_time_takes_no_more_than_itself),
        cmocka_unit_test(the_longest_engagement_is_not_taken_for_a_number_of_something),
        cmocka_unit_test(a_page_a_step_and_a_name_take_no_more_than_the_act),
        cmocka_unit_test(words_are_kept_with_whatever_else_is_known),
        cmocka_unit_test(a_late_purchase_keeps_no_words),
        cmocka_unit_test(engagement_counts_with_page_views_and_pings_only),
        cmocka_unit_test(searches_are_told_apart_by_their_terms),
        cmocka_unit_test(items_are_kept_only_where_they_change_a_cart),
        cmocka_unit_test(a_currency_is_kept_where_a_cart_takes_it_on),
        cmocka_unit_test(a_late_purchase_knows_its_time_its_receipt_and_its_place),
        cmocka_unit_test(instants_keep_every_microsecond_for_a_thousand_years_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
