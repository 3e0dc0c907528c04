#include "session_cells.h"

#include "cells.h"

/* The dimensions of a session. */
enum { CHANNEL, SOURCE, CAMPAIGN, DEVICE, COUNTRY, VISITOR_TYPE, ENTRY_PAGE, EXIT_PAGE, DIMENSIONS };

static const uint8_t dimension_table[DIMENSIONS] = {
    [CHANNEL] = FF_BY_CHANNEL, [SOURCE] = FF_BY_SOURCE,   [CAMPAIGN] = FF_BY_CAMPAIGN,
    [DEVICE] = FF_BY_DEVICE,   [COUNTRY] = FF_BY_COUNTRY, [VISITOR_TYPE] = FF_BY_VISITOR_TYPE,
    [ENTRY_PAGE] = FF_BY_ENTRY_PAGE, [EXIT_PAGE] = FF_BY_EXIT_PAGE,
};

/* Cells that change alike. */
struct session_part {
    struct ff_cell_ref refs[DIMENSIONS];
    size_t n;
};

static inline void part_set(struct session_part *part, int dimension, uint32_t word)
{
    part->refs[dimension] = (struct ff_cell_ref){word, dimension_table[dimension]};
}

/* All values of the session, by their dimension. */
static void part_all(const struct fold *f, const struct session *s, struct session_part *part)
{
    part_set(part, CHANNEL, f->names.channels[s->origin.channel]);
    part_set(part, SOURCE, s->source);
    part_set(part, CAMPAIGN, s->campaign);
    part_set(part, DEVICE, f->names.devices[s->origin.device]);
    part_set(part, COUNTRY, f->names.countries[s->origin.country]);
    part_set(part, VISITOR_TYPE, s->first ? f->names.fresh : f->names.returning);
    part_set(part, ENTRY_PAGE, s->entry_page);
    part_set(part, EXIT_PAGE, s->exit_page);
    part->n = DIMENSIONS;
}

/* Whether a value may be another one now: other than that of the exit page. */
static bool session_moved(const struct session *a, const struct session *b)
{
    return a->entry_page != b->entry_page || a->source != b->source || a->campaign != b->campaign ||
           a->origin.channel != b->origin.channel || a->origin.device != b->origin.device ||
           a->origin.country != b->origin.country || a->first != b->first;
}

/* Takes out of all the session's values those that are others now: what they were, and what they are. */
static void part_move(const struct fold *f, const struct session *before, struct session_part *all,
                      struct session_part *go, struct session_part *come)
{
    struct session_part was;
    size_t stay = 0;
    part_all(f, before, &was);
    for (int i = 0; i < DIMENSIONS; i++)
        if (was.refs[i].word == all->refs[i].word) {
            all->refs[stay++] = all->refs[i];
        } else {
            go->refs[go->n++] = was.refs[i];
            come->refs[come->n++] = all->refs[i];
        }
    all->n = stay;
}

_Static_assert(EXIT_PAGE == DIMENSIONS - 1, "it is the last of all values");

/* The same where nothing but the exit page is another one, as it is with most page views. */
static void part_move_exit(const struct session *before, struct session_part *all, struct session_part *go,
                           struct session_part *come)
{
    come->refs[come->n++] = all->refs[--all->n];
    go->refs[go->n++] = (struct ff_cell_ref){before->exit_page, FF_BY_EXIT_PAGE};
}

/* How a row changes: its fields, and its money where `purses` says so. */
struct session_row {
    int64_t by[FF_ROW_SESSION_FIELDS];
    uint32_t fields;
    size_t purses;
    struct cells_money money[EXTRAS_MAX];
};

static void row_set(struct session_row *row, int field, int64_t by)
{
    row->by[field] = by;
    row->fields |= by != 0 ? FF_FIELD(field) : 0;
}

/* The marks of a session that are fields of its row, too. */
#define ROW_MARKS                                                                                           \
    (SESSION_MARK(SESSIONS) | SESSION_MARK(SESSIONS_NEW) | SESSION_MARK(BOUNCES) | SESSION_MARK(ENGAGED) | \
     SESSION_MARK(ADDED_TO_CART) | SESSION_MARK(BEGAN_CHECKOUT) | SESSION_MARK(PURCHASED))

