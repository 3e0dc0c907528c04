#include "load.h"

#include <assert.h>

/* The changes about sites that are the same. */
static size_t site_changes(const struct ff_config *before, const struct ff_config *after,
                           config_change_fn fn, void *ctx)
{
    size_t n = 0;
    bool fixed = false;
    for (size_t i = 0; i < site_keys.n; i++)
        fixed = fixed || (!site_keys.rows[i].reloadable &&
                          !sites_agree(before, after, &site_keys.rows[i]));
    if (fixed) {
        n++;
        fn(ctx, "sites", false);
    }
    for (size_t i = 0; i < site_keys.n; i++) {
        const struct key *k = &site_keys.rows[i];
        if (!k->reloadable || sites_agree(before, after, k))
            continue;
        char name[LOAD_NAME];
        load_name(name, "sites[].", ff_span_text(k->name));
        n++;
        fn(ctx, name, true);
    }
    return n;
}

size_t config_changes(const struct ff_config *before, const struct ff_config *after,
                      config_change_fn fn, void *ctx)
{
    size_t n = 0;
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *k = &config_keys.rows[i];
        if (key_equal(k, before, after))
            continue;
        n++;
        fn(ctx, k->name, k->reloadable);
    }
    if (sites_same(before, after))
        return n + site_changes(before, after, fn, ctx);
    fn(ctx, "sites", false);
    return n + 1;
}

/* Exchanges what may change about sites that are the same, and the memory that it is in. */
static void sites_exchange(struct ff_config *live, struct ff_config *fresh)
{
    for (size_t i = 0; i < live->site_count; i++) {
        /* The sites are the config's own memory, constant only for others. */
        struct ff_config_site *a = (struct ff_config_site *)&live->sites[i],
                              *b = (struct ff_config_site *)&fresh->sites[i], before = *a;
        for (size_t k = 0; k < site_keys.n; k++) {
            const struct key *row = &site_keys.rows[k];
            if (!row->reloadable)
                continue;
            memcpy((char *)a + row->offset, (const char *)b + row->offset, key_size(row));
            memcpy((char *)b + row->offset, (const char *)&before + row->offset, key_size(row));
        }
    }
    struct shelf *shelf = live->site_shelf;
    live->site_shelf = fresh->site_shelf;
    fresh->site_shelf = shelf;
}

void config_apply(struct ff_config *live, struct ff_config *fresh)
{
    if (sites_same(live, fresh))
        sites_exchange(live, fresh);
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *k = &config_keys.rows[i];
        if (!k->reloadable)
            continue;
        assert(key_form(k) == KEY_PLAIN);
        memcpy((char *)live + k->offset, (const char *)fresh + k->offset, key_size(k));
    }
}
