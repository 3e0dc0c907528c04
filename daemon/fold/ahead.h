/* The keys that a record's story is found by. */
#ifndef FOOTFALL_FOLD_AHEAD_H
#define FOOTFALL_FOLD_AHEAD_H

#include "fold.h"
#include "state.h"

/* Both are 0 where the beacon has no id, and no visitor. */
static inline struct fold_ahead ahead_of(const struct fold *f, const struct ff_beacon *b)
{
    const struct fold_site_state *site = &f->sites[b->site];
    struct fold_ahead a = {.known = true};
    if (ff_has(b, FF_HAS(ID)))
        a.id = hash_id_wide(&f->seed, ~site->scope, b->text[FF_TEXT_ID]);
    if (ff_has(b, FF_HAS(VISITOR)))
        a.visitor = hash_id(&f->seed, site->scope, b->text[FF_TEXT_VISITOR]);
    return a;
}

#endif
