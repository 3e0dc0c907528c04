#include "load.h"

#include <assert.h>

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
    if (!sites_equal(before, after)) {
        n++;
        fn(ctx, "sites", false);
    }
    return n;
}

void config_apply(struct ff_config *live, const struct ff_config *fresh)
{
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *k = &config_keys.rows[i];
        if (!k->reloadable)
            continue;
        assert(key_form(k) == KEY_PLAIN);
        memcpy((char *)live + k->offset, (const char *)fresh + k->offset, key_size(k));
    }
}
