/* GET /v1/customers: the customers of a window, and what customers are worth as of now. */
#include "customers.h"
#include "decimal.h"

#include <math.h>

#define YEAR ((long double)(365 * FF_DAY))

/* What is said of some customers. */
struct worth {
    const struct ff_lifetime *of;
    long double frequency, lifespan; /* NAN where there are none */
};

/* From the shop's first order to now, in years of 365 days, at least one. */
static long double years_observed(const struct ff_lifetimes *l)
{
    long double years = l->first_order == FF_NEVER ? 1 : (long double)(l->as_of - l->first_order) / YEAR;
    return years > 1 ? years : 1;
}

static struct worth worth_of(const struct ff_lifetimes *l, const struct ff_lifetime *of)
{
    struct worth w = {of, NAN, NAN};
    long double years = years_observed(l), customers = of->customers;
    if (of->customers == 0)
        return w;
    long double lapsed = (long double)of->lapsed_time + (long double)(of->customers - of->active) * l->active_for;
    w.frequency = of->orders / customers / years;
    w.lifespan = (of->active * years + lapsed / YEAR) / customers;
    return w;
}

static void write_worth(const struct worth *w, struct json_out *out)
{
    struct amount mean[FF_LIFETIME_CURRENCIES], value[FF_LIFETIME_CURRENCIES];
    size_t n = w->of->currencies;
    for (size_t i = 0; i < n; i++) {
        const struct ff_lifetime_money *m = &w->of->money[i];
        long double exact = (long double)m->amount / (long double)m->orders;
        mean[i] = (struct amount){m->currency, decimal_divide(m->amount, m->orders)};
        value[i] = (struct amount){m->currency, (ff_money_sum)rintl(exact * w->frequency * w->lifespan)};
    }
    json_out_key(out, FF_LITERAL("customers"));
    json_out_integer(out, w->of->customers);
    json_out_key(out, FF_LITERAL("orders"));
    json_out_integer(out, w->of->orders);
    json_out_key(out, FF_LITERAL("average_order_value"));
    money_out(out, mean, n);
    json_out_key(out, FF_LITERAL("purchase_frequency"));
    json_out_double(out, (double)w->frequency);
    json_out_key(out, FF_LITERAL("customer_lifespan"));
    json_out_double(out, (double)w->lifespan);
    json_out_key(out, FF_LITERAL("lifetime_value"));
    money_out(out, value, n);
}

static void add_money(struct ff_lifetime *to, const struct ff_lifetime_money *m)
{
    uint16_t i = 0;
    while (i < to->currencies && to->money[i].currency < m->currency)
        i++;
    if (i == to->currencies || to->money[i].currency != m->currency) {
        if (to->currencies == FF_LIFETIME_CURRENCIES)
            return;
        for (uint16_t k = to->currencies++; k > i; k--)
            to->money[k] = to->money[k - 1];
        to->money[i] = (struct ff_lifetime_money){.currency = m->currency};
    }
    to->money[i].orders += m->orders;
    to->money[i].amount += m->amount;
}

/* All of them together. */
static void add_lifetimes(const struct ff_lifetimes *l, struct ff_lifetime *all)
{
    *all = l->by[0];
    for (int i = 1; i < FF_SPENDERS; i++) {
        all->customers += l->by[i].customers;
        all->orders += l->by[i].orders;
        all->active += l->by[i].active;
        all->lapsed_time += l->by[i].lapsed_time;
        for (uint16_t k = 0; k < l->by[i].currencies; k++)
            add_money(all, &l->by[i].money[k]);
    }
}

static void write_lifetimes(const struct ff_lifetimes *l, struct json_out *out)
{
    static const char *const names[FF_SPENDERS] = {"low", "medium", "high"};
    struct ff_lifetime all;
    add_lifetimes(l, &all);
    struct worth w = worth_of(l, &all);
    json_out_key(out, FF_LITERAL("as_of"));
    json_out_instant(out, l->as_of);
    write_worth(&w, out);
    json_out_key(out, FF_LITERAL("segments"));
    json_out_open(out, '{');
    for (int i = 0; i < FF_SPENDERS; i++) {
        w = worth_of(l, &l->by[i]);
        json_out_key(out, ff_span_text(names[i]));
        json_out_open(out, '{');
        write_worth(&w, out);
        json_out_close(out, '}');
    }
    json_out_close(out, '}');
}

static void write_earlier(struct query *q, const struct customers_section *now, const struct customers_section *before)
{
    json_out_key(&q->json, FF_LITERAL("previous"));
    json_out_open(&q->json, '{');
    customers_write(before, &q->json);
    json_out_close(&q->json, '}');
    json_out_key(&q->json, FF_LITERAL("change"));
    json_out_open(&q->json, '{');
    customers_write_change(now, before, &q->json);
    json_out_close(&q->json, '}');
}

enum ff_status customers_render(struct query *q)
{
    struct customers_section now, before;
    const struct ff_lifetimes *lifetimes = q->ctx->customers->lifetimes(q->ctx->customers->ctx, q->site);
    if (!lifetimes)
        return fault_set(&q->fault, FF_NO_MEMORY, ff_span_of(NULL, 0), "%s", ff_status_prose(FF_NO_MEMORY));
    customers_read(q, q->window.from, q->window.to, &now);
    json_out_open(&q->json, '{');
    query_write_site(q);
    query_write_window(q, now.window.from, now.window.to);
    if (q->compare != COMPARE_NONE) {
        struct window w = compare_window(q->compare, q->ctx->sites[q->site].zone, now.window.from, now.window.to);
        customers_read(q, w.from, w.to, &before);
        query_write_compare(q, before.window.from, before.window.to);
    }
    customers_write(&now, &q->json);
    write_lifetimes(lifetimes, &q->json);
    if (q->compare != COMPARE_NONE)
        write_earlier(q, &now, &before);
    json_out_close(&q->json, '}');
    return FF_OK;
}
