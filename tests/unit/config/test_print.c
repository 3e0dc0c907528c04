#include "written.h"

#include "keys.h"

/* The bytes of a file, with a NUL behind them, in memory that the caller frees. */
static char *slurp(const char *path)
{
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    char *bytes = calloc(1, 1 << 20);
    size_t n = fread(bytes, 1, (1 << 20) - 1, in);
    assert_true(n > 0 && n < (1 << 20) - 1);
    fclose(in);
    return bytes;
}

static void the_shipped_file_is_the_sample_to_the_byte(void **state)
{
    (void)state;
    char *shipped = slurp(FF_SOURCE_DIR "/conf/footfalld.yaml"),
         *sample = written_print(config_print_sample);
    assert_string_equal(shipped, sample);
    free(shipped);
    free(sample);
}

static void the_sample_says_every_key_once_with_its_help(void **state)
{
    (void)state;
    char *sample = written_print(config_print_sample);
    for (size_t i = 0; i < config_keys.n; i++) {
        char lines[256];
        const struct key *k = &config_keys.rows[i];
        const int indent = strchr(k->name, '.') == strrchr(k->name, '.') ? 2 : 4;
        int n = snprintf(lines, sizeof lines, "%*s# %s%s\n%*s%s: ", indent, "", k->help,
                         k->reloadable ? " [reload]" : "", indent, "", strrchr(k->name, '.') + 1);
        assert_true(n > 0 && (size_t)n < sizeof lines);
        assert_non_null(strstr(sample, lines));
        assert_null(strstr(strstr(sample, lines) + 1, lines));
    }
    free(sample);
}

/* Takes the comment sign from the lines of the sample's example site. */
static void uncomment_sites(char *sample)
{
    for (char *line = strstr(sample, "#  - id:"); line && *line == '#';
         line = strchr(line, '\n') + 1)
        *line = ' ';
    char *none = strstr(sample, "sites: []");
    assert_non_null(none);
    *none = '\0';
}

static void the_site_of_the_sample_is_good_when_it_is_uncommented(void **state)
{
    (void)state;
    char *sample = written_print(config_print_sample);
    uncomment_sites(sample);
    char yaml[2048];
    snprintf(yaml, sizeof yaml, "sites:\n%s", strstr(sample, "   - id:"));
    struct ff_config *c = written_good(yaml);
    assert_int_equal(c->site_count, 1);
    assert_string_equal(c->sites[0].id, "shop");
    config_free(&c);
    free(sample);
}

static void help_names_every_key_with_its_default(void **state)
{
    (void)state;
    char *help = written_print(config_print_help);
    for (size_t i = 0; i < config_keys.n; i++) {
        char line[256];
        const struct key *k = &config_keys.rows[i];
        snprintf(line, sizeof line, "  %s=%s\n      %s\n", k->name, k->preset, k->help);
        assert_non_null(strstr(help, line));
    }
    assert_non_null(strstr(help, "sites"));
    free(help);
}

static char *dump(const struct ff_config *c, bool secrets)
{
    FILE *out = written_stream();
    config_dump(c, secrets, out);
    return written_take(out);
}

static void tell_nobody(void *ctx, const char *key, bool reloadable)
{
    (void)ctx, (void)reloadable;
    print_error("%s\n", key);
}

static void a_dump_reads_back_to_an_equal_config(void **state)
{
    (void)state;
    static const char *const files[] = {
        "",
        "session: {timeout: 90500ms, lateness: 0s}\nlimits: {ids: 1234567, tails: 1}\nlog: {level: "
        "debug}\n"
        "store: {path: 'a b: \"c\\d\" # e', durability: process, segment_bytes: 65537}\n"
        "ingest: {udp_allow: [], http: '[::]:0'}\nstats: {http: '0.0.0.0:1', token_file: "
        "'/null'}\n",
        "store: {path: 'null'}\nstats: {token_file: '-x'}\n"
        "sites:\n  - {id: '~', aliases: ['null', ' a', '[b]', 'c, d', '\"', '\\', \"\\u00e9\", '- "
        "e', 'f: g', '#']}\n"
        "  - {id: '.5', timezone: Asia/Kolkata, currency: INR}\n",
        "sites:\n  - {id: a, origins: [], keys: [{key: '{[\"\\,#]}', right: office}, {key: 'null'}]}\n"
        "  - {id: b, origins: ['https://b.example:8443', 'https://[::1]']}\n"
        "ingest: {threads: 4}\nlimits: {connections_per_address: 0, requests_per_second: 50}\n",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct ff_config *c = written_good(files[i]);
        char *text = dump(c, true);
        struct ff_config *back = written_good(text);
        assert_int_equal(config_changes(c, back, tell_nobody, NULL), 0);
        config_free(&c);
        config_free(&back);
        free(text);
    }
}

static void a_dump_without_secrets_lacks_the_keys_and_nothing_else(void **state)
{
    (void)state;
    static const char with[] = "sites:\n  - {id: a, currency: USD, keys: [{key: sesame, right: office}]}\n";
    static const char without[] = "sites:\n  - {id: a, currency: USD}\n";
    struct ff_config *c = written_good(with), *expected = written_good(without);
    char *text = dump(c, false);
    assert_null(strstr(text, "sesame"));
    struct ff_config *back = written_good(text);
    assert_int_equal(config_changes(expected, back, tell_nobody, NULL), 0);
    config_free(&c);
    config_free(&expected);
    config_free(&back);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_file_is_the_sample_to_the_byte),
        cmocka_unit_test(the_sample_says_every_key_once_with_its_help),
        cmocka_unit_test(the_site_of_the_sample_is_good_when_it_is_uncommented),
        cmocka_unit_test(help_names_every_key_with_its_default),
        cmocka_unit_test(a_dump_reads_back_to_an_equal_config),
        cmocka_unit_test(a_dump_without_secrets_lacks_the_keys_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
