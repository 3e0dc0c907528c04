/* A door's side of what comes in: beacons -> records, on to the state, and the answer once they are
 * durable. */
#include "house_state.h"

#include "region.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Bytes that hold the refusal of one event. */
#define REFUSAL_BYTES 320

bool door_init(struct door *d, struct house *h)
{
    const struct ff_config *c = h->config;
    struct intake_options intake = {c->ingest.max_batch, c->ingest.max_body};
    struct canon_options canon = {h->shard.canon_sites, c->site_count, c->ingest.max_age};
    d->house = h;
    d->now = h->own.now;
    d->http = d->udp = d->stats = -1;
    d->intake = intake_new(&intake);
    d->canon = canon_new(&canon);
    d->bodies = region_new(DOOR_BODIES, 1);
    d->list_size = (size_t)c->ingest.max_batch * REFUSAL_BYTES;
    d->list = malloc(d->list_size);
    d->waiting.ring = region_new(WAITING_MAX, sizeof *d->waiting.ring);
    return counts_init(d) && door_judge_init(d) && d->intake && d->canon && d->bodies && d->list && d->waiting.ring;
}

void waiting_fini(struct waiting *w)
{
    free(w->list);
    free(w->long_origin);
    w->list = w->long_origin = NULL;
}

void door_fini(struct door *d)
{
    struct waiting_ring *q = &d->waiting;
    for (size_t i = 0; q->ring && i < q->n; i++)
        waiting_fini(waiting_at(q, i));
    region_free(&q->ring, WAITING_MAX, sizeof *q->ring);
    net_free(&d->net);
    lane_free(&d->lane);
    intake_free(&d->intake);
    canon_free(&d->canon);
    region_free(&d->bodies, DOOR_BODIES, 1);
    free(d->list);
    counts_fini(d);
    door_judge_fini(d);
}

ff_wall clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (ff_wall)ts.tv_sec * FF_SECOND + ts.tv_nsec / 1000;
}

ff_wall door_now(struct door *d)
{
    ff_wall t = clock_now();
    if (t > d->now)
        d->now = t;
    return d->now;
}

static void door_list_refusal(struct door *d, const struct waiting *w, uint32_t index,
                              const struct ff_beacon *b, enum ff_status status)
{
    const char *note = b->fault_note ? b->fault_note : ff_status_prose(status);
    size_t room = d->list_size - d->list_bytes;
    int n = snprintf(d->list + d->list_bytes, room,
                     "%s{\"index\":%" PRIu32 ",\"field\":\"%s\",\"code\":\"%s\",\"error\":\"%s\"}",
                     w->rejected ? "," : "", index, b->fault_field ? b->fault_field : "",
                     ff_status_code(status), note);
    if (n > 0 && (size_t)n < room)
        d->list_bytes += (size_t)n;
}

static void door_count_refusal(struct door *d, struct waiting *w, uint32_t index,
                               const struct ff_beacon *b, enum ff_status status)
{
    if (w->rejected == 0) {
        w->fault = status;
        w->field = b->fault_field;
        w->note = b->fault_note;
    }
    if (w->kind == WAITING_EVENTS)
        door_list_refusal(d, w, index, b, status);
    w->rejected++;
    w->denied += status == FF_KEY_NEEDED || status == FF_KEY_LACKS_RIGHT || status == FF_FOREIGN_ORIGIN;
    counts_refuse(d, b, status);
}

/* Hands a checked record to the state: at once, or with the parcel. */
static enum ff_status door_give(struct door *d, struct ff_record *r, struct ff_span body, struct fold_ahead *ahead)
{
    if (!d->lane)
        return house_take(d->house, r, body, ahead);
    return lane_pack(d->lane, body) ? FF_OK : FF_BUSY;
}

void door_check(struct door *d, struct sender *from, struct ff_record *r, uint32_t slot)
{
    struct canon_arrival how = {.now = d->now, .imported = from->imported, .derives = from->access != NULL,
                                .opts_out = from->opts_out, .judged = true};
    struct ff_beacon *b = &r->beacon;
    struct ff_span ip = b->text[FF_TEXT_IP]; /* canon drops it */
    if (canon_check(d->canon, &how, r) == FF_OK && from->access)
        b->fault = access_judge(from->access, &from->pass, b->site, b->type);
    if (b->fault == FF_OK && from->access)
        sender_settle(from, d, b, ip, d->ids[slot]);
    if (b->fault == FF_OK)
        b->fault = door_judge_beacon(d, from, ip, b, slot);
}

void door_count(struct door *d, struct waiting *w, uint32_t index, const struct ff_beacon *b,
                enum ff_status status)
{
    if (status == FF_OK) {
        w->accepted++;
    } else if (status == FF_DUPLICATE) {
        w->duplicates++;
    } else if (status == FF_OPTED_OUT || status == FF_BOT) {
        w->dropped++;
        counts_refuse(d, b, status);
    } else {
        door_count_refusal(d, w, index, b, status);
    }
}

/* Some at a time are checked, then fetched for, then encoded, then given: a step after the other and
 * not a beacon after the other, which takes less time. */
