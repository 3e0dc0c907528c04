/* Loading: a fold coming back from its image, by sections. Nothing that is read is believed: values are checked
 * where they are got (encode.h), counts end where the image ends, and what there is no room for is read over. */
#ifndef FOOTFALL_FOLD_LOADING_H
#define FOOTFALL_FOLD_LOADING_H

#include "encode.h"
#include "encode_visit.h"
#include "words_image.h"

struct loading {
    struct fold *fold;
    struct image_in *in;
    const uint16_t *site_map;
    uint16_t site_count;
    struct fold_options rules; /* that what is read was counted by; durations only */
    bool same_rules;           /* as those in force */
    struct cart_names carts; /* of the visitor that is read; the number is 0 of one that is not kept */
    bool tails;              /* what is read is no visitor's head: its carts have no cards */
    bool keep;               /* what is read is kept; false from where there is no room on */
    struct words_in words, cart_words;
    uint32_t unkeyed; /* the last so many visitors are not in the table yet */
    uint32_t met;     /* number of the visitor whose tail was read last */
    bool carts_full, tails_full, extras_full; /* there was no room for one: nor is there for those that are older */
};

/* So many are read before the first of them is put into its table, that their places there are at hand by then. */
#define LOAD_AHEAD 32

/* load.c: the next section, which is ours and of this version; how many things follow (before the first advance
 * there is nothing); a new thing of this pool, or 0: it is not kept, and l->keep false from then on. */
bool load_section(struct loading *l, const char name[4]);
uint32_t load_count(struct loading *l);
uint32_t load_take(struct loading *l, struct pool *p);

/* What a chain of lines is: at most so many, skus told apart or not, no more of one than this. */
struct lines_rule {
    uint32_t most;
    bool once;
    int64_t quantity;
};

/* load_carts.c: a chain that keeps to the rule, in the order of the skus, owned by the caller: as much of it as is
 * kept. Counts the lines that were read and sums them up. */
uint32_t load_lines(struct loading *l, const struct lines_rule *rule, uint32_t *n, ff_money_sum *value);

/* A cart and those before it, `depth` of them at most: its number, or 0 when there is none or it is not
 * kept. *c: one that was not named before, kept or not; else all zero. */
#define CARTS_DEEP 2 /* a course's cart and the one before it */
uint32_t load_cart(struct loading *l, unsigned depth, ff_wall near, struct cart *c);

/* load_visitors.c, load_tails.c: their sections; false: the image is none of a fold. */
bool load_visitors(struct loading *l);
bool load_tails(struct loading *l);

#endif
