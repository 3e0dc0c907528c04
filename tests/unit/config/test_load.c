#include "written.h"

/* What is wrong with a file, and what is said behind its name. */
static const char *const bad_table[][2] = {
    /* values */
    {"session:\n  timeout: fast\n",
     ":2: session.timeout: expected a duration such as 30m, got \"fast\""},
    {"session:\n  timeout: 30\n",
     ":2: session.timeout: expected a duration such as 30m, got \"30\""},
    {"session:\n  timeout: -1m\n",
     ":2: session.timeout: expected a duration such as 30m, got \"-1m\""},
    {"session:\n  timeout: 2d\n",
     ":2: session.timeout: expected a duration from 1s to 1d, got \"2d\""},
    {"session:\n  timeout: 1h30m\n",
     ":2: session.timeout: expected a duration such as 30m, got \"1h30m\""},
    {"session:\n\n  # words\n  timeout: \"\"\n",
     ":4: session.timeout: expected a duration such as 30m, got \"\""},
    {"session:\n  timeout: \"a\\nb\"\n",
     ":2: session.timeout: expected a duration such as 30m, got \"a\\nb\""},
    {"tally:\n  minutes: 24h\n",
     ":2: tally.minutes: expected a duration from 25h to 62d, got \"24h\""},
    {"ingest:\n  max_body: 1 MB\n",
     ":2: ingest.max_body: expected a size such as 64k, got \"1 MB\""},
    {"ingest:\n  max_body: 1G\n",
     ":2: ingest.max_body: expected a size from 1k to 64M, got \"1G\""},
    {"ingest:\n  max_batch: 0\n",
     ":2: ingest.max_batch: expected a whole number from 1 to 100k, got \"0\""},
    {"ingest:\n  max_batch: 1.5\n",
     ":2: ingest.max_batch: expected a whole number such as 1000 or 16M, got \"1.5\""},
    {"limits:\n  ids: 99999999999999999999\n",
     ":2: limits.ids: expected a whole number such as 1000 or 16M, got \"99999999999999999999\""},
    {"limits:\n  ids: 5G\n", ":2: limits.ids: expected a whole number from 1 to 1G, got \"5G\""},
    {"ingest:\n  http: 7070\n",
     ":2: ingest.http: expected an address such as 127.0.0.1:7070 or [::1]:7070, got \"7070\""},
    {"ingest:\n  http: localhost:7070\n", ":2: ingest.http: expected an address such as "
                                          "127.0.0.1:7070 or [::1]:7070, got \"localhost:7070\""},
    {"ingest:\n  udp: 0.0.0.0:70700\n", ":2: ingest.udp: expected an address such as "
                                        "127.0.0.1:7070 or [::1]:7070, got \"0.0.0.0:70700\""},
    {"ingest:\n  udp_allow:\n    - 10.0.0.0/8\n    - all\n",
     ":4: ingest.udp_allow: expected networks such as 10.0.0.0/8 or ::1/128, got \"all\""},
    {"store:\n  backend: sqlite\n", ":2: store.backend: expected one of embedded, redis, got \"sqlite\""},
    {"store:\n  durability: none\n",
     ":2: store.durability: expected one of disk, process, got \"none\""},
    {"store:\n  path: \"\"\n", ":2: store.path: expected 1 to 4095 bytes, got \"\""},
    {"log:\n  level: loud\n",
     ":2: log.level: expected one of error, warning, info, debug, got \"loud\""},
    /* shapes */
    {"session:\n  timeout:\n", ":2: session.timeout: expected a duration such as 30m, got nothing"},
    {"session:\n  timeout: ~\n",
     ":2: session.timeout: expected a duration such as 30m, got nothing"},
    {"session:\n  timeout: [30m]\n",
     ":2: session.timeout: expected a duration such as 30m, got a list"},
    {"session:\n  timeout: {a: b}\n",
     ":2: session.timeout: expected a duration such as 30m, got a map"},
    {"ingest:\n  udp_allow: 10.0.0.0/8\n",
     ":2: ingest.udp_allow: expected a list of networks such as 10.0.0.0/8 or ::1/128, got text"},
    {"ingest:\n  udp_allow:\n    - [10.0.0.0/8]\n",
     ":3: ingest.udp_allow: expected a list of networks such as 10.0.0.0/8 or ::1/128, got a list"},
    {"ingest:\n  udp_allow:\n", ":2: ingest.udp_allow: expected a list of networks such as "
                                "10.0.0.0/8 or ::1/128, got nothing"},
    {"session: 30m\n", ":1: session: expected keys indented below it, got text"},
    {"session:\n  - timeout\n", ":1: session: expected keys indented below it, got a list"},
    {"- session\n", ":1: expected keys such as session:, got a list"},
    {"session\n", ":1: expected keys such as session:, got text"},
    {"session.timeout: 30m\n",
     ":1: session.timeout: expected each part on a line of its own, indented below \"session:\""},
    /* keys */
    {"sesion:\n  timeout: 30m\n", ":1: sesion: unknown key; did you mean session?"},
    {"session:\n  timeout: 30m\n  timout: 30m\n",
     ":3: session.timout: unknown key; did you mean session.timeout?"},
    {"session:\n  timeout: 30m\n  latenes: 1m\n",
     ":3: session.latenes: unknown key; did you mean session.lateness?"},
    {"timeout: 30m\n", ":1: timeout: unknown key; did you mean session.timeout?"},
    {"sessions.timeout: 30m\n", ":1: sessions.timeout: unknown key; did you mean session.timeout?"},
    {"\"sess ion\\n\": 1\n", ":1: sess?ion?: unknown key; did you mean session?"},
    {"session:\n  timeout: 30m\nlog:\n  level: info\nsession:\n  lateness: 1m\n",
     ":5: session: given twice, first in line 1"},
    {"log:\n  level: info\n  level: info\n", ":3: log.level: given twice, first in line 2"},
    /* not YAML */
    {"session: {timeout: 30m\n", ":2: not well-formed YAML: did not find expected ',' or '}'"},
    {"log: &a {level: info}\n", ":1: anchors, aliases and tags are not taken"},
};

