#include "keys.h"

#include <assert.h>

static uint64_t load(const char *p, size_t n)
{
    uint64_t value = 0;
    memcpy(&value, p, n);
    return value;
}

/* word is not empty. Of a longer word than KEYS_LONGEST bytes the middle is missing, and its length
 * is that of none. */
static struct key key_of(struct ff_span word)
{
    const char *end = word.p + word.n;
    struct key k = {.length = (uint32_t)word.n};
    if (word.n >= 8) {
        k.head = load(word.p, 8);
        k.tail = load(end - 8, 8);
    } else if (word.n >= 4) {
        k.head = load(word.p, 4);
        k.tail = load(end - 4, 4);
    } else {
        k.head = (uint8_t)word.p[0] | (unsigned)(uint8_t)word.p[word.n / 2] << 8;
        k.tail = (uint8_t)end[-1];
    }
    return k;
}

static bool is_same(const struct key *a, const struct key *b)
{
    return a->head == b->head && a->tail == b->tail && a->length == b->length;
}

/* The factors, tried at random, give nearly every word of a beacon, an item and the types a slot of
 * its own. */
static unsigned slot_of(const struct key *k)
{
    uint64_t mixed =
        (k->head ^ k->tail * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
    return (unsigned)(mixed >> 57) % KEYS_SLOTS;
}

void keys_init(struct keys *k, const struct ff_span *words, size_t n)
{
    assert(n <= KEYS_MAX);
    for (unsigned at = 0; at < KEYS_SLOTS; at++)
        k->slot[at] = (struct key){.place = -1};
    for (size_t i = 0; i < n; i++) {
        assert(words[i].n > 0 && words[i].n <= KEYS_LONGEST);
        struct key key = key_of(words[i]);
        unsigned at = slot_of(&key);
        while (k->slot[at].place >= 0)
            at = (at + 1) % KEYS_SLOTS;
        key.place = (int32_t)i;
        k->slot[at] = key;
    }
}

int keys_find(const struct keys *k, struct ff_span word)
{
    if (word.n == 0)
        return -1;
    struct key key = key_of(word);
    unsigned at = slot_of(&key);
    while (k->slot[at].place >= 0 && !is_same(&k->slot[at], &key))
        at = (at + 1) % KEYS_SLOTS;
    return k->slot[at].place;
}
