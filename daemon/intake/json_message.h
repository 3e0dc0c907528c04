/* JSON messages: one object or an array of them, and one object a line. Rows of intake_table. */
#ifndef FOOTFALL_JSON_MESSAGE_H
#define FOOTFALL_JSON_MESSAGE_H

#include "intake.h"

enum ff_status json_decode(struct intake *in, struct ff_span message, struct intake_batch *out);
enum ff_status json_decode_lines(struct intake *in, struct ff_span message,
                                 struct intake_batch *out);

/* Whether the message is one object a line, and more than one: its first line that is not blank
 * is an object in itself, and something follows. */
bool json_holds_lines(struct ff_span message);

#endif
