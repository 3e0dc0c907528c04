#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "alike.h"
#include "facts.h"
#include "values.h"

/* The same cells twice: one got each difference in its rows at once. */
struct twice {
    struct values values;
    struct cell_stock stock[2];
    struct cells *cells[2][ALIKE_TIERS];
    struct alike *alike;
};

static int begin(void **state)
{
    struct twice *t = calloc(1, sizeof *t);
    assert_non_null(t);
    values_begin(&t->values, VALUES_MOST);
    for (int i = 0; i < 2; i++) {
        t->stock[i] = (struct cell_stock){.words = &t->values.words, .bytes_most = UINT64_MAX};
        t->cells[i][0] = cells_new(&t->stock[i], TIER_HOUR);
        t->cells[i][1] = cells_new(&t->stock[i], TIER_DAY);
    }
    t->alike = alike_new();
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct twice *t = *state;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < ALIKE_TIERS; k++)
            cells_free(&t->cells[i][k]);
    alike_free(&t->alike);
    values_let_go(&t->values);
    values_end(&t->values);
    free(t);
    return 0;
}

/* One of so many sources, of three channels and devices each, and some fields. */
static void change_both(struct twice *t, uint64_t *seed, uint32_t sources)
{
    static const char *const names[] = {"a", "b", "c"};
    char source[32];
    snprintf(source, sizeof source, "source %u", (unsigned)random_below(seed, sources));
    struct ff_cell_ref refs[ALIKE_MOST] = {
        {value(&t->values, names[random_below(seed, 3)]), FF_BY_CHANNEL},
        {value(&t->values, source), FF_BY_SOURCE},
        {random_below(seed, 2) ? WORD_NONE : WORD_OTHER, FF_BY_CAMPAIGN},
        {value(&t->values, names[random_below(seed, 3)]), FF_BY_DEVICE},
        {WORD_NONE, FF_BY_COUNTRY},
        {WORD_NONE, FF_BY_VISITOR_TYPE},
    };
    uint32_t n = ALIKE_LEAST + (uint32_t)random_below(seed, ALIKE_MOST - ALIKE_LEAST + 1);
    int64_t by[FF_ROW_SESSION_FIELDS];
    for (int i = 0; i < FF_ROW_SESSION_FIELDS; i++)
        by[i] = (int64_t)random_below(seed, 2000) - 1000;
    struct ff_cells d = {.n = (uint16_t)n, .refs = refs, .by = by,
                         .fields = (uint32_t)random_below(seed, FF_FIELD(FF_ROW_SESSION_FIELDS))};
    bool hour = random_below(seed, 4) > 0;
    assert_int_equal(alike_takes(&d), n);
    if (hour)
        cells_add(t->cells[0][0], &d);
    cells_add(t->cells[0][1], &d);
    alike_add(t->alike, (struct cells *[]){hour ? t->cells[1][0] : NULL, t->cells[1][1]}, &d, n);
}

static void assert_same_rows(const struct cell_rows *a, const struct cell_rows *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (!a)
        return;
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->full, b->full);
    assert_memory_equal(a->word, b->word, a->n * sizeof *a->word);
    assert_memory_equal(a->field, b->field, (size_t)a->n * a->fields * sizeof *a->field);
}

static void assert_same(const struct twice *t)
{
    assert_int_equal(t->stock[0].bytes, t->stock[1].bytes);
    for (int r = 0; r < TALLY_LEFT_REASONS; r++)
        assert_int_equal(t->stock[0].left_out[r], t->stock[1].left_out[r]);
    for (int k = 0; k < ALIKE_TIERS; k++)
        for (int d = 0; d < FF_DIMENSIONS; d++)
            assert_same_rows(t->cells[0][k]->rows[d], t->cells[1][k]->rows[d]);
}

static void rows_come_to_what_they_would_without(void **state)
{
    struct twice *t = *state;
    uint64_t seed = 1;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 200; i++)
            change_both(t, &seed, 3);
        alike_settle(t->alike);
        assert_same(t);
        alike_settle(t->alike); /* what has been put there is not put there again */
        assert_same(t);
    }
}

static void groups_give_way_to_each_other(void **state)
{
    struct twice *t = *state;
    uint64_t seed = 2;
    for (int i = 0; i < 4000; i++)
        change_both(t, &seed, 190);
    alike_settle(t->alike);
    assert_same(t);
    assert_int_equal(t->stock[1].left_out[TALLY_LEFT_VALUES], 0);
}

static void what_is_turned_away_is_counted_each_time(void **state)
{
    struct twice *t = *state;
    uint64_t seed = 3;
    for (int i = 0; i < 4000; i++) {
        change_both(t, &seed, 400);
        for (int r = 0; r < TALLY_LEFT_REASONS; r++)
            assert_int_equal(t->stock[0].left_out[r], t->stock[1].left_out[r]);
    }
    alike_settle(t->alike);
    assert_same(t);
    assert_true(t->stock[1].left_out[TALLY_LEFT_VALUES] > 1000);
}

