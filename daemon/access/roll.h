/* Roll: names (keys, or origins), each with the sites it is good for. What is looked up is compared
 * by a keyed hash first and then in a time that does not depend on where it differs, so that
 * neither the number of names nor their bytes show in how long it takes. */
#ifndef FOOTFALL_ACCESS_ROLL_H
#define FOOTFALL_ACCESS_ROLL_H

#include "footfall/span.h"
#include "hash.h"

/* What goes on a roll: a name, and what it may do for a site (bits, not 0). */
struct roll_entry {
    const char *text;
    uint16_t site;
    uint8_t rights;
};

struct roll_name {
    uint64_t hash;
    struct ff_span text;   /* in the roll's texts */
    uint32_t first, count; /* its grants */
};

struct roll_grant {
    uint16_t site;
    uint8_t rights;
};

struct roll {
    struct hash_seed seed;
    struct roll_name *names; /* name_count of them, in the order of their hashes */
    uint32_t name_count;
    struct roll_grant *grants; /* of each name together, in the order of their sites */
    char *texts;
};

/* Copies n entries in any order; the same name and site twice adds up its rights. False when out of
 * memory; roll_fini is due in either case. */
bool roll_init(struct roll *r, const struct hash_seed *seed, const struct roll_entry *entries,
               size_t n);
void roll_fini(struct roll *r);

/* The name that equals text, or NULL. */
const struct roll_name *roll_find(const struct roll *r, struct ff_span text);

/* What a name with these grants may do for a site; 0: nothing. */
unsigned roll_rights(const struct roll *r, uint32_t first, uint32_t count, uint16_t site);

#endif
