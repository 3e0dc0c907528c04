/* Fault: how canon says no. */
#ifndef FOOTFALL_FAULT_H
#define FOOTFALL_FAULT_H

#include "footfall/beacon.h"

/* Sets the fault; field and note are static text (note may be NULL). Always false, so that a
 * check can end in it. */
static inline bool refuse(struct ff_beacon *b, enum ff_status fault, const char *field,
                          const char *note)
{
    b->fault = fault;
    b->fault_field = field;
    b->fault_note = note;
    return false;
}

/* Counts a text that was cut. */
static inline void count_cut(struct ff_beacon *b)
{
    if (b->cut < UINT16_MAX)
        b->cut++;
}

#endif
