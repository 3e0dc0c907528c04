#include "term.h"

#include "utf8.h"

#include <utf8proc.h>

/* No code point takes fewer bytes than it has parts by more than a half, so this holds any
 * decomposition of TERM_READ_MAX bytes. */
#define CODES_MAX (2 * TERM_READ_MAX)
#define FOLD_MAX 8 /* code points that one folds to: 3 at most */

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

/* False when term is not UTF-8. */
static bool write_unicode(struct writer *w, struct ff_span term)
{
    const utf8proc_option_t nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    int32_t codes[CODES_MAX], folded[FOLD_MAX];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose((const utf8proc_uint8_t *)term.p,
                                            (utf8proc_ssize_t)term.n, codes, CODES_MAX, nfc);
    if (n < 0 || n > CODES_MAX)
        return false;
    n = utf8proc_normalize_utf32(codes, n, nfc);
    for (utf8proc_ssize_t i = 0; i < n && !w->full; i++) {
        utf8proc_ssize_t parts =
            utf8proc_decompose_char(codes[i], folded, FOLD_MAX, UTF8PROC_CASEFOLD, &boundary);
        for (utf8proc_ssize_t k = 0; k < parts; k++)
            write_character(w, folded[k]);
    }
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
