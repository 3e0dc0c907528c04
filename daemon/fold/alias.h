/* Aliases: the new ids of visitors whose id has changed at midnight, in the middle of a session. An event that says both
 * goes on with the old one where that has a live session, and so do those after it that say the new one alone, as long
 * as the session lives. */
#ifndef FOOTFALL_FOLD_ALIAS_H
#define FOOTFALL_FOLD_ALIAS_H

#include "footfall/record.h"
#include "recall.h"

struct fold;
struct image_in;
struct image_out;

/* How long after a midnight ids are told by it. */
#define ALIAS_WINDOW (2 * FF_DAY)

struct alias {
    struct recall_entry entry;
    uint64_t key, mark; /* of whom it is */
};

/* Whose event a record is. */
struct who {
    uint64_t key;  /* keyed hash of site and id */
    uint64_t mark; /* unkeyed, for distinct counts */
    bool other;    /* not of the id that it says */
};

/* For a record with a visitor, after advancing to its received. key: that of the id that it says. */
struct who alias_who(struct fold *f, const struct ff_record *r, uint64_t key);

/* The alias under the key of an id, or NULL. */
struct alias *alias_find(const struct fold *f, uint64_t key, ff_wall arrival);

/* Its own fields in an image. */
void alias_put(struct image_out *out, const struct recall_entry *e);
void alias_get(struct image_in *in, struct recall_entry *e);

#endif
