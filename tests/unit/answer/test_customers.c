#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "customers.h"
#include "desk.h"

static void has(const char *body, const char *text)
{
    if (!strstr(body, text))
        fail_msg("no %s in %s", text, body);
}

static void spend(struct desk *d, ff_wall at, ff_currency currency, ff_money amount)
{
    struct ff_fact f = {.at = at, .kind = FF_FACT_MONEY, .which = FF_PURSE_RETENTION_SPEND, .currency = currency, .by = 1};
    f.amount = amount;
    tally_add(d->ctx.tally, &f, 1);
}

static void rates_are_what_the_counts_say(void **state)
{
    struct desk *d = *state;
    d->window = (struct ff_customers){.start = 10, .end = 9, .new = 2, .reactivated = 1, .lost = 4,
                                      .ever = 8, .repeat = 2, .buyers = 5, .returning = 3};
    has(desk_ask(d, "/v1/stats", "site=shop&window=1h"),
        "\"customers_start\":10,\"customers_end\":9,\"customers_new\":2,\"customers_reactivated\":1,"
        "\"customers_lost\":4,\"retention_rate\":0.6,\"churn_rate\":0.4,\"net_churn_rate\":0.1,"
        "\"repeat_customer_rate\":0.25,\"returning_customer_rate\":0.6,\"retention_cost\":{}}");
}

/* Growth: not clamped. */
static void rates_may_leave_their_bounds(void **state)
{
    struct desk *d = *state;
    d->window = (struct ff_customers){.start = 4, .end = 9, .new = 5, .lost = 0};
    has(desk_ask(d, "/v1/stats", "site=shop&window=1h"),
        "\"retention_rate\":1,\"churn_rate\":0,\"net_churn_rate\":-1.25,");
}

/* In the 365 local days before the window, and not before those. */
static void what_was_spent_is_divided_among_those_who_were_kept(void **state)
{
    struct desk *d = *state;
    ff_wall from = INT64_C(1792879200) * FF_SECOND; /* 25 October 2026 in Berlin */
    spend(d, from - 1, FF_CURRENCY('E', 'U', 'R'), 10);
    spend(d, from - 200 * FF_DAY, FF_CURRENCY('C', 'H', 'F'), 70000);
    spend(d, from, FF_CURRENCY('E', 'U', 'R'), 999);
    spend(d, from - 367 * FF_DAY, FF_CURRENCY('E', 'U', 'R'), 999);
    d->kept.customers = 4;
    has(desk_ask(d, "/v1/stats", "site=shop&from=2026-10-25T12:00:00Z"), "\"retention_cost\":{\"CHF\":1.75,\"EUR\":0.0002}");
    d->kept.customers = 0;
    has(desk_ask(d, "/v1/stats", "site=shop&from=2026-10-25T12:00:00Z"), "\"retention_cost\":{}");
}

static void changes_are_of_the_numbers(void **state)
{
    struct desk *d = *state;
    d->window = (struct ff_customers){.start = 10, .end = 5, .new = 2};
    const char *body = desk_ask(d, "/v1/stats", "site=shop&window=1h&compare=previous");
    has(body, "\"customers\":{\"customers_start\":0,\"customers_end\":0,\"customers_new\":0,"
              "\"customers_reactivated\":null,\"customers_lost\":null,\"retention_rate\":0,");
    assert_int_equal(desk_occurrences(body, "\"customers\":{\"from\":"), 2); /* now and previous */
}

static void its_names_are_known_but_have_no_series(void **state)
{
    struct desk *d = *state;
    assert_true(customers_has(FF_LITERAL("customers_lost")));
    assert_true(customers_has(FF_LITERAL("customers.retention_cost")));
    assert_false(customers_has(FF_LITERAL("customers.")));
    assert_false(customers_has(FF_LITERAL("carts_lost")));
    has(desk_ask(d, "/v1/stats/series", "site=shop&metric=sessions,churn_rate&step=1h"),
        "metric: \\\"churn_rate\\\" is counted by whole days and has no series");
    assert_int_equal(d->out.http, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rates_are_what_the_counts_say, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(rates_may_leave_their_bounds, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(what_was_spent_is_divided_among_those_who_were_kept, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(changes_are_of_the_numbers, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(its_names_are_known_but_have_no_series, desk_open, desk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
