/* A record as a line of JSON, for export: the beacon of contract.md that, imported elsewhere, gives
 * the same record again, but for what an import makes anew (seq, received, arrival). */
#ifndef FOOTFALL_RECORD_JSON_H
#define FOOTFALL_RECORD_JSON_H

#include "footfall/record.h"

#include <stddef.h>
#include <stdint.h>

/* The longest line: 1000 items with all texts at their limits, each byte an escape, and the rest. */
#define RECORD_JSON_MAX ((size_t)(1000 * (6 * (128 + 4 * 256) + 128) + 65536))

/* Writes r, which canon_check passed or record_decode gave, to out: an object without a line end or
 * NUL. The site is the one in the record. An event without an id gets "footfall-journal:STORE-SEQ",
 * in which store (16 hex digits) tells journals apart: to be the same for one journal at all times.
 * Gives the length, or 0 when size is too small. */
size_t record_json(const struct ff_record *r, uint64_t store, char *out, size_t size);

#endif
