#include "store_memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NAME_MAX_BYTES 64

struct entry {
    struct entry *next;
    char name[NAME_MAX_BYTES + 1]; /* of a value; else "" */
    ff_wall made;
    size_t n;
    char bytes[];
};

struct list {
    struct entry *first, **end;
};

struct checkpoint {
    struct checkpoint *next; /* of a lower seq */
    uint64_t seq;
    struct list blocks;
};

/* What is kept under a path. */
struct shelf {
    struct shelf *next;
    char *path;
    bool owned;
    unsigned beside;
    struct list records; /* in order of seq from first on, each a segment of its own */
    struct list values;
    struct checkpoint *checkpoints;
    uint64_t first, last, flushed, hold;
    enum ff_status refuse;
};

/* What an open gives. */
struct ff_store {
    struct shelf *shelf;
    bool beside;
    struct checkpoint *draft;    /* owned */
    const struct entry *reading; /* the next block */
};

/* All shelves of the test program. */
static struct shelf *shelves;

static struct shelf *shelf_find(const char *path)
{
    struct shelf *s = shelves;
    while (s && strcmp(s->path, path) != 0)
        s = s->next;
    return s;
}

static void list_init(struct list *l)
{
    l->first = NULL;
    l->end = &l->first;
}

static void list_add(struct list *l, const char *name, struct ff_span bytes)
{
    struct timespec now;
    struct entry *e = malloc(sizeof *e + bytes.n);
    assert(e);
    clock_gettime(CLOCK_REALTIME, &now);
    e->next = NULL;
    e->made = now.tv_sec * FF_SECOND + now.tv_nsec / 1000;
    e->n = bytes.n;
    snprintf(e->name, sizeof e->name, "%s", name);
    if (bytes.n)
        memcpy(e->bytes, bytes.p, bytes.n);
    *l->end = e;
    l->end = &e->next;
}

static void list_remove(struct list *l, struct entry **at)
{
    struct entry *e = *at;
    *at = e->next;
    if (l->end == &e->next)
        l->end = at;
    free(e);
}

static void list_free(struct list *l)
{
    while (l->first)
        list_remove(l, &l->first);
}

static struct shelf *shelf_make(const char *path)
{
    struct shelf *s = calloc(1, sizeof *s);
    assert(s);
    s->path = strdup(path);
    list_init(&s->records);
    list_init(&s->values);
    s->first = 1;
    s->hold = UINT64_MAX;
    s->next = shelves;
    shelves = s;
    return s;
}

static enum ff_status memory_open(struct ff_store **out, const struct ff_store_options *options,
                                  char *why, size_t size)
{
    *out = NULL;
    struct shelf *s = shelf_find(options->path);
    if (s && s->owned && !options->beside) {
        snprintf(why, size, "%s: it is open already", options->path);
        return FF_STORE_LOCKED;
    }
    if (!s && options->beside) {
        snprintf(why, size, "%s: there is none", options->path);
        return FF_STORE_FAILED;
    }
    if (!s)
        s = shelf_make(options->path);
    *out = calloc(1, sizeof **out);
    assert(*out);
    **out = (struct ff_store){.shelf = s, .beside = options->beside};
    s->beside += options->beside;
    s->owned = s->owned || !options->beside;
    return FF_OK;
}

static enum ff_status missing(const struct shelf *s, uint64_t seq, char *why, size_t size)
{
    snprintf(why, size, "%s: the records from %llu on are missing", s->path, (unsigned long long)seq);
    return FF_STORE_CORRUPT;
}

static enum ff_status memory_replay(struct ff_store *store, uint64_t from, uint64_t upto, ff_replay_fn fn,
                                    void *ctx, uint64_t *last, char *why, size_t size)
{
    const struct shelf *s = store->shelf;
    uint64_t seq = s->first;
    assert(from >= 1 && from - 1 <= upto);
    if (from < s->first && from <= upto)
        return missing(s, from, why, size);
    for (const struct entry *e = s->records.first; e && seq <= upto; e = e->next, seq++) {
        enum ff_status st = seq < from ? FF_OK : fn(ctx, seq, ff_span_of(e->bytes, e->n));
        if (st != FF_OK) {
            snprintf(why, size, "%s: record %llu: %s", s->path, (unsigned long long)seq,
                     ff_status_prose(st));
            return st;
        }
    }
    *last = upto < UINT64_MAX ? upto : s->last;
    if (s->last < from - 1 || s->last < *last)
        return missing(s, s->last + 1, why, size);
    return FF_OK;
}

static enum ff_status memory_first(struct ff_store *s, uint64_t *first)
{
    *first = s->shelf->first;
    return FF_OK;
}

