/* JSON, third step: an object becomes a beacon. */
#ifndef FOOTFALL_JSON_BEACON_H
#define FOOTFALL_JSON_BEACON_H

#include "json_walk.h"

/* Reads the value at w into b, the batch's last beacon. What is wrong with the beacon is its
 * fault (FF_NOT_AN_OBJECT, ...); what is wrong with the document is given, and b is of no use. */
enum ff_status json_beacon(struct intake *in, struct json_walk *w, struct ff_beacon *b);

/* Reads the value at w as the items of b, the batch's last beacon; otherwise the same. */
enum ff_status json_beacon_items(struct intake *in, struct json_walk *w, struct ff_beacon *b);

#endif
