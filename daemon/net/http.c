#include "http.h"

#include <llhttp.h>

#include <strings.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* What the callbacks know. */
struct reading {
    struct http_head *head;
    const char *base;
    struct http_piece name; /* of the header whose value comes next */
    struct http_piece *value;
    bool bad;
};

static const struct field_row {
    const char *name;
    size_t n;
    bool once;
} field_table[HTTP_FIELDS] = {
#define X(name, wire, once) [HTTP_##name] = {wire, sizeof(wire) - 1, once},
    HTTP_FIELD_TABLE(X)
#undef X
};

/* A bit for the length of each of these names: most headers are none of them, and known by that. */
#define X(name, wire, once) | UINT64_C(1) << (sizeof(wire) - 1)
static const uint64_t field_lengths = 0 HTTP_FIELD_TABLE(X);
#undef X

static const struct method_row {
    uint8_t theirs;
    enum net_method ours;
} method_table[] = {
    {HTTP_GET, NET_GET},       {HTTP_HEAD, NET_HEAD},       {HTTP_POST, NET_POST},
    {HTTP_DELETE, NET_DELETE}, {HTTP_OPTIONS, NET_OPTIONS},
};

/* llhttp may hand a piece over in parts; they follow each other in the head. */
static void piece_grow(struct http_piece *piece, const struct reading *r, const char *at, size_t n)
{
    if (!piece->given)
        *piece = (struct http_piece){.at = (uint32_t)(at - r->base), .given = true};
    piece->n += (uint32_t)n;
}

static int on_name(llhttp_t *parser, const char *at, size_t n)
{
    struct reading *r = parser->data;
    piece_grow(&r->name, r, at, n);
    return 0;
}

static struct http_piece *field_begin(struct reading *r)
{
    const char *name = r->base + r->name.at;
    if (r->name.n >= 64 || !(field_lengths >> r->name.n & 1))
        return NULL;
    for (unsigned i = 0; i < HTTP_FIELDS; i++) {
        const struct field_row *row = &field_table[i];
        bool alike = row->n == r->name.n && ((row->name[0] ^ name[0]) & ~0x20) == 0;
        if (!alike || strncasecmp(row->name, name, row->n) != 0)
            continue;
        struct http_piece *value = &r->head->field[i];
        r->bad |= value->given && row->once;
        *value = (struct http_piece){0};
        return value;
    }
    return NULL;
}

/* A name must be a token; llhttp, unless built strict, lets blanks and an empty one through. */
static bool name_is_sound(const struct reading *r)
{
    return r->name.n > 0 && !memchr(r->base + r->name.at, ' ', r->name.n);
}

static int on_name_end(llhttp_t *parser)
{
    struct reading *r = parser->data;
    r->bad |= !name_is_sound(r);
    r->value = field_begin(r);
    r->name = (struct http_piece){0};
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t n)
{
    struct reading *r = parser->data;
    if (r->value)
        piece_grow(r->value, r, at, n);
    return 0;
}

static int on_head_end(llhttp_t *parser)
{
    struct reading *r = parser->data;
    struct http_head *head = r->head;
    head->keep_alive = llhttp_should_keep_alive(parser);
    head->content_length = parser->flags & F_CONTENT_LENGTH ? parser->content_length : 0;
    return 1; /* the body is message.c's */
}

static int on_end(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_header_field = on_name,
    .on_header_field_complete = on_name_end,
    .on_header_value = on_value,
    .on_headers_complete = on_head_end,
    .on_message_complete = on_end,
};

static enum net_method method_of(uint8_t theirs)
{
    for (size_t i = 0; i < sizeof method_table / sizeof *method_table; i++)
        if (method_table[i].theirs == theirs)
            return method_table[i].ours;
    return NET_OTHER;
}

/* How many of the n bytes at p stand before the first that is a blank or a control byte. */
static size_t until_blank(const char *p, size_t n)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i blank = _mm_set1_epi8(' '), delete = _mm_set1_epi8(0x7f);
    for (; n - i >= 16; i += 16) {
        __m128i some = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i bad = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(some, blank), some), _mm_cmpeq_epi8(some, delete));
        unsigned found = (unsigned)_mm_movemask_epi8(bad);
        if (found)
            return i + (size_t)__builtin_ctz(found);
    }
#endif
    while (i < n && (unsigned char)p[i] > ' ' && p[i] != 0x7f)
        i++;
    return i;
}

#define LINE_REST (sizeof " HTTP/1.1\r\n" - 1) /* what follows its target */

/* Takes apart the request line at the front of the n bytes at p, `METHOD SP target SP HTTP/1.x CRLF`; the target has no
 * control bytes. Gives its size, 0 where it is not sound or not whole. */
static size_t line_split(const char *p, size_t n, struct http_piece *target, bool *old)
{
    static const char version[] = " HTTP/1.";
    const size_t rest = sizeof version - 1;
    size_t at = until_blank(p, n) + 1;
    if (at >= n)
        return 0;
    size_t end = at + until_blank(p + at, n - at);
    if (end == at || n - end < LINE_REST || p[at - 1] != ' ' || memcmp(p + end, version, rest) != 0)
        return 0;
    char minor = p[end + rest];
    *old = minor == '0';
    *target = (struct http_piece){(uint32_t)at, (uint32_t)(end - at), true};
    bool sound = (minor == '0' || minor == '1') && p[end + rest + 1] == '\r' && p[end + rest + 2] == '\n';
    return sound ? end + LINE_REST : 0;
}

