/* Who a beacon without a visitor is from. */
#include "house_state.h"

#include <string.h>

/* What a sender says of a visitor that only some may say. */
#define SAID_OF_VISITOR (FF_HAS(USER_AGENT) | FF_HAS(LANGUAGE))

/* The keys of a moment. */
struct keys {
    uint8_t today[SIPHASH_KEY_BYTES], before[SIPHASH_KEY_BYTES];
    bool has_before;
};

static void keys_look(struct salts_shown *s, struct keys *out)
{
    uint64_t word[5];
    uint32_t turn;
    do {
        turn = atomic_load(&s->turn);
        for (int i = 0; i < 5; i++)
            word[i] = atomic_load(&s->word[i]);
    } while (turn % 2 || turn != atomic_load(&s->turn));
    memcpy(out->today, word, SIPHASH_KEY_BYTES);
    memcpy(out->before, word + 2, SIPHASH_KEY_BYTES);
    out->has_before = word[4];
}

static bool says_yes(struct ff_span value)
{
    return value.n == 1 && *value.p == '1';
}

/* What the header lines of a sender say, as it is noted with them: good as long as access and judge are the same. */
struct sender_note {
    const struct access *access; /* NULL: nothing is noted */
    uint32_t turn;               /* of the judge */
    uint8_t device, bot;
    bool opts_out;
    struct access_pass pass;
};
_Static_assert(sizeof(struct sender_note) <= NET_NOTE * sizeof(uint64_t), "it fits");

/* Whether what was noted still holds; it is in from then. */
static bool sender_recall(struct sender *from, struct door *d)
{
    struct sender_note note;
    if (!from->request->note)
        return false;
    memcpy(&note, from->request->note, sizeof note);
    if (note.access != from->access || note.turn != d->judge.turn)
        return false;
    from->opts_out = note.opts_out;
    from->verdict = (struct agent_verdict){(enum ff_device)note.device, (enum bot)note.bot};
    from->pass = note.pass;
    d->judge.known += from->request->user_agent.n > 0;
    return true;
}

static void sender_keep(const struct sender *from, const struct door *d)
{
    const struct sender_note note = {from->access, d->judge.turn, (uint8_t)from->verdict.device,
                                     (uint8_t)from->verdict.bot, from->opts_out, from->pass};
    if (from->request->note)
        memcpy(from->request->note, &note, sizeof note);
}

enum ff_status sender_open(struct sender *from, struct door *d, const struct net_request *request)
{
    from->request = request;
    from->access = atomic_load_explicit(&d->house->access, memory_order_acquire);
    if (sender_recall(from, d))
        return FF_OK;
    from->opts_out = says_yes(request->gpc) || says_yes(request->dnt);
    from->verdict = door_judge_headers(d, request);
    enum ff_status status = access_open(from->access, request->authorization, request->origin, &from->pass);
    if (status == FF_OK)
        sender_keep(from, d);
    return status;
}

static void sender_look(struct sender *from, const struct door *d)
{
    if (from->looked)
        return;
    from->looked = true;
    from->proxy = net_is_proxy(d->net, from->request);
    if (!net_client(d->net, from->request, from->address))
        memset(from->address, 0, sizeof from->address);
}

/* Whether what it says of the visitor is taken over. */
static bool sender_vouches(struct sender *from, const struct door *d, uint16_t site)
{
    sender_look(from, d);
    return from->proxy || access_has_key(from->access, &from->pass, site);
}

static void visitor_put(struct ff_beacon *b, uint64_t field, int place, const uint8_t *key,
                        const uint8_t address[16], struct ff_span agent, char id[SALTS_ID])
{
    salts_visitor(key, b->text[FF_TEXT_SITE], address, agent, id);
    b->has |= field;
    b->text[place] = ff_span_of(id, SALTS_ID);
}

/* As soon as they have made the id, neither address nor agent is needed any more. */
static void visitor_derive(struct sender *from, struct door *d, struct ff_beacon *b, struct ff_span ip, bool vouched,
                           char texts[VISITOR_TEXTS])
{
    struct keys keys;
    uint8_t own[16];
    const uint8_t *address = vouched && net_address_of(ip, own) ? own : from->address;
    struct ff_span agent = ff_has(b, FF_HAS(USER_AGENT)) ? b->text[FF_TEXT_USER_AGENT] : from->request->user_agent;
    keys_look(&d->house->salts.shown, &keys);
    visitor_put(b, FF_HAS(VISITOR), FF_TEXT_VISITOR, keys.today, address, agent, texts);
    if (keys.has_before)
        visitor_put(b, FF_HAS(VISITOR_BEFORE), FF_TEXT_VISITOR_BEFORE, keys.before, address, agent, texts + SALTS_ID);
    explicit_bzero(&keys, sizeof keys);
}

void sender_settle(struct sender *from, struct door *d, struct ff_beacon *b, struct ff_span ip,
                   char texts[VISITOR_TEXTS])
{
    bool derives = canon_wants_visitor(b);
    if (!derives && !(b->has & SAID_OF_VISITOR))
        return;
    bool vouched = sender_vouches(from, d, b->site);
    if (!vouched && b->has & SAID_OF_VISITOR) {
        b->has &= ~SAID_OF_VISITOR;
        b->text[FF_TEXT_USER_AGENT] = b->text[FF_TEXT_LANGUAGE] = (struct ff_span){NULL, 0};
    }
    if (derives)
        visitor_derive(from, d, b, ip, vouched, texts);
}

bool sender_address(struct sender *from, const struct door *d, uint16_t site, struct ff_span ip, uint8_t out[16])
{
    bool vouched = !from->access || sender_vouches(from, d, site);
    if (vouched && net_address_of(ip, out))
        return true;
    if (!from->access || access_has_key(from->access, &from->pass, site))
        return false;
    sender_look(from, d);
    memcpy(out, from->address, sizeof from->address);
    return true;
}