static void bad_files_are_refused_with_line_key_and_what_was_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_table / sizeof *bad_table; i++)
        written_bad(bad_table[i][0], bad_table[i][1]);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    char why[CONFIG_WHY];
    assert_null(config_load("/no/such.yaml", NULL, 0, why, sizeof why));
    assert_string_equal(why, "/no/such.yaml: cannot be opened: No such file or directory");
}

static void the_file_is_named_as_it_was_given(void **state)
{
    (void)state;
    struct written w = written_text("log:\n  level: x\n");
    char why[CONFIG_WHY], expected[CONFIG_WHY];
    assert_null(config_load(w.path, NULL, 0, why, sizeof why));
    snprintf(expected, sizeof expected,
             "%s:2: log.level: expected one of error, warning, info, debug, got \"x\"", w.path);
    assert_string_equal(why, expected);
    close(w.fd);
}

static void defaults_are_those_of_the_contract(void **state)
{
    (void)state;
    struct ff_config *c = written_good("");
    assert_string_equal(c->ingest.http, "0.0.0.0:7070");
    assert_string_equal(c->ingest.udp, "127.0.0.1:7070");
    assert_string_equal(c->stats.http, "127.0.0.1:7071");
    assert_string_equal(c->stats.token_file, "");
    assert_int_equal(c->ingest.max_body, 1 << 20);
    assert_int_equal(c->ingest.max_batch, 1000);
    assert_int_equal(c->ingest.max_age, 72 * FF_HOUR);
    assert_int_equal(c->session.timeout, 30 * FF_MINUTE);
    assert_int_equal(c->session.max_length, 24 * FF_HOUR);
    assert_int_equal(c->session.lateness, 5 * FF_MINUTE);
    assert_int_equal(c->session.remember, 90 * FF_DAY);
    assert_int_equal(c->cart.abandon_after, FF_HOUR);
    assert_int_equal(c->cart.recover_within, 7 * FF_DAY);
    assert_int_equal(c->orders.dedupe, 90 * FF_DAY);
    assert_int_equal(c->dedupe.window, 24 * FF_HOUR);
    assert_int_equal(c->tally.minutes, 50 * FF_HOUR);
    assert_int_equal(c->tally.hours, 62 * FF_DAY);
    assert_int_equal(c->tally.days, 800 * FF_DAY);
    assert_int_equal(c->store.durability, FF_DURABLE_DISK);
    assert_string_equal(c->store.path, "/var/lib/footfalld");
    assert_int_equal(c->limits.ids, 16000000);
    assert_int_equal(c->log.level, LOG_LEVEL_INFO);
    assert_string_equal(c->ingest.udp_allow[1], "::1/128");
    assert_null(c->ingest.udp_allow[6]);
    config_free(&c);
    assert_null(c);
    config_free(&c);
}

static void a_file_changes_what_it_names_and_nothing_else(void **state)
{
    (void)state;
    struct ff_config *c = written_good("session: {timeout: 45m}\nlog:\n  level: debug\ncart:\n"
                                       "ingest:\n  udp_allow: [10.1.1.1, fc00::/8]\n");
    assert_int_equal(c->session.timeout, 45 * FF_MINUTE);
    assert_int_equal(c->session.lateness, 5 * FF_MINUTE);
    assert_int_equal(c->log.level, LOG_LEVEL_DEBUG);
    assert_string_equal(c->ingest.udp_allow[0], "10.1.1.1/32");
    assert_string_equal(c->ingest.udp_allow[1], "fc00::/8");
    assert_null(c->ingest.udp_allow[2]);
    config_free(&c);
}

