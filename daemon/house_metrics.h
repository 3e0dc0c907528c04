/* Metrics: GET /metrics, private to house*.c. The counts of ingest threads are theirs, so a scrape asks
 * each for a copy and is answered when all have come. */
#ifndef FOOTFALL_HOUSE_METRICS_H
#define FOOTFALL_HOUSE_METRICS_H

#include "house_counts.h"

#include "config.h"
#include "fold_counts.h"
#include "openmetrics.h"
#include "tally.h"

#include <stdatomic.h>

struct client;
struct house;

#define SCRAPES_MAX 16

/* Scrapes under way. Those that come while the doors are being asked have a turn of their own. */
struct scrapes {
    _Atomic uint32_t asked; /* turns, ever; a door that has handed over says which it did so for */
    size_t begun;           /* of the n, the first so many are of this turn */
    size_t n;
    struct {
        struct net_handle handle;
        enum openmetrics_format format;
    } waiting[SCRAPES_MAX];
    double started; /* Unix time of the start of the process; 0: not known yet */
};

/* All numbers of one moment but those by site. */
struct scrape {
    struct net_counts net;     /* of all doors, as the next two */
    struct door_counts counts;
    uint64_t waiting;
    struct fold_counts fold;
    struct fold_limits fold_limits;
    uint64_t forgets_left_out;
    __typeof__(((struct ff_config *)NULL)->limits) limits;
    uint64_t threads, too_old, too_far;
    uint64_t words, words_left_out; /* texts that are kept; that there was no room for */
    uint64_t breakdown_bytes, left_out[TALLY_LEFT_REASONS];
    uint64_t records, pending; /* in the journal; of them, those that are not durable */
    uint64_t checkpoint_record, checkpoint_failures, checkpoint_running;
    double checkpoint_at;
    uint64_t spilled_records, spilled_bytes;
    uint64_t strays_taken, strays_known, strays_refused; /* since the start */
    double started, cpu; /* of the process */
    uint64_t resident, mapped, open_fds, max_fds;
};

/* house_scrape.c: a door's side, in its own thread: hands its counts over when they are asked for. */
void scrape_hand_over(struct door *d);

/* Answers the scrapes for which all doors have handed over. */
void scrape_go_on(struct house *h);

/* GET /metrics. */
void scrape_answer(struct door *d, const struct client *client, const struct net_request *request);

/* house_metrics.c: writes all metrics; the doors' figures are of now. False: out of memory. */
bool metrics_write_all(struct house *h, const struct scrape *s, struct openmetrics *m);

#endif