static const uint8_t mark_fields[SESSION_COUNTERS] = {
    [SESSION_SLOT(SESSIONS)] = FF_ROW_SESSIONS,
    [SESSION_SLOT(SESSIONS_NEW)] = FF_ROW_NEW_VISITORS,
    [SESSION_SLOT(BOUNCES)] = FF_ROW_BOUNCES,
    [SESSION_SLOT(ENGAGED)] = FF_ROW_ENGAGED,
    [SESSION_SLOT(ADDED_TO_CART)] = FF_ROW_ADDED_TO_CART,
    [SESSION_SLOT(BEGAN_CHECKOUT)] = FF_ROW_BEGAN_CHECKOUT,
    [SESSION_SLOT(PURCHASED)] = FF_ROW_PURCHASED,
};

/* From some marks to others, and so many page views. */
static void row_count(struct session_row *row, uint32_t was, uint32_t is, int64_t pageviews)
{
    row->fields = 0;
    row->purses = 0;
    for (uint32_t left = (was ^ is) & ROW_MARKS; left; left &= left - 1) {
        int slot = __builtin_ctz(left);
        row_set(row, mark_fields[slot], is >> slot & 1 ? 1 : -1);
    }
    row_set(row, FF_ROW_PAGEVIEWS, pageviews);
}

static void row_add_orders(struct session_row *row, ff_currency currency, ff_money_sum amount, int64_t n)
{
    if (n == 0)
        return;
    row_set(row, FF_ROW_ORDERS, (row->fields & FF_FIELD(FF_ROW_ORDERS) ? row->by[FF_ROW_ORDERS] : 0) + n);
    row->money[row->purses++] = (struct cells_money){currency, amount, n};
}

/* All orders of the session: as they are (sign 1), or, taken out, as they were before the act (-1). */
static void row_add_all_orders(const struct fold *f, struct session_row *row, const struct session_change *c, int sign)
{
    if (!c->after->purchased)
        return;
    for (uint32_t i = c->after->extras; i; i = extra_at(f, i)->next) {
        const struct extra *e = extra_at(f, i);
        if (e->kind != EXTRA_ORDERS)
            continue;
        bool act = sign < 0 && c->bought && e->what == c->currency;
        row_add_orders(row, e->what, sign * (e->amount - (act ? c->amount : 0)), sign * ((int64_t)e->n - act));
    }
}

/* The first amount goes with the fields, the others by themselves. */
static void row_emit(const struct pen *p, ff_wall at, const struct session_part *part, const struct session_row *row)
{
    struct cells_by by = {row->by, row->fields, row->purses > 0 ? row->money : NULL};
    cells_emit(p, at, part->refs, part->n, by);
    for (size_t i = 1; i < row->purses; i++)
        cells_emit(p, at, part->refs, part->n, (struct cells_by){.money = &row->money[i]});
}

/* The row of a value that the session is found under now, or (sign -1) is not any more. */
static void row_whole(const struct pen *p, const struct session_change *c, const struct session_part *part, int sign)
{
    struct session_row row;
    if (part->n == 0)
        return;
    if (sign > 0)
        row_count(&row, 0, c->is, c->after->pageviews);
    else
        row_count(&row, c->was, 0, -(int64_t)c->before->pageviews);
    row_add_all_orders(p->fold, &row, c, sign);
    row_emit(p, c->after->start, part, &row);
}

/* Where the value of a dimension has stayed, its row changes by the difference; where it has changed, the row goes
 * from the old value to the new one. */
static void session_rows(const struct pen *p, const struct session_change *c)
{
    const struct session *before = c->before, *after = c->after;
    struct session_part all, go, come;
    struct session_row row; /* mostly large, and mostly not touched */
    part_all(p->fold, after, &all);
    if (!before->begun) {
        row_whole(p, c, &all, 1);
        return;
    }
    go.n = come.n = 0;
    if (session_moved(before, after))
        part_move(p->fold, before, &all, &go, &come);
    else if (before->exit_page != after->exit_page)
        part_move_exit(before, &all, &go, &come);
    row_count(&row, c->was, c->is, (int64_t)after->pageviews - before->pageviews);
    row_add_orders(&row, c->currency, c->amount, c->bought);
    row_emit(p, after->start, &all, &row);
    row_whole(p, c, &go, -1);
    row_whole(p, c, &come, 1);
}

