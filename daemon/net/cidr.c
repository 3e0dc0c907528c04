#include "cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    if (memcmp(a, b, bytes) != 0)
        return false;
    return rest == 0 || ((a[bytes] ^ b[bytes]) & (0xff00 >> rest & 0xff)) == 0;
}

static bool length_parse(const char *text, unsigned max, unsigned *out)
{
    size_t n = strlen(text);
    if (n < 1 || n > 3 || strspn(text, "0123456789") != n || (n > 1 && *text == '0'))
        return false;
    *out = (unsigned)strtoul(text, NULL, 10);
    return *out <= max;
}

bool cidr_parse(const char *text, struct cidr *out)
{
    char address[INET6_ADDRSTRLEN + 8];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    if (n >= sizeof address)
        return false;
    memcpy(address, text, n);
    address[n] = '\0';
    bool four = inet_pton(AF_INET, address, out->address + 12) == 1;
    if (four)
        memcpy(out->address, mapped_prefix, sizeof mapped_prefix);
    else if (inet_pton(AF_INET6, address, out->address) != 1)
        return false;
    unsigned max = four ? 32 : 128, bits = max;
    if (slash && !length_parse(slash + 1, max, &bits))
        return false;
    out->bits = (uint8_t)(128 - max + bits);
    return true;
}

bool cidr_address(const struct sockaddr *from, uint8_t out[16])
{
    if (from->sa_family == AF_INET) {
        memcpy(out, mapped_prefix, sizeof mapped_prefix);
        memcpy(out + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    } else {
        return false;
    }
    return true;
}

bool cidr_is_four(const uint8_t address[16])
{
    return memcmp(address, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool cidr_address_parse(struct ff_span text, uint8_t out[16])
{
    char copy[INET6_ADDRSTRLEN + 1];
    const char *zone = text.n > 0 ? memchr(text.p, '%', text.n) : NULL;
    size_t n = zone ? (size_t)(zone - text.p) : text.n;
    if (n == 0 || n >= sizeof copy || memchr(text.p, '\0', n))
        return false;
    memcpy(copy, text.p, n);
    copy[n] = '\0';
    if (inet_pton(AF_INET, copy, out + 12) == 1) {
        memcpy(out, mapped_prefix, sizeof mapped_prefix);
        return !zone;
    }
    return inet_pton(AF_INET6, copy, out) == 1;
}

bool cidr_match(const struct cidr *ranges, size_t n, const struct sockaddr *from)
{
    uint8_t address[16];
    return cidr_address(from, address) && cidr_match_address(ranges, n, address);
}

bool cidr_match_address(const struct cidr *ranges, size_t n, const uint8_t address[16])
{
    for (size_t i = 0; i < n; i++)
        if (same_bits(ranges[i].address, address, ranges[i].bits))
            return true;
    return false;
}
