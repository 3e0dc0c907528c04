#include "written.h"

#include "keys.h"
#include "shelf.h"

static void each_row(void (*fn)(const struct key *k))
{
    for (size_t i = 0; i < config_keys.n; i++)
        fn(&config_keys.rows[i]);
    for (size_t i = 0; i < site_keys.n; i++)
        fn(&site_keys.rows[i]);
    for (size_t i = 0; i < bearer_keys.n; i++)
        fn(&bearer_keys.rows[i]);
}

static void has_help(const struct key *k)
{
    size_t n = strlen(k->help);
    assert_true(n > 10 && n <= 100);
    assert_int_equal(k->help[n - 1], '.');
    assert_null(strchr(k->help, '\n'));
}

static void every_row_has_a_line_of_help(void **state)
{
    (void)state;
    each_row(has_help);
}

static void every_row_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *k = &config_keys.rows[i];
        assert_ptr_equal(key_find(&config_keys, ff_span_text(k->name)), k);
        assert_non_null(strchr(k->name, '.'));
        assert_int_equal(strspn(k->name, "abcdefghijklmnopqrstuvwxyz_."), strlen(k->name));
    }
}

static void has_a_member_of_its_own(const struct key *k)
{
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *other = &config_keys.rows[i];
        if (other != k)
            assert_true(k->offset + key_size(k) <= other->offset ||
                        other->offset + key_size(other) <= k->offset);
    }
}

static void every_row_has_a_member_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_keys.n; i++)
        has_a_member_of_its_own(&config_keys.rows[i]);
}

static void sections_stand_together(void **state)
{
    (void)state;
    for (size_t i = 1; i < config_keys.n; i++) {
        const char *name = config_keys.rows[i].name;
        size_t n = (size_t)(strchr(name, '.') + 1 - name);
        if (strncmp(config_keys.rows[i - 1].name, name, n) == 0)
            continue;
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(strncmp(config_keys.rows[j].name, name, n), 0);
    }
}

static void has_a_good_preset(const struct key *k)
{
    _Alignas(max_align_t) char base[sizeof(struct ff_config)] = {0};
    struct shelf *s = shelf_new();
    struct ff_span culprit;
    if (k->preset)
        assert_int_equal(key_read_text(k, s, ff_span_text(k->preset), base, &culprit), KEY_TAKEN);
    else
        assert_true(strcmp(k->name, "id") == 0 || strcmp(k->name, "key") == 0);
    shelf_free(&s);
}

static void every_preset_can_be_read(void **state)
{
    (void)state;
    each_row(has_a_good_preset);
}

static void has_bounds_that_fit(const struct key *k)
{
    assert_true(k->min >= 0 && k->min <= k->max);
    if (k->kind == KEY_COUNT)
        assert_true(k->max <= UINT32_MAX);
    if (k->kind == KEY_DURATION || k->kind == KEY_SIZE || k->kind == KEY_COUNT)
        assert_true(k->max > k->min);
    assert_true((k->kind == KEY_WORD) == (k->words != NULL));
}

static void every_row_has_bounds_that_fit_its_kind(void **state)
{
    (void)state;
    each_row(has_bounds_that_fit);
}

static void owns_no_memory_if_reloadable(const struct key *k)
{
    if (k->reloadable)
        assert_int_equal(key_form(k), KEY_PLAIN);
}

/* What sites may exchange is on a shelf of its own. */
static void reloadable_rows_own_no_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_keys.n; i++)
        owns_no_memory_if_reloadable(&config_keys.rows[i]);
}

/* The words of a row are numbered as the enum of its member is. */
static void words_have_the_numbers_of_their_enums(void **state)
{
    (void)state;
    static const struct {
        const char *key, *word;
        unsigned number;
    } words[] = {
        {"store.backend", "embedded", FF_BACKEND_EMBEDDED},
        {"store.durability", "disk", FF_DURABLE_DISK},
        {"store.durability", "process", FF_DURABLE_PROCESS},
        {"log.level", "error", LOG_LEVEL_ERROR},
        {"log.level", "warning", LOG_LEVEL_WARNING},
        {"log.level", "info", LOG_LEVEL_INFO},
        {"log.level", "debug", LOG_LEVEL_DEBUG},
    };
    const struct key *right = key_find(&bearer_keys, FF_LITERAL("right"));
    struct ff_key bearer;
    struct ff_span none;
    assert_int_equal(key_read_text(right, NULL, FF_LITERAL("track"), &bearer, &none), KEY_TAKEN);
    assert_int_equal(bearer.right, FF_RIGHT_TRACK);
    assert_int_equal(key_read_text(right, NULL, FF_LITERAL("office"), &bearer, &none), KEY_TAKEN);
    assert_int_equal(bearer.right, FF_RIGHT_OFFICE);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct key *k = key_find(&config_keys, ff_span_text(words[i].key));
        struct ff_config c;
        struct ff_span culprit;
        unsigned number;
        assert_int_equal(key_read_text(k, NULL, ff_span_text(words[i].word), &c, &culprit),
                         KEY_TAKEN);
        memcpy(&number, (char *)&c + k->offset, sizeof number);
        assert_int_equal(number, words[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_line_of_help),
        cmocka_unit_test(every_row_has_a_name_of_its_own),
        cmocka_unit_test(every_row_has_a_member_of_its_own),
        cmocka_unit_test(sections_stand_together),
        cmocka_unit_test(every_preset_can_be_read),
        cmocka_unit_test(every_row_has_bounds_that_fit_its_kind),
        cmocka_unit_test(reloadable_rows_own_no_memory),
        cmocka_unit_test(words_have_the_numbers_of_their_enums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