static void door_give_some(struct door *d, struct sender *from, struct ff_record *r, uint32_t n,
                           uint32_t first, struct waiting *w)
{
    struct ff_span body[FOLD_EXPECT];
    struct fold_ahead ahead[FOLD_EXPECT];
    char *end = d->bodies;
    uint64_t ignored = 0, cut = 0;
    for (uint32_t i = 0; i < n; i++) {
        door_check(d, from, &r[i], i);
        ignored += r[i].beacon.unknown;
        cut += r[i].beacon.cut;
    }
    d->counts.fields_ignored += ignored;
    d->counts.texts_cut += cut;
    if (!d->lane)
        fold_expect(d->house->shard.fold, r, n, ahead);
    for (uint32_t i = 0; i < n; i++) {
        body[i] = ff_span_of(end, r[i].beacon.fault ? 0 : record_encode(&r[i], end, RECORD_MAX));
        end += body[i].n;
    }
    for (uint32_t i = 0; i < n; i++) {
        enum ff_status status = r[i].beacon.fault ? r[i].beacon.fault : door_give(d, &r[i], body[i], &ahead[i]);
        door_count(d, w, first + i, &r[i].beacon, status);
    }
}

void door_begin(struct door *d)
{
    door_now(d);
    if (!d->lane)
        salts_look_after(d->house, d->now);
}

static void door_give_batch(struct door *d, struct sender *from,
                            const struct intake_batch *batch, struct waiting *w)
{
    d->list_bytes = 0;
    door_begin(d);
    for (uint32_t i = 0; i < batch->count; i += FOLD_EXPECT) {
        uint32_t left = batch->count - i;
        door_give_some(d, from, &batch->records[i], left < FOLD_EXPECT ? left : FOLD_EXPECT, i, w);
    }
}

enum ff_status door_admits(const struct door *d)
{
    if (d->waiting.n + d->gathering.n == WAITING_MAX)
        return FF_BUSY;
    if (!d->lane)
        return journal_admits(d->house->journal);
    enum ff_status state = (enum ff_status)atomic_load_explicit(&d->house->store_state, memory_order_acquire);
    return state ? state : lane_has_room(d->lane) ? FF_OK : FF_BUSY;
}

void door_take(struct door *d, struct sender *from, const struct intake_batch *batch,
                      struct waiting *w)
{
    door_give_batch(d, from, batch, w);
    if (!d->lane) {
        w->seq = journal_last(d->house->journal);
    } else if (w->accepted > 0) { /* else it waits for nothing */
        w->seq = WAITING_UNKNOWN;
        lane_send(d->lane);
        if (!lane_has_room(d->lane))
            net_pause(d->net, true);
    }
}

struct waiting *door_place(struct door *d)
{
    struct waiting_ring *q = &d->waiting;
    size_t behind = q->n + d->gathering.n;
    if (behind == 0)
        q->first = 0; /* so that a ring that empties stays in its first pages */
    return waiting_at(q, behind);
}

void door_wait(struct door *d, const struct waiting *w)
{
    struct waiting_ring *q = &d->waiting;
    assert(d->gathering.n == 0);
    *door_place(d) = *w;
    q->n++;
    q->unknown += w->seq == WAITING_UNKNOWN;
}

void door_keep_list(const struct door *d, struct waiting *w)
{
    if (w->rejected > 0 && w->kind == WAITING_EVENTS && (w->list = malloc(d->list_bytes + 1))) {
        memcpy(w->list, d->list, d->list_bytes);
        w->list_bytes = d->list_bytes;
    }
}

void door_keep_origin(struct waiting *w, const struct client *client)
{
    char *origin = w->origin;
    if (client->origin.n > ORIGIN_INLINE)
        origin = w->long_origin = malloc(client->origin.n);
    w->origin_bytes = origin ? (uint16_t)client->origin.n : 0;
    if (w->origin_bytes)
        memcpy(origin, client->origin.p, w->origin_bytes);
    w->page = client->page;
}

void door_finish(struct door *d, const struct client *client, struct sender *from,
                 const struct intake_batch *batch, enum waiting_kind kind)
{
    struct waiting w = {.handle = client->handle, .kind = kind};
    door_take(d, from, batch, &w);
    w.since = d->now;
    door_keep_list(d, &w);
    door_keep_origin(&w, client);
    if (d->lane && w.accepted == 0)
        door_answer(d, &w, FF_OK);
    else
        door_wait(d, &w);
}

void door_release(struct door *d)
{
    struct waiting_ring *q = &d->waiting;
    const struct house *h = d->house;
    uint64_t durable = atomic_load_explicit(&h->durable, memory_order_acquire);
    enum ff_status store = (enum ff_status)atomic_load_explicit(&h->store_state, memory_order_acquire);
    if (store == FF_BUSY)
        store = FF_OK; /* what waits was taken before it became too much */
    ff_wall now = q->n > q->unknown ? door_now(d) : d->now;
    while (q->n > q->unknown) {
        struct waiting *w = waiting_at(q, 0);
        bool there = w->seq <= durable;
        if (!there && !store)
            return;
        if (there && w->kind != WAITING_NOBODY && w->accepted + w->duplicates > 0)
            durations_add(&d->counts.answers, now - w->since);
        door_answer(d, w, there ? FF_OK : store);
        q->first = (q->first + 1) % WAITING_MAX;
        q->n--;
    }
}

void door_hear(struct door *d)
{
    struct waiting_ring *q = &d->waiting;
    struct lane_result result;
    lane_heard(d->lane);
    while (lane_result(d->lane, &result)) {
        struct waiting *w = waiting_at(q, q->n - q->unknown--);
        w->seq = result.seq;
        w->accepted = result.accepted;
        w->duplicates = result.duplicates;
        w->refused = result.refused;
    }
    door_release(d);
    if (lane_has_room(d->lane))
        net_pause(d->net, false);
}
