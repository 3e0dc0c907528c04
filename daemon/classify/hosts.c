#include "hosts.h"

#include "hash.h"

#include <stdlib.h>

/* Entries that are no plain host have a scope of their own. */
enum scope { SCOPE_HOST, SCOPE_STEM, SCOPE_FIRST, SCOPE_PATH };

#define PARENTS_MAX 8 /* of a host with more parts only so many of the last ones are looked at */
#define PATH_PARTS 2  /* of a path the first ones */
#define BRANDED_TOP_MAX 4 /* letters of a host's last part under which .* counts; "android" is none */

struct entry {
    struct ff_span key; /* p NULL: free */
    uint8_t scope;
    bool has_paths;     /* there are entries for paths below it */
    bool labelled;
    struct host_label label;
};

struct hosts {
    struct entry *entries;
    size_t mask, used, room;
    char *texts;
    size_t text_used, text_room;
};

struct hosts *hosts_new(size_t n, size_t bytes)
{
    struct hosts *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->room = n * 2; /* an entry for a path makes one for its host, too */
    h->text_room = bytes * 2;
    size_t slots = 16;
    while (slots < h->room * 2)
        slots *= 2;
    h->mask = slots - 1;
    h->entries = calloc(slots, sizeof *h->entries);
    h->texts = malloc(h->text_room + 1);
    if (!h->entries || !h->texts)
        hosts_free(&h);
    return h;
}

void hosts_free(struct hosts **h)
{
    if (!*h)
        return;
    free((*h)->texts);
    free((*h)->entries);
    free(*h);
    *h = NULL;
}

static struct entry *slot_of(const struct hosts *h, enum scope scope, struct ff_span key)
{
    size_t i = hash_mark((uint64_t)scope, key) & h->mask;
    while (h->entries[i].key.p &&
           !(h->entries[i].scope == scope && ff_span_equal(h->entries[i].key, key)))
        i = (i + 1) & h->mask;
    return &h->entries[i];
}

static const struct entry *find(const struct hosts *h, enum scope scope, struct ff_span key)
{
    const struct entry *e = slot_of(h, scope, key);
    return e->key.p ? e : NULL;
}

/* A copy that lives as long as h; its p is NULL without room. */
static struct ff_span keep(struct hosts *h, struct ff_span text)
{
    char *copy = h->texts + h->text_used;
    if (text.n > h->text_room - h->text_used)
        return ff_span_of(NULL, 0);
    for (size_t i = 0; i < text.n; i++)
        copy[i] = text.p[i];
    h->text_used += text.n;
    return ff_span_of(copy, text.n);
}

/* The entry of a key, made when there is none; NULL without room. */
static struct entry *obtain(struct hosts *h, enum scope scope, struct ff_span key)
{
    struct entry *e = slot_of(h, scope, key);
    if (e->key.p)
        return e;
    struct ff_span kept = h->used < h->room ? keep(h, key) : ff_span_of(NULL, 0);
    if (!kept.p)
        return NULL;
    h->used++;
    e->key = kept;
    e->scope = (uint8_t)scope;
    return e;
}

static bool ends_with(struct ff_span text, const char *end)
{
    size_t n = strlen(end);
    return text.n > n && memcmp(text.p + text.n - n, end, n) == 0;
}

/* What is looked for of a host's entry, and in which scope. */
static struct ff_span host_key(struct ff_span host, enum scope *scope)
{
    *scope = SCOPE_HOST;
    if (ends_with(host, ".**")) {
        *scope = SCOPE_FIRST;
        return ff_span_of(host.p, host.n - 3);
    }
    if (ends_with(host, ".*")) {
        *scope = SCOPE_STEM;
        return ff_span_of(host.p, host.n - 2);
    }
    return host;
}

