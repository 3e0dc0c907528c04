/* Image: a room's state as a stream of bytes, for checkpoints and digests. The writer is asked for
 * integers and hands on blocks; the reader is given blocks and asked for the same integers.
 *
 * Small numbers take few bytes: uint is LEB128 (7 bits a byte, lowest first), int the same after
 * zigzag, u64 always 8 bytes little-endian (for hashes). Block boundaries mean nothing: a number may
 * lie across one. The same calls give the same stream, and the same digest, however it is cut. */
#ifndef FOOTFALL_IMAGE_H
#define FOOTFALL_IMAGE_H

#include "footfall/span.h"
#include "hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_BLOCK ((size_t)64 << 10) /* bytes of a block at most */

/* Takes a block, borrowed for the call; false: it cannot, and will not be called again. */
typedef bool (*image_give_fn)(void *ctx, struct ff_span block);

struct image_out {
    image_give_fn give; /* NULL: the digest alone is wanted */
    void *ctx;
    struct hasher *hasher; /* owned */
    unsigned char *block;  /* owned, IMAGE_BLOCK bytes */
    size_t fill;
    uint64_t bytes; /* handed on so far */
    bool ok;        /* false after give has failed or memory was short; stays so */
};

/* False: out of memory; to be ended with image_out_end in each case. */
bool image_out_begin(struct image_out *out, image_give_fn give, void *ctx);

/* Hands on what is left; the digest of all bytes, and whether all went well. Frees what it holds. */
bool image_out_end(struct image_out *out, struct hash128 *digest);

void image_put_uint(struct image_out *out, uint64_t v);
void image_put_int(struct image_out *out, int64_t v);
void image_put_u64(struct image_out *out, uint64_t v);
void image_put_bytes(struct image_out *out, const void *p, size_t n);

/* A section's name (four letters) and version, which a reader asks for in its place. */
void image_put_section(struct image_out *out, const char name[4], uint32_t version);

/* Gives the next block, borrowed until the next call; false: there is none, or it cannot be read. */
typedef bool (*image_take_fn)(void *ctx, struct ff_span *block);

struct image_in {
    image_take_fn take;
    void *ctx;
    const unsigned char *p, *end; /* what is left of the block */
    bool ok; /* false once more was asked for than there is, or a number was malformed; stays so */
};

void image_in_begin(struct image_in *in, image_take_fn take, void *ctx);

/* Whether nothing is left and all went well. */
bool image_in_end(struct image_in *in);

/* All give 0 once the image is not ok, be it by what they were asked for: a number that is cut off,
 * or in more bytes than it needs. */
uint64_t image_uint_long(struct image_in *in); /* image_uint, of whatever length */
static inline uint64_t image_uint(struct image_in *in)
{
    if (in->ok && in->p < in->end && *in->p < 0x80)
        return *in->p++;
    return image_uint_long(in);
}
int64_t image_int(struct image_in *in);
uint64_t image_u64(struct image_in *in);
void image_bytes(struct image_in *in, void *p, size_t n);

/* An unsigned number that must be at most `most`, or the image is not ok. */
uint64_t image_uint_upto(struct image_in *in, uint64_t most);

/* Makes the image not ok unless what was read is as it must be; whether it is ok now. */
static inline bool image_check(struct image_in *in, bool good)
{
    in->ok = in->ok && good;
    return in->ok;
}

/* Whether the next section has this name; its version, at most `newest`. False: the image is not ok. */
bool image_section(struct image_in *in, const char name[4], uint32_t newest, uint32_t *version);

#endif
