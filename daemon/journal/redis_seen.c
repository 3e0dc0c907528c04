#include "redis_seen.h"

#include "segment.h"

static void seen_move(struct redis_seen *s, struct redis_id id, uint64_t first, uint64_t last, size_t bytes)
{
    if (redis_id_compare(id, s->id) <= 0)
        return;
    s->id = id;
    s->first = first;
    s->last = last;
    s->bytes += bytes;
}

void redis_seen_group(struct redis_seen *s, struct redis_id id, uint64_t first, size_t bytes)
{
    redis_took_note(&s->took, id.epoch, id.n);
    seen_move(s, id, first, id.n, bytes);
}

void redis_seen_begin(struct redis_seen *s, uint64_t epoch, uint64_t last)
{
    seen_move(s, (struct redis_id){epoch, 0}, last, last, 0);
}

void redis_seen_entry(struct redis_seen *s, const struct redis_entry *e)
{
    struct segment_group g;
    if (e->took.epoch > 0)
        redis_took_note(&s->took, e->took.epoch, e->took.n);
    if (e->begins)
        redis_seen_begin(s, e->id.epoch, e->begin);
    else if (segment_group_get(&g, e->group.p, e->group.n))
        redis_seen_group(s, e->id, g.first, e->group.n);
}

uint64_t redis_seen_epoch(const struct redis_seen *s, uint64_t seq)
{
    return seq >= s->first && seq <= s->last ? s->id.epoch : 0;
}
