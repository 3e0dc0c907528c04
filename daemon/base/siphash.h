/* SipHash-2-4 with 128 bits (Aumasson, Bernstein): a keyed hash from whose values nobody without the key learns
 * anything of what was hashed, nor of the key. Slower than what hash.h has for tables. */
#ifndef FOOTFALL_SIPHASH_H
#define FOOTFALL_SIPHASH_H

#include "footfall/span.h"
#include "hash.h"

#include <stdint.h>

#define SIPHASH_KEY_BYTES 16

/* Of the n bytes of text. Pure. lo and hi are the first and the last eight bytes of the value as the
 * reference writes it, little-endian. */
struct hash128 siphash(const uint8_t key[SIPHASH_KEY_BYTES], struct ff_span text);

#endif
