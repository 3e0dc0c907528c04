#include "forget.h"

#include "card.h"
#include "comments.h"
#include "story.h"

#include <stdlib.h>
#include <string.h>

#define SECTION_FORGET "frgt"
#define SECTION_FORGET_VERSION 1

uint64_t fold_visitor_key(const struct hash_seed *seed, struct ff_span site, struct ff_span id)
{
    return hash_id(seed, hash_mark(FOLD_SCOPE_VISITOR, site), id);
}

uint64_t fold_customer_key(const struct hash_seed *seed, struct ff_span site, struct ff_span id)
{
    return hash_id(seed, hash_mark(FOLD_SCOPE_CUSTOMER, site), id);
}

bool forget_init(struct fold *f, uint32_t cap)
{
    f->forget.cap = cap;
    f->forget.notes = calloc(cap, sizeof *f->forget.notes);
    return f->forget.notes != NULL;
}

void forget_fini(struct fold *f)
{
    free(f->forget.notes);
    f->forget.notes = NULL;
}

bool fold_can_forget(const struct fold *f)
{
    return f->forget.n < f->forget.cap;
}

const struct ff_note *fold_to_forget(const struct fold *f, uint32_t *n)
{
    *n = f->forget.n;
    return f->forget.notes;
}

static void forget_keep(struct fold *f, const struct ff_note *n)
{
    if (fold_can_forget(f))
        f->forget.notes[f->forget.n++] = *n;
}

static void forget_done(struct fold *f, uint64_t upto)
{
    uint32_t gone = 0;
    while (gone < f->forget.n && f->forget.notes[gone].seq <= upto)
        gone++;
    f->forget.n -= gone;
    memmove(f->forget.notes, f->forget.notes + gone, f->forget.n * sizeof *f->forget.notes);
}

/* A visitor or a customer, in what is kept of both. */
static void forget_everywhere(struct fold *f, uint64_t key)
{
    customers_forget(f, key);
    for (uint16_t site = 0; site < f->options.site_count; site++)
        comments_forget(f, site, key);
}

static void forget_visitor(struct fold *f, uint64_t key)
{
    story_forget(f, key);
    forget_everywhere(f, key);
}

void forget_note(struct fold *f, const struct ff_note *n)
{
    if (n->kind == FF_NOTE_FORGOTTEN) {
        forget_done(f, n->upto);
        return;
    }
    struct alias *alias = alias_find(f, n->visitor, n->received);
    forget_visitor(f, n->visitor);
    if (alias) {
        forget_visitor(f, alias->key);
        recall_forget(&f->aliases, &alias->entry);
    }
    if (n->customer) {
        card_forget(f, n->customer);
        forget_everywhere(f, n->customer);
    }
    forget_keep(f, n);
}

void forget_save(const struct fold *f, struct image_out *out)
{
    image_put_section(out, SECTION_FORGET, SECTION_FORGET_VERSION);
    image_put_uint(out, f->forget.n);
    for (uint32_t i = 0; i < f->forget.n; i++) {
        const struct ff_note *n = &f->forget.notes[i];
        image_put_uint(out, n->seq);
        image_put_int(out, n->received);
        image_put_u64(out, n->visitor);
        image_put_u64(out, n->customer);
    }
}

bool forget_load(struct fold *f, struct image_in *in)
{
    uint32_t version;
    if (!image_section(in, SECTION_FORGET, SECTION_FORGET_VERSION, &version))
        return false;
    uint64_t left = image_uint_upto(in, UINT32_MAX), before = 0;
    for (; left > 0 && in->ok; left--) {
        struct ff_note n = {.kind = FF_NOTE_FORGET};
        n.seq = image_uint(in);
        n.received = image_int(in);
        n.visitor = image_u64(in);
        n.customer = image_u64(in);
        if (image_check(in, n.seq > before))
            forget_keep(f, &n);
        before = n.seq;
    }
    return in->ok;
}