/* Gives llhttp the head; false: it does not take all of it, and nothing behind it. It would walk
 * through a target byte by byte, and takes any that begins with '/' and is sound: so it sees the '/'
 * alone of that. */
static bool parser_takes(llhttp_t *parser, const char *p, size_t n, struct http_piece target)
{
    size_t from = 0;
    if (p[target.at] == '/') {
        from = target.at + target.n;
        if (llhttp_execute(parser, p, target.at + 1) != HPE_OK)
            return false;
    }
    return llhttp_execute(parser, p + from, n - from) == HPE_PAUSED &&
           llhttp_get_error_pos(parser) == p + n;
}

/* The target's path and query; of an absolute one ("http://host/path") the host is passed over. */
static void target_split(const char *p, struct http_piece target, struct http_head *out)
{
    const char *at = p + target.at, *end = at + target.n;
    const char *scheme = *at == '/' ? NULL : memmem(at, target.n, "://", 3);
    if (scheme) {
        at = scheme + 3;
        while (at < end && *at != '/' && *at != '?')
            at++;
    }
    const char *mark = memchr(at, '?', (size_t)(end - at));
    const char *stop = mark ? mark : end;
    out->path = (struct http_piece){(uint32_t)(at - p), (uint32_t)(stop - at), true};
    if (mark)
        out->query =
            (struct http_piece){(uint32_t)(mark + 1 - p), (uint32_t)(end - mark - 1), true};
}

static bool piece_is(const char *p, struct http_piece piece, const char *word)
{
    size_t n = strlen(word);
    return piece.given && piece.n == n && strncasecmp(p + piece.at, word, n) == 0;
}

static void values_trim(const char *p, struct http_head *head)
{
    for (unsigned i = 0; i < HTTP_FIELDS; i++) {
        struct http_piece *v = &head->field[i];
        while (v->n && (p[v->at + v->n - 1] == ' ' || p[v->at + v->n - 1] == '\t'))
            v->n--;
    }
}

/* What the parts say together. */
static bool head_is_sound(const char *p, struct http_head *head)
{
    struct http_piece coding = head->field[HTTP_TRANSFER_ENCODING];
    head->chunked = piece_is(p, coding, "chunked");
    head->expects = !head->old && piece_is(p, head->field[HTTP_EXPECT], "100-continue");
    if (coding.given && (!head->chunked || head->old))
        return false;
    return head->old || head->field[HTTP_HOST].given;
}

size_t http_parse_line(const char *p, size_t n, struct http_head *out)
{
    struct http_piece target;
    size_t size = line_split(p, n, &target, &out->old);
    if (size == 0 || p[target.at] != '/')
        return 0;
    target_split(p, target, out);
    return size;
}

enum ff_status http_parse_head(const char *p, size_t n, struct http_head *out)
{
    memset(out, 0, sizeof *out);
    struct reading r = {.head = out, .base = p};
    struct http_piece target;
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &r;
    if (!line_split(p, n, &target, &out->old) || !parser_takes(&parser, p, n, target) || r.bad)
        return FF_BAD_REQUEST;
    values_trim(p, out);
    if (!head_is_sound(p, out))
        return FF_BAD_REQUEST;
    out->method = method_of(parser.method);
    target_split(p, target, out);
    return FF_OK;
}

struct ff_span http_span(const char *p, struct http_piece piece)
{
    return piece.given ? ff_span_of(p + piece.at, piece.n) : (struct ff_span){0};
}

static void set_signs(const char *p, const struct http_piece *field, struct net_signs *out)
{
    out->ch_brands = http_span(p, field[HTTP_CH_BRANDS]);
    out->ch_mobile = http_span(p, field[HTTP_CH_MOBILE]);
    out->ch_platform = http_span(p, field[HTTP_CH_PLATFORM]);
    out->ch_form_factors = http_span(p, field[HTTP_CH_FORM_FACTORS]);
    out->sec_purpose = http_span(p, field[HTTP_SEC_PURPOSE]);
    out->purpose = http_span(p, field[HTTP_PURPOSE]);
    out->x_moz = http_span(p, field[HTTP_X_MOZ]);
}

void http_set_fields(const char *p, const struct http_head *head, struct net_request *out)
{
    const struct http_piece *field = head->field;
    out->content_type = http_span(p, field[HTTP_CONTENT_TYPE]);
    out->content_encoding = http_span(p, field[HTTP_CONTENT_ENCODING]);
    out->origin = http_span(p, field[HTTP_ORIGIN]);
    out->host = http_span(p, field[HTTP_HOST]);
    out->authorization = http_span(p, field[HTTP_AUTHORIZATION]);
    out->if_none_match = http_span(p, field[HTTP_IF_NONE_MATCH]);
    out->accept = http_span(p, field[HTTP_ACCEPT]);
    out->accept_encoding = http_span(p, field[HTTP_ACCEPT_ENCODING]);
    out->user_agent = http_span(p, field[HTTP_USER_AGENT]);
    set_signs(p, field, &out->signs);
    out->dnt = http_span(p, field[HTTP_DNT]);
    out->gpc = http_span(p, field[HTTP_GPC]);
    out->access_request_method = http_span(p, field[HTTP_ACCESS_METHOD]);
    out->access_request_headers = http_span(p, field[HTTP_ACCESS_HEADERS]);
}
