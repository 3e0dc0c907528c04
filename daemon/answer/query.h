/* Query: one question being answered; what the renders of the query table share. */
#ifndef FOOTFALL_QUERY_H
#define FOOTFALL_QUERY_H

#include "answer.h"
#include "json_out.h"
#include "params.h"
#include "window.h"

struct query {
    const struct answer_context *ctx; /* borrowed */
    struct params params;
    struct fault fault;
    uint16_t site;        /* index of the site that is asked about */
    struct window window; /* as asked */
    struct json_out json;
    size_t stamp, stamp_end; /* where in the text generated_at is */
};

/* Writes the members "site" and, behind it, those of a window that was answered. */
void query_write_site(struct query *q);
void query_write_window(struct query *q, ff_wall from, ff_wall to);

/* Renders: FF_OK and a JSON object in q->json, or the status of q->fault. */
enum ff_status stats_render(struct query *q);
enum ff_status series_render(struct query *q);

#endif
