#include "image.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* The longest LEB128 of 64 bits. */
#define UINT_BYTES 10

bool image_out_begin(struct image_out *out, image_give_fn give, void *ctx)
{
    *out = (struct image_out){.give = give, .ctx = ctx};
    out->hasher = hasher_new();
    out->block = malloc(IMAGE_BLOCK);
    out->ok = out->hasher && out->block;
    return out->ok;
}

static void out_flush(struct image_out *out)
{
    if (out->fill == 0)
        return;
    hasher_add(out->hasher, out->block, out->fill);
    if (out->give && !out->give(out->ctx, ff_span_of((const char *)out->block, out->fill)))
        out->ok = false;
    out->bytes += out->fill;
    out->fill = 0;
}

bool image_out_end(struct image_out *out, struct hash128 *digest)
{
    if (out->ok)
        out_flush(out);
    *digest = (struct hash128){0};
    if (out->hasher)
        *digest = hasher_end(&out->hasher);
    free(out->block);
    out->block = NULL;
    return out->ok;
}

/* Room for n bytes (few) in the block; NULL when the image is not ok. */
static unsigned char *out_room(struct image_out *out, size_t n)
{
    if (IMAGE_BLOCK - out->fill < n && out->ok)
        out_flush(out);
    return out->ok ? out->block + out->fill : NULL;
}

void image_put_uint(struct image_out *out, uint64_t v)
{
    unsigned char *p = out_room(out, UINT_BYTES);
    if (!p)
        return;
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        p[n++] = (unsigned char)(v | 0x80);
    p[n++] = (unsigned char)v;
    out->fill += n;
}

void image_put_int(struct image_out *out, int64_t v)
{
    image_put_uint(out, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

void image_put_u64(struct image_out *out, uint64_t v)
{
    unsigned char *p = out_room(out, sizeof v);
    if (!p)
        return;
    v = htole64(v);
    memcpy(p, &v, sizeof v);
    out->fill += sizeof v;
}

void image_put_bytes(struct image_out *out, const void *p, size_t n)
{
    const unsigned char *from = p;
    while (n > 0 && out_room(out, 1)) {
        size_t part = IMAGE_BLOCK - out->fill < n ? IMAGE_BLOCK - out->fill : n;
        memcpy(out->block + out->fill, from, part);
        out->fill += part;
        from += part;
        n -= part;
    }
}

void image_put_section(struct image_out *out, const char name[4], uint32_t version)
{
    image_put_bytes(out, name, 4);
    image_put_uint(out, version);
}

void image_in_begin(struct image_in *in, image_take_fn take, void *ctx)
{
    *in = (struct image_in){.take = take, .ctx = ctx, .ok = true};
}

/* Whether there is a byte left, in this block or the next. */
static bool in_refill(struct image_in *in)
{
    struct ff_span block;
    while (in->p == in->end) {
        if (!in->take(in->ctx, &block))
            return false;
        in->p = (const unsigned char *)block.p;
        in->end = in->p + block.n;
    }
    return true;
}

bool image_in_end(struct image_in *in)
{
    return in->ok && !in_refill(in);
}

/* No byte of what follows can be meant: nothing more is read. */
static uint64_t in_fail(struct image_in *in)
{
    in->ok = false;
    in->p = in->end = NULL;
    return 0;
}

void image_bytes(struct image_in *in, void *p, size_t n)
{
    unsigned char *to = p;
    for (size_t done = 0; done < n;) {
        if (!in->ok || !in_refill(in)) {
            in_fail(in);
            memset(to, 0, n); /* what was read of it, too */
            return;
        }
        size_t left = (size_t)(in->end - in->p), part = left < n - done ? left : n - done;
        memcpy(to + done, in->p, part);
        in->p += part;
        done += part;
    }
}

uint64_t image_uint_long(struct image_in *in)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (!in->ok || (in->p == in->end && !in_refill(in)))
            return in_fail(in);
        unsigned char byte = *in->p++;
        if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
            break; /* beyond 64 bits, or longer than it need be */
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return v;
    }
    return in_fail(in);
}

int64_t image_int(struct image_in *in)
{
    uint64_t v = image_uint(in);
    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

uint64_t image_u64(struct image_in *in)
{
    uint64_t v;
    if (in->ok && (size_t)(in->end - in->p) >= sizeof v) {
        memcpy(&v, in->p, sizeof v);
        in->p += sizeof v;
    } else {
        image_bytes(in, &v, sizeof v);
    }
    return le64toh(v);
}

uint64_t image_uint_upto(struct image_in *in, uint64_t most)
{
    uint64_t v = image_uint(in);
    return v <= most ? v : in_fail(in);
}

bool image_section(struct image_in *in, const char name[4], uint32_t newest, uint32_t *version)
{
    char found[4];
    image_bytes(in, found, sizeof found);
    if (in->ok && memcmp(found, name, sizeof found) != 0)
        in_fail(in);
    *version = (uint32_t)image_uint_upto(in, newest);
    if (*version == 0)
        in_fail(in);
    return in->ok;
}
