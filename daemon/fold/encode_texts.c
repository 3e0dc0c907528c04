#include "encode_texts.h"

#include "words.h"

/* Two thousand years, as in encode.c: no instant is further from 1970. */
#define FAR (((int64_t)1 << 30) * FF_MINUTE)

static void text_put(struct image_out *out, const struct words *words, uint32_t word)
{
    struct ff_span text = words_text(words, word);
    if (word == WORD_NONE)
        text.n = 0;
    image_put_uint(out, text.n);
    image_put_bytes(out, text.p, text.n);
}

static uint32_t text_get(struct image_in *in, struct words *words)
{
    char text[WORD_MAX];
    size_t n = (size_t)image_uint_upto(in, sizeof text);
    image_bytes(in, text, n);
    return words && in->ok ? words_take(words, ff_span_of(text, n)) : WORD_NONE;
}

void line_texts_put(struct image_out *out, const struct words *words, const struct line *l)
{
    text_put(out, words, l->sku_text);
    text_put(out, words, l->name);
}

void line_texts_get(struct image_in *in, struct words *words, struct line *l)
{
    l->sku_text = text_get(in, words);
    l->name = text_get(in, words);
}

/* A card that is none has no id, or an id of 0: then nothing is told of the cart. */
void card_put(struct image_out *out, const struct words *words, const struct card *card, ff_wall near)
{
    image_put_uint(out, card->id != 0);
    if (!card->id)
        return;
    image_put_u64(out, card->id);
    image_put_uint(out, card->state);
    if (card->state != CART_UNLISTED) {
        image_put_int(out, card->at - near);
        image_put_uint(out, card->seq);
    }
    text_put(out, words, card->visitor);
    text_put(out, words, card->customer);
    text_put(out, words, card->page);
}

static ff_wall instant_get(struct image_in *in, ff_wall near)
{
    int64_t t;
    bool over = __builtin_add_overflow(image_int(in), near, &t);
    return image_check(in, !over && t >= -FAR && t <= FAR) ? t : 0;
}

void card_get(struct image_in *in, struct words *words, struct card *card, ff_wall near)
{
    *card = (struct card){0};
    if (!image_uint_upto(in, 1))
        return;
    card->id = image_u64(in);
    card->state = (uint8_t)image_uint_upto(in, CART_STATES - 1);
    image_check(in, card->id != 0);
    if (card->state != CART_UNLISTED) {
        card->at = instant_get(in, near);
        card->seq = image_uint(in);
    }
    card->visitor = text_get(in, words);
    card->customer = text_get(in, words);
    card->page = text_get(in, words);
}
