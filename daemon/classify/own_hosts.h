/* Own hosts: for each site, the hosts whose referrals are none, since they are the site's own. Made once, then
 * only read. */
#ifndef FOOTFALL_OWN_HOSTS_H
#define FOOTFALL_OWN_HOSTS_H

#include "footfall/span.h"

struct own_hosts;

/* What is known of a site, each a list of texts with NULL behind. */
struct own_hosts_site {
    const char *const *hosts;   /* as they are; where there are none, those of the origins */
    const char *const *origins; /* "https://www.shop.example:8443": of it the host, without "www."; "*" has none */
};

/* The hosts of n sites, copied. Owned by the caller; NULL when out of memory. */
struct own_hosts *own_hosts_new(const struct own_hosts_site *sites, size_t n);

/* Frees *o and nulls it; a NULL *o is fine. */
void own_hosts_free(struct own_hosts **o);

/* Those of the site at that place (which is one of the n), *n of them; borrowed until own_hosts_free. */
const struct ff_span *own_hosts_of(const struct own_hosts *o, size_t site, size_t *n);

#endif
