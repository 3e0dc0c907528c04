/* Cells of a tally: what windows say of them, against plain sums; saved, loaded, and in another zone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "facts.h"
#include "values.h"

#define N 6000
#define VALUES 40

static const enum ff_dimension dimensions[] = {FF_BY_PAGE, FF_BY_CHANNEL, FF_BY_PRODUCT, FF_BY_CUSTOM,
                                               FF_BY_CSAT_TOPIC};
#define DIMENSIONS (sizeof dimensions / sizeof *dimensions)

/* All that was added: field k is by * (k + 1). */
struct added {
    ff_wall at;
    enum ff_dimension dimension;
    int number;
    int64_t by;
    ff_currency currency;
    ff_money_sum amount;
};
static struct added added[N];
static int added_n;
static struct values v;

static int begin(void **state)
{
    (void)state;
    values_begin(&v, VALUES_MOST);
    added_n = 0;
    return 0;
}

/* All shops are gone: so are their words. */
static int end(void **state)
{
    (void)state;
    values_let_go(&v);
    int left = (int)words_used(&v.words);
    values_end(&v);
    return left == 0 ? 0 : -1;
}

static struct shop shop_of(const char *zone, uint64_t bytes)
{
    struct tally_options o = usual;
    o.words = &v.words;
    o.breakdown_bytes = bytes;
    return new_shop(zone, NULL, o);
}

static void add_one(struct shop *s, const struct added *a)
{
    struct change d;
    struct ff_cells c = *change_of(&d, a->dimension, numbered(&v, a->number), a->by, a->currency, a->amount);
    c.at = a->at;
    tally_add_cells(s->tally, &c);
    words_drop(&v.words, v.held[--v.n]);
}

static void add_some(struct shop *s, uint64_t seed, int n, ff_wall now)
{
    for (int i = 0; i < n; i++) {
        struct added *a = &added[added_n++];
        *a = (struct added){.at = now - random_age(&seed),
                            .dimension = dimensions[random_below(&seed, DIMENSIONS)],
                            .number = (int)random_below(&seed, VALUES),
                            .by = (int64_t)random_below(&seed, 9) - 2};
        if (a->number % 4 == 0) {
            a->currency = EUR + (ff_currency)random_below(&seed, 3);
            a->amount = (ff_money_sum)random_below(&seed, 10000) - 3000;
        }
        add_one(s, a);
    }
}

static int number_of(uint32_t word)
{
    struct ff_span text = words_text(&v.words, word);
    int number = 0;
    assert_true(word > WORD_OTHER);
    for (size_t i = 1; i < text.n; i++)
        number = 10 * number + (text.p[i] - '0');
    return number;
}

/* Takes what the rows say away from the plain sums: nothing must be left. */
static void assert_rows(const struct tally_cells *c, int64_t plain[VALUES], ff_money_sum money[VALUES][3])
{
    for (uint32_t i = 0; i < c->n; i++) {
        int number = number_of(c->word[i]);
        assert_true(c->field[i * c->fields] != 0 || c->amounts[i] < c->amounts[i + 1]);
        for (uint8_t k = 0; k < c->fields; k++)
            assert_int_equal(c->field[i * c->fields + k], plain[number] * (k + 1));
        plain[number] = 0;
        for (uint32_t k = c->amounts[i]; k < c->amounts[i + 1]; k++) {
            assert_true(c->amount[k].amount != 0);
            assert_true(k == c->amounts[i] || c->amount[k].currency > c->amount[k - 1].currency);
            money[number][c->amount[k].currency - EUR] -= c->amount[k].amount;
        }
    }
    for (int i = 0; i < VALUES; i++) {
        assert_int_equal(plain[i], 0);
        for (int k = 0; k < 3; k++)
            assert_true(money[i][k] == 0);
    }
}

/* What the tally says of [from, to) is the sum of what was added in what it says it covers. */
static void check_window(struct shop *s, enum ff_dimension dimension, ff_wall from, ff_wall to)
{
    int64_t plain[VALUES] = {0};
    ff_money_sum money[VALUES][3] = {{0}};
    struct tally_cells c;
    tally_read_cells(s->tally, 0, dimension, from, to, &c);
    for (int i = 0; i < added_n; i++) {
        const struct added *a = &added[i];
        if (a->dimension != dimension || a->at < c.from || a->at >= c.to)
            continue;
        plain[a->number] += a->by;
        if (a->currency)
            money[a->number][a->currency - EUR] += a->amount;
    }
    assert_rows(&c, plain, money);
    tally_cells_end(&c);
}

