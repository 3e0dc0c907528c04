/* MessagePack, second step: a map becomes a beacon. */
#ifndef FOOTFALL_MSGPACK_BEACON_H
#define FOOTFALL_MSGPACK_BEACON_H

#include "batch.h"
#include "unpack.h"

/* Reads the next value into b, the batch's last beacon. What is wrong with the beacon is its fault
 * (FF_NOT_AN_OBJECT, ...); what is wrong with the message is given, and b is of no use. */
enum ff_status msgpack_beacon(struct intake *in, struct unpack *u, struct ff_beacon *b);

#endif
