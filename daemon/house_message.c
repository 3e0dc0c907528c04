/* Messages as they come in: decoded, gathered where they are small, and handed on. */
#include "house_state.h"

static bool identity_encoding(struct ff_span encoding)
{
    return encoding.n == 0 || ff_span_is(encoding, "identity");
}

void door_give_gathered(struct door *d)
{
    struct gathering *g = &d->gathering;
    struct waiting_ring *q = &d->waiting;
    struct fold_ahead ahead[FOLD_EXPECT];
    if (g->n == 0)
        return;
    fold_expect(d->house->shard.fold, g->records, g->n, ahead);
    for (uint32_t i = 0; i < g->n; i++, q->n++) {
        struct ff_beacon *b = &g->records[i].beacon;
        struct waiting *w = waiting_at(q, q->n);
        enum ff_status status = b->fault ? b->fault : house_take(d->house, &g->records[i], g->body[i], &ahead[i]);
        d->list_bytes = 0;
        door_count(d, w, 0, b, status);
        w->seq = journal_last(d->house->journal);
        door_keep_list(d, w);
    }
    g->n = 0;
    g->bytes = 0;
}

/* Checks a message's one record, which lies behind those that are gathered, and lets it wait with them. */
static void door_gather(struct door *d, const struct client *client, struct sender *from, struct ff_record *r,
                        enum waiting_kind kind)
{
    struct gathering *g = &d->gathering;
    struct waiting *w = door_place(d);
    uint32_t slot = g->n++;
    char *to = d->bodies + g->bytes;
    memset(w, 0, offsetof(struct waiting, origin));
    w->handle = client->handle;
    w->kind = kind;
    g->records = r - slot;
    if (slot == 0) /* the others come in the same turn */
        door_begin(d);
    door_check(d, from, r, slot);
    d->counts.fields_ignored += r->beacon.unknown;
    d->counts.texts_cut += r->beacon.cut;
    g->body[slot] = ff_span_of(to, r->beacon.fault ? 0 : record_encode(r, to, RECORD_MAX));
    g->bytes += g->body[slot].n;
    w->since = d->now;
    door_keep_origin(w, client);
    if (g->n == FOLD_EXPECT)
        door_give_gathered(d);
}

/* Decodes one message behind those that are gathered, where it has room there. */
static enum ff_status door_decode(struct door *d, const struct intake_format *format, struct ff_span text,
                                  struct intake_batch *out)
{
    bool behind = d->gathering.n > 0;
    enum ff_status s = FF_BATCH_TOO_LARGE;
    if (behind)
        s = format ? intake_add(d->intake, format, text, out) : intake_query_add(d->intake, text, out);
    if (s != FF_BATCH_TOO_LARGE && s != FF_BODY_TOO_LARGE)
        return s;
    door_give_gathered(d);
    canon_reset(d->canon);
    return format ? intake_decode(d->intake, format, text, out) : intake_query(d->intake, text, out);
}

/* A decoded message: one beacon that stays where it is may wait for others. What waits is no more than one message
 * may hold (intake_add sees to it), so the store that has admitted the first of them has room for all; for another
 * message it is asked again. */
static void door_decoded(struct door *d, const struct client *client, const struct net_request *request,
                         struct sender *from, const struct intake_batch *batch, enum waiting_kind kind)
{
    uint32_t before = d->gathering.n;
    if (request->stays && !d->lane && batch->count == before + 1) {
        door_gather(d, client, from, &batch->records[before], kind);
        return;
    }
    const struct intake_batch own = {batch->records + before, batch->count - before};
    door_give_gathered(d);
    enum ff_status status = before > 0 ? door_admits(d) : FF_OK;
    if (status)
        door_turn_away(d, client, status);
    else
        door_finish(d, client, from, &own, kind);
}

