#include "table.h"

#include "region.h"

#include <string.h>

bool table_init(struct table *t, size_t cap)
{
    assert(cap >= 1 && cap <= (size_t)1 << 31);
    size_t slots = 16;
    while (slots * 3 < cap * 4)
        slots *= 2;
    *t = (struct table){.slots = region_new(slots, sizeof *t->slots), .mask = slots - 1, .cap = cap};
    return t->slots != NULL;
}

void table_fini(struct table *t)
{
    region_free(&t->slots, t->mask + 1, sizeof *t->slots);
}

void table_add(struct table *t, uint64_t hash, uint32_t place)
{
    assert(place && t->used < t->cap);
    uint64_t tag = hash >> 32;
    size_t i = tag & t->mask;
    while (t->slots[i])
        i = (i + 1) & t->mask;
    t->slots[i] = tag << 32 | place;
    t->used++;
}

/* Closes the gap at i by moving back whatever probed over it, so that no tombstones are left. Those
 * of one home stay in their order. */
static void table_close_gap(struct table *t, size_t i)
{
    for (size_t next = (i + 1) & t->mask; t->slots[next]; next = (next + 1) & t->mask) {
        size_t home = (t->slots[next] >> 32) & t->mask;
        if (((next - home) & t->mask) < ((next - i) & t->mask))
            continue;
        t->slots[i] = t->slots[next];
        i = next;
    }
    t->slots[i] = 0;
}

void table_remove(struct table *t, uint64_t hash, uint32_t place)
{
    uint64_t slot = (hash >> 32) << 32 | place;
    size_t i = (hash >> 32) & t->mask;
    while (t->slots[i] != slot) {
        assert(t->slots[i]);
        i = (i + 1) & t->mask;
    }
    table_close_gap(t, i);
    t->used--;
}
