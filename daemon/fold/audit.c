#include "audit.h"

#include "act.h"
#include "ahead.h"
#include "course.h"
#include "said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A kind of sum beside those of facts: of one field of a cell, or of the money of one. */
#define AUDIT_CELL 255
#define AUDIT_MONEY 255 /* in the place of the field */

/* One counter (or purse and currency, or field of a cell) at one instant, and its sum. */
struct audit_sum {
    ff_wall at;
    uint8_t kind, which; /* of a cell: the dimension */
    uint8_t field;       /* of a cell */
    uint32_t word;       /* of a cell */
    bool used;
    ff_currency currency;
    int64_t by;
    ff_money_sum amount;
};

/* A table of them, at most half full. */
struct audit_sums {
    struct audit_sum *slots;
    size_t n, count; /* of slots: a power of 2, or 0 */
};

struct audit_act {
    struct act act;
    struct act_rest rest;
    struct said said;
    struct line *lines;
    uint32_t line_count;
};

/* What is kept of one visitor; by its number in the pool. */
struct audit_visitor {
    struct audit_act *acts;
    size_t n, room;
    struct audit_sums asserted;
    bool forgotten;
};

struct audit {
    struct audit_visitor *visitors;
    uint32_t room;
    struct audit_sums *recomputing; /* where facts go during a recomputation, else NULL */
    uint64_t checks;
};

/* Room for one more; the audit is for tests, where running out of memory may end them. */
static void *audit_room(void *things, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return things;
    *room = *room ? 2 * *room : 8;
    things = realloc(things, *room * size);
    if (!things)
        abort();
    return things;
}

static struct audit_visitor *audit_visitor(struct fold *f, uint32_t number)
{
    if (!f->audit && !(f->audit = calloc(1, sizeof *f->audit)))
        abort();
    struct audit *a = f->audit;
    if (number >= a->room) {
        uint32_t room = 2 * number + 64;
        a->visitors = realloc(a->visitors, room * sizeof *a->visitors);
        if (!a->visitors)
            abort();
        memset(a->visitors + a->room, 0, (room - a->room) * sizeof *a->visitors);
        a->room = room;
    }
    return &a->visitors[number];
}

static bool audit_same(const struct audit_sum *a, const struct audit_sum *b)
{
    return a->at == b->at && a->kind == b->kind && a->which == b->which && a->field == b->field &&
           a->word == b->word && a->currency == b->currency;
}

static uint64_t audit_hash(const struct audit_sum *x)
{
    uint64_t what = (uint64_t)x->kind << 16 | (uint64_t)x->which << 8 | x->field;
    return hash_mix(hash_mix((uint64_t)x->at) ^ (what << 32 | x->word) ^ ((uint64_t)x->currency << 16));
}

/* The slot that has such a sum, or where it would go. */
static struct audit_sum *audit_slot(const struct audit_sums *s, const struct audit_sum *x)
{
    size_t at = audit_hash(x) & (s->count - 1);
    while (s->slots[at].used && !audit_same(&s->slots[at], x))
        at = (at + 1) & (s->count - 1);
    return &s->slots[at];
}

static void audit_grow(struct audit_sums *s)
{
    struct audit_sums larger = {.n = s->n, .count = s->count ? 2 * s->count : 64};
    larger.slots = calloc(larger.count, sizeof *larger.slots);
    if (!larger.slots)
        abort();
    for (size_t i = 0; i < s->count; i++)
        if (s->slots[i].used)
            *audit_slot(&larger, &s->slots[i]) = s->slots[i];
    free(s->slots);
    *s = larger;
}

static void audit_sum_up(struct audit_sums *s, const struct audit_sum *more)
{
    if (2 * s->n >= s->count)
        audit_grow(s);
    struct audit_sum *x = audit_slot(s, more);
    if (x->used) {
        x->by += more->by;
        x->amount += more->amount;
        return;
    }
    *x = *more;
    x->used = true;
    s->n++;
}

static void audit_add(struct audit_sums *s, const struct ff_fact *fact)
{
    audit_sum_up(s, &(struct audit_sum){.at = fact->at, .kind = fact->kind, .which = fact->which,
                                        .currency = fact->currency, .by = fact->by,
                                        .amount = fact->kind == FF_FACT_MONEY ? fact->amount : 0});
}

static void audit_add_cell(struct audit_sums *s, const struct ff_cells *c, struct ff_cell_ref ref)
{
    struct audit_sum sum = {.at = c->at, .kind = AUDIT_CELL, .which = ref.dimension, .word = ref.word};
    for (uint8_t i = 0; i < FF_ROW_FIELDS_MAX; i++) {
        sum.field = i;
        sum.by = c->fields & FF_FIELD(i) ? c->by[i] : 0;
        if (sum.by != 0)
            audit_sum_up(s, &sum);
    }
    sum.field = AUDIT_MONEY;
    sum.by = c->things;
    sum.currency = c->currency;
    sum.amount = c->amount;
    if (sum.currency)
        audit_sum_up(s, &sum);
}

bool audit_takes_cells(const struct pen *p, const struct ff_cells *c)
{
    if (!p->visitor)
        return false;
    struct audit_visitor *v = audit_visitor(p->fold, p->visitor);
    struct audit_sums *recomputing = p->fold->audit->recomputing;
    for (size_t i = 0; i < c->n; i++)
        audit_add_cell(recomputing ? recomputing : &v->asserted, c, c->refs[i]);
    return recomputing != NULL;
}

