/* Privacy: whom an event may name. */
#ifndef FOOTFALL_PRIVACY_H
#define FOOTFALL_PRIVACY_H

#include "canon.h"

/* Takes visitor and customer out of the event of a visitor (visits) that is to be anonymous, and what senders have no
 * business with out of any. False with its fault set: the site drops it. */
bool privacy_check(const struct canon_arrival *how, enum ff_gpc gpc, bool visits, struct ff_beacon *b);

/* Whether the visitor's id, where it is given, may be sent; false with the fault set. */
bool privacy_check_visitor(const struct canon_arrival *how, struct ff_beacon *b);

#endif
