/* Decimals: money from text and back, exactly. */
#ifndef FOOTFALL_DECIMAL_H
#define FOOTFALL_DECIMAL_H

#include "footfall/money.h"
#include "footfall/span.h"
#include "footfall/status.h"

/* A number as JSON writes it (sign, digits, fraction, exponent: any size of exponent), rounded
 * half-even to 4 places from its decimal digits, never through binary.
 * FF_BAD_DECIMAL: no such number. FF_OUT_OF_RANGE: beyond FF_MONEY_MAX. */
enum ff_status decimal_from_number(struct ff_span text, ff_money *out);

/* A string such as "59.97" or "-3": sign, digits, at most 4 decimals (more are refused, also
 * zeros), no exponent, no blanks. Statuses as above. */
enum ff_status decimal_from_string(struct ff_span text, ff_money *out);

/* A double by its shortest decimal that gives it back, then as decimal_from_number. Not finite:
 * FF_BAD_DECIMAL. */
enum ff_status decimal_from_double(double value, ff_money *out);

/* A whole number as JSON may write it (5, -3, 5.0, 50e-1), exactly. FF_BAD_NUMBER: no number, or
 * not whole. FF_OUT_OF_RANGE: beyond +-(2^63 - 1). */
enum ff_status decimal_to_integer(struct ff_span text, int64_t *out);

/* A number as JSON writes it, times 10^places, rounded half-even to a whole one. Statuses as
 * decimal_to_integer gives them, but for "not whole". */
enum ff_status decimal_scaled(struct ff_span text, int places, int64_t *out);

/* Whether text is a number as RFC 8259 writes it, and nothing else. */
bool decimal_is_number(struct ff_span text);

#define DECIMAL_TEXT 48 /* bytes that hold any ff_money_sum with its NUL */

/* Writes the sum as a JSON number without trailing zeros ("24.75", "1.5", "0", "-0.0001").
 * Gives the length. */
size_t decimal_print(char out[DECIMAL_TEXT], ff_money_sum amount);

/* a / n rounded half-even to a whole ff_money unit; n > 0. */
ff_money_sum decimal_divide(ff_money_sum a, int64_t n);

#endif
