#include "load.h"

#include "nearest.h"
#include "shelf.h"

#include <stdarg.h>
#include <stdio.h>

bool load_fails(struct load *l, int line, const char *key, const char *format, ...)
{
    int n;
    if (line == LOAD_OVERRIDE)
        n = snprintf(l->why, l->size, "-o %s: ", key);
    else if (line > 0)
        n = snprintf(l->why, l->size, "%s:%d: %s: ", l->file, line, key);
    else
        n = snprintf(l->why, l->size, "%s: ", key);
    va_list args;
    va_start(args, format);
    if (n >= 0 && (size_t)n < l->size)
        vsnprintf(l->why + n, l->size - (size_t)n, format, args);
    va_end(args);
    return false;
}

void load_name(char out[LOAD_NAME], const char *prefix, struct ff_span key)
{
    size_t n = (size_t)snprintf(out, LOAD_NAME, "%s", prefix);
    for (size_t i = 0; i < key.n && n < LOAD_NAME - 1; i++) {
        char c = key.p[i];
        out[n++] = c > ' ' && c < 0x7f ? c : '?';
    }
    out[n] = '\0';
}

bool load_fails_unknown(struct load *l, int line, const char *prefix, const char *key,
                        const struct key_list *list)
{
    char called[LOAD_NAME], nearest[LOAD_NAME];
    load_name(called, prefix, ff_span_text(key));
    bool sections = list == &config_keys && line != LOAD_OVERRIDE && !strchr(key, '.');
    nearest_name(nearest, sizeof nearest, list, sections, key);
    return load_fails(l, line, called, "unknown key; did you mean %s%s?", prefix, nearest);
}

/* What a key owns goes with the shelf on which it can be exchanged. */
static struct shelf *shelf_of(const struct load *l, const struct key *k)
{
    return k->reloadable ? l->site_shelf : l->shelf;
}

/* Says that text is not what the key expects. */
static bool fails_value(struct load *l, int line, const struct key *k, const char *called,
                        enum key_result result, struct ff_span got)
{
    if (result == KEY_NO_MEMORY)
        return load_fails(l, line, called, "out of memory");
    char expected[128], quoted[96];
    key_expected(k, result, expected, sizeof expected);
    if (k->kind == KEY_SECRET)
        return load_fails(l, line, called, "expected %s", expected);
    log_quoted(quoted, sizeof quoted, got.p, got.n);
    return load_fails(l, line, called, "expected %s, got %s", expected, quoted);
}

/* Says that a node is of the wrong shape for its key. */
static bool fails_shape(struct load *l, const struct key *k, const char *called, int line,
                        enum tree_kind got)
{
    char expected[128];
    key_expected(k, KEY_WRONG, expected, sizeof expected);
    return load_fails(l, line, called, "expected %s%s, got %s", key_is_list(k) ? "a list of " : "",
                      expected, tree_kind_word(got));
}

static bool load_list(struct load *l, const struct key *k, const char *called,
                      const struct tree_node *node, void *base)
{
    size_t n = 0;
    for (const struct tree_node *item = node->first; item; item = item->next, n++)
        if (item->kind != TREE_TEXT)
            return fails_shape(l, k, called, item->line, item->kind);
    struct ff_span *texts = shelf_take(l->shelf, n * sizeof *texts), culprit = {NULL, 0};
    if (!texts)
        return load_fails(l, node->line, called, "out of memory");
    size_t i = 0;
    for (const struct tree_node *item = node->first; item; item = item->next)
        texts[i++] = item->text;
    enum key_result result = key_read(k, shelf_of(l, k), texts, n, base, &culprit);
    if (result == KEY_TAKEN)
        return true;
    int line = node->line;
    for (const struct tree_node *item = node->first; item; item = item->next)
        if (item->text.p == culprit.p)
            line = item->line;
    return fails_value(l, line, k, called, result, culprit);
}

bool load_node(struct load *l, const struct key *k, const char *called,
               const struct tree_node *node, void *base)
{
    if (node->kind != (key_is_list(k) ? TREE_LIST : TREE_TEXT))
        return fails_shape(l, k, called, node->line, node->kind);
    if (key_form(k) == KEY_MAPS)
        return bearers_load(l, node, (const struct ff_key **)((char *)base + k->offset));
    if (key_is_list(k))
        return load_list(l, k, called, node, base);
    struct ff_span culprit;
    enum key_result result = key_read(k, shelf_of(l, k), &node->text, 1, base, &culprit);
    return result == KEY_TAKEN || fails_value(l, node->line, k, called, result, culprit);
}

bool load_presets(struct load *l, const struct key_list *list, void *base)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct key *k = &list->rows[i];
        struct ff_span culprit = {NULL, 0};
        enum key_result result =
            k->preset ? key_read_text(k, shelf_of(l, k), ff_span_text(k->preset), base, &culprit)
                      : KEY_TAKEN;
        if (result != KEY_TAKEN)
            return fails_value(l, LOAD_PRESET, k, k->name, result, culprit);
    }
    return true;
}

