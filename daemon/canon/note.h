/* Notes as the bodies of records. */
#ifndef FOOTFALL_CANON_NOTE_H
#define FOOTFALL_CANON_NOTE_H

#include "footfall/note.h"
#include "footfall/status.h"

#include <stddef.h>

/* Bytes that any note fits in. */
#define NOTE_MAX 64

/* The bytes it takes; seq is not in them. */
size_t note_encode(const struct ff_note *n, void *out, size_t size);

/* Whether a record's body is that of a note, or else of a beacon. */
bool note_is(struct ff_span body);

/* FF_OK, FF_STORE_CORRUPT, FF_STORE_VERSION. */
enum ff_status note_decode(uint64_t seq, struct ff_span body, struct ff_note *n);

#endif
