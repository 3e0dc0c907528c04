#include "emit.h"

#include "audit.h"

static struct ff_fact *emit_next(struct fold *f)
{
    if (f->fact_count == FOLD_FACTS)
        emit_flush(f);
    return &f->facts[f->fact_count++];
}

void emit_flush(struct fold *f)
{
    if (f->fact_count > 0)
        f->sink.take(f->sink.ctx, f->facts, f->fact_count);
    f->fact_count = 0;
}

static void emit(const struct pen *p, struct ff_fact fact)
{
    if (audit_takes(p, &fact))
        return;
    *emit_next(p->fold) = fact;
}

void emit_count(const struct pen *p, enum ff_counter counter, ff_wall at, int64_t by)
{
    if (p->sign == 0 || by == 0)
        return;
    emit(p, (struct ff_fact){.at = at, .site = p->site, .kind = FF_FACT_COUNT, .which = counter,
                             .by = by * p->sign});
}

void emit_money(const struct pen *p, enum ff_purse purse, ff_wall at, ff_currency currency,
                ff_money_sum amount, int64_t by)
{
    if (p->sign == 0 || (amount == 0 && by == 0))
        return;
    emit(p, (struct ff_fact){.at = at, .site = p->site, .kind = FF_FACT_MONEY, .which = purse,
                             .currency = currency, .by = by * p->sign, .amount = amount * p->sign});
}

void emit_visitor(const struct pen *p, ff_wall at)
{
    if (p->sign <= 0)
        return;
    emit(p, (struct ff_fact){.at = at, .site = p->site, .kind = FF_FACT_VISITOR, .by = 1, .mark = p->mark});
}
