#include "pending.h"

#include "segment.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

/* A group that has grown to this takes no more: what a failure makes to be written again is small. */
#define GROUP_GOAL ((size_t)1 << 20)
#define FIRST_ROOM ((size_t)512)
/* Bytes of spent groups that are kept, and the room above which one is not worth keeping. */
#define SPENT_MAX ((size_t)8 << 20)
#define SPENT_ROOM_MAX ((size_t)256 << 10)
/* Spent groups that are freed for each new one, at most: there may be thousands at once. */
#define FREED_AT_ONCE 4

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
    list_free(p->spent);
    *p = (struct pending){0};
}

/* The room that a group needs for size bytes more. */
static size_t room_for(const struct pending_group *g, size_t size)
{
    const size_t needed = g->used + size;
    if (needed <= g->room)
        return g->room;
    const size_t doubled = g->room ? g->room * 2 : FIRST_ROOM;
    return needed > doubled ? needed : doubled;
}

/* False when there is no memory; nothing has changed then. */
static bool group_grow(struct pending_group *g, size_t room)
{
    if (room == g->room)
        return true;
    unsigned char *bytes = realloc(g->bytes, room);
    if (!bytes)
        return false;
    g->bytes = bytes;
    g->room = room;
    return true;
}

static struct pending_group *spent_take(struct pending *p)
{
    struct pending_group *g = p->spent;
    p->spent = g->next;
    if (!p->spent)
        p->spent_tail = NULL;
    p->spent_bytes -= g->room;
    return g;
}

/* first to last, which are linked, take bytes. */
static void spent_add(struct pending *p, struct pending_group *first, struct pending_group *last, size_t bytes)
{
    last->next = NULL;
    *(p->spent_tail ? &p->spent_tail->next : &p->spent) = first;
    p->spent_tail = last;
    p->spent_bytes += bytes;
}

static struct pending_group *group_new(struct pending *p)
{
    for (int i = 0; i < FREED_AT_ONCE && p->spent && (p->spent_bytes > SPENT_MAX || p->spent->room > SPENT_ROOM_MAX); i++)
        group_free(spent_take(p));
    struct pending_group *g = p->spent ? spent_take(p) : calloc(1, sizeof *g);
    if (g) {
        g->next = NULL;
        g->used = SEGMENT_GROUP_HEADER;
        g->count = 0;
        g->closed = false;
    }
    return g;
}

/* A written group takes no more. */
static bool tail_takes(const struct pending *p, size_t size)
{
    return p->unwritten && !p->tail->closed && (p->tail->whole || p->tail->used + size <= GROUP_GOAL);
}

static void group_append(struct pending *p, struct pending_group *g)
{
    *(p->tail ? &p->tail->next : &p->head) = g;
    p->tail = g;
    if (!p->unwritten)
        p->unwritten = g;
}

enum ff_status pending_add(struct pending *p, uint64_t seq, struct ff_span body)
{
    if (body.n > SEGMENT_MAX_BODY)
        return FF_NO_MEMORY;
    const size_t size = segment_record_size(body.n);
    const bool begins = !tail_takes(p, size);
    struct pending_group *g = begins ? group_new(p) : p->tail;
    if (!g)
        return FF_NO_MEMORY;
    const size_t counted = begins ? 0 : g->room;
    const size_t room = room_for(g, size);
    if (p->bytes - counted + room > p->max || !group_grow(g, room)) {
        if (begins)
            spent_add(p, g, g, g->room);
        return FF_NO_MEMORY;
    }
    if (begins) {
        g->first = seq;
        g->whole = p->whole;
        p->whole = false;
        group_append(p, g);
    }
    p->bytes += room - counted;
    assert(seq == g->first + g->count);
    segment_record_put(g->bytes + g->used, seq, body);
    g->used += size;
    g->count++;
    return FF_OK;
}

void pending_close(struct pending *p)
{
    if (p->tail)
        p->tail->closed = true;
    p->whole = false;
}

void pending_whole(struct pending *p)
{
    pending_close(p);
    p->whole = true;
}

void pending_wrote(struct pending *p)
{
    p->written = p->unwritten;
    p->written_bytes += p->written->room;
    p->unwritten = p->written->next;
}

void pending_rewind(struct pending *p)
{
    p->unwritten = p->head;
    p->written = p->mark = NULL;
    p->written_bytes = 0;
}

void pending_mark(struct pending *p)
{
    p->mark = p->written;
    p->mark_bytes = p->written_bytes;
}

/* The groups up to last, of bytes in all, leave the queue. */
static void groups_spend(struct pending *p, struct pending_group *last, size_t bytes)
{
    struct pending_group *first = p->head;
    p->head = last->next;
    if (!p->head)
        p->tail = NULL;
    if (p->written == last)
        p->written = NULL;
    if (p->mark == last)
        p->mark = NULL;
    p->bytes -= bytes;
    p->written_bytes -= bytes;
    p->mark_bytes -= p->mark ? bytes : p->mark_bytes;
    spent_add(p, first, last, bytes);
}

void pending_release(struct pending *p, uint64_t durable)
{
    if (p->mark && pending_last(p->mark) == durable)
        groups_spend(p, p->mark, p->mark_bytes);
    while (p->head && pending_last(p->head) <= durable) {
        assert(p->head != p->unwritten);
        groups_spend(p, p->head, p->head->room);
    }
}
