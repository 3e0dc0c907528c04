#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "values.h"

#include <math.h>

static struct intake_value written(enum intake_kind kind, const char *text)
{
    return (struct intake_value){.kind = kind, .text = ff_span_text(text)};
}

static struct intake_value whole(int64_t n)
{
    return (struct intake_value){.kind = INTAKE_INTEGER, .integer = n};
}

static struct intake_value real(double n)
{
    return (struct intake_value){.kind = INTAKE_DOUBLE, .real = n};
}

static void integers_come_in_every_notation(void **state)
{
    static const int64_t limit = INT64_MAX;
    const struct {
        struct intake_value v;
        enum ff_status status;
        int64_t n;
    } table[] = {
        {whole(limit), FF_OK, limit},
        {real(-3), FF_OK, -3},
        {real(3.5), FF_BAD_NUMBER, 0},
        {real(0x1p63), FF_OUT_OF_RANGE, 0},
        {real(NAN), FF_BAD_NUMBER, 0},
        {written(INTAKE_NUMBER, "12e1"), FF_OK, 120},
        {written(INTAKE_WRITTEN, "7"), FF_OK, 7},
        {written(INTAKE_WRITTEN, "seven"), FF_BAD_NUMBER, 0},
        {written(INTAKE_STRING, "7"), FF_WRONG_TYPE, 0},
        {{.kind = INTAKE_HUGE}, FF_OUT_OF_RANGE, 0},
        {{.kind = INTAKE_BOOLEAN, .boolean = true}, FF_WRONG_TYPE, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t n = 0;
        if (value_integer(&table[i].v, &n) != table[i].status || (table[i].status == FF_OK && n != table[i].n))
            fail_msg("row %zu: %lld", i, (long long)n);
    }
}

static void decimals_have_four_places(void **state)
{
    const struct {
        struct intake_value v;
        enum ff_status status;
        ff_money money;
    } table[] = {
        {whole(-5), FF_OK, -5 * FF_MONEY_ONE},
        {whole(FF_MONEY_MAX / FF_MONEY_ONE), FF_OK, FF_MONEY_MAX},
        {whole(FF_MONEY_MAX / FF_MONEY_ONE + 1), FF_OUT_OF_RANGE, 0},
        {whole(-FF_MONEY_MAX / FF_MONEY_ONE - 1), FF_OUT_OF_RANGE, 0},
        {real(59.97), FF_OK, 599700},
        {written(INTAKE_NUMBER, "0.0001"), FF_OK, 1},
        {written(INTAKE_WRITTEN, "19.99"), FF_OK, 199900},
        {written(INTAKE_STRING, "19.99"), FF_WRONG_TYPE, 0},
        {{.kind = INTAKE_HUGE}, FF_OUT_OF_RANGE, 0},
        {{.kind = INTAKE_NESTED}, FF_WRONG_TYPE, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ff_money money = 0;
        if (value_decimal(&table[i].v, &money) != table[i].status ||
            (table[i].status == FF_OK && money != table[i].money))
            fail_msg("row %zu: %lld", i, (long long)money);
    }
}

static void times_are_seconds_or_milliseconds_or_named(void **state)
{
    static const ff_wall noon = INT64_C(1795348800) * FF_SECOND;
    const struct {
        struct intake_value v;
        enum ff_status status;
        ff_wall t;
    } table[] = {
        {whole(1795348800), FF_OK, noon},
        {whole(INT64_C(1795348800000)), FF_OK, noon},
        {real(1795348800.25), FF_OK, noon + FF_SECOND / 4},
        {written(INTAKE_NUMBER, "1795348800"), FF_OK, noon},
        {written(INTAKE_NUMBER, "1795348800000"), FF_OK, noon},
        {written(INTAKE_NUMBER, "1795348800.000001"), FF_OK, noon + 1},
        {written(INTAKE_NUMBER, "1.7953488e9"), FF_OK, noon},
        {written(INTAKE_NUMBER, "-1"), FF_BAD_TIME, 0},
        {written(INTAKE_NUMBER, "999999999999999"), FF_BAD_TIME, 0},
        {written(INTAKE_WRITTEN, "1795348800"), FF_OK, noon},
        {written(INTAKE_WRITTEN, "2026-11-22T12:00:00Z"), FF_OK, noon},
        {written(INTAKE_WRITTEN, "noon"), FF_BAD_TIME, 0},
        {{.kind = INTAKE_INSTANT, .integer = noon}, FF_OK, noon},
        {{.kind = INTAKE_INSTANT, .integer = -1}, FF_BAD_TIME, 0},
        {{.kind = INTAKE_HUGE}, FF_BAD_TIME, 0},
        {{.kind = INTAKE_BOOLEAN}, FF_WRONG_TYPE, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ff_wall t = 0;
        if (value_time(&table[i].v, &t) != table[i].status || (table[i].status == FF_OK && t != table[i].t))
            fail_msg("row %zu: %lld", i, (long long)t);
    }
}

static void truth_is_a_boolean_or_one_of_four_words(void **state)
{
    const struct {
        struct intake_value v;
        enum ff_status status;
        bool truth;
    } table[] = {
        {{.kind = INTAKE_BOOLEAN, .boolean = true}, FF_OK, true},
        {{.kind = INTAKE_BOOLEAN, .boolean = false}, FF_OK, false},
        {written(INTAKE_WRITTEN, "true"), FF_OK, true},
        {written(INTAKE_WRITTEN, "1"), FF_OK, true},
        {written(INTAKE_WRITTEN, "false"), FF_OK, false},
        {written(INTAKE_WRITTEN, "0"), FF_OK, false},
        {written(INTAKE_WRITTEN, "yes"), FF_WRONG_TYPE, false},
        {written(INTAKE_STRING, "true"), FF_WRONG_TYPE, false},
        {whole(1), FF_WRONG_TYPE, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bool truth = !table[i].truth;
        if (value_boolean(&table[i].v, &truth) != table[i].status ||
            (table[i].status == FF_OK && truth != table[i].truth))
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_come_in_every_notation),
        cmocka_unit_test(decimals_have_four_places),
        cmocka_unit_test(times_are_seconds_or_milliseconds_or_named),
        cmocka_unit_test(truth_is_a_boolean_or_one_of_four_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
