#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

#include "words.h"

#include <string.h>

static struct ff_beacon answer(const char *visitor, ff_wall t, const char *kind, const char *scale, int score)
{
    return bench_answer(bench_event(FF_SURVEY, visitor, t), kind, scale, score, "");
}

static void every_score_of_every_kind_has_its_counter(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *scale;
        int low, high;
        enum ff_counter first;
    } rows[] = {
        {"csat", "5", 1, 5, FF_COUNT_CSAT_1},   {"ces", "5", 1, 5, FF_COUNT_CES_1},
        {"nps", "0-10", 0, 10, FF_COUNT_NPS_0}, {"nps", "1-10", 1, 10, FF_COUNT_NPS_1},
        {"nps", "5", 1, 5, FF_COUNT_NPS_1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        bench_open(&b);
        for (int score = rows[i].low; score <= rows[i].high; score++) {
            bench_send(&b, answer("ann", T(score), rows[i].kind, rows[i].scale, score));
            enum ff_counter counter = (enum ff_counter)((int)rows[i].first + score - rows[i].low);
            assert_int_equal(bench_total(&b, counter), 1);
            assert_int_equal(bench_count(&b, 0, counter, T(score)), 1);
        }
        assert_total(&b, SESSIONS, 1); /* the visitor's events they are, too */
        bench_finish(&b);
    }
}

static void promoters_and_detractors_are_those_of_the_scale(void **state)
{
    (void)state;
    static const struct {
        const char *scale;
        int low, high, promoters, detractors;
    } rows[] = {{"0-10", 0, 10, 2, 7}, {"1-10", 1, 10, 2, 6}, {"5", 1, 5, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        bench_open(&b);
        for (int score = rows[i].low; score <= rows[i].high; score++)
            bench_send(&b, answer("ann", T(score), "nps", rows[i].scale, score));
        assert_total(&b, NPS_PROMOTERS, rows[i].promoters);
        assert_total(&b, NPS_DETRACTORS, rows[i].detractors);
        assert_int_equal(bench_count(&b, 0, FF_COUNT_NPS_PROMOTERS, T(rows[i].high)), 1);
        assert_int_equal(bench_count(&b, 0, FF_COUNT_NPS_DETRACTORS, T(rows[i].low)), 1);
        bench_finish(&b);
    }
}

static void an_answer_counts_without_a_visitor_and_late(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_int_equal(bench_send(&b, answer(NULL, T(0), "csat", "5", 5)), FF_OK);
    assert_total(&b, SESSIONS, 0);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "ann", T(60)));
    assert_int_equal(bench_send_at(&b, answer("ann", T(1), "csat", "5", 5), T(60)), FF_LATE);
    assert_total(&b, CSAT_5, 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CSAT_5, T(1)), 1);
    bench_finish(&b);
}

static void what_no_survey_can_be_counts_nowhere(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const struct {
        const char *kind, *scale;
        int score;
    } rows[] = {{"csat", "5", 0}, {"csat", "5", 6}, {"csat", "0-10", 3}, {"ces", "1-10", 3},
                {"nps", "1-10", 0}, {"nps", "0-10", 11}, {"nps", "", 3}, {"mood", "5", 3}, {"", "5", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        bench_send(&b, bench_saying(answer(NULL, T(0), rows[i].kind, rows[i].scale, rows[i].score), "text"));
    assert_int_equal(b.n, 0);
    assert_int_equal(fold_counts(b.fold).comments, 0);
    bench_finish(&b);
}

/* --- topics --------------------------------------------------------------------------------- */

struct heard {
    struct words words;
    struct ff_cells cells;
    struct ff_cell_ref ref;
    int64_t by[FF_ROW_SURVEY_FIELDS];
    char topic[80];
    int n;
};

static void hear(void *ctx, const struct ff_cells *c)
{
    struct heard *h = ctx;
    struct ff_span topic = words_text(&h->words, c->refs[0].word);
    h->cells = *c;
    h->ref = c->refs[0];
    memcpy(h->by, c->by, sizeof h->by);
    memcpy(h->topic, topic.p, topic.n);
    h->topic[topic.n] = '\0';
    h->n++;
}

static void hear_facts(void *ctx, const struct ff_fact *facts, size_t n)
{
    (void)ctx;
    (void)facts;
    (void)n;
}

static void answers_are_cells_of_their_topic(void **state)
{
    (void)state;
    static const struct fold_site site = {"shop", EUR};
    struct hash_seed seed = {{1, 2}};
    static struct heard h;
    struct fold_options o = bench_options();
    assert_true(words_init(&h.words, FOLD_WORDS + 8, &(struct hash_seed){{1, 2}}));
    o.sites = &site;
    o.site_count = 1;
    o.words = &h.words;
    struct fold *f = fold_new(&o, &seed, &(struct ff_fact_sink){hear_facts, &h, hear});
    static const struct {
        const char *kind, *scale, *topic, *word;
        int score;
        enum ff_dimension dimension;
    } rows[] = {
        {"csat", "5", "delivery", "delivery", 4, FF_BY_CSAT_TOPIC}, {"nps", "0-10", "", "(none)", 10, FF_BY_NPS_TOPIC},
        {"nps", "5", "(other)", "(other)", 1, FF_BY_NPS_TOPIC},     {"ces", "5", "returns", "returns", 3, FF_BY_CES_TOPIC},
    };
    for (int i = 0; i < 4; i++) {
        struct ff_record r = {.seq = 1, .received = T(i), .arrival = T(i)};
        r.beacon = bench_answer(bench_event(FF_SURVEY, NULL, T(i)), rows[i].kind, rows[i].scale, rows[i].score, rows[i].topic);
        fold_apply(f, &r, NULL);
        assert_int_equal(h.n, i + 1);
        assert_string_equal(h.topic, rows[i].word);
        assert_int_equal(h.ref.dimension, rows[i].dimension);
        assert_true(h.cells.at == T(i) && h.cells.site == 0 && h.cells.n == 1 && h.cells.currency == 0);
        for (int k = FF_ROW_SCORE_0; k <= FF_ROW_SCORE_10; k++)
            assert_int_equal(h.by[k], k == rows[i].score);
        assert_int_equal(h.by[FF_ROW_PROMOTERS], i == 1);
        assert_int_equal(h.by[FF_ROW_DETRACTORS], i == 2);
        assert_int_equal(words_used(&h.words), FOLD_WORDS); /* those of the fold: nobody has held it */
    }
    fold_free(&f);
    words_fini(&h.words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_score_of_every_kind_has_its_counter),
        cmocka_unit_test(promoters_and_detractors_are_those_of_the_scale),
        cmocka_unit_test(an_answer_counts_without_a_visitor_and_late),
        cmocka_unit_test(what_no_survey_can_be_counts_nowhere),
        cmocka_unit_test(answers_are_cells_of_their_topic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
