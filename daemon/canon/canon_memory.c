#include "canon_memory.h"

#include "hash.h"
#include "region.h"

#define NAME_SCOPE 0 /* one scope for all names: configured, not sent */

static size_t name_count(const struct canon_options *o)
{
    size_t n = o->site_count;
    for (uint16_t i = 0; i < o->site_count; i++)
        for (const char *const *alias = o->sites[i].aliases; alias && *alias; alias++)
            n++;
    return n;
}

/* The slot that holds the name, or the free one where it would go. */
static struct canon_name *name_slot(const struct canon *c, struct ff_span name)
{
    size_t mask = c->name_slots - 1, at = hash_mark(NAME_SCOPE, name) & mask;
    while (c->names[at].name.p && !ff_span_equal(c->names[at].name, name))
        at = (at + 1) & mask;
    return &c->names[at];
}

/* Of sites that share a name, the first keeps it. */
static void add_name(struct canon *c, const char *name, uint16_t site)
{
    struct canon_name *slot = name_slot(c, ff_span_text(name));
    if (!slot->name.p)
        *slot = (struct canon_name){ff_span_text(name), site};
}

/* Ids before aliases, so that no alias hides a site. */
static void add_names(struct canon *c)
{
    const struct canon_options *o = &c->options;
    for (uint16_t i = 0; i < o->site_count; i++)
        add_name(c, o->sites[i].id, i);
    for (uint16_t i = 0; i < o->site_count; i++)
        for (const char *const *alias = o->sites[i].aliases; alias && *alias; alias++)
            add_name(c, *alias, i);
}

struct canon *canon_new(const struct canon_options *options)
{
    struct canon *c = region_new(1, sizeof *c);
    if (!c)
        return NULL;
    c->options = *options;
    for (c->name_slots = 4; c->name_slots < 2 * name_count(options); c->name_slots *= 2)
        ;
    c->names = region_new(c->name_slots, sizeof *c->names);
    c->texts = region_new(CANON_MAX_TEXTS, 1);
    c->items = region_new(CANON_MAX_ITEMS, sizeof *c->items);
    currency_init(&c->currencies);
    if (c->names)
        add_names(c);
    if (!c->names || !c->texts || !c->items)
        canon_free(&c);
    return c;
}

void canon_free(struct canon **c)
{
    struct canon *it = *c;
    if (!it)
        return;
    region_free(&it->names, it->name_slots, sizeof *it->names);
    region_free(&it->texts, CANON_MAX_TEXTS, 1);
    region_free(&it->items, CANON_MAX_ITEMS, sizeof *it->items);
    region_free(c, 1, sizeof *it);
}

void canon_reset(struct canon *c)
{
    c->text_used = 0;
    c->item_used = 0;
}

int canon_find_site(const struct canon *c, struct ff_span name)
{
    const struct canon_name *slot = name_slot(c, name);
    return slot->name.p ? slot->site : -1;
}

struct ff_item *canon_items(struct canon *c, size_t n)
{
    if (n > CANON_MAX_ITEMS - c->item_used)
        return NULL;
    struct ff_item *items = c->items + c->item_used;
    c->item_used += n;
    return items;
}

bool canon_copy(struct canon *c, struct ff_span text, struct ff_span *out)
{
    if (text.n > CANON_MAX_TEXTS - c->text_used)
        return false;
    char *p = c->texts + c->text_used;
    if (text.n > 0)
        memcpy(p, text.p, text.n);
    c->text_used += text.n;
    *out = ff_span_of(p, text.n);
    return true;
}
