/* The data files that are built into the program (conf/ in the sources; see builtin.cmake). */
#ifndef FOOTFALL_BUILTIN_H
#define FOOTFALL_BUILTIN_H

#include "footfall/span.h"

struct ff_span builtin_channels(void);
struct ff_span builtin_agents(void);

#endif
