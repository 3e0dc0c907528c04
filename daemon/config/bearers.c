/* The keys of a site: what it is that its senders bear. */
#include "load.h"

#include "shelf.h"

#include <errno.h>
#include <stdio.h>

#define PREFIX "sites[].keys[]."
#define AT(type, member) KEY_MEMBER(struct ff_key, type, member)

static const struct key bearer_rows[] = {
    {"key", KEY_SECRET, AT(const char *, text), 1, FF_KEY_MAX, NULL, NULL, true,
     "The secret itself; this or key_file."},
    {"key_file", KEY_PATH, AT(const char *, file), 0, 4095, NULL, "", true,
     "File whose first line is the secret."},
    {"right", KEY_WORD, AT(enum ff_right, right), 0, 0, "track office", "track", true,
     "What it is good for: track (sessions), or office (also refund, support_* and spend)."},
};

const struct key_list bearer_keys = {bearer_rows, sizeof bearer_rows / sizeof *bearer_rows};

static bool fails_file(struct load *l, const struct tree_node *map, const char *path, int error)
{
    char quoted[96];
    log_quoted(quoted, sizeof quoted, path, strlen(path));
    if (error)
        return load_fails(l, map->line, PREFIX "key_file", "%s cannot be read: %s", quoted,
                          strerror(error));
    return load_fails(l, map->line, PREFIX "key_file",
                      "expected a file whose first line is a key of 1 to %d visible ASCII "
                      "characters, got %s",
                      FF_KEY_MAX, quoted);
}

/* Puts the first line of a key's file in the key. */
static bool file_read(struct load *l, const struct tree_node *map, struct ff_key *key)
{
    char line[FF_KEY_MAX + 3] = "";
    FILE *in = fopen(key->file, "re");
    if (!in)
        return fails_file(l, map, key->file, errno);
    errno = 0;
    bool read = fgets(line, sizeof line, in) != NULL;
    int error = read ? 0 : errno;
    fclose(in);
    struct ff_span text = ff_span_of(line, strcspn(line, "\r\n")), culprit;
    const struct key *k = key_find(&bearer_keys, FF_LITERAL("key"));
    enum key_result result = key_read(k, l->site_shelf, &text, 1, key, &culprit);
    if (result == KEY_NO_MEMORY)
        return load_fails(l, map->line, PREFIX "key_file", "out of memory");
    return result == KEY_TAKEN || fails_file(l, map, key->file, error);
}

/* Reads one key over its presets. */
static bool bearer_load(struct load *l, const struct tree_node *map, struct ff_key *key)
{
    if (!load_no_repeats(l, map, PREFIX) || !load_presets(l, &bearer_keys, key))
        return false;
    for (const struct tree_node *node = map->first; node; node = node->next) {
        char name[LOAD_NAME], called[LOAD_NAME];
        load_name(name, "", node->key);
        load_name(called, PREFIX, node->key);
        const struct key *k = key_find(&bearer_keys, node->key);
        if (!k)
            return load_fails_unknown(l, node->line, PREFIX, name, &bearer_keys);
        if (!load_node(l, k, called, node, key))
            return false;
    }
    if (key->text && *key->file)
        return load_fails(l, map->line, PREFIX "key_file", "expected either this or key, got both");
    if (!key->text && !*key->file)
        return load_fails(l, map->line, PREFIX "key", "required in every key, or a key_file");
    return key->text || file_read(l, map, key);
}

/* The last of n keys must be unlike those before it. */
static bool bearer_is_new(struct load *l, const struct tree_node *list,
                          const struct tree_node *map, const struct ff_key *keys, size_t n)
{
    const struct tree_node *other = list->first;
    for (size_t i = 0; i + 1 < n; i++, other = other->next)
        if (strcmp(keys[i].text, keys[n - 1].text) == 0)
            return load_fails(l, map->line, "sites[].keys", "the same key as in line %d",
                              other->line);
    return true;
}

bool bearers_load(struct load *l, const struct tree_node *list, const struct ff_key **out)
{
    size_t n = 0;
    for (const struct tree_node *map = list->first; map; map = map->next)
        if (++n > FF_MAX_KEYS)
            return load_fails(l, map->line, "sites[].keys", "expected at most %d keys",
                              FF_MAX_KEYS);
    struct ff_key *keys = shelf_take(l->site_shelf, (n + 1) * sizeof *keys);
    if (!keys)
        return load_fails(l, list->line, "sites[].keys", "out of memory");
    n = 0;
    for (const struct tree_node *map = list->first; map; map = map->next) {
        if (map->kind != TREE_MAP)
            return load_fails(l, map->line, "sites[].keys",
                              "expected a map such as {key: SECRET, right: track}, got %s",
                              tree_kind_word(map->kind));
        if (!bearer_load(l, map, &keys[n++]) || !bearer_is_new(l, list, map, keys, n))
            return false;
    }
    *out = keys;
    return true;
}
