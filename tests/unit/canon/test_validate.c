#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"

#include <stdio.h>

static struct canon *canon;

static void accepts(const char *text)
{
    struct given g;
    if (given_check(canon, &g, text, false) != FF_OK)
        fail_msg("%s: %s %s", text, ff_status_code(g.r.beacon.fault), g.r.beacon.fault_field);
}

static void refuses(const char *text, enum ff_status fault, const char *field)
{
    struct given g;
    enum ff_status s = given_check(canon, &g, text, false);
    if (s != fault || g.r.beacon.fault != fault || strcmp(g.r.beacon.fault_field, field) != 0)
        fail_msg("%s: %s %s", text, ff_status_code(s), g.r.beacon.fault_field);
}

static void every_type_needs_its_fields(void **state)
{
    static const char *const session[] = {"page_view",     "ping",        "view_item",
                                          "search",        "add_to_cart", "remove_from_cart",
                                          "update_cart",   "view_cart",   "begin_checkout",
                                          "checkout_step", "custom"};
    char line[200];
    (void)state;
    for (size_t i = 0; i < sizeof session / sizeof *session; i++) {
        snprintf(line, sizeof line, "type=%s", session[i]);
        refuses(line, FF_MISSING, "visitor");
        snprintf(line, sizeof line, "type=%s|visitor=v", session[i]);
        accepts(line);
    }
    refuses("visitor=v", FF_MISSING, "type");
    accepts("type=purchase|visitor=v|order=o|value=5");
    refuses("type=purchase|order=o|value=5", FF_MISSING, "visitor");
    refuses("type=purchase|visitor=v|value=5", FF_MISSING, "order");
    refuses("type=purchase|visitor=v|order=o", FF_MISSING, "value");
    accepts("type=refund|order=o");
    refuses("type=refund|visitor=v", FF_MISSING, "order");
    accepts("type=survey|visitor=v|kind=nps|score=9");
    refuses("type=survey|kind=nps|score=9", FF_MISSING, "visitor");
    refuses("type=survey|visitor=v|score=9", FF_MISSING, "kind");
    refuses("type=survey|visitor=v|kind=nps", FF_MISSING, "score");
    accepts("type=spend|value=5");
    refuses("type=spend|visitor=v", FF_MISSING, "value");
}

static void support_needs_a_ticket(void **state)
{
    (void)state;
    accepts("type=support_open|ticket=t");
    accepts("type=support_reply|ticket=t");
    accepts("type=support_resolve|ticket=t");
    refuses("type=support_open", FF_MISSING, "ticket");
    refuses("type=support_reply", FF_MISSING, "ticket");
    refuses("type=support_resolve", FF_MISSING, "ticket");
}

static void a_refusal_says_what_the_type_needs(void **state)
{
    struct given g;
    (void)state;
    given_check(canon, &g, "type=purchase|visitor=v|value=5", false);
    assert_string_equal(g.r.beacon.fault_note, "purchase needs an order id");
    given_check(canon, &g, "type=spend", false);
    assert_string_equal(g.r.beacon.fault_note, "spend needs a value");
}

static void a_fault_of_intake_stays(void **state)
{
    struct given g;
    struct canon_arrival how = {.now = NOW};
    (void)state;
    given_beacon(&g, "type=ping|visitor=v");
    g.r.beacon.fault = FF_BAD_TIME;
    g.r.beacon.fault_field = "time";
    assert_int_equal(canon_check(canon, &how, &g.r), FF_BAD_TIME);
    assert_string_equal(g.r.beacon.fault_field, "time");
}

static void tags_of_a_visit_are_left_to_who_judges_it(void **state)
{
    struct given g;
    const struct canon_arrival how = {.now = NOW, .judged = true};
    (void)state;
    given_beacon(&g, "type=page_view|visitor=v|url=https://x/p?utm_source=news&utm_campaign=c");
    assert_int_equal(canon_check(canon, &how, &g.r), FF_OK);
    assert_true(ff_span_is(g.r.beacon.page, "/p"));
    assert_int_equal(g.r.beacon.source.n + g.r.beacon.campaign.n, 0);
    given_beacon(&g, "type=refund|order=o|url=https://x/p?utm_source=news");
    assert_int_equal(canon_check(canon, &how, &g.r), FF_OK);
    assert_true(ff_span_is(g.r.beacon.page, "/p"));
    assert_true(ff_span_is(g.r.beacon.source, "news"));
    assert_true(canon_is_visit(FF_PAGE_VIEW) && canon_is_visit(FF_PURCHASE) && !canon_is_visit(FF_SPEND));
}

