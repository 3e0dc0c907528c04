#include "pending.h"

#include "segment.h"

#include <assert.h>
#include <stdlib.h>

/* A group that has grown to this takes no more: what a failure makes to be written again is small. */
#define GROUP_GOAL ((size_t)1 << 20)
#define FIRST_ROOM ((size_t)16 << 10)
/* Spare groups kept, and the room above which one is not worth keeping. */
#define SPARES_MAX 16
#define SPARE_ROOM_MAX ((size_t)256 << 10)

void pending_init(struct pending *p, size_t max)
{
    *p = (struct pending){.max = max};
}

static void group_free(struct pending_group *g)
{
    free(g->bytes);
    free(g);
}

static void list_free(struct pending_group *g)
{
    while (g) {
        struct pending_group *next = g->next;
        group_free(g);
        g = next;
    }
}

void pending_fini(struct pending *p)
{
    list_free(p->head);
    list_free(p->spare);
    *p = (struct pending){0};
}

/* Makes room for size bytes more; false when there is no memory. */
static bool group_grow(struct pending_group *g, size_t size)
{
    size_t room = g->room ? g->room : FIRST_ROOM;
    while (room < g->used + size)
        room *= 2;
    if (room == g->room)
        return true;
    unsigned char *bytes = realloc(g->bytes, room);
    if (!bytes)
        return false;
    g->bytes = bytes;
    g->room = room;
    return true;
}

static struct pending_group *group_new(struct pending *p)
{
    struct pending_group *g = p->spare;
    if (g) {
        p->spare = g->next;
        p->spares--;
    } else {
        g = calloc(1, sizeof *g);
    }
    if (g) {
        g->next = NULL;
        g->used = SEGMENT_GROUP_HEADER;
        g->count = 0;
        g->written = false;
    }
    return g;
}

static void group_retire(struct pending *p, struct pending_group *g)
{
    if (p->spares == SPARES_MAX || g->room > SPARE_ROOM_MAX) {
        group_free(g);
        return;
    }
    g->next = p->spare;
    p->spare = g;
    p->spares++;
}

static bool group_takes(const struct pending_group *g, size_t size)
{
    return g && !g->written && g->used + size <= GROUP_GOAL;
}

enum ff_status pending_add(struct pending *p, uint64_t seq, struct ff_span body)
{
    const size_t size = segment_record_size(body.n);
    if (body.n > SEGMENT_MAX_BODY || p->bytes + size + SEGMENT_GROUP_HEADER > p->max)
        return FF_NO_MEMORY;
    const bool begins = !group_takes(p->tail, size);
    struct pending_group *g = begins ? group_new(p) : p->tail;
    if (!g)
        return FF_NO_MEMORY;
    if (!group_grow(g, size)) {
        if (begins)
            group_retire(p, g);
        return FF_NO_MEMORY;
    }
    if (begins) {
        g->first = seq;
        *(p->tail ? &p->tail->next : &p->head) = g;
        p->tail = g;
        p->bytes += g->used;
    }
    assert(seq == g->first + g->count);
    segment_record_put(g->bytes + g->used, seq, body);
    g->used += size;
    g->count++;
    p->bytes += size;
    return FF_OK;
}

struct pending_group *pending_unwritten(const struct pending *p)
{
    struct pending_group *g = p->head;
    while (g && g->written)
        g = g->next;
    return g;
}

void pending_rewind(struct pending *p)
{
    for (struct pending_group *g = p->head; g; g = g->next)
        g->written = false;
}

void pending_release(struct pending *p, uint64_t durable)
{
    while (p->head && pending_last(p->head) <= durable) {
        struct pending_group *g = p->head;
        assert(g->written);
        p->head = g->next;
        if (!p->head)
            p->tail = NULL;
        p->bytes -= g->used;
        group_retire(p, g);
    }
}
