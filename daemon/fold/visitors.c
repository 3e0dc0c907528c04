#include "visitors.h"

#include "story.h"
#include "words.h"

static struct ff_span visitors_text(const struct fold *f, uint32_t word)
{
    return word <= WORD_OTHER ? (struct ff_span){NULL, 0} : words_text(f->options.words, word);
}

static void visitors_session(const struct fold *f, const struct session *s, struct visitor_view *out)
{
    out->session = s->begun;
    if (!s->begun)
        return;
    out->start = s->start;
    out->last = session_last(s);
    out->over = f->now - out->last > f->options.session_timeout;
    out->pageviews = s->pageviews;
    out->entry_page = visitors_text(f, s->entry_page);
    out->exit_page = visitors_text(f, s->exit_page);
    out->source = visitors_text(f, s->source);
    out->campaign = visitors_text(f, s->campaign);
    out->channel = visitors_text(f, f->names.channels[s->origin.channel]);
    out->device = visitors_text(f, f->names.devices[s->origin.device]);
    out->country = visitors_text(f, f->names.countries[s->origin.country]);
    out->is_new = s->first;
    out->interacted = s->interacted;
    out->searched = s->searched;
    out->added_to_cart = s->added_to_cart;
    out->began_checkout = s->began_checkout;
    out->purchased = s->purchased;
}

bool visitors_find(const struct fold *f, uint16_t site, struct ff_span id, struct visitor_view *out)
{
    uint64_t key = hash_id(&f->seed, f->sites[site].scope, id);
    uint32_t number = story_find(f, key);
    const struct alias *alias = number ? NULL : alias_find(f, key, f->now);
    if (alias)
        number = story_find(f, alias->key);
    *out = (struct visitor_view){.key = key};
    if (!number)
        return false;
    const struct visitor *v = visitor_at(f, number);
    visitors_session(f, &v->head.session, out);
    out->cart = v->head.cart != 0;
    if (out->cart)
        carts_view(f, v->head.cart, &out->of_cart);
    return true;
}
