/* A listing: a row of a data file that says what is known of the world (conf/channels.yaml,
 * conf/agents.yaml): one text, below a name, below a section. */
#ifndef FOOTFALL_LISTING_H
#define FOOTFALL_LISTING_H

#include "footfall/span.h"

/* Borrowed from whoever has read the file. */
struct ff_listing {
    struct ff_span section, name, text;
};

#endif
