/* Fields: takes a beacon's keys and typed values, from whichever wire format, into ff_beacon.
 * What is wrong becomes the beacon's fault (the first one stays); nothing here stops a message. */
#ifndef FOOTFALL_FIELDS_H
#define FOOTFALL_FIELDS_H

#include "footfall/beacon.h"
#include "keys.h"
#include "values.h"

/* The indexes of all words of a beacon. Made once, read by all. */
struct fields {
    struct keys beacon, item, type;
};

void fields_init(struct fields *f);

#define FIELDS_MAX_UNKNOWN 64

/* The keys that an object has brought so far. */
struct fields_object {
    uint64_t known;   /* bit of each known key */
    uint32_t unknown; /* of the other keys */
    struct ff_span key[FIELDS_MAX_UNKNOWN];
};

void fields_begin(struct fields_object *o);

/* Sets the fault, unless there is one. field: the literal of a key, or "". */
void fields_fault(struct ff_beacon *b, enum ff_status fault, const char *field, const char *note);

/* Takes note of a key of a beacon, or of one of its items. Gives its field (enum ff_field; for
 * an item its place for fields_set_item), or -1 when its value is to be passed over: an unknown
 * key, which is counted, or a repeated one, which is a fault. key lives as long as o. */
int fields_enter(const struct fields *f, struct fields_object *o, struct ff_beacon *b,
                 struct ff_span key);
int fields_enter_item(const struct fields *f, struct fields_object *o, struct ff_beacon *b,
                      struct ff_span key);

/* Sets a field other than items from its value. */
void fields_set(const struct fields *f, struct ff_beacon *b, int field,
                const struct intake_value *v);

/* Sets a field of an item of b; faults go to b. */
void fields_set_item(struct ff_beacon *b, struct ff_item *item, int field,
                     const struct intake_value *v);

/* The same from an INTAKE_STRING, as most values are; text is borrowed as a value's is. */
void fields_set_text(const struct fields *f, struct ff_beacon *b, int field, struct ff_span text);
void fields_set_item_text(struct ff_beacon *b, struct ff_item *item, int field, struct ff_span text);

/* The same from an INTAKE_WRITTEN. */
void fields_set_written(const struct fields *f, struct ff_beacon *b, int field, struct ff_span text);

#endif
