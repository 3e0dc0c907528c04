/* Fields: takes a beacon's keys and typed values, from whichever wire format, into ff_beacon.
 * What is wrong becomes the beacon's fault (the first one stays); nothing here stops a message. */
#ifndef FOOTFALL_FIELDS_H
#define FOOTFALL_FIELDS_H

#include "footfall/beacon.h"
#include "keys.h"

enum intake_kind {
    INTAKE_NULL,    /* the same as not given */
    INTAKE_BOOLEAN, /* .boolean */
    INTAKE_NUMBER,  /* .text: the number as JSON writes it */
    INTAKE_INTEGER, /* .integer */
    INTAKE_HUGE,    /* an integer beyond int64_t */
    INTAKE_DOUBLE,  /* .real */
    INTAKE_INSTANT, /* .integer: an ff_wall; less than 0 when it is no time that may be given */
    INTAKE_STRING,  /* .text: its bytes, unescaped */
    INTAKE_BROKEN_STRING, /* cannot be told in UTF-8 (half of a surrogate pair) */
    INTAKE_WRITTEN,       /* .text: string, number or boolean, whichever the field asks for */
    INTAKE_NESTED,        /* an object or array, or raw bytes, where none belong */
};

struct intake_value {
    enum intake_kind kind;
    bool boolean;
    struct ff_span text; /* borrowed; lives as long as the batch */
    union {
        int64_t integer;
        double real;
    };
};

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

#endif
