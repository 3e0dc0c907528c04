#include "written.h"

#include "keys.h"
#include "shelf.h"

/* One member of each kind. */
struct sample {
    ff_dur duration;
    uint64_t size;
    uint32_t count;
    bool boolean;
    unsigned word;
    ff_currency currency;
    const char *text;
    const char *const *texts;
    const struct ff_key *keys;
};

#define AT(member) offsetof(struct sample, member)

static const struct key rows[] = {
    {"duration", KEY_DURATION, AT(duration), FF_SECOND, FF_DAY, NULL, "30m", false, ""},
    {"size", KEY_SIZE, AT(size), 1024, 1 << 20, NULL, "64k", false, ""},
    {"count", KEY_COUNT, AT(count), 1, 1000000, NULL, "10k", false, ""},
    {"boolean", KEY_BOOLEAN, AT(boolean), 0, 0, NULL, "true", false, ""},
    {"word", KEY_WORD, AT(word), 0, 0, "disk process", "process", false, ""},
    {"currency", KEY_CURRENCY, AT(currency), 0, 0, NULL, "EUR", false, ""},
    {"address", KEY_ADDRESS, AT(text), 0, 0, NULL, "[::1]:80", false, ""},
    {"path", KEY_PATH, AT(text), 1, 10, NULL, "/var", false, ""},
    {"route", KEY_ROUTE, AT(text), 2, 10, NULL, "/tracker", false, ""},
    {"text", KEY_TEXT, AT(text), 1, 5, NULL, "sh\xc3\xb6p", false, ""},
    {"zone", KEY_ZONE, AT(text), 0, 0, NULL, "Etc/GMT+1", false, ""},
    {"networks", KEY_NETWORKS, AT(texts), 0, 0, NULL, "10.0.0.1/8,::1", false, ""},
    {"texts", KEY_TEXTS, AT(texts), 1, 5, NULL, "a,b,c", false, ""},
    {"origins", KEY_ORIGINS, AT(texts), 0, 0, NULL, "*,https://a.example", false, ""},
    {"secret", KEY_SECRET, AT(text), 1, 5, NULL, "k", false, ""},
    {"bearers", KEY_BEARERS, AT(keys), 0, 0, NULL, "", false, ""},
    {"single", KEY_WORD, AT(word), 0, 0, "embedded", "embedded", false, ""},
};
static const struct key_list list = {rows, sizeof rows / sizeof *rows};

static int setup(void **state)
{
    *state = shelf_new();
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    struct shelf *s = *state;
    shelf_free(&s);
    return 0;
}

static const struct key *row(const char *name)
{
    return key_find(&list, ff_span_text(name));
}

static enum key_result reads(struct shelf *s, const char *name, const char *text,
                             struct sample *out)
{
    struct ff_span culprit;
    return key_read_text(row(name), s, ff_span_text(text), out, &culprit);
}

static void numbers_are_held_to_their_bounds(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "duration", "1s", &v), KEY_TAKEN);
    assert_int_equal(reads(*state, "duration", "999ms", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "duration", "1d", &v), KEY_TAKEN);
    assert_int_equal(reads(*state, "duration", "25h", &v), KEY_RANGE);
    assert_int_equal(v.duration, FF_DAY);
    assert_int_equal(reads(*state, "size", "1023", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "size", "1M", &v), KEY_TAKEN);
    assert_int_equal(v.size, 1 << 20);
    assert_int_equal(reads(*state, "count", "5000000000", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "count", "0", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "count", "1M", &v), KEY_TAKEN);
    assert_int_equal(v.count, 1000000);
    assert_int_equal(reads(*state, "count", "1m", &v), KEY_WRONG);
}