static void door_message(struct door *d, const struct client *client,
                         const struct net_request *request, struct sender *from)
{
    struct intake_batch batch;
    const struct intake_format *format = intake_format(request->content_type, request->body);
    enum ff_status status = FF_OK;
    if (!identity_encoding(request->content_encoding))
        status = FF_UNSUPPORTED_ENCODING;
    else if (!format)
        status = FF_UNSUPPORTED_TYPE;
    if (!status)
        status = door_decode(d, format, request->body, &batch);
    if (status)
        door_turn_away(d, client, status);
    else
        door_decoded(d, client, request, from, &batch, WAITING_EVENTS);
}

void door_events(struct door *d, const struct client *client, const struct net_request *request)
{
    struct sender from = {.imported = false};
    enum ff_status status = door_admits(d);
    if (!status)
        status = sender_open(&from, d, request);
    if (status)
        door_turn_away(d, client, status);
    else
        door_message(d, client, request, &from);
}

void door_import(struct door *d, const struct client *client, const struct net_request *request)
{
    struct sender from = {.imported = true};
    enum ff_status status = door_admits(d);
    if (status)
        door_turn_away(d, client, status);
    else
        door_message(d, client, request, &from);
}

/* A picture is shown whatever is wrong with the beacon; only when the store refuses it is not, so
 * that a page can try again. */
void door_pixel(struct door *d, const struct client *client, const struct net_request *request)
{
    struct sender from = {.imported = false};
    struct intake_batch batch = {0};
    enum ff_status status = door_admits(d);
    if (status) {
        door_turn_away(d, client, status);
        return;
    }
    status = request->body.n > 0 ? FF_BODY_TOO_LARGE : sender_open(&from, d, request);
    if (!status)
        status = door_decode(d, NULL, request->query, &batch);
    if (!status) {
        door_decoded(d, client, request, &from, &batch, WAITING_PIXEL);
        return;
    }
    struct waiting w = {.handle = client->handle, .kind = WAITING_PIXEL, .rejected = 1, .fault = status};
    d->counts.refused[TRANSPORT_HTTP][status]++;
    door_keep_origin(&w, client);
    door_answer(d, &w, FF_OK);
}

/* What datagrams have brought, to be taken like one message: their beacons, and how many they are. */
struct sheaf {
    struct intake_batch batch;
    uint32_t datagrams;
};

/* The answer to a sheaf is awaited like any other, and then not sent: a lane's results come in the
 * order of its parcels. */
static void sheaf_take(struct door *d, struct sheaf *s)
{
    struct sender from = {.imported = false};
    struct waiting w = {.kind = WAITING_NOBODY, .datagrams = s->datagrams};
    canon_reset(d->canon);
    door_take(d, &from, &s->batch, &w);
    if (w.seq == WAITING_UNKNOWN)
        door_wait(d, &w);
    s->datagrams = 0;
}

/* What does not fit behind others begins the next sheaf. */
static enum ff_status sheaf_add(struct door *d, struct sheaf *s, struct ff_span payload)
{
    const struct intake_format *format = intake_format((struct ff_span){NULL, 0}, payload);
    enum ff_status status = s->datagrams ? FF_OK : door_admits(d);
    if (status)
        return status;
    if (!format)
        return FF_UNSUPPORTED_TYPE;
    if (!s->datagrams)
        return intake_decode(d->intake, format, payload, &s->batch);
    status = intake_add(d->intake, format, payload, &s->batch);
    if (status != FF_BODY_TOO_LARGE && status != FF_BATCH_TOO_LARGE)
        return status;
    sheaf_take(d, s);
    return sheaf_add(d, s, payload);
}

void door_datagrams(void *door, const struct net_datagram *datagrams, size_t n)
{
    struct door *d = door;
    struct sheaf s = {.datagrams = 0};
    door_give_gathered(d);
    for (size_t i = 0; i < n; i++) {
        enum ff_status status = sheaf_add(d, &s, datagrams[i].payload);
        d->counts.refused[TRANSPORT_UDP][status] += status != FF_OK;
        s.datagrams += status == FF_OK;
    }
    if (s.datagrams)
        sheaf_take(d, &s);
}
