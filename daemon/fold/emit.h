/* Emit: facts out of the fold, through one small buffer. */
#ifndef FOOTFALL_FOLD_EMIT_H
#define FOOTFALL_FOLD_EMIT_H

#include "state.h"

/* Each does nothing when it would say nothing: sign 0, a difference of 0. */
void emit_one(const struct pen *p, enum ff_counter counter, ff_wall at, int64_t by);

static inline void emit_count(const struct pen *p, enum ff_counter counter, ff_wall at, int64_t by)
{
    if (p->sign != 0 && by != 0)
        emit_one(p, counter, at, by);
}

void emit_money(const struct pen *p, enum ff_purse purse, ff_wall at, ff_currency currency,
                ff_money_sum amount, int64_t by);

/* Distinct counts cannot be retracted: with sign -1 this does nothing, and asserting again what
 * is known already changes nothing. */
void emit_visitor(const struct pen *p, ff_wall at);

/* Hands the buffer to the sink. Called at the end of every door function. */
void emit_flush(struct fold *f);

#endif