static void a_refused_value_leaves_the_member_alone(void **state)
{
    struct sample v = {.duration = 7,
                       .size = 7,
                       .count = 7,
                       .word = 7,
                       .currency = 7,
                       .boolean = true,
                       .text = "7"};
    struct sample before = v;
    static const char *const names[] = {"duration", "size", "count", "word", "currency", "boolean",
                                        "address",  "path", "text",  "zone", "networks", "texts", "origins", "secret"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_not_equal(
            reads(*state, names[i], "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", &v),
            KEY_TAKEN);
    assert_memory_equal(&v, &before, sizeof v);
}

static void words_and_booleans_are_taken_as_written(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "word", "process", &v), KEY_TAKEN);
    assert_int_equal(v.word, 1);
    assert_int_equal(reads(*state, "word", "disk", &v), KEY_TAKEN);
    assert_int_equal(v.word, 0);
    static const char *const bad[] = {"", " ", "Disk", "disk process", "dis", "disks"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(reads(*state, "word", bad[i], &v), KEY_WRONG);
    assert_int_equal(reads(*state, "boolean", "true", &v), KEY_TAKEN);
    assert_true(v.boolean);
    assert_int_equal(reads(*state, "boolean", "false", &v), KEY_TAKEN);
    assert_false(v.boolean);
    assert_int_equal(reads(*state, "boolean", "yes", &v), KEY_WRONG);
}

static void currencies_are_three_capitals(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "currency", "CHF", &v), KEY_TAKEN);
    assert_int_equal(v.currency, FF_CURRENCY('C', 'H', 'F'));
    static const char *const bad[] = {"", "EU", "EURO", "eur", "E R", "\xc3\x84U"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(reads(*state, "currency", bad[i], &v), KEY_WRONG);
}

static void texts_are_measured_in_bytes_and_hold_no_controls(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "text", "sh\xc3\xb6p", &v), KEY_TAKEN);
    assert_string_equal(v.text, "sh\xc3\xb6p");
    assert_int_equal(reads(*state, "text", "", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "text", "sh\xc3\xb6ps", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "text", "a\nb", &v), KEY_WRONG);
    assert_int_equal(reads(*state, "path", "/var\t", &v), KEY_WRONG);
    assert_int_equal(reads(*state, "path", "/var\x7f", &v), KEY_WRONG);
}

static void zones_look_like_zones(void **state)
{
    struct sample v = {0};
    static const char *const good[] = {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires",
                                       "Etc/GMT-14"};
    static const char *const bad[] = {
        "",       "/etc/passwd",
        "../UTC", "Europe/Berlin ",
        "UTC\n",  "Z234567890Z234567890Z234567890Z234567890Z234567890Z234567890Z2345"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(reads(*state, "zone", good[i], &v), KEY_TAKEN);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(reads(*state, "zone", bad[i], &v), KEY_WRONG);
}

static void lists_are_parted_by_commas(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "texts", "a,bc,d", &v), KEY_TAKEN);
    assert_string_equal(v.texts[0], "a");
    assert_string_equal(v.texts[1], "bc");
    assert_string_equal(v.texts[2], "d");
    assert_null(v.texts[3]);
    assert_int_equal(reads(*state, "texts", "", &v), KEY_TAKEN);
    assert_null(v.texts[0]);
    assert_int_equal(reads(*state, "texts", "a,", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "texts", ",", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "networks", "10.1.1.1/8,::1", &v), KEY_TAKEN);
    assert_string_equal(v.texts[0], "10.0.0.0/8");
    assert_string_equal(v.texts[1], "::1/128");
}

static void routes_are_paths_of_urls(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "route", "/a.js", &v), KEY_TAKEN);
    assert_string_equal(v.text, "/a.js");
    assert_int_equal(reads(*state, "route", "a.js", &v), KEY_WRONG);
    assert_int_equal(reads(*state, "route", "/healthz", &v), KEY_WRONG);
    assert_int_equal(reads(*state, "route", "/", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "route", "/123456789a", &v), KEY_RANGE);
    assert_string_equal(v.text, "/a.js");
}

static void secrets_are_visible_ascii(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "secret", "!a~9\"", &v), KEY_TAKEN);
    assert_string_equal(v.text, "!a~9\"");
    static const char *const bad[] = {" ", "a b", "a\t", "\x7f", "\xc3\xa4", "a\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(reads(*state, "secret", bad[i], &v), KEY_WRONG);
    assert_int_equal(reads(*state, "secret", "", &v), KEY_RANGE);
    assert_int_equal(reads(*state, "secret", "123456", &v), KEY_RANGE);
}

static void maps_cannot_be_read_from_text(void **state)
{
    struct sample v = {0};
    assert_int_equal(reads(*state, "bearers", "x", &v), KEY_WRONG);
    assert_null(v.keys);
    assert_int_equal(reads(*state, "bearers", "", &v), KEY_TAKEN);
    assert_null(v.keys[0].text);
}