static uint64_t memory_settled(struct ff_store *s)
{
    return s->shelf->flushed < s->shelf->hold ? s->shelf->flushed : s->shelf->hold;
}

static void checkpoint_free(struct checkpoint **at)
{
    struct checkpoint *c = *at;
    *at = c->next;
    list_free(&c->blocks);
    free(c);
}

static enum ff_status memory_checkpoint_begin(struct ff_store *s, uint64_t seq)
{
    assert(!s->draft);
    const struct checkpoint *newest = s->shelf->checkpoints;
    if (seq == 0 || seq > memory_settled(s) || (newest && seq < newest->seq))
        return FF_BAD_PARAMETER;
    s->draft = calloc(1, sizeof *s->draft);
    assert(s->draft);
    s->draft->seq = seq;
    list_init(&s->draft->blocks);
    return FF_OK;
}

static enum ff_status memory_checkpoint_put(struct ff_store *s, struct ff_span block)
{
    assert(s->draft);
    if (block.n > FF_CHECKPOINT_BLOCK)
        return FF_BAD_PARAMETER;
    if (block.n)
        list_add(&s->draft->blocks, "", block);
    return FF_OK;
}

static enum ff_status memory_checkpoint_commit(struct ff_store *s)
{
    assert(s->draft);
    struct checkpoint **newest = &s->shelf->checkpoints;
    if (*newest && (*newest)->seq == s->draft->seq)
        checkpoint_free(newest);
    s->draft->next = *newest;
    *newest = s->draft;
    s->draft = NULL;
    return FF_OK;
}

static void memory_checkpoint_abort(struct ff_store *s)
{
    if (s->draft)
        checkpoint_free(&s->draft);
}

static enum ff_status memory_checkpoint_open(struct ff_store *s, uint64_t most, uint64_t *seq, char *why,
                                             size_t size)
{
    (void)why;
    (void)size;
    const struct checkpoint *c = s->shelf->checkpoints;
    while (c && c->seq > most)
        c = c->next;
    *seq = c ? c->seq : 0;
    s->reading = c ? c->blocks.first : NULL;
    return c ? FF_OK : FF_NOT_FOUND;
}

static enum ff_status memory_checkpoint_next(struct ff_store *s, struct ff_span *block)
{
    const struct entry *e = s->reading;
    if (!e)
        return FF_NOT_FOUND;
    *block = ff_span_of(e->bytes, e->n);
    s->reading = e->next;
    return FF_OK;
}

static void memory_checkpoint_end(struct ff_store *s)
{
    s->reading = NULL;
}

static enum ff_status memory_trim(struct ff_store *store, struct ff_keep keep)
{
    struct shelf *s = store->shelf;
    struct checkpoint *older = s->checkpoints ? s->checkpoints->next : NULL;
    uint64_t bytes = 0;
    for (const struct entry *e = s->records.first; e; e = e->next)
        bytes += e->n;
    while (older && older->next)
        checkpoint_free(&older->next);
    while (older && s->first <= older->seq && s->first < s->last &&
           (s->records.first->made < keep.older || bytes > keep.bytes)) {
        bytes -= s->records.first->n;
        list_remove(&s->records, &s->records.first);
        s->first++;
    }
    return FF_OK;
}

static uint64_t memory_seal(struct ff_store *s, uint64_t upto)
{
    if (upto > s->shelf->last)
        abort();
    return memory_settled(s);
}

static enum ff_status memory_erase(struct ff_store *store, uint64_t behind, uint64_t sealed, ff_erase_fn gone,
                                   void *ctx, uint64_t *erased, char *why, size_t size)
{
    struct shelf *s = store->shelf;
    struct checkpoint **c = &s->checkpoints;
    *erased = 0;
    if (!*c || (*c)->seq < behind) {
        snprintf(why, size, "%s: no checkpoint is behind record %llu", s->path, (unsigned long long)behind);
        return FF_BAD_PARAMETER;
    }
    while (*c)
        if ((*c)->seq < behind)
            checkpoint_free(c);
        else
            c = &(*c)->next;
    uint64_t seq = s->first;
    for (struct entry *e = s->records.first; e && seq <= sealed; e = e->next, seq++)
        if (e->n > 0 && gone(ctx, seq, ff_span_of(e->bytes, e->n))) {
            e->n = 0;
            ++*erased;
        }
    return FF_OK;
}

static bool memory_crowded(const struct ff_store *s)
{
    (void)s;
    return false;
}

static enum ff_status memory_append(struct ff_store *s, uint64_t seq, struct ff_span body)
{
    assert(seq == s->shelf->last + 1 && !s->beside);
    list_add(&s->shelf->records, "", body);
    s->shelf->last = seq;
    return FF_OK;
}

