#include "metrics.h"

#include "change.h"
#include "survey.h"
#include "decimal.h"

#include <math.h>
#include <string.h>

/* clang-format off */
#define ONE(a) {FF_COUNT_##a, 0, 0}
#define SUM(a, b) {FF_COUNT_##a, 1, FF_COUNT_##b}
#define LESS(a, b) {FF_COUNT_##a, -1, FF_COUNT_##b}
#define VISITORS {METRIC_VISITORS, 0, 0}
#define OF(operand) {METRIC_##operand, 0, 0}
#define VISITORS_LESS(b) {METRIC_VISITORS, -1, FF_COUNT_##b}

#define COUNT(section, name, ...) {section, name, METRIC_COUNT, __VA_ARGS__, {0}, 0, 0}
#define RATIO(section, name, ...) {section, name, METRIC_RATIO, __VA_ARGS__, 0, 0}
#define SECONDS(section, name, ...) {section, name, METRIC_SECONDS, __VA_ARGS__, 0, 0}
#define MONEY(section, name, kind, purse, other)                                                   \
    {section, name, kind, {0}, {0}, FF_PURSE_##purse, FF_PURSE_##other}
/* clang-format on */

static const struct metric metric_table[] = {
    COUNT("traffic", "pageviews", ONE(PAGEVIEWS)),
    COUNT("traffic", "visitors", VISITORS),
    COUNT("traffic", "sessions", ONE(SESSIONS)),
    COUNT("traffic", "new_visitors", ONE(SESSIONS_NEW)),
    COUNT("traffic", "returning_visitors", VISITORS_LESS(SESSIONS_NEW)),
    RATIO("traffic", "pages_per_session", ONE(SESSION_PAGEVIEWS), ONE(SESSIONS)),
    SECONDS("traffic", "session_seconds", ONE(SESSION_TIME), ONE(SESSIONS)),
    SECONDS("traffic", "page_seconds", ONE(PAGE_TIME), ONE(PAGE_TIME_PAGES)),
    {"traffic", "live_visitors", METRIC_LIVE, {0}, {0}, 0, 0},

    COUNT("engagement", "bounces", ONE(BOUNCES)),
    RATIO("engagement", "bounce_rate", ONE(BOUNCES), ONE(SESSIONS)),
    COUNT("engagement", "engaged_sessions", ONE(ENGAGED)),
    RATIO("engagement", "engagement_rate", ONE(ENGAGED), ONE(SESSIONS)),

    COUNT("search", "searches", ONE(SEARCHES)),
    COUNT("search", "search_sessions", ONE(SEARCH_SESSIONS)),
    RATIO("search", "search_session_rate", ONE(SEARCH_SESSIONS), ONE(SESSIONS)),
    COUNT("search", "zero_result_searches", ONE(SEARCHES_ZERO)),
    RATIO("search", "zero_result_rate", ONE(SEARCHES_ZERO), ONE(SEARCHES_COUNTED)),
    COUNT("search", "search_refinements", ONE(SEARCH_REFINEMENTS)),
    COUNT("search", "search_exits", ONE(SEARCH_EXITS)),
    RATIO("search", "search_exit_rate", ONE(SEARCH_EXITS), ONE(SEARCH_SESSIONS)),
    RATIO("search", "search_conversion_rate", ONE(SEARCH_PURCHASED), ONE(SEARCH_SESSIONS)),
    RATIO("search", "no_search_conversion_rate", LESS(PURCHASED, SEARCH_PURCHASED),
          LESS(SESSIONS, SEARCH_SESSIONS)),

    COUNT("funnel", "sessions", ONE(SESSIONS)),
    COUNT("funnel", "viewed_item", ONE(VIEWED_ITEM)),
    COUNT("funnel", "added_to_cart", ONE(ADDED_TO_CART)),
    COUNT("funnel", "began_checkout", ONE(BEGAN_CHECKOUT)),
    COUNT("funnel", "purchased", ONE(PURCHASED)),

    COUNT("cart", "carts_opened", ONE(CARTS_OPENED)),
    COUNT("cart", "carts_open", ONE(CARTS_OPEN)),
    COUNT("cart", "carts_converted", ONE(CARTS_CONVERTED)),
    COUNT("cart", "carts_abandoned", ONE(CARTS_ABANDONED)),
    COUNT("cart", "carts_recovered", ONE(CARTS_RECOVERED)),
    COUNT("cart", "carts_emptied", ONE(CARTS_EMPTIED)),
    RATIO("cart", "abandonment_rate", ONE(CARTS_ABANDONED), SUM(CARTS_ABANDONED, CARTS_CONVERTED)),
    MONEY("cart", "abandoned_value", METRIC_MONEY, ABANDONED_VALUE, ABANDONED_VALUE),
    MONEY("cart", "recovered_value", METRIC_MONEY, RECOVERED_VALUE, RECOVERED_VALUE),

    COUNT("checkout", "checkouts_started", ONE(CHECKOUTS_STARTED)),
    COUNT("checkout", "checkouts_completed", ONE(CHECKOUTS_COMPLETED)),
    COUNT("checkout", "checkouts_abandoned", ONE(CHECKOUTS_ABANDONED)),
    RATIO("checkout", "abandonment_rate", ONE(CHECKOUTS_ABANDONED),
          SUM(CHECKOUTS_ABANDONED, CHECKOUTS_COMPLETED)),

    COUNT("orders", "orders", ONE(ORDERS)),
    COUNT("orders", "items_sold", ONE(ITEMS_SOLD)),
    MONEY("orders", "revenue", METRIC_MONEY, REVENUE, REVENUE),
    COUNT("orders", "refunds", ONE(REFUNDS)),
    MONEY("orders", "refunded", METRIC_MONEY, REFUNDED, REFUNDED),
    MONEY("orders", "net_revenue", METRIC_MONEY_LESS, REVENUE, REFUNDED),
    MONEY("orders", "average_order_value", METRIC_MONEY_MEAN, REVENUE, REVENUE),
    COUNT("orders", "duplicates", ONE(ORDER_DUPLICATES)),

    RATIO("conversion", "session_rate", ONE(PURCHASED), ONE(SESSIONS)),
    RATIO("conversion", "visitor_rate", ONE(ORDERS), VISITORS),

    COUNT("surveys.csat", "responses", OF(CSAT_ANSWERS)),
    RATIO("surveys.csat", "mean", OF(CSAT_SCORES), OF(CSAT_ANSWERS)),
    RATIO("surveys.csat", "top_share", ONE(CSAT_5), OF(CSAT_ANSWERS)),
    RATIO("surveys.csat", "top2_share", SUM(CSAT_4, CSAT_5), OF(CSAT_ANSWERS)),
    COUNT("surveys.nps", "responses", OF(NPS_ANSWERS)),
    RATIO("surveys.nps", "score", OF(NPS_BALANCE), OF(NPS_ANSWERS)),
    COUNT("surveys.nps", "promoters", ONE(NPS_PROMOTERS)),
    COUNT("surveys.nps", "passives", OF(NPS_PASSIVES)),
    COUNT("surveys.nps", "detractors", ONE(NPS_DETRACTORS)),
    COUNT("surveys.ces", "responses", OF(CES_ANSWERS)),
    RATIO("surveys.ces", "mean", OF(CES_SCORES), OF(CES_ANSWERS)),
    RATIO("surveys.ces", "top_share", ONE(CES_5), OF(CES_ANSWERS)),

    SECONDS("support", "first_response_seconds", ONE(RESPONSE_TIME), ONE(TICKETS_ANSWERED)),
    SECONDS("support", "resolution_seconds", ONE(RESOLUTION_TIME), ONE(TICKETS_RESOLVED)),
    COUNT("support", "tickets_opened", ONE(TICKETS_OPENED)),
    COUNT("support", "tickets_answered", ONE(TICKETS_ANSWERED)),
    COUNT("support", "tickets_resolved", ONE(TICKETS_RESOLVED)),
    COUNT("support", "tickets_open", ONE(TICKETS_OPEN)),
};

#define METRICS (sizeof(metric_table) / sizeof(*metric_table))

const struct metric *metrics_all(size_t *n)
{
    *n = METRICS;
    return metric_table;
}

/* Whether name is the row's, with its section, with the inner one alone, or without. */
static bool is_called(const struct metric *m, struct ff_span name)
{
    const char *dot = name.n > 0 ? memrchr(name.p, '.', name.n) : NULL, *inner = strchr(m->section, '.');
    if (!dot)
        return ff_span_is(name, m->name);
    struct ff_span section = ff_span_of(name.p, (size_t)(dot - name.p));
    name = ff_span_of(dot + 1, name.n - section.n - 1);
    return ff_span_is(name, m->name) &&
           (ff_span_is(section, m->section) || (inner && ff_span_is(section, inner + 1)));
}

static bool same_term(struct metric_term a, struct metric_term b)
{
    return a.one == b.one && a.sign == b.sign && a.other == b.other;
}

static bool same_number(const struct metric *a, const struct metric *b)
{
    return a->kind == b->kind && same_term(a->top, b->top) && same_term(a->bottom, b->bottom) &&
           a->purse == b->purse && a->other_purse == b->other_purse;
}

const struct metric *metrics_find(struct ff_span name, size_t *ambiguous)
{
    const struct metric *found = NULL;
    *ambiguous = 0;
    for (size_t i = 0; i < METRICS; i++) {
        if (!is_called(&metric_table[i], name))
            continue;
        if (!found)
            found = &metric_table[i];
        else if (!same_number(found, &metric_table[i]))
            *ambiguous = *ambiguous ? *ambiguous + 1 : 2;
    }
    return *ambiguous ? NULL : found;
}

static int64_t operand(uint8_t which, const struct tally_window *w)
{
    if (which < FF_COUNTERS)
        return w->count[which];
    return which == METRIC_VISITORS ? (int64_t)w->visitors : survey_operand((enum metric_operand)which, w);
}

static int64_t term(struct metric_term t, const struct tally_window *w)
{
    int64_t one = operand(t.one, w);
    if (t.sign == 0)
        return one;
    int64_t value = one + t.sign * operand(t.other, w);
    return value > 0 ? value : 0;
}

/* NAN where there is nothing to divide by. */
static double ratio(const struct metric *m, const struct tally_window *w, double scale)
{
    int64_t bottom = term(m->bottom, w);
    return bottom == 0 ? NAN : (double)term(m->top, w) / scale / (double)bottom;
}

/* What a metric of money holds, sorted by currency. */
struct amounts {
    size_t n;
    struct amount row[2 * TALLY_CURRENCIES]; /* two purses that have no currency in common */
};

static void take_purse(struct amounts *to, const struct tally_window *w, uint8_t purse, bool mean)
{
    for (uint16_t i = 0; i < w->currencies[purse]; i++) {
        const struct tally_money *m = &w->money[purse][i];
        if (!mean)
            to->row[to->n++] = (struct amount){m->currency, m->amount};
        else if (m->n > 0)
            to->row[to->n++] = (struct amount){m->currency, decimal_divide(m->amount, m->n)};
    }
}

/* Both purses are sorted by currency: they are merged. */
static void take_difference(struct amounts *to, const struct tally_window *w, uint8_t purse,
                            uint8_t other)
{
    const struct tally_money *a = w->money[purse], *a_end = a + w->currencies[purse];
    const struct tally_money *b = w->money[other], *b_end = b + w->currencies[other];
    while (a < a_end || b < b_end) {
        ff_currency next = a < a_end ? a->currency : b->currency;
        if (b < b_end && b->currency < next)
            next = b->currency;
        ff_money_sum amount = 0;
        if (a < a_end && a->currency == next)
            amount += a++->amount;
        if (b < b_end && b->currency == next)
            amount -= b++->amount;
        to->row[to->n++] = (struct amount){next, amount};
    }
}

static bool is_money(const struct metric *m)
{
    return m->kind == METRIC_MONEY || m->kind == METRIC_MONEY_LESS || m->kind == METRIC_MONEY_MEAN;
}

/* Nothing when w is NULL. */
static void take_money(struct amounts *to, const struct metric *m, const struct tally_window *w)
{
    to->n = 0;
    if (!w)
        return;
    if (m->kind == METRIC_MONEY_LESS)
        take_difference(to, w, m->purse, m->other_purse);
    else
        take_purse(to, w, m->purse, m->kind == METRIC_MONEY_MEAN);
}

static void write_money(const struct metric *m, const struct tally_window *w, struct json_out *out)
{
    struct amounts money;
    take_money(&money, m, w);
    money_out(out, money.row, money.n);
}

void metrics_write(const struct metric *m, const struct tally_window *w, int64_t live,
                   struct json_out *out)
{
    switch (m->kind) {
    case METRIC_COUNT:
        json_out_integer(out, term(m->top, w));
        break;
    case METRIC_RATIO:
        json_out_double(out, ratio(m, w, 1));
        break;
    case METRIC_SECONDS:
        json_out_double(out, ratio(m, w, (double)FF_SECOND));
        break;
    case METRIC_MONEY:
    case METRIC_MONEY_LESS:
    case METRIC_MONEY_MEAN:
        write_money(m, w, out);
        break;
    case METRIC_LIVE:
        json_out_integer(out, live);
        break;
    }
}

void metrics_write_previous(const struct metric *m, const struct tally_window *before,
                            struct json_out *out)
{
    if (is_money(m))
        write_money(m, before, out);
    else if (m->kind == METRIC_LIVE || !before)
        json_out_null(out);
    else
        metrics_write(m, before, 0, out);
}

/* A number that is no money, for its change; NAN for null. */
static double number(const struct metric *m, const struct tally_window *w)
{
    if (!w || m->kind == METRIC_LIVE)
        return NAN;
    return m->kind == METRIC_COUNT ? (double)term(m->top, w) : ratio(m, w, 1);
}

void metrics_write_change(const struct metric *m, const struct tally_window *now,
                          const struct tally_window *before, struct json_out *out)
{
    if (!is_money(m)) {
        change_write(out, number(m, now), number(m, before));
        return;
    }
    struct amounts is, was;
    take_money(&is, m, now);
    take_money(&was, m, before);
    change_write_money(out, is.row, is.n, was.row, was.n, m->kind == METRIC_MONEY_MEAN ? NAN : 0);
}
