#include "own_hosts.h"

#include "url.h"

#include <stdlib.h>

struct own_hosts {
    size_t *ends;          /* of each site's among the hosts; they begin where those of the site before end */
    struct ff_span *hosts; /* all sites' */
    char *texts;
};

static const char *const *names_of(const struct own_hosts_site *site)
{
    return *site->hosts ? site->hosts : site->origins;
}

/* Room for all there can be, with nothing in it; NULL when out of memory. */
static struct own_hosts *with_room(const struct own_hosts_site *sites, size_t n)
{
    struct own_hosts *o = calloc(1, sizeof *o);
    size_t hosts = 0, bytes = 0;
    for (size_t i = 0; i < n; i++)
        for (const char *const *name = names_of(&sites[i]); *name; name++, hosts++)
            bytes += strlen(*name);
    if (!o)
        return NULL;
    o->ends = calloc(n + 1, sizeof *o->ends);
    o->hosts = calloc(hosts + 1, sizeof *o->hosts);
    o->texts = malloc(bytes + 1);
    if (!o->ends || !o->hosts || !o->texts)
        own_hosts_free(&o);
    return o;
}

/* Empty where it has none. */
static struct ff_span host_of_origin(const char *origin)
{
    return url_without_www(url_split(ff_span_text(origin)).host);
}

struct own_hosts *own_hosts_new(const struct own_hosts_site *sites, size_t n)
{
    struct own_hosts *o = with_room(sites, n);
    size_t used = 0;
    if (!o)
        return NULL;
    char *text = o->texts;
    for (size_t i = 0; i < n; i++) {
        for (const char *const *name = names_of(&sites[i]); *name; name++) {
            struct ff_span host = *sites[i].hosts ? ff_span_text(*name) : host_of_origin(*name);
            if (host.n == 0)
                continue;
            memcpy(text, host.p, host.n);
            o->hosts[used++] = ff_span_of(text, host.n);
            text += host.n;
        }
        o->ends[i] = used;
    }
    return o;
}

void own_hosts_free(struct own_hosts **o)
{
    if (!*o)
        return;
    free((*o)->ends);
    free((*o)->hosts);
    free((*o)->texts);
    free(*o);
    *o = NULL;
}

const struct ff_span *own_hosts_of(const struct own_hosts *o, size_t site, size_t *n)
{
    size_t first = site > 0 ? o->ends[site - 1] : 0;
    *n = o->ends[site] - first;
    return o->hosts + first;
}
