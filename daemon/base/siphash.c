#include "siphash.h"

#include <endian.h>

struct sip {
    uint64_t v[4];
};

static uint64_t rotated(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static uint64_t load(const void *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return le64toh(x);
}

static void sip_round(struct sip *s)
{
    uint64_t *v = s->v;
    v[0] += v[1];
    v[1] = rotated(v[1], 13) ^ v[0];
    v[0] = rotated(v[0], 32);
    v[2] += v[3];
    v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotated(v[1], 17) ^ v[2];
    v[2] = rotated(v[2], 32);
}

static void sip_take(struct sip *s, uint64_t word)
{
    s->v[3] ^= word;
    sip_round(s);
    sip_round(s);
    s->v[0] ^= word;
}

static uint64_t sip_give(struct sip *s, unsigned at, uint64_t mark)
{
    s->v[at] ^= mark;
    for (int i = 0; i < 4; i++)
        sip_round(s);
    return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}

/* The bytes behind the last whole word, and the length. */
static uint64_t last_word(const char *p, size_t left, size_t n)
{
    uint64_t word = (uint64_t)n << 56;
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)(uint8_t)p[i] << 8 * i;
    return word;
}

struct hash128 siphash(const uint8_t key[SIPHASH_KEY_BYTES], struct ff_span text)
{
    uint64_t k0 = load(key), k1 = load(key + 8);
    struct sip s = {{UINT64_C(0x736f6d6570736575) ^ k0, UINT64_C(0x646f72616e646f6d) ^ k1 ^ 0xee,
                     UINT64_C(0x6c7967656e657261) ^ k0, UINT64_C(0x7465646279746573) ^ k1}};
    size_t i = 0;
    for (; text.n - i >= 8; i += 8)
        sip_take(&s, load(text.p + i));
    sip_take(&s, last_word(text.p + i, text.n - i, text.n));
    uint64_t lo = sip_give(&s, 2, 0xee);
    return (struct hash128){.lo = lo, .hi = sip_give(&s, 1, 0xdd)};
}
