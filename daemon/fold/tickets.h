/* Tickets: support conversations, from their opening to their last resolution (metrics.md, "Support").
 * Whatever the order in which their events come, they are counted as in the order of time. */
#ifndef FOOTFALL_FOLD_TICKETS_H
#define FOOTFALL_FOLD_TICKETS_H

#include "footfall/record.h"
#include "chain.h"
#include "hash.h"
#include "table.h"

struct fold;
struct image_in;
struct image_out;
struct pen;

/* So many replies from before its opening are remembered of a ticket, the earliest: should it turn out to
 * have been opened sooner, the first reply is among them. */
#define TICKET_EARLY 4

struct ticket {
    struct hash128 key;
    uint64_t born;      /* counts the tickets of a fold */
    ff_wall since, until; /* the arrivals of its events: the earliest and the latest */
    ff_wall received;   /* of the last one in the journal */
    ff_wall opened;     /* the earliest support_open, or FF_NEVER */
    ff_wall last;       /* the latest of what opens or resolves it, or FF_NEVER */
    ff_wall replies[TICKET_EARLY + 2]; /* early ones, then the first from the opening on; rising */
    struct chain_link by_touch;
    uint16_t site;
    uint8_t reply_count; /* at most TICKET_EARLY + 1, but for a moment */
    bool resolved;       /* the last is a support_resolve */
};

struct tickets {
    struct pool pool;
    struct table by_key;
    struct chain by_touch;
    uint64_t births;
    uint64_t evicted;          /* tickets that gave way at the limit, ever; their numbers stay */
    uint64_t replies_left_out; /* early replies of which there were too many, ever */
};

/* At most cap (1 or more). False when the address space is refused; to be ended with tickets_fini in each
 * case. The tickets must stay where they are. */
bool tickets_init(struct tickets *t, uint32_t cap);
void tickets_fini(struct tickets *t);

/* Folds a support_open, _reply or _resolve, and emits by how much its ticket is counted otherwise. */
void tickets_take(const struct pen *p, const struct ff_record *r);

/* Forgets those that nothing has been received of for support_remember before now. */
void tickets_expire(struct fold *f, ff_wall now);

/* A section of the fold's image (fold.h). Where there is less room than there was, those touched longest
 * ago give way. */
void tickets_save(const struct fold *f, struct image_out *out);
bool tickets_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count);

#endif
