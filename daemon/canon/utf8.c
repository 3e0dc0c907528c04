#include "utf8.h"

#include <stdint.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t load(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Looks at 32 bytes at a time, then at 8; at the last ones perhaps twice. */
static bool is_ascii(const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;
    uint64_t all = 0;
    if (n >= 8)
        all = load(end - 8);
    for (; end - p > 32; p += 32)
        all |= load(p) | load(p + 8) | load(p + 16) | load(p + 24);
    for (; end - p > 8; p += 8)
        all |= load(p);
    for (; n < 8 && p < end; p++)
        all |= *p;
    return !(all & HIGH_BITS);
}

/* The ASCII at the start of [p, end), in steps of 8 bytes and then of 1. */
static const uint8_t *skip_ascii(const uint8_t *p, const uint8_t *end)
{
    while (end - p >= 8 && !(load(p) & HIGH_BITS))
        p += 8;
    while (p < end && *p < 0x80)
        p++;
    return p;
}

/* Bytes of the well-formed character at p, whose first byte is not ASCII; 0 when it is none.
 * The second byte's range is what shuts out overlong forms, surrogates and too high codes. */
static size_t character(const uint8_t *p, size_t left)
{
    uint8_t first = p[0], low = 0x80, high = 0xBF;
    size_t n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || left < n)
        return 0;
    if (first == 0xE0 || first == 0xF0)
        low = first == 0xE0 ? 0xA0 : 0x90;
    if (first == 0xED || first == 0xF4)
        high = first == 0xED ? 0x9F : 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

bool utf8_valid(struct ff_span text)
{
    const uint8_t *p = (const uint8_t *)text.p, *end = p + text.n;
    if (is_ascii(p, text.n))
        return true;
    for (p = skip_ascii(p, end); p < end; p = skip_ascii(p, end)) {
        size_t n = character(p, (size_t)(end - p));
        if (n == 0)
            return false;
        p += n;
    }
    return true;
}

bool utf8_is_ascii(struct ff_span text)
{
    return is_ascii((const uint8_t *)text.p, text.n);
}

struct ff_span utf8_cut(struct ff_span text, size_t max)
{
    size_t n = max;
    if (text.n <= max)
        return text;
    for (int back = 0; back < 3 && n > 0 && ((uint8_t)text.p[n] & 0xC0) == 0x80; back++)
        n--;
    return ff_span_of(text.p, n);
}
