/* Countries: the country of an address, from a database in MaxMind's format. */
#ifndef FOOTFALL_COUNTRY_H
#define FOOTFALL_COUNTRY_H

#include "footfall/span.h"

#include <sys/socket.h>

struct countries;

#define COUNTRIES_MAX_BYTES (UINT64_C(1) << 30) /* a larger file is refused */

/* Reads the whole file and looks through all that it says, once, so that a look-up meets nothing broken and
 * no later change of the file matters: to take up a new one, open it anew and free the old. Takes some tens
 * of milliseconds for a database of countries, a second or two for one of cities. Owned by the caller. NULL
 * when it cannot be read, is broken, or knows no countries: why (size bytes) begins with the file's name. */
struct countries *countries_new(const char *file, char *why, size_t size);

/* Frees *c and nulls it; a NULL *c is fine. */
void countries_free(struct countries **c);

/* Two capital letters (ISO 3166-1), borrowed until countries_free; {NULL, 0} where the database has none for
 * the address, or it is neither of IPv4 nor of IPv6. Any thread may ask. */
struct ff_span countries_find(const struct countries *c, const struct sockaddr *address);

#endif
