#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"

static struct canon *canon;

static int set_up(void **state)
{
    (void)state;
    canon = given_canon(1);
    return canon ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    canon_free(&canon);
    return 0;
}

/* What canon_check makes of it by HTTP. */
static enum ff_status by_http(struct given *g, const char *text, bool opts_out)
{
    struct canon_arrival how = {.now = NOW, .derives = true, .opts_out = opts_out};
    given_beacon(g, text);
    return canon_check(canon, &how, &g->r);
}

static void a_visitor_that_will_be_derived_may_be_missing(void **state)
{
    struct given g;
    (void)state;
    assert_int_equal(by_http(&g, "type=page_view", false), FF_OK);
    assert_true(canon_wants_visitor(&g.r.beacon));
    assert_int_equal(by_http(&g, "type=page_view|visitor=v", false), FF_OK);
    assert_false(canon_wants_visitor(&g.r.beacon));
    assert_int_equal(by_http(&g, "type=refund|order=o", false), FF_OK);
    assert_false(canon_wants_visitor(&g.r.beacon));
    assert_int_equal(by_http(&g, "type=purchase|value=1", false), FF_MISSING);
}

static void ids_that_are_derived_are_nobodys_to_send(void **state)
{
    struct given g;
    (void)state;
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=~1", false), FF_BAD_ID);
    assert_string_equal(g.r.beacon.fault_field, "visitor");
    assert_int_equal(by_http(&g, "type=page_view|visitor=~", false), FF_BAD_ID);
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v~", false), FF_OK);
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=~1|visitor_before=~0", true), FF_OK);
    assert_true(ff_has(&g.r.beacon, FF_HAS(VISITOR_BEFORE)));
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|visitor_before=w", false), FF_OK);
    assert_false(ff_has(&g.r.beacon, FF_HAS(VISITOR_BEFORE)));
    assert_null(g.r.beacon.text[FF_TEXT_VISITOR_BEFORE].p);
    assert_int_equal(g.r.beacon.unknown, 1);
}

/* Whether the beacon is one in sums only. */
static bool anonymous(const struct given *g)
{
    const struct ff_beacon *b = &g->r.beacon;
    bool none = !(b->has & (FF_HAS(VISITOR) | FF_HAS(CUSTOMER))) && !b->text[FF_TEXT_VISITOR].p && !b->text[FF_TEXT_CUSTOMER].p;
    assert_int_equal(none, ff_is_anonymous(b));
    return none && !canon_wants_visitor(b);
}

static void without_consent_no_visitor_is_kept(void **state)
{
    struct given g;
    (void)state;
    for (int imported = 0; imported < 2; imported++) {
        assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|customer=c|consent=0", imported), FF_OK);
        assert_true(anonymous(&g));
        assert_int_equal(given_check(canon, &g, "type=purchase|order=o|value=1|consent=0", imported), FF_OK);
        assert_true(anonymous(&g));
        assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|customer=c|consent=1", imported), FF_OK);
        assert_false(anonymous(&g));
        assert_false(ff_has(&g.r.beacon, FF_HAS(CONSENT)));
        assert_int_equal(given_check(canon, &g, "type=refund|order=o|visitor=v|customer=c|consent=0", imported), FF_OK);
        assert_false(anonymous(&g)); /* no visitor sent it */
    }
    assert_int_equal(by_http(&g, "type=page_view|visitor=~1|consent=0", false), FF_OK);
}

static void the_site_says_what_becomes_of_who_opts_out(void **state)
{
    struct given g;
    (void)state;
    assert_int_equal(by_http(&g, "type=page_view|visitor=v|customer=c", true), FF_OK);
    assert_true(anonymous(&g));
    assert_int_equal(by_http(&g, "type=refund|order=o|customer=c", true), FF_OK);
    assert_true(ff_has(&g.r.beacon, FF_HAS(CUSTOMER)));
    struct canon *mine = canon, *two = given_canon(2);
    canon = two;
    assert_int_equal(by_http(&g, "type=page_view|site=sale", true), FF_OPTED_OUT);
    assert_int_equal(by_http(&g, "type=refund|site=sale|order=o", true), FF_OK);
    assert_int_equal(by_http(&g, "type=page_view|site=sale", false), FF_OK);
    assert_int_equal(by_http(&g, "type=page_view|site=www", true), FF_OK);
    canon = mine;
    canon_free(&two);
    static const struct canon_site site = {.id = "shop", .gpc = FF_GPC_COUNT};
    struct canon_options options = {&site, 1, FF_DAY};
    canon = two = canon_new(&options);
    assert_int_equal(by_http(&g, "type=page_view|visitor=v", true), FF_OK);
    assert_false(anonymous(&g));
    canon = mine;
    canon_free(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visitor_that_will_be_derived_may_be_missing),
        cmocka_unit_test(ids_that_are_derived_are_nobodys_to_send),
        cmocka_unit_test(without_consent_no_visitor_is_kept),
        cmocka_unit_test(the_site_says_what_becomes_of_who_opts_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