/* What changes of the pages: of the first, of the last, of the one that was the last. */
struct page_rows {
    struct {
        uint32_t word, fields;
        int64_t by[FF_ROW_PAGE_FIELDS];
    } row[3];
    size_t n;
};

static void pages_add(struct page_rows *rows, uint32_t word, enum ff_row_page field, int64_t by)
{
    size_t i = 0;
    if (by == 0)
        return;
    while (i < rows->n && rows->row[i].word != word)
        i++;
    if (i == rows->n) {
        rows->row[i].word = word;
        rows->row[i].fields = 0;
        rows->n++;
    }
    int64_t sum = (rows->row[i].fields & FF_FIELD(field) ? rows->row[i].by[field] : 0) + by;
    rows->row[i].by[field] = sum;
    rows->row[i].fields |= FF_FIELD(field);
    if (sum == 0)
        rows->row[i].fields &= ~FF_FIELD(field);
}

/* The page is, with sign 1, or was the session's last. */
static void pages_add_exit(struct page_rows *rows, const struct session *s, int sign)
{
    if (s->pageviews == 0)
        return;
    pages_add(rows, s->exit_page, FF_ROW_EXITS, sign);
    pages_add(rows, s->exit_page, FF_ROW_PAGE_TIME, sign * (ff_dur)s->last_page_engaged * FF_MILLISECOND);
    pages_add(rows, s->exit_page, FF_ROW_PAGE_TIMED, sign * (s->last_page_engaged > 0));
}

/* A session's first page stays what it is, once there is one. */
static void pages_add_entry(struct page_rows *rows, const struct session_change *c)
{
    const struct session *before = c->before, *after = c->after;
    bool had = before->pageviews > 0 && c->was & SESSION_MARK(BOUNCES);
    if (after->pageviews == 0)
        return;
    pages_add(rows, after->entry_page, FF_ROW_ENTRANCES, before->pageviews == 0);
    pages_add(rows, after->entry_page, FF_ROW_PAGE_BOUNCES, (c->is & SESSION_MARK(BOUNCES) ? 1 : 0) - had);
}

static bool session_pages_stay(const struct session_change *c)
{
    const struct session *before = c->before, *after = c->after;
    return before->pageviews == after->pageviews && before->last_page_engaged == after->last_page_engaged &&
           ((c->was ^ c->is) & SESSION_MARK(BOUNCES)) == 0;
}

static void session_pages(const struct pen *p, const struct session_change *c)
{
    struct page_rows rows;
    rows.n = 0;
    if (session_pages_stay(c))
        return;
    pages_add_entry(&rows, c);
    pages_add_exit(&rows, c->before, -1);
    pages_add_exit(&rows, c->after, 1);
    if (c->left) {
        pages_add(&rows, c->left_page, FF_ROW_PAGE_TIME, c->left_after);
        pages_add(&rows, c->left_page, FF_ROW_PAGE_TIMED, 1);
    }
    for (size_t i = 0; i < rows.n; i++) {
        struct cells_by by = {rows.row[i].by, rows.row[i].fields, NULL};
        cells_emit(p, c->after->start, &(struct ff_cell_ref){rows.row[i].word, FF_BY_PAGE}, 1, by);
    }
}

void session_cells(const struct pen *p, const struct session_change *c)
{
    session_rows(p, c);
    session_pages(p, c);
}

void session_cells_left(const struct pen *p, const struct session_change *c)
{
    int64_t by[FF_ROW_PAGE_FIELDS];
    by[FF_ROW_PAGE_TIME] = c->left_after;
    by[FF_ROW_PAGE_TIMED] = 1;
    struct cells_by left = {by, FF_FIELD(FF_ROW_PAGE_TIME) | FF_FIELD(FF_ROW_PAGE_TIMED), NULL};
    if (c->left)
        cells_emit(p, c->after->start, &(struct ff_cell_ref){c->left_page, FF_BY_PAGE}, 1, left);
}
