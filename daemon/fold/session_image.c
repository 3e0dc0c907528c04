#include "session_image.h"

#include "extras.h"

void session_rest_put(struct image_out *out, struct words_out *words, const struct fold *f, const struct session *s)
{
    if (!s->begun)
        return;
    words_put(words, out, s->source);
    words_put(words, out, s->campaign);
    words_put(words, out, s->entry_page);
    words_put(words, out, s->exit_page);
    for (uint32_t i = s->extras; i; i = extra_at(f, i)->next) {
        extra_put(out, extra_at(f, i));
        if (extra_has_word(extra_at(f, i)))
            words_put(words, out, extra_at(f, i)->what);
    }
    extra_put_end(out);
}

/* One more at *end; gives where the next one goes. */
static uint32_t *extra_keep(struct fold *f, const struct extra *e, uint32_t *end, bool *keep)
{
    uint32_t number = *keep ? pool_take(&f->extras) : 0;
    *keep = number != 0;
    if (!number) {
        if (extra_has_word(e))
            words_drop(f->options.words, e->what);
        return end;
    }
    *extra_at(f, number) = *e;
    *end = number;
    return &extra_at(f, number)->next;
}

uint32_t session_rest_get(struct image_in *in, struct words_in *words, struct fold *f, struct session *s, bool *keep)
{
    uint32_t n[EXTRA_KINDS] = {0}, all = 0, chain = 0, *end = &chain;
    struct extra e;
    if (!s->begun)
        return 0;
    s->source = words_get(words, in);
    s->campaign = words_get(words, in);
    s->entry_page = words_get(words, in);
    s->exit_page = words_get(words, in);
    while (extra_get(in, &e) && image_check(in, n[e.kind]++ < EXTRAS_MAX)) {
        if (extra_has_word(&e))
            e.what = words_get(words, in);
        end = extra_keep(f, &e, end, keep);
        all++;
    }
    s->extras = chain;
    return all;
}

void said_put(struct image_out *out, struct words_out *words, struct said said)
{
    words_put(words, out, said.word);
    words_put(words, out, said.source);
    words_put(words, out, said.campaign);
}

void said_get(struct image_in *in, struct words_in *words, struct said *said)
{
    said->word = words_get(words, in);
    said->source = words_get(words, in);
    said->campaign = words_get(words, in);
}
