/* Batch: the memory that beacons of messages are read into, made once at its cap. Private to the
 * room. */
#ifndef FOOTFALL_BATCH_H
#define FOOTFALL_BATCH_H

#include "fields.h"
#include "intake.h"

struct json_index;

/* Bytes made from messages (unescaped strings): never more than the messages have; of a query, whose
 * items are unescaped twice, never more than twice that. INTAKE_PADDING bytes may be read behind. */
struct texts {
    char *p;
    size_t used, size;
};

/* Where the message that is being read begins: what the batch held before it. */
struct batch_mark {
    uint32_t count;
    size_t items, texts;
};

struct intake {
    struct intake_options options;
    struct fields fields;
    struct fields_object object, item_object; /* of the beacon, the item that is being read */
    struct json_index *index;
    struct ff_record *records;
    uint32_t count;
    size_t bytes; /* of the messages in the batch */
    struct batch_mark message;
    struct ff_item *items;
    size_t item_count, item_cap;
    struct ff_item spare; /* takes the items of a beacon that is refused anyway */
    struct texts texts;
};

/* Forgets all messages. */
void batch_reset(struct intake *in);

/* The next message begins; and forgets what was read of it. */
void batch_begin(struct intake *in);
void batch_forget(struct intake *in);

/* The first beacon of the message that is being read, and how many it has brought so far. */
static inline const struct ff_beacon *batch_first(const struct intake *in)
{
    return &in->records[in->message.count].beacon;
}

static inline uint32_t batch_count(const struct intake *in)
{
    return in->count - in->message.count;
}

/* The batch's next beacon, blank; NULL when max_batch are there. */
struct ff_beacon *batch_beacon(struct intake *in);

/* Makes b a refused one that brought nothing. */
void batch_refuse(struct ff_beacon *b, enum ff_status fault, const char *note);

/* A blank item behind those of b, which must be the batch's last beacon; counted in b unless b is
 * refused, or is hereby: it has FF_MAX_ITEMS already. Borrowed until the next call. */
struct ff_item *batch_item(struct intake *in, struct ff_beacon *b);

#endif
