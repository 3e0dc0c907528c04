/* GET /v1/visitors/ID: what is known of one visitor now. */
#include "cart_json.h"
#include "change.h"
#include "customers.h"
#include "fold.h"
#include "query.h"
#include "visitors.h"

#include <string.h>

enum ff_status query_visitor(struct query *q, struct answer_visitor *who)
{
    struct ff_span customer = params_get(&q->params, "customer");
    who->site = q->site;
    who->customer = (struct ff_span){NULL, 0};
    if (q->rest.n > sizeof who->visitor_text || !params_path(q->rest, who->visitor_text, &who->visitor) ||
        who->visitor.n < 1 || who->visitor.n > ANSWER_ID_MAX)
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("ID"),
                         "expected the id of a visitor, 1 to %d bytes, percent-encoded", ANSWER_ID_MAX);
    if (!customer.p)
        return FF_OK;
    if (customer.n < 1 || customer.n > ANSWER_ID_MAX)
        return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("customer"),
                         "customer: expected the id of a customer, 1 to %d bytes", ANSWER_ID_MAX);
    memcpy(who->customer_text, customer.p, customer.n);
    who->customer = ff_span_of(who->customer_text, customer.n);
    return FF_OK;
}

static void write_boolean(struct json_out *out, struct ff_span key, bool value)
{
    json_out_key(out, key);
    json_out_boolean(out, value);
}

static void write_text(struct json_out *out, struct ff_span key, struct ff_span text)
{
    json_out_key(out, key);
    json_out_text_or_null(out, text);
}

static void write_session(const struct visitor_view *v, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("session"));
    if (!v->session) {
        json_out_null(out);
        return;
    }
    json_out_open(out, '{');
    json_out_key(out, FF_LITERAL("start"));
    json_out_instant(out, v->start);
    json_out_key(out, FF_LITERAL("last_event"));
    json_out_instant(out, v->last);
    write_boolean(out, FF_LITERAL("over"), v->over);
    write_boolean(out, FF_LITERAL("new_visitor"), v->is_new);
    json_out_key(out, FF_LITERAL("pageviews"));
    json_out_integer(out, v->pageviews);
    write_text(out, FF_LITERAL("entry_page"), v->entry_page);
    write_text(out, FF_LITERAL("exit_page"), v->exit_page);
    write_text(out, FF_LITERAL("channel"), v->channel);
    write_text(out, FF_LITERAL("source"), v->source);
    write_text(out, FF_LITERAL("campaign"), v->campaign);
    write_text(out, FF_LITERAL("device"), v->device);
    write_text(out, FF_LITERAL("country"), v->country);
    write_boolean(out, FF_LITERAL("interacted"), v->interacted);
    write_boolean(out, FF_LITERAL("searched"), v->searched);
    write_boolean(out, FF_LITERAL("added_to_cart"), v->added_to_cart);
    write_boolean(out, FF_LITERAL("began_checkout"), v->began_checkout);
    write_boolean(out, FF_LITERAL("purchased"), v->purchased);
    json_out_close(out, '}');
}

static void write_cart(const struct query *q, const struct visitor_view *v, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("cart"));
    if (v->cart)
        cart_json_write(q->ctx->fold, &v->of_cart, true, out);
    else
        json_out_null(out);
}

static void write_customer(const struct ff_customer *c, struct json_out *out)
{
    struct amount spent[FF_LIFETIME_CURRENCIES];
    for (uint16_t i = 0; i < c->spent.currencies; i++)
        spent[i] = (struct amount){c->spent.money[i].currency, c->spent.money[i].amount};
    json_out_open(out, '{');
    json_out_key(out, FF_LITERAL("orders"));
    json_out_integer(out, c->spent.orders);
    json_out_key(out, FF_LITERAL("revenue"));
    money_out(out, spent, c->spent.currencies);
    json_out_key(out, FF_LITERAL("first_order"));
    json_out_instant(out, c->first);
    json_out_key(out, FF_LITERAL("last_order"));
    json_out_instant(out, c->last);
    write_boolean(out, FF_LITERAL("active"), c->spent.active > 0);
    json_out_close(out, '}');
}

enum ff_status visitor_show_render(struct query *q)
{
    struct answer_visitor who;
    struct visitor_view v;
    enum ff_status s = query_visitor(q, &who);
    if (s != FF_OK)
        return s;
    struct ff_customer customer;
    bool known = visitors_find(q->ctx->fold, q->site, who.visitor, &v);
    bool bought = fold_customer(q->ctx->fold, q->site, who.visitor, who.customer, &customer);
    if (!known && !bought)
        return fault_set(&q->fault, FF_NOT_FOUND, ff_span_of(NULL, 0), "nothing is known of this visitor");
    json_out_open(&q->json, '{');
    query_write_site(q);
    json_out_key(&q->json, FF_LITERAL("visitor"));
    json_out_text(&q->json, who.visitor);
    query_write_generated(q);
    write_session(&v, &q->json);
    write_cart(q, &v, &q->json);
    json_out_key(&q->json, FF_LITERAL("customer"));
    if (bought)
        write_customer(&customer, &q->json);
    else
        json_out_null(&q->json);
    json_out_close(&q->json, '}');
    return FF_OK;
}