static void the_site_may_be_left_out_where_there_is_one(void **state)
{
    struct given g;
    (void)state;
    assert_int_equal(given_check(canon, &g, "type=ping|visitor=v", false), FF_OK);
    assert_true(ff_has(&g.r.beacon, FF_HAS(SITE)));
    assert_true(ff_span_is(g.r.beacon.text[FF_TEXT_SITE], "shop"));
    assert_int_equal(given_check(canon, &g, "type=ping|visitor=v|site=www", false), FF_OK);
    assert_true(ff_span_is(g.r.beacon.text[FF_TEXT_SITE], "shop"));
    refuses("type=ping|visitor=v|site=other", FF_UNKNOWN_SITE, "site");
    refuses("type=ping|visitor=v|site=", FF_UNKNOWN_SITE, "site");
}

static void of_several_sites_one_must_be_named(void **state)
{
    struct canon *c = given_canon(2);
    struct given g;
    (void)state;
    assert_int_equal(given_check(c, &g, "type=ping|visitor=v", false), FF_MISSING);
    assert_string_equal(g.r.beacon.fault_field, "site");
    assert_int_equal(given_check(c, &g, "type=ping|visitor=v|site=sale", false), FF_OK);
    assert_int_equal(g.r.beacon.site, 1);
    assert_true(ff_span_is(g.r.beacon.text[FF_TEXT_SITE], "outlet"));
    canon_free(&c);
}

static const char *with(const char *start, char fill, size_t n)
{
    static char line[4000];
    size_t at = (size_t)snprintf(line, sizeof line, "%s", start);
    memset(line + at, fill, n);
    line[at + n] = '\0';
    return line;
}

static void ids_are_1_to_128_bytes(void **state)
{
    static const char *const ids[] = {"id", "visitor", "customer", "order", "ticket"};
    char start[100];
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        snprintf(start, sizeof start, "type=refund|order=o|%s=", ids[i]);
        if (strcmp(ids[i], "order") == 0)
            strcpy(start, "type=refund|order=");
        accepts(with(start, 'x', 128));
        refuses(with(start, 'x', 129), FF_BAD_ID, ids[i]);
        refuses(start, FF_BAD_ID, ids[i]);
        refuses(with(start, (char)0xFF, 1), FF_NOT_UTF8, ids[i]);
    }
}

static void long_texts_are_cut_and_counted(void **state)
{
    static const struct {
        const char *start;
        enum ff_text text;
        size_t max;
    } table[] = {
        {"type=ping|visitor=v|url=", FF_TEXT_URL, 2048},
        {"type=ping|visitor=v|title=", FF_TEXT_TITLE, 512},
        {"type=ping|visitor=v|referrer=", FF_TEXT_REFERRER, 2048},
        {"type=search|visitor=v|term=", FF_TEXT_TERM, 256},
        {"type=ping|visitor=v|step=", FF_TEXT_STEP, 64},
        {"type=ping|visitor=v|topic=", FF_TEXT_TOPIC, 64},
        {"type=ping|visitor=v|comment=", FF_TEXT_COMMENT, 2000},
        {"type=ping|visitor=v|name=", FF_TEXT_NAME, 64},
        {"type=ping|visitor=v|channel=", FF_TEXT_CHANNEL, 64},
    };
    struct given g;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(given_check(canon, &g, with(table[i].start, 'x', table[i].max), false),
                         FF_OK);
        assert_int_equal(g.r.beacon.cut, 0);
        assert_int_equal(given_check(canon, &g, with(table[i].start, 'x', table[i].max + 1), false),
                         FF_OK);
        assert_int_equal(g.r.beacon.cut, 1);
        assert_int_equal(g.r.beacon.text[table[i].text].n, table[i].max);
    }
    assert_int_equal(
        given_check(canon, &g,
                    "type=ping|visitor=v|step="
                    "123456789012345678901234567890123456789012345678901234567890123\xC3\xA9",
                    false),
        FF_OK);
    assert_int_equal(g.r.beacon.text[FF_TEXT_STEP].n, 63);
    refuses("type=ping|visitor=v|title=\xC3", FF_NOT_UTF8, "title");
}

static void the_address_is_dropped(void **state)
{
    struct given g;
    (void)state;
    assert_int_equal(given_check(canon, &g, "type=ping|visitor=v|ip=192.0.2.1|user_agent=x", false),
                     FF_OK);
    assert_false(ff_has(&g.r.beacon, FF_HAS(IP)));
    assert_null(g.r.beacon.text[FF_TEXT_IP].p);
    assert_true(ff_has(&g.r.beacon, FF_HAS(USER_AGENT)));
}

