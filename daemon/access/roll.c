#include "roll.h"

#include <stdlib.h>

/* An entry on its way to the roll. */
struct row {
    uint64_t hash;
    struct roll_entry entry;
};

static int row_compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int order = strcmp(x->entry.text, y->entry.text);
    return order ? order : (int)x->entry.site - (int)y->entry.site;
}

static uint64_t roll_hash(const struct roll *r, struct ff_span text)
{
    return hash_id(&r->seed, 0, text);
}

static size_t texts_size(const struct roll_entry *entries, size_t n)
{
    size_t size = 1;
    for (size_t i = 0; i < n; i++)
        size += strlen(entries[i].text);
    return size;
}

/* Puts sorted rows on the roll, whose memory suffices. */
static void roll_fill(struct roll *r, const struct row *rows, size_t n)
{
    struct roll_name *name = NULL;
    struct roll_grant *grant = NULL;
    uint32_t grants = 0;
    char *text = r->texts;
    for (size_t i = 0; i < n; i++) {
        const struct roll_entry *e = &rows[i].entry;
        bool new_name = i == 0 || strcmp(rows[i - 1].entry.text, e->text) != 0;
        if (new_name) {
            size_t length = strlen(e->text);
            memcpy(text, e->text, length);
            name = &r->names[r->name_count++];
            *name = (struct roll_name){rows[i].hash, ff_span_of(text, length), grants, 0};
            text += length;
        }
        if (new_name || grant->site != e->site) {
            grant = &r->grants[grants++];
            *grant = (struct roll_grant){.site = e->site};
            name->count++;
        }
        grant->rights |= e->rights;
    }
}

bool roll_init(struct roll *r, const struct hash_seed *seed, const struct roll_entry *entries,
               size_t n)
{
    *r = (struct roll){.seed = *seed};
    struct row *rows = calloc(n + 1, sizeof *rows);
    r->names = calloc(n + 1, sizeof *r->names);
    r->grants = calloc(n + 1, sizeof *r->grants);
    r->texts = malloc(texts_size(entries, n));
    bool ok = rows && r->names && r->grants && r->texts && n < UINT32_MAX;
    if (ok) {
        for (size_t i = 0; i < n; i++)
            rows[i] = (struct row){roll_hash(r, ff_span_text(entries[i].text)), entries[i]};
        qsort(rows, n, sizeof *rows, row_compare);
        roll_fill(r, rows, n);
    }
    free(rows);
    return ok;
}

void roll_fini(struct roll *r)
{
    free(r->names);
    free(r->grants);
    free(r->texts);
    *r = (struct roll){0};
}

static bool equal_in_constant_time(struct ff_span a, struct ff_span b)
{
    if (a.n != b.n)
        return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < a.n; i++)
        differs |= (unsigned char)(a.p[i] ^ b.p[i]);
    return differs == 0;
}

const struct roll_name *roll_find(const struct roll *r, struct ff_span text)
{
    if (r->name_count == 0)
        return NULL;
    uint64_t hash = roll_hash(r, text);
    uint32_t low = 0, high = r->name_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->names[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < r->name_count && r->names[low].hash == hash; low++)
        if (equal_in_constant_time(r->names[low].text, text))
            return &r->names[low];
    return NULL;
}

unsigned roll_rights(const struct roll *r, uint32_t first, uint32_t count, uint16_t site)
{
    uint32_t low = first, high = first + count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->grants[middle].site < site)
            low = middle + 1;
        else
            high = middle;
    }
    return low < first + count && r->grants[low].site == site ? r->grants[low].rights : 0;
}
