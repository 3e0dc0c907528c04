/* Encode: what the fold keeps as plain numbers in an image, and back; here what is common to all of it,
 * in encode_visit.h and encode_recall.h the structs of visit.h and state.h. One pair of functions a struct: x_put writes its own values, x_get sets them. Numbers of pools are no values:
 * what a number leads to is put and got by save.c and load.c, in its place.
 *
 * Times are written as their distance from a time near them that the reader knows. x_get leaves the
 * image not ok (image.h) where a value is none that the fold can have or bear: no sum of its own runs
 * over, and no order it relies on is broken. */
#ifndef FOOTFALL_FOLD_ENCODE_H
#define FOOTFALL_FOLD_ENCODE_H

#include "image.h"
#include "state.h"

/* The sections, in their order, and the version of each. */
#define SECTION_FOLD "fold"
#define SECTION_IDS "ids "
#define SECTION_ORDERS "ordr"
#define SECTION_REFUNDS "rfnd"
#define SECTION_ALIASES "alia"
#define SECTION_VISITORS "vist"
#define SECTION_TAILS "tail"
#define SECTION_VERSION 3
#define SECTION_CUSTOMERS "cust"

/* Two thousand years: no instant is further from 1970, and any few of them can be added up. */
#define ENCODE_FAR (((int64_t)1 << 30) * FF_MINUTE)

/* v, and the image is not ok unless it is -most to most: 0 then. */
int64_t int_within(struct image_in *in, int64_t v, int64_t most);

/* An instant by its distance from one near it, maybe: or FF_NEVER; and a duration from 0 on. */
void wall_put(struct image_out *out, ff_wall t, ff_wall near);
ff_wall wall_get(struct image_in *in, ff_wall near);
void maybe_put(struct image_out *out, ff_wall t, ff_wall near);
ff_wall maybe_get(struct image_in *in, ff_wall near);
ff_dur dur_get(struct image_in *in);

/* What of fold_counts is no size of a table, and the fold's now. */
void counts_put(struct image_out *out, const struct fold_counts *c);
void counts_get(struct image_in *in, struct fold_counts *c);

/* An instant, or FF_NEVER. */
void now_put(struct image_out *out, ff_wall now);
ff_wall now_get(struct image_in *in);

/* A sum of money; one amount (put as an integer); and a currency or 0. */
void sum_put(struct image_out *out, ff_money_sum v);
ff_money_sum sum_get(struct image_in *in);
ff_money money_get(struct image_in *in);
ff_currency currency_get(struct image_in *in);

/* The durations that what is counted went by: those of fold_options, and nothing else of it. */
void rules_put(struct image_out *out, const struct fold_options *rules);
void rules_get(struct image_in *in, struct fold_options *rules);
bool rules_same(const struct fold_options *a, const struct fold_options *b);

#endif