static void no_record_says_that_a_browser_is_driven(void **state)
{
    struct given g;
    (void)state;
    for (int driven = 0; driven < 2; driven++) {
        const char *text = driven ? "type=search|visitor=v|term=x|webdriver=1" : "type=search|visitor=v|term=x|webdriver=0";
        assert_int_equal(given_check(canon, &g, text, false), FF_OK);
        assert_false(ff_has(&g.r.beacon, FF_HAS(WEBDRIVER)));
        assert_int_equal(g.r.beacon.webdriver, driven); /* for the door */
        assert_true(ff_span_is(g.r.beacon.text[FF_TEXT_TERM], "x"));
    }
}

static void integers_are_not_negative(void **state)
{
    (void)state;
    accepts("type=ping|visitor=v|engaged_ms=0");
    accepts("type=ping|visitor=v|engaged_ms=2147483647");
    refuses("type=ping|visitor=v|engaged_ms=2147483648", FF_OUT_OF_RANGE, "engaged_ms");
    refuses("type=ping|visitor=v|engaged_ms=-1", FF_OUT_OF_RANGE, "engaged_ms");
    accepts("type=search|visitor=v|results=0");
    refuses("type=search|visitor=v|results=-1", FF_OUT_OF_RANGE, "results");
    refuses("type=survey|visitor=v|kind=csat|score=6", FF_OUT_OF_RANGE, "score");
}

static void currencies_are_those_of_the_standard(void **state)
{
    (void)state;
    accepts("type=spend|value=5|currency=EUR");
    refuses("type=spend|value=5|currency=EUX", FF_BAD_CURRENCY, "currency");
}

static void purposes_are_two(void **state)
{
    struct given g;
    (void)state;
    accepts("type=spend|value=5|purpose=retention");
    accepts("type=spend|value=5|purpose=acquisition");
    refuses("type=spend|value=5|purpose=fun", FF_BAD_CHOICE, "purpose");
    assert_int_equal(
        given_check(canon, &g, "type=ping|visitor=v|purpose=fun|kind=x|scale=y", false), FF_OK);
    assert_int_equal(g.r.beacon.has, FF_HAS(TYPE) | FF_HAS(SITE) | FF_HAS(TIME) | FF_HAS(VISITOR));
}

static void time_is_arrival_where_it_is_not_given_or_ahead(void **state)
{
    static const struct {
        const char *text;
        ff_wall time;
    } table[] = {
        {"type=ping|visitor=v", NOW},
        {"type=ping|visitor=v|time=0", NOW},
        {"type=ping|visitor=v|time=60", NOW + FF_MINUTE},
        {"type=ping|visitor=v|time=61", NOW},
        {"type=ping|visitor=v|time=99999999", NOW},
        {"type=ping|visitor=v|time=-259200", NOW - 72 * FF_HOUR},
    };
    struct given g;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(given_check(canon, &g, table[i].text, false), FF_OK);
        assert_int_equal(g.r.beacon.time, table[i].time);
        assert_int_equal(g.r.received, NOW);
        assert_int_equal(g.r.arrival, NOW);
        assert_false(g.r.imported);
        assert_true(ff_has(&g.r.beacon, FF_HAS(TIME)));
    }
    refuses("type=ping|visitor=v|time=-259201", FF_TOO_OLD, "time");
}

static void in_an_import_the_own_time_is_the_arrival(void **state)
{
    static const struct {
        const char *text;
        ff_wall time;
    } table[] = {
        {"type=ping|visitor=v", NOW},
        {"type=ping|visitor=v|time=-259201", NOW - 259201 * FF_SECOND},
        {"type=ping|visitor=v|time=-999999999", NOW - 999999999 * FF_SECOND},
        {"type=ping|visitor=v|time=60", NOW + FF_MINUTE},
        {"type=ping|visitor=v|time=61", NOW},
    };
    struct given g;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(given_check(canon, &g, table[i].text, true), FF_OK);
        assert_int_equal(g.r.beacon.time, table[i].time);
        assert_int_equal(g.r.arrival, table[i].time);
        assert_int_equal(g.r.received, NOW);
        assert_true(g.r.imported);
    }
}

