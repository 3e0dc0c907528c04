#include "table.h"

#include "region.h"

#include <string.h>

/* Slots of a table that has just been made, and slots that an addition or removal moves while it grows
 * or shrinks: with 64 of them the move ends long before the next one begins. */
#define FIRST_SLOTS 1024
#define MOVE_SLOTS 64
/* The slots to grow into are touched in order, in steps of so many additions, while the 12th sixteenth of the slots is
 * taken: entries go there in no order, and each would have to wait for a page. */
#define TOUCH_ADDITIONS 256
#define TOUCH_BYTES ((size_t)TOUCH_ADDITIONS * 16 * 2 * sizeof(uint64_t))

bool table_init(struct table *t, size_t cap)
{
    assert(cap >= 1 && cap <= (size_t)1 << 31);
    size_t most = 16;
    while (most * 3 < cap * 4)
        most *= 2;
    *t = (struct table){.cap = cap, .most = most};
    t->mask = (most < FIRST_SLOTS ? most : FIRST_SLOTS) - 1;
    t->region[0] = region_new(most, sizeof *t->slots);
    t->region[1] = region_new(most, sizeof *t->slots);
    t->slots = t->region[0];
    return t->region[0] && t->region[1];
}

void table_fini(struct table *t)
{
    region_free(&t->region[0], t->most, sizeof *t->slots);
    region_free(&t->region[1], t->most, sizeof *t->slots);
    t->slots = t->old = NULL;
}

static void slots_put(uint64_t *slots, size_t mask, uint64_t slot)
{
    size_t i = (slot >> 32) & mask;
    while (slots[i])
        i = (i + 1) & mask;
    slots[i] = slot;
}

/* Moves the run of taken slots that begins at `at`; gives how many slots it had. A run moves whole,
 * so that no probe in the old slots meets a gap, and in its order, so that equal hashes keep theirs. */
static size_t table_move_run(struct table *t, size_t at)
{
    size_t mask = t->old_mask, n = 0;
    for (; t->old[at]; at = (at + 1) & mask, n++) {
        slots_put(t->slots, t->mask, t->old[at]);
        t->old[at] = 0;
    }
    return n;
}

/* The first slot of the run that slot i is in; it need not be taken. */
static size_t run_start(const uint64_t *slots, size_t mask, size_t i)
{
    while (slots[(i - 1) & mask])
        i = (i - 1) & mask;
    return i;
}

/* Another number of slots from now on. */
static void table_resize(struct table *t, size_t mask)
{
    t->old = t->slots;
    t->old_mask = t->mask;
    t->slots = t->region[t->slots == t->region[0]];
    t->mask = mask;
    for (t->old_next = 0; t->old[t->old_next]; t->old_next++)
        assert(t->old_next < t->old_mask);
    t->old_left = t->old_mask + 1;
}

void table_reserve(struct table *t, size_t n)
{
    assert(t->used == 0 && !t->old);
    while (n * 4 > (t->mask + 1) * 3 && t->mask + 1 < t->most)
        t->mask = 2 * t->mask + 1;
    if (t->mask >= FIRST_SLOTS)
        region_touch(t->slots, (t->mask + 1) * sizeof *t->slots);
}

/* Those of this hash first: what is added next comes behind them. */
static void table_move_home(struct table *t, uint64_t hash)
{
    size_t home = (hash >> 32) & t->old_mask;
    if (t->old[home])
        table_move_run(t, run_start(t->old, t->old_mask, home));
}

static void table_move(struct table *t)
{
    for (size_t seen = 0; seen < MOVE_SLOTS && t->old_left > 0;) {
        size_t run = table_move_run(t, t->old_next);
        size_t passed = run + (run < t->old_left); /* and the free slot behind it */
        t->old_next = (t->old_next + passed) & t->old_mask;
        t->old_left -= passed;
        seen += passed;
    }
    if (t->old_left > 0)
        return;
    region_forget(t->old, (t->old_mask + 1) * sizeof *t->old);
    t->old = NULL;
}

static void table_touch_next(struct table *t)
{
    const size_t slots = t->mask + 1, from = slots / 16 * 11;
    if (t->old || slots >= t->most || slots / 16 < TOUCH_ADDITIONS || t->used < from)
        return;
    const size_t step = (t->used - from) / TOUCH_ADDITIONS;
    if ((t->used - from) % TOUCH_ADDITIONS == 0 && step < slots / 16 / TOUCH_ADDITIONS)
        region_touch((char *)t->region[t->slots == t->region[0]] + step * TOUCH_BYTES, TOUCH_BYTES);
}

void table_add(struct table *t, uint64_t hash, uint32_t place)
{
    assert(place && t->used < t->cap);
    if (!t->old && (t->used + 1) * 4 > (t->mask + 1) * 3 && t->mask + 1 < t->most)
        table_resize(t, 2 * t->mask + 1);
    if (t->old) {
        table_move_home(t, hash);
        table_move(t);
    }
    slots_put(t->slots, t->mask, hash >> 32 << 32 | place);
    t->used++;
    table_touch_next(t);
}

/* Closes the gap at i by moving back whatever probed over it, so that no tombstones are left. Those
 * of one home stay in their order. */
static void slots_close_gap(uint64_t *slots, size_t mask, size_t i)
{
    for (size_t next = (i + 1) & mask; slots[next]; next = (next + 1) & mask) {
        size_t home = (slots[next] >> 32) & mask;
        if (((next - home) & mask) < ((next - i) & mask))
            continue;
        slots[i] = slots[next];
        i = next;
    }
    slots[i] = 0;
}

static bool slots_remove(uint64_t *slots, size_t mask, uint64_t slot)
{
    size_t i = (slot >> 32) & mask;
    while (slots[i] && slots[i] != slot)
        i = (i + 1) & mask;
    if (!slots[i])
        return false;
    slots_close_gap(slots, mask, i);
    return true;
}

void table_remove(struct table *t, uint64_t hash, uint32_t place)
{
    uint64_t slot = hash >> 32 << 32 | place;
    bool there = t->old && slots_remove(t->old, t->old_mask, slot);
    if (!there)
        there = slots_remove(t->slots, t->mask, slot);
    assert(there);
    (void)there;
    t->used--;
    if (!t->old && t->used * 8 < t->mask && t->mask >= FIRST_SLOTS)
        table_resize(t, t->mask / 2);
    if (t->old)
        table_move(t);
}
