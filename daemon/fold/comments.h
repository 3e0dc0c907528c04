/* Comments: what was written in surveys, the newest of each site, and all that is known of them. */
#ifndef FOOTFALL_FOLD_COMMENTS_H
#define FOOTFALL_FOLD_COMMENTS_H

#include "footfall/record.h"
#include "pool.h"

struct fold;
struct image_in;
struct image_out;

/* Most bytes of the texts (beacon.h, FF_FIELD_TABLE). */
#define COMMENT_TEXT_MAX 2000
#define COMMENT_TOPIC_MAX 64
#define COMMENT_VISITOR_MAX 128

struct comment {
    ff_wall time, received;
    uint64_t visitor;          /* its key, where visitor_n is not 0 */
    uint8_t kind, scale, score; /* numbers of words (surveys.h) */
    uint8_t topic_n, visitor_n;
    uint16_t text_n;
    char text[COMMENT_TEXT_MAX + COMMENT_TOPIC_MAX + COMMENT_VISITOR_MAX]; /* text, topic, visitor id */
};

/* A pool of all comments, and for each site the numbers of its own, by time, ties as in the journal. */
struct comments {
    struct pool pool;
    uint32_t *rows;  /* limit of each site */
    uint32_t *count; /* of each site */
    uint32_t limit;
    uint16_t sites;
    uint64_t evicted; /* that gave way to newer ones, ever */
};

/* At most limit (0: none) of each site. False when the address space is refused; to be ended with
 * comments_fini in each case. */
bool comments_init(struct comments *c, uint32_t limit, uint16_t sites);
void comments_fini(struct comments *c);

/* Keeps the comment of a survey of this kind and scale. At the limit the oldest by its own time gives way,
 * which may be this one. */
void comments_put(struct fold *f, const struct ff_record *r, unsigned kind, unsigned scale);

/* Forgets those of a visitor by its key; how many. */
uint32_t comments_forget(struct fold *f, uint16_t site, uint64_t visitor);

/* A section of the fold's image (fold.h). Where there is less room than there was the oldest give way. */
void comments_save(const struct fold *f, struct image_out *out);
bool comments_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count);

#endif
