#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"

#include <stdio.h>

static void support(struct bench *b, char what, ff_wall t, const char *ticket)
{
    enum ff_type type = what == 'o' ? FF_SUPPORT_OPEN : what == 'r' ? FF_SUPPORT_REPLY : FF_SUPPORT_RESOLVE;
    bench_send_at(b, bench_support(type, t, ticket), b->received > t ? b->received : t);
}

static void assert_support(const struct bench *b, const int64_t want[6])
{
    static const enum ff_counter counters[] = {FF_COUNT_TICKETS_OPENED, FF_COUNT_TICKETS_ANSWERED,
                                               FF_COUNT_TICKETS_RESOLVED, FF_COUNT_TICKETS_OPEN,
                                               FF_COUNT_RESPONSE_TIME, FF_COUNT_RESOLUTION_TIME};
    for (int i = 0; i < 6; i++)
        if (bench_total(b, counters[i]) != want[i])
            fail_msg("counter %d: %lld, not %lld", i, (long long)bench_total(b, counters[i]), (long long)want[i]);
}
/* opened, answered, resolved, open, minutes to the first reply, minutes to the last resolution */
#define SUPPORT(o, a, r, n, response, resolution) \
    ((const int64_t[]){o, a, r, n, (response) * FF_MINUTE, (resolution) * FF_MINUTE})

static void a_ticket_counts_at_its_opening_as_what_it_is_now(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    support(&b, 'o', T(0), "t");
    assert_support(&b, SUPPORT(1, 0, 0, 1, 0, 0));
    support(&b, 'r', T(7), "t");
    assert_support(&b, SUPPORT(1, 1, 0, 1, 7, 0));
    support(&b, 'r', T(9), "t");
    support(&b, 'x', T(20), "t");
    assert_support(&b, SUPPORT(1, 1, 1, 0, 7, 20));
    support(&b, 'o', T(30), "t"); /* opened again */
    assert_support(&b, SUPPORT(1, 1, 0, 1, 7, 0));
    support(&b, 'x', T(50), "t");
    support(&b, 'x', T(60), "t");
    assert_support(&b, SUPPORT(1, 1, 1, 0, 7, 60));
    assert_int_equal(bench_count(&b, 0, FF_COUNT_TICKETS_OPENED, T(0)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_RESOLUTION_TIME, T(0)), 60 * FF_MINUTE);
    assert_int_equal(bench_total(&b, FF_COUNT_SESSIONS), 0);
    bench_finish(&b);
}

static void without_an_opening_nothing_counts(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    support(&b, 'r', T(1), "t");
    support(&b, 'x', T(2), "t");
    assert_int_equal(b.n, 0);
    assert_int_equal(fold_counts(b.fold).tickets, 1);
    support(&b, 'o', T(2), "u");
    assert_support(&b, SUPPORT(1, 0, 0, 1, 0, 0));
    support(&b, 'o', T(1), "t"); /* comes last: the reply at the same time is one, the resolution later */
    assert_support(&b, SUPPORT(2, 1, 1, 1, 0, 1));
    bench_finish(&b);
}

/* --- any order ------------------------------------------------------------------------------ */

struct step {
    char what;
    int minute;
};

/* By metrics.md: all of it looked at in the order of time, ties in that of arrival. */
static void plain(const struct step *steps, const int *order, int n, int64_t out[6])
{
    int64_t opened = -1, reply = -1, last = -1;
    bool resolved = false;
    for (int i = 0; i < n; i++)
        if (steps[order[i]].what == 'o' && (opened < 0 || steps[order[i]].minute < opened))
            opened = steps[order[i]].minute;
    for (int i = 0; i < n; i++) {
        const struct step *s = &steps[order[i]];
        if (s->what == 'r' && s->minute >= opened && (reply < 0 || s->minute < reply))
            reply = s->minute;
        if (s->what != 'r' && s->minute >= last) {
            last = s->minute;
            resolved = s->what == 'x';
        }
    }
    bool counts = opened >= 0, answered = counts && reply >= 0;
    resolved = resolved && counts;
    const int64_t found[] = {counts, answered, resolved, counts && !resolved,
                             answered ? (reply - opened) * FF_MINUTE : 0,
                             resolved ? (last - opened) * FF_MINUTE : 0};
    memcpy(out, found, sizeof found);
}

#define RELOADS 50 /* one order in so many is loaded from an image in its middle */

