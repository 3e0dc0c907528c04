/* JSON messages: one object or an array of them, and one object a line. Rows of intake_table. */
#ifndef FOOTFALL_JSON_MESSAGE_H
#define FOOTFALL_JSON_MESSAGE_H

#include "batch.h"

enum ff_status json_decode(struct intake *in, struct ff_span message);
enum ff_status json_decode_lines(struct intake *in, struct ff_span message);

/* Reads text, with INTAKE_PADDING bytes readable behind it, as the items of b, the batch's last
 * beacon; what is wrong with it is b's fault. */
void json_items(struct intake *in, struct ff_span text, struct ff_beacon *b);

/* Whether the message, behind blanks and a byte order mark, begins as an object or array does. */
bool json_begins(struct ff_span message);

/* Whether the message is one object a line, and more than one: its first line that is not blank
 * is an object in itself, and something follows. */
bool json_holds_lines(struct ff_span message);

#endif
