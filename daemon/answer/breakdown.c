/* GET /v1/stats/breakdown: the numbers of a window by the values of one dimension. */
#include "query.h"
#include "row.h"

#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_DEFAULT 20
#define LIMIT_MOST 1000

/* The dimensions; those without a name are not to be asked for. */
static const struct dimension {
    const char *by;
    enum ff_row_kind kind;
} dimension_table[FF_DIMENSIONS] = {
#define X(name, by, kind, class) {by, FF_ROW_##kind},
    FF_DIMENSION_TABLE(X)
#undef X
};

/* A row of the answer: one of the cells', and the one of the same value in the earlier window. */
struct pick {
    struct row_key key;
    uint32_t row;
    uint32_t word;
    uint32_t before; /* 1 + that row, or 0 */
};

struct breakdown {
    enum ff_dimension dimension;
    const struct row_field *fields;
    size_t n;
    const struct row_field *sort;
    uint32_t limit;
    const struct words *words;
    struct tally_cells now, before;
    bool kept;                    /* something of the earlier window is */
    struct pick pick[LIMIT_MOST]; /* a heap, the last one at the top, then in order */
    uint32_t picks;
};

/* ---- parameters ---- */

/* Adds a choice to "a, b, c" in text. */
static void add_choice(char *text, size_t size, const char *choice)
{
    size_t n = strlen(text);
    snprintf(text + n, size - n, "%s%s", n ? ", " : "", choice);
}

static enum ff_status parse_by(struct query *q, struct breakdown *b)
{
    struct ff_span by = params_get(&q->params, "by");
    char choices[256] = "";
    for (int d = 0; d < FF_DIMENSIONS; d++) {
        if (!dimension_table[d].by)
            continue;
        b->dimension = (enum ff_dimension)d;
        if (ff_span_is(by, dimension_table[d].by))
            return FF_OK;
        add_choice(choices, sizeof choices, dimension_table[d].by);
    }
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("by"), "by: expected one of %s",
                     choices);
}

static enum ff_status parse_sort(struct query *q, struct breakdown *b)
{
    struct ff_span sort = params_get(&q->params, "sort");
    char choices[256] = "";
    b->fields = row_fields(dimension_table[b->dimension].kind, &b->n);
    for (b->sort = b->fields; sort.p && b->sort < b->fields + b->n; b->sort++) {
        if (ff_span_is(sort, b->sort->name))
            return FF_OK;
        add_choice(choices, sizeof choices, b->sort->name);
    }
    if (!sort.p)
        return FF_OK;
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("sort"), "sort: expected one of %s",
                     choices);
}

static enum ff_status parse_limit(struct query *q, struct breakdown *b)
{
    struct ff_span limit = params_get(&q->params, "limit");
    b->limit = limit.p ? 0 : LIMIT_DEFAULT;
    for (size_t i = 0; i < limit.n && b->limit <= LIMIT_MOST; i++) {
        if (limit.p[i] < '0' || limit.p[i] > '9') {
            b->limit = 0;
            break;
        }
        b->limit = b->limit * 10 + (uint32_t)(limit.p[i] - '0');
    }
    if (b->limit >= 1 && b->limit <= LIMIT_MOST)
        return FF_OK;
    return fault_set(&q->fault, FF_BAD_PARAMETER, FF_LITERAL("limit"),
                     "limit: expected a whole number from 1 to %d", LIMIT_MOST);
}

/* ---- which rows ---- */

/* Whether a comes before b in the answer: the greater one, of equals the one whose text comes first. */
static bool is_before(const struct breakdown *b, const struct pick *x, const struct pick *y)
{
    int order = row_key_compare(&x->key, &y->key);
    return order ? order > 0 : words_compare(b->words, x->word, y->word) < 0;
}

static void swap(struct pick *x, struct pick *y)
{
    struct pick one = *x;
    *x = *y;
    *y = one;
}

/* Restores the heap of the first n picks after what was put at its top. */
static void sift_down(struct breakdown *b, uint32_t n)
{
    for (uint32_t at = 0, child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_before(b, &b->pick[child], &b->pick[child + 1]))
            child++;
        if (!is_before(b, &b->pick[at], &b->pick[child]))
            return;
        swap(&b->pick[at], &b->pick[child]);
    }
}

static void sift_up(struct breakdown *b, uint32_t at)
{
    for (uint32_t parent; at > 0; at = parent) {
        parent = (at - 1) / 2;
        if (!is_before(b, &b->pick[parent], &b->pick[at]))
            return;
        swap(&b->pick[parent], &b->pick[at]);
    }
}

/* Takes the first `limit` rows, in their order; (other) is none of them. */
static void pick_rows(struct breakdown *b, ff_currency currency)
{
    b->picks = 0;
    for (uint32_t i = 0; i < b->now.n; i++) {
        struct pick p = {.row = i, .word = b->now.word[i]};
        if (p.word == WORD_OTHER)
            continue;
        p.key = row_key(b->sort, &b->now, i, currency);
        if (b->picks < b->limit) {
            b->pick[b->picks] = p;
            sift_up(b, b->picks++);
        } else if (is_before(b, &p, &b->pick[0])) {
            b->pick[0] = p;
            sift_down(b, b->picks);
        }
    }
    for (uint32_t n = b->picks; n > 1; n--) {
        swap(&b->pick[0], &b->pick[n - 1]);
        sift_down(b, n - 1);
    }
}

