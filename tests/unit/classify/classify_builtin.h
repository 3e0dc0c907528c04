/* The built-in listings, for tests of classify. */
#ifndef FOOTFALL_TESTS_CLASSIFY_BUILTIN_H
#define FOOTFALL_TESTS_CLASSIFY_BUILTIN_H

#include "listing.h"

#include <stdio.h>
#include <stdlib.h>

/* The built-in listing of a kind; to be freed. */
static inline struct listing *builtin(enum listing_kind kind, const struct ff_listing **rows, size_t *n)
{
    char why[256];
    struct listing *l = listing_load(kind, NULL, why, sizeof why);
    if (!l) {
        fprintf(stderr, "%s\n", why);
        abort();
    }
    *rows = listing_rows(l, n);
    return l;
}

#endif
