/* Tickets as a section of the fold's image, and back. */
#include "tickets.h"

#include "encode.h"

#define SECTION_TICKETS "tick"

enum ticket_mark { TICKET_OPENED = 1, TICKET_LAST = 2, TICKET_RESOLVED = 4, TICKET_MARKS_MOST = 7 };

static void ticket_put(struct image_out *out, const struct ticket *t, ff_wall near)
{
    image_put_u64(out, t->key.lo);
    image_put_u64(out, t->key.hi);
    image_put_uint(out, t->born);
    image_put_uint(out, t->site);
    wall_put(out, t->received, near);
    wall_put(out, t->until, t->received);
    image_put_uint(out, (uint64_t)(t->until - t->since));
    image_put_uint(out, (t->opened != FF_NEVER ? TICKET_OPENED : 0u) | (t->last != FF_NEVER ? TICKET_LAST : 0u) |
                            (t->resolved ? TICKET_RESOLVED : 0u));
    if (t->opened != FF_NEVER)
        wall_put(out, t->opened, t->until);
    if (t->last != FF_NEVER)
        wall_put(out, t->last, t->until);
    image_put_uint(out, t->reply_count);
    for (unsigned i = 0; i < t->reply_count; i++)
        wall_put(out, t->replies[i], t->until);
}

static void ticket_get_replies(struct image_in *in, struct ticket *t)
{
    t->reply_count = (uint8_t)image_uint_upto(in, TICKET_EARLY + 1);
    unsigned early = 0;
    for (unsigned i = 0; i < t->reply_count; i++) {
        t->replies[i] = wall_get(in, t->until);
        image_check(in, i == 0 || t->replies[i] > t->replies[i - 1]);
        early += t->opened == FF_NEVER || t->replies[i] < t->opened;
    }
    image_check(in, early <= TICKET_EARLY && t->reply_count <= early + 1);
}

/* The site is as in the image. */
static void ticket_get(struct image_in *in, struct ticket *t, ff_wall near)
{
    t->key.lo = image_u64(in);
    t->key.hi = image_u64(in);
    t->born = image_uint(in);
    t->site = (uint16_t)image_uint_upto(in, UINT16_MAX);
    t->received = wall_get(in, near);
    t->until = wall_get(in, t->received);
    t->since = t->until - dur_get(in);
    uint64_t marks = image_uint_upto(in, TICKET_MARKS_MOST);
    t->opened = marks & TICKET_OPENED ? wall_get(in, t->until) : FF_NEVER;
    t->last = marks & TICKET_LAST ? wall_get(in, t->until) : FF_NEVER;
    t->resolved = marks & TICKET_RESOLVED;
    image_check(in, t->opened == FF_NEVER ? t->resolved == (t->last != FF_NEVER) : t->last >= t->opened);
    ticket_get_replies(in, t);
}

/* Touched last, first: a load with less room takes what there is room for. */
void tickets_save(const struct fold *f, struct image_out *out)
{
    const struct tickets *all = &f->tickets;
    image_put_section(out, SECTION_TICKETS, SECTION_VERSION);
    image_put_uint(out, all->evicted);
    image_put_uint(out, all->replies_left_out);
    image_put_uint(out, all->births);
    image_put_uint(out, all->pool.used);
    ff_wall near = 0;
    for (uint32_t number = all->by_touch.newest; number;) {
        const struct ticket *t = pool_at(&all->pool, number);
        ticket_put(out, t, near);
        near = t->received;
        number = t->by_touch.older;
    }
}

/* Behind all that have been placed; false: there is no room. */
static bool tickets_place(struct tickets *all, const struct ticket *t)
{
    uint32_t number = pool_take(&all->pool);
    if (!number)
        return false;
    *(struct ticket *)pool_at(&all->pool, number) = *t;
    table_add(&all->by_key, t->key.hi, number);
    chain_add_oldest(&all->by_touch, number);
    return true;
}

bool tickets_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    struct tickets *all = &f->tickets;
    uint32_t version;
    if (!image_section(in, SECTION_TICKETS, SECTION_VERSION, &version))
        return false;
    all->evicted = image_uint(in);
    all->replies_left_out = image_uint(in);
    all->births = image_uint(in);
    uint64_t n = image_uint_upto(in, f->now == FF_NEVER ? 0 : UINT32_MAX);
    table_reserve(&all->by_key, n);
    ff_wall near = 0;
    for (uint64_t i = 0; i < n && in->ok; i++) {
        struct ticket t = {.born = 0};
        ticket_get(in, &t, near);
        near = t.received;
        if (!image_check(in, t.site < site_count && t.born <= all->births))
            break;
        t.site = site_map[t.site];
        if (t.site != UINT16_MAX && !tickets_place(all, &t))
            all->evicted++;
    }
    return in->ok;
}
