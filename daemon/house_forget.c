/* Forgetting visitors. A request makes a note in the journal, and the state forgets at once. The next process
 * that writes a checkpoint takes them out of the journal before that note, and a second note says that this
 * is done: until then it is done again after any end. */
#include "house_state.h"

#include "instant.h"
#include "log.h"
#include "note.h"

#include <inttypes.h>
#include <stdio.h>

/* Writes a note down and folds it. */
static enum ff_status house_note(struct house *h, struct ff_note *n)
{
    char body[NOTE_MAX];
    enum ff_status status = journal_append(h->journal, ff_span_of(body, note_encode(n, body, sizeof body)), &n->seq);
    if (status == FF_OK)
        shard_note(&h->shard, n);
    return status;
}

static enum ff_status forget_take(struct door *d, const struct answer_visitor *who, struct ff_note *n)
{
    struct house *h = d->house;
    const struct hash_seed *seed = &h->shard.seed;
    struct ff_span site = ff_span_text(h->config->sites[who->site].id);
    *n = (struct ff_note){.kind = FF_NOTE_FORGET, .received = door_now(d)};
    n->visitor = fold_visitor_key(seed, site, who->visitor);
    if (who->customer.n > 0)
        n->customer = fold_customer_key(seed, site, who->customer);
    if (d->waiting.n == WAITING_MAX || !fold_can_forget(h->shard.fold))
        return FF_BUSY;
    enum ff_status status = journal_admits(h->journal);
    return status ? status : house_note(h, n);
}

void forget_answer(struct door *d, const struct client *client, const struct net_request *request)
{
    struct house *h = d->house;
    struct answer_context ctx;
    struct answer_visitor who;
    struct answer_out out = {.body = h->answer, .size = HOUSE_ANSWER_MAX};
    struct ff_note note;
    house_answer_context(h, &ctx);
    if (answer_visitor(&ctx, request->path, request->query, &who, &out)) {
        door_reply(d, client, out.http, out.content_type, ff_span_of(out.body, out.length), "");
        return;
    }
    enum ff_status status = forget_take(d, &who, &note);
    if (status) {
        door_refuse(d, client, status, NULL);
        return;
    }
    struct waiting w = {.seq = note.seq, .since = note.received, .handle = client->handle, .kind = WAITING_FORGET};
    door_wait(d, &w);
}

void forget_reply(struct door *d, const struct client *client, ff_wall since)
{
    char body[64], at[INSTANT_TEXT];
    at[instant_print(at, since + d->house->config->store.forget_within)] = '\0';
    int n = snprintf(body, sizeof body, "{\"deadline\":\"%s\"}", at);
    door_reply(d, client, 202, "application/json", ff_span_of(body, (size_t)n), "Cache-Control: no-store\r\n");
}

/* Half of the time is for the work, and for trying it again. Who asks for a checkpoint asks for this, too. */
bool forget_is_due(const struct house *h, ff_wall now)
{
    uint32_t n;
    const struct ff_note *notes = fold_to_forget(h->shard.fold, &n);
    if (n == 0 || h->checkpoint.asked)
        return n > 0;
    return now >= h->checkpoint.not_before && now - notes[0].received >= h->config->store.forget_within / 2;
}

/* A store that has failed seals nothing: a checkpoint need not wait for that. */
bool forget_seal(struct house *h, uint64_t *note, uint64_t *sealed)
{
    uint32_t n;
    const struct ff_note *notes = fold_to_forget(h->shard.fold, &n);
    *note = *sealed = 0;
    if (n == 0)
        return true;
    uint64_t last = notes[n - 1].seq;
    *sealed = journal_seal(h->journal, last);
    if (*sealed >= last) {
        *note = last;
        return true;
    }
    *sealed = 0;
    return journal_state(h->journal) != FF_OK;
}

/* Where it cannot be written down it is done again. */
void forget_done(struct house *h, uint64_t note, ff_wall now)
{
    struct ff_note done = {.kind = FF_NOTE_FORGOTTEN, .received = now, .upto = note};
    if (house_note(h, &done) == FF_OK)
        log_info("house", "forgotten", "upto=%" PRIu64, note);
}