static void check_windows(struct shop *s, ff_wall now, ff_dur reach)
{
    uint64_t seed = 77;
    for (int i = 0; i < 60; i++) {
        ff_wall from = now - (ff_dur)random_below(&seed, (uint64_t)(i % 2 ? reach : reach / 50));
        for (size_t d = 0; d < DIMENSIONS; d++) {
            check_window(s, dimensions[d], from, from + random_age(&seed));
            check_window(s, dimensions[d], from, now + FF_DAY);
        }
    }
}

static void a_window_is_the_sum_of_what_was_added_in_it(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Europe/Berlin", "Asia/Kolkata"};
    for (int i = 0; i < 3; i++) {
        struct shop s = shop_of(zones[i], UINT64_MAX);
        added_n = 0;
        tally_advance(s.tally, START);
        add_some(&s, (uint64_t)i, N, START);
        check_windows(&s, START, 790 * FF_DAY);
        free_shop(&s);
    }
}

static void windows_are_widened_to_what_the_dimension_has(void **state)
{
    (void)state;
    struct shop s = shop_of("Asia/Kolkata", UINT64_MAX); /* local hours begin at :30 */
    tally_advance(s.tally, START);                       /* 12:07 */
    ff_wall hour = START - 37 * FF_MINUTE;
    struct {
        enum ff_dimension dimension;
        ff_wall age, from, to;
    } table[] = {
        {FF_BY_PAGE, 0, hour, hour + FF_HOUR},
        {FF_BY_CES_TOPIC, 0, START, START + FF_MINUTE},
        {FF_BY_CES_TOPIC, 60 * FF_HOUR, hour - 60 * FF_HOUR, hour - 59 * FF_HOUR},
        {FF_BY_PAGE, 60 * FF_HOUR, hour - 60 * FF_HOUR, hour - 59 * FF_HOUR},
        {FF_BY_PAGE, 70 * FF_DAY, hour - 17 * FF_HOUR - 70 * FF_DAY, hour + 7 * FF_HOUR - 70 * FF_DAY},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ff_wall from = START + FF_SECOND - table[i].age, to = from + FF_SECOND;
        tally_widen_cells(s.tally, 0, table[i].dimension, &from, &to);
        assert_int_equal(from, table[i].from);
        assert_int_equal(to, table[i].to);
        struct tally_cells c;
        tally_read_cells(s.tally, 0, table[i].dimension, START + FF_SECOND - table[i].age,
                         START + 2 * FF_SECOND - table[i].age, &c);
        assert_int_equal(c.from, from);
        assert_int_equal(c.to, to);
        assert_int_equal(c.n, 0);
        tally_cells_end(&c);
    }
    free_shop(&s);
}

static void a_value_that_came_to_nothing_is_not_there(void **state)
{
    (void)state;
    struct shop s = shop_of("UTC", UINT64_MAX);
    tally_advance(s.tally, START);
    add_one(&s, &(struct added){START, FF_BY_PRODUCT, 1, 5, EUR, 7});
    add_one(&s, &(struct added){START, FF_BY_PRODUCT, 2, 5, 0, 0});
    add_one(&s, &(struct added){START - FF_HOUR, FF_BY_PRODUCT, 1, -5, EUR, -7});
    struct tally_cells c;
    tally_read_cells(s.tally, 0, FF_BY_PRODUCT, START - 2 * FF_HOUR, START + 1, &c);
    assert_int_equal(c.n, 1);
    assert_int_equal(number_of(c.word[0]), 2);
    tally_cells_end(&c);
    tally_read_cells(s.tally, 0, FF_BY_PRODUCT, START, START + 1, &c);
    assert_int_equal(c.n, 2);
    tally_cells_end(&c);
    free_shop(&s);
}

