#include "surveys.h"

#include "comments.h"

#include "words.h"

static const struct kind_row {
    const char *word;
    int score_0;              /* the counter of score 0, where the kind has one */
    enum ff_dimension topics;
    bool scale_5_only, nps;
} kind_table[] = {
    {"csat", FF_COUNT_CSAT_1 - 1, FF_BY_CSAT_TOPIC, true, false},
    {"nps", FF_COUNT_NPS_0, FF_BY_NPS_TOPIC, false, true},
    {"ces", FF_COUNT_CES_1 - 1, FF_BY_CES_TOPIC, true, false},
};

/* metrics.md, "Surveys". */
static const struct scale_row {
    const char *word;
    int low, high;
    int promoter, detractor; /* from this score on; up to this score */
} scale_table[] = {
    {"5", 1, 5, 5, 1},
    {"0-10", 0, 10, 9, 6},
    {"1-10", 1, 10, 9, 6},
};

#define KINDS (sizeof kind_table / sizeof *kind_table)
#define SCALES (sizeof scale_table / sizeof *scale_table)
#define SCALE_5 0u

const char *survey_kind_word(unsigned kind)
{
    return kind < KINDS ? kind_table[kind].word : NULL;
}

const char *survey_scale_word(unsigned scale)
{
    return scale < SCALES ? scale_table[scale].word : NULL;
}

bool survey_has_score(unsigned kind, unsigned scale, int64_t score)
{
    return kind < KINDS && scale < SCALES && (scale == SCALE_5 || !kind_table[kind].scale_5_only) &&
           score >= scale_table[scale].low && score <= scale_table[scale].high;
}

/* The number of the word that the text is, or one behind the last. */
static unsigned find_word(const char *word_of(unsigned), struct ff_span text)
{
    unsigned i = 0;
    while (word_of(i) && !ff_span_is(text, word_of(i)))
        i++;
    return i;
}

static void count_topic(const struct pen *p, const struct ff_beacon *b, const struct kind_row *kind,
                        const int64_t by[FF_ROW_SURVEY_FIELDS])
{
    struct fold *f = p->fold;
    if (!f->sink.cells)
        return;
    struct ff_cell_ref ref = {words_take(f->options.words, b->text[FF_TEXT_TOPIC]), (uint8_t)kind->topics};
    struct ff_cells cells = {.at = b->time, .site = p->site, .n = 1, .refs = &ref, .by = by,
                             .fields = FF_FIELD(FF_ROW_SURVEY_FIELDS) - 1};
    f->sink.cells(f->sink.ctx, &cells);
    words_drop(f->options.words, ref.word);
}

static void count_answer(const struct pen *p, const struct ff_beacon *b, const struct kind_row *kind,
                         const struct scale_row *scale)
{
    int score = (int)b->number[FF_NUMBER_SCORE];
    int64_t by[FF_ROW_SURVEY_FIELDS] = {[FF_ROW_SCORE_0] = 0};
    by[FF_ROW_SCORE_0 + score] = 1;
    emit_count(p, (enum ff_counter)(kind->score_0 + score), b->time, 1);
    if (kind->nps) {
        by[FF_ROW_PROMOTERS] = score >= scale->promoter;
        by[FF_ROW_DETRACTORS] = score <= scale->detractor;
        emit_count(p, FF_COUNT_NPS_PROMOTERS, b->time, by[FF_ROW_PROMOTERS]);
        emit_count(p, FF_COUNT_NPS_DETRACTORS, b->time, by[FF_ROW_DETRACTORS]);
    }
    count_topic(p, b, kind, by);
}

void surveys_count(const struct pen *p, const struct ff_record *r)
{
    const struct ff_beacon *b = &r->beacon;
    unsigned kind = find_word(survey_kind_word, b->text[FF_TEXT_KIND]);
    unsigned scale = find_word(survey_scale_word, b->text[FF_TEXT_SCALE]);
    if (!survey_has_score(kind, scale, b->number[FF_NUMBER_SCORE]))
        return;
    count_answer(p, b, &kind_table[kind], &scale_table[scale]);
    if (b->text[FF_TEXT_COMMENT].n > 0)
        comments_put(p->fold, r, kind, scale);
}
