/* The customers as part of the fold's image: the days of active_for; of each site the first order and the
 * ledger; those who bought and then the others, the newest first, each with its purses, its days and its
 * claim. A customer stands before those it claims: it was touched after them. */
#include "encode.h"

static void save_purses(const struct fold *f, const struct person *p, struct image_out *out)
{
    uint32_t n = 0;
    for (uint32_t at = p->purses; at; at = person_purse_at(f, at)->next)
        n++;
    image_put_uint(out, n);
    for (uint32_t at = p->purses; at; at = person_purse_at(f, at)->next) {
        const struct person_purse *purse = person_purse_at(f, at);
        image_put_uint(out, purse->currency);
        image_put_uint(out, (uint64_t)purse->orders);
        sum_put(out, purse->amount);
    }
    if (n == 0)
        return;
    now_put(out, p->first);
    now_put(out, p->last);
}

static void save_person_days(const struct fold *f, const struct person *p, struct image_out *out)
{
    int32_t before = 0;
    image_put_uint(out, p->day_count);
    for (uint32_t at = p->oldest; at; at = person_day_at(f, at)->after) {
        const struct person_day *d = person_day_at(f, at);
        image_put_int(out, d->day - before);
        image_put_uint(out, d->orders);
        before = d->day;
    }
}

static void save_person(const struct fold *f, const struct person *p, struct image_out *out)
{
    image_put_u64(out, p->key);
    image_put_u64(out, p->mark);
    image_put_uint(out, p->site);
    image_put_uint(out, p->kind);
    image_put_int(out, p->touched);
    save_purses(f, p, out);
    save_person_days(f, p, out);
    if (p->kind != PERSON_VISITOR)
        return;
    now_put(out, p->customer ? p->claimed : FF_NEVER);
    if (p->customer)
        image_put_u64(out, person_at(f, p->customer)->key);
}

static void save_chain(const struct fold *f, const struct chain *c, struct image_out *out)
{
    for (uint32_t number = c->newest; number; number = chain_at(c, number)->older)
        save_person(f, person_at(f, number), out);
}

void customers_save(const struct fold *f, struct image_out *out)
{
    const struct customers *c = &f->customers;
    image_put_section(out, SECTION_CUSTOMERS, SECTION_VERSION);
    image_put_uint(out, (uint64_t)c->active_for);
    for (uint16_t i = 0; i < f->options.site_count; i++) {
        now_put(out, f->sites[i].first_order);
        ledger_save(&f->sites[i].ledger, out);
    }
    image_put_uint(out, c->persons.used);
    save_chain(f, &c->buyers, out);
    save_chain(f, &c->others, out);
}
