#include "batch.h"
#include "json_message.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* What a hexadecimal digit is worth. */
static const int8_t digit_table[256] = {
    ['1'] = 1,  ['2'] = 2,  ['3'] = 3,  ['4'] = 4,  ['5'] = 5,  ['6'] = 6,  ['7'] = 7,
    ['8'] = 8,  ['9'] = 9,  ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14,
    ['f'] = 15, ['A'] = 10, ['B'] = 11, ['C'] = 12, ['D'] = 13, ['E'] = 14, ['F'] = 15,
    [0 ... '0' - 1] = -1, ['9' + 1 ... 'A' - 1] = -1, ['F' + 1 ... 'a' - 1] = -1, ['f' + 1 ... 255] = -1,
};

#define PIECE 16
#define WINDOW 64
_Static_assert(WINDOW <= INTAKE_PADDING, "a window that begins within the query can be read");

/* A query as it is read. Where its marks are, which are "%+&=" and its end, is worked out a window at a time and
 * ahead of what is done with them, so that nothing waits for the bytes before it to be looked at. */
struct reading {
    const char *p, *end;  /* what is left of it */
    const char *window;   /* WINDOW bytes */
    uint64_t marks;       /* a bit for each of their marks that has not been passed */
    unsigned high;        /* not 0: some byte so far, read or decoded, is not ASCII */
    char *out;            /* where decoded bytes go, which has as much room, and INTAKE_PADDING bytes more */
};

/* A bit for each of the PIECE bytes at p that is one of "%+&="; in *high for each that is not ASCII. */
static inline uint64_t piece_marks(const char *p, uint64_t *high)
{
#ifdef __SSE2__
    __m128i some = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i marks =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(some, _mm_set1_epi8('%')), _mm_cmpeq_epi8(some, _mm_set1_epi8('+'))),
                     _mm_or_si128(_mm_cmpeq_epi8(some, _mm_set1_epi8('&')), _mm_cmpeq_epi8(some, _mm_set1_epi8('='))));
    *high = (unsigned)_mm_movemask_epi8(some);
    return (unsigned)_mm_movemask_epi8(marks);
#else
    uint64_t marks = 0;
    *high = 0;
    for (unsigned i = 0; i < PIECE; i++) {
        marks |= (uint64_t)(p[i] == '%' || p[i] == '+' || p[i] == '&' || p[i] == '=') << i;
        *high |= (uint64_t)((unsigned char)p[i] >> 7) << i;
    }
    return marks;
#endif
}

/* Looks at the window, which begins at the query's end at the latest. */
static inline void look(struct reading *r)
{
    uint64_t marks = 0, high = 0;
    size_t left = (size_t)(r->end - r->window);
    for (unsigned at = 0; at < WINDOW; at += PIECE) {
        uint64_t piece_high;
        marks |= piece_marks(r->window + at, &piece_high) << at;
        high |= piece_high << at;
    }
    if (left < WINDOW) {
        uint64_t end = UINT64_C(1) << left;
        marks = (marks & (end - 1)) | end;
        high &= end - 1;
    }
    r->marks = marks;
    r->high |= high != 0;
}

/* Passes the next mark. */
static inline const char *next_mark(struct reading *r)
{
    while (!r->marks) {
        r->window += WINDOW;
        look(r);
    }
    const char *mark = r->window + __builtin_ctzll(r->marks);
    r->marks &= r->marks - 1;
    return mark;
}

/* What stands at a mark; the query's end is as good as a '&'. */
static inline char mark_at(const struct reading *r, const char *mark)
{
    return mark == r->end ? '&' : *mark;
}

/* Copies n bytes, and up to PIECE more, which can be read and written. */
static inline void copy_pieces(char *to, const char *from, size_t n)
{
    size_t at = 0;
    do
        memcpy(to + at, from + at, PIECE);
    while ((at += PIECE) < n);
}

/* The byte that the escape at p stands for, or less than 0 where it lacks its two digits. */
static inline int read_escape(const char *p, const char *end)
{
    return end - p < 3 ? -1 : digit_table[(unsigned char)p[1]] * 16 | digit_table[(unsigned char)p[2]];
}

/* Takes a name, up to its '=', or a value (end '&'), and decodes it; mark: its first one. Goes to what ended it,
 * and false for a '%' without two digits. */
static inline bool take_decoded(struct reading *r, const char *mark, char end, struct ff_span *out)
{
    char *to = r->out, c;
    for (; (c = mark_at(r, mark)) != '&' && c != end; mark = next_mark(r)) {
        size_t plain = (size_t)(mark - r->p);
        copy_pieces(to, r->p, plain);
        to += plain;
        int byte = c == '%' ? read_escape(mark, r->end) : c == '+' ? ' ' : '=';
        if (byte < 0)
            return false;
        *to++ = (char)byte;
        r->high |= (unsigned)byte & 0x80;
        r->p = mark + (c == '%' ? 3 : 1);
    }
    copy_pieces(to, r->p, (size_t)(mark - r->p));
    to += mark - r->p;
    *out = ff_span_of(r->out, (size_t)(to - r->out));
    r->out = to;
    r->p = mark;
    return true;
}

/* Takes a name, which is short, and hardly ever has to be decoded. */
static inline bool take_name(struct reading *r, struct ff_span *out)
{
    const char *mark = next_mark(r);
    if (mark < r->end && (*mark == '%' || *mark == '+'))
        return take_decoded(r, mark, '=', out);
    *out = ff_span_of(r->p, (size_t)(mark - r->p));
    r->p = mark;
    return true;
}

/* Takes what stands before a '&', and after its '=' is the value, and goes behind the '&'. */
static inline enum ff_status read_pair(struct intake *in, struct reading *r, struct ff_beacon *b)
{
    struct ff_span key, text = {r->out, 0};
    if (!take_name(r, &key))
        return FF_MALFORMED;
    int field = fields_enter(&in->fields, &in->object, b, key);
    if (mark_at(r, r->p) == '=') {
        r->p++;
        if (!take_decoded(r, next_mark(r), '&', &text))
            return FF_MALFORMED;
    }
    r->p++;
    if (field == FF_FIELD_ITEMS) { /* JSON, read past its end, which only the batch's own memory allows */
        in->texts.used = (size_t)(r->out - in->texts.p);
        json_items(in, text, b);
        r->out = in->texts.p + in->texts.used;
    } else if (field >= 0) {
        fields_set_written(&in->fields, b, field, text);
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
    struct reading r = {
        .p = query.p, .end = query.p + query.n, .window = query.p, .out = in->texts.p + in->texts.used};
    look(&r);
    while (s == FF_OK && r.p < r.end)
        if (*r.p == '&')
            r.p = next_mark(&r) + 1;
        else
            s = read_pair(in, &r, b);
    in->texts.used = (size_t)(r.out - in->texts.p);
    b->utf8 = r.high == 0;
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
