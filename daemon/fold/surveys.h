/* Surveys: answers by kind, score and topic, and what was written beside them. */
#ifndef FOOTFALL_FOLD_SURVEYS_H
#define FOOTFALL_FOLD_SURVEYS_H

#include "emit.h"

/* Counts an answer at its own time and keeps its comment. One of no known kind or scale, or with a score
 * that its scale has not, is none: canon lets no such one pass. */
void surveys_count(const struct pen *p, const struct ff_record *r);

/* The words of a kind and a scale by their number, NULL behind the last. */
const char *survey_kind_word(unsigned kind);
const char *survey_scale_word(unsigned scale);

/* Whether the scale has the score, and the kind the scale. */
bool survey_has_score(unsigned kind, unsigned scale, int64_t score);

#endif
