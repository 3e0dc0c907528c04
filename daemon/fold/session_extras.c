#include "session_extras.h"

#include "act.h"
#include "cells.h"
#include "extras.h"

/* The dimension of a kind, and the field in which the session is counted in it. */
static const struct extra_row {
    uint8_t dimension, field;
    bool term; /* counted again when the session has a purchase */
} extra_table[EXTRA_KINDS] = {
    [EXTRA_TERM] = {FF_BY_SEARCH_TERM, FF_ROW_TERM_SESSIONS, true},
    [EXTRA_ZERO_TERM] = {FF_BY_ZERO_RESULT_TERM, FF_ROW_TERM_SESSIONS, true},
    [EXTRA_STEP] = {FF_BY_CHECKOUT_STEP, FF_ROW_EVENT_SESSIONS, false},
    [EXTRA_NAME] = {FF_BY_CUSTOM, FF_ROW_EVENT_SESSIONS, false},
};

/* Counted like a fact: not again when the act is folded again. */
static void gather_leave_out(const struct pen *p)
{
    p->fold->counts.extras_left_out += (uint64_t)p->sign;
}

static void gather_word(const struct pen *p, struct session *s, enum extra_kind kind, uint32_t word)
{
    const struct extra_row *row = &extra_table[kind];
    bool fresh;
    if (!extras_have(p->fold, &s->extras, kind, word, &fresh))
        gather_leave_out(p);
    if (!fresh)
        return;
    static const int64_t by[] = {[FF_ROW_TERM_SESSIONS] = 1, [FF_ROW_TERM_PURCHASED] = 1, [FF_ROW_EVENT_SESSIONS] = 1};
    uint32_t fields = FF_FIELD(row->field) | (row->term && s->purchased ? FF_FIELD(FF_ROW_TERM_PURCHASED) : 0);
    cells_emit(p, s->start, &(struct ff_cell_ref){word, row->dimension}, 1, (struct cells_by){by, fields, NULL});
}

/* The first purchase of the session: its terms are those of a session with one. */
static void gather_convert(const struct pen *p, const struct session *s)
{
    static const int64_t by[FF_ROW_TERM_FIELDS] = {[FF_ROW_TERM_PURCHASED] = 1};
    struct ff_cell_ref refs[2 * EXTRAS_MAX];
    size_t n = 0;
    for (uint32_t i = s->extras; i; i = extra_at(p->fold, i)->next) {
        const struct extra *e = extra_at(p->fold, i);
        if (extra_table[e->kind].term)
            refs[n++] = (struct ff_cell_ref){e->what, extra_table[e->kind].dimension};
    }
    cells_emit(p, s->start, refs, n, (struct cells_by){by, FF_FIELD(FF_ROW_TERM_PURCHASED), NULL});
}

static void gather_order(const struct pen *p, struct session *s, const struct act_rest *rest, struct session_change *c)
{
    ff_currency currency = rest->currency ? rest->currency : p->fold->sites[p->site].currency;
    bool fresh;
    struct extra *e = extras_have(p->fold, &s->extras, EXTRA_ORDERS, currency, &fresh);
    if (!e) {
        gather_leave_out(p);
        return;
    }
    e->n++;
    e->amount += rest->value;
    c->bought = true;
    c->currency = currency;
    c->amount = rest->value;
}

void session_gather(const struct pen *p, struct session *s, const struct act *a, struct session_change *c)
{
    const struct act_rest *rest = act_rest(p->fold, a);
    uint32_t word = act_word(p->fold, a);
    switch ((enum ff_type)a->type) {
    case FF_SEARCH:
        gather_word(p, s, EXTRA_TERM, word);
        if (rest->zero)
            gather_word(p, s, EXTRA_ZERO_TERM, word);
        break;
    case FF_CHECKOUT_STEP:
        gather_word(p, s, EXTRA_STEP, word);
        break;
    case FF_CUSTOM:
        gather_word(p, s, EXTRA_NAME, word);
        break;
    case FF_PURCHASE:
        if (!c->before->purchased)
            gather_convert(p, s);
        gather_order(p, s, rest, c);
        break;
    default:
        break;
    }
}
