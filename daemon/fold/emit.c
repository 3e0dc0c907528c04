#include "emit.h"

#include "audit.h"

void emit_flush(struct fold *f)
{
    if (f->fact_count > 0)
        f->sink.take(f->sink.ctx, f->facts, f->fact_count);
    f->fact_count = 0;
}

/* The next fact, made where it is to lie: to make it elsewhere and copy it costs more than all the
 * rest, as its parts are written in other sizes than they would be read in. */
static struct ff_fact *emit_begin(const struct pen *p, enum ff_fact_kind kind, int which, ff_wall at,
                                  int64_t by)
{
    struct fold *f = p->fold;
    if (f->fact_count == FOLD_FACTS)
        emit_flush(f);
    struct ff_fact *fact = &f->facts[f->fact_count];
    fact->at = at;
    fact->site = p->site;
    fact->kind = (uint8_t)kind;
    fact->which = (uint8_t)which;
    fact->currency = 0;
    fact->by = by;
    fact->amount = 0;
    return fact;
}

static void emit_end(const struct pen *p, const struct ff_fact *fact)
{
    if (!audit_takes(p, fact))
        p->fold->fact_count++;
}

void emit_one(const struct pen *p, enum ff_counter counter, ff_wall at, int64_t by)
{
    emit_end(p, emit_begin(p, FF_FACT_COUNT, counter, at, by * p->sign));
}

void emit_money(const struct pen *p, enum ff_purse purse, ff_wall at, ff_currency currency,
                ff_money_sum amount, int64_t by)
{
    if (p->sign == 0 || (amount == 0 && by == 0))
        return;
    struct ff_fact *fact = emit_begin(p, FF_FACT_MONEY, purse, at, by * p->sign);
    fact->currency = currency;
    fact->amount = amount * p->sign;
    emit_end(p, fact);
}

void emit_visitor(const struct pen *p, ff_wall at)
{
    if (p->sign <= 0)
        return;
    struct ff_fact *fact = emit_begin(p, FF_FACT_VISITOR, 0, at, 1);
    fact->mark = p->mark;
    emit_end(p, fact);
}
