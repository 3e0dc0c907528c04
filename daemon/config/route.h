/* Routes: paths of URLs, as the configuration writes them. */
#ifndef FOOTFALL_ROUTE_H
#define FOOTFALL_ROUTE_H

#include "footfall/span.h"

/* Whether text is "/..." as a request line has it, without a query, and none of the paths of the
 * listeners' own: "/v1/...", "/healthz", "/readyz". */
bool route_valid(struct ff_span text);

#endif