/* Every prefix of it is right, too. The told-th order, of a ticket of its own. */
static void tell_in_order(struct bench *b, const struct step *steps, const int *order, int n, int told)
{
    char name[16];
    snprintf(name, sizeof name, "t%d", told);
    b->n = 0; /* what the others came to is forgotten */
    for (int i = 0; i < n; i++) {
        int64_t want[6];
        const struct step *s = &steps[order[i]];
        enum ff_type type = s->what == 'o' ? FF_SUPPORT_OPEN : s->what == 'r' ? FF_SUPPORT_REPLY : FF_SUPPORT_RESOLVE;
        bench_send_at(b, bench_support(type, T(s->minute), name), T(100));
        plain(steps, order, i + 1, want);
        assert_support(b, want);
        if (told % RELOADS == 0 && i == told / RELOADS % n)
            bench_reload(b);
    }
}

static void permute(struct bench *b, const struct step *steps, int *order, int n, int fixed, int *told)
{
    if (fixed == n) {
        tell_in_order(b, steps, order, n, ++*told);
        return;
    }
    for (int i = fixed; i < n; i++) {
        int first = order[fixed];
        order[fixed] = order[i];
        order[i] = first;
        permute(b, steps, order, n, fixed + 1, told);
        order[i] = order[fixed];
        order[fixed] = first;
    }
}

static void every_order_of_arrival_gives_what_the_order_of_time_gives(void **state)
{
    (void)state;
    static const struct step stories[][7] = {
        {{'o', 3}, {'r', 1}, {'r', 5}, {'x', 7}, {'o', 9}, {'x', 9}, {'r', 11}},
        {{'o', 4}, {'o', 4}, {'x', 4}, {'r', 4}, {'r', 4}, {'x', 2}, {'r', 2}},
        {{'r', 1}, {'r', 2}, {'r', 3}, {'r', 4}, {'o', 3}, {'x', 5}, {'o', 2}},
        {{'o', 9}, {'r', 8}, {'o', 7}, {'r', 6}, {'o', 5}, {'r', 4}, {'o', 3}},
        {{'x', 1}, {'r', 2}, {'x', 3}, {'r', 3}, {'x', 8}, {'r', 9}, {'o', 6}},
    };
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        int order[] = {0, 1, 2, 3, 4, 5, 6}, told = 0;
        struct bench b;
        bench_open(&b);
        permute(&b, stories[i], order, 7, 0, &told);
        assert_int_equal(told, 5040);
        bench_finish(&b);
    }
}

static void of_replies_before_the_opening_the_earliest_few_are_known(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i < 10; i++)
        support(&b, 'r', T(30 - i), "t");
    support(&b, 'r', T(21), "t"); /* one of them again */
    assert_int_equal(fold_counts(b.fold).ticket_replies_left_out, 10 - TICKET_EARLY);
    support(&b, 'o', T(20), "t");
    assert_support(&b, SUPPORT(1, 1, 0, 1, 1, 0));
    support(&b, 'r', T(40), "u");
    support(&b, 'o', T(31), "u"); /* all of its replies are known */
    assert_int_equal(fold_counts(b.fold).ticket_replies_left_out, 10 - TICKET_EARLY);
    assert_support(&b, SUPPORT(2, 2, 0, 2, 1 + 9, 0));
    bench_finish(&b);
}

/* --- how long, how many --------------------------------------------------------------------- */

static void tickets_of_two_sites_are_two(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    support(&b, 'o', T(0), "t");
    struct ff_beacon e = bench_support(FF_SUPPORT_RESOLVE, T(1), "t");
    e.site = 1;
    bench_send(&b, e);
    assert_support(&b, SUPPORT(1, 0, 0, 1, 0, 0));
    bench_finish(&b);
}

static void a_ticket_is_known_for_exactly_so_long_after_its_last_event(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    support(&b, 'o', T(0), "t");
    support(&b, 'r', DAYS(200), "t");
    support(&b, 'x', DAYS(565), "t");
    assert_support(&b, SUPPORT(1, 1, 1, 0, 200 * 24 * 60, 565 * 24 * 60));
    support(&b, 'o', DAYS(565 + 365) + 1, "t"); /* another ticket of this id */
    assert_support(&b, SUPPORT(2, 1, 1, 1, 200 * 24 * 60, 565 * 24 * 60));
    fold_advance(b.fold, DAYS(565 + 365 + 365));
    assert_int_equal(fold_counts(b.fold).tickets, 1);
    fold_advance(b.fold, DAYS(565 + 365 + 366));
    assert_int_equal(fold_counts(b.fold).tickets, 0);
    assert_int_equal(fold_counts(b.fold).tickets_evicted, 0);
    assert_support(&b, SUPPORT(2, 1, 1, 1, 200 * 24 * 60, 565 * 24 * 60));
    bench_finish(&b);
}

