#include "session.h"

#include "act.h"
#include "extras.h"
#include "lines.h"
#include "session_extras.h"

/* What types do to a session beyond extending it (metrics.md, "Which event does what"). */
static const struct session_row {
    bool interaction; /* ends a bounce by itself */
    bool keeps_search_open; /* may stand between a search and the exit or its refinement */
} session_table[FF_TYPE_COUNT] = {
    [FF_PAGE_VIEW] = {false, true},
    [FF_PING] = {false, true},
    [FF_VIEW_ITEM] = {false, false},
    [FF_VIEW_CART] = {false, false},
    [FF_SEARCH] = {true, true},
    [FF_ADD_TO_CART] = {true, false},
    [FF_REMOVE_FROM_CART] = {true, false},
    [FF_UPDATE_CART] = {true, false},
    [FF_BEGIN_CHECKOUT] = {true, false},
    [FF_CHECKOUT_STEP] = {true, false},
    [FF_PURCHASE] = {true, false},
    [FF_SURVEY] = {true, false},
    [FF_CUSTOM] = {true, false},
};

/* Views: page views; where there are none at all, product views. */
static uint32_t session_views(const struct session *s)
{
    return s->pageviews ? s->pageviews : s->item_views;
}

#define MARK_IF(name, condition) ((condition) ? SESSION_MARK(name) : 0)

/* The session's contribution: what it is counted as, given what it is so far. These are the counters that it
 * adds 0 or 1 to. */
static uint32_t session_marks(const struct session *s)
{
    uint32_t views = session_views(s);
    if (!s->begun)
        return 0;
    return SESSION_MARK(SESSIONS) | MARK_IF(SESSIONS_NEW, s->first) |
           MARK_IF(BOUNCES, !s->interacted && views <= 1) |
           MARK_IF(ENGAGED, s->engaged >= SESSION_ENGAGED_FROM || views >= 2 || s->purchased) |
           MARK_IF(SEARCH_SESSIONS, s->searched) |
           MARK_IF(SEARCH_EXITS, s->searched && s->search_open && s->pages_after_search <= 1) |
           MARK_IF(SEARCH_PURCHASED, s->searched && s->purchased) | MARK_IF(VIEWED_ITEM, s->item_views > 0) |
           MARK_IF(ADDED_TO_CART, s->added_to_cart) | MARK_IF(BEGAN_CHECKOUT, s->began_checkout) |
           MARK_IF(PURCHASED, s->purchased);
}

/* The others. A session that has not begun is all zeros. */
static ff_dur session_page_time(const struct session *s)
{
    return (ff_dur)s->page_time + (s->pageviews > 0 ? (ff_dur)s->last_page_engaged * FF_MILLISECOND : 0);
}

static int64_t session_timed_pages(const struct session *s)
{
    return s->pageviews > 0 ? (int64_t)s->pageviews - 1 + (s->last_page_engaged > 0) : 0;
}

static void session_hold(const struct fold *f, const struct session *s)
{
    words_hold(f->options.words, s->source);
    words_hold(f->options.words, s->campaign);
    words_hold(f->options.words, s->entry_page);
    words_hold(f->options.words, s->exit_page);
}

static void session_drop(const struct fold *f, const struct session *s)
{
    words_drop(f->options.words, s->source);
    words_drop(f->options.words, s->campaign);
    words_drop(f->options.words, s->entry_page);
    words_drop(f->options.words, s->exit_page);
}

struct session session_share(struct fold *f, const struct session *s)
{
    struct session copy = *s;
    session_hold(f, s);
    copy.extras = extras_copy(f, s->extras);
    return copy;
}

void session_release(struct fold *f, struct session *s)
{
    uint32_t extras = s->extras;
    session_drop(f, s);
    extras_free(f, &extras);
    *s = (struct session){.begun = false};
}

/* Where a session comes from is said by one event, which tells all of it. Nothing is written that says nothing: what
 * was written in parts would be waited for when all of the origin is read. */
static void session_learn(const struct fold *f, struct session *s, struct ff_origin o, const struct said *said)
{
    bool told = o.channel || said->source != WORD_NONE || said->campaign != WORD_NONE;
    if (told && !s->origin.channel && s->source == WORD_NONE && s->campaign == WORD_NONE) {
        words_hold(f->options.words, said->source);
        words_hold(f->options.words, said->campaign);
        s->source = said->source;
        s->campaign = said->campaign;
        s->origin.channel = o.channel;
    }
    if (!s->origin.device && o.device)
        s->origin.device = o.device;
    if (!s->origin.country && o.country)
        s->origin.country = o.country;
}

/* `at` in the session. The page before this one is let go of when what it is counted as has been emitted. */
static void session_page_view(const struct fold *f, struct session *s, ff_dur at, uint32_t page,
                              struct session_change *c)
{
    if (s->pageviews > 0) {
        c->left_page = s->exit_page;
        c->left_after = at - (ff_dur)s->last_page;
        s->page_time += (uint64_t)c->left_after;
        c->left = true;
    } else {
        words_hold(f->options.words, page);
        s->entry_page = page;
    }
    words_hold(f->options.words, page);
    s->exit_page = page;
    s->pageviews++;
    s->last_page = (uint64_t)at;
    s->last_page_engaged = 0;
    if (s->pages_after_search < 2)
        s->pages_after_search++;
}

static void session_search(struct session *s, uint64_t term)
{
    if (s->searched && s->search_open && s->term != term)
        s->refinements++;
    s->searched = true;
    s->search_open = true;
    s->pages_after_search = 0;
    s->term = term;
}

