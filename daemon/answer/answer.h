/* Answer: the queries. Each is a row {path, parameters, render}: it reads what the shop is now,
 * changes nothing, and writes JSON into the caller's buffer. */
#ifndef FOOTFALL_ANSWER_H
#define FOOTFALL_ANSWER_H

#include "footfall/money.h"
#include "footfall/customers.h"
#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

struct fold;
struct tally;
struct words;
struct zone;

/* Where what is known of customers is asked for; ctx is given to each. lifetimes: of the site, as of a
 * minute ago at most, borrowed for the call; NULL: out of memory. */
struct answer_customers {
    void *ctx;
    void (*window)(void *ctx, uint16_t site, ff_wall from, ff_wall to, struct ff_customers *out);
    void (*kept)(void *ctx, uint16_t site, ff_wall t, struct ff_kept *out);
    const struct ff_lifetimes *(*lifetimes)(void *ctx, uint16_t site);
    void (*cohorts)(void *ctx, uint16_t site, ff_wall from, ff_wall to, ff_cohort_fn *take, void *take_ctx);
};

struct answer_site {
    const char *id;
    const char *const *aliases; /* NULL-terminated, or NULL */
    const struct zone *zone;
    ff_currency currency; /* that money is sorted by */
};

/* What queries read; all borrowed for the call. Tally and live_visitors must have been advanced to
 * now. */
struct answer_context {
    const struct answer_site *sites; /* in the order of their indices in facts */
    uint16_t site_count;
    struct tally *tally;
    int64_t (*live_visitors)(void *ctx, uint16_t site); /* in the 5 minutes before now */
    void *live_ctx;
    ff_wall now;
    const struct fold *fold;   /* as of now */
    const struct words *words; /* of the tally's cells */
    const struct answer_customers *customers;
    ff_dur unsettled;          /* records may yet be folded that were received so long before now */
};

#define ANSWER_MIN 2048 /* bytes of buffer that every refusal fits in */
#define ANSWER_ETAG 40
#define ANSWER_ID_MAX 128 /* bytes of an id */

struct answer_out {
    char *body;               /* in: the caller's buffer, not NUL-terminated */
    size_t size;              /* in: its bytes, >= ANSWER_MIN */
    size_t length;            /* of the body */
    int http;                 /* status of the response */
    const char *content_type; /* of the body, static */
    char etag[ANSWER_ETAG];   /* quoted, of everything but generated_at; "" when refused */
};

/* Answers a GET of path with query (what follows the '?', as sent; {NULL, 0} for none). FF_OK, or
 * why it was refused: FF_NOT_FOUND for a path that is no query, FF_UNKNOWN_SITE, FF_BAD_PARAMETER
 * (also where the answer would not fit the buffer). The body then is {"error", "code",
 * "parameter" (where it is about one)}. */
enum ff_status answer_query(const struct answer_context *ctx, struct ff_span path,
                            struct ff_span query, struct answer_out *out);

/* Whom a request speaks of; texts are borrowed from who itself. */
struct answer_visitor {
    uint16_t site;
    struct ff_span visitor, customer; /* customer: {NULL, 0} where none is named */
    char visitor_text[3 * ANSWER_ID_MAX], customer_text[ANSWER_ID_MAX];
};

/* Reads a path /v1/visitors/ID and its parameters. FF_OK, or as answer_query. */
enum ff_status answer_visitor(const struct answer_context *ctx, struct ff_span path, struct ff_span query,
                              struct answer_visitor *who, struct answer_out *out);

/* Whether an If-None-Match header ("*", or a list of tags, weak ones too) names etag: the response
 * then is 304 without a body. Never for an empty etag. */
bool answer_matches(struct ff_span if_none_match, const char *etag);

#endif