bool audit_takes(const struct pen *p, const struct ff_fact *fact)
{
    if (!p->visitor)
        return false;
    struct audit_visitor *v = audit_visitor(p->fold, p->visitor);
    if (p->fold->audit->recomputing) {
        if (fact->kind != FF_FACT_VISITOR)
            audit_add(p->fold->audit->recomputing, fact);
        return true;
    }
    if (fact->kind != FF_FACT_VISITOR)
        audit_add(&v->asserted, fact);
    return false;
}

/* In the order of time, ties in the order they came: as the tail keeps them. */
void audit_act(struct fold *f, uint32_t visitor, const struct act *a)
{
    struct audit_visitor *v = audit_visitor(f, visitor);
    v->acts = audit_room(v->acts, v->n, &v->room, sizeof *v->acts);
    size_t place = v->n;
    while (place > 0 && v->acts[place - 1].act.time > a->time)
        place--;
    memmove(&v->acts[place + 1], &v->acts[place], (v->n - place) * sizeof *v->acts);
    struct audit_act *kept = &v->acts[place];
    *kept = (struct audit_act){.act = *a, .rest = *act_rest(f, a), .said = act_said(f, a)};
    said_hold(f, &kept->said);
    size_t room = 0;
    for (uint32_t i = kept->rest.lines; i; i = line_at(f, i)->next) {
        kept->lines = audit_room(kept->lines, kept->line_count, &room, sizeof *kept->lines);
        kept->lines[kept->line_count] = *line_at(f, i);
        kept->lines[kept->line_count].sku_text = 0; /* no counter depends on a text */
        kept->lines[kept->line_count++].name = 0;
    }
    v->n++;
}

/* A chain in the pool like the one the act had. */
static uint32_t audit_lines(struct fold *f, const struct audit_act *a)
{
    uint32_t chain = 0;
    for (uint32_t i = a->line_count; i-- > 0;) {
        uint32_t number = pool_take(&f->lines);
        if (!number)
            abort();
        *line_at(f, number) = a->lines[i];
        line_at(f, number)->next = chain;
        chain = number;
    }
    return chain;
}

/* An act in the pools like the one there was. */
static uint32_t audit_again(struct fold *f, const struct audit_act *kept)
{
    uint32_t number = pool_take(&f->acts);
    if (!number)
        abort();
    struct act *a = act_at(f, number);
    *a = kept->act;
    said_hold(f, &kept->said);
    if (!a->rested)
        return number;
    if (!(a->rest = pool_take(&f->rests)))
        abort();
    *rest_at(f, a->rest) = kept->rest;
    rest_at(f, a->rest)->lines = audit_lines(f, kept);
    return number;
}

static void audit_recompute(struct fold *f, uint32_t number, struct audit_sums *out)
{
    struct audit_visitor *v = audit_visitor(f, number);
    struct fold_counts counts = f->counts;
    struct pen pen = {.fold = f, .visitor = number, .site = visitor_at(f, number)->site, .sign = 1};
    struct course course = {.cart = 0};
    f->audit->recomputing = out;
    for (size_t i = 0; i < v->n; i++) {
        uint32_t act = audit_again(f, &v->acts[i]);
        course_fold(&pen, &course, act_at(f, act));
        act_free(f, act);
    }
    course_release(f, &course);
    f->audit->recomputing = NULL;
    f->counts = counts;
}

static void audit_demand(const struct audit_sums *have, const struct audit_sums *want, const char *what)
{
    static const struct audit_sum nothing;
    for (size_t i = 0; i < want->count; i++) {
        const struct audit_sum *w = &want->slots[i], *h = have->count ? audit_slot(have, w) : &nothing;
        if (!w->used || (h->by == w->by && h->amount == w->amount))
            continue;
        fprintf(stderr, "audit: %s: kind %d which %d field %d word %u at %lld: %lld, and elsewhere %lld\n", what,
                w->kind, w->which, w->field, w->word, (long long)w->at, (long long)w->by, (long long)h->by);
        abort();
    }
}

void audit_ahead(const struct fold *f, const struct ff_record *r, const struct fold_ahead *ahead)
{
    const struct fold_ahead own = ahead_of(f, &r->beacon);
    if (own.id.lo == ahead->id.lo && own.id.hi == ahead->id.hi && own.visitor == ahead->visitor)
        return;
    fprintf(stderr, "audit: what was worked out ahead is another record's\n");
    abort();
}

void audit_check(struct fold *f, uint32_t visitor)
{
    struct audit_visitor *v = audit_visitor(f, visitor);
    if (v->forgotten)
        return;
    struct audit_sums anew = {0};
    audit_recompute(f, visitor, &anew);
    audit_demand(&v->asserted, &anew, "recomputed but not asserted");
    audit_demand(&anew, &v->asserted, "asserted but not recomputed");
    free(anew.slots);
    f->audit->checks++;
}

static void audit_clear(const struct fold *f, struct audit_visitor *v)
{
    for (size_t i = 0; i < v->n; i++) {
        said_drop(f, &v->acts[i].said);
        free(v->acts[i].lines);
    }
    free(v->acts);
    free(v->asserted.slots);
    *v = (struct audit_visitor){.forgotten = true};
}

void audit_forget(struct fold *f, uint32_t visitor)
{
    audit_clear(f, audit_visitor(f, visitor));
}

void audit_begin(struct fold *f, uint32_t visitor)
{
    audit_forget(f, visitor);
    audit_visitor(f, visitor)->forgotten = false;
}

void audit_free(struct fold *f)
{
    if (!f->audit)
        return;
    for (uint32_t i = 0; i < f->audit->room; i++)
        audit_clear(f, &f->audit->visitors[i]);
    free(f->audit->visitors);
    free(f->audit);
    f->audit = NULL;
}
