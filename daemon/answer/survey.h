/* Survey: what /v1/stats says of answers to surveys beside their metrics: how many of each score, and all of it
 * by topic. */
#ifndef FOOTFALL_SURVEY_H
#define FOOTFALL_SURVEY_H

#include "stats.h"

struct query;

#define SURVEY_KINDS 3
#define SURVEY_TOPICS 100 /* most of a kind that an answer shows by name */

/* The answers by topic, of each kind. */
struct survey_topics {
    const struct words *words; /* borrowed */
    struct tally_cells now[SURVEY_KINDS], before[SURVEY_KINDS];
};

/* An operand of metrics about surveys. */
int64_t survey_operand(enum metric_operand which, const struct tally_window *w);

/* Reads the topics of the windows of s; the caller ends it with survey_topics_end. */
void survey_topics_read(struct query *q, const struct stats *s, struct survey_topics *out);
void survey_topics_end(struct survey_topics *t);

/* Behind the n metrics of a section, written as set says: when it is a kind of survey, its "distribution" and
 * "topics". A topic is an object of the same metrics and its distribution. Those with the most answers are
 * there by name, in this order; "(other)" is the rest. For a change, those of both windows. */
void survey_write(const struct metric *m, size_t n, const struct stats *s, const struct survey_topics *topics,
                  const struct stats_set *set, struct json_out *out);

#endif