static void for_want_of_bytes_too(void **state)
{
    struct twice *t = *state;
    uint64_t seed = 4;
    t->stock[0].bytes_most = t->stock[1].bytes_most = 10000;
    for (int i = 0; i < 1000; i++)
        change_both(t, &seed, 100);
    alike_settle(t->alike);
    assert_same(t);
    assert_true(t->stock[1].left_out[TALLY_LEFT_BYTES] > 100);
}

static void pages_money_and_single_values_go_to_their_rows(void **state)
{
    (void)state;
    struct ff_cell_ref refs[] = {{2, FF_BY_CHANNEL}, {3, FF_BY_SOURCE},       {4, FF_BY_CAMPAIGN},   {5, FF_BY_DEVICE},
                                 {6, FF_BY_COUNTRY}, {7, FF_BY_VISITOR_TYPE}, {8, FF_BY_ENTRY_PAGE}, {9, FF_BY_EXIT_PAGE}};
    struct ff_cells d = {.n = 8, .refs = refs};
    assert_int_equal(alike_takes(&d), 6);
    d.currency = EUR;
    assert_int_equal(alike_takes(&d), 0);
    d.currency = 0;
    d.n = ALIKE_LEAST - 1;
    assert_int_equal(alike_takes(&d), 0);
    d.refs = &refs[4];
    d.n = 4;
    assert_int_equal(alike_takes(&d), 0);
}

/* A tally reads and saves what its groups have got, whichever comes first, and keeps it when buckets go. */
static void a_tally_says_all_of_it_at_any_time(void **state)
{
    struct twice *t = *state;
    struct tally_options o = usual;
    o.words = &t->values.words;
    o.breakdown_bytes = UINT64_MAX;
    struct shop s = new_shop("UTC", NULL, o);
    struct ff_cell_ref refs[] = {{value(&t->values, "email"), FF_BY_CHANNEL}, {value(&t->values, "news"), FF_BY_SOURCE},
                                 {WORD_NONE, FF_BY_CAMPAIGN}, {WORD_NONE, FF_BY_DEVICE}};
    static const int64_t by[] = {[FF_ROW_SESSIONS] = 1};
    struct ff_cells d = {.at = START, .n = 4, .refs = refs, .by = by, .fields = FF_FIELD(FF_ROW_SESSIONS)};
    for (int days = 0; days < 100; days++) {
        struct tally_cells read;
        tally_advance(s.tally, START + days * FF_DAY);
        tally_add_cells(s.tally, &d);
        if (days % 3 == 1) {
            struct tape saved_now = saved(&s);
            tape_free(&saved_now);
        }
        if (days % 3 == 2)
            continue;
        tally_read_cells(s.tally, 0, FF_BY_SOURCE, START - FF_DAY, START + FF_DAY, &read);
        assert_int_equal(read.n, 1);
        assert_int_equal(read.field[FF_ROW_SESSIONS], days + 1);
        tally_cells_end(&read);
    }
    free_shop(&s);
}

static void what_no_tier_keeps_is_dropped_and_counted(void **state)
{
    struct twice *t = *state;
    struct tally_options o = usual;
    o.words = &t->values.words;
    o.breakdown_bytes = UINT64_MAX;
    struct shop s = new_shop("UTC", NULL, o);
    struct ff_cell_ref refs[] = {{WORD_NONE, FF_BY_CHANNEL}, {WORD_NONE, FF_BY_SOURCE}, {WORD_NONE, FF_BY_CAMPAIGN},
                                 {WORD_NONE, FF_BY_DEVICE}};
    static const int64_t by[] = {[FF_ROW_SESSIONS] = 1};
    struct ff_cells d = {.at = START - 900 * FF_DAY, .n = 4, .refs = refs, .by = by, .fields = FF_FIELD(FF_ROW_SESSIONS)};
    tally_advance(s.tally, START);
    for (uint64_t n = 1; n <= 3; n++) {
        tally_add_cells(s.tally, &d);
        assert_int_equal(tally_too_old(s.tally), n);
    }
    d.at = START - 70 * FF_DAY; /* a day, and no hour */
    for (int n = 0; n < 3; n++)
        tally_add_cells(s.tally, &d);
    struct tally_cells read;
    tally_read_cells(s.tally, 0, FF_BY_CHANNEL, START - 71 * FF_DAY, START - 69 * FF_DAY, &read);
    assert_int_equal(read.n, 1);
    assert_int_equal(read.field[FF_ROW_SESSIONS], 3);
    tally_cells_end(&read);
    free_shop(&s);
}

#define t(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(rows_come_to_what_they_would_without),
        t(groups_give_way_to_each_other),
        t(what_is_turned_away_is_counted_each_time),
        t(for_want_of_bytes_too),
        cmocka_unit_test(pages_money_and_single_values_go_to_their_rows),
        t(a_tally_says_all_of_it_at_any_time),
        t(what_no_tier_keeps_is_dropped_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, free_zones);
}
