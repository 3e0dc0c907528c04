#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "access.h"

#include <stdlib.h>

static const struct hash_seed seed = {{3, 4}};

#define TRACK(text) {text, "", FF_RIGHT_TRACK}
#define DESK(text) {text, "", FF_RIGHT_OFFICE}
#define END {NULL, NULL, FF_RIGHT_TRACK}

static const struct ff_key none[] = {END};
static const struct ff_key tracked[] = {TRACK("T1"), TRACK("T2"), END};
static const struct ff_key office[] = {DESK("O1"), END};
static const struct ff_key both[] = {TRACK("T3"), DESK("O3"), TRACK("T1"), END};
static const char *const shop_origins[] = {"https://shop.example", "https://m.shop.example:8443", NULL};
static const char *const star[] = {"https://shop.example", "*", NULL};
static const char *const nobody[] = {NULL};

enum { OPEN, TRACKED, OFFICE, BOTH, SHOP, STAR, NOBODY, SITES };

static const struct access_site sites[SITES] = {
    [OPEN] = {NULL, NULL}, [TRACKED] = {tracked, NULL},   [OFFICE] = {office, NULL},
    [BOTH] = {both, NULL}, [SHOP] = {none, shop_origins}, [STAR] = {none, star},
    [NOBODY] = {NULL, nobody},
};

static int setup(void **state)
{
    struct access *a = access_new(sites, SITES, &seed);
    *state = a;
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    struct access *a = *state;
    access_free(&a);
    assert_null(a);
    return 0;
}

static enum ff_status judged(const struct access *a, const char *authorization, const char *origin,
                             uint16_t site, enum ff_type type)
{
    struct access_pass pass;
    enum ff_status status =
        access_open(a, ff_span_text(authorization), ff_span_text(origin), &pass);
    return status ? status : access_judge(a, &pass, site, type);
}

static void a_site_without_keys_takes_everything_from_everyone(void **state)
{
    for (int type = FF_TYPE_NONE + 1; type < FF_TYPE_COUNT; type++) {
        assert_int_equal(judged(*state, NULL, NULL, OPEN, (enum ff_type)type), FF_OK);
        assert_int_equal(judged(*state, "Bearer T1", NULL, OPEN, (enum ff_type)type), FF_OK);
    }
}

