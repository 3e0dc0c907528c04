#include "written.h"

static const char *const bad_table[][2] = {
    {"cart:\n  abandon_after: 2h\n  recover_within: 1h\n",
     ":3: cart.recover_within: expected cart.abandon_after < cart.recover_within, got 2h and 1h"},
    {"cart:\n  recover_within: 1h\n  abandon_after: 2h\n",
     ":3: cart.abandon_after: expected cart.abandon_after < cart.recover_within, got 2h and 1h"},
    {"cart:\n  abandon_after: 7d\n",
     ":2: cart.abandon_after: expected cart.abandon_after < cart.recover_within, got 7d and 7d"},
    {"cart:\n  recover_within: 1h\n",
     ":2: cart.recover_within: expected cart.abandon_after < cart.recover_within, got 1h and 1h"},
    {"tally:\n  minutes: 60d\n  hours: 59d\n",
     ":3: tally.hours: expected tally.minutes <= tally.hours, got 60d and 59d"},
    {"tally:\n  hours: 801d\n",
     ":2: tally.hours: expected tally.hours <= tally.days, got 801d and 800d"},
    {"log:\n  level: info\nstats:\n  http: 0.0.0.0:7071\n",
     ":4: stats.http: expected a loopback address such as 127.0.0.1:7071 in stats.http, or a "
     "stats.token_file "
     "with it, got \"0.0.0.0:7071\" without one"},
    {"stats:\n  http: \"[::]:7071\"\n  token_file: \"\"\n",
     ":3: stats.token_file: expected a loopback address such as 127.0.0.1:7071 in stats.http, or a "
     "stats.token_file with it, got \"[::]:7071\" without one"},
    {"ingest:\n  proxy_protocol: v1\n",
     ":2: ingest.proxy_protocol: expected ingest.trusted_proxies with it, got none"},
};

static void keys_that_disagree_are_refused_with_the_line_of_the_later_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_table / sizeof *bad_table; i++)
        written_bad(bad_table[i][0], bad_table[i][1]);
}

static void keys_may_agree_at_their_edges(void **state)
{
    (void)state;
    static const char *const good[] = {
        "session: {timeout: 2s, max_length: 10s, remember: 1m}\n",
        "cart: {abandon_after: 3599s, recover_within: 1h}\n",
        "ingest: {proxy_protocol: any, trusted_proxies: [10.0.0.0/8]}\n",
        "tally: {minutes: 62d}\n",
        "tally: {days: 62d}\n",
        "stats: {http: \"127.0.0.2:0\"}\n",
        "stats: {http: \"[::1]:0\"}\n",
        "stats: {http: \"0.0.0.0:7071\", token_file: /etc/footfall/token}\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct ff_config *c = written_good(good[i]);
        config_free(&c);
    }
}

static void an_override_is_blamed_before_the_file(void **state)
{
    (void)state;
    struct written w = written_text("cart:\n  abandon_after: 20m\n");
    const char *override = "cart.recover_within=10m";
    char why[CONFIG_WHY];
    assert_null(config_load(w.path, &override, 1, why, sizeof why));
    assert_string_equal(
        why, "-o cart.recover_within: expected cart.abandon_after < cart.recover_within, got 20m and 10m");
    close(w.fd);
}

static void an_override_can_mend_what_the_file_has_wrong(void **state)
{
    (void)state;
    struct written w = written_text("cart:\n  abandon_after: 8d\n");
    const char *override = "cart.recover_within=9d";
    char why[CONFIG_WHY];
    struct ff_config *c = config_load(w.path, &override, 1, why, sizeof why);
    assert_non_null(c);
    config_free(&c);
    close(w.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_disagree_are_refused_with_the_line_of_the_later_one),
        cmocka_unit_test(keys_may_agree_at_their_edges),
        cmocka_unit_test(an_override_is_blamed_before_the_file),
        cmocka_unit_test(an_override_can_mend_what_the_file_has_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
