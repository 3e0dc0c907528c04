#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What is got cannot be anything. */
#include "strip.h"

#include "encode_visit.h"

/* One number after the other: 'u' unsigned, 'i' with a sign, 'h' of eight bytes. */
static struct image_in *strip_of(struct strip *s, const char *kinds, const int64_t *numbers)
{
    struct image_out *out = strip_begin(s);
    for (size_t i = 0; kinds[i]; i++)
        if (kinds[i] == 'u')
            image_put_uint(out, (uint64_t)numbers[i]);
        else if (kinds[i] == 'i')
            image_put_int(out, numbers[i]);
        else
            image_put_u64(out, (uint64_t)numbers[i]);
    return strip_turn(s);
}

#define FAR ((INT64_C(1) << 30) * FF_MINUTE)

static void sessions_that_cannot_be_are_refused(void **state)
{
    (void)state;
    /* marks, last, length, page views, last page before it, page time, engaged since, engaged, refinements */
    static const struct {
        const char *kinds;
        int64_t numbers[10];
        bool good;
    } rows[] = {
        {"uiuuuuuu", {1, 0, 0, 0, 0, 0, 0, 0}, true},
        {"uiuuuuuu", {2, 0, 0, 0, 0, 0, 0, 0}, false},           /* marks of none */
        {"uiuuuuuu", {1 << 12 | 1, 0, 0, 0, 0, 0, 0, 0}, false}, /* no such mark */
        {"uiuuuuuu", {3 << 8 | 1, 0, 0, 0, 0, 0, 0, 0}, false},  /* three item views */
        {"uiuuuuuu", {3 << 10 | 1, 0, 0, 0, 0, 0, 0, 0}, false}, /* three pages after a search */
        {"uiuuuuuu", {1, FAR, 0, 0, 0, 0, 0, 0}, false},
        {"uiuuuuuu", {1, INT64_MAX, 0, 0, 0, 0, 0, 0}, false},
        {"uiuuuuuu", {1, 0, SESSION_LENGTH_MAX, 0, 0, 0, 0, 0}, true},
        {"uiuuuuuu", {1, 0, SESSION_LENGTH_MAX + 1, 0, 0, 0, 0, 0}, false},
        {"uiuuuuuu", {1, 0, 0, 0, SESSION_ENGAGED_MAX, SESSION_ENGAGED_FROM, UINT32_MAX, 0}, true},
        {"uiuuuuuu", {1, 0, 0, 0, SESSION_ENGAGED_MAX + 1, 0, 0, 0}, false},
        {"uiuuuuuu", {1, 0, 0, 0, 0, SESSION_ENGAGED_FROM + 1, 0, 0}, false},
        {"uiuuuuuu", {1, 0, 0, 0, 0, 0, INT64_C(1) << 32, 0}, false},
        {"uiuuuuuuuu", {1, 0, 9, 7, 5, 4, 0, 0, 0, 0}, true},
        {"uiuuuuuuuu", {1, 0, 9, 7, 10, 0, 0, 0, 0, 0}, false}, /* before the first event */
        {"uiuuuuuuuu", {1, 0, 9, 7, 5, 5, 0, 0, 0, 0}, false},  /* longer on pages than there */
        {"uiuuuuuuuu", {1, 0, 9, INT64_C(1) << 32, 5, 4, 0, 0, 0, 0}, false},
        {"uiuuuuuuuu", {1, 0, 9, 7, 5, 4, 0, 0, 0, 256 * FF_COUNTRIES + 32 * 5 + 19}, true}, /* its origin */
        {"uiuuuuuuuu", {1, 0, 9, 7, 5, 4, 0, 0, 0, 256 * (FF_COUNTRIES + 1)}, false},
        {"uiuuuuuuuu", {1, 0, 9, 7, 5, 4, 0, 0, 0, 32 * 6}, false},
        {"uiuuuuuuuu", {1, 0, 9, 7, 5, 4, 0, 0, 0, 20}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct session s;
        session_get(strip_of(&strip, rows[i].kinds, rows[i].numbers), &s, NEAR);
        if (strip_end(&strip) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

static void carts_that_cannot_be_are_refused(void **state)
{
    (void)state;
    /* marks, last, opened, value's halves, currency; paid and its currency */
    static const struct {
        const char *kinds;
        int64_t numbers[8];
        bool good;
    } rows[] = {
        {"uiiiuu", {0, 0, 0, -1, 1, EUR}, true},
        {"uiiiuu", {16, 0, 0, 0, 0, EUR}, false},
        {"uiiiuu", {0, FAR, 0, 0, 0, EUR}, false},
        {"uiiiuu", {0, 0, 0, INT64_C(1) << 57, 0, EUR}, false},
        {"uiiiuu", {0, 0, 0, 0, INT64_C(1) << 62, EUR}, false},
        {"uiiiuu", {0, 0, 0, 0, 0, FF_CURRENCY('E', 'U', 'r')}, false},
        {"uiiiuu", {0, 0, 0, 0, 0, FF_CURRENCY(0, 'U', 'R')}, false},
        {"uiiiuu", {0, 0, 0, 0, 0, 1 << 24 | EUR}, false},
        {"uiiiuu", {0, 0, 0, 0, 0, INT64_C(1) << 32 | EUR}, false},
        {"uiiiuuiu", {2, 0, 0, 0, 0, 0, FF_MONEY_MAX, USD}, true},
        {"uiiiuuiu", {2, 0, 0, 0, 0, 0, FF_MONEY_MAX + 1, USD}, false},
        {"uiiiuuiu", {2, 0, 0, 0, 0, 0, INT64_MIN, USD}, false},
        {"uiiiuuiu", {2, 0, 0, 0, 0, 0, 0, 1}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct cart c = {0};
        cart_get(strip_of(&strip, rows[i].kinds, rows[i].numbers), &c, NEAR);
        if (strip_end(&strip) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

static void lines_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        int64_t numbers[4];
        bool good;
    } rows[] = {
        {{1, 5, 7, 8}, true},
        {{3, 5, 7, 8}, false},
        {{1, 5, (INT64_C(1) << 56) + 1, 8}, false},
        {{1, 5, INT64_MIN, 8}, false},
        {{1, 5, 7, -FF_MONEY_MAX - 1}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct line l;
        line_get(strip_of(&strip, "uhii", rows[i].numbers), &l);
        assert_int_equal(strip_end(&strip), rows[i].good);
    }
}

static void extras_that_cannot_be_are_refused(void **state)
{
    (void)state;
    /* kind, currency, orders, amount's halves */
    static const struct {
        const char *kinds;
        int64_t numbers[5];
        bool good;
    } rows[] = {
        {"u", {0}, true},
        {"u", {EXTRA_TERM + 1}, true},
        {"uuuiu", {EXTRA_ORDERS + 1, EUR, 1, 0, 0}, true},
        {"u", {EXTRA_KINDS + 1}, false},
        {"uuuiu", {EXTRA_ORDERS + 1, 0, 1, 0, 0}, false},   /* in no currency */
        {"uuuiu", {EXTRA_ORDERS + 1, 5, 1, 0, 0}, false},
        {"uuuiu", {EXTRA_ORDERS + 1, EUR, 0, 0, 0}, false}, /* of no orders */
        {"uuuiu", {EXTRA_ORDERS + 1, EUR, INT64_C(1) << 32, 0, 0}, false},
        {"uuuiu", {EXTRA_ORDERS + 1, EUR, 1, INT64_C(1) << 57, 0}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct extra e;
        extra_get(strip_of(&strip, rows[i].kinds, rows[i].numbers), &e);
        if (strip_end(&strip) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

#define ACT(type, marks) ((type) * 8 + (marks))

static void acts_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *kinds;
        int64_t numbers[4];
        ff_wall before;
        bool good;
    } rows[] = {
        {"uuu", {ACT(FF_PAGE_VIEW, 0), 5, 0}, FF_NEVER, true},
        {"uuu", {ACT(FF_PAGE_VIEW, 0), 5, 20}, FF_NEVER, false}, /* of no channel */
        {"uuu", {ACT(FF_TYPE_NONE, 0), 5, 0}, FF_NEVER, false},
        {"uuu", {ACT(FF_TYPE_COUNT, 0), 5, 0}, FF_NEVER, false},
        {"uuu", {ACT(FF_REFUND, 0), 5, 0}, FF_NEVER, false}, /* is of no visitor's story */
        {"uu", {ACT(FF_PURCHASE, 6), 5}, FF_NEVER, true},
        {"uu", {ACT(FF_PURCHASE, 2), 5}, FF_NEVER, false}, /* late, and nothing known of it */
        {"uu", {ACT(FF_PAGE_VIEW, 6), 5}, FF_NEVER, false}, /* late */
        {"uuuu", {ACT(FF_PING, 0), 5, 0, 0}, FF_NEVER, true},
        {"uuuu", {ACT(FF_PING, 0), 5, INT64_C(1) << 32, 0}, FF_NEVER, false},
        {"uuuu", {ACT(FF_SURVEY, 0), 5, 1, 0}, FF_NEVER, false}, /* reports no engagement */
        {"uuu", {ACT(FF_PAGE_VIEW, 0), 5, 0}, T(0) - 5, true},
        {"uuu", {ACT(FF_PAGE_VIEW, 0), 6, 0}, T(0) - 5, false}, /* after the newest */
        {"uuu", {ACT(FF_PAGE_VIEW, 0), FAR, 0}, FF_NEVER, false},
        {"uuu", {ACT(FF_PAGE_VIEW, 0), FAR + 1, 0}, FF_NEVER, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct act a;
        act_get(strip_of(&strip, rows[i].kinds, rows[i].numbers), &a, NEAR, rows[i].before);
        if (strip_end(&strip) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

static void visitors_that_cannot_be_are_refused(void **state)
{
    (void)state;
    /* key, site, touched, newest, no session */
    static const struct {
        int64_t numbers[5];
        bool good;
    } rows[] = {
        {{1, 65535, 1 << 30, -5, 0}, true},
        {{1, 65536, 1 << 30, -5, 0}, false},
        {{1, 65535, (1 << 30) + 1, -5, 0}, false},
        {{1, 65535, -(1 << 30) - 1, -5, 0}, false},
        {{1, 65535, INT64_MIN, -5, 0}, false},
        {{1, 65535, 1 << 30, 1, 0}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct visitor v = {0};
        visitor_get(strip_of(&strip, "huiiu", rows[i].numbers), &v, 0);
        if (strip_end(&strip) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

static void tails_that_cannot_be_are_refused(void **state)
{
    (void)state;
    /* newest received, whether and to when settled, acts, of them behind the waymark, since it was moved */
    static const struct {
        int64_t numbers[6];
        bool good;
    } rows[] = {
        {{3, 1, -5, 70, 70, 32}, true},
        {{3, 1, -5, 70, 71, 32}, false},
        {{3, 1, -5, TAIL_ACTS_MAX, 0, 0}, true},
        {{3, 1, -5, TAIL_ACTS_MAX + 1, 0, 0}, false},
        {{3, 1, -5, 70, 70, 33}, false},
        {{FAR, 1, -5, 70, 70, 32}, false},
        {{3, 1, FAR, 70, 70, 32}, false},
        {{3, 2, -5, 70, 70, 32}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct tail t = {0};
        ff_wall to;
        uint32_t behind;
        tail_get(strip_of(&strip, "iuiuuu", rows[i].numbers), &t, &to, &behind, NEAR);
        if (strip_end(&strip) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_that_cannot_be_are_refused),
        cmocka_unit_test(carts_that_cannot_be_are_refused),
        cmocka_unit_test(lines_that_cannot_be_are_refused),
        cmocka_unit_test(extras_that_cannot_be_are_refused),
        cmocka_unit_test(acts_that_cannot_be_are_refused),
        cmocka_unit_test(visitors_that_cannot_be_are_refused),
        cmocka_unit_test(tails_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
