/* Query: one question being answered; what the renders of the query table share. */
#ifndef FOOTFALL_QUERY_H
#define FOOTFALL_QUERY_H

#include "answer.h"
#include "compare.h"
#include "json_out.h"
#include "params.h"
#include "window.h"

struct query {
    const struct answer_context *ctx; /* borrowed */
    struct params params;
    struct fault fault;
    struct ff_span rest;  /* of the path, as sent: what follows a row's path that ends in '/' */
    uint16_t site;        /* index of the site that is asked about */
    struct window window; /* as asked */
    enum compare_mode compare;
    struct json_out json;
    size_t stamp, stamp_end; /* where in the text generated_at is */
};

/* Writes the members "site" and, behind it, those of a window that was answered. */
void query_write_site(struct query *q);
void query_write_window(struct query *q, ff_wall from, ff_wall to);

/* Writes "generated_at", once in an answer: its tag is of everything else. */
void query_write_generated(struct query *q);

/* Writes "compare", what the numbers are held against: its mode and the earlier window that was
 * answered. Not for COMPARE_NONE. Whatever holds numbers (the answer of stats, a point of a series)
 * then gets the members "previous" and "change", each with the same numbers under the same names. */
void query_write_compare(struct query *q, ff_wall from, ff_wall to);

/* Whom the query's path and parameters name. */
enum ff_status query_visitor(struct query *q, struct answer_visitor *who);

/* Renders: FF_OK and a JSON object in q->json, or the status of q->fault. */
enum ff_status stats_render(struct query *q);
enum ff_status series_render(struct query *q);
enum ff_status comments_render(struct query *q);
enum ff_status breakdown_render(struct query *q);
enum ff_status customers_render(struct query *q);
enum ff_status cohorts_render(struct query *q);
enum ff_status cart_list_render(struct query *q);
enum ff_status visitor_show_render(struct query *q);

#endif
