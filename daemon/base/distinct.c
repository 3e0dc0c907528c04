#include "distinct.h"

#include "memory.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define INDEX_BITS 14
#define REGISTERS DISTINCT_REGISTERS
#define RANK_BITS (64 - INDEX_BITS)
#define SMALLEST_TABLE 8

_Static_assert(REGISTERS == 1u << INDEX_BITS && DISTINCT_RANKS == RANK_BITS + 1, "one sketch");

void distinct_reset(struct distinct *d)
{
    free(d->marks);
    free(d->registers);
    *d = (struct distinct){0};
}

/* The register is the mark's first bits, its rank the position of the first 1 in the others. */
static void sketch_add(struct distinct *d, uint64_t mark)
{
    uint8_t *reg = &d->registers[mark >> RANK_BITS];
    uint64_t rest = mark << INDEX_BITS;
    uint8_t rank = rest ? (uint8_t)(__builtin_clzll(rest) + 1) : RANK_BITS + 1;
    if (rank > *reg)
        *reg = rank;
}

static void to_sketch(struct distinct *d)
{
    d->registers = memory_zeroed(REGISTERS, 1);
    for (uint32_t i = 0; i < d->slots; i++)
        if (d->marks[i])
            sketch_add(d, d->marks[i]);
    if (d->has_zero)
        sketch_add(d, 0);
    free(d->marks);
    d->marks = NULL;
    d->slots = 0;
}

/* The slot of the mark, or the free one where it belongs; tables are at most half full. */
static uint64_t *slot_of(const struct distinct *d, uint64_t mark)
{
    uint32_t i = (uint32_t)mark & (d->slots - 1);
    while (d->marks[i] && d->marks[i] != mark)
        i = (i + 1) & (d->slots - 1);
    return &d->marks[i];
}

static void grow(struct distinct *d, uint32_t slots)
{
    struct distinct larger = *d;
    larger.slots = slots;
    larger.marks = memory_zeroed(larger.slots, sizeof(*larger.marks));
    for (uint32_t i = 0; i < d->slots; i++)
        if (d->marks[i])
            *slot_of(&larger, d->marks[i]) = d->marks[i];
    free(d->marks);
    *d = larger;
}

void distinct_reserve(struct distinct *d, uint32_t n)
{
    uint32_t slots = SMALLEST_TABLE;
    while (slots < 2 * n)
        slots *= 2;
    if (n > 0)
        grow(d, slots);
}

/* Puts the mark in the set; false when it was there. */
static bool exact_add(struct distinct *d, uint64_t mark)
{
    if (mark == 0) {
        bool added = !d->has_zero;
        d->has_zero = true;
        return added;
    }
    if (d->slots == 0)
        grow(d, SMALLEST_TABLE);
    uint64_t *slot = slot_of(d, mark);
    if (*slot)
        return false;
    if ((d->count + 1u) * 2 > d->slots && d->count < DISTINCT_EXACT) {
        grow(d, d->slots * 2);
        slot = slot_of(d, mark);
    }
    *slot = mark;
    return true;
}

void distinct_add(struct distinct *d, uint64_t mark)
{
    if (d->registers)
        sketch_add(d, mark);
    else if (exact_add(d, mark) && ++d->count > DISTINCT_EXACT)
        to_sketch(d);
}

/* Fills the hole that a removed mark has left: what was probed over it moves up. */
static void close_hole(struct distinct *d, uint32_t hole)
{
    uint32_t mask = d->slots - 1;
    for (uint32_t i = (hole + 1) & mask; d->marks[i]; i = (i + 1) & mask) {
        uint32_t home = (uint32_t)d->marks[i] & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        d->marks[hole] = d->marks[i];
        hole = i;
    }
    d->marks[hole] = 0;
}

void distinct_remove(struct distinct *d, uint64_t mark)
{
    if (d->registers || d->count == 0)
        return;
    if (mark == 0) {
        d->count -= d->has_zero;
        d->has_zero = false;
        return;
    }
    uint64_t *slot = d->slots ? slot_of(d, mark) : NULL;
    if (!slot || !*slot)
        return;
    close_hole(d, (uint32_t)(slot - d->marks));
    d->count--;
}

uint8_t *distinct_sketch(struct distinct *d)
{
    if (!d->registers)
        to_sketch(d);
    return d->registers;
}

/* restrict lets the compiler take 16 registers at a time. */
static void sketch_merge(uint8_t *restrict into, const uint8_t *restrict from)
{
    for (uint32_t i = 0; i < REGISTERS; i++)
        into[i] = into[i] > from[i] ? into[i] : from[i];
}

void distinct_merge(struct distinct *d, const struct distinct *from)
{
    if (from->registers) {
        sketch_merge(distinct_sketch(d), from->registers);
        return;
    }
    for (uint32_t i = 0; i < from->slots; i++)
        if (from->marks[i])
            distinct_add(d, from->marks[i]);
    if (from->has_zero)
        distinct_add(d, 0);
}

/* sigma and tau of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches"
 * (arXiv:1702.01284), section 2: they correct for registers that are still 0 and for those that
 * are full, so that one formula without bias tables serves all sizes. */
static double ertl_sigma(double x)
{
    if (x == 1.0)
        return INFINITY;
    double y = 1, z = x, before;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z != before);
    return z;
}

static double ertl_tau(double x)
{
    if (x == 0.0 || x == 1.0)
        return 0;
    double y = 1, z = 1 - x, before;
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
}

/* The improved raw estimator, algorithm 6 there. */
static double estimate(const uint8_t *registers)
{
    const double m = REGISTERS;
    uint32_t having[RANK_BITS + 2] = {0};
    for (uint32_t i = 0; i < REGISTERS; i++)
        having[registers[i]]++;
    double z = m * ertl_tau(1 - having[RANK_BITS + 1] / m);
    for (int rank = RANK_BITS; rank >= 1; rank--)
        z = 0.5 * (z + having[rank]);
    z += m * ertl_sigma(having[0] / m);
    return m * m / (2 * M_LN2 * z);
}

double distinct_count(const struct distinct *d, bool *exact)
{
    *exact = !d->registers;
    if (*exact)
        return d->count;
    double rounded = rint(estimate(d->registers));
    return rounded > DISTINCT_EXACT ? rounded : DISTINCT_EXACT + 1;
}

void distinct_union_add(struct distinct_union *u, const struct distinct *d)
{
    if (distinct_is_empty(d))
        return;
    if (!u->first) {
        u->first = d;
        return;
    }
    if (!u->many)
        distinct_merge(&u->merged, u->first);
    u->many = true;
    distinct_merge(&u->merged, d);
}

double distinct_union_end(struct distinct_union *u, bool *exact)
{
    static const struct distinct none = {0};
    double n = distinct_count(u->many ? &u->merged : u->first ? u->first : &none, exact);
    distinct_reset(&u->merged);
    *u = (struct distinct_union){0};
    return n;
}
