#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "tale.h"

#include "carts.h"

/* What a list of one state says of site 0, one cart after another. */
struct list {
    struct cart_view of[64];
    int n;
};

static struct list list_of(const struct bench *b, enum cart_state state)
{
    struct list l = {.n = 0};
    struct cart_place place = {.at = FF_NEVER};
    while (carts_next(b->fold, 0, state, &place, b->fold->now, &l.of[l.n]))
        place = l.of[l.n++].place;
    return l;
}

static int listed(const struct bench *b, enum cart_state state)
{
    return list_of(b, state).n;
}

static const char *text_of(struct ff_span s)
{
    static char text[4][256];
    static int turn;
    char *p = text[turn = (turn + 1) % 4];
    snprintf(p, sizeof text[0], "%.*s", (int)s.n, s.p ? s.p : "");
    return p;
}

static void a_cart_is_told_of_by_what_it_is_now(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    struct list l = list_of(&b, CART_OPEN);
    assert_int_equal(l.n, 1);
    assert_true(l.of[0].place.at == T(0) && l.of[0].place.seq == 1);
    uint64_t id = l.of[0].place.id;
    fold_advance(b.fold, T(60));
    assert_int_equal(listed(&b, CART_OPEN), 0);
    l = list_of(&b, CART_ABANDONED);
    assert_int_equal(l.n, 1);
    assert_true(l.of[0].place.at == T(60) && l.of[0].place.id == id && l.of[0].state == CART_ABANDONED);
    bench_play(&b, "v", T(90), "v"); /* taken up again */
    assert_int_equal(listed(&b, CART_ABANDONED), 0);
    l = list_of(&b, CART_OPEN);
    assert_true(l.n == 1 && l.of[0].place.at == T(90) && l.of[0].place.seq == 2);
    fold_advance(b.fold, T(150));
    l = list_of(&b, CART_ABANDONED);
    assert_true(l.n == 1 && l.of[0].place.at == T(150) && l.of[0].place.id == id); /* again, behind the first time */
    bench_play(&b, "v", T(200), "$");
    assert_int_equal(listed(&b, CART_ABANDONED), 0);
    l = list_of(&b, CART_RECOVERED);
    assert_true(l.n == 1 && l.of[0].place.at == T(200) && l.of[0].value == MONEY(10) && l.of[0].lines > 0);
    bench_play(&b, "v", T(201), "a"); /* the next cart does not hide it */
    assert_int_equal(listed(&b, CART_RECOVERED), 1);
    assert_int_equal(listed(&b, CART_OPEN), 1);
    bench_finish(&b);
}

static void a_cart_that_was_bought_or_emptied_is_in_no_list(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "bought", T(0), "a$");
    bench_play(&b, "emptied", T(0), "ar");
    bench_play(&b, "filled", T(0), "ara");
    fold_advance(b.fold, T(100));
    assert_int_equal(listed(&b, CART_ABANDONED), 1);
    assert_int_equal(listed(&b, CART_OPEN), 0);
    assert_int_equal(listed(&b, CART_RECOVERED), 0);
    bench_finish(&b);
}

/* Came all at once, hours after they happened. */
static void what_comes_late_is_behind_what_was_read_before(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "early", T(100), "a");
    fold_advance(b.fold, T(200));
    struct list l = list_of(&b, CART_ABANDONED);
    assert_true(l.n == 1 && l.of[0].place.at == T(160));
    struct ff_item item = bench_item("sku", 1, MONEY(10));
    bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "late", T(50), &item, 1), T(200));
    struct list now = list_of(&b, CART_ABANDONED);
    assert_int_equal(now.n, 2);
    assert_true(now.of[1].place.at == T(200) && now.of[1].opened == T(50));
    assert_string_equal(text_of(now.of[1].visitor), "late");
    /* A further event of the same spell, and one before it, are no news. */
    bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "late", T(54), &item, 1), T(201));
    bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "late", T(52), &item, 1), T(202));
    bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "late", T(49), &item, 1), T(203)); /* now the first */
    struct list later = list_of(&b, CART_ABANDONED);
    assert_int_equal(later.n, 2);
    assert_true(later.of[1].place.at == T(200) && later.of[1].place.id == now.of[1].place.id);
    assert_true(later.of[1].opened == T(49) && later.of[1].value == MONEY(40));
    /* One after it had been abandoned, and abandoned again since. */
    bench_send_at(&b, bench_event(FF_VIEW_CART, "late", T(120)), T(204));
    struct list again = list_of(&b, CART_ABANDONED);
    assert_true(again.n == 2 && again.of[1].place.at == T(204));
    bench_finish(&b);
}

