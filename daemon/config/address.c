#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>

#define ADDRESS_TEXT INET6_ADDRSTRLEN

/* The bytes of an address, of either family. */
struct address {
    int family;
    unsigned char bytes[16];
};

static size_t address_bits(const struct address *a)
{
    return a->family == AF_INET ? 32 : 128;
}

static bool address_read_as(int family, struct ff_span text, struct address *out)
{
    char copy[ADDRESS_TEXT];
    if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, '\0', text.n))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *out = (struct address){.family = family};
    return inet_pton(family, copy, out->bytes) == 1;
}

/* A number of 1 to 5 digits up to max. */
static bool digits_read(struct ff_span text, unsigned max, unsigned *out)
{
    if (text.n < 1 || text.n > 5)
        return false;
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text.p[i] - '0');
    }
    return *out <= max;
}

/* Parts text at the last c; false when there is none. */
static bool part(struct ff_span text, char c, struct ff_span *head, struct ff_span *tail)
{
    const char *at = text.n ? memrchr(text.p, c, text.n) : NULL;
    if (!at)
        return false;
    *head = ff_span_of(text.p, (size_t)(at - text.p));
    *tail = ff_span_of(at + 1, text.n - head->n - 1);
    return true;
}

static bool address_read(struct ff_span text, struct address *out)
{
    struct ff_span host, port;
    unsigned number;
    if (!part(text, ':', &host, &port) || !digits_read(port, 65535, &number))
        return false;
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        return address_read_as(AF_INET6, ff_span_of(host.p + 1, host.n - 2), out);
    return address_read_as(AF_INET, host, out);
}

bool address_valid(struct ff_span text)
{
    struct address a;
    return address_read(text, &a);
}

bool address_loopback(struct ff_span text)
{
    static const unsigned char one[16] = {[15] = 1},
                               mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127};
    struct address a;
    if (!address_read(text, &a))
        return false;
    if (a.family == AF_INET)
        return a.bytes[0] == 127;
    return memcmp(a.bytes, one, sizeof one) == 0 || memcmp(a.bytes, mapped, sizeof mapped) == 0;
}

static void address_mask(struct address *a, unsigned prefix)
{
    for (unsigned i = 0; i < sizeof a->bytes; i++) {
        unsigned kept = prefix > 8 * i ? prefix - 8 * i : 0;
        if (kept < 8)
            a->bytes[i] &= (unsigned char)(0xff00 >> kept);
    }
}

bool network_canonical(struct ff_span text, char out[NETWORK_TEXT])
{
    struct ff_span host = text, length = {NULL, 0};
    bool sized = part(text, '/', &host, &length);
    struct address a;
    if (!address_read_as(AF_INET, host, &a) && !address_read_as(AF_INET6, host, &a))
        return false;
    unsigned prefix = (unsigned)address_bits(&a);
    if (sized && !digits_read(length, prefix, &prefix))
        return false;
    address_mask(&a, prefix);
    char name[ADDRESS_TEXT];
    if (!inet_ntop(a.family, a.bytes, name, sizeof name))
        return false;
    snprintf(out, NETWORK_TEXT, "%s/%u", name, prefix);
    return true;
}
