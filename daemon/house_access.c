/* Who may send what: made from the configuration, and anew after a reload. */
#include "house_state.h"

#include "hash.h"

#include <stdlib.h>
#include <sys/random.h>

static struct access *access_of(const struct ff_config *c)
{
    struct hash_seed seed;
    struct access_site *sites = calloc(c->site_count, sizeof *sites);
    if (!sites || getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        free(sites);
        return NULL;
    }
    for (uint16_t i = 0; i < c->site_count; i++)
        sites[i] = (struct access_site){c->sites[i].keys, c->sites[i].origins};
    struct access *a = access_new(sites, c->site_count, &seed);
    free(sites);
    return a;
}

/* A door may be at work with the access that is replaced, so that one is kept: reloads are rare. */
static bool access_retire(struct house *h, struct access *a)
{
    struct access **grown = realloc(h->retired, (h->retired_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    h->retired = grown;
    h->retired[h->retired_count++] = a;
    return true;
}

bool house_make_access(struct house *h)
{
    struct access *fresh = access_of(h->config);
    if (!fresh || !access_retire(h, fresh)) {
        access_free(&fresh);
        return house_fail("memory", "out of memory");
    }
    atomic_store_explicit(&h->access, fresh, memory_order_release);
    return true;
}

void house_free_access(struct house *h)
{
    for (size_t i = 0; i < h->retired_count; i++)
        access_free(&h->retired[i]);
    free(h->retired);
    h->retired = NULL;
    h->retired_count = 0;
}
