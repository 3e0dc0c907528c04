#include "batch.h"
#include "json_message.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* One more than what a hexadecimal digit is worth; 0: it is none. */
static const uint8_t digit_table[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static const bool mark_table[256] = {['%'] = true, ['+'] = true, ['&'] = true, ['='] = true};

/* A query as it is read: what is left of it, and where its decoded bytes go, which has as much room. */
struct reading {
    const char *p, *end;
    char *out;
    unsigned all; /* those bytes, and some that were read with them, or'ed together */
};

/* Copies what stands before the first of "%+&" and end in the n bytes at p to out, which has as much room; gives how
 * much. */
static inline size_t copy_plain(const char *p, size_t n, char *out, char end, unsigned *all)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i percent = _mm_set1_epi8('%'), plus = _mm_set1_epi8('+'), and = _mm_set1_epi8('&'),
                  last = _mm_set1_epi8(end);
    for (; n - i >= 16; i += 16) {
        __m128i some = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i marks = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(some, percent), _mm_cmpeq_epi8(some, plus)),
                                     _mm_or_si128(_mm_cmpeq_epi8(some, and), _mm_cmpeq_epi8(some, last)));
        unsigned found = (unsigned)_mm_movemask_epi8(marks);
        _mm_storeu_si128((__m128i *)(void *)(out + i), some);
        *all |= (unsigned)_mm_movemask_epi8(some) << 7;
        if (found)
            return i + (size_t)__builtin_ctz(found);
    }
#endif
    for (; i < n && p[i] != '%' && p[i] != '+' && p[i] != '&' && p[i] != end; i++) {
        *all |= (unsigned char)p[i];
        out[i] = p[i];
    }
    return i;
}

/* The byte that an escape of at most n bytes at p stands for, or -1 where it lacks its two digits. */
static inline int read_escape(const char *p, size_t n)
{
    int high = n > 2 ? digit_table[(unsigned char)p[1]] : 0, low = high ? digit_table[(unsigned char)p[2]] : 0;
    return low ? (high - 1) << 4 | (low - 1) : -1;
}

/* Takes a name, up to its '=', or a value (end '&'), and decodes it; what ended it is left. False for a '%' without
 * two digits. */
static inline bool take_decoded(struct reading *r, char end, struct ff_span *out)
{
    const char *p = r->p, *const stop = r->end;
    char *to = r->out;
    unsigned all = r->all;
    for (;;) {
        size_t plain = copy_plain(p, (size_t)(stop - p), to, end, &all);
        p += plain;
        to += plain;
        int byte = ' ', used = 1;
        if (p == stop)
            break;
        if (*p == '%') {
            byte = read_escape(p, (size_t)(stop - p));
            used = 3;
        } else if (*p != '+') {
            break;
        }
        if (byte < 0)
            return false;
        p += used;
        *to++ = (char)byte;
        all |= (unsigned)byte;
    }
    *out = ff_span_of(r->out, (size_t)(to - r->out));
    r->p = p;
    r->out = to;
    r->all = all;
    return true;
}

/* Takes a name, which is short, and hardly ever has to be decoded. */
static inline bool take_name(struct reading *r, struct ff_span *out)
{
    const char *p = r->p, *const stop = r->end;
    unsigned all = 0;
    for (; p < stop && !mark_table[(unsigned char)*p]; p++)
        all |= (unsigned char)*p;
    if (p < stop && (*p == '%' || *p == '+'))
        return take_decoded(r, '=', out);
    *out = ff_span_of(r->p, (size_t)(p - r->p));
    r->p = p;
    r->all |= all;
    return true;
}

/* Takes what stands between two '&', and after its '=' is the value. */
static enum ff_status read_pair(struct intake *in, struct reading *r, struct ff_beacon *b)
{
    struct ff_span key;
    struct intake_value v = {.kind = INTAKE_WRITTEN};
    if (!take_name(r, &key))
        return FF_MALFORMED;
    r->p += r->p < r->end && *r->p == '=';
    int field = fields_enter(&in->fields, &in->object, b, key);
    if (!take_decoded(r, '&', &v.text))
        return FF_MALFORMED;
    if (field == FF_FIELD_ITEMS) { /* JSON, read past its end, which only the batch's own memory allows */
        in->texts.used = (size_t)(r->out - in->texts.p);
        json_items(in, v.text, b);
        r->out = in->texts.p + in->texts.used;
    } else if (field >= 0) {
        fields_set(&in->fields, b, field, &v);
    }
    return FF_OK;
}

/* The query's beacon, behind those of the batch. */
static enum ff_status read_query(struct intake *in, struct ff_span query)
{
    enum ff_status s = FF_OK;
    struct ff_beacon *b = batch_beacon(in);
    if (!b)
        return FF_BATCH_TOO_LARGE;
    fields_begin(&in->object);
    struct reading r = {.p = query.p, .end = query.p + query.n, .out = in->texts.p + in->texts.used};
    while (s == FF_OK && r.p < r.end)
        if (*r.p == '&')
            r.p++;
        else
            s = read_pair(in, &r, b);
    in->texts.used = (size_t)(r.out - in->texts.p);
    b->utf8 = r.all < 0x80;
    return s;
}

enum ff_status intake_query_add(struct intake *in, struct ff_span query, struct intake_batch *out)
{
    *out = (struct intake_batch){in->records, in->count};
    if (query.n > in->options.max_message - in->bytes)
        return FF_BODY_TOO_LARGE;
    if (query.n == 0)
        return FF_EMPTY;
    batch_begin(in);
    enum ff_status s = read_query(in, query);
    if (s == FF_OK)
        in->bytes += query.n;
    else
        batch_forget(in);
    out->count = in->count;
    return s;
}

enum ff_status intake_query(struct intake *in, struct ff_span query, struct intake_batch *out)
{
    batch_reset(in);
    enum ff_status s = intake_query_add(in, query, out);
    if (s != FF_OK)
        *out = (struct intake_batch){NULL, 0};
    return s;
}
