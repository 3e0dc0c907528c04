/* Rewrite: Redis writes its append-only file anew, so that what was taken out of its data is not in there either. */
#ifndef FOOTFALL_REDIS_REWRITE_H
#define FOOTFALL_REDIS_REWRITE_H

#include "redis_shard.h"

/* Asks for it and waits until it is over, no longer than within; the thread sleeps meanwhile. One that was under way
 * before holds what was there then, so it is waited for, and another asked for behind it. REDIS_OK: that one has gone
 * well, or there is no such file. Else, with a sentence in why (size bytes), what is in the way: REDIS_MISCONF, it
 * failed; REDIS_BUSY, it was not over in time; or what Redis said. Who may not ask how it went has asked for it all
 * the same. */
enum redis_trouble redis_rewrite(struct redis_shard *s, ff_dur within, char *why, size_t size);

#endif
