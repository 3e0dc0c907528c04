#include "row.h"

#include <math.h>
#include <string.h>

/* clang-format off */
#define COUNT(name, field) {name, ROW_COUNT, FF_ROW_##field, 0}
#define RATIO(name, top, bottom) {name, ROW_RATIO, FF_ROW_##top, FF_ROW_##bottom}
#define SECONDS(name, top, bottom) {name, ROW_SECONDS, FF_ROW_##top, FF_ROW_##bottom}
#define MONEY(name) {name, ROW_MONEY, 0, 0}
/* clang-format on */

static const struct row_field session_fields[] = {
    COUNT("sessions", SESSIONS),
    COUNT("new_visitors", NEW_VISITORS),
    COUNT("pageviews", PAGEVIEWS),
    COUNT("bounces", BOUNCES),
    RATIO("bounce_rate", BOUNCES, SESSIONS),
    COUNT("engaged_sessions", ENGAGED),
    COUNT("added_to_cart", ADDED_TO_CART),
    COUNT("began_checkout", BEGAN_CHECKOUT),
    COUNT("purchased", PURCHASED),
    RATIO("session_rate", PURCHASED, SESSIONS),
    COUNT("orders", ORDERS),
    MONEY("revenue"),
};
static const struct row_field page_fields[] = {
    COUNT("views", VIEWS),
    COUNT("entrances", ENTRANCES),
    COUNT("exits", EXITS),
    RATIO("exit_rate", EXITS, VIEWS),
    COUNT("bounces", PAGE_BOUNCES),
    RATIO("bounce_rate", PAGE_BOUNCES, ENTRANCES),
    SECONDS("page_seconds", PAGE_TIME, PAGE_TIMED),
};
static const struct row_field product_fields[] = {
    COUNT("views", ITEM_VIEWS),
    COUNT("added", ITEM_ADDED),
    COUNT("purchased", ITEM_PURCHASED),
    COUNT("quantity", ITEM_QUANTITY),
    MONEY("revenue"),
};
static const struct row_field term_fields[] = {
    COUNT("searches", SEARCHES),
    COUNT("zero_results", ZERO_RESULTS),
    COUNT("sessions", TERM_SESSIONS),
    COUNT("purchased", TERM_PURCHASED),
};
static const struct row_field event_fields[] = {
    COUNT("events", EVENTS),
    COUNT("sessions", EVENT_SESSIONS),
};

#define FIELDS(rows)                                                                               \
    {                                                                                              \
        rows, sizeof(rows) / sizeof *(rows)                                                        \
    }

static const struct {
    const struct row_field *fields;
    size_t n;
} kind_table[FF_ROW_KINDS] = {
    [FF_ROW_SESSION] = FIELDS(session_fields), [FF_ROW_PAGE] = FIELDS(page_fields),
    [FF_ROW_PRODUCT] = FIELDS(product_fields), [FF_ROW_TERM] = FIELDS(term_fields),
    [FF_ROW_EVENT] = FIELDS(event_fields),
};

const struct row_field *row_fields(enum ff_row_kind kind, size_t *n)
{
    *n = kind_table[kind].n;
    return kind_table[kind].fields;
}

/* Sums wrap instead of overflowing, as the tally's do. */
static int64_t plus(int64_t a, int64_t b, int sign)
{
    return (int64_t)((uint64_t)a + (uint64_t)b * (uint64_t)sign);
}

static void add_amount(struct row *r, const struct tally_amount *more, int sign)
{
    size_t i = 0;
    while (i < r->amounts && r->amount[i].currency < more->currency)
        i++;
    if (i == r->amounts || r->amount[i].currency != more->currency) {
        if (r->amounts == TALLY_CURRENCIES) /* more than exist */
            return;
        memmove(&r->amount[i + 1], &r->amount[i], (r->amounts - i) * sizeof *r->amount);
        r->amount[i] = (struct tally_amount){.currency = more->currency};
        r->amounts++;
    }
    r->amount[i].amount += sign * more->amount;
    r->amount[i].things = plus(r->amount[i].things, more->things, sign);
}