static void what_no_tier_keeps_is_counted(void **state)
{
    (void)state;
    struct shop s = shop_of("UTC", UINT64_MAX);
    tally_advance(s.tally, START);
    add_one(&s, &(struct added){START - 900 * FF_DAY, FF_BY_PAGE, 1, 1, 0, 0});
    add_one(&s, &(struct added){START + 2 * FF_DAY, FF_BY_PAGE, 1, 1, 0, 0});
    assert_int_equal(tally_too_old(s.tally), 1);
    assert_int_equal(tally_too_far(s.tally), 1);
    assert_int_equal(words_used(&v.words), 0);
    free_shop(&s);
}

static void what_expires_lets_go_of_its_words_and_bytes(void **state)
{
    (void)state;
    struct shop s = shop_of("UTC", UINT64_MAX);
    tally_advance(s.tally, START);
    add_some(&s, 5, 500, START);
    assert_true(words_used(&v.words) > 0 && tally_cells_bytes(s.tally) > 0);
    tally_advance(s.tally, START + 803 * FF_DAY);
    assert_int_equal(words_used(&v.words), 0);
    assert_int_equal(tally_cells_bytes(s.tally), 0);
    free_shop(&s);
}

/* Sums of all rows, by field 0. */
static int64_t total(struct shop *s, enum ff_dimension dimension, ff_wall from, ff_wall to, int64_t *other)
{
    struct tally_cells c;
    int64_t sum = 0;
    *other = 0;
    tally_read_cells(s->tally, 0, dimension, from, to, &c);
    for (uint32_t i = 0; i < c.n; i++) {
        sum += c.field[i * c.fields];
        if (c.word[i] == WORD_OTHER)
            *other = c.field[i * c.fields];
    }
    tally_cells_end(&c);
    return sum;
}

static void beyond_the_ceilings_rows_still_add_up(void **state)
{
    (void)state;
    struct shop s = shop_of("UTC", UINT64_MAX);
    int64_t other;
    tally_advance(s.tally, START);
    for (int i = 0; i < 1500; i++)
        add_one(&s, &(struct added){START - i % 3 * FF_DAY, FF_BY_CUSTOM, i, 1, 0, 0});
    assert_int_equal(tally_cells_left_out(s.tally, TALLY_LEFT_VALUES), 900); /* 300 in each hour */
    assert_int_equal(total(&s, FF_BY_CUSTOM, START, START + 1, &other), 500);
    assert_int_equal(other, 300);
    assert_int_equal(total(&s, FF_BY_CUSTOM, START - 2 * FF_DAY, START + FF_DAY, &other), 1500);
    assert_int_equal(other, 300); /* days have room for them, but the last one's hours are asked for */
    for (int i = 0; i < 1500; i++)
        add_one(&s, &(struct added){START - i % 3 * FF_DAY, FF_BY_CUSTOM, i, -1, 0, 0});
    assert_int_equal(total(&s, FF_BY_CUSTOM, START - 3 * FF_DAY, START + 1, &other), 0);
    assert_int_equal(other, 0);
    free_shop(&s);
}

static void what_was_saved_comes_back(void **state)
{
    (void)state;
    struct shop s = shop_of("Europe/Berlin", UINT64_MAX);
    tally_advance(s.tally, START);
    add_some(&s, 3, N - 1000, START);
    for (int i = 0; i < 600; i++) /* a full hour */
        add_one(&s, &(struct added){START, FF_BY_SOURCE, i % 300, 1, 0, 0});
    struct tape t = saved(&s);
    struct shop back = shop_of("Europe/Berlin", UINT64_MAX);
    assert_true(load(&back, &t));
    tape_free(&t);
    for (int round = 0; round < 3; round++) {
        assert_same_bytes(&s, &back);
        assert_int_equal(tally_cells_bytes(s.tally), tally_cells_bytes(back.tally));
        for (int k = 0; k < TALLY_LEFT_REASONS; k++)
            assert_int_equal(tally_cells_left_out(s.tally, k), tally_cells_left_out(back.tally, k));
        check_windows(&back, START, 790 * FF_DAY);
        int before = added_n;
        add_some(&s, (uint64_t)round, 300, START);
        for (int i = before; i < added_n; i++)
            add_one(&back, &added[i]);
        add_one(&s, &(struct added){START, FF_BY_SOURCE, 299, 1, 0, 0}); /* which was not admitted */
        add_one(&back, &(struct added){START, FF_BY_SOURCE, 299, 1, 0, 0});
    }
    free_shop(&s);
    free_shop(&back);
}

