/* Batch: the memory that beacons of one message are read into, made once at its cap. Private to
 * the room. */
#ifndef FOOTFALL_BATCH_H
#define FOOTFALL_BATCH_H

#include "fields.h"
#include "intake.h"

struct json_index;

/* Bytes made from a message (unescaped strings): never more than the message has; of a query, whose
 * items are unescaped twice, never more than twice that. INTAKE_PADDING bytes may be read behind. */
struct texts {
    char *p;
    size_t used, size;
};

struct intake {
    struct intake_options options;
    struct fields fields;
    struct fields_object object, item_object; /* of the beacon, the item that is being read */
    struct json_index *index;
    struct ff_beacon *beacons;
    uint32_t count;
    struct ff_item *items;
    size_t item_count, item_cap;
    struct ff_item spare; /* takes the items of a beacon that is refused anyway */
    struct texts texts;
};

/* Forgets the message before. */
void batch_reset(struct intake *in);

/* The batch's next beacon, blank; NULL when max_batch are there. */
struct ff_beacon *batch_beacon(struct intake *in);

/* Makes b a refused one that brought nothing. */
void batch_refuse(struct ff_beacon *b, enum ff_status fault, const char *note);

/* A blank item behind those of b, which must be the batch's last beacon; counted in b unless b is
 * refused, or is hereby: it has FF_MAX_ITEMS already. Borrowed until the next call. */
struct ff_item *batch_item(struct intake *in, struct ff_beacon *b);

#endif
