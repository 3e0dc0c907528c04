#include "distinct.h"

#include <endian.h>
#include <string.h>

/* In place of a count of marks: a sketch follows. */
#define SKETCHED (DISTINCT_EXACT + 1)

/* A register is stored as what it has above the least one, in half a byte; where that is FULL, what
 * it has above FULL follows behind all of them. Of a thousand registers not one is so high. */
#define FULL 15
#define PAIRS (DISTINCT_REGISTERS / 2)

/* Sorts by one byte of the marks after the other, the lowest first: the time does not depend on what
 * they are. spare has room for n. */
static void sort_marks(uint64_t *marks, uint64_t *spare, size_t n)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t at[257] = {0};
        for (size_t i = 0; i < n; i++)
            at[(marks[i] >> shift & 0xFF) + 1]++;
        for (size_t i = 1; i < 256; i++)
            at[i] += at[i - 1];
        for (size_t i = 0; i < n; i++)
            spare[at[marks[i] >> shift & 0xFF]++] = marks[i];
        uint64_t *sorted = spare; /* an even number of times: all ends in marks */
        spare = marks;
        marks = sorted;
    }
}

static void save_marks(const struct distinct *d, struct image_out *out)
{
    uint64_t marks[DISTINCT_EXACT], spare[DISTINCT_EXACT];
    size_t n = 0;
    if (d->has_zero)
        marks[n++] = 0;
    for (uint32_t i = 0; i < d->slots; i++)
        if (d->marks[i])
            marks[n++] = d->marks[i];
    if (n > 1)
        sort_marks(marks, spare, n);
    for (size_t i = 0; i < n; i++)
        marks[i] = htole64(marks[i]);
    image_put_bytes(out, marks, n * sizeof(*marks));
}

static uint8_t least_of(const uint8_t *registers)
{
    uint8_t least = UINT8_MAX;
    for (size_t i = 0; i < DISTINCT_REGISTERS; i++)
        least = registers[i] < least ? registers[i] : least;
    return least;
}

static uint8_t most_of(const uint8_t *registers)
{
    uint8_t most = 0;
    for (size_t i = 0; i < DISTINCT_REGISTERS; i++)
        most = registers[i] > most ? registers[i] : most;
    return most;
}

static uint8_t half(uint8_t above)
{
    return above < FULL ? above : FULL;
}

static void save_sketch(const uint8_t *registers, struct image_out *out)
{
    uint8_t least = least_of(registers), pair[PAIRS];
    for (size_t i = 0; i < PAIRS; i++)
        pair[i] =
            (uint8_t)(half(registers[2 * i] - least) | half(registers[2 * i + 1] - least) << 4);
    image_put_uint(out, least);
    image_put_bytes(out, pair, sizeof pair);
    for (size_t i = 0; i < DISTINCT_REGISTERS; i++)
        if (registers[i] - least >= FULL)
            image_put_uint(out, registers[i] - least - FULL);
}

void distinct_save(const struct distinct *d, struct image_out *out)
{
    image_put_uint(out, d->registers ? SKETCHED : d->count);
    if (d->registers)
        save_sketch(d->registers, out);
    else if (d->count > 0)
        save_marks(d, out);
}

static void load_marks(struct distinct *d, struct image_in *in, size_t n)
{
    uint64_t marks[DISTINCT_EXACT];
    image_bytes(in, marks, n * sizeof(*marks));
    for (size_t i = 0; i < n; i++) {
        marks[i] = le64toh(marks[i]);
        if (!image_check(in, i == 0 || marks[i] > marks[i - 1]))
            return;
    }
    distinct_reserve(d, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        distinct_add(d, marks[i]);
}

/* Adds to the registers that are full what they have above it. */
static void load_full(uint8_t *registers, uint8_t full, struct image_in *in)
{
    uint8_t *end = registers + DISTINCT_REGISTERS, *at = registers;
    while ((at = memchr(at, full, (size_t)(end - at))) != NULL)
        *at++ += (uint8_t)image_uint_upto(in, DISTINCT_RANKS);
}

static void load_sketch(struct distinct *d, struct image_in *in)
{
    uint8_t pair[PAIRS], *registers = distinct_sketch(d);
    uint8_t least = (uint8_t)image_uint_upto(in, DISTINCT_RANKS);
    image_bytes(in, pair, sizeof pair);
    for (size_t i = 0; i < PAIRS; i++) {
        registers[2 * i] = least + (pair[i] & FULL);
        registers[2 * i + 1] = least + (pair[i] >> 4);
    }
    load_full(registers, least + FULL, in);
    image_check(in, least_of(registers) == least && most_of(registers) <= DISTINCT_RANKS);
    if (!in->ok)
        distinct_reset(d);
}

void distinct_load(struct distinct *d, struct image_in *in)
{
    uint64_t n = image_uint_upto(in, SKETCHED);
    if (n == SKETCHED)
        load_sketch(d, in);
    else
        load_marks(d, in, n);
}
