#include "term.h"

#include "utf8.h"

#include <assert.h>
#include <utf8proc.h>

/* A code point has at most one and a half times as many parts as it takes bytes, decomposed or
 * folded, so this holds whatever TERM_READ_MAX bytes fall into. */
#define CODES_MAX (2 * TERM_READ_MAX)

/* A key that is being written. */
struct writer {
    char *out;
    size_t n;
    bool blank; /* white space was met since the last character */
    bool full;
};

/* Unicode's White_Space. */
static bool is_blank(int32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    utf8proc_category_t category = utf8proc_category(c);
    return c == 0x85 || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

static void write_bytes(struct writer *w, const char *p, size_t n)
{
    if (w->full || n > TERM_KEY_MAX - w->n) {
        w->full = true;
        return;
    }
    memcpy(w->out + w->n, p, n);
    w->n += n;
}

/* Writes a folded character, with a blank before it where white space lies between two. */
static void write_character(struct writer *w, int32_t c)
{
    utf8proc_uint8_t bytes[4];
    if (is_blank(c)) {
        w->blank = true;
        return;
    }
    if (w->blank && w->n > 0)
        write_bytes(w, " ", 1);
    w->blank = false;
    size_t n = (size_t)utf8proc_encode_char(c, bytes);
    write_bytes(w, (const char *)bytes, n);
}

static void write_ascii(struct writer *w, struct ff_span term)
{
    for (size_t i = 0; i < term.n && !w->full; i++) {
        char c = term.p[i];
        write_character(w, c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
}

/* text, decomposed and (with UTF8PROC_CASEFOLD) folded, to codes; gives their number, or less than
 * 0 when text is not UTF-8. */
static utf8proc_ssize_t decompose(const void *text, utf8proc_ssize_t n, int32_t *codes,
                                  utf8proc_option_t options)
{
    utf8proc_ssize_t found = utf8proc_decompose(text, n, codes, CODES_MAX, options);
    assert(found <= CODES_MAX);
    return found;
}

/* NFC, folding, and NFC again, since what folding gives may compose. False when term is not
 * UTF-8. */
static bool write_unicode(struct writer *w, struct ff_span term)
{
    const utf8proc_option_t nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    int32_t codes[CODES_MAX + 1], folded[CODES_MAX];
    utf8proc_ssize_t n = decompose(term.p, (utf8proc_ssize_t)term.n, codes, nfc);
    if (n < 0)
        return false;
    n = utf8proc_reencode(codes, n, nfc);
    n = decompose(codes, n, folded, nfc | UTF8PROC_CASEFOLD);
    n = utf8proc_normalize_utf32(folded, n, nfc);
    for (utf8proc_ssize_t i = 0; i < n && !w->full; i++)
        write_character(w, folded[i]);
    return true;
}

bool term_normalise(struct ff_span term, char out[TERM_KEY_MAX], size_t *n)
{
    struct writer w = {.out = out};
    struct ff_span read = utf8_cut(term, TERM_READ_MAX);
    bool good = true;
    if (utf8_is_ascii(read))
        write_ascii(&w, read);
    else
        good = write_unicode(&w, read);
    *n = w.n;
    return good;
}
