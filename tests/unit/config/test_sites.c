#include "written.h"

static void without_sites_there_is_one_default(void **state)
{
    (void)state;
    static const char *const none[] = {"", "sites:\n", "sites: []\n", "sites: ~\n"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct ff_config *c = written_good(none[i]);
        assert_int_equal(c->site_count, 1);
        assert_string_equal(c->sites[0].id, "default");
        assert_null(c->sites[0].aliases[0]);
        assert_string_equal(c->sites[0].timezone, "UTC");
        assert_int_equal(c->sites[0].currency, FF_CURRENCY('E', 'U', 'R'));
        config_free(&c);
    }
}

static void sites_are_kept_in_their_order(void **state)
{
    (void)state;
    struct ff_config *c = written_good("sites:\n"
                                       "  - id: berlin\n"
                                       "    aliases: [b, \"b 2\"]\n"
                                       "    timezone: Europe/Berlin\n"
                                       "  - {id: \"\\u65e5\\u672c\", currency: JPY}\n");
    assert_int_equal(c->site_count, 2);
    assert_string_equal(c->sites[0].id, "berlin");
    assert_string_equal(c->sites[0].aliases[0], "b");
    assert_string_equal(c->sites[0].aliases[1], "b 2");
    assert_null(c->sites[0].aliases[2]);
    assert_string_equal(c->sites[0].timezone, "Europe/Berlin");
    assert_int_equal(c->sites[0].currency, FF_CURRENCY('E', 'U', 'R'));
    assert_string_equal(c->sites[1].id, "\xe6\x97\xa5\xe6\x9c\xac");
    assert_string_equal(c->sites[1].timezone, "UTC");
    assert_null(c->sites[1].aliases[0]);
    assert_int_equal(c->sites[1].currency, FF_CURRENCY('J', 'P', 'Y'));
    config_free(&c);
}

static void a_site_has_its_own_word_for_who_opts_out_or_that_of_all(void **state)
{
    (void)state;
    struct ff_config *c = written_good("privacy: {gpc: drop}\n"
                                       "sites: [{id: a}, {id: b, gpc: shared}, {id: c, gpc: count},"
                                       " {id: d, gpc: anonymous}, {id: e, gpc: drop}]\n");
    static const enum ff_gpc expected[] = {FF_GPC_DROP, FF_GPC_DROP, FF_GPC_COUNT, FF_GPC_ANONYMOUS, FF_GPC_DROP};
    for (uint16_t i = 0; i < 5; i++)
        assert_int_equal(config_gpc(c, i), expected[i]);
    config_free(&c);
    c = written_good("");
    assert_int_equal(config_gpc(c, 0), FF_GPC_ANONYMOUS);
    config_free(&c);
}

static void a_site_id_has_1_to_64_bytes(void **state)
{
    (void)state;
    char yaml[128], id[67] = "";
    memset(id, 'x', 64);
    snprintf(yaml, sizeof yaml, "sites: [{id: %s}]\n", id);
    struct ff_config *c = written_good(yaml);
    assert_string_equal(c->sites[0].id, id);
    config_free(&c);
    id[64] = 'x';
    snprintf(yaml, sizeof yaml, "sites: [{id: %s}]\n", id);
    char expected[256];
    snprintf(expected, sizeof expected, ":1: sites[].id: expected 1 to 64 bytes, got \"%s\"", id);
    written_bad(yaml, expected);
}