static void a_bad_item_of_a_list_is_pointed_out(void **state)
{
    struct sample v = {0};
    struct ff_span culprit;
    assert_int_equal(
        key_read_text(row("networks"), *state, FF_LITERAL("::1,all,::2"), &v, &culprit), KEY_WRONG);
    assert_true(ff_span_is(culprit, "all"));
}

static void expects(const char *name, enum key_result after, const char *expected)
{
    char text[128];
    key_expected(row(name), after, text, sizeof text);
    assert_string_equal(text, expected);
}

static void what_is_expected_is_said_in_the_units_of_the_kind(void **state)
{
    (void)state;
    expects("duration", KEY_WRONG, "a duration such as 30m");
    expects("duration", KEY_RANGE, "a duration from 1s to 1d");
    expects("size", KEY_RANGE, "a size from 1k to 1M");
    expects("count", KEY_RANGE, "a whole number from 1 to 1M");
    expects("word", KEY_WRONG, "one of disk, process");
    expects("single", KEY_WRONG, "embedded");
    expects("text", KEY_RANGE, "1 to 5 bytes");
}

static void expected_words_are_cut_to_their_room(void **state)
{
    (void)state;
    for (size_t size = 1; size < 24; size++) {
        char text[24];
        memset(text, 'x', sizeof text);
        key_expected(row("word"), KEY_WRONG, text, size);
        assert_true(strlen(text) < size);
    }
}

static void plain_values_are_printed_as_they_are_read(void **state)
{
    struct sample v = {0};
    static const char *const values[][2] = {
        {"duration", "90s"},  {"size", "64k"},     {"count", "10k"},   {"boolean", "true"},
        {"boolean", "false"}, {"word", "process"}, {"currency", "JPY"}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct key *k = row(values[i][0]);
        char text[KEY_TEXT_SIZE];
        assert_int_equal(reads(*state, k->name, values[i][1], &v), KEY_TAKEN);
        key_print(k, (char *)&v + k->offset, text);
        assert_string_equal(text, values[i][1]);
    }
}

static void differs(struct shelf *s, const char *name, const char *one, const char *other)
{
    struct sample a = {0}, b = {0};
    const struct key *k = row(name);
    assert_int_equal(reads(s, name, one, &a), KEY_TAKEN);
    assert_int_equal(reads(s, name, one, &b), KEY_TAKEN);
    assert_true(key_equal(k, &a, &b));
    assert_int_equal(reads(s, name, other, &b), KEY_TAKEN);
    assert_false(key_equal(k, &a, &b));
    assert_false(key_equal(k, &b, &a));
}

static void values_are_compared_by_what_they_say(void **state)
{
    differs(*state, "duration", "30m", "31m");
    differs(*state, "size", "64k", "65k");
    differs(*state, "count", "1", "2");
    differs(*state, "boolean", "true", "false");
    differs(*state, "word", "disk", "process");
    differs(*state, "currency", "EUR", "CHF");
    differs(*state, "text", "a", "b");
    differs(*state, "texts", "a,b", "a");
    differs(*state, "texts", "a,b", "a,c");
    differs(*state, "texts", "a,b", "a,b,c");
    differs(*state, "texts", "a", "");
    differs(*state, "origins", "*", "https://a.example");
    differs(*state, "route", "/a", "/b");
    differs(*state, "secret", "a", "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_held_to_their_bounds),
        cmocka_unit_test(a_refused_value_leaves_the_member_alone),
        cmocka_unit_test(words_and_booleans_are_taken_as_written),
        cmocka_unit_test(currencies_are_three_capitals),
        cmocka_unit_test(texts_are_measured_in_bytes_and_hold_no_controls),
        cmocka_unit_test(zones_look_like_zones),
        cmocka_unit_test(lists_are_parted_by_commas),
        cmocka_unit_test(routes_are_paths_of_urls),
        cmocka_unit_test(secrets_are_visible_ascii),
        cmocka_unit_test(maps_cannot_be_read_from_text),
        cmocka_unit_test(a_bad_item_of_a_list_is_pointed_out),
        cmocka_unit_test(what_is_expected_is_said_in_the_units_of_the_kind),
        cmocka_unit_test(expected_words_are_cut_to_their_room),
        cmocka_unit_test(plain_values_are_printed_as_they_are_read),
        cmocka_unit_test(values_are_compared_by_what_they_say),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
