#include "survey.h"

#include "query.h"

#include "words.h"

#include <stdio.h>
#include <string.h>

static const struct survey {
    const char *section;
    enum ff_counter first;  /* of the lowest score */
    int low, high;          /* scores */
    enum ff_dimension topics;
} survey_table[SURVEY_KINDS] = {
    {"surveys.csat", FF_COUNT_CSAT_1, 1, 5, FF_BY_CSAT_TOPIC},
    {"surveys.nps", FF_COUNT_NPS_0, 0, 10, FF_BY_NPS_TOPIC},
    {"surveys.ces", FF_COUNT_CES_1, 1, 5, FF_BY_CES_TOPIC},
};
enum { CSAT, NPS, CES };

static enum ff_counter score_counter(const struct survey *kind, int score)
{
    return (enum ff_counter)((int)kind->first + score - kind->low);
}

static int64_t answers(const struct survey *kind, const struct tally_window *w)
{
    int64_t sum = 0;
    for (int score = kind->low; score <= kind->high; score++)
        sum += w->count[score_counter(kind, score)];
    return sum;
}

static int64_t scores(const struct survey *kind, const struct tally_window *w)
{
    int64_t sum = 0;
    for (int score = kind->low; score <= kind->high; score++)
        sum += score * w->count[score_counter(kind, score)];
    return sum;
}

int64_t survey_operand(enum metric_operand which, const struct tally_window *w)
{
    int64_t promoters = w->count[FF_COUNT_NPS_PROMOTERS], detractors = w->count[FF_COUNT_NPS_DETRACTORS];
    switch (which) {
    case METRIC_CSAT_ANSWERS:
        return answers(&survey_table[CSAT], w);
    case METRIC_CSAT_SCORES:
        return scores(&survey_table[CSAT], w);
    case METRIC_NPS_ANSWERS:
        return answers(&survey_table[NPS], w);
    case METRIC_NPS_BALANCE:
        return promoters - detractors;
    case METRIC_NPS_PASSIVES:
        return answers(&survey_table[NPS], w) - promoters - detractors;
    case METRIC_CES_ANSWERS:
        return answers(&survey_table[CES], w);
    case METRIC_CES_SCORES:
        return scores(&survey_table[CES], w);
    default:
        return 0;
    }
}

/* --- by score ------------------------------------------------------------------------------- */

static void write_distribution(const struct survey *kind, const struct stats *s, const struct stats_set *set,
                               struct json_out *out)
{
    json_out_key(out, FF_LITERAL("distribution"));
    json_out_open(out, '{');
    for (int score = kind->low; score <= kind->high; score++) {
        char name[4];
        snprintf(name, sizeof name, "%d", score);
        const struct metric m = {
            kind->section, name, METRIC_COUNT, {(uint8_t)score_counter(kind, score), 0, 0}, {0}, 0, 0};
        stats_write_rows(&m, 1, s, set, out);
    }
    json_out_close(out, '}');
}

/* --- by topic ------------------------------------------------------------------------------- */

void survey_topics_read(struct query *q, const struct stats *s, struct survey_topics *out)
{
    out->words = q->ctx->words;
    for (size_t i = 0; i < SURVEY_KINDS; i++) {
        enum ff_dimension topics = survey_table[i].topics;
        out->before[i] = (struct tally_cells){.n = 0};
        tally_read_cells(q->ctx->tally, q->site, topics, s->now.from, s->now.to, &out->now[i]);
        if (s->kept)
            tally_read_cells(q->ctx->tally, q->site, topics, s->kept->from, s->kept->to, &out->before[i]);
    }
}

void survey_topics_end(struct survey_topics *t)
{
    for (size_t i = 0; i < SURVEY_KINDS; i++) {
        tally_cells_end(&t->now[i]);
        tally_cells_end(&t->before[i]);
    }
}

typedef int64_t fields[FF_ROW_SURVEY_FIELDS];

static void fields_add(fields sum, const int64_t *by, int sign)
{
    for (int i = 0; i < FF_ROW_SURVEY_FIELDS; i++)
        sum[i] += sign * by[i];
}

static int64_t fields_answers(const int64_t *by)
{
    int64_t sum = 0;
    for (int i = FF_ROW_SCORE_0; i <= FF_ROW_SCORE_10; i++)
        sum += by[i];
    return sum;
}

static const int64_t *row_at(const struct tally_cells *c, uint32_t row)
{
    return c->field + (size_t)row * c->fields;
}

static const int64_t *row_of(const struct tally_cells *c, uint32_t word)
{
    static const fields none;
    for (uint32_t row = 0; row < c->n; row++)
        if (c->word[row] == word)
            return row_at(c, row);
    return none;
}

