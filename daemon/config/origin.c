#include "origin.h"

#include <stdio.h>

#define HOST_MOST 253

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

#define HEX "0123456789abcdef"
#define WORD HEX "ghijklmnopqrstuvwxyz"

/* How many bytes of text, from its first on, are of a set, which holds no capitals but means them,
 * too. */
static size_t run_of(struct ff_span text, const char *set)
{
    size_t n = 0;
    while (n < text.n && text.p[n] && strchr(set, small(text.p[n])))
        n++;
    return n;
}

static struct ff_span behind(struct ff_span text, size_t n)
{
    return ff_span_of(text.p + n, text.n - n);
}

/* Bytes of the host that text begins with: a name, an IPv4 address, or an IPv6 one in brackets; 0:
 * none. */
static size_t host_length(struct ff_span text)
{
    if (text.n > 0 && text.p[0] == '[') {
        size_t n = 1 + run_of(behind(text, 1), HEX ":.");
        return n > 2 && n < text.n && text.p[n] == ']' ? n + 1 : 0;
    }
    return run_of(text, WORD "._-");
}

/* ":8443", or nothing; out is the port, 0 where none is given. */
static bool port_read(struct ff_span text, unsigned *out)
{
    *out = 0;
    if (text.n == 0)
        return true;
    if (text.p[0] != ':' || text.n < 2 || text.n > 6)
        return false;
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text.p[i] - '0');
    }
    return *out > 0 && *out <= 65535;
}

static bool is_own_port(const char *scheme, unsigned port)
{
    return (port == 443 && strcmp(scheme, "https") == 0) ||
           (port == 80 && strcmp(scheme, "http") == 0);
}

bool origin_canonical(struct ff_span text, char out[ORIGIN_TEXT])
{
    char scheme[32] = "", host[HOST_MOST + 3] = "";
    unsigned port;
    if (ff_span_is(text, "*")) {
        snprintf(out, ORIGIN_TEXT, "*");
        return true;
    }
    if (text.n > 0 && text.p[text.n - 1] == '/')
        text.n--;
    size_t n = run_of(text, WORD "+.-");
    if (n < 1 || n >= sizeof scheme || text.n < n + 3 || memcmp(text.p + n, "://", 3) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        scheme[i] = small(text.p[i]);
    text = behind(text, n + 3);
    n = host_length(text);
    if (n < 1 || n > HOST_MOST || !port_read(behind(text, n), &port))
        return false;
    for (size_t i = 0; i < n; i++)
        host[i] = small(text.p[i]);
    if (port && !is_own_port(scheme, port))
        snprintf(out, ORIGIN_TEXT, "%s://%s:%u", scheme, host, port);
    else
        snprintf(out, ORIGIN_TEXT, "%s://%s", scheme, host);
    return true;
}
