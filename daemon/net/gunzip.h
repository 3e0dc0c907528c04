/* Gunzip: a whole gzip body at once, into one buffer that the next body reuses. The only file that
 * knows zlib. */
#ifndef FOOTFALL_NET_GUNZIP_H
#define FOOTFALL_NET_GUNZIP_H

#include "footfall/span.h"
#include "footfall/status.h"

struct gunzip;

/* For bodies that inflate to at most max bytes. Owned by the caller; NULL when out of memory. The
 * buffer is mapped at max and touched as far as bodies reach. */
struct gunzip *gunzip_new(size_t max);
void gunzip_free(struct gunzip **g);

/* Whether a body begins as gzip does; nothing else that is taken begins so. */
bool gunzip_is(struct ff_span body);

/* Inflates one gzip member or several back to back. *out is borrowed until the next call, with
 * NET_PADDING readable bytes behind it. FF_BODY_TOO_LARGE: more than max bytes, and inflating ended
 * there. FF_MALFORMED: broken, cut short, or followed by something else; *out is not set. */
enum ff_status gunzip_all(struct gunzip *g, struct ff_span in, struct ff_span *out);

#endif
