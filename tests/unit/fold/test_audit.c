#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "history.h"
#include "audit.h"
#include "cells.h"
#include "emit.h"

#ifdef FF_AUDIT

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Folds a little story, lets spoil() spoil the state, folds one event more. Gives the signal that
 * this died of, or 0. */
static int spoiled(void (*spoil)(struct bench *b))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(3);
        struct bench b;
        bench_open(&b);
        bench_play(&b, "v", T(0), "pas");
        spoil(&b);
        bench_play(&b, "v", T(3), "p");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void spoil_nothing(struct bench *b)
{
    (void)b;
}

static void spoil_session(struct bench *b)
{
    visitor_at(b->fold, 1)->head.session.pageviews += 5;
}

static void spoil_start(struct bench *b)
{
    visitor_at(b->fold, 1)->head.session.start += 1;
}

static void spoil_cart(struct bench *b)
{
    struct pen p = {.fold = b->fold, .visitor = 1, .sign = 1};
    emit_count(&p, FF_COUNT_CARTS_OPENED, T(1), 1);
}

static void spoil_money(struct bench *b)
{
    struct pen p = {.fold = b->fold, .visitor = 1, .sign = 1};
    emit_money(&p, FF_PURSE_ABANDONED_VALUE, T(1), EUR, 1, 0);
}

static void spoil_cells(struct bench *b)
{
    struct pen p = {.fold = b->fold, .visitor = 1, .sign = 1};
    struct ff_cell_ref ref = {WORD_NONE, FF_BY_EXIT_PAGE};
    int64_t by[FF_ROW_SESSION_FIELDS] = {[FF_ROW_PURCHASED] = 1};
    cells_emit(&p, T(0), &ref, 1, (struct cells_by){by, FF_FIELD(FF_ROW_PURCHASED), NULL});
}

static void spoil_cell_money(struct bench *b)
{
    struct pen p = {.fold = b->fold, .visitor = 1, .sign = 1};
    struct ff_cell_ref ref = {WORD_NONE, FF_BY_SOURCE};
    cells_emit(&p, T(0), &ref, 1, (struct cells_by){.money = &(struct cells_money){USD, 1, 1}});
}

static void spoil_word(struct bench *b)
{
    visitor_at(b->fold, 1)->head.session.exit_page = b->fold->names.fresh;
}

static void fold_with_keys_of(struct bench *b, const char *visitor)
{
    struct ff_record r = {.received = T(2), .arrival = T(2), .beacon = bench_event(FF_PAGE_VIEW, "v", T(2))}, other = r;
    other.beacon = bench_event(FF_PAGE_VIEW, visitor, T(2));
    struct fold_ahead ahead;
    fold_expect(b->fold, &other, 1, &ahead);
    fold_apply(b->fold, &r, &ahead);
}

static void fold_with_own_keys(struct bench *b)
{
    fold_with_keys_of(b, "v");
}

static void fold_with_anothers_keys(struct bench *b)
{
    fold_with_keys_of(b, "w");
}

static void keys_of_another_record_abort(void **state)
{
    (void)state;
    assert_int_equal(spoiled(fold_with_own_keys), 0);
    assert_int_equal(spoiled(fold_with_anothers_keys), SIGABRT);
}

static void a_state_that_does_not_add_up_aborts(void **state)
{
    (void)state;
    assert_int_equal(spoiled(spoil_nothing), 0);
    assert_int_equal(spoiled(spoil_session), SIGABRT);
    assert_int_equal(spoiled(spoil_start), SIGABRT);
    assert_int_equal(spoiled(spoil_cart), SIGABRT);
    assert_int_equal(spoiled(spoil_money), SIGABRT);
    assert_int_equal(spoiled(spoil_cells), SIGABRT);
    assert_int_equal(spoiled(spoil_cell_money), SIGABRT);
    assert_int_equal(spoiled(spoil_word), SIGABRT);
}

static void recomputing_leaves_no_trace(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), ".paseb");
    struct fold_counts before = fold_counts(b.fold);
    size_t sums = b.n, lines = b.fold->lines.used;
    for (int i = 0; i < 3; i++)
        audit_check(b.fold, 1);
    emit_flush(b.fold);
    struct fold_counts after = fold_counts(b.fold);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(b.n, sums);
    assert_int_equal(b.fold->lines.used, lines);
    bench_finish(&b);
}

static void a_visitor_that_gave_way_is_not_judged_by_the_one_before(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 1;
    bench_open_with(&b, o);
    for (int i = 0; i < 10; i++)
        bench_play(&b, i % 2 ? "v" : "w", T(10 * i), "pap");
    assert_total(&b, SESSIONS, 10);
    bench_finish(&b);
}

/* Lateness of all kinds, and ceilings: the audit stands by in all of it. */
static void histories_with_late_events_add_up(void **state)
{
    (void)state;
    static struct history h;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        draw_history(&h, seed, 2);
        struct bench b;
        bench_open(&b);
        for (int i = 0; i < h.n; i++)
            bench_send_at(&b, h.events[h.n - 1 - i].beacon, h.events[i].comes);
        for (int i = 0; i < h.n; i++) {
            struct happening *e = &h.events[i];
            e->beacon.time += (i % 5 - 3) * FF_MINUTE;
            bench_fold(&b, e->beacon, e->comes + FF_DAY, i % 3 == 0);
        }
        bench_finish(&b);
    }
}

#else

static void without_the_option_there_is_no_audit(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen p = {.fold = b.fold, .visitor = 1, .sign = 1};
    struct ff_fact fact = {0};
    struct ff_cells cells = {0};
    assert_false(audit_takes(&p, &fact));
    assert_false(audit_takes_cells(&p, &cells));
    audit_begin(b.fold, 1);
    audit_act(b.fold, 1, NULL);
    audit_check(b.fold, 1);
    audit_forget(b.fold, 1);
    bench_finish(&b);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef FF_AUDIT
        cmocka_unit_test(a_state_that_does_not_add_up_aborts),
        cmocka_unit_test(keys_of_another_record_abort),
        cmocka_unit_test(recomputing_leaves_no_trace),
        cmocka_unit_test(a_visitor_that_gave_way_is_not_judged_by_the_one_before),
        cmocka_unit_test(histories_with_late_events_add_up),
#else
        cmocka_unit_test(without_the_option_there_is_no_audit),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
