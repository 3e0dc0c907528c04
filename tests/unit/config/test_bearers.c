#include "written.h"

static void a_site_has_no_keys_unless_it_says_so(void **state)
{
    (void)state;
    static const char *const none[] = {"", "sites: [{id: a}]\n", "sites: [{id: a, keys: []}]\n"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct ff_config *c = written_good(none[i]);
        assert_null(c->sites[0].keys[0].text);
        config_free(&c);
    }
}

static void keys_are_kept_with_their_rights(void **state)
{
    (void)state;
    struct ff_config *c = written_good("sites:\n"
                                       "  - id: a\n"
                                       "    keys:\n"
                                       "      - key: old\n"
                                       "      - {key: \"!#~\", right: track}\n"
                                       "      - right: office\n"
                                       "        key: desk\n"
                                       "  - {id: b, keys: [{key: old}]}\n");
    const struct ff_key *keys = c->sites[0].keys;
    assert_string_equal(keys[0].text, "old");
    assert_string_equal(keys[0].file, "");
    assert_int_equal(keys[0].right, FF_RIGHT_TRACK);
    assert_string_equal(keys[1].text, "!#~");
    assert_int_equal(keys[1].right, FF_RIGHT_TRACK);
    assert_string_equal(keys[2].text, "desk");
    assert_int_equal(keys[2].right, FF_RIGHT_OFFICE);
    assert_null(keys[3].text);
    assert_string_equal(c->sites[1].keys[0].text, "old");
    config_free(&c);
}

/* Loads a site whose one key is read from a file with these n bytes. */
static struct ff_config *from_file(const char *bytes, size_t n, char why[CONFIG_WHY])
{
    struct written key = written_bytes(bytes, n);
    char yaml[128];
    snprintf(yaml, sizeof yaml, "sites: [{id: a, keys: [{key_file: %s, right: office}]}]\n",
             key.path);
    struct ff_config *c = written_load(yaml, why);
    close(key.fd);
    return c;
}

static void a_key_file_gives_its_first_line(void **state)
{
    (void)state;
    char longest[FF_KEY_MAX + 2];
    memset(longest, 'k', sizeof longest);
    static const char *const files[] = {"secret", "secret\n", "secret\r\n", "secret\nmore\n"};
    char why[CONFIG_WHY] = "";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct ff_config *c = from_file(files[i], strlen(files[i]), why);
        assert_string_equal(why, "");
        assert_string_equal(c->sites[0].keys[0].text, "secret");
        assert_int_equal(c->sites[0].keys[0].right, FF_RIGHT_OFFICE);
        assert_null(strstr(c->sites[0].keys[0].file, "secret"));
        config_free(&c);
    }
    longest[FF_KEY_MAX] = '\n';
    struct ff_config *c = from_file(longest, FF_KEY_MAX + 1, why);
    assert_int_equal(strlen(c->sites[0].keys[0].text), FF_KEY_MAX);
    config_free(&c);
}

static void a_key_file_without_a_key_is_refused_and_not_shown(void **state)
{
    (void)state;
    char longer[FF_KEY_MAX + 3];
    memset(longer, 'k', sizeof longer);
    const struct ff_span files[] = {
        {"", 0}, {"\n", 1}, {"\nsecret\n", 8}, {"sec ret\n", 8}, {"s\xc3\xa4", 3}, {"\0secret", 7},
        {longer, FF_KEY_MAX + 1}, {longer, FF_KEY_MAX + 2}, {longer, FF_KEY_MAX + 3},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char why[CONFIG_WHY];
        assert_null(from_file(files[i].p, files[i].n, why));
        assert_non_null(strstr(why, ":1: sites[].keys[].key_file: expected a file whose first line "
                                    "is a key of 1 to 256 visible ASCII characters, got \"/proc"));
        assert_null(strstr(why, "sec"));
        assert_null(strstr(why, "kk"));
    }
}

static void a_key_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    written_bad("sites:\n  - id: a\n    keys: [{key_file: /nowhere/at/all}]\n",
                ":3: sites[].keys[].key_file: \"/nowhere/at/all\" cannot be read: No such file or "
                "directory");
    written_bad("sites:\n  - id: a\n    keys: [{key_file: /}]\n",
                ":3: sites[].keys[].key_file: \"/\" cannot be read: Is a directory");
}