void row_add(struct row *r, const struct tally_cells *c, uint32_t i, int sign)
{
    const int64_t *field = c->field + (size_t)i * c->fields;
    for (uint8_t k = 0; k < c->fields; k++)
        r->field[k] = plus(r->field[k], field[k], sign);
    for (uint32_t k = c->amounts[i]; k < c->amounts[i + 1]; k++)
        add_amount(r, &c->amount[k], sign);
}

/* NAN where there is nothing to divide by. */
static double ratio(const struct row_field *f, const int64_t *field, double scale)
{
    return field[f->bottom] == 0 ? NAN : (double)field[f->top] / scale / (double)field[f->bottom];
}

/* The amounts of the currencies that occurred. */
static size_t take_money(const struct row *r, struct amount *to)
{
    size_t n = 0;
    for (size_t i = 0; r && i < r->amounts; i++)
        if (r->amount[i].things != 0)
            to[n++] = (struct amount){r->amount[i].currency, r->amount[i].amount};
    return n;
}

static void write_money(const struct row *r, struct json_out *out)
{
    struct amount money[TALLY_CURRENCIES];
    size_t n = take_money(r, money);
    money_out(out, money, n);
}

static void write_field(const struct row_field *f, const struct row *r, struct json_out *out)
{
    if (f->kind == ROW_MONEY)
        write_money(r, out);
    else if (!r)
        json_out_null(out);
    else if (f->kind == ROW_COUNT)
        json_out_integer(out, r->field[f->top]);
    else
        json_out_double(out, ratio(f, r->field, f->kind == ROW_SECONDS ? (double)FF_SECOND : 1));
}

void row_write(const struct row_field *fields, size_t n, const struct row *r, struct json_out *out)
{
    for (size_t i = 0; i < n; i++) {
        json_out_key(out, ff_span_text(fields[i].name));
        write_field(&fields[i], r, out);
    }
}

/* A number that is no money, for its change; NAN for null. */
static double number(const struct row_field *f, const struct row *r)
{
    if (!r)
        return NAN;
    return f->kind == ROW_COUNT ? (double)r->field[f->top] : ratio(f, r->field, 1);
}

static void write_change(const struct row_field *f, const struct row *now, const struct row *before,
                         struct json_out *out)
{
    struct amount is[TALLY_CURRENCIES], was[TALLY_CURRENCIES];
    if (f->kind == ROW_MONEY)
        change_write_money(out, is, take_money(now, is), was, take_money(before, was), 0);
    else
        change_write(out, number(f, now), number(f, before));
}

void row_write_change(const struct row_field *fields, size_t n, const struct row *now,
                      const struct row *before, struct json_out *out)
{
    for (size_t i = 0; i < n; i++) {
        json_out_key(out, ff_span_text(fields[i].name));
        write_change(&fields[i], now, before, out);
    }
}

struct row_key row_key(const struct row_field *field, const struct tally_cells *c, uint32_t i,
                       ff_currency currency)
{
    struct row_key key = {0};
    const int64_t *sums = c->field + (size_t)i * c->fields;
    if (field->kind == ROW_COUNT) {
        key.whole = sums[field->top];
    } else if (field->kind == ROW_MONEY) {
        for (uint32_t k = c->amounts[i]; k < c->amounts[i + 1]; k++)
            if (c->amount[k].currency == currency)
                key.whole = c->amount[k].amount;
    } else {
        key.ratio = ratio(field, sums, 1);
        key.null = isnan(key.ratio);
    }
    return key;
}

int row_key_compare(const struct row_key *a, const struct row_key *b)
{
    if (a->null || b->null)
        return b->null - a->null;
    if (a->whole != b->whole)
        return a->whole > b->whole ? 1 : -1;
    return (a->ratio > b->ratio) - (a->ratio < b->ratio);
}
