#include "session_cells.h"

#include "cells.h"

/* The dimensions of a session. */
enum { CHANNEL, SOURCE, CAMPAIGN, DEVICE, COUNTRY, VISITOR_TYPE, ENTRY_PAGE, EXIT_PAGE, DIMENSIONS };

static const uint8_t dimension_table[DIMENSIONS] = {
    [CHANNEL] = FF_BY_CHANNEL, [SOURCE] = FF_BY_SOURCE,   [CAMPAIGN] = FF_BY_CAMPAIGN,
    [DEVICE] = FF_BY_DEVICE,   [COUNTRY] = FF_BY_COUNTRY, [VISITOR_TYPE] = FF_BY_VISITOR_TYPE,
    [ENTRY_PAGE] = FF_BY_ENTRY_PAGE, [EXIT_PAGE] = FF_BY_EXIT_PAGE,
};

static void session_values(const struct fold *f, const struct session *s, uint32_t words[DIMENSIONS])
{
    words[CHANNEL] = f->names.channels[s->origin.channel];
    words[DEVICE] = f->names.devices[s->origin.device];
    words[COUNTRY] = f->names.countries[s->origin.country];
    words[SOURCE] = s->source;
    words[CAMPAIGN] = s->campaign;
    words[VISITOR_TYPE] = s->first ? f->names.fresh : f->names.returning;
    words[ENTRY_PAGE] = s->entry_page;
    words[EXIT_PAGE] = s->exit_page;
}

/* Cells that change alike. */
struct session_part {
    struct ff_cell_ref refs[DIMENSIONS];
    size_t n;
};

static void part_add(struct session_part *part, int dimension, uint32_t word)
{
    part->refs[part->n++] = (struct ff_cell_ref){word, dimension_table[dimension]};
}

/* How a row changes: its fields, and its money where `purses` says so. */
struct session_row {
    int64_t by[FF_ROW_SESSION_FIELDS];
    size_t purses;
    struct cells_money money[EXTRAS_MAX];
};

/* The counters of a session that are fields of its row, too: less some, plus others. */
static void row_count(struct session_row *row, const int64_t *less, const int64_t *plus)
{
    static const uint8_t fields[FF_ROW_ORDERS] = {
        [FF_ROW_SESSIONS] = SESSION_SLOT(SESSIONS), [FF_ROW_NEW_VISITORS] = SESSION_SLOT(SESSIONS_NEW),
        [FF_ROW_PAGEVIEWS] = SESSION_SLOT(SESSION_PAGEVIEWS), [FF_ROW_BOUNCES] = SESSION_SLOT(BOUNCES),
        [FF_ROW_ENGAGED] = SESSION_SLOT(ENGAGED), [FF_ROW_ADDED_TO_CART] = SESSION_SLOT(ADDED_TO_CART),
        [FF_ROW_BEGAN_CHECKOUT] = SESSION_SLOT(BEGAN_CHECKOUT), [FF_ROW_PURCHASED] = SESSION_SLOT(PURCHASED),
    };
    for (int i = 0; i < FF_ROW_ORDERS; i++)
        row->by[i] = plus[fields[i]] - less[fields[i]];
    row->by[FF_ROW_ORDERS] = 0;
    row->purses = 0;
}

static void row_add_orders(struct session_row *row, ff_currency currency, ff_money_sum amount, int64_t n)
{
    if (n == 0)
        return;
    row->by[FF_ROW_ORDERS] += n;
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
    static const int64_t nothing[FF_ROW_SESSION_FIELDS];
    if (row->purses == 0) {
        cells_emit(p, at, part->refs, part->n, row->by, NULL);
        return;
    }
    for (size_t i = 0; i < row->purses; i++)
        cells_emit(p, at, part->refs, part->n, i == 0 ? row->by : nothing, &row->money[i]);
}

/* Where the value of a dimension has stayed, its row changes by the difference; where it has changed, the row goes
 * from the old value to the new one. */
