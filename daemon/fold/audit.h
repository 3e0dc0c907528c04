/* Audit: law 3 checked after every change, in builds with FF_AUDIT. For each visitor it keeps all
 * acts that ever counted and the sum of all facts they led to; folding those acts anew, in the
 * order of their time and from nothing, must give the same sums. Elsewhere all of it is empty. */
#ifndef FOOTFALL_FOLD_AUDIT_H
#define FOOTFALL_FOLD_AUDIT_H

#include "fold.h"
#include "state.h"

#ifdef FF_AUDIT

/* Notes a visitor's fact. True: it belongs to a recomputation and must not leave the fold. */
bool audit_takes(const struct pen *p, const struct ff_fact *fact);

/* The same for cells. */
bool audit_takes_cells(const struct pen *p, const struct ff_cells *c);

/* Notes an act that has been given to the visitor's story; copies it and its lines, and holds its words. */
void audit_act(struct fold *f, uint32_t visitor, const struct act *a);

/* What was worked out ahead is the record's: aborts where it is not. */
void audit_ahead(const struct fold *f, const struct ff_record *r, const struct fold_ahead *ahead);

/* Recomputes the visitor's contributions at the fold's now and aborts where they differ. */
void audit_check(struct fold *f, uint32_t visitor);

/* A new visitor has this number. */
void audit_begin(struct fold *f, uint32_t visitor);

/* The visitor, or part of what is known of it, gives way: it is not checked any more. */
void audit_forget(struct fold *f, uint32_t visitor);

void audit_free(struct fold *f);

#else

static inline bool audit_takes(const struct pen *p, const struct ff_fact *fact)
{
    (void)p;
    (void)fact;
    return false;
}

static inline bool audit_takes_cells(const struct pen *p, const struct ff_cells *c)
{
    (void)p;
    (void)c;
    return false;
}

static inline void audit_act(struct fold *f, uint32_t visitor, const struct act *a)
{
    (void)f;
    (void)visitor;
    (void)a;
}

static inline void audit_ahead(const struct fold *f, const struct ff_record *r, const struct fold_ahead *ahead)
{
    (void)f;
    (void)r;
    (void)ahead;
}

static inline void audit_check(struct fold *f, uint32_t visitor)
{
    (void)f;
    (void)visitor;
}

static inline void audit_begin(struct fold *f, uint32_t visitor)
{
    (void)f;
    (void)visitor;
}

static inline void audit_forget(struct fold *f, uint32_t visitor)
{
    (void)f;
    (void)visitor;
}

static inline void audit_free(struct fold *f)
{
    (void)f;
}

#endif

#endif
