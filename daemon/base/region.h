/* Region: a table's memory, mapped once at its cap and touched page by page as it fills. */
#ifndef FOOTFALL_REGION_H
#define FOOTFALL_REGION_H

#include <stddef.h>

/* Maps count * size zeroed bytes without reserving them; never resized. NULL when the address
 * space is refused. Owned by the caller until region_free. */
void *region_new(size_t count, size_t size);

/* Has the pages of the bytes at p (on a page's boundary, in what region_new gave) be there before they are written
 * to; where the system knows no such thing, they come then. What they hold stays. */
void region_touch(void *p, size_t bytes);

/* Gives back the pages that lie whole within the bytes at p (anywhere in what region_new gave); all
 * of the bytes read as zeros again. */
void region_forget(void *p, size_t bytes);

/* Takes the address of the pointer that region_new gave for the same count and size: unmaps it
 * and nulls the pointer; a NULL pointer is fine. */
void region_free(void *p, size_t count, size_t size);

#endif