static void session_rows(const struct pen *p, const struct session_change *c)
{
    static const int64_t nothing[SESSION_COUNTERS];
    const struct fold *f = p->fold;
    struct session_part stay, go, come;
    struct session_row row; /* mostly large, and mostly not touched */
    uint32_t was[DIMENSIONS], is[DIMENSIONS];
    stay.n = go.n = come.n = 0;
    session_values(f, c->before, was);
    session_values(f, c->after, is);
    for (int i = 0; i < DIMENSIONS; i++)
        if (c->before->begun && was[i] == is[i]) {
            part_add(&stay, i, is[i]);
        } else {
            part_add(&come, i, is[i]);
            if (c->before->begun)
                part_add(&go, i, was[i]);
        }
    if (stay.n > 0) {
        row_count(&row, c->was, c->is);
        row_add_orders(&row, c->currency, c->amount, c->bought);
        row_emit(p, c->after->start, &stay, &row);
    }
    if (go.n > 0) {
        row_count(&row, c->was, nothing);
        row_add_all_orders(f, &row, c, -1);
        row_emit(p, c->after->start, &go, &row);
    }
    if (come.n > 0) {
        row_count(&row, nothing, c->is);
        row_add_all_orders(f, &row, c, 1);
        row_emit(p, c->after->start, &come, &row);
    }
}

/* What changes of the pages: of the first, of the last, of the one that was the last. */
struct page_rows {
    struct {
        uint32_t word;
        int64_t by[FF_ROW_PAGE_FIELDS];
    } row[4];
    size_t n;
};

static int64_t *pages_row(struct page_rows *rows, uint32_t word)
{
    size_t i = 0;
    while (i < rows->n && rows->row[i].word != word)
        i++;
    if (i < rows->n)
        return rows->row[i].by;
    rows->n++;
    rows->row[i].word = word;
    for (int k = 0; k < FF_ROW_PAGE_FIELDS; k++)
        rows->row[i].by[k] = 0;
    return rows->row[i].by;
}

static void pages_add_session(struct page_rows *rows, const struct session *s, const int64_t count[SESSION_COUNTERS],
                              int sign)
{
    if (s->pageviews == 0)
        return;
    int64_t *entry = pages_row(rows, s->entry_page);
    entry[FF_ROW_ENTRANCES] += sign;
    entry[FF_ROW_PAGE_BOUNCES] += sign * count[SESSION_SLOT(BOUNCES)];
    int64_t *exit = pages_row(rows, s->exit_page);
    exit[FF_ROW_EXITS] += sign;
    exit[FF_ROW_PAGE_TIME] += sign * (ff_dur)s->last_page_engaged * FF_MILLISECOND;
    exit[FF_ROW_PAGE_TIMED] += sign * (s->last_page_engaged > 0);
}

static bool session_pages_stay(const struct session_change *c)
{
    const struct session *before = c->before, *after = c->after;
    return before->pageviews == after->pageviews && before->last_page_engaged == after->last_page_engaged &&
           c->was[SESSION_SLOT(BOUNCES)] == c->is[SESSION_SLOT(BOUNCES)];
}

static void session_pages(const struct pen *p, const struct session_change *c)
{
    struct page_rows rows;
    rows.n = 0;
    if (session_pages_stay(c))
        return;
    pages_add_session(&rows, c->before, c->was, -1);
    pages_add_session(&rows, c->after, c->is, 1);
    if (c->left) {
        int64_t *left = pages_row(&rows, c->left_page);
        left[FF_ROW_PAGE_TIME] += c->left_after;
        left[FF_ROW_PAGE_TIMED]++;
    }
    for (size_t i = 0; i < rows.n; i++)
        cells_emit(p, c->after->start, &(struct ff_cell_ref){rows.row[i].word, FF_BY_PAGE}, 1, rows.row[i].by, NULL);
}

void session_cells(const struct pen *p, const struct session_change *c)
{
    session_rows(p, c);
    session_pages(p, c);
}
