#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define CHF FF_CURRENCY('C', 'H', 'F')

static void nobody_is_worth_nothing(void **state)
{
    struct desk *d = *state;
    d->lifetimes = (struct ff_lifetimes){.as_of = NOW - 30 * FF_SECOND, .first_order = FF_NEVER};
    assert_string_equal(
        desk_ask(d, "/v1/customers", "site=other&window=1h"),
        "{\"site\":\"other\",\"from\":\"2026-10-25T00:00:00Z\",\"to\":\"2026-10-26T00:00:00Z\","
        "\"generated_at\":\"2026-10-25T19:23:20Z\","
        "\"customers_start\":0,\"customers_end\":0,\"customers_new\":0,\"customers_reactivated\":0,"
        "\"customers_lost\":0,\"retention_rate\":null,\"churn_rate\":null,\"net_churn_rate\":null,"
        "\"repeat_customer_rate\":null,\"returning_customer_rate\":null,\"retention_cost\":{},"
        "\"as_of\":\"2026-10-25T19:22:50Z\",\"customers\":0,\"orders\":0,\"average_order_value\":{},"
        "\"purchase_frequency\":null,\"customer_lifespan\":null,\"lifetime_value\":{},\"segments\":{"
        "\"low\":{\"customers\":0,\"orders\":0,\"average_order_value\":{},\"purchase_frequency\":null,"
        "\"customer_lifespan\":null,\"lifetime_value\":{}},"
        "\"medium\":{\"customers\":0,\"orders\":0,\"average_order_value\":{},\"purchase_frequency\":null,"
        "\"customer_lifespan\":null,\"lifetime_value\":{}},"
        "\"high\":{\"customers\":0,\"orders\":0,\"average_order_value\":{},\"purchase_frequency\":null,"
        "\"customer_lifespan\":null,\"lifetime_value\":{}}}}");
    assert_int_equal(d->out.http, 200);
}

/* Two years of 365 days observed; of two customers one lapsed, half a year after its first order. */
static void worth_is_value_times_frequency_times_lifespan(void **state)
{
    struct desk *d = *state;
    d->lifetimes = (struct ff_lifetimes){.as_of = NOW, .first_order = NOW - 730 * FF_DAY, .active_for = 365 * FF_DAY};
    d->lifetimes.by[FF_SPENDERS_LOW] = (struct ff_lifetime){
        .customers = 2, .orders = 6, .active = 1, .lapsed_time = 365 * FF_DAY / 2, .currencies = 1,
        .money = {{EUR, 6, 1000000}}};
    d->lifetimes.by[FF_SPENDERS_HIGH] = (struct ff_lifetime){
        .customers = 1, .orders = 2, .active = 1, .currencies = 2, .money = {{CHF, 1, 50000}, {EUR, 1, 200000}}};
    const char *body = desk_ask(d, "/v1/customers", "site=other&window=1h");
    const char *low = "\"low\":{\"customers\":2,\"orders\":6,\"average_order_value\":{\"EUR\":16.6667},"
                      "\"purchase_frequency\":1.5,\"customer_lifespan\":1.75,\"lifetime_value\":{\"EUR\":43.75}}";
    const char *high = "\"high\":{\"customers\":1,\"orders\":2,\"average_order_value\":{\"CHF\":5,\"EUR\":20},"
                       "\"purchase_frequency\":1,\"customer_lifespan\":2,\"lifetime_value\":{\"CHF\":10,\"EUR\":40}}";
    const char *all = "\"customers\":3,\"orders\":8,\"average_order_value\":{\"CHF\":5,\"EUR\":17.1429},"
                      "\"purchase_frequency\":1.3333333333333333,\"customer_lifespan\":1.8333333333333333,"
                      "\"lifetime_value\":{\"CHF\":12.2222,\"EUR\":41.9048}";
    if (!strstr(body, low) || !strstr(body, high) || !strstr(body, all))
        fail_msg("%s", body);
}

static void less_than_a_year_counts_as_one(void **state)
{
    struct desk *d = *state;
    d->lifetimes = (struct ff_lifetimes){.as_of = NOW, .first_order = NOW - 10 * FF_DAY, .active_for = 365 * FF_DAY};
    d->lifetimes.by[0] = (struct ff_lifetime){.customers = 1, .orders = 3, .active = 1, .currencies = 1, .money = {{EUR, 3, 30000}}};
    assert_non_null(strstr(desk_ask(d, "/v1/customers", "site=other"),
                           "\"purchase_frequency\":3,\"customer_lifespan\":1,\"lifetime_value\":{\"EUR\":3}"));
}

/* The earlier window is as many whole days before. */
static void it_is_compared_with_earlier_days(void **state)
{
    struct desk *d = *state;
    d->window = (struct ff_customers){.start = 2, .end = 3, .new = 1};
    const char *body = desk_ask(d, "/v1/customers", "site=other&from=2026-10-20T05:00:00Z&to=2026-10-21T05:00:00Z&compare=previous");
    assert_non_null(strstr(body, "\"from\":\"2026-10-20T00:00:00Z\",\"to\":\"2026-10-22T00:00:00Z\""));
    assert_non_null(strstr(body, "\"compare\":{\"mode\":\"previous\",\"from\":\"2026-10-18T00:00:00Z\",\"to\":\"2026-10-20T00:00:00Z\"}"));
    assert_non_null(strstr(body, "\"previous\":{\"customers_start\":2,"));
    assert_non_null(strstr(body, "\"change\":{\"customers_start\":0,"));
}

static const struct ff_lifetimes *no_memory(void *ctx, uint16_t site)
{
    (void)ctx;
    (void)site;
    return NULL;
}

static void without_memory_it_is_refused(void **state)
{
    struct desk *d = *state;
    d->customers.lifetimes = no_memory;
    desk_ask(d, "/v1/customers", "site=other");
    assert_int_equal(d->status, FF_NO_MEMORY);
    assert_true(d->out.http >= 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_is_worth_nothing, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(worth_is_value_times_frequency_times_lifespan, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(less_than_a_year_counts_as_one, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(it_is_compared_with_earlier_days, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(without_memory_it_is_refused, desk_open, desk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
