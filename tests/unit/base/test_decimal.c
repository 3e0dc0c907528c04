#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "decimal.h"

#include <math.h>

typedef enum ff_status (*read_fn)(struct ff_span text, int64_t *out);

static void gives(read_fn read, const char *text, int64_t expected)
{
    int64_t got = -1;
    enum ff_status s = read(ff_span_text(text), &got);
    if (s != FF_OK || got != expected)
        fail_msg("%s: %s, %lld instead of %lld", text, ff_status_code(s), (long long)got,
                 (long long)expected);
}

static void refuses(read_fn read, const char *text, enum ff_status expected)
{
    int64_t got = -1;
    enum ff_status s = read(ff_span_text(text), &got);
    if (s != expected || got != -1)
        fail_msg("%s: %s instead of %s", text, ff_status_code(s), ff_status_code(expected));
}

static void numbers_are_rounded_from_their_decimal_digits(void **state)
{
    (void)state;
    gives(decimal_from_number, "59.970000000000006", 599700);
    gives(decimal_from_number, "59.96999999999999", 599700);
    gives(decimal_from_number, "0", 0);
    gives(decimal_from_number, "-0", 0);
    gives(decimal_from_number, "-0.0", 0);
    gives(decimal_from_number, "24.75", 247500);
    gives(decimal_from_number, "-3", -30000);
    gives(decimal_from_number, "0.0001", 1);
    gives(decimal_from_number, "1.00000000000000000000000000000000000000000001", 10000);
}

static void ties_go_to_the_even_neighbour(void **state)
{
    (void)state;
    gives(decimal_from_number, "0.00005", 0);
    gives(decimal_from_number, "0.00015", 2);
    gives(decimal_from_number, "0.00025", 2);
    gives(decimal_from_number, "-0.00015", -2);
    gives(decimal_from_number, "-0.00005", 0);
    gives(decimal_from_number, "0.000050000000000000000000000000000001", 1);
    gives(decimal_from_number, "0.00004999999999999999999999999999999", 0);
    gives(decimal_from_number, "0.000009", 0);
    gives(decimal_from_number, "0.99995", 10000);
    gives(decimal_from_number, "5e-5", 0);
    gives(decimal_from_number, "15e-5", 2);
    gives(decimal_from_number, "9e-6", 0);
}

static void exponents_of_any_size_are_understood(void **state)
{
    (void)state;
    gives(decimal_from_number, "1e2", 1000000);
    gives(decimal_from_number, "1E+2", 1000000);
    gives(decimal_from_number, "1.5e-1", 1500);
    gives(decimal_from_number, "0e999999999999999999999999", 0);
    gives(decimal_from_number, "7e-999999999999999999999999", 0);
    gives(decimal_from_number, "0.000000000000000000001e21", 10000);
    refuses(decimal_from_number, "1e308", FF_OUT_OF_RANGE);
    refuses(decimal_from_number, "1E400", FF_OUT_OF_RANGE);
    refuses(decimal_from_number, "1e999999999999999999999999", FF_OUT_OF_RANGE);
}

static void amounts_end_at_ten_to_the_eleventh(void **state)
{
    (void)state;
    gives(decimal_from_number, "1e11", FF_MONEY_MAX);
    gives(decimal_from_number, "-100000000000", -FF_MONEY_MAX);
    gives(decimal_from_number, "100000000000.00005", FF_MONEY_MAX);
    gives(decimal_from_number, "99999999999.99995", FF_MONEY_MAX);
    gives(decimal_from_string, "100000000000.0000", FF_MONEY_MAX);
    refuses(decimal_from_number, "100000000000.0001", FF_OUT_OF_RANGE);
    refuses(decimal_from_number, "100000000000.000051", FF_OUT_OF_RANGE);
    refuses(decimal_from_number, "-100000000000.0001", FF_OUT_OF_RANGE);
    refuses(decimal_from_number, "99999999999999999999999999999999999999999", FF_OUT_OF_RANGE);
    refuses(decimal_from_string, "100000000000.0001", FF_OUT_OF_RANGE);
}

static void what_json_calls_no_number_is_refused(void **state)
{
    static const char *const bad[] = {"",     "-",        "+1",  "01",    "-01",  ".5",   "5.",
                                      "1.e2", "1e",       "1e+", "1e1.5", "0x10", " 1",   "1 ",
                                      "NaN",  "Infinity", "1,5", "--1",   "1-",   "1.2.3"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refuses(decimal_from_number, bad[i], FF_BAD_DECIMAL);
        refuses(decimal_to_integer, bad[i], FF_BAD_NUMBER);
        assert_false(decimal_is_number(ff_span_text(bad[i])));
    }
    assert_true(decimal_is_number(FF_LITERAL("-12.50E-3")));
    refuses(decimal_from_number, NULL, FF_BAD_DECIMAL);
}

static void strings_have_at_most_four_places(void **state)
{
    static const char *const bad[] = {"",      "-",     "1.00000", "59.97000000", "1e2",
                                      " 1",    "1 ",    "+1",      ".5",          "5.",
                                      "1.2.3", "EUR 5", "1,50",    "1.5-"};
    (void)state;
    gives(decimal_from_string, "59.97", 599700);
    gives(decimal_from_string, "-3", -30000);
    gives(decimal_from_string, "0.0001", 1);
    gives(decimal_from_string, "-0.0001", -1);
    gives(decimal_from_string, "007.50", 75000);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses(decimal_from_string, bad[i], FF_BAD_DECIMAL);
    refuses(decimal_from_string, NULL, FF_BAD_DECIMAL);
}

