#include "survey.h"

#include "query.h"

#include "words.h"

#include <stdio.h>
#include <stdlib.h>
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

/* Where there are no answers there are no topics; to look takes longer than all else. */
static void read_topics(struct query *q, const struct survey *kind, const struct tally_window *w, struct tally_cells *out)
{
    *out = (struct tally_cells){.n = 0};
    bool any = false;
    for (int score = kind->low; w && score <= kind->high; score++)
        any |= w->count[score_counter(kind, score)] != 0;
    if (any)
        tally_read_cells(q->ctx->tally, q->site, kind->topics, w->from, w->to, out);
}

void survey_topics_read(struct query *q, const struct stats *s, struct survey_topics *out)
{
    out->words = q->ctx->words;
    for (size_t i = 0; i < SURVEY_KINDS; i++) {
        read_topics(q, &survey_table[i], &s->now, &out->now[i]);
        read_topics(q, &survey_table[i], s->kept, &out->before[i]);
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

/* Topics, in the order in which they are written. */
struct names {
    uint32_t n;
    struct name {
        uint32_t word;
        uint32_t now, before; /* 1 + the row in either window, or 0 */
    } name[2 * SURVEY_TOPICS];
};

static const int64_t *row_of(const struct tally_cells *c, uint32_t row)
{
    static const fields none;
    return row > 0 ? row_at(c, row - 1) : none;
}

static int by_word(const void *a, const void *b)
{
    uint32_t x = (*(struct name *const *)a)->word, y = (*(struct name *const *)b)->word;
    return (x > y) - (x < y);
}

/* Finds the rows of all names: senders choose how many rows there are. */
static void names_find(struct names *names, const struct tally_cells *now, const struct tally_cells *before)
{
    struct name *sorted[2 * SURVEY_TOPICS];
    for (uint32_t i = 0; i < names->n; i++)
        sorted[i] = &names->name[i];
    qsort(sorted, names->n, sizeof *sorted, by_word);
    for (uint32_t row = 0; row < now->n + before->n; row++) {
        bool earlier = row >= now->n;
        uint32_t at = earlier ? row - now->n : row;
        struct name wanted = {.word = earlier ? before->word[at] : now->word[at]}, *key = &wanted;
        struct name **found = bsearch(&key, sorted, names->n, sizeof *sorted, by_word);
        if (found)
            *(earlier ? &(*found)->before : &(*found)->now) = at + 1;
    }
}

/* Whether row a comes before row b: by answers, ties by text. */
static bool row_leads(const struct words *words, const struct tally_cells *c, uint32_t a, uint32_t b)
{
    int64_t one = fields_answers(row_at(c, a)), other = fields_answers(row_at(c, b));
    return one != other ? one > other : words_compare(words, c->word[a], c->word[b]) < 0;
}

static bool names_have(const struct names *names, uint32_t word)
{
    uint32_t i = 0;
    while (i < names->n && names->name[i].word != word)
        i++;
    return i < names->n;
}

/* How many of the n rows, which are in order, come before row. */
static uint32_t rows_before(const struct words *words, const struct tally_cells *c, const uint32_t *rows, uint32_t n,
                            uint32_t row)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row_leads(words, c, rows[middle], row))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds the topics with the most answers, those that are not there yet. */
static void names_take(const struct words *words, const struct tally_cells *c, struct names *names)
{
    uint32_t first[SURVEY_TOPICS], n = 0;
    for (uint32_t row = 0; row < c->n; row++) {
        if (c->word[row] == WORD_OTHER || (n == SURVEY_TOPICS && !row_leads(words, c, row, first[n - 1])))
            continue;
        uint32_t place = rows_before(words, c, first, n, row);
        n += n < SURVEY_TOPICS;
        memmove(first + place + 1, first + place, (n - 1 - place) * sizeof *first);
        first[place] = row;
    }
    for (uint32_t i = 0; i < n; i++)
        if (!names_have(names, c->word[first[i]]))
            names->name[names->n++] = (struct name){.word = c->word[first[i]]};
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
    names_find(&names, now, before);
    for (uint32_t row = 0; row < now->n; row++)
        fields_add(rest_now, row_at(now, row), 1);
    for (uint32_t row = 0; row < before->n; row++)
        fields_add(rest_before, row_at(before, row), 1);
    for (uint32_t i = 0; i < names.n; i++) {
        const int64_t *is = row_of(now, names.name[i].now), *was = row_of(before, names.name[i].before);
        fields_add(rest_now, is, -1);
        fields_add(rest_before, was, -1);
        write_topic(w, words_text(words, names.name[i].word), is, was, out);
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
