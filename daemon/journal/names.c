#include "names.h"

#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 20

struct listing {
    struct names *names;
    const struct names_kind *kind;
};

void names_make(char out[NAMES_SIZE], const struct names_kind *kind, uint64_t seq)
{
    snprintf(out, NAMES_SIZE, "%s%0*" PRIu64 "%s", kind->before, DIGITS, seq, kind->after);
}

bool names_seq(const char *name, const struct names_kind *kind, uint64_t *seq)
{
    const size_t before = strlen(kind->before);
    if (strncmp(name, kind->before, before) != 0)
        return false;
    const char *digit = name + before;
    uint64_t value = 0;
    for (int i = 0; i < DIGITS; i++, digit++) {
        if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value))
            return false;
    }
    if (value == 0 || strcmp(digit, kind->after) != 0)
        return false;
    *seq = value;
    return true;
}

static int listing_add(void *ctx, const char *name)
{
    const struct listing *l = ctx;
    struct names *n = l->names;
    uint64_t seq;
    if (!names_seq(name, l->kind, &seq))
        return 0;
    if (n->count == n->room) {
        size_t room = n->room ? n->room * 2 : 64;
        uint64_t *grown = realloc(n->seq, room * sizeof *grown);
        if (!grown)
            return -ENOMEM;
        n->seq = grown;
        n->room = room;
    }
    n->seq[n->count++] = seq;
    return 0;
}

static int seq_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int names_list(struct names *n, const struct place *place, const struct names_kind *kind)
{
    *n = (struct names){0};
    struct listing l = {n, kind};
    int r = place->io->list(place->io, place->path, listing_add, &l);
    if (n->count)
        qsort(n->seq, n->count, sizeof *n->seq, seq_order);
    return r;
}

void names_fini(struct names *n)
{
    free(n->seq);
    *n = (struct names){0};
}
