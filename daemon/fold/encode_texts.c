#include "encode_texts.h"

/* Two thousand years, as in encode.c: no instant is further from 1970. */
#define FAR (((int64_t)1 << 30) * FF_MINUTE)

void line_texts_put(struct image_out *out, struct words_out *words, const struct line *l)
{
    words_put(words, out, l->sku_text);
    words_put(words, out, l->name);
}

void line_texts_get(struct image_in *in, struct words_in *words, struct line *l)
{
    l->sku_text = words_get(words, in);
    l->name = words_get(words, in);
}

/* A card that is none has no id, or an id of 0: then nothing is told of the cart. */
void card_put(struct image_out *out, struct words_out *words, const struct card *card, ff_wall near)
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
    words_put(words, out, card->visitor);
    words_put(words, out, card->customer);
    words_put(words, out, card->page);
}

static ff_wall instant_get(struct image_in *in, ff_wall near)
{
    int64_t t;
    bool over = __builtin_add_overflow(image_int(in), near, &t);
    return image_check(in, !over && t >= -FAR && t <= FAR) ? t : 0;
}

void card_get(struct image_in *in, struct words_in *words, struct card *card, ff_wall near)
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
    card->visitor = words_get(words, in);
    card->customer = words_get(words, in);
    card->page = words_get(words, in);
}
