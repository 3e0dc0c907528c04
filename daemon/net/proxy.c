#include "proxy.h"

#include "cidr.h"

#include <arpa/inet.h>
#include <string.h>

#define LINE_MAX_BYTES 107 /* of version 1, its end included */
#define HEAD_BYTES 16      /* of version 2, before the addresses */

static const char signature[12] = "\r\n\r\n\0\r\nQUIT\n";
static const char word[] = "PROXY ";

/* Whether the n bytes at p begin with those of what, as far as both go. */
static bool begins(const char *p, size_t n, const char *what, size_t size)
{
    return memcmp(p, what, n < size ? n : size) == 0;
}

/* Takes what stands before the next blank, or the end, off *rest. */
static struct ff_span next_word(struct ff_span *rest)
{
    const char *blank = rest->n > 0 ? memchr(rest->p, ' ', rest->n) : NULL;
    size_t n = blank ? (size_t)(blank - rest->p) : rest->n;
    struct ff_span taken = ff_span_of(rest->p, n);
    n += blank != NULL;
    *rest = ff_span_of(rest->p + n, rest->n - n);
    return taken;
}

static bool is_port(struct ff_span text)
{
    unsigned value = 0;
    if (text.n < 1 || text.n > 5 || (text.n > 1 && text.p[0] == '0'))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.p[i] - '0');
    }
    return value <= 65535;
}

static bool is_address(struct ff_span text, bool four, uint8_t out[16])
{
    bool colon = text.n > 0 && memchr(text.p, ':', text.n);
    bool zone = text.n > 0 && memchr(text.p, '%', text.n);
    return colon != four && !zone && cidr_address_parse(text, out);
}

/* "TCP4 192.0.2.1 192.0.2.2 56324 443", what follows the word. */
static bool line_read(struct ff_span line, bool *named, uint8_t address[16])
{
    struct ff_span kind = next_word(&line);
    bool four = ff_span_is(kind, "TCP4");
    *named = four || ff_span_is(kind, "TCP6");
    if (!*named)
        return ff_span_is(kind, "UNKNOWN");
    uint8_t to[16];
    struct ff_span from = next_word(&line), where = next_word(&line), port = next_word(&line);
    return is_address(from, four, address) && is_address(where, four, to) && is_port(port) && is_port(line);
}

static enum proxy_result take_line(const char *p, size_t n, size_t *used, bool *named, uint8_t address[16])
{
    size_t skip = sizeof word - 1, most = n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES;
    const char *lf = memchr(p, '\n', most);
    if (!lf)
        return most < LINE_MAX_BYTES ? PROXY_MORE : PROXY_BAD;
    size_t size = (size_t)(lf - p) + 1;
    if (size < skip + 2 || lf[-1] != '\r')
        return PROXY_BAD;
    *used = size;
    return line_read(ff_span_of(p + skip, size - skip - 2), named, address) ? PROXY_DONE : PROXY_BAD;
}

/* Families of addresses, by their number in the header: bytes of both addresses and ports. */
static const struct family_row {
    uint8_t number;
    size_t bytes;
    int family;
} family_table[] = {
    {0x00, 0, AF_UNSPEC}, {0x11, 12, AF_INET}, {0x21, 36, AF_INET6}, {0x31, 216, AF_UNSPEC},
};

static bool block_read(const unsigned char *head, size_t length, bool *named, uint8_t address[16])
{
    const unsigned char *from = head + HEAD_BYTES;
    *named = false;
    if (head[12] == 0x20) /* LOCAL: the proxy itself, and what follows means nothing */
        return true;
    if (head[12] != 0x21)
        return false;
    for (size_t i = 0; i < sizeof family_table / sizeof *family_table; i++) {
        const struct family_row *row = &family_table[i];
        if (row->number != head[13])
            continue;
        if (length < row->bytes)
            return false;
        struct sockaddr_in four = {.sin_family = AF_INET};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        memcpy(&four.sin_addr, from, row->family == AF_INET ? 4 : 0);
        memcpy(&six.sin6_addr, from, row->family == AF_INET6 ? 16 : 0);
        *named = row->family != AF_UNSPEC;
        return !*named || cidr_address(row->family == AF_INET ? (void *)&four : (void *)&six, address);
    }
    return false;
}

static enum proxy_result take_block(const char *p, size_t n, size_t *used, bool *named, uint8_t address[16])
{
    const unsigned char *head = (const unsigned char *)p;
    if (n < HEAD_BYTES)
        return PROXY_MORE;
    size_t length = (size_t)head[14] << 8 | head[15];
    if (HEAD_BYTES + length > PROXY_MAX)
        return PROXY_BAD;
    if (n < HEAD_BYTES + length)
        return PROXY_MORE;
    *used = HEAD_BYTES + length;
    return block_read(head, length, named, address) ? PROXY_DONE : PROXY_BAD;
}

enum proxy_result proxy_take(const char *p, size_t n, int version, size_t *used, bool *named, uint8_t address[16])
{
    *used = 0;
    *named = false;
    if (version != 2 && begins(p, n, word, sizeof word - 1))
        return take_line(p, n, used, named, address);
    if (version != 1 && begins(p, n, signature, sizeof signature))
        return take_block(p, n, used, named, address);
    return PROXY_BAD;
}
