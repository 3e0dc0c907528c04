#include "decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACES 4
#define EXPONENT_CAP                                                                               \
    INT64_C(1000000000000) /* farther than any text of digits can reach back from */

/* A number in text: digits * 10^exponent, negated or not. */
struct parts {
    bool negative;
    struct ff_span digits; /* as written, perhaps with one '.' among them */
    int64_t count;         /* digits without the '.' */
    int64_t exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

/* Reads "e+12" up to end into *exponent, capped; false when it is no such thing. */
static bool scan_exponent(const char *p, const char *end, int64_t *exponent)
{
    bool negative = false;
    int64_t value = 0;
    p++;
    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    if (p == end || skip_digits(p, end) != end)
        return false;
    for (; p < end; p++)
        if (value < EXPONENT_CAP)
            value = value * 10 + (*p - '0');
    *exponent = negative ? -value : value;
    return true;
}

/* Reads digits and perhaps a fraction; gives the first byte behind them, or NULL. */
static const char *scan_digits(const char *p, const char *end, struct parts *out)
{
    const char *point = skip_digits(p, end);
    if (point == p)
        return NULL;
    out->digits = ff_span_of(p, (size_t)(point - p));
    out->count = point - p;
    out->exponent = 0;
    if (point == end || *point != '.')
        return point;
    const char *tail = skip_digits(point + 1, end);
    if (tail == point + 1)
        return NULL;
    out->digits.n = (size_t)(tail - p);
    out->exponent = -(tail - point - 1);
    out->count -= out->exponent;
    return tail;
}

/* RFC 8259's number. */
static bool scan_number(struct ff_span text, struct parts *out)
{
    const char *p = text.p, *end = text.p + text.n;
    out->negative = p < end && *p == '-';
    p += out->negative;
    if (p < end && *p == '0' && p + 1 < end && is_digit(p[1]))
        return false;
    p = scan_digits(p, end, out);
    if (!p || p == end)
        return p != NULL;
    int64_t exponent;
    if ((*p != 'e' && *p != 'E') || !scan_exponent(p, end, &exponent))
        return false;
    out->exponent += exponent;
    return true;
}

/* value = value * 10 + digit; false when that is above limit. */
static bool push_digit(uint64_t *value, unsigned digit, uint64_t limit)
{
    return !__builtin_mul_overflow(*value, UINT64_C(10), value) &&
           !__builtin_add_overflow(*value, digit, value) && *value <= limit;
}

/* The number without its sign, times 10^places, rounded half-even to a whole one. *exact: nothing
 * was rounded away. False when it is above limit. */
static bool scale(const struct parts *n, int places, uint64_t limit, uint64_t *out, bool *exact)
{
    int64_t shift = n->exponent + places, at = 0;
    int64_t kept = shift < 0 ? n->count + shift : n->count;
    uint64_t value = 0;
    int next = 0;
    bool rest = false;
    for (size_t i = 0; i < n->digits.n; i++) {
        char c = n->digits.p[i];
        if (c == '.')
            continue;
        if (at < kept && !push_digit(&value, (unsigned)(c - '0'), limit))
            return false;
        if (at == kept)
            next = c - '0';
        else if (at > kept)
            rest |= c != '0';
        at++;
    }
    for (; shift > 0 && value > 0; shift--)
        if (!push_digit(&value, 0, limit))
            return false;
    if (next > 5 || (next == 5 && (rest || value % 2 == 1)))
        value++;
    *exact = next == 0 && !rest;
    *out = value;
    return value <= limit;
}

static enum ff_status to_money(const struct parts *n, ff_money *out)
{
    uint64_t value;
    bool exact;
    if (!scale(n, PLACES, FF_MONEY_MAX, &value, &exact))
        return FF_OUT_OF_RANGE;
    *out = n->negative ? -(ff_money)value : (ff_money)value;
    return FF_OK;
}

enum ff_status decimal_from_number(struct ff_span text, ff_money *out)
{
    struct parts n;
    return scan_number(text, &n) ? to_money(&n, out) : FF_BAD_DECIMAL;
}

enum ff_status decimal_from_string(struct ff_span text, ff_money *out)
{
    struct parts n;
    const char *p = text.p, *end = text.p + text.n;
    n.negative = p < end && *p == '-';
    if (scan_digits(p + n.negative, end, &n) != end || text.n == 0 || n.exponent < -PLACES)
        return FF_BAD_DECIMAL;
    return to_money(&n, out);
}

/* Whether value is the double that stands for so many ten-thousandths. Up to 15 digits a decimal
 * has a double of its own, so it is then the shortest that gives value back. */
static bool from_places(double value, ff_money *out)
{
    double scaled = value * FF_MONEY_ONE;
    if (!(fabs(scaled) < 1e15))
        return false;
    *out = (ff_money)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return (double)*out / FF_MONEY_ONE == value;
}

enum ff_status decimal_from_double(double value, ff_money *out)
{
    char text[40];
    int n = 0;
    if (!isfinite(value))
        return FF_BAD_DECIMAL;
    if (from_places(value, out))
        return FF_OK;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return decimal_from_number(ff_span_of(text, (size_t)n), out);
}

static enum ff_status to_whole(struct ff_span text, int places, int64_t *out, bool *exact)
{
    struct parts n;
    uint64_t value;
    if (!scan_number(text, &n))
        return FF_BAD_NUMBER;
    if (!scale(&n, places, INT64_MAX, &value, exact))
        return FF_OUT_OF_RANGE;
    *out = n.negative ? -(int64_t)value : (int64_t)value;
    return FF_OK;
}

enum ff_status decimal_to_integer(struct ff_span text, int64_t *out)
{
    int64_t whole;
    bool exact;
    enum ff_status s = to_whole(text, 0, &whole, &exact);
    if (s != FF_OK)
        return s;
    if (!exact)
        return FF_BAD_NUMBER;
    *out = whole;
    return FF_OK;
}

enum ff_status decimal_scaled(struct ff_span text, int places, int64_t *out)
{
    bool exact;
    return to_whole(text, places, out, &exact);
}

bool decimal_is_number(struct ff_span text)
{
    struct parts n;
    return scan_number(text, &n);
}

size_t decimal_print(char out[DECIMAL_TEXT], ff_money_sum amount)
{
    unsigned __int128 rest = amount < 0 ? -(unsigned __int128)amount : (unsigned __int128)amount;
    char digits[DECIMAL_TEXT];
    size_t n = 0, skip = 0, at = 0;
    while (rest > 0 || n <= PLACES) {
        digits[n++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    while (skip < PLACES && digits[skip] == '0')
        skip++;
    if (amount < 0)
        out[at++] = '-';
    while (n > skip) {
        if (n == PLACES)
            out[at++] = '.';
        out[at++] = digits[--n];
    }
    out[at] = '\0';
    return at;
}

ff_money_sum decimal_divide(ff_money_sum a, int64_t n)
{
    ff_money_sum whole = a / n, rest = a % n;
    ff_money_sum twice = 2 * (rest < 0 ? -rest : rest);
    if (twice > n || (twice == n && whole % 2 != 0))
        whole += a < 0 ? -1 : 1;
    return whole;
}