static void doubles_mean_their_shortest_decimal(void **state)
{
    static const struct {
        double value;
        ff_money expected;
    } table[] = {
        {59.97, 599700},      {0.00015, 2},   {0.1 + 0.2, 3000},
        {1e11, FF_MONEY_MAX}, {-2.5, -25000}, {5e-324, 0},
        {0.00025, 2},         {0.0001, 1},    {99999999999.9999, FF_MONEY_MAX - 1},
        {19.99 * 3, 599700},  {-0.0, 0},      {1234567.00005, 12345670000},
    };
    ff_money got = -1;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(decimal_from_double(table[i].value, &got), FF_OK);
        assert_int_equal(got, table[i].expected);
    }
    assert_int_equal(decimal_from_double(NAN, &got), FF_BAD_DECIMAL);
    assert_int_equal(decimal_from_double(INFINITY, &got), FF_BAD_DECIMAL);
    assert_int_equal(decimal_from_double(1e300, &got), FF_OUT_OF_RANGE);
}

static void integers_are_whole_however_they_are_written(void **state)
{
    (void)state;
    gives(decimal_to_integer, "5", 5);
    gives(decimal_to_integer, "5.0", 5);
    gives(decimal_to_integer, "50e-1", 5);
    gives(decimal_to_integer, "1e3", 1000);
    gives(decimal_to_integer, "-0", 0);
    gives(decimal_to_integer, "-12", -12);
    gives(decimal_to_integer, "9223372036854775807", INT64_MAX);
    refuses(decimal_to_integer, "9223372036854775808", FF_OUT_OF_RANGE);
    refuses(decimal_to_integer, "1e400", FF_OUT_OF_RANGE);
    refuses(decimal_to_integer, "5.5", FF_BAD_NUMBER);
    refuses(decimal_to_integer, "55e-1", FF_BAD_NUMBER);
    refuses(decimal_to_integer, "1e-400", FF_BAD_NUMBER);
}

static void prints(ff_money_sum amount, const char *expected)
{
    char out[DECIMAL_TEXT];
    assert_int_equal(decimal_print(out, amount), strlen(expected));
    assert_string_equal(out, expected);
}

static void amounts_are_printed_without_trailing_zeros(void **state)
{
    (void)state;
    prints(247500, "24.75");
    prints(15000, "1.5");
    prints(0, "0");
    prints(-1, "-0.0001");
    prints(10000, "1");
    prints(1000000, "100");
    prints(-105, "-0.0105");
    prints(((ff_money_sum)INT64_MAX) * 10000, "9223372036854775807");
    prints((ff_money_sum)((unsigned __int128)1 << 127),
           "-17014118346046923173168730371588410.5728");
}

static void division_rounds_half_to_even(void **state)
{
    static const struct {
        int64_t a, n, expected;
    } table[] = {
        {7, 2, 4},    {5, 2, 2}, {-5, 2, -2}, {-7, 2, -4}, {10, 3, 3}, {11, 3, 4},
        {-11, 3, -4}, {1, 2, 0}, {3, 2, 2},   {0, 9, 0},   {9, 1, 9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal((int64_t)decimal_divide(table[i].a, table[i].n), table[i].expected);
}

static void every_amount_comes_back_from_its_double(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ff_money amount = (ff_money)(seed >> 14) % FF_MONEY_MAX, got = -1;
        amount >>= i % 50;
        assert_int_equal(decimal_from_double((double)amount / FF_MONEY_ONE, &got), FF_OK);
        assert_int_equal(got, amount);
    }
}

static void numbers_are_scaled_and_rounded(void **state)
{
    int64_t got = -1;
    (void)state;
    assert_int_equal(decimal_scaled(FF_LITERAL("1795328806.1234565"), 6, &got), FF_OK);
    assert_int_equal(got, INT64_C(1795328806123456));
    assert_int_equal(decimal_scaled(FF_LITERAL("-1.5e3"), 3, &got), FF_OK);
    assert_int_equal(got, -1500000);
    assert_int_equal(decimal_scaled(FF_LITERAL("1e-400"), 6, &got), FF_OK);
    assert_int_equal(got, 0);
    assert_int_equal(decimal_scaled(FF_LITERAL("9223372036854775807"), 1, &got), FF_OUT_OF_RANGE);
    assert_int_equal(decimal_scaled(FF_LITERAL("x"), 6, &got), FF_BAD_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded_from_their_decimal_digits),
        cmocka_unit_test(ties_go_to_the_even_neighbour),
        cmocka_unit_test(exponents_of_any_size_are_understood),
        cmocka_unit_test(amounts_end_at_ten_to_the_eleventh),
        cmocka_unit_test(what_json_calls_no_number_is_refused),
        cmocka_unit_test(strings_have_at_most_four_places),
        cmocka_unit_test(doubles_mean_their_shortest_decimal),
        cmocka_unit_test(every_amount_comes_back_from_its_double),
        cmocka_unit_test(numbers_are_scaled_and_rounded),
        cmocka_unit_test(integers_are_whole_however_they_are_written),
        cmocka_unit_test(amounts_are_printed_without_trailing_zeros),
        cmocka_unit_test(division_rounds_half_to_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
