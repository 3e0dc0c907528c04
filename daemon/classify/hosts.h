/* Hosts: what a host, or a name that stands for one, is known as. Made once, then only read. */
#ifndef FOOTFALL_HOSTS_H
#define FOOTFALL_HOSTS_H

#include "url.h"

#include <stdint.h>

struct hosts;

/* What an entry is known as; the owner's. */
struct host_label {
    uint16_t kind;         /* not 0 */
    struct ff_span source; /* empty: the host itself */
};

/* Room for n entries whose texts and sources have so many bytes in all; owned by the caller. NULL when out of
 * memory. */
struct hosts *hosts_new(size_t n, size_t bytes);

/* Frees *h and nulls it; a NULL *h is fine. */
void hosts_free(struct hosts **h);

#define HOST_ENTRY_MAX 253

/* Adds an entry as conf/channels.yaml describes it; an equal one gives way, unless it is to stay. Copies the
 * texts. False when the entry is empty or too long, or there is no room for it. */
bool hosts_add(struct hosts *h, struct ff_span entry, struct host_label label, bool stay);

/* What a host (in lower case) with a path is known as: the longest entry for it; NULL when for none. */
const struct host_label *hosts_find(const struct hosts *h, struct ff_span host, struct ff_span path);

/* What a name without a dot (in lower case) is known as, or NULL. */
const struct host_label *hosts_find_name(const struct hosts *h, struct ff_span name);

#endif