static uint64_t at_most(uint64_t n, uint64_t most)
{
    return n < most ? n : most;
}

static void session_engage(struct session *s, uint64_t ms)
{
    s->engaged = at_most(s->engaged + ms, SESSION_ENGAGED_FROM);
    s->last_page_engaged = at_most(s->last_page_engaged + ms, SESSION_ENGAGED_MAX);
}

/* What the act's type does to the session; order matters nowhere in it. */
static void session_apply(const struct pen *p, struct session *s, const struct act *a, struct session_change *c)
{
    const struct fold *f = p->fold;
    const struct session_row *row = &session_table[a->type];
    if (row->interaction && !a->passive)
        s->interacted = true;
    if (!row->keeps_search_open)
        s->search_open = false;
    session_learn(f, s, a->origin, &act_rest(f, a)->said);
    switch ((enum ff_type)a->type) {
    case FF_PAGE_VIEW:
        session_page_view(f, s, a->time - s->start, act_word(f, a), c);
        break;
    case FF_SEARCH:
        session_search(s, act_rest(f, a)->term);
        break;
    case FF_VIEW_ITEM:
        if (s->item_views < 2)
            s->item_views++;
        break;
    case FF_ADD_TO_CART:
        s->added_to_cart = true;
        break;
    case FF_UPDATE_CART:
        s->added_to_cart |= lines_any(f, act_rest(f, a)->lines);
        break;
    case FF_BEGIN_CHECKOUT:
        s->began_checkout = true;
        break;
    case FF_PURCHASE:
        s->purchased = true;
        break;
    default:
        break;
    }
    session_engage(s, act_engaged_ms(f, a));
    s->length = (uint64_t)(a->time - s->start);
}

static bool session_takes(const struct fold *f, const struct session *s, ff_wall t)
{
    return s->begun && t - session_last(s) <= f->options.session_timeout &&
           t - s->start <= f->options.session_max_length;
}

/* The next session in place of the one before. */
static void session_begin(struct fold *f, struct session *s, ff_wall t)
{
    bool first = !s->begun || t - session_last(s) > f->options.session_remember;
    session_release(f, s);
    s->start = t;
    s->begun = true;
    s->first = first;
}

static void session_emit_counts(const struct pen *p, const struct session_change *c)
{
    const struct session *before = c->before, *after = c->after;
    ff_wall at = after->start;
    for (uint32_t left = c->was ^ c->is; left; left &= left - 1) {
        int slot = __builtin_ctz(left);
        emit_count(p, (enum ff_counter)(SESSION_FIRST + slot), at, c->is >> slot & 1 ? 1 : -1);
    }
    emit_count(p, FF_COUNT_SESSION_PAGEVIEWS, at, (int64_t)after->pageviews - before->pageviews);
    emit_count(p, FF_COUNT_SESSION_TIME, at, (ff_dur)after->length - (ff_dur)before->length);
    emit_count(p, FF_COUNT_PAGE_TIME, at, session_page_time(after) - session_page_time(before));
    emit_count(p, FF_COUNT_PAGE_TIME_PAGES, at, session_timed_pages(after) - session_timed_pages(before));
    emit_count(p, FF_COUNT_SEARCH_REFINEMENTS, at, (int64_t)after->refinements - before->refinements);
}

static void session_emit(const struct pen *p, struct session_change *c)
{
    c->was = session_marks(c->before);
    c->is = session_marks(c->after);
    session_emit_counts(p, c);
    session_cells(p, c);
}

bool session_fold(const struct pen *p, struct session *s, const struct act *a)
{
    struct fold *f = p->fold;
    struct session before;
    struct session_change c = {.before = &before, .after = s};
    if (session_takes(f, s, a->time)) {
        before = *s;
    } else if (a->type == FF_PING) {
        return false;
    } else {
        session_begin(f, s, a->time);
        before = (struct session){.begun = false};
    }
    session_apply(p, s, a, &c);
    session_gather(p, s, a, &c);
    if (p->sign) {
        session_emit(p, &c);
        emit_visitor(p, a->time);
    }
    words_drop(f->options.words, c.left_page);
    return true;
}

static void session_run_open(const struct pen *p, struct session_run *run, const struct session *s)
{
    run->from = *s;
    run->open = true;
    session_hold(p->fold, &run->from);
}

void session_run_end(const struct pen *p, struct session_run *run, const struct session *s)
{
    struct session_change c = {.before = &run->from, .after = s};
    if (!run->open)
        return;
    session_emit(p, &c);
    session_drop(p->fold, &run->from);
    run->open = false;
}

/* The row of each dimension has the session's orders in it: with a purchase, all is emitted one by one. */
bool session_run_fold(const struct pen *p, struct session_run *run, struct session *s, const struct act *a, bool seen)
{
    struct fold *f = p->fold;
    struct session_change c = {.after = s};
    bool goes_on = session_takes(f, s, a->time);
    if (!goes_on && a->type == FF_PING)
        return false;
    if (!goes_on || a->type == FF_PURCHASE)
        session_run_end(p, run, s);
    if (a->type == FF_PURCHASE)
        return session_fold(p, s, a);
    if (!goes_on)
        session_begin(f, s, a->time);
    if (!run->open)
        session_run_open(p, run, goes_on ? s : &(struct session){.begun = false});
    session_apply(p, s, a, &c);
    session_gather(p, s, a, &c);
    session_cells_left(p, &c);
    if (!seen)
        emit_visitor(p, a->time);
    words_drop(f->options.words, c.left_page);
    return true;
}