static void nobody_may_be_allowed(void **state)
{
    (void)state;
    struct ff_config *c = written_good("ingest: {udp_allow: []}\n");
    assert_null(c->ingest.udp_allow[0]);
    config_free(&c);
}

static void overrides_win_over_the_file_and_the_last_over_the_first(void **state)
{
    (void)state;
    struct written w = written_text("session:\n  timeout: 45m\n  lateness: 1m\n");
    const char *const overrides[] = {"session.timeout=10m", "ingest.http=127.0.0.1:0",
                                     "session.timeout=20m", "ingest.udp_allow=::1,10.0.0.0/8",
                                     "stats.token_file="};
    char why[CONFIG_WHY];
    struct ff_config *c = config_load(w.path, overrides, 5, why, sizeof why);
    assert_non_null(c);
    close(w.fd);
    assert_int_equal(c->session.timeout, 20 * FF_MINUTE);
    assert_int_equal(c->session.lateness, FF_MINUTE);
    assert_string_equal(c->ingest.http, "127.0.0.1:0");
    assert_string_equal(c->ingest.udp_allow[0], "::1/128");
    assert_string_equal(c->ingest.udp_allow[1], "10.0.0.0/8");
    assert_null(c->ingest.udp_allow[2]);
    config_free(&c);
}

static void a_value_may_hold_an_equals_sign(void **state)
{
    (void)state;
    char why[CONFIG_WHY];
    struct ff_config *c = written_override("store.path=/tmp/a=b", why);
    assert_non_null(c);
    assert_string_equal(c->store.path, "/tmp/a=b");
    config_free(&c);
}

static void bad_overrides_are_refused_as_overrides(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"session.timeout=fast",
         "-o session.timeout: expected a duration such as 30m, got \"fast\""},
        {"session.timeout=", "-o session.timeout: expected a duration such as 30m, got \"\""},
        {"session.timeout", "-o session.timeout: expected KEY=VALUE"},
        {"", "-o : expected KEY=VALUE"},
        {"session.timout=30m", "-o session.timout: unknown key; did you mean session.timeout?"},
        {"session=30m", "-o session: a section; name one of its keys"},
        {"sites=shop", "-o sites: can be given in a file only"},
        {"ingest.udp_allow=::1,all",
         "-o ingest.udp_allow: expected networks such as 10.0.0.0/8 or ::1/128, got \"all\""},
        {"cart.abandon_after=8d",
         "-o cart.abandon_after: expected cart.abandon_after < cart.recover_within, got 8d and 7d"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char why[CONFIG_WHY] = "";
        assert_null(written_override(bad[i][0], why));
        assert_string_equal(why, bad[i][1]);
    }
}

static void a_long_value_is_quoted_in_part(void **state)
{
    (void)state;
    char override[2000] = "session.timeout=", why[CONFIG_WHY] = "";
    memset(override + strlen(override), 'x', sizeof override - strlen(override) - 1);
    override[sizeof override - 1] = '\0';
    assert_null(written_override(override, why));
    assert_true(strlen(why) < 200);
    assert_int_equal(why[strlen(why) - 1], '"');
}

static void why_is_cut_to_its_room(void **state)
{
    (void)state;
    const char *override = "session.timeout=fast";
    for (size_t size = 1; size < 80; size++) {
        char why[80];
        memset(why, 'x', sizeof why);
        assert_null(config_load(NULL, &override, 1, why, size));
        assert_true(strlen(why) < size);
    }
}

static void the_shipped_file_is_good_and_says_the_defaults(void **state)
{
    (void)state;
    char why[CONFIG_WHY] = "";
    struct ff_config *shipped =
        config_load(FF_SOURCE_DIR "/conf/footfalld.yaml", NULL, 0, why, sizeof why);
    assert_string_equal(why, "");
    assert_non_null(shipped);
    struct ff_config *defaults = written_good("");
    assert_int_equal(config_changes(shipped, defaults, NULL, NULL), 0);
    config_free(&shipped);
    config_free(&defaults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_refused_with_line_key_and_what_was_expected),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(the_file_is_named_as_it_was_given),
        cmocka_unit_test(defaults_are_those_of_the_contract),
        cmocka_unit_test(a_file_changes_what_it_names_and_nothing_else),
        cmocka_unit_test(nobody_may_be_allowed),
        cmocka_unit_test(overrides_win_over_the_file_and_the_last_over_the_first),
        cmocka_unit_test(a_value_may_hold_an_equals_sign),
        cmocka_unit_test(bad_overrides_are_refused_as_overrides),
        cmocka_unit_test(a_long_value_is_quoted_in_part),
        cmocka_unit_test(why_is_cut_to_its_room),
        cmocka_unit_test(the_shipped_file_is_good_and_says_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