static void under_a_smaller_ceiling_the_first_of_the_image_are_kept(void **state)
{
    (void)state;
    struct shop s = shop_of("UTC", UINT64_MAX), small, again;
    int64_t other, more;
    tally_advance(s.tally, START);
    add_some(&s, 3, N, START);
    struct tape t = saved(&s);
    uint64_t most = tally_cells_bytes(s.tally) / 3;
    small = shop_of("UTC", most);
    again = shop_of("UTC", most);
    assert_true(load(&small, &t) && load(&again, &t));
    assert_in_range(tally_cells_bytes(small.tally), most - 300, most);
    assert_true(tally_cells_left_out(small.tally, TALLY_LEFT_BYTES) > 0);
    assert_same_bytes(&small, &again);
    for (size_t d = 0; d < DIMENSIONS; d++) {
        assert_int_equal(total(&small, dimensions[d], START - 790 * FF_DAY, START + FF_DAY, &other),
                         total(&s, dimensions[d], START - 790 * FF_DAY, START + FF_DAY, &more));
        assert_int_equal(more, 0);
    }
    tape_free(&t);
    free_shop(&s);
    free_shop(&small);
    free_shop(&again);
}

static void in_another_zone_nothing_is_missing_or_counted_twice(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"};
    int64_t other;
    for (int i = 0; i < 4; i++) {
        struct shop s = shop_of(zones[i], UINT64_MAX);
        struct shop moved = shop_of(zones[(i + 1) % 4], UINT64_MAX);
        added_n = 0;
        tally_advance(s.tally, START);
        add_some(&s, 7, N, START);
        struct tape t = saved(&s);
        assert_true(load(&moved, &t));
        tape_free(&t);
        for (size_t d = 0; d < DIMENSIONS; d++)
            for (ff_dur age = 0; age < 780 * FF_DAY; age += age < 60 * FF_DAY ? 13 * FF_HOUR : 31 * FF_DAY) {
                ff_wall from = START - 800 * FF_DAY, middle = START - age, to = START + FF_DAY;
                int64_t sum = total(&s, dimensions[d], from, to, &other);
                tally_widen_cells(moved.tally, 0, dimensions[d], &middle, &to);
                assert_int_equal(total(&moved, dimensions[d], from, middle, &other) +
                                     total(&moved, dimensions[d], middle, to, &other), sum);
            }
        free_shop(&s);
        free_shop(&moved);
    }
}

/* Hours that are the same in both zones are as they were; so is what has minutes, in all hours of theirs. */
static void in_another_zone_the_last_hours_are_what_they_were(void **state)
{
    (void)state;
    struct shop s = shop_of("UTC", UINT64_MAX), moved = shop_of("Europe/Berlin", UINT64_MAX);
    struct shop kolkata = shop_of("Asia/Kolkata", UINT64_MAX);
    tally_advance(s.tally, START);
    add_some(&s, 11, N, START);
    struct tape t = saved(&s);
    assert_true(load(&moved, &t) && load(&kolkata, &t));
    check_windows(&moved, START, 48 * FF_HOUR);
    for (ff_dur age = 0; age < 48 * FF_HOUR; age += 29 * FF_MINUTE)
        check_window(&kolkata, FF_BY_CSAT_TOPIC, START - age, START - age / 2 + 1);
    for (ff_wall at = START - 30 * FF_DAY; at < START; at += 11 * FF_HOUR) /* hours, summed from hours */
        check_window(&moved, FF_BY_PAGE, at, at + 3 * FF_HOUR);
    tape_free(&t);
    free_shop(&s);
    free_shop(&moved);
    free_shop(&kolkata);
}

#define t(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(a_window_is_the_sum_of_what_was_added_in_it),
        t(windows_are_widened_to_what_the_dimension_has),
        t(a_value_that_came_to_nothing_is_not_there),
        t(what_no_tier_keeps_is_counted),
        t(what_expires_lets_go_of_its_words_and_bytes),
        t(beyond_the_ceilings_rows_still_add_up),
        t(what_was_saved_comes_back),
        t(under_a_smaller_ceiling_the_first_of_the_image_are_kept),
        t(in_another_zone_nothing_is_missing_or_counted_twice),
        t(in_another_zone_the_last_hours_are_what_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, free_zones);
}
