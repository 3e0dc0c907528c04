#include "redis_took.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The place of an epoch, or where it would be. */
static uint32_t row_find(const struct redis_took *t, uint64_t epoch)
{
    uint32_t low = 0, high = t->n;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (t->row[middle].epoch < epoch)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void redis_took_note(struct redis_took *t, uint64_t epoch, uint64_t seq)
{
    uint32_t at = row_find(t, epoch);
    if (at < t->n && t->row[at].epoch == epoch) {
        if (t->row[at].seq < seq)
            t->row[at].seq = seq;
        return;
    }
    if (t->n == REDIS_TOOK_MAX) {
        if (at == 0)
            return;
        memmove(&t->row[0], &t->row[1], (--at) * sizeof *t->row);
    } else {
        memmove(&t->row[at + 1], &t->row[at], (t->n++ - at) * sizeof *t->row);
    }
    t->row[at] = (struct redis_took_row){epoch, seq};
}

uint64_t redis_took_of(const struct redis_took *t, uint64_t epoch)
{
    const uint32_t at = row_find(t, epoch);
    return at < t->n && t->row[at].epoch == epoch ? t->row[at].seq : 0;
}

size_t redis_took_print(const struct redis_took *t, char out[REDIS_TOOK_TEXT])
{
    size_t n = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < t->n; i++)
        n += (size_t)snprintf(out + n, REDIS_TOOK_TEXT - n, "%s%" PRIu64 ":%" PRIu64, i ? "," : "", t->row[i].epoch,
                              t->row[i].seq);
    assert(n < REDIS_TOOK_TEXT);
    return n;
}

/* Takes a number off the front of the text; false when there is none or it is too large. */
static bool number_take(struct ff_span *text, uint64_t *out)
{
    size_t n = 0;
    *out = 0;
    for (; n < text->n && text->p[n] >= '0' && text->p[n] <= '9'; n++)
        if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, (uint64_t)(text->p[n] - '0'), out))
            return false;
    *text = ff_span_of(text->p + n, text->n - n);
    return n > 0;
}

static bool sign_take(struct ff_span *text, char sign)
{
    if (text->n == 0 || text->p[0] != sign)
        return false;
    *text = ff_span_of(text->p + 1, text->n - 1);
    return true;
}

bool redis_took_read(struct redis_took *t, struct ff_span text)
{
    uint64_t epoch, seq;
    if (text.n == 0)
        return true;
    do {
        if (!number_take(&text, &epoch) || !sign_take(&text, ':') || !number_take(&text, &seq))
            return false;
        redis_took_note(t, epoch, seq);
    } while (sign_take(&text, ','));
    return text.n == 0;
}
