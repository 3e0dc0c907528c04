#include "words.h"

#include <stdlib.h>
#include <string.h>

struct word {
    char *text; /* owned; out of memory ends the process, as everywhere where counters would go wrong */
    uint64_t hash;
    uint32_t length;
    uint32_t held;
};

static const struct ff_span always[] = {{"(none)", 6}, {"(other)", 7}};
#define ALWAYS ((uint32_t)(sizeof always / sizeof *always))

#define WORDS_SCOPE 2 /* other hashes of the same seed are of other scopes */

static struct word *word_at(const struct words *w, uint32_t word)
{
    return pool_at(&w->pool, word - WORD_OTHER);
}

bool words_init(struct words *w, uint32_t cap, const struct hash_seed *seed)
{
    *w = (struct words){.seed = *seed};
    return pool_init(&w->pool, cap, sizeof(struct word)) && table_init(&w->table, cap);
}

void words_fini(struct words *w)
{
    for (uint32_t n = 1, left = w->pool.used; left > 0; n++) {
        struct word *word = pool_at(&w->pool, n);
        left -= word->held > 0;
        if (word->held > 0)
            free(word->text);
    }
    pool_fini(&w->pool);
    table_fini(&w->table);
}

struct word_match {
    const struct words *words;
    struct ff_span text;
    uint64_t hash;
};

static bool word_same(const void *ctx, uint32_t place)
{
    const struct word_match *m = ctx;
    const struct word *word = pool_at(&m->words->pool, place);
    return word->hash == m->hash && word->length == m->text.n && memcmp(word->text, m->text.p, m->text.n) == 0;
}

static uint32_t words_add(struct words *w, struct ff_span text, uint64_t hash)
{
    uint32_t place = pool_take(&w->pool);
    if (!place) {
        w->left_out++;
        return WORD_OTHER;
    }
    struct word *word = pool_at(&w->pool, place);
    *word = (struct word){.text = malloc(text.n), .hash = hash, .length = (uint32_t)text.n, .held = 1};
    if (!word->text)
        abort();
    memcpy(word->text, text.p, text.n);
    table_add(&w->table, hash, place);
    w->bytes += text.n;
    return place + WORD_OTHER;
}

/* A character has at most three bytes that go on. */
static struct ff_span word_cut(struct ff_span text)
{
    if (text.n <= WORD_MAX)
        return text;
    text.n = WORD_MAX;
    while (text.n > WORD_MAX - 3 && ((unsigned char)text.p[text.n] & 0xC0) == 0x80)
        text.n--;
    return text;
}

static bool span_same(struct ff_span a, struct ff_span b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* Where a text is looked for first: made of its ends and its length. Who chooses texts that meet there makes them be
 * looked for in the table, as they would be without. */
static size_t word_glance(struct ff_span text)
{
    uint64_t ends[2] = {0, 0};
    size_t n = text.n < sizeof ends[0] ? text.n : sizeof ends[0];
    if (n == sizeof ends[0]) {
        memcpy(&ends[0], text.p, sizeof ends[0]);
        memcpy(&ends[1], text.p + text.n - sizeof ends[1], sizeof ends[1]);
    } else {
        for (size_t i = 0; i < n; i++)
            ends[0] = ends[0] << 8 | (unsigned char)text.p[i];
    }
    uint64_t mixed = (ends[0] ^ (ends[1] + text.n) * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    return mixed >> (64 - WORDS_RECENT_BITS); /* the upper bits know of all others */
}

/* The number of a text, at most WORD_MAX long and not one of those that are always there. */
static uint32_t words_look_up(struct words *w, struct ff_span text)
{
    struct word_match match = {w, text, hash_id(&w->seed, WORDS_SCOPE, text)};
    uint32_t place = table_find(&w->table, match.hash, word_same, &match);
    if (!place)
        return words_add(w, text, match.hash);
    struct word *word = pool_at(&w->pool, place);
    word->held++;
    return place + WORD_OTHER;
}

/* One that may be one of those always there, or is too long. */
static uint32_t words_take_odd(struct words *w, struct ff_span text)
{
    for (uint32_t i = 0; i < ALWAYS; i++)
        if (span_same(text, always[i]))
            return i;
    return words_look_up(w, word_cut(text));
}

uint32_t words_take(struct words *w, struct ff_span text)
{
    if (text.n == 0)
        return WORD_NONE;
    if (text.p[0] == '(' || text.n > WORD_MAX)
        return words_take_odd(w, text);
    uint32_t *recent = &w->recent[word_glance(text)];
    struct word *word = *recent ? pool_at(&w->pool, *recent) : NULL;
    if (word && word->held > 0 && span_same(text, ff_span_of(word->text, word->length))) {
        word->held++;
        return *recent + WORD_OTHER;
    }
    uint32_t number = words_look_up(w, text);
    if (number > WORD_OTHER)
        *recent = number - WORD_OTHER;
    return number;
}

void words_hold(struct words *w, uint32_t word)
{
    if (word > WORD_OTHER)
        word_at(w, word)->held++;
}

void words_drop(struct words *w, uint32_t word)
{
    if (word <= WORD_OTHER)
        return;
    struct word *gone = word_at(w, word);
    assert(gone->held > 0);
    if (--gone->held > 0)
        return;
    table_remove(&w->table, gone->hash, word - WORD_OTHER);
    w->bytes -= gone->length;
    free(gone->text);
    pool_give(&w->pool, word - WORD_OTHER);
}

struct ff_span words_text(const struct words *w, uint32_t word)
{
    if (word < ALWAYS)
        return always[word];
    return ff_span_of(word_at(w, word)->text, word_at(w, word)->length);
}

int words_compare(const struct words *w, uint32_t a, uint32_t b)
{
    struct ff_span one = words_text(w, a), other = words_text(w, b);
    int order = memcmp(one.p, other.p, one.n < other.n ? one.n : other.n);
    return order ? order : (one.n > other.n) - (one.n < other.n);
}