static void items_stay_with_the_types_that_have_them(void **state)
{
    static const char *const has[] = {"view_item",    "add_to_cart", "remove_from_cart",
                                      "update_cart",  "view_cart",   "begin_checkout",
                                      "checkout_step"};
    static const char *const has_not[] = {"page_view", "ping", "search", "custom"};
    struct given g;
    char line[100];
    (void)state;
    for (size_t i = 0; i < sizeof has / sizeof *has; i++) {
        snprintf(line, sizeof line, "type=%s|visitor=v|items=a", has[i]);
        assert_int_equal(given_check(canon, &g, line, false), FF_OK);
        assert_int_equal(g.r.beacon.item_count, 1);
    }
    for (size_t i = 0; i < sizeof has_not / sizeof *has_not; i++) {
        snprintf(line, sizeof line, "type=%s|visitor=v|items=-", has_not[i]);
        assert_int_equal(given_check(canon, &g, line, false), FF_OK);
        assert_int_equal(g.r.beacon.item_count, 0);
        assert_null(g.r.beacon.items);
        assert_false(ff_has(&g.r.beacon, FF_HAS(ITEMS)));
    }
    refuses("type=view_cart|visitor=v|items=-", FF_MISSING, "items.sku");
    refuses("type=purchase|visitor=v|order=o|value=5|items=a:0", FF_OUT_OF_RANGE, "items.quantity");
    accepts("type=update_cart|visitor=v|items=a:0");
}

static void the_term_gets_its_key(void **state)
{
    struct given g;
    const struct ff_beacon *b = &g.r.beacon;
    (void)state;
    assert_int_equal(given_check(canon, &g, "type=search|visitor=v|term=shoes", false), FF_OK);
    assert_ptr_equal(b->term_key.p, b->text[FF_TEXT_TERM].p);
    assert_int_equal(given_check(canon, &g, "type=search|visitor=v|term= Red  SHOES", false),
                     FF_OK);
    assert_true(ff_span_is(b->text[FF_TEXT_TERM], " Red  SHOES"));
    assert_true(ff_span_is(b->term_key, "red shoes"));
    assert_int_equal(given_check(canon, &g, "type=search|visitor=v|term=", false), FF_OK);
    assert_int_equal(b->term_key.n, 0);
    assert_int_equal(given_check(canon, &g, "type=search|visitor=v", false), FF_OK);
    assert_null(b->term_key.p);
    assert_int_equal(given_check(canon, &g, "type=ping|visitor=v|term=SHOES", false), FF_OK);
    assert_null(b->term_key.p);
    assert_false(ff_has(b, FF_HAS(TERM)));
    refuses("type=search|visitor=v|term=\xFF", FF_NOT_UTF8, "term");
    assert_int_equal(given_check(canon, &g, with("type=search|visitor=v|term=", ' ', 300), false),
                     FF_OK);
    assert_int_equal(b->text[FF_TEXT_TERM].n, 256);
    assert_int_equal(b->term_key.n, 0);
}

static void keys_of_the_whole_message_live_until_reset(void **state)
{
    struct given a, b;
    (void)state;
    assert_int_equal(given_check(canon, &a, "type=search|visitor=v|term=ONE", false), FF_OK);
    assert_int_equal(given_check(canon, &b, "type=search|visitor=v|term=TWO", false), FF_OK);
    assert_true(ff_span_is(a.r.beacon.term_key, "one"));
    assert_true(ff_span_is(b.r.beacon.term_key, "two"));
}

static int set_up(void **state)
{
    (void)state;
    canon = given_canon(1);
    return canon == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    canon_free(&canon);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_needs_its_fields),
        cmocka_unit_test(support_needs_a_ticket),
        cmocka_unit_test(a_refusal_says_what_the_type_needs),
        cmocka_unit_test(a_fault_of_intake_stays),
        cmocka_unit_test(the_site_may_be_left_out_where_there_is_one),
        cmocka_unit_test(of_several_sites_one_must_be_named),
        cmocka_unit_test(ids_are_1_to_128_bytes),
        cmocka_unit_test(long_texts_are_cut_and_counted),
        cmocka_unit_test(the_address_is_dropped), cmocka_unit_test(no_record_says_that_a_browser_is_driven),
        cmocka_unit_test(integers_are_not_negative),
        cmocka_unit_test(currencies_are_those_of_the_standard),
        cmocka_unit_test(purposes_are_two),
        cmocka_unit_test(time_is_arrival_where_it_is_not_given_or_ahead),
        cmocka_unit_test(in_an_import_the_own_time_is_the_arrival),
        cmocka_unit_test(items_stay_with_the_types_that_have_them),
        cmocka_unit_test(the_term_gets_its_key),
        cmocka_unit_test(tags_of_a_visit_are_left_to_who_judges_it),
        cmocka_unit_test(keys_of_the_whole_message_live_until_reset),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
