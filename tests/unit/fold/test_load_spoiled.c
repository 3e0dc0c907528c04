#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Images that were a fold's until something happened to them. */
#include "picture.h"
#include "tale.h"

static bool loads(const struct picture *p, struct bench *b)
{
    struct picture copy = *p;
    return picture_load(&copy, b->fold);
}

static void draw_rich_state(struct bench *b, struct tale *t, uint64_t seed)
{
    struct fold_options o = bench_options();
    o.session_lateness = seed % 2 ? FF_DAY : FF_HOUR;
    draw_tale(t, seed);
    bench_open_with(b, o);
    for (int i = 0; i < t->n; i++)
        bench_tell(b, t, i);
}

static void an_image_cut_short_or_with_something_behind_it_is_none(void **state)
{
    (void)state;
    static struct tale t;
    struct bench b, c;
    draw_rich_state(&b, &t, 7);
    struct picture p = picture_of(b.fold);
    for (size_t n = 0; n < p.n; n++) {
        struct picture cut = p;
        cut.n = n;
        bench_open(&c);
        assert_false(loads(&cut, &c));
        bench_close(&c);
    }
    p.bytes = realloc(p.bytes, p.n + 1);
    p.bytes[p.n++] = 0;
    bench_open(&c);
    assert_false(loads(&p, &c));
    bench_close(&c);
    picture_free(&p);
    bench_finish(&b);
}

static void another_number_of_sites_is_another_image(void **state)
{
    (void)state;
    struct bench b, c;
    bench_open(&b);
    bench_play(&b, "v", T(0), "p");
    struct picture p = picture_of(b.fold);
    bench_open(&c);
    assert_false(picture_load_sites(&p, c.fold, picture_sites, 1));
    bench_close(&c);
    picture_free(&p);
    bench_finish(&b);
}

/* A few bytes other than they were, missing or doubled. */
static struct picture spoiled(const struct picture *p, struct history *h)
{
    struct picture s = *p;
    s.bytes = malloc(2 * p->n);
    assert_non_null(s.bytes);
    memcpy(s.bytes, p->bytes, p->n);
    for (int i = 1 + below(h, 3); i > 0; i--) {
        size_t at = draw(&h->seed) % s.n, n = 1 + draw(&h->seed) % 4;
        n = n < s.n - at ? n : s.n - at;
        switch (below(h, 8)) {
        case 0:
            memmove(s.bytes + at, s.bytes + at + n, s.n - at - n);
            s.n -= s.n > n ? n : 0;
            break;
        case 1:
            n = n < 2 * p->n - s.n ? n : 2 * p->n - s.n;
            memmove(s.bytes + at + n, s.bytes + at, s.n - at);
            s.n += n;
            break;
        case 2:
            s.bytes[at] = (unsigned char)draw(&h->seed);
            break;
        case 3:
            s.bytes[at] = 0xff;
            break;
        default:
            s.bytes[at] ^= (unsigned char)(1 << below(h, 8));
        }
    }
    return s;
}

/* Whatever is taken for a state can be gone on with: nothing runs over, nothing is lost in the pools. */
static void a_spoiled_image_is_refused_or_stands_all_that_comes(void **state)
{
    (void)state;
    static struct tale t;
    uint32_t taken = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct bench b;
        draw_rich_state(&b, &t, seed);
        struct picture p = picture_of(b.fold);
        for (int i = 0; i < 100; i++) {
            struct picture s = spoiled(&p, &t.rounds[0]);
            struct bench c;
            bench_open_with(&c, draw_options(i % 4 ? seed : 3 * seed));
            if (loads(&s, &c)) {
                taken++;
                assert_same_state(c.fold, c.fold);
                for (int k = t.n - t.n / 4; k < t.n; k++)
                    bench_tell(&c, &t, k);
                struct picture again = picture_of(c.fold);
                picture_free(&again);
                fold_advance(c.fold, 3000 * 366 * FF_DAY);
                assert_int_equal(fold_counts(c.fold).visitors, 0);
                assert_int_equal(fold_counts(c.fold).carts, 0);
                assert_int_equal(fold_counts(c.fold).tail_events, 0);
                assert_int_equal(c.fold->lines.used, 0);
                assert_int_equal(c.fold->extras.used, 0);
                assert_int_equal(words_used(c.words), FOLD_WORDS); /* those of the fold */
            }
            bench_close(&c);
            picture_free(&s);
        }
        picture_free(&p);
        bench_finish(&b);
    }
    assert_true(taken > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_cut_short_or_with_something_behind_it_is_none),
        cmocka_unit_test(another_number_of_sites_is_another_image),
        cmocka_unit_test(a_spoiled_image_is_refused_or_stands_all_that_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
