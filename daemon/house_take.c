/* The state's side of what comes in: record -> journal -> fold, and word of what is durable. */
#include "house_state.h"

/* Records taken from one ingest thread before the others have their turn. */
#define PARCEL_TURN 4096

enum ff_status house_take(struct house *h, struct ff_record *r, struct ff_span body, struct fold_ahead *ahead)
{
    enum ff_status status = FF_DUPLICATE;
    if (!fold_is_duplicate(h->shard.fold, r, ahead)) {
        status = journal_append(h->journal, body, &r->seq);
        if (status)
            return status;
        tally_advance(h->shard.tally, r->received);
        status = fold_apply(h->shard.fold, r, ahead);
    }
    h->own.beacons[r->beacon.site].by[r->beacon.type][status]++;
    return status == FF_DUPLICATE || status == FF_DUPLICATE_ORDER ? FF_DUPLICATE : FF_OK;
}

/* A parcel is refused whole or not at all: what it holds at most fits what the journal still
 * takes once journal_admits has said so. */
static void house_take_body(struct house *h, struct lane_result *parcel, struct ff_span body)
{
    if (!parcel->refused && parcel->accepted + parcel->duplicates == 0)
        parcel->refused = journal_admits(h->journal);
    if (parcel->refused)
        return;
    struct ff_record r;
    struct fold_ahead ahead;
    canon_reset(h->own.canon);
    enum ff_status status = record_decode(h->own.canon, 0, body, &r);
    if (!status) {
        if (r.received > h->own.now) /* another thread's clock may have been set back later than this one's */
            h->own.now = r.received;
        fold_expect(h->shard.fold, &r, 1, &ahead);
        status = house_take(h, &r, body, &ahead);
    }
    if (status == FF_OK)
        parcel->accepted++;
    else if (status == FF_DUPLICATE)
        parcel->duplicates++;
    else
        parcel->refused = status;
}

void house_take_parcels(void *door)
{
    struct door *d = door;
    struct house *h = d->house;
    struct ff_span body;
    bool end;
    door_give_gathered(&h->own); /* it uses the canon that parcels are decoded with */
    lane_woken(d->lane);
    int left = PARCEL_TURN;
    for (; left > 0 && lane_take(d->lane, &body, &end); left--) {
        if (!end) {
            house_take_body(h, &d->parcel, body);
            continue;
        }
        d->parcel.seq = journal_last(h->journal);
        lane_give(d->lane, &d->parcel);
        d->parcel = (struct lane_result){0};
    }
    if (left == 0)
        lane_wake(d->lane);
    house_flush(h);
    scrape_go_on(h);
    house_stop_if_alone(h);
}

void house_stop_if_alone(struct house *h)
{
    if (atomic_load(&h->stopping) && threads_ended(h))
        net_stop(h->own.net, h->config->stop.grace);
}

/* Ingest threads are woken when there is news for them: results, a new watermark, room. */
static void house_publish(struct house *h)
{
    atomic_store_explicit(&h->durable, journal_durable(h->journal), memory_order_release);
    atomic_store_explicit(&h->store_state, journal_admits(h->journal), memory_order_release);
    door_release(&h->own);
    for (uint32_t i = 0; i < h->door_count; i++)
        lane_call(h->doors[i].lane);
}

void house_hear(void *house)
{
    struct house *h = house;
    journal_poll(h->journal);
    house_store_look_after(h, h->own.now);
    house_publish(h);
    if (h->checkpoint.asked)
        checkpoint_look_after(h, door_now(&h->own));
}

/* A store that has failed is tried again with each tick, not with each turn. */
void house_flush(void *house)
{
    struct house *h = house;
    if (journal_state(h->journal) == FF_OK)
        journal_flush(h->journal);
    house_publish(h);
}