static int by_word(const void *a, const void *b)
{
    uint32_t x = (*(struct pick *const *)a)->word, y = (*(struct pick *const *)b)->word;
    return (x > y) - (x < y);
}

/* Finds the earlier row of each pick. */
static void find_earlier(struct breakdown *b)
{
    struct pick *sorted[LIMIT_MOST];
    for (uint32_t i = 0; i < b->picks; i++)
        sorted[i] = &b->pick[i];
    qsort(sorted, b->picks, sizeof *sorted, by_word);
    for (uint32_t i = 0; i < b->before.n; i++) {
        const struct pick wanted = {.word = b->before.word[i]}, *key = &wanted;
        struct pick **found = bsearch(&key, sorted, b->picks, sizeof *sorted, by_word);
        if (found)
            (*found)->before = i + 1;
    }
}

/* ---- writing ---- */

/* Writes the members of one row; before: NULL for a window of which nothing is kept. */
static void write_numbers(struct query *q, const struct breakdown *b, const struct row *now,
                          const struct row *before)
{
    struct json_out *out = &q->json;
    row_write(b->fields, b->n, now, out);
    if (q->compare != COMPARE_NONE) {
        json_out_key(out, FF_LITERAL("previous"));
        json_out_open(out, '{');
        row_write(b->fields, b->n, before, out);
        json_out_close(out, '}');
        json_out_key(out, FF_LITERAL("change"));
        json_out_open(out, '{');
        row_write_change(b->fields, b->n, now, before, out);
        json_out_close(out, '}');
    }
}

static void write_row(struct query *q, const struct breakdown *b, const struct pick *p)
{
    struct row now = {.amounts = 0}, before = {.amounts = 0};
    row_add(&now, &b->now, p->row, 1);
    if (p->before)
        row_add(&before, &b->before, p->before - 1, 1);
    json_out_open(&q->json, '{');
    json_out_key(&q->json, FF_LITERAL("value"));
    json_out_text(&q->json, words_text(b->words, p->word));
    write_numbers(q, b, &now, b->kept ? &before : NULL);
    json_out_close(&q->json, '}');
}

static void write_sum(struct query *q, const struct breakdown *b, const char *key,
                      const struct row *now, const struct row *before)
{
    json_out_key(&q->json, ff_span_text(key));
    json_out_open(&q->json, '{');
    write_numbers(q, b, now, b->kept ? before : NULL);
    json_out_close(&q->json, '}');
}

static void sum_all(const struct tally_cells *c, struct row *sum)
{
    *sum = (struct row){.amounts = 0};
    for (uint32_t i = 0; i < c->n; i++)
        row_add(sum, c, i, 1);
}

/* What is not in the rows, and all there is: the one is the other less the rows. */
static void write_sums(struct query *q, const struct breakdown *b)
{
    struct row total, other, total_before, other_before;
    sum_all(&b->now, &total);
    sum_all(&b->before, &total_before);
    other = total;
    other_before = total_before;
    for (uint32_t i = 0; i < b->picks; i++) {
        row_add(&other, &b->now, b->pick[i].row, -1);
        if (b->pick[i].before)
            row_add(&other_before, &b->before, b->pick[i].before - 1, -1);
    }
    write_sum(q, b, "other", &other, &other_before);
    write_sum(q, b, "total", &total, &total_before);
}

static void write_breakdown(struct query *q, const struct breakdown *b)
{
    json_out_open(&q->json, '{');
    query_write_site(q);
    json_out_key(&q->json, FF_LITERAL("by"));
    json_out_text(&q->json, ff_span_text(dimension_table[b->dimension].by));
    query_write_window(q, b->now.from, b->now.to);
    if (q->compare != COMPARE_NONE)
        query_write_compare(q, b->before.from, b->before.to);
    json_out_key(&q->json, FF_LITERAL("rows"));
    json_out_open(&q->json, '[');
    for (uint32_t i = 0; i < b->picks; i++)
        write_row(q, b, &b->pick[i]);
    json_out_close(&q->json, ']');
    write_sums(q, b);
    json_out_close(&q->json, '}');
}

static void read_earlier(struct query *q, struct breakdown *b)
{
    struct window w =
        compare_window(q->compare, q->ctx->sites[q->site].zone, b->now.from, b->now.to);
    tally_read_cells(q->ctx->tally, q->site, b->dimension, w.from, w.to, &b->before);
    b->kept = b->before.from < b->before.to;
    find_earlier(b);
}

enum ff_status breakdown_render(struct query *q)
{
    struct breakdown b;
    enum ff_status status = parse_by(q, &b);
    if (status == FF_OK)
        status = parse_sort(q, &b);
    if (status == FF_OK)
        status = parse_limit(q, &b);
    if (status != FF_OK)
        return status;
    b.words = q->ctx->words;
    b.before = (struct tally_cells){0};
    b.kept = false;
    tally_read_cells(q->ctx->tally, q->site, b.dimension, q->window.from, q->window.to, &b.now);
    pick_rows(&b, q->ctx->sites[q->site].currency);
    if (q->compare != COMPARE_NONE)
        read_earlier(q, &b);
    write_breakdown(q, &b);
    tally_cells_end(&b.now);
    tally_cells_end(&b.before);
    return FF_OK;
}
