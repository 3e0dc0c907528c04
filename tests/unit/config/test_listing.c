#include "listing.h"
#include "written.h"

static struct listing *load(const char *yaml, char why[CONFIG_WHY])
{
    struct written w = written_text(yaml);
    struct listing *l = listing_load(LISTING_AGENTS, w.path, why, CONFIG_WHY);
    close(w.fd);
    return l;
}

static void the_built_in_files_are_whole(void **state)
{
    (void)state;
    for (int kind = LISTING_CHANNELS; kind <= LISTING_AGENTS; kind++) {
        char why[CONFIG_WHY] = "";
        size_t n;
        struct listing *l = listing_load((enum listing_kind)kind, NULL, why, sizeof why);
        assert_non_null(l);
        const struct ff_listing *rows = listing_rows(l, &n);
        assert_true(n > 500);
        for (size_t i = 0; i < n; i++)
            assert_true(rows[i].section.n && rows[i].name.n && rows[i].text.n);
        listing_free(&l);
        assert_null(l);
        listing_free(&l);
    }
}

static void the_rows_of_a_file_stand_behind_the_built_in_ones(void **state)
{
    (void)state;
    char why[CONFIG_WHY] = "";
    size_t built_in, n;
    struct listing *l = listing_load(LISTING_AGENTS, NULL, why, sizeof why);
    listing_rows(l, &built_in);
    listing_free(&l);
    l = load("bots:\n  ai: [one, 2]\n  library:\n    - three\n  monitor:\npeople:\n  names: four\nempty:\n", why);
    assert_non_null(l);
    const struct ff_listing *rows = listing_rows(l, &n);
    static const char *const expected[][3] = {
        {"bots", "ai", "one"}, {"bots", "ai", "2"}, {"bots", "library", "three"}, {"people", "names", "four"}};
    assert_int_equal(n, built_in + 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(ff_span_is(rows[built_in + i].section, expected[i][0]));
        assert_true(ff_span_is(rows[built_in + i].name, expected[i][1]));
        assert_true(ff_span_is(rows[built_in + i].text, expected[i][2]));
    }
    listing_free(&l);
}

static void an_empty_file_adds_nothing(void **state)
{
    (void)state;
    char why[CONFIG_WHY] = "";
    struct listing *l = load("# nothing\n", why);
    assert_non_null(l);
    listing_free(&l);
}

static void what_is_of_another_shape_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"- a\n", ":1: expected sections such as search:, got a list"},
        {"bots: x\n", ":1: expected names indented below the section, got text"},
        {"bots:\n  ai:\n    a: b\n", ":2: expected a text or a list of texts, got a map"},
        {"bots:\n  ai:\n    - [x]\n", ":3: expected a text, got a list"},
        {"bots:\n  ai: [a, ~]\n", ":2: expected a text, got nothing"},
        {"bots: [\n", ":2: not well-formed YAML: did not find expected node content"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[CONFIG_WHY] = "";
        assert_null(load(rows[i][0], why));
        assert_int_equal(strncmp(why, "/proc/self/fd/", 14), 0);
        assert_non_null(strchr(why, ':'));
        assert_string_equal(strchr(why, ':'), rows[i][1]);
    }
    char why[CONFIG_WHY] = "";
    assert_null(listing_load(LISTING_CHANNELS, "/nowhere/x.yaml", why, sizeof why));
    assert_string_equal(why, "/nowhere/x.yaml: cannot be opened: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_files_are_whole),
        cmocka_unit_test(the_rows_of_a_file_stand_behind_the_built_in_ones),
        cmocka_unit_test(an_empty_file_adds_nothing),
        cmocka_unit_test(what_is_of_another_shape_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
