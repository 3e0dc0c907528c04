/* Accept-Encoding: "gzip, deflate;q=0.5, *;q=0" (RFC 9110, 12.5.3). */
#include "web.h"

#include <strings.h>

static struct ff_span trim(struct ff_span s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = ff_span_of(s.p + 1, s.n - 1);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* What stands before the first `mark` in *rest, without blanks around it; *rest goes on behind it. */
static struct ff_span next(struct ff_span *rest, char mark)
{
    const char *at = rest->n ? memchr(rest->p, mark, rest->n) : NULL;
    size_t n = at ? (size_t)(at - rest->p) : rest->n;
    struct ff_span part = ff_span_of(rest->p, n);
    *rest = at ? ff_span_of(at + 1, rest->n - n - 1) : ff_span_of(rest->p + n, 0);
    return trim(part);
}

static bool is_word(struct ff_span s, const char *word)
{
    size_t n = strlen(word);
    return s.n == n && strncasecmp(s.p, word, n) == 0;
}

/* A weight of "q=0", "q=0.0", ...: none of it. */
static bool is_zero_weight(struct ff_span weight)
{
    if (weight.n < 3 || strncasecmp(weight.p, "q=", 2) != 0)
        return false;
    for (size_t i = 2; i < weight.n; i++)
        if (weight.p[i] != '0' && weight.p[i] != '.')
            return false;
    return true;
}

bool web_accepts_gzip(struct ff_span accept_encoding)
{
    struct ff_span rest = accept_encoding;
    bool others = false;
    while (rest.n > 0) {
        struct ff_span weight = next(&rest, ','), coding = next(&weight, ';');
        bool taken = !is_zero_weight(trim(weight));
        if (is_word(coding, "gzip") || is_word(coding, "x-gzip"))
            return taken;
        if (is_word(coding, "*"))
            others = taken;
    }
    return others;
}
