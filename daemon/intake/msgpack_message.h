/* MessagePack messages: a map, an array of maps, or maps back to back. A row of intake_table. */
#ifndef FOOTFALL_MSGPACK_MESSAGE_H
#define FOOTFALL_MSGPACK_MESSAGE_H

#include "intake.h"

/* Where the bytes break off or make no sense, nothing is taken, of maps back to back no more than
 * of an array: behind the break nobody knows where the next would begin. */
enum ff_status msgpack_decode(struct intake *in, struct ff_span message);

/* Whether the message's first byte is that of a map or an array, with which no text begins that is
 * JSON. */
bool msgpack_begins(struct ff_span message);

#endif
