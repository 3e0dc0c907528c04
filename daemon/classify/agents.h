/* Agents: what the headers of a request say about who sends it: a person on which class of device, or a
 * program, and which. Nothing is sure; what counts is that few people are taken for bots.
 *
 * An agents is made once from a listing (conf/agents.yaml says how that is written) and never changes, so
 * that all threads may use one; each has a cache of its own. */
#ifndef FOOTFALL_AGENTS_H
#define FOOTFALL_AGENTS_H

#include "footfall/listing.h"
#include "footfall/origin.h"
#include "hash.h"

#include <stdint.h>

struct agents;
struct agents_cache;

/* X(name, what it is called): why a request is held for a bot's. */
#define BOT_TABLE(X)                                                                             \
    X(NONE, "none")           /* it is not */                                                    \
    X(AI, "ai")               /* reads for a language model */                                   \
    X(HEADLESS, "headless")   /* a browser without a person, or a test of pages */               \
    X(MONITOR, "monitor")     /* looks whether a site is up */                                   \
    X(PREVIEW, "preview")     /* makes the picture of a link, or hands pages on */               \
    X(SCANNER, "scanner")     /* looks for weak points */                                        \
    X(LIBRARY, "library")     /* a program's HTTP library */                                     \
    X(CRAWLER, "crawler")     /* all others that say what they are */                            \
    X(TOOL, "tool")           /* an agent that no browser sends */                               \
    X(WEBDRIVER, "webdriver") /* a browser that is driven, by its own word */                    \
    X(PREFETCH, "prefetch")   /* a browser that nobody looks at yet */                           \
    X(SPAM, "spam")           /* comes from a site that spams referrers (channels_judge) */

enum bot {
#define X(name, text) BOT_##name,
    BOT_TABLE(X)
#undef X
    BOT_COUNT
};

/* Headers as they came, {NULL, 0} where one did not. */
struct agent_signs {
    struct ff_span user_agent;       /* User-Agent, or the beacon's user_agent where it is taken over */
    struct ff_span ch_brands;        /* Sec-CH-UA */
    struct ff_span ch_mobile;        /* Sec-CH-UA-Mobile: ?0 or ?1 */
    struct ff_span ch_platform;      /* Sec-CH-UA-Platform */
    struct ff_span ch_form_factors;  /* Sec-CH-UA-Form-Factors */
    struct ff_span sec_purpose, purpose, x_moz;
};

struct agent_verdict {
    enum ff_device device; /* FF_DEVICE_NONE: there is no agent, and no hint */
    enum bot bot;
};

#define AGENT_MAX 1024 /* bytes of an agent that are looked at */

/* Makes the patterns of the rows; of sections it does not know, and of a row it cannot use, why (size bytes)
 * tells, and NULL is given, as when out of memory. The rows are not needed any more then. */
struct agents *agents_new(const struct ff_listing *rows, size_t n, char *why, size_t size);

/* Frees *a and nulls it; a NULL *a is fine. */
void agents_free(struct agents **a);

/* Remembers what was judged of about so many agents (at least 2), 8 bytes each; the seed keeps others from
 * choosing agents that displace each other. Owned by the caller; NULL when the memory is refused. */
struct agents_cache *agents_cache_new(size_t agents, const struct hash_seed *seed);

/* Frees *c and nulls it; a NULL *c is fine. */
void agents_cache_free(struct agents_cache **c);

/* How often the cache knew an agent, and how often it did not. */
void agents_cache_counts(const struct agents_cache *c, uint64_t *hits, uint64_t *misses);

/* Judges a request. A missing agent alone is no bot. c may be NULL; it must be used with one a only. The
 * verdict depends on nothing but a and the signs. */
struct agent_verdict agents_judge(const struct agents *a, struct agents_cache *c,
                                  const struct agent_signs *signs);

/* Why a beacon is held for a bot's: what is judged of its agent counts first, then whether its page says that the
 * browser is driven (navigator.webdriver), then whether channels_judge calls it spam. */
enum bot agents_reason(struct agent_verdict v, bool webdriver, bool spam);

/* "mobile", "crawler" and so on; static. */
const char *device_name(enum ff_device d);
const char *bot_name(enum bot b);

#endif
