/* json_out: a JSON writer into a bounded buffer. Commas come by themselves; what does not fit is
 * left out and remembered in `full`. */
#ifndef FOOTFALL_JSON_OUT_H
#define FOOTFALL_JSON_OUT_H

#include "footfall/money.h"
#include "footfall/span.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

struct json_out {
    char *p; /* borrowed */
    size_t size, n;
    bool comma; /* before the next member or element */
    bool full;  /* something did not fit: the text is not to be used */
};

/* Begins an empty text in size bytes at p. */
void json_out_init(struct json_out *j, char *p, size_t size);

void json_out_open(struct json_out *j, char bracket);  /* '{' or '[' */
void json_out_close(struct json_out *j, char bracket); /* '}' or ']' */

/* The next member's key; its value follows. */
void json_out_key(struct json_out *j, struct ff_span key);

/* Values. Bytes of text that are not UTF-8 become U+FFFD. Doubles are the shortest decimal that
 * gives them back, null when not finite. Instants are RFC 3339 in UTC. */
void json_out_text(struct json_out *j, struct ff_span text);
void json_out_integer(struct json_out *j, int64_t value);
void json_out_double(struct json_out *j, double value);
void json_out_money(struct json_out *j, ff_money_sum amount);
void json_out_instant(struct json_out *j, ff_wall t);
void json_out_boolean(struct json_out *j, bool value);
void json_out_null(struct json_out *j);
void json_out_text_or_null(struct json_out *j, struct ff_span text); /* null for {NULL, 0} */

#endif