bool hosts_add(struct hosts *h, struct ff_span entry, struct host_label label, bool stay)
{
    char lower[HOST_ENTRY_MAX];
    struct ff_span text = url_lower(entry, lower, sizeof lower);
    const char *slash = text.n ? memchr(text.p, '/', text.n) : NULL;
    enum scope scope;
    struct ff_span host = host_key(slash ? ff_span_of(text.p, (size_t)(slash - text.p)) : text, &scope);
    struct entry *e = host.n ? obtain(h, scope, host) : NULL;
    if (e && slash) {
        e->has_paths = true;
        /* In its scope, a path's key is the entry itself; no host has a slash or a star in it. */
        e = obtain(h, SCOPE_PATH, text);
    }
    if (!e)
        return false;
    if (stay && e->labelled)
        return true;
    e->label = (struct host_label){label.kind, keep(h, label.source)};
    e->labelled = e->label.source.p != NULL;
    return e->labelled;
}

/* The entry for a path below a host's entry, the longest one; NULL when there is none. */
static const struct entry *find_path(const struct hosts *h, const struct entry *host, struct ff_span path)
{
    char key[HOST_ENTRY_MAX * 2];
    const struct entry *found = NULL;
    size_t n = host->key.n, parts = 0;
    memcpy(key, host->key.p, n);
    if (host->scope == SCOPE_STEM) {
        key[n++] = '.';
        key[n++] = '*';
    }
    for (size_t i = 0; i <= path.n; i++) {
        if (i > 0 && (i == path.n || path.p[i] == '/')) {
            const struct entry *e = find(h, SCOPE_PATH, ff_span_of(key, n));
            found = e ? e : found;
            if (++parts == PATH_PARTS)
                break;
        }
        if (i == path.n || n == HOST_ENTRY_MAX)
            break;
        key[n++] = path.p[i] >= 'A' && path.p[i] <= 'Z' ? (char)(path.p[i] | 0x20) : path.p[i];
    }
    return found;
}

/* The label of an entry for this path, or NULL. */
static const struct host_label *label_of(const struct hosts *h, const struct entry *e, struct ff_span path)
{
    if (!e)
        return NULL;
    const struct entry *below = e->has_paths ? find_path(h, e, path) : NULL;
    if (below)
        return &below->label;
    return e->labelled ? &e->label : NULL;
}

/* Whether a part can be what stands before a country's: co.uk, com.br, ne.jp. */
static bool is_second_level(struct ff_span part)
{
    static const char *const parts[] = {"co", "com", "net", "org", "ne", "or", "ac", "edu", "gov", "go", "nom"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (ff_span_is(part, parts[i]))
            return true;
    return false;
}

/* Where the dot before a host's top level (one part, or two) is; 0 where it has none. */
static size_t top_level(struct ff_span host)
{
    size_t last = host.n, dot;
    while (last > 0 && host.p[last - 1] != '.')
        last--;
    if (last == 0)
        return 0;
    dot = last - 1;
    size_t second = dot;
    while (second > 0 && host.p[second - 1] != '.')
        second--;
    bool country = host.n - last == 2;
    return country && second > 0 && is_second_level(ff_span_of(host.p + second, dot - second)) ? second - 1
                                                                                                : dot;
}

const struct host_label *hosts_find(const struct hosts *h, struct ff_span host, struct ff_span path)
{
    size_t top = top_level(host), at = 0, parts = 1;
    const char *last = memrchr(host.p ? host.p : "", '.', host.n);
    bool branded = last && host.p + host.n - last - 1 <= BRANDED_TOP_MAX;
    for (size_t i = 0; i < host.n; i++)
        parts += host.p[i] == '.';
    for (; at < host.n; at++) {
        bool begins = at == 0 || host.p[at - 1] == '.';
        if (!begins)
            continue;
        if (parts-- > PARENTS_MAX)
            continue;
        struct ff_span parent = ff_span_of(host.p + at, host.n - at);
        const struct host_label *label = label_of(h, find(h, SCOPE_HOST, parent), path);
        if (!label && branded && at < top)
            label = label_of(h, find(h, SCOPE_STEM, ff_span_of(host.p + at, top - at)), path);
        if (label)
            return label;
    }
    const char *dot = top ? memchr(host.p, '.', top) : NULL;
    return dot ? label_of(h, find(h, SCOPE_FIRST, ff_span_of(host.p, (size_t)(dot - host.p))), path) : NULL;
}

const struct host_label *hosts_find_name(const struct hosts *h, struct ff_span name)
{
    const struct entry *e = find(h, SCOPE_HOST, name);
    return e && e->labelled ? &e->label : NULL;
}
