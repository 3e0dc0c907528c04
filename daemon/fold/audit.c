#include "audit.h"

#include "act.h"
#include "course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One counter (or purse and currency) at one instant, and its sum. */
struct audit_sum {
    ff_wall at;
    uint8_t kind, which;
    ff_currency currency;
    int64_t by;
    ff_money_sum amount;
};

struct audit_sums {
    struct audit_sum *sums;
    size_t n, room;
};

struct audit_act {
    struct act act;
    struct act_rest rest;
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

static void audit_add(struct audit_sums *s, const struct ff_fact *fact)
{
    ff_money_sum amount = fact->kind == FF_FACT_MONEY ? fact->amount : 0;
    for (size_t i = 0; i < s->n; i++) {
        struct audit_sum *x = &s->sums[i];
        if (x->at != fact->at || x->kind != fact->kind || x->which != fact->which ||
            x->currency != fact->currency)
            continue;
        x->by += fact->by;
        x->amount += amount;
        return;
    }
    s->sums = audit_room(s->sums, s->n, &s->room, sizeof *s->sums);
    s->sums[s->n++] = (struct audit_sum){fact->at, fact->kind, fact->which, fact->currency, fact->by, amount};
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
    *kept = (struct audit_act){.act = *a, .rest = *act_rest(f, a)};
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
    if (!act_has_rest(a))
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
    for (size_t i = 0; i < want->n; i++) {
        const struct audit_sum *w = &want->sums[i];
        int64_t by = 0;
        ff_money_sum amount = 0;
        for (size_t k = 0; k < have->n; k++) {
            const struct audit_sum *h = &have->sums[k];
            if (h->at == w->at && h->kind == w->kind && h->which == w->which && h->currency == w->currency) {
                by = h->by;
                amount = h->amount;
            }
        }
        if (by == w->by && amount == w->amount)
            continue;
        fprintf(stderr, "audit: %s: kind %d which %d at %lld: %lld, and elsewhere %lld\n", what,
                w->kind, w->which, (long long)w->at, (long long)w->by, (long long)by);
        abort();
    }
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
    free(anew.sums);
    f->audit->checks++;
}

static void audit_clear(struct audit_visitor *v)
{
    for (size_t i = 0; i < v->n; i++)
        free(v->acts[i].lines);
    free(v->acts);
    free(v->asserted.sums);
    *v = (struct audit_visitor){.forgotten = true};
}

void audit_forget(struct fold *f, uint32_t visitor)
{
    audit_clear(audit_visitor(f, visitor));
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
        audit_clear(&f->audit->visitors[i]);
    free(f->audit->visitors);
    free(f->audit);
    f->audit = NULL;
}
