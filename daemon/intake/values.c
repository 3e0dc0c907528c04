#include "values.h"

#include "decimal.h"
#include "instant.h"

#include <math.h>

#define MILLISECONDS_FROM INT64_C(100000000000)
#define LAST_INSTANT (INT64_C(253402300800) * FF_SECOND - 1) /* of the year 9999 */

static enum ff_status time_from_instant(ff_wall t, ff_wall *out)
{
    *out = t;
    return t < 0 || t > LAST_INSTANT ? FF_BAD_TIME : FF_OK;
}

/* Whole seconds or milliseconds, as nearly all are written: up to 15 digits and nothing else. */
static bool time_from_digits(struct ff_span number, ff_wall *out)
{
    int64_t n = 0;
    if (number.n == 0 || number.n > 15)
        return false;
    for (size_t i = 0; i < number.n; i++) {
        unsigned digit = (unsigned)(number.p[i] - '0');
        if (digit > 9)
            return false;
        n = 10 * n + digit;
    }
    *out = n > MILLISECONDS_FROM ? n * FF_MILLISECOND : n * FF_SECOND;
    return true;
}

/* Seconds, or milliseconds past 10^11, as instant_from_number has it. */
static enum ff_status time_from_number(struct ff_span number, ff_wall *out)
{
    if (time_from_digits(number, out))
        return time_from_instant(*out, out);
    ff_wall t;
    if (decimal_scaled(number, 6, &t) != FF_OK || t > MILLISECONDS_FROM * FF_SECOND)
        if (decimal_scaled(number, 3, &t) != FF_OK)
            return FF_BAD_TIME;
    return time_from_instant(t, out);
}

enum ff_status value_time(const struct intake_value *v, ff_wall *out)
{
    switch (v->kind) {
    case INTAKE_INTEGER:
        return instant_from_number((double)v->integer, out);
    case INTAKE_DOUBLE:
        return instant_from_number(v->real, out);
    case INTAKE_NUMBER:
        return time_from_number(v->text, out);
    case INTAKE_WRITTEN:
        return decimal_is_number(v->text) ? time_from_number(v->text, out)
                                          : instant_from_rfc3339(v->text, out);
    case INTAKE_INSTANT:
        return time_from_instant(v->integer, out);
    default:
        return v->kind == INTAKE_HUGE ? FF_BAD_TIME : FF_WRONG_TYPE;
    }
}

static enum ff_status integer_from_double(double real, int64_t *out)
{
    if (isnan(real))
        return FF_BAD_NUMBER;
    if (fabs(real) >= 0x1p63)
        return FF_OUT_OF_RANGE;
    *out = (int64_t)real;
    return (double)*out == real ? FF_OK : FF_BAD_NUMBER;
}

enum ff_status value_integer(const struct intake_value *v, int64_t *out)
{
    switch (v->kind) {
    case INTAKE_INTEGER:
        *out = v->integer;
        return FF_OK;
    case INTAKE_HUGE:
        return FF_OUT_OF_RANGE;
    case INTAKE_DOUBLE:
        return integer_from_double(v->real, out);
    case INTAKE_NUMBER:
    case INTAKE_WRITTEN:
        return decimal_to_integer(v->text, out);
    default:
        return FF_WRONG_TYPE;
    }
}

static enum ff_status decimal_from_integer(int64_t whole, ff_money *out)
{
    if (whole > FF_MONEY_MAX / FF_MONEY_ONE || whole < -FF_MONEY_MAX / FF_MONEY_ONE)
        return FF_OUT_OF_RANGE;
    *out = whole * FF_MONEY_ONE;
    return FF_OK;
}

enum ff_status value_decimal(const struct intake_value *v, ff_money *out)
{
    switch (v->kind) {
    case INTAKE_INTEGER:
        return decimal_from_integer(v->integer, out);
    case INTAKE_HUGE:
        return FF_OUT_OF_RANGE;
    case INTAKE_DOUBLE:
        return decimal_from_double(v->real, out);
    case INTAKE_NUMBER:
    case INTAKE_WRITTEN:
        return decimal_from_number(v->text, out);
    default:
        return FF_WRONG_TYPE;
    }
}

static enum ff_status boolean_from_word(struct ff_span text, bool *out)
{
    *out = ff_span_is(text, "true") || ff_span_is(text, "1");
    return *out || ff_span_is(text, "false") || ff_span_is(text, "0") ? FF_OK : FF_WRONG_TYPE;
}

enum ff_status value_boolean(const struct intake_value *v, bool *out)
{
    if (v->kind == INTAKE_WRITTEN)
        return boolean_from_word(v->text, out);
    if (v->kind != INTAKE_BOOLEAN)
        return FF_WRONG_TYPE;
    *out = v->boolean;
    return FF_OK;
}