static enum ff_status memory_flush(struct ff_store *s)
{
    if (s->shelf->refuse == FF_OK)
        s->shelf->flushed = s->shelf->last;
    return s->shelf->refuse;
}

static int memory_news_fd(struct ff_store *s)
{
    (void)s;
    return -1;
}

static enum ff_status memory_poll(struct ff_store *s, uint64_t *durable)
{
    *durable = memory_settled(s);
    return FF_OK;
}

static bool name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    return n > 0 && n <= NAME_MAX_BYTES && name[n] == '\0';
}

static struct entry **value_find(struct ff_store *s, const char *name)
{
    struct entry **e = &s->shelf->values.first;
    while (*e && strcmp((*e)->name, name) != 0)
        e = &(*e)->next;
    return e;
}

static enum ff_status memory_remove(struct ff_store *s, const char *name)
{
    if (!name_ok(name))
        return FF_BAD_PARAMETER;
    struct entry **at = value_find(s, name);
    if (*at)
        list_remove(&s->shelf->values, at);
    return FF_OK;
}

static enum ff_status memory_put(struct ff_store *s, const char *name, struct ff_span value)
{
    enum ff_status st = memory_remove(s, name);
    if (st == FF_OK)
        list_add(&s->shelf->values, name, value);
    return st;
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

static void memory_health(const struct ff_store *s, struct ff_store_health *out)
{
    (void)s;
    *out = (struct ff_store_health){.state = "ok"};
}

static bool memory_lost(const struct ff_store *s)
{
    (void)s;
    return false;
}

static enum ff_status memory_strays(struct ff_store *s, ff_replay_fn fn, void *ctx)
{
    (void)s;
    (void)fn;
    (void)ctx;
    return FF_NOT_FOUND;
}

static enum ff_status memory_graft(struct ff_store *s, uint64_t seq)
{
    struct shelf *shelf = s->shelf;
    if (shelf->last > 0)
        return FF_BAD_PARAMETER;
    shelf->first = seq + 1;
    shelf->last = shelf->flushed = seq;
    return FF_OK;
}

/* What was not flushed and cannot be is gone, as with any store. */
static void owner_close(struct ff_store *store)
{
    struct shelf *s = store->shelf;
    memory_flush(store);
    struct entry **end = &s->records.first;
    for (uint64_t seq = s->first; seq <= s->flushed; seq++)
        end = &(*end)->next;
    while (*end)
        list_remove(&s->records, end);
    s->last = s->flushed;
    s->owned = false;
}

static void memory_close(struct ff_store **store)
{
    struct ff_store *s = *store;
    if (!s)
        return;
    memory_checkpoint_abort(s);
    if (s->beside)
        s->shelf->beside--;
    else
        owner_close(s);
    free(s);
    *store = NULL;
}

const struct ff_store_ops store_memory = {
    .name = "memory",
    .open = memory_open,
    .replay = memory_replay,
    .first = memory_first,
    .settled = memory_settled,
    .checkpoint_begin = memory_checkpoint_begin,
    .checkpoint_put = memory_checkpoint_put,
    .checkpoint_commit = memory_checkpoint_commit,
    .checkpoint_abort = memory_checkpoint_abort,
    .checkpoint_open = memory_checkpoint_open,
    .checkpoint_next = memory_checkpoint_next,
    .checkpoint_end = memory_checkpoint_end,
    .trim = memory_trim,
    .seal = memory_seal,
    .erase = memory_erase,
    .append = memory_append,
    .crowded = memory_crowded,
    .flush = memory_flush,
    .news_fd = memory_news_fd,
    .poll = memory_poll,
    .put = memory_put,
    .get = memory_get,
    .remove = memory_remove,
    .health = memory_health,
    .lost = memory_lost,
    .strays = memory_strays,
    .graft = memory_graft,
    .close = memory_close,
};

void store_memory_forget(const char *path)
{
    for (struct shelf **at = &shelves; *at; at = &(*at)->next) {
        struct shelf *s = *at;
        if (strcmp(s->path, path) != 0)
            continue;
        assert(!s->owned && s->beside == 0);
        *at = s->next;
        list_free(&s->records);
        list_free(&s->values);
        while (s->checkpoints)
            checkpoint_free(&s->checkpoints);
        free(s->path);
        free(s);
        return;
    }
}

void store_memory_refuse(const char *path, enum ff_status status)
{
    struct shelf *s = shelf_find(path);
    assert(s);
    s->refuse = status;
}

void store_memory_hold(const char *path, uint64_t upto)
{
    struct shelf *s = shelf_find(path);
    assert(s);
    s->hold = upto;
}
