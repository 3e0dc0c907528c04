/* Shelf: memory that only grows and is freed at once; what one configuration is kept in. */
#ifndef FOOTFALL_SHELF_H
#define FOOTFALL_SHELF_H

#include "footfall/span.h"

struct shelf;

/* Owned by the caller; NULL when out of memory. */
struct shelf *shelf_new(void);

/* Frees everything that was taken from it, and nulls *s; a NULL *s is fine. */
void shelf_free(struct shelf **s);

/* n zeroed bytes, aligned for anything; NULL when out of memory. */
void *shelf_take(struct shelf *s, size_t n);

/* Copies text and puts a NUL behind it; NULL when out of memory. */
char *shelf_copy(struct shelf *s, struct ff_span text);

#endif
