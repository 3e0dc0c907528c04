#include "redis_kept.h"

#include "redis_values.h"

#include <stdlib.h>
#include <string.h>

static void row_clear(struct redis_kept_row *r)
{
    if (r->value)
        explicit_bzero(r->value, r->n);
    free(r->value);
    free(r->name);
    *r = (struct redis_kept_row){0};
}

void redis_kept_fini(struct redis_kept *k)
{
    while (k->n > 0)
        row_clear(&k->row[--k->n]);
}

static void row_forget(struct redis_kept *k, const char *name)
{
    for (unsigned i = 0; i < k->n; i++)
        if (strcmp(k->row[i].name, name) == 0) {
            row_clear(&k->row[i]);
            k->row[i] = k->row[--k->n];
            k->row[k->n] = (struct redis_kept_row){0};
            return;
        }
}

bool redis_kept_note(struct redis_kept *k, const char *name, struct ff_span value)
{
    row_forget(k, name);
    if (!value.p)
        return true;
    if (k->n == REDIS_KEPT_MAX)
        return false;
    struct redis_kept_row row = {.name = strdup(name), .value = malloc(value.n + 1), .n = value.n};
    if (!row.name || !row.value) {
        row.n = 0;
        row_clear(&row);
        return false;
    }
    memcpy(row.value, value.p, value.n);
    k->row[k->n++] = row;
    return true;
}

enum ff_status redis_kept_put(const struct redis_kept *k, struct redis_shard *s)
{
    enum ff_status st = FF_OK;
    for (unsigned i = 0; i < k->n && st == FF_OK; i++)
        st = redis_values_put(s, k->row[i].name, ff_span_of(k->row[i].value, k->row[i].n));
    return st;
}
