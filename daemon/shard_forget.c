#include "shard_forget.h"

#include "note.h"

#include <stdlib.h>

/* Whom a note names, and where it stands. */
struct forget_key {
    uint64_t key, seq;
};

/* By the key, of one key the latest note first. */
static int key_compare(const void *left, const void *right)
{
    const struct forget_key *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->seq < b->seq) - (a->seq > b->seq);
}

bool shard_forget_init(struct shard_forget *f, struct shard *s)
{
    uint32_t n;
    const struct ff_note *notes = fold_to_forget(s->fold, &n);
    *f = (struct shard_forget){.shard = s, .keys = calloc(2 * (size_t)n + 1, sizeof *f->keys)};
    if (!f->keys)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (notes[i].visitor)
            f->keys[f->n++] = (struct forget_key){notes[i].visitor, notes[i].seq};
        if (notes[i].customer)
            f->keys[f->n++] = (struct forget_key){notes[i].customer, notes[i].seq};
        f->last = notes[i].seq;
    }
    qsort(f->keys, f->n, sizeof *f->keys, key_compare);
    return true;
}

void shard_forget_fini(struct shard_forget *f)
{
    free(f->keys);
    *f = (struct shard_forget){0};
}

/* Whether a note after record seq names the key. */
static bool forget_names(const struct shard_forget *f, uint64_t key, uint64_t seq)
{
    size_t low = 0, high = f->n; /* of the first that is not before the key */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->keys[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->n && f->keys[low].key == key && f->keys[low].seq > seq;
}

/* Whom a record is of; 0: nobody. */
struct record_keys {
    uint64_t visitor, before, customer;
};

static struct record_keys keys_of(const struct hash_seed *seed, const struct ff_record *r)
{
    struct ff_span site = r->beacon.text[FF_TEXT_SITE], visitor = r->beacon.text[FF_TEXT_VISITOR],
                   before = r->beacon.text[FF_TEXT_VISITOR_BEFORE], customer = r->beacon.text[FF_TEXT_CUSTOMER];
    return (struct record_keys){
        .visitor = visitor.n > 0 ? fold_visitor_key(seed, site, visitor) : 0,
        .before = before.n > 0 ? fold_visitor_key(seed, site, before) : 0,
        .customer = customer.n > 0 ? fold_customer_key(seed, site, customer) : 0,
    };
}

/* Of a site that is configured no more, too. */
bool shard_forget_is(void *forget, uint64_t seq, struct ff_span body)
{
    const struct shard_forget *f = forget;
    struct ff_record r;
    if (seq >= f->last || note_is(body))
        return false;
    canon_reset(f->shard->canon);
    enum ff_status status = record_decode(f->shard->canon, seq, body, &r);
    if (status != FF_OK && status != FF_UNKNOWN_SITE)
        return false;
    const struct record_keys k = keys_of(&f->shard->seed, &r);
    return (k.visitor && forget_names(f, k.visitor, seq)) || (k.before && forget_names(f, k.before, seq)) ||
           (k.customer && forget_names(f, k.customer, seq));
}

bool shard_forget_late(const struct shard *s, const struct ff_record *r, struct ff_note *note)
{
    uint32_t n;
    const struct ff_note *notes = fold_to_forget(s->fold, &n);
    if (n == 0)
        return false;
    const struct record_keys k = keys_of(&s->seed, r);
    for (uint32_t i = n; i > 0; i--) {
        *note = notes[i - 1];
        const bool visitor = note->visitor && (note->visitor == k.visitor || note->visitor == k.before);
        if (note->received >= r->received && (visitor || (note->customer && note->customer == k.customer)))
            return true;
    }
    return false;
}
