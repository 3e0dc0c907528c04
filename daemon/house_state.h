/* The house itself, private to house*.c: all state of the daemon hangs from it, on main's stack. */
#ifndef FOOTFALL_HOUSE_STATE_H
#define FOOTFALL_HOUSE_STATE_H

#include "house.h"
#include "house_checkpoint.h"
#include "house_door.h"
#include "house_metrics.h"
#include "house_visitor.h"

#include "access.h"
#include "answer.h"
#include "config.h"
#include "journal.h"
#include "shard.h"

#include <stdatomic.h>
#include <sys/types.h>

/* Bytes of the largest answer to a query. */
#define HOUSE_ANSWER_MAX ((size_t)16 << 20)

/* What the house knows of the store beside its status. */
struct house_store {
    const char *state, *degraded; /* of its health, as last logged; constants, or NULL */
    uint64_t strays_taken;        /* since the start, as the next two */
    uint64_t strays_known;        /* were in the journal already */
    uint64_t strays_refused;      /* could not be read here */
    ff_wall not_before;           /* no checkpoint for a store that has lost records, after one failed */
    bool fenced;                  /* another daemon has it, and this one stops */
};

struct house {
    struct ff_config *config;
    struct house_source source;
    char *token; /* the stats listener asks for it; NULL: for none */

    struct shard shard; /* the state */
    struct answer_site *answer_sites; /* one a site */
    struct answer_customers customers;
    struct customers_answer *customer_answers; /* house_customers.c */
    struct ff_lifetimes **lifetimes; /* one a site, as last asked for; NULL before that */
    bool lifetimes_running;          /* those of a site are being summed up anew */
    uint16_t lifetimes_site;

    struct door own;
    struct door *doors; /* of the ingest threads */
    uint32_t door_count;

    int http_fd, udp_fd, stats_fd; /* sockets of the service manager; -1: none */
    bool udp_adopted;
    char addresses[256];           /* where it listens, as in the ready line */

    struct journal *journal;
    struct house_salts salts;
    struct checkpoint checkpoint;
    struct house_store store;
    uint64_t forgets_left_out; /* asked for while limits.forgets were under way */
    bool ended_early;  /* told to end before the store was open */
    bool clock_behind; /* the clock was set back by more than a little */
    enum ff_status store_logged; /* state of the store, as last logged */
    char *answer;                /* HOUSE_ANSWER_MAX bytes to write answers in */
    struct scrapes scrapes;

    /* What ingest threads see of the state. */
    _Atomic uint64_t durable;
    _Atomic int store_state; /* enum ff_status */
    _Atomic bool stopping;
    struct access *_Atomic access; /* replaced by a reload; the old ones are kept until the end */
    struct access **retired;
    size_t retired_count;
    struct {
        const struct judge *_Atomic now; /* replaced by a reload */
        struct judge **all;              /* owned: it, and those that doors may still have */
        size_t n;
    } judges;
};

/* house_take.c: the state's side of what comes in. Writes one record down and folds it: FF_OK, FF_DUPLICATE, or why it cannot be taken. body is its
 * encoding, without seq. */
enum ff_status house_take(struct house *h, struct ff_record *r, struct ff_span body, struct fold_ahead *ahead);

/* Takes the parcels that ingest threads have sent. */
void house_take_parcels(void *door);

/* Stops the state's loop when a stop was asked for and no ingest thread runs any more. */
void house_stop_if_alone(struct house *h);

/* Sends what the turn gathered to the store, and tells everybody how far all is durable. */
void house_flush(void *house);
void house_hear(void *house);

/* house_store.c: once the state is restored, takes in what an owner before has left: what it had answered counts from
 * the first question on. */
void house_store_begin(struct house *h);

/* Whenever the store may have news, and once a second. */
void house_store_look_after(struct house *h, ff_wall now);

/* Before the end: what only this process still knows is written. */
void house_store_end(struct house *h);

/* house.c: begins to stop, as a signal asks for. */
void house_stop(struct house *h);

/* house_query.c: what a query of this moment reads. */
void house_answer_context(struct house *h, struct answer_context *out);

/* house_customers.c: what queries read of customers; end frees what was kept of it. */
void house_customers_begin(struct house *h);
void house_customers_end(struct house *h);

/* Every second or so: a step of what is being summed up. */
void house_customers_go_on(struct house *h);

/* house_forget.c: whether whoever is to be forgotten must be taken out of the journal now; what of it can be
 * reached (false: soon all can; *note: the last that can be seen to, 0: none); that it has been done. */
bool forget_is_due(const struct house *h, ff_wall now);
bool forget_seal(struct house *h, uint64_t *note, uint64_t *sealed);
void forget_done(struct house *h, uint64_t note, ff_wall now);

/* house_threads.c: the ingest threads. Made (and listening) first, started once the state is restored. */
bool threads_make(struct house *h);
bool threads_start(struct house *h);
void threads_ask_to_stop(struct house *h);
bool threads_ended(const struct house *h);
void threads_join(struct house *h);

/* house_listen.c: where doors listen. Like house_fail they give false after logging why. */
bool house_fail(const char *event, const char *why);

/* Takes over what the service manager has opened. */
bool house_take_sockets(struct house *h);
void house_close_sockets(struct house *h);

/* house_access.c: who may send what; false after logging why. */
bool house_make_access(struct house *h);
void house_free_access(struct house *h);

#endif
