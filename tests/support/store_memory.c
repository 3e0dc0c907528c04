#include "store_memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 64

struct entry {
    struct entry *next;
    char name[NAME_MAX_BYTES + 1]; /* of a value; "" for a record */
    size_t n;
    char bytes[];
};

struct ff_store {
    struct ff_store *next;
    char *path;
    bool open;
    struct entry *records, **records_end; /* in order of seq from 1 on */
    struct entry *values;
    uint64_t last, flushed, hold;
    enum ff_status refuse;
};

/* All stores of the test program. */
static struct ff_store *shelf;

static struct ff_store *store_find(const char *path)
{
    struct ff_store *s = shelf;
    while (s && strcmp(s->path, path) != 0)
        s = s->next;
    return s;
}

static struct ff_store *store_make(const char *path)
{
    struct ff_store *s = calloc(1, sizeof *s);
    assert(s);
    s->path = strdup(path);
    s->records_end = &s->records;
    s->hold = UINT64_MAX;
    s->next = shelf;
    shelf = s;
    return s;
}

static struct entry *entry_new(const char *name, struct ff_span bytes)
{
    struct entry *e = malloc(sizeof *e + bytes.n);
    assert(e);
    e->next = NULL;
    e->n = bytes.n;
    snprintf(e->name, sizeof e->name, "%s", name);
    if (bytes.n)
        memcpy(e->bytes, bytes.p, bytes.n);
    return e;
}

static void entries_free(struct entry *e)
{
    while (e) {
        struct entry *next = e->next;
        free(e);
        e = next;
    }
}

static enum ff_status memory_open(struct ff_store **out, const struct ff_store_options *options,
                                  char *why, size_t size)
{
    *out = NULL;
    struct ff_store *s = store_find(options->path);
    if (s && s->open) {
        snprintf(why, size, "%s: it is open already", options->path);
        return FF_STORE_LOCKED;
    }
    if (!s)
        s = store_make(options->path);
    s->open = true;
    *out = s;
    return FF_OK;
}

static enum ff_status memory_replay(struct ff_store *s, uint64_t from, uint64_t upto, ff_replay_fn fn, void *ctx,
                                    uint64_t *last, char *why, size_t size)
{
    (void)upto;
    uint64_t seq = 0;
    for (const struct entry *e = s->records; e; e = e->next) {
        if (++seq < from)
            continue;
        enum ff_status st = fn(ctx, seq, ff_span_of(e->bytes, e->n));
        if (st != FF_OK) {
            snprintf(why, size, "%s: record %llu: %s", s->path, (unsigned long long)seq,
                     ff_status_prose(st));
            return st;
        }
    }
    *last = seq;
    if (seq + 1 < from) {
        snprintf(why, size, "%s: the records from %llu on are missing", s->path, (unsigned long long)seq + 1);
        return FF_STORE_CORRUPT;
    }
    return FF_OK;
}

static enum ff_status memory_append(struct ff_store *s, uint64_t seq, struct ff_span body)
{
    assert(seq == s->last + 1);
    *s->records_end = entry_new("", body);
    s->records_end = &(*s->records_end)->next;
    s->last = seq;
    return FF_OK;
}

static enum ff_status memory_flush(struct ff_store *s)
{
    if (s->refuse == FF_OK)
        s->flushed = s->last;
    return s->refuse;
}

static int memory_news_fd(struct ff_store *s)
{
    (void)s;
    return -1;
}

static enum ff_status memory_poll(struct ff_store *s, uint64_t *durable)
{
    *durable = s->flushed < s->hold ? s->flushed : s->hold;
    return FF_OK;
}

static bool name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    return n > 0 && n <= NAME_MAX_BYTES && name[n] == '\0';
}

static struct entry **value_find(struct ff_store *s, const char *name)
{
    struct entry **e = &s->values;
    while (*e && strcmp((*e)->name, name) != 0)
        e = &(*e)->next;
    return e;
}

static enum ff_status memory_remove(struct ff_store *s, const char *name)
{
    if (!name_ok(name))
        return FF_BAD_PARAMETER;
    struct entry **at = value_find(s, name);
    struct entry *e = *at;
    if (e) {
        *at = e->next;
        free(e);
    }
    return FF_OK;
}

static enum ff_status memory_put(struct ff_store *s, const char *name, struct ff_span value)
{
    enum ff_status st = memory_remove(s, name);
    if (st != FF_OK)
        return st;
    struct entry *e = entry_new(name, value);
    e->next = s->values;
    s->values = e;
    return FF_OK;
}

static enum ff_status memory_get(struct ff_store *s, const char *name, void *out, size_t size, size_t *n)
{
    if (!name_ok(name))
        return FF_BAD_PARAMETER;
    const struct entry *e = *value_find(s, name);
    if (!e)
        return FF_NOT_FOUND;
    *n = e->n;
    if (size && e->n)
        memcpy(out, e->bytes, e->n < size ? e->n : size);
    return FF_OK;
}

/* What was not flushed and cannot be is gone, as with any store. */
static void memory_close(struct ff_store **store)
{
    struct ff_store *s = *store;
    if (!s)
        return;
    memory_flush(s);
    struct entry **end = &s->records;
    for (uint64_t seq = 0; seq < s->flushed; seq++)
        end = &(*end)->next;
    entries_free(*end);
    *end = NULL;
    s->records_end = end;
    s->last = s->flushed;
    s->open = false;
    *store = NULL;
}

const struct ff_store_ops store_memory = {
    .name = "memory",
    .open = memory_open,
    .replay = memory_replay,
    .append = memory_append,
    .flush = memory_flush,
    .news_fd = memory_news_fd,
    .poll = memory_poll,
    .put = memory_put,
    .get = memory_get,
    .remove = memory_remove,
    .close = memory_close,
};

void store_memory_forget(const char *path)
{
    for (struct ff_store **at = &shelf; *at; at = &(*at)->next) {
        struct ff_store *s = *at;
        if (strcmp(s->path, path) != 0)
            continue;
        assert(!s->open);
        *at = s->next;
        entries_free(s->records);
        entries_free(s->values);
        free(s->path);
        free(s);
        return;
    }
}

void store_memory_refuse(const char *path, enum ff_status status)
{
    struct ff_store *s = store_find(path);
    assert(s);
    s->refuse = status;
}

void store_memory_hold(const char *path, uint64_t upto)
{
    struct ff_store *s = store_find(path);
    assert(s);
    s->hold = upto;
}