/* Topics by name. */
struct names {
    uint32_t n;
    uint32_t word[2 * SURVEY_TOPICS];
};

/* Whether row a comes before row b: by answers, ties by text. */
static bool row_leads(const struct words *words, const struct tally_cells *c, uint32_t a, uint32_t b)
{
    int64_t one = fields_answers(row_at(c, a)), other = fields_answers(row_at(c, b));
    return one != other ? one > other : words_compare(words, c->word[a], c->word[b]) < 0;
}

static bool names_have(const struct names *names, uint32_t word)
{
    uint32_t i = 0;
    while (i < names->n && names->word[i] != word)
        i++;
    return i < names->n;
}

/* Adds the topics with the most answers, those that are not there yet. */
static void names_take(const struct words *words, const struct tally_cells *c, struct names *names)
{
    uint32_t first[SURVEY_TOPICS], n = 0;
    for (uint32_t row = 0; row < c->n; row++) {
        if (c->word[row] == WORD_OTHER || (n == SURVEY_TOPICS && !row_leads(words, c, row, first[n - 1])))
            continue;
        uint32_t place = n < SURVEY_TOPICS ? n++ : n - 1;
        for (; place > 0 && row_leads(words, c, row, first[place - 1]); place--)
            first[place] = first[place - 1];
        first[place] = row;
    }
    for (uint32_t i = 0; i < n; i++)
        if (!names_have(names, c->word[first[i]]))
            names->word[names->n++] = c->word[first[i]];
}

static void window_fill(const struct survey *kind, struct tally_window *w, const int64_t *by)
{
    for (int score = kind->low; score <= kind->high; score++)
        w->count[score_counter(kind, score)] = by[FF_ROW_SCORE_0 + score];
    if (kind == &survey_table[NPS]) {
        w->count[FF_COUNT_NPS_PROMOTERS] = by[FF_ROW_PROMOTERS];
        w->count[FF_COUNT_NPS_DETRACTORS] = by[FF_ROW_DETRACTORS];
    }
}

/* What the topics of a kind are written by. */
struct topic_writer {
    const struct survey *kind;
    const struct metric *m; /* of the kind, n of them */
    size_t n;
    const struct stats_set *set;
    struct stats stats; /* of one topic; nothing is in it but the counters of the kind */
};

static void write_topic(struct topic_writer *w, struct ff_span name, const int64_t *now, const int64_t *before,
                        struct json_out *out)
{
    window_fill(w->kind, &w->stats.now, now);
    window_fill(w->kind, &w->stats.before, before);
    json_out_key(out, name);
    json_out_open(out, '{');
    stats_write_rows(w->m, w->n, &w->stats, w->set, out);
    write_distribution(w->kind, &w->stats, w->set, out);
    json_out_close(out, '}');
}

static void write_topics(struct topic_writer *w, const struct words *words, const struct tally_cells *now,
                         const struct tally_cells *before, struct json_out *out)
{
    struct names names = {.n = 0};
    fields rest_now = {0}, rest_before = {0};
    if (w->set->now)
        names_take(words, now, &names);
    if (w->set->before)
        names_take(words, before, &names);
    for (uint32_t row = 0; row < now->n; row++)
        fields_add(rest_now, row_at(now, row), 1);
    for (uint32_t row = 0; row < before->n; row++)
        fields_add(rest_before, row_at(before, row), 1);
    for (uint32_t i = 0; i < names.n; i++) {
        const int64_t *is = row_of(now, names.word[i]), *was = row_of(before, names.word[i]);
        fields_add(rest_now, is, -1);
        fields_add(rest_before, was, -1);
        write_topic(w, words_text(words, names.word[i]), is, was, out);
    }
    bool rest = (w->set->now && fields_answers(rest_now) > 0) || (w->set->before && fields_answers(rest_before) > 0);
    if (rest)
        write_topic(w, words_text(words, WORD_OTHER), rest_now, rest_before, out);
}

void survey_write(const struct metric *m, size_t n, const struct stats *s, const struct survey_topics *topics,
                  const struct stats_set *set, struct json_out *out)
{
    size_t i = 0;
    while (i < SURVEY_KINDS && strcmp(survey_table[i].section, m->section) != 0)
        i++;
    if (i == SURVEY_KINDS)
        return;
    write_distribution(&survey_table[i], s, set, out);
    struct topic_writer w = {.kind = &survey_table[i], .m = m, .n = n, .set = set};
    w.stats.kept = s->kept ? &w.stats.before : NULL;
    json_out_key(out, FF_LITERAL("topics"));
    json_out_open(out, '{');
    write_topics(&w, topics->words, &topics->now[i], &topics->before[i], out);
    json_out_close(out, '}');
}
