#include "customers.h"

#include "decimal.h"
#include "zone.h"

#include <math.h>
#include <string.h>

/* NAN where there is nothing to divide by. */
static double part(double top, double bottom)
{
    return bottom == 0 ? NAN : top / bottom;
}

static double start_of(const struct ff_customers *w)
{
    return (double)w->start;
}

static double end_of(const struct ff_customers *w)
{
    return (double)w->end;
}

static double new_of(const struct ff_customers *w)
{
    return (double)w->new;
}

static double reactivated_of(const struct ff_customers *w)
{
    return (double)w->reactivated;
}

static double lost_of(const struct ff_customers *w)
{
    return (double)w->lost;
}

static double retention_of(const struct ff_customers *w)
{
    return part((double)(w->end - w->new - w->reactivated), (double)w->start);
}

/* 1 - retention_of, rounded once. */
static double churn_of(const struct ff_customers *w)
{
    return part((double)(w->start - (w->end - w->new - w->reactivated)), (double)w->start);
}

static double net_churn_of(const struct ff_customers *w)
{
    return part((double)(w->start - w->end), (double)w->start);
}

static double repeat_of(const struct ff_customers *w)
{
    return part((double)w->repeat, (double)w->ever);
}

static double returning_of(const struct ff_customers *w)
{
    return part(w->returning, w->buyers);
}

static const struct row {
    const char *name;
    bool count; /* a whole number */
    double (*value)(const struct ff_customers *w);
} row_table[] = {
    {"customers_start", true, start_of},
    {"customers_end", true, end_of},
    {"customers_new", true, new_of},
    {"customers_reactivated", true, reactivated_of},
    {"customers_lost", true, lost_of},
    {"retention_rate", false, retention_of},
    {"churn_rate", false, churn_of},
    {"net_churn_rate", false, net_churn_of},
    {"repeat_customer_rate", false, repeat_of},
    {"returning_customer_rate", false, returning_of},
};

#define ROWS (sizeof(row_table) / sizeof(*row_table))
#define COST "retention_cost"

bool customers_has(struct ff_span name)
{
    static const char section[] = "customers.";
    size_t n = sizeof(section) - 1;
    if (name.n > n && memcmp(name.p, section, n) == 0)
        name = ff_span_of(name.p + n, name.n - n);
    for (size_t i = 0; i < ROWS; i++)
        if (ff_span_is(name, row_table[i].name))
            return true;
    return ff_span_is(name, COST);
}

/* The 365 days before a window are asked for first: mostly nothing was spent, and nothing is to be divided. */
static void read_cost(const struct query *q, struct customers_section *out)
{
    struct tally_money spent[TALLY_CURRENCIES];
    struct ff_kept kept;
    out->costs = 0;
    const struct zone *zone = q->ctx->sites[q->site].zone;
    int64_t day = zone_date(zone, out->window.from);
    ff_wall from = zone_date_start(zone, day - 365);
    uint16_t n = tally_read_purse(q->ctx->tally, q->site, FF_PURSE_RETENTION_SPEND, from, out->window.from, spent);
    if (n == 0)
        return;
    q->ctx->customers->kept(q->ctx->customers->ctx, q->site, out->window.from, &kept);
    int64_t customers = (int64_t)kept.customers;
    for (uint16_t i = 0; customers > 0 && i < n; i++)
        out->cost[out->costs++] =
            (struct amount){spent[i].currency, decimal_divide(spent[i].amount, customers)};
}

void customers_read(const struct query *q, ff_wall from, ff_wall to, struct customers_section *out)
{
    q->ctx->customers->window(q->ctx->customers->ctx, q->site, from, to, &out->window);
    read_cost(q, out);
}

void customers_write_window(const struct customers_section *s, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("from"));
    json_out_instant(out, s->window.from);
    json_out_key(out, FF_LITERAL("to"));
    json_out_instant(out, s->window.to);
}

void customers_write(const struct customers_section *s, struct json_out *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        double value = row_table[i].value(&s->window);
        json_out_key(out, ff_span_text(row_table[i].name));
        if (row_table[i].count)
            json_out_integer(out, (int64_t)value);
        else
            json_out_double(out, value);
    }
    json_out_key(out, FF_LITERAL(COST));
    money_out(out, s->cost, s->costs);
}

void customers_write_change(const struct customers_section *now, const struct customers_section *before,
                            struct json_out *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        json_out_key(out, ff_span_text(row_table[i].name));
        change_write(out, row_table[i].value(&now->window), row_table[i].value(&before->window));
    }
    json_out_key(out, FF_LITERAL(COST));
    change_write_money(out, now->cost, now->costs, before->cost, before->costs, NAN);
}
