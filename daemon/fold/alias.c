#include "alias.h"

#include "image.h"
#include "state.h"
#include "story.h"

static struct hash128 alias_key(uint64_t key)
{
    return (struct hash128){.lo = hash_mix(key), .hi = key};
}

struct alias *alias_find(const struct fold *f, uint64_t key, ff_wall arrival)
{
    return (struct alias *)recall_find(&f->aliases, alias_key(key), arrival);
}

static struct who alias_named(const struct fold *f, uint16_t site, struct ff_span id, uint64_t key)
{
    return (struct who){.key = key, .mark = hash_mark(f->sites[site].scope, id)};
}

/* Whether an event at t can be one of the last session of whom has this key. */
static bool alias_lives(const struct fold *f, uint64_t key, ff_wall t)
{
    uint32_t number = story_find(f, key);
    if (!number)
        return false;
    const struct session *s = &visitor_at(f, number)->head.session;
    ff_dur timeout = f->options.session_timeout;
    return s->begun && t - session_last(s) <= timeout && s->start - t <= timeout;
}

/* The alias that a record with two ids makes, or NULL: there is nobody to go on with. */
static const struct alias *alias_make(struct fold *f, const struct ff_record *r, uint64_t key)
{
    const struct ff_beacon *b = &r->beacon;
    struct ff_span before_id = b->text[FF_TEXT_VISITOR_BEFORE];
    struct who old = alias_named(f, b->site, before_id, hash_id(&f->seed, f->sites[b->site].scope, before_id));
    const struct alias *before = alias_find(f, old.key, r->arrival);
    if (before && alias_lives(f, before->key, b->time))
        old = (struct who){.key = before->key, .mark = before->mark};
    if (old.key == key || !alias_lives(f, old.key, b->time))
        return NULL;
    struct alias *a = (struct alias *)recall_put(&f->aliases, alias_key(key), r->arrival, r->received);
    a->key = old.key;
    a->mark = old.mark;
    return a;
}

struct who alias_who(struct fold *f, const struct ff_record *r, uint64_t key)
{
    const struct ff_beacon *b = &r->beacon;
    struct ff_span id = b->text[FF_TEXT_VISITOR];
    struct who own = alias_named(f, b->site, id, key);
    if (id.n == 0 || id.p[0] != FF_DERIVED_MARK)
        return own;
    const struct alias *a = alias_find(f, own.key, r->arrival);
    if (!a && ff_has(b, FF_HAS(VISITOR_BEFORE)))
        a = alias_make(f, r, own.key);
    if (!a || !alias_lives(f, a->key, b->time))
        return own;
    return (struct who){.key = a->key, .mark = a->mark, .other = true};
}

void alias_put(struct image_out *out, const struct recall_entry *e)
{
    const struct alias *a = (const struct alias *)e;
    image_put_u64(out, a->key);
    image_put_u64(out, a->mark);
}

void alias_get(struct image_in *in, struct recall_entry *e)
{
    struct alias *a = (struct alias *)e;
    a->key = image_u64(in);
    a->mark = image_u64(in);
}
