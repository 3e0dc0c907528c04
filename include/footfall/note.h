/* Note: a record that is no beacon. The daemon writes it down by itself; no sender can. */
#ifndef FOOTFALL_NOTE_H
#define FOOTFALL_NOTE_H

#include "footfall/span.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

/* Numbers in a record: never reuse or change one. */
enum ff_note_kind {
    FF_NOTE_NONE = 0,
    FF_NOTE_FORGET = 1,    /* whoever it names is to be forgotten, and taken out of the journal before it */
    FF_NOTE_FORGOTTEN = 2, /* that has been done for all such notes up to record upto */
    FF_NOTE_KINDS
};

struct ff_note {
    uint64_t seq;     /* place in the journal */
    ff_wall received; /* wall clock when it was made */
    enum ff_note_kind kind;
    /* FORGET. Keyed hashes, so that the note itself does not name anybody; 0: none. */
    uint64_t visitor, customer;
    uint64_t upto; /* FORGOTTEN */
};

#endif