static void import_event(struct bench *b, enum ff_type type, ff_wall t)
{
    bench_fold(b, bench_support(type, t, "t"), DAYS(5000), true);
}

static void an_import_gives_what_was_live_then(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    import_event(&b, FF_SUPPORT_OPEN, DAYS(0));
    import_event(&b, FF_SUPPORT_RESOLVE, DAYS(300));
    import_event(&b, FF_SUPPORT_OPEN, DAYS(1000)); /* the id is used again, years later */
    import_event(&b, FF_SUPPORT_REPLY, DAYS(1001));
    assert_int_equal(bench_count(&b, 0, FF_COUNT_TICKETS_RESOLVED, DAYS(0)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_TICKETS_OPEN, DAYS(1000)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_RESPONSE_TIME, DAYS(1000)), FF_DAY);
    import_event(&b, FF_SUPPORT_REPLY, DAYS(2)); /* the rest of the first, in another file */
    assert_int_equal(bench_count(&b, 0, FF_COUNT_RESPONSE_TIME, DAYS(0)), 2 * FF_DAY);
    assert_int_equal(fold_counts(b.fold).tickets, 2);
    bench_reload(&b);
    import_event(&b, FF_SUPPORT_RESOLVE, DAYS(650)); /* may be of either: the one that was begun first */
    assert_int_equal(bench_count(&b, 0, FF_COUNT_RESOLUTION_TIME, DAYS(0)), 650 * FF_DAY);
    import_event(&b, FF_SUPPORT_RESOLVE, DAYS(1366)); /* each event of a ticket keeps it known */
    assert_int_equal(bench_count(&b, 0, FF_COUNT_RESOLUTION_TIME, DAYS(1000)), 366 * FF_DAY);
    bench_finish(&b);
}

static void at_the_limit_the_one_touched_longest_ago_gives_way_and_its_numbers_stay(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_tickets = 2;
    bench_open_with(&b, o);
    support(&b, 'o', T(0), "a");
    support(&b, 'o', T(1), "b");
    support(&b, 'r', T(2), "a");
    support(&b, 'o', T(3), "c");
    assert_int_equal(fold_counts(b.fold).tickets, 2);
    assert_int_equal(fold_counts(b.fold).tickets_evicted, 1);
    support(&b, 'x', T(4), "a");
    assert_support(&b, SUPPORT(3, 1, 1, 2, 2, 4));
    support(&b, 'x', T(5), "b"); /* is known no more: a ticket without an opening */
    assert_support(&b, SUPPORT(3, 1, 1, 2, 2, 4));
    bench_finish(&b);
}

static void a_load_with_less_room_keeps_those_touched_last(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const char *const names[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        support(&b, 'o', T(i), names[i]);
    struct fold_options o = bench_options();
    o.max_tickets = 2;
    bench_reload_with(&b, o);
    assert_int_equal(fold_counts(b.fold).tickets, 2);
    assert_int_equal(fold_counts(b.fold).tickets_evicted, 2);
    support(&b, 'x', T(5), "d");
    support(&b, 'x', T(5), "c");
    support(&b, 'x', T(5), "b");
    assert_support(&b, SUPPORT(4, 0, 2, 2, 0, 2 + 3));
    bench_finish(&b);
}

static void a_site_that_is_configured_no_more_is_left_out(void **state)
{
    (void)state;
    struct bench b, c;
    bench_open(&b);
    support(&b, 'o', T(0), "t");
    struct picture p = picture_of(b.fold);
    bench_open(&c);
    static const uint16_t map[] = {UINT16_MAX, 0};
    assert_true(picture_load_sites(&p, c.fold, map, 2));
    assert_int_equal(fold_counts(c.fold).tickets, 0);
    assert_int_equal(fold_counts(c.fold).tickets_evicted, 0);
    picture_free(&p);
    bench_finish(&b);
    bench_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_counts_at_its_opening_as_what_it_is_now),
        cmocka_unit_test(without_an_opening_nothing_counts),
        cmocka_unit_test(every_order_of_arrival_gives_what_the_order_of_time_gives),
        cmocka_unit_test(of_replies_before_the_opening_the_earliest_few_are_known),
        cmocka_unit_test(tickets_of_two_sites_are_two),
        cmocka_unit_test(a_ticket_is_known_for_exactly_so_long_after_its_last_event),
        cmocka_unit_test(an_import_gives_what_was_live_then),
        cmocka_unit_test(at_the_limit_the_one_touched_longest_ago_gives_way_and_its_numbers_stay),
        cmocka_unit_test(a_load_with_less_room_keeps_those_touched_last),
        cmocka_unit_test(a_site_that_is_configured_no_more_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
