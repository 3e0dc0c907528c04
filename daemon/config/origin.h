/* Origins: what browsers call the places that pages come from. */
#ifndef FOOTFALL_ORIGIN_H
#define FOOTFALL_ORIGIN_H

#include "footfall/span.h"

#define ORIGIN_TEXT 320 /* bytes that hold any origin with its NUL */

/* Writes an origin ("https://Shop.example:443/") the way browsers send it: in small letters, without
 * the scheme's own port, without a slash behind it. "*" stays itself. False when it is none; names
 * beyond ASCII must be given in their xn-- form. */
bool origin_canonical(struct ff_span text, char out[ORIGIN_TEXT]);

#endif
