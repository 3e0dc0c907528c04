/* A fold from its image, into an empty one. */
#include "loading.h"

#include "emit.h"
#include "encode_recall.h"
#include "forget.h"

#include <string.h>

bool load_section(struct loading *l, const char name[4])
{
    uint32_t version;
    return image_section(l->in, name, SECTION_VERSION, &version) &&
           image_check(l->in, version == SECTION_VERSION);
}

uint32_t load_count(struct loading *l)
{
    return (uint32_t)image_uint_upto(l->in, l->fold->now == FF_NEVER ? 0 : UINT32_MAX);
}

uint32_t load_take(struct loading *l, struct pool *p)
{
    uint32_t number = l->keep ? pool_take(p) : 0;
    l->keep = number != 0;
    return number;
}

/* --- ids, orders, refunds ------------------------------------------------------------------- */

union remembered {
    struct recall_entry entry;
    struct order order;
    struct waiting_refund refund;
    struct alias alias;
};

typedef void entry_get(struct image_in *in, struct recall_entry *e);

static void load_remembered(struct loading *l, struct recall *r, union remembered *m, ff_wall *near,
                            entry_get *get)
{
    memset(m, 0, sizeof *m);
    if (!recall_entry_get(l->in, &m->entry, near))
        return;
    recall_expect(r, m->entry.key);
    if (get)
        get(l->in, &m->entry);
}

static void load_remember(struct recall *r, const union remembered *m)
{
    struct recall_entry *e = recall_put(r, m->entry.key, m->entry.arrival, m->entry.received);
    memcpy(e, m, r->size);
    if (e->received == FF_NEVER)
        recall_forget(r, e);
}

/* Where there is less room than there was, the oldest give way and are counted, as ever. */
static bool load_recall(struct loading *l, const char name[4], struct recall *r, entry_get *get)
{
    if (!load_section(l, name))
        return false;
    r->evicted = image_uint(l->in);
    uint32_t left = load_count(l);
    recall_reserve(r, left);
    ff_wall near = l->fold->now;
    while (left > 0 && l->in->ok) {
        union remembered ahead[LOAD_AHEAD];
        uint32_t n = left < LOAD_AHEAD ? left : LOAD_AHEAD;
        for (uint32_t i = 0; i < n; i++)
            load_remembered(l, r, &ahead[i], &near, get);
        for (uint32_t i = 0; i < n && l->in->ok; i++)
            load_remember(r, &ahead[i]);
        left -= n;
    }
    return l->in->ok;
}

/* --- all of it ------------------------------------------------------------------------------ */

static bool load_begin(struct loading *l)
{
    if (!load_section(l, SECTION_FOLD) || !image_check(l->in, image_uint(l->in) == l->site_count))
        return false;
    l->fold->now = now_get(l->in);
    rules_get(l->in, &l->rules);
    l->same_rules = rules_same(&l->rules, &l->fold->options);
    counts_get(l->in, &l->fold->counts);
    l->fold->options.words->left_out += image_uint(l->in); /* beside what an image of others has left out by now */
    l->fold->cart_words.left_out = image_uint(l->in);
    return l->in->ok;
}

bool fold_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    assert(f->now == FF_NEVER && f->visitors.used == 0);
    struct loading l = {.fold = f, .in = in, .site_map = site_map, .site_count = site_count};
    words_in_begin(&l.words, f->options.words);
    words_in_begin(&l.cart_words, &f->cart_words);
    bool ok = load_begin(&l) && load_recall(&l, SECTION_IDS, &f->ids, NULL) &&
              load_recall(&l, SECTION_ORDERS, &f->orders, order_get) &&
              load_recall(&l, SECTION_REFUNDS, &f->refunds, waiting_refund_get) &&
              load_recall(&l, SECTION_ALIASES, &f->aliases, alias_get) &&
              load_visitors(&l) && load_tails(&l) &&
              tickets_load(f, in, site_map, site_count) && comments_load(f, in, site_map, site_count) &&
              customers_load(f, in, site_map, site_count) && forget_load(f, in);
    words_in_end(&l.words);
    words_in_end(&l.cart_words);
    emit_flush(f);
    return ok;
}
