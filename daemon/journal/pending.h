/* Pending: the groups that are not durable yet, in order of seq, each encoded as a segment wants
 * it. The last ones may not be written yet; only the very last one still takes records. */
#ifndef FOOTFALL_PENDING_H
#define FOOTFALL_PENDING_H

#include "footfall/span.h"
#include "footfall/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A group: room for its header, then count records from seq first on. */
struct pending_group {
    struct pending_group *next;
    uint64_t first;
    uint32_t count;
    size_t used;  /* bytes, header included */
    size_t room;  /* allocated */
    unsigned char *bytes;
    bool closed;  /* takes no more, whatever its size */
    bool whole;   /* takes more until then, whatever its size */
};

struct pending {
    struct pending_group *head, *tail; /* owned */
    struct pending_group *unwritten;   /* the first that is not written; all after it are not either */
    struct pending_group *written;     /* the last that is written, NULL: none in the queue */
    struct pending_group *mark;        /* what written was when pending_mark was called; NULL: none */
    size_t bytes;         /* allocated by the groups in the queue, */
    size_t written_bytes; /* by the written ones of them, */
    size_t mark_bytes;    /* and by those up to mark */
    size_t max;           /* ceiling of bytes */
    bool whole;           /* of the next group */
    struct pending_group *spent, *spent_tail; /* owned, let go of: for the next groups, the oldest first */
    size_t spent_bytes;
};

/* An empty queue that holds up to max bytes. */
void pending_init(struct pending *p, size_t max);
void pending_fini(struct pending *p);

/* Copies a record to the last group, or to a new one when that is written or large. FF_NO_MEMORY
 * when it does not fit under the ceiling or is longer than a record may be; nothing is added then. */
enum ff_status pending_add(struct pending *p, uint64_t seq, struct ff_span body);

/* The next record begins a group of its own. */
void pending_close(struct pending *p);

/* The same, and that one ends with the next pending_close alone, or when it is written, however large it gets: what is
 * in it is there as a whole or not at all. */
void pending_whole(struct pending *p);

/* Notes that the first group that is not written is now. */
void pending_wrote(struct pending *p);

/* The seq of a group's last record. */
static inline uint64_t pending_last(const struct pending_group *g)
{
    return g->first + g->count - 1;
}

/* All groups count as not written again: their segment is given up. */
void pending_rewind(struct pending *p);

/* Notes what is written now: to let go of just that much later does not cost more the more groups it is. */
void pending_mark(struct pending *p);

/* Lets go of the groups up to seq durable, which are all written. */
void pending_release(struct pending *p, uint64_t durable);

#endif
