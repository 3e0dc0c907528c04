#include "extras.h"

/* A new one at the end of a chain, whose last link *end is. */
static struct extra *extras_append(struct fold *f, uint32_t *end, enum extra_kind kind, uint32_t what)
{
    uint32_t number = pool_take(&f->extras);
    assert(number);
    struct extra *e = extra_at(f, number);
    e->kind = kind;
    e->what = what;
    if (extra_has_word(e))
        words_hold(f->options.words, what);
    *end = number;
    return e;
}

struct extra *extras_have(struct fold *f, uint32_t *chain, enum extra_kind kind, uint32_t what, bool *fresh)
{
    unsigned n = 0;
    uint32_t *end = chain;
    *fresh = false;
    for (; *end; end = &extra_at(f, *end)->next) {
        struct extra *e = extra_at(f, *end);
        if (e->kind == kind && e->what == what)
            return e;
        n += e->kind == kind;
    }
    if (n == EXTRAS_MAX)
        return NULL;
    *fresh = true;
    return extras_append(f, end, kind, what);
}

uint32_t extras_copy(struct fold *f, uint32_t chain)
{
    uint32_t first = 0, *end = &first;
    for (; chain; chain = extra_at(f, chain)->next) {
        const struct extra *from = extra_at(f, chain);
        struct extra *e = extras_append(f, end, (enum extra_kind)from->kind, from->what);
        e->n = from->n;
        e->amount = from->amount;
        end = &e->next;
    }
    return first;
}

void extras_free(struct fold *f, uint32_t *chain)
{
    while (*chain) {
        uint32_t gone = *chain;
        const struct extra *e = extra_at(f, gone);
        *chain = e->next;
        if (extra_has_word(e))
            words_drop(f->options.words, e->what);
        pool_give(&f->extras, gone);
    }
}

uint32_t extras_count(const struct fold *f, uint32_t chain)
{
    uint32_t n = 0;
    for (; chain; chain = extra_at(f, chain)->next)
        n++;
    return n;
}
