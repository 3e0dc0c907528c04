#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tier.h"

static const char *const zones[] = {"UTC",
                                    "Europe/Berlin",
                                    "Europe/London",
                                    "Atlantic/Azores",
                                    "Asia/Kathmandu",
                                    "Australia/Lord_Howe",
                                    "Pacific/Chatham",
                                    "Pacific/Apia",
                                    "Pacific/Auckland",
                                    "America/St_Johns",
                                    "America/Sao_Paulo",
                                    "Asia/Gaza",
                                    "Africa/Casablanca"};

#define Y1985 (INT64_C(473385600) * FF_SECOND)
#define Y2005 (INT64_C(1104537600) * FF_SECOND)
#define Y2030 (INT64_C(1893456000) * FF_SECOND)

static void no_two_buckets_of_a_tier_have_the_same_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
        struct zone *zone = zone_new(zones[i]);
        assert_non_null(zone);
        for (int kind = TIER_HOUR; kind < TIER_KINDS; kind++) {
            struct tier t;
            assert_true(tier_init(&t, kind, zone, NULL, 100 * FF_DAY));
            int64_t last = INT64_MIN;
            int made = 0;
            for (ff_wall at = Y2005; at < Y2030; at = tier_span(kind, zone, at).end) {
                const struct bucket *b = tier_at(&t, at);
                if (b->key <= last)
                    fail_msg("%s: key %ld after %ld", zones[i], (long)b->key, (long)last);
                last = b->key;
                if (++made % 50 == 0)
                    tier_expire(&t, at - 20 * FF_DAY);
            }
            tier_fini(&t);
        }
        zone_free(&zone);
    }
}

static void a_bucket_is_found_from_any_instant_of_its_span(void **state)
{
    (void)state;
    struct zone *zone = zone_new("Asia/Kolkata");
    struct tier t;
    assert_true(tier_init(&t, TIER_HOUR, zone, NULL, FF_DAY));
    struct bucket *b = tier_at(&t, Y1985 + 10 * FF_MINUTE);
    assert_int_equal(b->span.start, Y1985 - 30 * FF_MINUTE);
    assert_int_equal(b->span.end, Y1985 + 30 * FF_MINUTE);
    assert_ptr_equal(tier_at(&t, Y1985 - 30 * FF_MINUTE), b);
    assert_ptr_equal(tier_at(&t, Y1985 + 30 * FF_MINUTE - 1), b);
    assert_ptr_not_equal(tier_at(&t, Y1985 + 30 * FF_MINUTE), b);
    assert_ptr_equal(tier_find(&t, b->span), b);
    tier_fini(&t);
    zone_free(&zone);
}

static void what_was_never_added_to_is_not_found(void **state)
{
    (void)state;
    struct zone *zone = zone_new("UTC");
    struct tier t;
    assert_true(tier_init(&t, TIER_MINUTE, zone, NULL, FF_HOUR));
    for (ff_wall at = -2 * FF_HOUR; at < 2 * FF_HOUR; at += FF_MINUTE)
        assert_null(tier_find(&t, tier_span(TIER_MINUTE, zone, at)));
    tier_at(&t, 0);
    for (ff_wall at = -2 * FF_HOUR; at < 2 * FF_HOUR; at += FF_MINUTE)
        if (at != 0)
            assert_null(tier_find(&t, tier_span(TIER_MINUTE, zone, at)));
    tier_fini(&t);
    zone_free(&zone);
}

static void expired_buckets_are_gone_and_the_others_stay(void **state)
{
    (void)state;
    struct zone *zone = zone_new("UTC");
    struct tier t;
    assert_true(tier_init(&t, TIER_MINUTE, zone, NULL, FF_HOUR));
    for (int i = 0; i < 60; i++)
        tier_at(&t, i * FF_MINUTE);
    tier_expire(&t, 20 * FF_MINUTE);
    for (int i = 0; i < 60; i++)
        assert_int_equal(tier_find(&t, tier_span(TIER_MINUTE, zone, i * FF_MINUTE)) != NULL,
                         i >= 20);
    assert_int_equal(tier_at(&t, 0)->span.start, 0);
    tier_fini(&t);
    zone_free(&zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_buckets_of_a_tier_have_the_same_key),
        cmocka_unit_test(a_bucket_is_found_from_any_instant_of_its_span),
        cmocka_unit_test(what_was_never_added_to_is_not_found),
        cmocka_unit_test(expired_buckets_are_gone_and_the_others_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
