#include "channels_cache.h"

#include "region.h"

#include <stdlib.h>

#define ENTRIES 1024 /* a power of two */
#define TEXTS 50     /* bytes of an entry's texts in all */

/* One line of the processor's cache. */
struct channels_entry {
    uint64_t hash; /* 0: empty */
    uint8_t channel, clue, spam;
    uint8_t source, medium, campaign; /* bytes of texts, in this order */
    char texts[TEXTS];
};
_Static_assert(sizeof(struct channels_entry) == 64, "an entry is a line");
_Static_assert(TEXTS <= CHANNEL_ROOM, "a verdict's room holds an entry's texts");

struct channels_cache {
    struct channels_entry *entries;
    struct hash_seed seed;
};

struct channels_cache *channels_cache_new(const struct hash_seed *seed)
{
    struct channels_cache *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->seed = *seed;
    c->entries = region_new(ENTRIES, sizeof *c->entries);
    if (!c->entries)
        channels_cache_free(&c);
    return c;
}

void channels_cache_free(struct channels_cache **c)
{
    if (!*c)
        return;
    region_free(&(*c)->entries, ENTRIES, sizeof *(*c)->entries);
    free(*c);
    *c = NULL;
}

/* Each text within the hash of those before it. Never 0. */
static uint64_t hash_of(const struct hash_seed *seed, const struct channel_clues *clues)
{
    uint64_t hash = hash_id(seed, clues->own_number, clues->query);
    if (clues->referrer.n > 0) {
        hash = hash_id(seed, hash, clues->host);
        hash = hash_id(seed, hash, clues->referrer);
    }
    return hash ? hash : 1;
}

static struct channels_entry *entry_of(const struct channels_cache *c, uint64_t hash)
{
    return &c->entries[hash & (ENTRIES - 1)];
}

/* The next n bytes of texts; {NULL, 0} of none. */
static struct ff_span take(const char **texts, size_t n)
{
    struct ff_span text = ff_span_of(n ? *texts : NULL, n);
    *texts += n;
    return text;
}

bool channels_cache_find(const struct channels_cache *c, const struct channel_clues *clues, uint64_t *hash,
                         struct channel_verdict *out)
{
    *hash = hash_of(&c->seed, clues);
    const struct channels_entry *e = entry_of(c, *hash);
    if (e->hash != *hash)
        return false;
    const char *texts = out->room;
    memcpy(out->room, e->texts, sizeof e->texts);
    out->channel = (enum ff_channel)e->channel;
    out->clue = (enum channel_clue)e->clue;
    out->spam = e->spam;
    out->source = take(&texts, e->source);
    out->medium = take(&texts, e->medium);
    out->campaign = take(&texts, e->campaign);
    return true;
}

static void put(char **to, struct ff_span text)
{
    if (text.n)
        memcpy(*to, text.p, text.n);
    *to += text.n;
}

void channels_cache_keep(struct channels_cache *c, uint64_t hash, const struct channel_verdict *v)
{
    struct channels_entry *e = entry_of(c, hash);
    if (v->source.n + v->medium.n + v->campaign.n > sizeof e->texts)
        return;
    char *to = e->texts;
    *e = (struct channels_entry){.hash = hash,
                                 .channel = (uint8_t)v->channel,
                                 .clue = (uint8_t)v->clue,
                                 .spam = v->spam,
                                 .source = (uint8_t)v->source.n,
                                 .medium = (uint8_t)v->medium.n,
                                 .campaign = (uint8_t)v->campaign.n};
    put(&to, v->source);
    put(&to, v->medium);
    put(&to, v->campaign);
}