static void imported_carts_are_not_told_of_until_they_are_touched(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("sku", 1, MONEY(10));
    bench_fold(&b, bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1), T(500), true);
    assert_int_equal(listed(&b, CART_ABANDONED), 0);
    bench_fold(&b, bench_cart(FF_ADD_TO_CART, "w", T(490), &item, 1), T(500), true);
    assert_int_equal(listed(&b, CART_OPEN), 0);
    fold_advance(b.fold, T(600));
    assert_int_equal(listed(&b, CART_ABANDONED), 0);
    bench_play(&b, "v", T(700), "v");
    assert_int_equal(listed(&b, CART_OPEN), 1);
    fold_advance(b.fold, T(800));
    assert_int_equal(listed(&b, CART_ABANDONED), 1);
    bench_fold(&b, bench_event(FF_VIEW_CART, "v", T(750)), T(800), true); /* imported again */
    assert_int_equal(listed(&b, CART_ABANDONED), 0);
    bench_finish(&b);
}

static void a_cart_knows_whose_it_is_and_where_that_one_was(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("tea", 2, MONEY(3));
    item.text[FF_ITEM_NAME] = FF_LITERAL("Assam");
    struct ff_beacon e = bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "other", T(0)));
    bench_send(&b, e);
    struct cart_view c = list_of(&b, CART_OPEN).of[0];
    assert_string_equal(text_of(c.visitor), "v");
    assert_null(c.customer.p);
    assert_null(c.last_page.p);
    e = bench_event(FF_PAGE_VIEW, "v", T(3));
    e.text[FF_TEXT_CUSTOMER] = FF_LITERAL("c-1");
    e.page = FF_LITERAL("/delivery");
    bench_send(&b, e);
    e.time = T(2); /* out of order: it was not there last */
    e.page = FF_LITERAL("/tea");
    bench_send(&b, e);
    c = list_of(&b, CART_OPEN).of[0];
    assert_string_equal(text_of(c.customer), "c-1");
    assert_string_equal(text_of(c.last_page), "/delivery");
    struct cart_line_view line;
    carts_line(b.fold, &c.lines, &line);
    assert_int_equal(c.lines, 0);
    assert_string_equal(text_of(line.sku), "tea");
    assert_string_equal(text_of(line.name), "Assam");
    assert_true(line.quantity == 2 && line.price == MONEY(3));
    item.text[FF_ITEM_NAME] = FF_LITERAL("");
    bench_send(&b, bench_cart(FF_UPDATE_CART, "v", T(4), &item, 1)); /* a name that is not given stays */
    c = list_of(&b, CART_OPEN).of[0];
    carts_line(b.fold, &c.lines, &line);
    assert_string_equal(text_of(line.name), "Assam");
    bench_finish(&b);
}

/* A list that is read a few at a time, while all goes on, has each cart once for each time that it came
 * into the state and was still in it when the list was read. */
struct reader {
    struct cart_place place;
    uint64_t seen[4096];
    ff_wall at[4096];
    int n;
};

