#include "fold_counts.h"

#include "state.h"

struct fold_counts fold_counts(const struct fold *f)
{
    struct fold_counts c = f->counts;
    c.visitors = f->visitors.used;
    c.carts = f->carts.used;
    c.ids = f->ids.table.used;
    c.orders = f->orders.table.used;
    c.tails = f->tails.used;
    c.tail_events = f->acts.used;
    c.extras = f->extras.used;
    c.cart_words = words_used(&f->cart_words);
    c.cart_words_left_out = f->cart_words.left_out;
    c.lines = f->lines.used;
    c.refunds = f->refunds.table.used;
    c.forgets = f->forget.n;
    c.customers = f->customers.persons.used;
    c.customer_days = f->customers.days.used;
    c.ids_evicted = f->ids.evicted;
    c.orders_evicted = f->orders.evicted;
    c.refunds_evicted = f->refunds.evicted;
    c.aliases = f->aliases.table.used;
    c.aliases_evicted = f->aliases.evicted;
    c.tickets = f->tickets.pool.used;
    c.tickets_evicted = f->tickets.evicted;
    c.ticket_replies_left_out = f->tickets.replies_left_out;
    c.comments = f->comments.pool.used;
    c.comments_evicted = f->comments.evicted;
    return c;
}

struct fold_limits fold_limits(const struct fold *f)
{
    return (struct fold_limits){
        .visitors = f->visitors.cap,
        .carts = f->carts.cap,
        .ids = f->ids.cap,
        .orders = f->orders.cap,
        .refunds = f->refunds.cap,
        .tails = f->tails.cap,
        .tail_events = f->acts.cap,
        .lines = f->lines.cap,
        .extras = f->extras.cap,
        .customers = f->customers.persons.cap,
        .customer_days = f->customers.days.cap,
        .tickets = f->tickets.pool.cap,
        .comments = f->comments.pool.cap - 1, /* one more is taken for a moment */
        .forgets = f->forget.cap,
    };
}