/* Who may send a page view (visit) and a refund (office), by the key they bring. */
static void keys_open_what_their_right_says(void **state)
{
    static const struct {
        uint16_t site;
        const char *authorization;
        enum ff_status visit, office;
    } rows[] = {
        {TRACKED, NULL, FF_KEY_NEEDED, FF_KEY_NEEDED},
        {TRACKED, "Bearer T1", FF_OK, FF_OK},
        {TRACKED, "Bearer T2", FF_OK, FF_OK},
        {TRACKED, "Bearer T3", FF_KEY_LACKS_RIGHT, FF_KEY_LACKS_RIGHT},
        {TRACKED, "Bearer O1", FF_KEY_LACKS_RIGHT, FF_KEY_LACKS_RIGHT},
        {OFFICE, NULL, FF_OK, FF_KEY_NEEDED},
        {OFFICE, "Bearer O1", FF_OK, FF_OK},
        {OFFICE, "Bearer T1", FF_OK, FF_KEY_LACKS_RIGHT},
        {OFFICE, "Bearer O3", FF_OK, FF_KEY_LACKS_RIGHT},
        {BOTH, NULL, FF_KEY_NEEDED, FF_KEY_NEEDED},
        {BOTH, "Bearer T3", FF_OK, FF_KEY_LACKS_RIGHT},
        {BOTH, "Bearer T1", FF_OK, FF_KEY_LACKS_RIGHT},
        {BOTH, "Bearer O3", FF_OK, FF_OK},
        {BOTH, "Bearer T2", FF_KEY_LACKS_RIGHT, FF_KEY_LACKS_RIGHT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(judged(*state, rows[i].authorization, NULL, rows[i].site, FF_PAGE_VIEW),
                         rows[i].visit);
        assert_int_equal(judged(*state, rows[i].authorization, NULL, rows[i].site, FF_REFUND),
                         rows[i].office);
    }
}

static void a_key_is_of_those_sites_that_have_it(void **state)
{
    static const struct {
        const char *authorization;
        uint16_t site;
        bool has;
    } rows[] = {
        {NULL, OPEN, false},          {"Bearer T1", OPEN, false},   {NULL, TRACKED, false},
        {"Bearer T1", TRACKED, true}, {"Bearer T1", BOTH, true},    {"Bearer O1", TRACKED, false},
        {"Bearer O1", OFFICE, true},  {"Bearer T9", TRACKED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct access_pass pass;
        access_open(*state, ff_span_text(rows[i].authorization), (struct ff_span){NULL, 0}, &pass);
        assert_int_equal(access_has_key(*state, &pass, rows[i].site), rows[i].has);
    }
}

static void refunds_support_and_spend_are_the_offices(void **state)
{
    for (int type = FF_TYPE_NONE + 1; type < FF_TYPE_COUNT; type++) {
        bool of_office = type == FF_REFUND || type == FF_SUPPORT_OPEN || type == FF_SUPPORT_REPLY ||
                         type == FF_SUPPORT_RESOLVE || type == FF_SPEND;
        assert_int_equal(judged(*state, "Bearer T3", NULL, BOTH, (enum ff_type)type),
                         of_office ? FF_KEY_LACKS_RIGHT : FF_OK);
    }
}

static void a_key_of_no_site_refuses_the_request(void **state)
{
    static const char *const wrong[] = {"Bearer T", "Bearer t1", "Bearer T1x", "Bearer", "Bearer ",
                                        "bearer x", "Bearer T1 T2", "Bearer *"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct access_pass pass;
        assert_int_equal(access_open(*state, ff_span_text(wrong[i]), ff_span_text(NULL), &pass),
                         FF_WRONG_KEY);
        /* Whoever goes on all the same gets no further with it. */
        assert_int_equal(access_judge(*state, &pass, TRACKED, FF_PING), FF_KEY_LACKS_RIGHT);
    }
}

static void the_scheme_is_bearer_in_any_case(void **state)
{
    static const char *const good[] = {"Bearer T1", "bearer T1", "BEARER   T1", "Bearer T1 \t",
                                       "Bearer\tT1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(judged(*state, good[i], NULL, TRACKED, FF_PING), FF_OK);
    static const char *const others[] = {"", "T1", "Basic VDE=", "BearerT1", "Bear T1", "Token T1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(judged(*state, others[i], NULL, TRACKED, FF_PING), FF_KEY_NEEDED);
}

static void without_any_keys_what_is_brought_is_not_looked_at(void **state)
{
    (void)state;
    static const struct access_site open[] = {{none, NULL}};
    struct access *a = access_new(open, 1, &seed);
    assert_int_equal(judged(a, "Bearer whatever", "https://any.example", 0, FF_SPEND), FF_OK);
    access_free(&a);
}

static void pages_send_for_sites_that_list_their_origin(void **state)
{
    static const struct {
        uint16_t site;
        const char *origin;
        enum ff_status status;
    } rows[] = {
        {SHOP, NULL, FF_OK},
        {SHOP, "https://shop.example", FF_OK},
        {SHOP, "https://m.shop.example:8443", FF_OK},
        {SHOP, "http://shop.example", FF_FOREIGN_ORIGIN},
        {SHOP, "https://shop.example:444", FF_FOREIGN_ORIGIN},
        {SHOP, "https://shop.example.evil.example", FF_FOREIGN_ORIGIN},
        {SHOP, "https://m.shop.example", FF_FOREIGN_ORIGIN},
        {SHOP, "null", FF_FOREIGN_ORIGIN},
        {SHOP, "", FF_FOREIGN_ORIGIN},
        {SHOP, "*", FF_FOREIGN_ORIGIN},
        {OPEN, "https://evil.example", FF_OK},
        {OPEN, "null", FF_OK},
        {STAR, "https://evil.example", FF_OK},
        {NOBODY, NULL, FF_OK},
        {NOBODY, "https://shop.example", FF_FOREIGN_ORIGIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(judged(*state, NULL, rows[i].origin, rows[i].site, FF_PAGE_VIEW),
                         rows[i].status);
}

static void the_origin_comes_before_the_key(void **state)
{
    (void)state;
    static const struct access_site strict[] = {{tracked, shop_origins}};
    struct access *a = access_new(strict, 1, &seed);
    assert_int_equal(judged(a, NULL, "https://evil.example", 0, FF_PING), FF_FOREIGN_ORIGIN);
    assert_int_equal(judged(a, "Bearer T1", "https://evil.example", 0, FF_PING), FF_FOREIGN_ORIGIN);
    assert_int_equal(judged(a, NULL, "https://shop.example", 0, FF_PING), FF_KEY_NEEDED);
    assert_int_equal(judged(a, "Bearer T1", "https://shop.example", 0, FF_PING), FF_OK);
    access_free(&a);
}

static void a_key_is_of_the_sites_that_have_it(void **state)
{
    (void)state;
    static const struct access_site two[] = {{tracked, NULL}, {NULL, NULL}};
    struct access *a = access_new(two, 2, &seed);
    struct access_pass pass;
    assert_int_equal(access_open(a, FF_LITERAL("Bearer T1"), (struct ff_span){NULL, 0}, &pass), FF_OK);
    assert_true(access_has_key(a, &pass, 0));
    assert_false(access_has_key(a, &pass, 1));
    assert_int_equal(access_open(a, (struct ff_span){NULL, 0}, (struct ff_span){NULL, 0}, &pass), FF_OK);
    assert_false(access_has_key(a, &pass, 0));
    access_free(&a);
}

static void nothing_of_the_sites_is_borrowed(void **state)
{
    (void)state;
    char text[] = "rotated", origin[] = "https://a.example";
    const char *origins[] = {origin, NULL};
    struct ff_key keys[] = {{text, "", FF_RIGHT_TRACK}, END};
    struct access_site site = {keys, origins};
    struct access *a = access_new(&site, 1, &seed);
    memset(text, 'x', sizeof text - 1);
    memset(origin, 'x', sizeof origin - 1);
    origins[0] = NULL;
    memset(keys, 0, sizeof keys);
    assert_int_equal(judged(a, "Bearer rotated", "https://a.example", 0, FF_PING), FF_OK);
    assert_int_equal(judged(a, "Bearer xxxxxxx", NULL, 0, FF_PING), FF_WRONG_KEY);
    access_free(&a);
    access_free(&a);
}

static void refusals_have_the_http_status_of_their_kind(void **state)
{
    (void)state;
    assert_int_equal(ff_status_http(FF_KEY_NEEDED), 401);
    assert_int_equal(ff_status_http(FF_WRONG_KEY), 401);
    assert_int_equal(ff_status_http(FF_KEY_LACKS_RIGHT), 403);
    assert_int_equal(ff_status_http(FF_FOREIGN_ORIGIN), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_without_keys_takes_everything_from_everyone),
        cmocka_unit_test(keys_open_what_their_right_says),
        cmocka_unit_test(a_key_is_of_those_sites_that_have_it),
        cmocka_unit_test(refunds_support_and_spend_are_the_offices),
        cmocka_unit_test(a_key_of_no_site_refuses_the_request),
        cmocka_unit_test(the_scheme_is_bearer_in_any_case),
        cmocka_unit_test(without_any_keys_what_is_brought_is_not_looked_at),
        cmocka_unit_test(pages_send_for_sites_that_list_their_origin),
        cmocka_unit_test(the_origin_comes_before_the_key),
        cmocka_unit_test(a_key_is_of_the_sites_that_have_it),
        cmocka_unit_test(nothing_of_the_sites_is_borrowed),
        cmocka_unit_test(refusals_have_the_http_status_of_their_kind),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
