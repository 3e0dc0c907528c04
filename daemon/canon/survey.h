/* Surveys: which scales there are, and which scores lie on them. */
#ifndef FOOTFALL_SURVEY_H
#define FOOTFALL_SURVEY_H

#include "footfall/beacon.h"

/* Checks kind, scale and score of a survey that has a kind and a score, and fills in the scale:
 * 0-10 for nps, else 5. csat and ces are on scale 5 only. False: refused, and the fault is set. */
bool survey_check(struct ff_beacon *b);

#endif
