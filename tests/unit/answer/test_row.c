#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "row.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')

/* Two products: what each sold for, in two currencies and in one. */
static uint32_t word[] = {5, 6}, amounts[] = {0, 2, 3};
static int64_t field[] = {8, 4, 2, 3, 0, 0, 0, 1};
static struct tally_amount amount[] = {{EUR, 100}, {USD, -50}, {USD, 50}};
static const struct tally_cells cells = {
    .n = 2, .fields = 4, .word = word, .field = field, .amounts = amounts, .amount = amount};

static char text[512];

static const char *written(const struct row *now, const struct row *before, bool change)
{
    struct json_out out;
    size_t n;
    const struct row_field *fields = row_fields(FF_ROW_PRODUCT, &n);
    json_out_init(&out, text, sizeof text - 1);
    if (change)
        row_write_change(fields, n, now, before, &out);
    else
        row_write(fields, n, now, &out);
    text[out.n] = '\0';
    return text;
}

static const struct row_field *field_of(enum ff_row_kind kind, const char *name)
{
    size_t n;
    const struct row_field *fields = row_fields(kind, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    fail_msg("%s", name);
    return NULL;
}

static void rows_are_added_and_taken_away(void **state)
{
    (void)state;
    struct row r = {.amounts = 0};
    row_add(&r, &cells, 1, 1);
    row_add(&r, &cells, 0, 1);
    assert_string_equal(written(&r, NULL, false), "\"views\":8,\"added\":4,\"purchased\":2,\"quantity\":4,"
                                                  "\"revenue\":{\"EUR\":0.01}"); /* no dollars are left */
    row_add(&r, &cells, 1, -1);
    assert_string_equal(written(&r, NULL, false), "\"views\":8,\"added\":4,\"purchased\":2,\"quantity\":3,"
                                                  "\"revenue\":{\"EUR\":0.01,\"USD\":-0.005}");
    row_add(&r, &cells, 0, -1);
    assert_string_equal(written(&r, NULL, false),
                        "\"views\":0,\"added\":0,\"purchased\":0,\"quantity\":0,\"revenue\":{}");
}

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    struct row r = {.amounts = 0};
    row_add(&r, &cells, 0, 1);
    assert_string_equal(written(NULL, NULL, false),
                        "\"views\":null,\"added\":null,\"purchased\":null,\"quantity\":null,\"revenue\":{}");
    assert_string_equal(written(&r, NULL, true),
                        "\"views\":null,\"added\":null,\"purchased\":null,\"quantity\":null,"
                        "\"revenue\":{\"EUR\":null,\"USD\":null}");
}

static void a_change_is_by_how_much_of_itself(void **state)
{
    (void)state;
    struct row now = {.amounts = 0}, before = {.amounts = 0};
    row_add(&before, &cells, 0, 1);
    row_add(&now, &cells, 0, 1);
    row_add(&now, &cells, 1, 1);
    assert_string_equal(written(&now, &before, true),
                        "\"views\":0,\"added\":0,\"purchased\":0,\"quantity\":0.3333333333333333,"
                        "\"revenue\":{\"EUR\":0,\"USD\":1}"); /* from -0.005 to none */
}

static int order(const char *name, enum ff_row_kind kind, const int64_t *a, const int64_t *b)
{
    int64_t both[2 * FF_ROW_FIELDS_MAX];
    uint32_t none[3] = {0, 0, 0};
    struct tally_cells c = {.n = 2, .fields = FF_ROW_PAGE_FIELDS, .word = word, .field = both, .amounts = none};
    memcpy(both, a, FF_ROW_PAGE_FIELDS * sizeof *a);
    memcpy(both + FF_ROW_PAGE_FIELDS, b, FF_ROW_PAGE_FIELDS * sizeof *b);
    struct row_key x = row_key(field_of(kind, name), &c, 0, EUR), y = row_key(field_of(kind, name), &c, 1, EUR);
    assert_int_equal(row_key_compare(&x, &y), -row_key_compare(&y, &x));
    return row_key_compare(&x, &y);
}

static void the_greater_comes_first_and_null_last(void **state)
{
    (void)state;
    const int64_t a[FF_ROW_PAGE_FIELDS] = {INT64_C(9007199254740993), 4, 2, 0, 3, 2};
    const int64_t b[FF_ROW_PAGE_FIELDS] = {INT64_C(9007199254740992), 0, 2, 0, 4, 1};
    assert_true(order("views", FF_ROW_PAGE, a, b) > 0); /* one apart, where doubles are not */
    assert_true(order("exits", FF_ROW_PAGE, a, b) == 0);
    assert_true(order("page_seconds", FF_ROW_PAGE, a, b) < 0);
    assert_true(order("bounce_rate", FF_ROW_PAGE, a, b) > 0); /* 0 before null */
    assert_true(order("bounce_rate", FF_ROW_PAGE, b, b) == 0);
}

static void money_is_looked_at_in_one_currency(void **state)
{
    (void)state;
    const struct row_field *revenue = field_of(FF_ROW_PRODUCT, "revenue");
    assert_true(row_key(revenue, &cells, 0, USD).whole == -50);
    assert_true(row_key(revenue, &cells, 1, USD).whole == 50);
    assert_true(row_key(revenue, &cells, 1, EUR).whole == 0);
    assert_false(row_key(revenue, &cells, 1, EUR).null);
}

/* A row of the table that names a field its kind has not would read what is not there. */
static void every_field_is_one_of_its_kind(void **state)
{
    (void)state;
    static const uint8_t fields[FF_ROW_KINDS] = {FF_ROW_SESSION_FIELDS, FF_ROW_PAGE_FIELDS,
                                                 FF_ROW_PRODUCT_FIELDS, FF_ROW_TERM_FIELDS, FF_ROW_EVENT_FIELDS};
    for (int kind = 0; kind < FF_ROW_SURVEY; kind++) {
        size_t n;
        const struct row_field *f = row_fields((enum ff_row_kind)kind, &n);
        assert_in_range(n, 2, 12);
        for (size_t i = 0; i < n; i++)
            assert_true(f[i].top < fields[kind] && f[i].bottom < fields[kind]);
        assert_int_equal(f[0].kind, ROW_COUNT); /* what rows are sorted by unless asked otherwise */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_added_and_taken_away),
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(a_change_is_by_how_much_of_itself),
        cmocka_unit_test(the_greater_comes_first_and_null_last),
        cmocka_unit_test(money_is_looked_at_in_one_currency),
        cmocka_unit_test(every_field_is_one_of_its_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