static void reader_read(struct reader *r, const struct bench *b)
{
    struct cart_view c;
    while (carts_next(b->fold, 0, CART_ABANDONED, &r->place, b->fold->now, &c)) {
        assert_true(c.state == CART_ABANDONED);
        for (int i = 0; i < r->n; i++)
            assert_false(r->seen[i] == c.place.id && r->at[i] == c.place.at);
        assert_true(r->n < 4096);
        r->seen[r->n] = c.place.id;
        r->at[r->n++] = c.place.at;
        r->place = c.place;
    }
}

/* All that is abandoned has been read. */
static void assert_read(const struct reader *r, const struct bench *b)
{
    struct list l = list_of(b, CART_ABANDONED);
    for (int i = 0; i < l.n; i++) {
        bool found = false;
        for (int k = 0; k < r->n; k++)
            found = found || (r->seen[k] == l.of[i].place.id && r->at[k] == l.of[i].place.at);
        assert_true(found);
    }
}

static void who_follows_a_list_misses_none_whatever_happens(void **state)
{
    (void)state;
    static struct tale t;
    static struct reader r;
    int told = 0;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct bench b, again;
        draw_tale(&t, seed);
        bench_open(&b);
        r = (struct reader){.place = {.at = FF_NEVER}};
        for (int i = 0; i < t.n; i++) {
            bench_tell(&b, &t, i);
            if (i % 7 == 3) {
                /* Half the way to the next record time goes on. */
                if (i + 1 < t.n)
                    fold_advance(b.fold, (t.records[i].received + t.records[i + 1].received) / 2);
                reader_read(&r, &b);
                assert_read(&r, &b);
            }
            if (i % 101 == 100)
                bench_reload(&b);
        }
        /* Without any of the reads, and of the restarts, the lists are the same. */
        bench_open(&again);
        for (int i = 0; i < t.n; i++)
            bench_tell(&again, &t, i);
        fold_advance(again.fold, b.fold->now);
        for (enum cart_state s = CART_OPEN; s < CART_STATES; s++) {
            struct list one = list_of(&b, s), other = list_of(&again, s);
            assert_int_equal(one.n, other.n);
            for (int i = 0; i < one.n; i++)
                assert_true(one.of[i].place.at == other.of[i].place.at && one.of[i].place.id == other.of[i].place.id);
        }
        told += r.n;
        bench_finish(&b);
        bench_finish(&again);
    }
    assert_true(told > 100);
}

static void texts_of_carts_leave_room_for_those_that_are_counted(void **state)
{
    (void)state;
    enum { ROOM = 64, ITEMS = 100 };
    struct bench b;
    struct fold_options o = bench_options();
    o.max_cart_words = ROOM;
    bench_open_with(&b, o);
    for (int i = 0; i < ITEMS; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "sku-%d", i);
        struct ff_item item = bench_item(sku, 1, MONEY(1));
        bench_send(&b, bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1));
    }
    for (int i = 0; i < 2; i++) {
        uint32_t line = list_of(&b, CART_OPEN).of[0].lines;
        int shown = 0;
        while (line) {
            struct cart_line_view item;
            carts_line(b.fold, &line, &item);
            shown += item.sku.p != NULL;
        }
        assert_int_equal(shown, ROOM - 1); /* and the visitor */
        assert_int_equal(fold_counts(b.fold).cart_words, ROOM);
        assert_int_equal(words_used(b.words), FOLD_WORDS); /* those it takes for itself */
        if (i == 0)
            assert_int_equal(fold_counts(b.fold).cart_words_left_out, ITEMS - ROOM + 1);
        bench_reload(&b);
    }
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_carts_leave_room_for_those_that_are_counted),
        cmocka_unit_test(a_cart_is_told_of_by_what_it_is_now),
        cmocka_unit_test(a_cart_that_was_bought_or_emptied_is_in_no_list),
        cmocka_unit_test(what_comes_late_is_behind_what_was_read_before),
        cmocka_unit_test(imported_carts_are_not_told_of_until_they_are_touched),
        cmocka_unit_test(a_cart_knows_whose_it_is_and_where_that_one_was),
        cmocka_unit_test(who_follows_a_list_misses_none_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
