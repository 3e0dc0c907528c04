#include "access.h"

#include "roll.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

enum { MAY_TRACK = 1, MAY_OFFICE = 2, MAY_COME = 1 };

/* What each right lets its bearer do. */
static const uint8_t right_table[] = {
    [FF_RIGHT_TRACK] = MAY_TRACK,
    [FF_RIGHT_OFFICE] = MAY_TRACK | MAY_OFFICE,
};

/* Types that come from back offices; all others are a visitor's own. */
static const bool office_table[FF_TYPE_COUNT] = {
    [FF_REFUND] = true,          [FF_SUPPORT_OPEN] = true, [FF_SUPPORT_REPLY] = true,
    [FF_SUPPORT_RESOLVE] = true, [FF_SPEND] = true,
};

/* What a site asks of its senders. */
struct rule {
    uint8_t visit, office; /* the right that is needed for such an event; 0: none */
    bool any_origin;
};

struct access {
    struct roll keys, origins;
    struct rule *rules; /* one a site */
    uint16_t site_count;
};

static bool any_origin(const struct access_site *site)
{
    for (size_t i = 0; site->origins && site->origins[i]; i++)
        if (strcmp(site->origins[i], "*") == 0)
            return true;
    return !site->origins;
}

static struct rule rule_of(const struct access_site *site)
{
    bool has[] = {[FF_RIGHT_TRACK] = false, [FF_RIGHT_OFFICE] = false};
    for (size_t i = 0; site->keys && site->keys[i].text; i++)
        has[site->keys[i].right] = true;
    uint8_t visit = has[FF_RIGHT_TRACK] ? MAY_TRACK : 0;
    return (struct rule){
        .visit = visit,
        .office = has[FF_RIGHT_OFFICE] ? MAY_OFFICE : visit,
        .any_origin = any_origin(site),
    };
}

/* The entries of all sites' keys and of their origins; without room they are only counted. */
struct gathering {
    struct roll_entry *keys, *origins;
    size_t key_count, origin_count;
};

static void gather(const struct access_site *site, uint16_t number, struct gathering *g)
{
    for (size_t i = 0; site->keys && site->keys[i].text; i++, g->key_count++)
        if (g->keys)
            g->keys[g->key_count] = (struct roll_entry){site->keys[i].text, number,
                                                        right_table[site->keys[i].right]};
    for (size_t i = 0; site->origins && site->origins[i]; i++, g->origin_count++)
        if (g->origins)
            g->origins[g->origin_count] = (struct roll_entry){site->origins[i], number, MAY_COME};
}

static bool access_init(struct access *a, const struct access_site *sites,
                        const struct hash_seed *seed)
{
    struct gathering g = {0};
    for (uint16_t i = 0; i < a->site_count; i++)
        gather(&sites[i], i, &g);
    g.keys = calloc(g.key_count + 1, sizeof *g.keys);
    g.origins = calloc(g.origin_count + 1, sizeof *g.origins);
    a->rules = calloc(a->site_count, sizeof *a->rules);
    bool ok = g.keys && g.origins && a->rules;
    g.key_count = g.origin_count = 0;
    for (uint16_t i = 0; ok && i < a->site_count; i++) {
        a->rules[i] = rule_of(&sites[i]);
        gather(&sites[i], i, &g);
    }
    ok = ok && roll_init(&a->keys, seed, g.keys, g.key_count) &&
         roll_init(&a->origins, seed, g.origins, g.origin_count);
    free(g.keys);
    free(g.origins);
    return ok;
}

struct access *access_new(const struct access_site *sites, uint16_t n,
                          const struct hash_seed *seed)
{
    struct access *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->site_count = n;
    if (!access_init(a, sites, seed))
        access_free(&a);
    return a;
}

void access_free(struct access **a)
{
    if (!*a)
        return;
    roll_fini(&(*a)->keys);
    roll_fini(&(*a)->origins);
    free((*a)->rules);
    free(*a);
    *a = NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What stands behind "Bearer", without the blanks around it; false for any other scheme. */
static bool bearer_key(struct ff_span authorization, struct ff_span *key)
{
    static const char scheme[] = "Bearer";
    size_t skip = sizeof scheme - 1;
    if (authorization.n < skip || strncasecmp(authorization.p, scheme, skip) != 0)
        return false;
    *key = ff_span_of(authorization.p + skip, authorization.n - skip);
    if (key->n > 0 && !is_blank(key->p[0]))
        return false;
    while (key->n > 0 && is_blank(key->p[0])) {
        key->p++;
        key->n--;
    }
    while (key->n > 0 && is_blank(key->p[key->n - 1]))
        key->n--;
    return true;
}

enum ff_status access_open(const struct access *a, struct ff_span authorization,
                           struct ff_span origin, struct access_pass *pass)
{
    *pass = (struct access_pass){.from_page = origin.p != NULL};
    const struct roll_name *name = pass->from_page ? roll_find(&a->origins, origin) : NULL;
    if (name) {
        pass->origin_first = name->first;
        pass->origin_count = name->count;
    }
    struct ff_span key;
    if (a->keys.name_count == 0 || !bearer_key(authorization, &key))
        return FF_OK;
    pass->keyed = true;
    name = roll_find(&a->keys, key);
    if (!name)
        return FF_WRONG_KEY;
    pass->key_first = name->first;
    pass->key_count = name->count;
    return FF_OK;
}

enum ff_status access_judge(const struct access *a, const struct access_pass *pass, uint16_t site,
                            enum ff_type type)
{
    assert(site < a->site_count && type > FF_TYPE_NONE && type < FF_TYPE_COUNT);
    const struct rule *rule = &a->rules[site];
    if (pass->from_page && !rule->any_origin &&
        !roll_rights(&a->origins, pass->origin_first, pass->origin_count, site))
        return FF_FOREIGN_ORIGIN;
    unsigned needed = office_table[type] ? rule->office : rule->visit;
    if (!needed)
        return FF_OK;
    if (!pass->keyed)
        return FF_KEY_NEEDED;
    unsigned rights = roll_rights(&a->keys, pass->key_first, pass->key_count, site);
    return rights & needed ? FF_OK : FF_KEY_LACKS_RIGHT;
}

bool access_has_key(const struct access *a, const struct access_pass *pass, uint16_t site)
{
    return pass->keyed && roll_rights(&a->keys, pass->key_first, pass->key_count, site) != 0;
}
