#include "written.h"

#include "keys.h"

/* The changes that were told, one a line, reloadable ones with a plus. */
struct told {
    char text[512];
};

static void tell(void *ctx, const char *key, bool reloadable)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%s%s\n", reloadable ? "+" : "", key);
}

static size_t changes(const char *before, const char *after, struct told *t)
{
    struct ff_config *a = written_good(before), *b = written_good(after);
    *t = (struct told){""};
    size_t n = config_changes(a, b, tell, t);
    config_free(&a);
    config_free(&b);
    return n;
}

static void equal_configs_have_no_changes(void **state)
{
    (void)state;
    struct told t;
    assert_int_equal(changes("", "", &t), 0);
    assert_int_equal(changes("", "session: {timeout: 1800s}\nsites: [{id: default}]\n", &t), 0);
    assert_int_equal(
        changes("ingest: {udp_allow: [10.0.0.1/8]}\n", "ingest: {udp_allow: [10.0.0.0/8]}\n", &t),
        0);
}

static void changes_are_told_in_the_order_of_the_table(void **state)
{
    (void)state;
    struct told t;
    assert_int_equal(changes("",
                             "log: {level: debug}\nstop: {grace: 1s}\nsession: {timeout: 31m}\n"
                             "ingest: {udp_allow: []}\nsites: [{id: shop}]\nstore: {path: /tmp}\n",
                             &t),
                     6);
    assert_string_equal(
        t.text, "ingest.udp_allow\nsession.timeout\nstore.path\n+log.level\n+stop.grace\nsites\n");
}

static void any_change_of_a_site_is_one_of_sites(void **state)
{
    (void)state;
    static const char *const others[] = {
        "sites: [{id: b}]\n",
        "sites: [{id: a, aliases: [x]}]\n",
        "sites: [{id: a, timezone: Asia/Tokyo}]\n",
        "sites: [{id: a, currency: CHF}]\n",
        "sites: [{id: a}, {id: b}]\n",
        "",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct told t;
        assert_int_equal(changes("sites: [{id: a}]\n", others[i], &t), 1);
        assert_string_equal(t.text, "sites\n");
        assert_int_equal(changes(others[i], "sites: [{id: a}]\n", &t), 1);
    }
}

static void keys_and_origins_of_the_same_sites_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *told;
    } rows[] = {
        {"{id: a, keys: [{key: x}]}", "{id: a, keys: [{key: x, right: track}]}", ""},
        {"{id: a}", "{id: a, origins: ['*']}", ""},
        {"{id: a}", "{id: a, keys: [{key: x}]}", "+sites[].keys\n"},
        {"{id: a, keys: [{key: x}]}", "{id: a, keys: [{key: x}, {key: y}]}", "+sites[].keys\n"},
        {"{id: a, keys: [{key: x}]}", "{id: a, keys: [{key: x, right: office}]}", "+sites[].keys\n"},
        {"{id: a}", "{id: a, origins: ['https://b.example']}", "+sites[].origins\n"},
        {"{id: a}", "{id: a, currency: CHF, keys: [{key: x}], origins: []}",
         "sites\n+sites[].origins\n+sites[].keys\n"},
        {"{id: a}", "{id: b, keys: [{key: x}]}", "sites\n"},
        {"{id: a}, {id: b}", "{id: b}, {id: a, origins: []}", "sites\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char before[256], after[256];
        struct told t;
        snprintf(before, sizeof before, "sites: [%s]\n", rows[i].before);
        snprintf(after, sizeof after, "sites: [%s]\n", rows[i].after);
        changes(before, after, &t);
        assert_string_equal(t.text, rows[i].told);
    }
}

static void apply_exchanges_keys_and_origins(void **state)
{
    (void)state;
    struct ff_config *live = written_good("sites: [{id: a, keys: [{key: old}]}, {id: b}]\n");
    struct ff_config *fresh = written_good(
        "sites: [{id: a, currency: CHF, keys: [{key: new, right: office}, {key: old}]},\n"
        "        {id: b, origins: ['https://b.example']}]\n");
    const struct ff_config_site *sites = live->sites;
    const char *id = sites[0].id;
    config_apply(live, fresh);
    assert_string_equal(fresh->sites[0].keys[0].text, "old");
    assert_string_equal(fresh->sites[1].origins[0], "*");
    config_free(&fresh);
    assert_ptr_equal(live->sites, sites);
    assert_ptr_equal(live->sites[0].id, id);
    assert_int_equal(live->sites[0].currency, FF_CURRENCY('E', 'U', 'R'));
    assert_string_equal(live->sites[0].keys[0].text, "new");
    assert_int_equal(live->sites[0].keys[0].right, FF_RIGHT_OFFICE);
    assert_string_equal(live->sites[0].keys[1].text, "old");
    assert_null(live->sites[0].keys[2].text);
    assert_string_equal(live->sites[0].origins[0], "*");
    assert_string_equal(live->sites[1].origins[0], "https://b.example");
    config_free(&live);
}

static void apply_leaves_other_sites_alone(void **state)
{
    (void)state;
    struct ff_config *live = written_good("sites: [{id: a, keys: [{key: old}]}, {id: b}]\n");
    struct ff_config *fresh = written_good("sites: [{id: b}, {id: a, keys: [{key: new}]}]\n");
    config_apply(live, fresh);
    config_free(&fresh);
    assert_string_equal(live->sites[0].keys[0].text, "old");
    assert_null(live->sites[1].keys[0].text);
    config_free(&live);
}

static void apply_takes_over_what_is_reloadable_and_leaves_the_rest(void **state)
{
    (void)state;
    struct ff_config *live = written_good("sites: [{id: a}]\n");
    struct ff_config *fresh =
        written_good("log: {level: debug}\nstop: {grace: 1s}\nsession: {timeout: 31m}\n"
                     "store: {path: /tmp}\nsites: [{id: b}]\n");
    const char *path = live->store.path;
    config_apply(live, fresh);
    struct told t = {""};
    config_changes(live, fresh, tell, &t);
    assert_string_equal(t.text, "session.timeout\nstore.path\nsites\n");
    config_free(&fresh);
    assert_int_equal(live->log.level, LOG_LEVEL_DEBUG);
    assert_int_equal(live->stop.grace, FF_SECOND);
    assert_int_equal(live->session.timeout, 30 * FF_MINUTE);
    assert_ptr_equal(live->store.path, path);
    assert_string_equal(live->sites[0].id, "a");
    config_free(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_configs_have_no_changes),
        cmocka_unit_test(changes_are_told_in_the_order_of_the_table),
        cmocka_unit_test(any_change_of_a_site_is_one_of_sites),
        cmocka_unit_test(keys_and_origins_of_the_same_sites_are_told_apart),
        cmocka_unit_test(apply_exchanges_keys_and_origins),
        cmocka_unit_test(apply_leaves_other_sites_alone),
        cmocka_unit_test(apply_takes_over_what_is_reloadable_and_leaves_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
