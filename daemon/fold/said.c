#include "said.h"

static struct ff_span said_text(const struct ff_beacon *b)
{
    switch (b->type) {
    case FF_PAGE_VIEW:
        return b->page;
    case FF_SEARCH:
        return b->term_key;
    case FF_CHECKOUT_STEP:
        return b->text[FF_TEXT_STEP];
    case FF_CUSTOM:
        return b->text[FF_TEXT_NAME];
    default:
        return ff_span_of(NULL, 0);
    }
}

void said_begin(struct fold *f, const struct ff_beacon *b)
{
    struct words *words = f->options.words;
    f->said.word = words_take(words, said_text(b));
    f->said.source = words_take(words, b->source);
    f->said.campaign = words_take(words, b->campaign);
}

void said_end(struct fold *f)
{
    said_drop(f, &f->said);
    f->said = (struct said){0};
}

void said_hold(const struct fold *f, const struct said *s)
{
    words_hold(f->options.words, s->word);
    words_hold(f->options.words, s->source);
    words_hold(f->options.words, s->campaign);
}

void said_drop(const struct fold *f, const struct said *s)
{
    words_drop(f->options.words, s->word);
    words_drop(f->options.words, s->source);
    words_drop(f->options.words, s->campaign);
}