static const char *const bad_table[][2] = {
    {"keys: x", ":2: sites[].keys: expected a list of maps such as {key: SECRET, right: track}, got "
                "text"},
    {"keys: {key: x}", ":2: sites[].keys: expected a list of maps such as {key: SECRET, right: "
                       "track}, got a map"},
    {"keys: [x]", ":2: sites[].keys: expected a map such as {key: SECRET, right: track}, got text"},
    {"keys: [{}]", ":2: sites[].keys[].key: required in every key, or a key_file"},
    {"keys: [{right: office}]", ":2: sites[].keys[].key: required in every key, or a key_file"},
    {"keys: [{key: x, key_file: /x}]",
     ":2: sites[].keys[].key_file: expected either this or key, got both"},
    {"keys: [{key: x, right: admin}]",
     ":2: sites[].keys[].right: expected one of track, office, got \"admin\""},
    {"keys: [{key: \"\"}]", ":2: sites[].keys[].key: expected 1 to 256 bytes"},
    {"keys: [{key: \"a b\"}]", ":2: sites[].keys[].key: expected visible ASCII characters"},
    {"keys: [{key: [x]}]", ":2: sites[].keys[].key: expected visible ASCII characters, got a list"},
    {"keys: [{key: x, key: y}]", ":2: sites[].keys[].key: given twice, first in line 2"},
    {"keys: [{key: x, rihgt: track}]",
     ":2: sites[].keys[].rihgt: unknown key; did you mean sites[].keys[].right?"},
    {"keys: [{key: x},\n  {key: y, right: office},\n  {key: x, right: office}]",
     ":4: sites[].keys: the same key as in line 2"},
    {"keys: [{key: x}, {key: x}]", ":2: sites[].keys: the same key as in line 2"},
    {"origins: https://a.example", ":2: sites[].origins: expected a list of origins such as "
                                   "https://shop.example, or *, got text"},
    {"origins: [a.example]", ":2: sites[].origins: expected origins such as https://shop.example, "
                             "or *, got \"a.example\""},
    {"origin: []", ":2: sites[].origin: unknown key; did you mean sites[].origins?"},
};

static void bad_keys_are_refused_with_their_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_table / sizeof *bad_table; i++) {
        char yaml[256];
        snprintf(yaml, sizeof yaml, "sites:\n- {id: a, %s}\n", bad_table[i][0]);
        written_bad(yaml, bad_table[i][1]);
    }
}

static char *many_keys(size_t n)
{
    FILE *out = written_stream();
    fputs("sites:\n- id: a\n  keys:\n", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "  - key: k%zu\n", i);
    return written_take(out);
}

static void a_site_has_at_most_a_hundred_keys(void **state)
{
    (void)state;
    char *yaml = many_keys(FF_MAX_KEYS);
    struct ff_config *c = written_good(yaml);
    assert_string_equal(c->sites[0].keys[99].text, "k99");
    assert_null(c->sites[0].keys[100].text);
    config_free(&c);
    free(yaml);
    yaml = many_keys(FF_MAX_KEYS + 1);
    written_bad(yaml, ":104: sites[].keys: expected at most 100 keys");
    free(yaml);
}

static void origins_are_any_unless_they_are_listed(void **state)
{
    (void)state;
    struct ff_config *c = written_good("sites:\n- id: a\n- {id: b, origins: []}\n"
                                       "- {id: c, origins: ['HTTPS://C.example:443/', '*']}\n");
    assert_string_equal(c->sites[0].origins[0], "*");
    assert_null(c->sites[0].origins[1]);
    assert_null(c->sites[1].origins[0]);
    assert_string_equal(c->sites[2].origins[0], "https://c.example");
    assert_string_equal(c->sites[2].origins[1], "*");
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_has_no_keys_unless_it_says_so),
        cmocka_unit_test(keys_are_kept_with_their_rights),
        cmocka_unit_test(a_key_file_gives_its_first_line),
        cmocka_unit_test(a_key_file_without_a_key_is_refused_and_not_shown),
        cmocka_unit_test(a_key_file_that_cannot_be_read_is_named),
        cmocka_unit_test(bad_keys_are_refused_with_their_line),
        cmocka_unit_test(a_site_has_at_most_a_hundred_keys),
        cmocka_unit_test(origins_are_any_unless_they_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
