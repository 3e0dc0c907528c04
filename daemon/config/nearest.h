/* Nearest: which known key somebody may have meant. */
#ifndef FOOTFALL_NEAREST_H
#define FOOTFALL_NEAREST_H

#include "keys.h"

/* Writes the name nearest to what was written, which no row of list has: one of its rows or, with
 * sections, one of their sections or "sites". A key without its section is near to the same one
 * with it. */
void nearest_name(char *out, size_t size, const struct key_list *list, bool sections,
                  const char *written);

/* Insertions, deletions, replacements and swaps of neighbours that make one of the other; only
 * the first 64 bytes of each count. */
size_t nearest_distance(struct ff_span a, struct ff_span b);

#endif
