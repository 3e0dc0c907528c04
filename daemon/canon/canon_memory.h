/* What a canon holds: the sites by their names, the currencies, and the memory for texts and items
 * that it makes. Private to the room. */
#ifndef FOOTFALL_CANON_MEMORY_H
#define FOOTFALL_CANON_MEMORY_H

#include "canon.h"
#include "currency.h"

#define CANON_MAX_TEXTS ((size_t)64 << 20) /* bytes between two canon_reset */
#define CANON_MAX_ITEMS ((size_t)1 << 20)  /* items between two canon_reset */

/* A site's id or alias. name.p is NULL in a free slot. */
struct canon_name {
    struct ff_span name;
    uint16_t site;
};

struct canon {
    struct canon_options options;
    struct canon_name *names; /* open addressing, name_slots (a power of 2, at most half full) */
    size_t name_slots;
    struct currency_set currencies;
    char *texts;
    size_t text_used;
    struct ff_item *items;
    size_t item_used;
};

/* The index of the site with this id or alias, or -1. */
int canon_find_site(const struct canon *c, struct ff_span name);

/* n items of the canon's, not blank, until canon_reset; NULL when that many are not left. */
struct ff_item *canon_items(struct canon *c, size_t n);

/* Copies text, until canon_reset; false when there is no room. */
bool canon_copy(struct canon *c, struct ff_span text, struct ff_span *out);

#endif
