/* Channels: from where a visitor came to a page: channel, source, medium and campaign, by the rules of
 * Google Analytics' default channel groups in their order, and AI assistants.
 *
 * What tells is, in this order: utm_* parameters of the page's address; a click id in it, for what they
 * leave open; the referrer, for what both leave open. Own hosts and payment providers are no referrers.
 *
 * A channels is made once from a listing (conf/channels.yaml says how that is written) and never changes, so
 * that all threads may use one. */
#ifndef FOOTFALL_CHANNELS_H
#define FOOTFALL_CHANNELS_H

#include "footfall/listing.h"
#include "footfall/origin.h"
#include "hash.h"

#include <stdint.h>

struct channels;
struct channels_cache;

/* What told; the first thing that did. */
enum channel_clue {
    CLUE_NOTHING, /* FF_CHANNEL_DIRECT: a session's later event may yet tell */
    CLUE_TAGS,    /* utm_* */
    CLUE_CLICK,   /* a click id */
    CLUE_REFERRER,
};

struct channel_question {
    struct ff_span url, referrer;     /* of the event; {NULL, 0}: not given */
    const struct ff_span *own_hosts;  /* the site's, beside the url's own; each stands for its subdomains, too */
    size_t own_count;
    uint64_t own_number;              /* for channels_recall: another one where the own hosts are others */
};

#define CHANNEL_TEXT_MAX FF_ORIGIN_TEXT_MAX
#define CHANNEL_ROOM (4 * (CHANNEL_TEXT_MAX + 4))

/* source, medium and campaign are UTF-8; {NULL, 0} where there is none. Each is borrowed from the question's
 * texts, from the channels, or from the room in here: so the verdict is not to be moved while they are used. */
struct channel_verdict {
    enum ff_channel channel;
    enum channel_clue clue;
    struct ff_span source, medium, campaign;
    bool spam;                        /* the referrer is known for spam: a bot's */
    char room[CHANNEL_ROOM];
};

/* Makes the lists of the rows; of a section it does not know, and of a row it cannot use, why (size bytes)
 * tells, and NULL is given, as when out of memory. The rows are not needed any more then. Of equal rows the
 * last one counts. */
struct channels *channels_new(const struct ff_listing *rows, size_t n, char *why, size_t size);

/* Frees *c and nulls it; a NULL *c is fine. */
void channels_free(struct channels **c);

/* Judges an event; out is set whole but for the unused part of its room. Depends on nothing but c and q. */
void channels_judge(const struct channels *c, const struct channel_question *q, struct channel_verdict *out);

/* Remembers verdicts, of a fixed number of questions; one thread's, for one channels. The seed keeps others from
 * choosing questions that are taken for one another. Owned by the caller; NULL when the memory is refused. */
struct channels_cache *channels_cache_new(const struct hash_seed *seed);

/* Frees *c and nulls it; a NULL *c is fine. */
void channels_cache_free(struct channels_cache **c);

/* As channels_judge, from memory where such a question was judged before; cache may be NULL. */
void channels_recall(const struct channels *c, struct channels_cache *cache, const struct channel_question *q,
                     struct channel_verdict *out);

/* "organic search" and so on; static. */
const char *channel_name(enum ff_channel c);

#endif
