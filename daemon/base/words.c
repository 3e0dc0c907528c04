#include "words.h"

#include "hash.h"

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

static struct word *word_at(const struct words *w, uint32_t word)
{
    return pool_at(&w->pool, word - WORD_OTHER);
}

bool words_init(struct words *w, uint32_t cap)
{
    *w = (struct words){.bytes = 0};
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

uint32_t words_take(struct words *w, struct ff_span text)
{
    if (text.n == 0)
        return WORD_NONE;
    for (uint32_t i = 0; i < ALWAYS && text.p[0] == '('; i++)
        if (span_same(text, always[i]))
            return i;
    text = word_cut(text);
    struct word_match match = {w, text, hash_bytes(text.p, text.n).lo};
    uint32_t place = table_find(&w->table, match.hash, word_same, &match);
    if (!place)
        return words_add(w, text, match.hash);
    struct word *word = pool_at(&w->pool, place);
    word->held++;
    return place + WORD_OTHER;
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
