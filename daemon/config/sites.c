#include "load.h"

#include "shelf.h"

#include <stdlib.h>

#define PREFIX "sites[]."

/* A name that beacons may give, and the line of its site. */
struct name {
    const char *text;
    int line;
    struct name *twin; /* of another line, set when one is found */
};

static int name_compare(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : x->line - y->line;
}

static size_t site_names(const struct ff_config_site *site, int line, struct name *out)
{
    size_t n = 0;
    out[n++] = (struct name){.text = site->id, .line = line};
    for (const char *const *alias = site->aliases; *alias; alias++)
        out[n++] = (struct name){.text = *alias, .line = line};
    return n;
}

static size_t names_count(const struct ff_config *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->site_count; i++) {
        n++;
        for (const char *const *alias = c->sites[i].aliases; *alias; alias++)
            n++;
    }
    return n;
}

/* Of names that are there twice, says the one whose second place comes first in the file. */
static bool names_check(struct load *l, struct name *names, size_t n)
{
    const struct name *worst = NULL;
    qsort(names, n, sizeof *names, name_compare);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1].text, names[i].text) == 0) {
            names[i].twin = &names[i - 1];
            if (!worst || names[i].line < worst->line)
                worst = &names[i];
        }
    if (!worst)
        return true;
    char quoted[96];
    log_quoted(quoted, sizeof quoted, worst->text, strlen(worst->text));
    return load_fails(l, worst->line, "sites", "the name %s is taken by the site in line %d",
                      quoted, worst->twin->line);
}

/* Ids and aliases must all differ; list is what the sites were read from. */
static bool names_differ(struct load *l, const struct tree_node *list)
{
    struct name *names = calloc(names_count(l->config), sizeof *names);
    if (!names)
        return load_fails(l, list->line, "sites", "out of memory");
    size_t n = 0, i = 0;
    for (const struct tree_node *node = list->first; node; node = node->next, i++)
        n += site_names(&l->config->sites[i], node->line, names + n);
    bool ok = names_check(l, names, n);
    free(names);
    return ok;
}

/* Reads one site over its presets. */
static bool site_load(struct load *l, const struct tree_node *map, struct ff_config_site *site)
{
    if (map->kind != TREE_MAP)
        return load_fails(l, map->line, "sites", "expected a map such as {id: shop}, got %s",
                          tree_kind_word(map->kind));
    if (!load_no_repeats(l, map, PREFIX) || !load_presets(l, &site_keys, site))
        return false;
    for (const struct tree_node *node = map->first; node; node = node->next) {
        char name[LOAD_NAME], called[LOAD_NAME];
        load_name(name, "", node->key);
        load_name(called, PREFIX, node->key);
        const struct key *k = key_find(&site_keys, node->key);
        if (!k)
            return load_fails_unknown(l, node->line, PREFIX, name, &site_keys);
        if (!load_node(l, k, called, node, site))
            return false;
    }
    return site->id || load_fails(l, map->line, PREFIX "id", "required in every site");
}

static bool sites_default(struct load *l)
{
    struct ff_config_site *site = shelf_take(l->shelf, sizeof *site);
    if (!site)
        return load_fails(l, LOAD_PRESET, "sites", "out of memory");
    site->id = "default";
    l->config->sites = site;
    l->config->site_count = 1;
    return load_presets(l, &site_keys, site);
}

bool sites_load(struct load *l, const struct tree_node *node)
{
    if (!node || node->kind == TREE_NOTHING || (node->kind == TREE_LIST && !node->first))
        return sites_default(l);
    if (node->kind != TREE_LIST)
        return load_fails(l, node->line, "sites", "expected a list of sites, got %s",
                          tree_kind_word(node->kind));
    size_t n = 0;
    for (const struct tree_node *map = node->first; map; map = map->next)
        if (++n > FF_MAX_SITES)
            return load_fails(l, map->line, "sites", "expected at most %d sites", FF_MAX_SITES);
    struct ff_config_site *sites = shelf_take(l->shelf, n * sizeof *sites);
    if (!sites)
        return load_fails(l, node->line, "sites", "out of memory");
    n = 0;
    for (const struct tree_node *map = node->first; map; map = map->next)
        if (!site_load(l, map, &sites[n++]))
            return false;
    l->config->sites = sites;
    l->config->site_count = (uint16_t)n;
    return names_differ(l, node);
}

enum ff_gpc config_gpc(const struct ff_config *c, uint16_t site)
{
    static const enum ff_gpc own[] = {[FF_SITE_GPC_COUNT] = FF_GPC_COUNT,
                                      [FF_SITE_GPC_ANONYMOUS] = FF_GPC_ANONYMOUS,
                                      [FF_SITE_GPC_DROP] = FF_GPC_DROP};
    enum ff_site_gpc gpc = c->sites[site].gpc;
    return gpc == FF_SITE_GPC_SHARED ? c->privacy.gpc : own[gpc];
}

bool sites_same(const struct ff_config *a, const struct ff_config *b)
{
    if (a->site_count != b->site_count)
        return false;
    for (size_t i = 0; i < a->site_count; i++)
        if (strcmp(a->sites[i].id, b->sites[i].id) != 0)
            return false;
    return true;
}

bool sites_agree(const struct ff_config *a, const struct ff_config *b, const struct key *k)
{
    for (size_t i = 0; i < a->site_count; i++)
        if (!key_equal(k, &a->sites[i], &b->sites[i]))
            return false;
    return true;
}
