#include "patterns.h"

#include <stdio.h>
#include <stdlib.h>

#define STATES_MAX UINT16_MAX

enum { AT_BEGIN = 1, AT_END = 2, WORD_BEGIN = 4, WORD_END = 8 };

/* What ends in a state. Rows of one state stand in a chain, and the last of them goes on with those of
 * the longest other state that the text ends with. */
struct hit {
    uint16_t mark, length;
    uint16_t next; /* 1 + the next hit, or 0 */
    uint8_t where;
};

struct patterns {
    uint8_t class_of[256]; /* of a byte, 0 being all that no pattern has */
    unsigned classes;
    uint16_t *to;    /* states x classes: the next state */
    uint16_t *first; /* of a state: 1 + its first hit, or 0 */
    struct hit *hits;
    size_t states, hit_count;
};

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u | 0x20) : u;
}

static bool is_word(char c)
{
    unsigned char u = lower(c);
    return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9');
}

/* What is to be looked for, without the signs of where. */
static struct ff_span pattern_core(struct ff_span text, uint8_t *where)
{
    *where = 0;
    if (text.n > 1 && (text.p[0] == '^' || text.p[0] == '<')) {
        *where |= text.p[0] == '^' ? AT_BEGIN : WORD_BEGIN;
        text = ff_span_of(text.p + 1, text.n - 1);
    }
    if (text.n > 1 && (text.p[text.n - 1] == '$' || text.p[text.n - 1] == '>'))
        *where |= text.p[--text.n] == '$' ? AT_END : WORD_END;
    return text;
}

/* Numbers the bytes that occur; gives how many characters there are in all. */
static size_t number_classes(struct patterns *p, const struct pattern *rows, size_t n)
{
    size_t characters = 0;
    uint8_t where;
    p->classes = 1;
    for (size_t i = 0; i < n; i++) {
        struct ff_span core = pattern_core(rows[i].text, &where);
        characters += core.n;
        for (size_t k = 0; k < core.n; k++) {
            unsigned char c = lower(core.p[k]);
            if (!p->class_of[c] && p->classes < UINT8_MAX)
                p->class_of[c] = (uint8_t)p->classes++;
        }
    }
    for (unsigned c = 'A'; c <= 'Z'; c++)
        p->class_of[c] = p->class_of[c | 0x20];
    return characters;
}

static void add_pattern(struct patterns *p, const struct pattern *row)
{
    struct hit hit = {.mark = row->mark};
    struct ff_span core = pattern_core(row->text, &hit.where);
    size_t state = 0;
    for (size_t i = 0; i < core.n; i++) {
        uint16_t *to = &p->to[state * p->classes + p->class_of[(unsigned char)lower(core.p[i])]];
        if (!*to)
            *to = (uint16_t)p->states++;
        state = *to;
    }
    hit.length = (uint16_t)core.n;
    hit.next = p->first[state];
    p->hits[p->hit_count++] = hit;
    p->first[state] = (uint16_t)p->hit_count;
}

/* Puts the hits of another state behind a state's own. */
static void chain_hits(struct patterns *p, size_t state, size_t other)
{
    uint16_t *last = &p->first[state];
    while (*last)
        last = &p->hits[*last - 1].next;
    *last = p->first[other];
}

/* Turns the tree into the automaton: states nearer to the root first, each with the state to fall back to.
 * False when out of memory. */
static bool link_states(struct patterns *p)
{
    uint16_t *queue = calloc(p->states, sizeof *queue), *back = calloc(p->states, sizeof *back);
    size_t head = 0, tail = 0;
    for (unsigned c = 0; queue && back && c < p->classes; c++)
        if (p->to[c])
            queue[tail++] = p->to[c];
    while (head < tail) {
        size_t state = queue[head++];
        chain_hits(p, state, back[state]);
        for (unsigned c = 0; c < p->classes; c++) {
            uint16_t *to = &p->to[state * p->classes + c];
            uint16_t fallback = p->to[back[state] * p->classes + c];
            if (*to) {
                back[*to] = fallback;
                queue[tail++] = *to;
            } else {
                *to = fallback;
            }
        }
    }
    bool ok = queue && back;
    free(queue);
    free(back);
    return ok;
}

static bool fits(const struct pattern *rows, size_t n, size_t characters, char *why, size_t size)
{
    uint8_t where;
    for (size_t i = 0; i < n; i++)
        if (pattern_core(rows[i].text, &where).n == 0) {
            snprintf(why, size, "an empty pattern");
            return false;
        }
    if (characters < STATES_MAX && n < STATES_MAX)
        return true;
    snprintf(why, size, "patterns of more than %d characters in all", STATES_MAX - 1);
    return false;
}

struct patterns *patterns_new(const struct pattern *rows, size_t n, char *why, size_t size)
{
    struct patterns *p = calloc(1, sizeof *p);
    size_t characters = p ? number_classes(p, rows, n) : 0;
    if (p && !fits(rows, n, characters, why, size)) {
        patterns_free(&p);
        return NULL;
    }
    if (p) {
        p->to = calloc((characters + 1) * p->classes, sizeof *p->to);
        p->first = calloc(characters + 1, sizeof *p->first);
        p->hits = calloc(n + 1, sizeof *p->hits);
    }
    bool ok = p && p->to && p->first && p->hits;
    if (ok) {
        p->states = 1;
        for (size_t i = 0; i < n; i++)
            add_pattern(p, &rows[i]);
        ok = link_states(p);
    }
    if (!ok) {
        snprintf(why, size, "out of memory");
        patterns_free(&p);
    }
    return p;
}

void patterns_free(struct patterns **p)
{
    if (!*p)
        return;
    free((*p)->to);
    free((*p)->first);
    free((*p)->hits);
    free(*p);
    *p = NULL;
}

/* Whether a hit that ends before end stands where it must. */
static bool stands_right(const struct hit *h, struct ff_span text, size_t end)
{
    size_t first = end - h->length;
    return (!(h->where & AT_BEGIN) || first == 0) && (!(h->where & AT_END) || end == text.n) &&
           (!(h->where & WORD_BEGIN) || first == 0 || !is_word(text.p[first - 1])) &&
           (!(h->where & WORD_END) || end == text.n || !is_word(text.p[end]));
}

void patterns_scan(const struct patterns *p, struct ff_span text, pattern_match *match, void *ctx)
{
    size_t state = 0;
    for (size_t i = 0; i < text.n; i++) {
        state = p->to[state * p->classes + p->class_of[(unsigned char)text.p[i]]];
        for (uint16_t at = p->first[state]; at; at = p->hits[at - 1].next) {
            const struct hit *h = &p->hits[at - 1];
            if (stands_right(h, text, i + 1))
                match(ctx, h->mark, i + 1 - h->length, i + 1);
        }
    }
}
