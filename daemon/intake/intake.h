/* Intake: one complete message in, beacons out. Pure: no clock, no socket, no log, no allocation
 * outside the batch's own memory, which is made once. */
#ifndef FOOTFALL_INTAKE_H
#define FOOTFALL_INTAKE_H

#include "footfall/record.h"

struct intake;

struct intake_options {
    uint32_t max_batch; /* events in one message */
    size_t max_message; /* bytes of one message, after inflating */
};

/* Owned by the caller; NULL when out of memory. One a thread. */
struct intake *intake_new(const struct intake_options *options);
void intake_free(struct intake **in);

/* Bytes that must be readable (any content) behind every message given to intake_decode. */
#define INTAKE_PADDING 64

/* What messages held: count events in their order, each the beacon of a record that has nothing
 * else yet, with its fault (FF_OK: lexically sound; canon has not seen it). Borrowed, for the
 * caller to write in, until the next call but intake_add on the same intake; texts may borrow from
 * their messages, too. */
struct intake_batch {
    struct ff_record *records;
    uint32_t count;
};

/* A wire format; a row of intake_table. */
struct intake_format {
    const char *name;         /* "json", "ndjson", "msgpack" */
    const char *content_type; /* the media type that names it, lower case, without parameters */
    enum ff_status (*decode)(struct intake *in, struct ff_span message);
};

/* The row for a Content-Type value (any case, parameters ignored), or NULL when it is taken by none.
 * None, text/plain and application/octet-stream say nothing: the message's first bytes do, a map or
 * an array of MessagePack, or (behind blanks and a byte order mark) '{' or '[' of JSON; several
 * objects a line each are told from one object also under application/json. */
const struct intake_format *intake_format(struct ff_span content_type, struct ff_span message);

/* FF_OK, or why the message is refused whole (FF_MALFORMED, FF_NOT_UTF8, FF_EMPTY,
 * FF_BATCH_TOO_LARGE, ...), and then nothing of it is taken. A fault within one event stands in
 * that beacon; of lines, a malformed one is a beacon with that fault. Texts of MessagePack may be
 * no UTF-8: canon looks at those that are kept. */
enum ff_status intake_decode(struct intake *in, const struct intake_format *format,
                             struct ff_span message, struct intake_batch *out);

/* The same behind what the batch holds, which stays as it is, whatever becomes of this message;
 * *out is the whole batch. All its messages together are bound by the limits of one: where that is
 * why this one is refused (FF_BODY_TOO_LARGE, FF_BATCH_TOO_LARGE), it may still fit alone. */
enum ff_status intake_add(struct intake *in, const struct intake_format *format,
                          struct ff_span message, struct intake_batch *out);

/* One beacon from the query of a URL, "type=page_view&visitor=v+1&value=59.97": every field of a
 * beacon under its key, each as its kind asks for it (numbers as JSON writes them, passive as true,
 * false, 1 or 0, items as JSON). FF_OK, and *out holds one beacon, with its fault; or FF_MALFORMED
 * for a '%' without two digits, FF_EMPTY, FF_BODY_TOO_LARGE. INTAKE_PADDING, borrowing and texts that
 * may be no UTF-8 as with intake_decode. */
enum ff_status intake_query(struct intake *in, struct ff_span query, struct intake_batch *out);

/* The same behind what the batch holds, as intake_add. */
enum ff_status intake_query_add(struct intake *in, struct ff_span query, struct intake_batch *out);

#endif
