/* Values: what a wire format gives for a field, and the number, instant or truth that is in it. */
#ifndef FOOTFALL_VALUES_H
#define FOOTFALL_VALUES_H

#include "footfall/money.h"
#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"

#include <stdbool.h>

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

/* Each gives FF_OK, or why the value is no such thing, and then *out may be anything: FF_WRONG_TYPE,
 * or of a value of the right type FF_BAD_NUMBER, FF_BAD_TIME, FF_OUT_OF_RANGE. An INTAKE_STRING is none
 * of them: what may stand in one is for its field to say. */
enum ff_status value_integer(const struct intake_value *v, int64_t *out);
enum ff_status value_decimal(const struct intake_value *v, ff_money *out);
enum ff_status value_time(const struct intake_value *v, ff_wall *out);
enum ff_status value_boolean(const struct intake_value *v, bool *out);

#endif
