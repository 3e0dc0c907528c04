/* Carts as JSON, and their places as the text of a cursor. */
#ifndef FOOTFALL_ANSWER_CART_JSON_H
#define FOOTFALL_ANSWER_CART_JSON_H

#include "carts.h"
#include "json_out.h"

/* The cart as an object; in_state: with its state. */
void cart_json_write(const struct fold *f, const struct cart_view *c, bool in_state, struct json_out *out);

/* A cursor of CART_CURSOR bytes, and NUL. False: the text is none. */
#define CART_CURSOR 48
void cart_cursor_print(const struct cart_place *place, char out[CART_CURSOR + 1]);
bool cart_cursor_parse(struct ff_span text, struct cart_place *out);

#endif
