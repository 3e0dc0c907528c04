#include "url.h"

#include "utf8.h"
#include "words.h"

#define VALUE_MAX 2048 /* bytes of a parameter: no url is longer */

static struct ff_span span_from(struct ff_span s, size_t at)
{
    return ff_span_of(s.p + at, s.n - at);
}

/* What stands before the first such character, which *rest begins behind; all where there is none. */
static struct ff_span span_until(struct ff_span s, char end, struct ff_span *rest)
{
    const char *p = s.n > 0 ? memchr(s.p, end, s.n) : NULL;
    size_t n = p ? (size_t)(p - s.p) : s.n;
    *rest = p ? span_from(s, n + 1) : ff_span_of(NULL, 0);
    return ff_span_of(s.p, n);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_scheme(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* Where the host begins: behind "scheme://" or "//"; 0 where there is none, in a relative url. */
static size_t url_host(struct ff_span url)
{
    size_t n = 0;
    if (n < url.n && is_letter(url.p[n])) {
        while (n < url.n && is_scheme(url.p[n]))
            n++;
        if (n == url.n || url.p[n++] != ':')
            return 0;
    }
    return url.n - n >= 2 && url.p[n] == '/' && url.p[n + 1] == '/' ? n + 2 : 0;
}

/* url: without query and fragment. */
static struct ff_span url_page(struct ff_span url)
{
    size_t at = url_host(url);
    if (at > 0)
        while (at < url.n && url.p[at] != '/')
            at++;
    struct ff_span page = span_from(url, at);
    if (page.n == 0)
        return FF_LITERAL("/");
    return page.n > WORD_MAX ? utf8_cut(page, WORD_MAX) : page;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A '%' without two digits behind it stands for itself. */
static size_t value_decode(struct ff_span value, char out[VALUE_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        bool coded = value.p[i] == '%' && value.n - i > 2;
        int high = coded ? hex_digit(value.p[i + 1]) : -1, low = coded ? hex_digit(value.p[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            out[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            out[n++] = value.p[i];
            if (value.p[i] == '+')
                out[n - 1] = ' ';
        }
    }
    return n;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct ff_span value_trim(struct ff_span s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = span_from(s, 1);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return utf8_cut(s, WORD_MAX);
}

/* What decodes to no UTF-8 is taken as it stands. */
static bool value_read(struct canon *c, struct ff_span value, struct ff_span *out)
{
    char bytes[VALUE_MAX];
    bool plain = value.n == 0 || (!memchr(value.p, '%', value.n) && !memchr(value.p, '+', value.n));
    if (!plain && value.n <= VALUE_MAX) {
        struct ff_span decoded = ff_span_of(bytes, value_decode(value, bytes));
        if (utf8_valid(decoded))
            return canon_copy(c, value_trim(decoded), out);
    }
    *out = value_trim(value);
    return true;
}

/* The first parameter of each name counts. */
static bool query_read(struct canon *c, struct ff_span query, struct ff_beacon *b)
{
    bool source = false, campaign = false;
    while (query.n > 0) {
        struct ff_span value, key = span_until(span_until(query, '&', &query), '=', &value);
        struct ff_span *to = NULL;
        if (!source && ff_span_equal(key, FF_LITERAL("utm_source"))) {
            source = true;
            to = &b->source;
        } else if (!campaign && ff_span_equal(key, FF_LITERAL("utm_campaign"))) {
            campaign = true;
            to = &b->campaign;
        }
        if (to && !value_read(c, value, to))
            return false;
    }
    return true;
}

/* Sets the page; gives the query. */
static struct ff_span url_read_page(struct ff_beacon *b)
{
    struct ff_span fragment, query;
    b->page = ff_span_of(NULL, 0);
    if (!ff_has(b, FF_HAS(URL)))
        return b->page;
    b->page = url_page(span_until(span_until(b->text[FF_TEXT_URL], '#', &fragment), '?', &query));
    return query;
}

bool url_read(struct canon *c, struct ff_beacon *b)
{
    b->source = b->campaign = ff_span_of(NULL, 0);
    return query_read(c, url_read_page(b), b);
}

void url_read_judged(struct ff_beacon *b, struct ff_span source, struct ff_span campaign)
{
    url_read_page(b);
    b->source = source;
    b->campaign = campaign;
}