bool load_no_repeats(struct load *l, const struct tree_node *map, const char *prefix)
{
    for (const struct tree_node *a = map->first; a; a = a->next)
        for (const struct tree_node *b = map->first; b != a; b = b->next)
            if (ff_span_equal(a->key, b->key)) {
                char name[LOAD_NAME];
                load_name(name, prefix, a->key);
                return load_fails(l, a->line, name, "given twice, first in line %d", b->line);
            }
    return true;
}

static bool is_section(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < config_keys.n; i++)
        if (strncmp(config_keys.rows[i].name, name, n) == 0 && config_keys.rows[i].name[n] == '.')
            return true;
    return false;
}

static bool load_map(struct load *l, const struct tree_node *map, const char *prefix);

/* A key of the file is a row's, or begins a section whose keys stand below it. */
static bool load_key(struct load *l, const struct tree_node *node, const char *name)
{
    const struct key *k = key_find(&config_keys, ff_span_text(name));
    bool dotted = memchr(node->key.p, '.', node->key.n) != NULL;
    if (k && dotted)
        return load_fails(l, node->line, name,
                          "expected each part on a line of its own, indented below \"%.*s:\"",
                          (int)strcspn(name, "."), name);
    if (k) {
        l->lines[k - config_keys.rows] = node->line;
        return load_node(l, k, name, node, l->config);
    }
    if (strcmp(name, "sites") == 0)
        return sites_load(l, node);
    if (dotted || !is_section(name))
        return load_fails_unknown(l, node->line, "", name, &config_keys);
    if (node->kind != TREE_MAP && node->kind != TREE_NOTHING)
        return load_fails(l, node->line, name, "expected keys indented below it, got %s",
                          tree_kind_word(node->kind));
    char below[LOAD_NAME + 1];
    snprintf(below, sizeof below, "%s.", name);
    return load_map(l, node, below);
}

static bool load_map(struct load *l, const struct tree_node *map, const char *prefix)
{
    if (!load_no_repeats(l, map, prefix))
        return false;
    for (const struct tree_node *node = map->first; node; node = node->next) {
        char name[LOAD_NAME];
        load_name(name, prefix, node->key);
        if (!load_key(l, node, name))
            return false;
    }
    return true;
}

/* Reads the file; its tree is needed no longer than that. */
static bool load_file(struct load *l)
{
    struct shelf *shelf = shelf_new();
    if (!shelf)
        return load_fails(l, LOAD_PRESET, l->file, "out of memory");
    const struct tree_node *root = tree_read(shelf, l->file, l->why, l->size);
    bool ok = root != NULL;
    if (ok && root->kind != TREE_MAP && root->kind != TREE_NOTHING) {
        snprintf(l->why, l->size, "%s:%d: expected keys such as session:, got %s", l->file,
                 root->line, tree_kind_word(root->kind));
        ok = false;
    }
    ok = ok && load_map(l, root, "");
    shelf_free(&shelf);
    return ok;
}

static bool load_override(struct load *l, const char *override)
{
    size_t n = strcspn(override, "=");
    char name[LOAD_NAME];
    load_name(name, "", ff_span_of(override, n));
    if (override[n] != '=')
        return load_fails(l, LOAD_OVERRIDE, name, "expected KEY=VALUE");
    if (strcmp(name, "sites") == 0)
        return load_fails(l, LOAD_OVERRIDE, name, "can be given in a file only");
    if (is_section(name))
        return load_fails(l, LOAD_OVERRIDE, name, "a section; name one of its keys");
    const struct key *k = key_find(&config_keys, ff_span_text(name));
    if (!k)
        return load_fails_unknown(l, LOAD_OVERRIDE, "", name, &config_keys);
    l->lines[k - config_keys.rows] = LOAD_OVERRIDE;
    struct ff_span culprit = {NULL, 0};
    enum key_result result =
        key_read_text(k, shelf_of(l, k), ff_span_text(override + n + 1), l->config, &culprit);
    return result == KEY_TAKEN || fails_value(l, LOAD_OVERRIDE, k, name, result, culprit);
}

static bool load_all(struct load *l, const char *const *overrides, size_t n)
{
    if (!l->config || !l->lines)
        return load_fails(l, LOAD_PRESET, "configuration", "out of memory");
    if (!load_presets(l, &config_keys, l->config) || !sites_load(l, NULL))
        return false;
    if (l->file && !load_file(l))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!load_override(l, overrides[i]))
            return false;
    return check_all(l);
}

struct ff_config *config_load(const char *file, const char *const *overrides, size_t n, char *why,
                              size_t size)
{
    struct shelf *shelf = shelf_new(), *site_shelf = shelf_new();
    struct load l = {.shelf = shelf, .site_shelf = site_shelf, .file = file, .why = why, .size = size};
    if (shelf && site_shelf) {
        l.config = shelf_take(shelf, sizeof *l.config);
        l.lines = shelf_take(shelf, config_keys.n * sizeof *l.lines);
    }
    if (!load_all(&l, overrides, n)) {
        shelf_free(&shelf);
        shelf_free(&site_shelf);
        return NULL;
    }
    l.config->shelf = shelf;
    l.config->site_shelf = site_shelf;
    return l.config;
}

void config_free(struct ff_config **c)
{
    if (!*c)
        return;
    struct shelf *shelf = (*c)->shelf;
    shelf_free(&(*c)->site_shelf);
    *c = NULL;
    shelf_free(&shelf);
}
