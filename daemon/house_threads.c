/* The ingest threads: each has a door of its own, and a lane to the state. */
#include "house_state.h"

#include "log.h"

#include <signal.h>
#include <stdlib.h>

/* Parcels of one thread that may be under way. */
#define LANE_PARCELS (1u << 16)

/* Half of the lane holds the largest message: each event of it may grow by what canon adds. */
static size_t lane_bytes(const struct ff_config *c)
{
    return 4 * (2 * c->ingest.max_body + (size_t)c->ingest.max_batch * 512 + RECORD_MAX);
}

static void door_on_call(void *door)
{
    struct door *d = door;
    door_judge_renew(d);
    door_hear(d);
    scrape_hand_over(d);
    if (atomic_load(&d->house->stopping))
        net_stop(d->net, d->house->config->stop.grace);
}

static void *door_run(void *door)
{
    struct door *d = door;
    net_run(d->net);
    atomic_store(&d->ended, true);
    lane_wake(d->lane);
    return NULL;
}

static bool door_start(struct door *d)
{
    struct house *h = d->house;
    if (net_watch(d->net, lane_door_fd(d->lane), door_on_call, d) != 0 ||
        net_watch(h->own.net, lane_state_fd(d->lane), house_take_parcels, d) != 0)
        return house_fail("loop", "the event loop cannot watch");
    d->now = h->own.now;
    d->started = pthread_create(&d->thread, NULL, door_run, d) == 0;
    return d->started ? true : house_fail("threads", "a thread cannot be started");
}

/* Signals are the state's: the threads begin with all of them blocked. */
bool threads_start(struct house *h)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = true;
    for (uint32_t i = 0; ok && i < h->door_count; i++)
        ok = door_start(&h->doors[i]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

bool threads_make(struct house *h)
{
    if (h->config->ingest.threads == 0)
        return true;
    h->doors = calloc(h->config->ingest.threads, sizeof *h->doors);
    if (!h->doors)
        return house_fail("memory", "out of memory");
    for (uint32_t i = 0; i < h->config->ingest.threads; i++) {
        struct door *d = &h->doors[i];
        h->door_count++;
        if (!door_init(d, h))
            return house_fail("memory", "out of memory");
        d->lane = lane_new(lane_bytes(h->config), LANE_PARCELS);
        if (!d->lane)
            return house_fail("memory", "no room for the queue of an ingest thread");
        if (!door_listen(d, i ? &h->doors[0] : NULL))
            return false;
    }
    return true;
}

void threads_ask_to_stop(struct house *h)
{
    atomic_store(&h->stopping, true);
    for (uint32_t i = 0; i < h->door_count; i++)
        lane_call(h->doors[i].lane);
}

bool threads_ended(const struct house *h)
{
    for (uint32_t i = 0; i < h->door_count; i++)
        if (!atomic_load(&h->doors[i].ended))
            return false;
    return true;
}

void threads_join(struct house *h)
{
    threads_ask_to_stop(h);
    for (uint32_t i = 0; i < h->door_count; i++)
        if (h->doors[i].started) {
            pthread_join(h->doors[i].thread, NULL);
            h->doors[i].started = false;
        }
}