static const char *const bad_table[][2] = {
    {"sites: shop\n", ":1: sites: expected a list of sites, got text"},
    {"sites: {id: shop}\n", ":1: sites: expected a list of sites, got a map"},
    {"sites:\n  - shop\n", ":2: sites: expected a map such as {id: shop}, got text"},
    {"sites:\n  - \n", ":2: sites: expected a map such as {id: shop}, got nothing"},
    {"sites:\n  - id: a\n  - currency: EUR\n", ":3: sites[].id: required in every site"},
    {"sites:\n  - {}\n", ":2: sites[].id: required in every site"},
    {"sites:\n  - id: \"\"\n", ":2: sites[].id: expected 1 to 64 bytes, got \"\""},
    {"sites:\n  - id: \"a\\tb\"\n",
     ":2: sites[].id: expected text without control characters, got \"a\\tb\""},
    {"sites:\n  - id: [a]\n",
     ":2: sites[].id: expected text without control characters, got a list"},
    {"sites:\n  - id: a\n    aliases: b\n",
     ":3: sites[].aliases: expected a list of texts without control characters, got text"},
    {"sites:\n  - id: a\n    aliases: [b, \"\"]\n",
     ":3: sites[].aliases: expected 1 to 64 bytes, got \"\""},
    {"sites:\n  - id: a\n    currency: eur\n",
     ":3: sites[].currency: expected a currency of three capital letters such as EUR, got \"eur\""},
    {"sites:\n  - id: a\n    timezone: Mars/Olympus\n",
     ":3: sites[].timezone: expected an IANA time zone such as UTC or Europe/Berlin, got "
     "\"Mars/Olympus\""},
    {"sites:\n  - id: a\n    timezone: ../../etc/passwd\n",
     ":3: sites[].timezone: expected an IANA time zone such as UTC or Europe/Berlin, got "
     "\"../../etc/passwd\""},
    {"sites:\n  - id: a\n    time_zone: UTC\n",
     ":3: sites[].time_zone: unknown key; did you mean sites[].timezone?"},
    {"sites:\n  - id: a\n    currencey: EUR\n",
     ":3: sites[].currencey: unknown key; did you mean sites[].currency?"},
    {"sites:\n  - id: a\n    id: b\n", ":3: sites[].id: given twice, first in line 2"},
    {"sites:\n  - id: a\n  - id: b\n  - id: a\n",
     ":4: sites: the name \"a\" is taken by the site in line 2"},
    {"sites:\n  - id: a\n    aliases: [b]\n  - id: b\n",
     ":4: sites: the name \"b\" is taken by the site in line 2"},
    {"sites:\n  - id: a\n    aliases: [x]\n  - id: b\n    aliases: [y, x]\n",
     ":4: sites: the name \"x\" is taken by the site in line 2"},
    {"sites:\n  - id: a\n    aliases: [a]\n",
     ":2: sites: the name \"a\" is taken by the site in line 2"},
    {"sites:\n  - id: z\n  - id: z\n  - id: a\n  - id: a\n",
     ":3: sites: the name \"z\" is taken by the site in line 2"},
};

static void bad_sites_are_refused_with_their_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_table / sizeof *bad_table; i++)
        written_bad(bad_table[i][0], bad_table[i][1]);
}

static char *many_sites(size_t n)
{
    FILE *out = written_stream();
    fputs("sites:\n", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "  - id: s%zu\n", i);
    return written_take(out);
}

static void there_may_be_a_thousand_sites_and_no_more(void **state)
{
    (void)state;
    char *yaml = many_sites(FF_MAX_SITES);
    struct ff_config *c = written_good(yaml);
    assert_int_equal(c->site_count, FF_MAX_SITES);
    assert_string_equal(c->sites[999].id, "s999");
    config_free(&c);
    free(yaml);
    yaml = many_sites(FF_MAX_SITES + 1);
    char why[CONFIG_WHY];
    assert_null(written_load(yaml, why));
    assert_non_null(strstr(why, ":1002: sites: expected at most 1000 sites"));
    free(yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_sites_there_is_one_default),
        cmocka_unit_test(sites_are_kept_in_their_order),
        cmocka_unit_test(a_site_has_its_own_word_for_who_opts_out_or_that_of_all),
        cmocka_unit_test(a_site_id_has_1_to_64_bytes),
        cmocka_unit_test(bad_sites_are_refused_with_their_line),
        cmocka_unit_test(there_may_be_a_thousand_sites_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
