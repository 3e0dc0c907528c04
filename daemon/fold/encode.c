#include "encode.h"

/* The two halves of a sum of money. */
#define SUM_LOW_BITS 62
#define SUM_HIGH_MOST ((int64_t)1 << 56)

int64_t int_within(struct image_in *in, int64_t v, int64_t most)
{
    return image_check(in, v >= -most && v <= most) ? v : 0;
}

void wall_put(struct image_out *out, ff_wall t, ff_wall near)
{
    image_put_int(out, t - near);
}

ff_wall wall_get(struct image_in *in, ff_wall near)
{
    int64_t t;
    bool over = __builtin_add_overflow(image_int(in), near, &t);
    return image_check(in, !over) ? int_within(in, t, ENCODE_FAR) : 0;
}

ff_dur dur_get(struct image_in *in)
{
    return (ff_dur)image_uint_upto(in, ENCODE_FAR);
}

static bool currency_ok(ff_currency c)
{
    for (int shift = 0; shift <= 16; shift += 8)
        if ((c >> shift & 0xff) < 'A' || (c >> shift & 0xff) > 'Z')
            return c == 0;
    return c >> 24 == 0;
}

ff_currency currency_get(struct image_in *in)
{
    ff_currency c = (ff_currency)image_uint_upto(in, UINT32_MAX);
    return image_check(in, currency_ok(c)) ? c : 0;
}

ff_money money_get(struct image_in *in)
{
    return int_within(in, image_int(in), FF_MONEY_MAX);
}

void sum_put(struct image_out *out, ff_money_sum v)
{
    image_put_int(out, (int64_t)(v >> SUM_LOW_BITS));
    image_put_uint(out, (uint64_t)v & (((uint64_t)1 << SUM_LOW_BITS) - 1));
}

ff_money_sum sum_get(struct image_in *in)
{
    int64_t high = int_within(in, image_int(in), SUM_HIGH_MOST);
    uint64_t low = image_uint_upto(in, ((uint64_t)1 << SUM_LOW_BITS) - 1);
    return (ff_money_sum)high * ((ff_money_sum)1 << SUM_LOW_BITS) + (ff_money_sum)low;
}

static const size_t counts_table[] = {
    offsetof(struct fold_counts, late),
    offsetof(struct fold_counts, duplicates),
    offsetof(struct fold_counts, duplicate_orders),
    offsetof(struct fold_counts, visitors_evicted),
    offsetof(struct fold_counts, carts_evicted),
    offsetof(struct fold_counts, tails_settled_early),
    offsetof(struct fold_counts, lines_evicted),
    offsetof(struct fold_counts, events_settled_early),
    offsetof(struct fold_counts, lines_left_out),
    offsetof(struct fold_counts, refunds_left_out),
    offsetof(struct fold_counts, extras_left_out),
    offsetof(struct fold_counts, extras_evicted),
    offsetof(struct fold_counts, customers_evicted),
    offsetof(struct fold_counts, customer_days_evicted),
    offsetof(struct fold_counts, customer_days_left_out),
};

static uint64_t *count_at(const struct fold_counts *c, size_t row)
{
    return (uint64_t *)((char *)(uintptr_t)c + counts_table[row]);
}

#define COUNTS (sizeof counts_table / sizeof *counts_table)

void counts_put(struct image_out *out, const struct fold_counts *c)
{
    for (size_t i = 0; i < COUNTS; i++)
        image_put_uint(out, *count_at(c, i));
    image_put_int(out, c->stray);
}

void counts_get(struct image_in *in, struct fold_counts *c)
{
    for (size_t i = 0; i < COUNTS; i++)
        *count_at(c, i) = image_uint(in);
    c->stray = int_within(in, image_int(in), ENCODE_FAR);
}

void maybe_put(struct image_out *out, ff_wall t, ff_wall near)
{
    image_put_uint(out, t != FF_NEVER);
    if (t != FF_NEVER)
        wall_put(out, t, near);
}

ff_wall maybe_get(struct image_in *in, ff_wall near)
{
    return image_uint_upto(in, 1) ? wall_get(in, near) : FF_NEVER;
}

void now_put(struct image_out *out, ff_wall now)
{
    maybe_put(out, now, 0);
}

ff_wall now_get(struct image_in *in)
{
    return maybe_get(in, 0);
}

static const size_t rules[] = {
    offsetof(struct fold_options, session_timeout),    offsetof(struct fold_options, session_max_length),
    offsetof(struct fold_options, session_lateness),   offsetof(struct fold_options, session_remember),
    offsetof(struct fold_options, cart_abandon_after), offsetof(struct fold_options, cart_recover_within),
};
#define RULES (sizeof rules / sizeof *rules)

static ff_dur *rule_at(const struct fold_options *o, size_t i)
{
    return (ff_dur *)((uintptr_t)o + rules[i]);
}

void rules_put(struct image_out *out, const struct fold_options *o)
{
    for (size_t i = 0; i < RULES; i++)
        image_put_int(out, *rule_at(o, i));
}

void rules_get(struct image_in *in, struct fold_options *o)
{
    for (size_t i = 0; i < RULES; i++)
        *rule_at(o, i) = int_within(in, image_int(in), ENCODE_FAR);
}

bool rules_same(const struct fold_options *a, const struct fold_options *b)
{
    for (size_t i = 0; i < RULES; i++)
        if (*rule_at(a, i) != *rule_at(b, i))
            return false;
    return true;
}
