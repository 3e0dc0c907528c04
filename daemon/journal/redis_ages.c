#include "redis_ages.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Halves the number: of two neighbours the later one's end is kept, so nothing goes sooner for it. */
static void ages_thin(struct redis_ages *a)
{
    for (uint32_t i = 0; i < REDIS_AGES_MAX / 2; i++) {
        const uint64_t before = a->row[2 * i].bytes;
        a->row[i] = a->row[2 * i + 1];
        a->row[i].bytes += before;
    }
    a->n = REDIS_AGES_MAX / 2;
}

void redis_ages_note(struct redis_ages *a, struct redis_age age)
{
    if (a->n > 0 && redis_id_compare(age.end, a->row[a->n - 1].end) <= 0)
        return;
    if (a->n == REDIS_AGES_MAX)
        ages_thin(a);
    a->row[a->n++] = age;
}

static uint64_t ages_bytes(const struct redis_ages *a)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < a->n; i++)
        sum = a->row[i].bytes > UINT64_MAX - sum ? UINT64_MAX : sum + a->row[i].bytes;
    return sum;
}

static bool age_goes(const struct redis_age *age, struct ff_keep keep, uint64_t bytes)
{
    return age->by < keep.older || bytes > keep.bytes;
}

bool redis_ages_cut(struct redis_ages *a, struct ff_keep keep, uint64_t behind, struct redis_id *end)
{
    uint64_t bytes = ages_bytes(a);
    uint32_t gone = 0;
    while (gone < a->n && a->row[gone].end.n <= behind && age_goes(&a->row[gone], keep, bytes)) {
        bytes -= a->row[gone].bytes;
        *end = a->row[gone++].end;
    }
    a->n -= gone;
    memmove(a->row, a->row + gone, a->n * sizeof *a->row);
    return gone > 0;
}

size_t redis_ages_print(const struct redis_ages *a, char out[REDIS_AGES_TEXT])
{
    size_t n = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < a->n; i++) {
        const struct redis_age *age = &a->row[i];
        n += (size_t)snprintf(out + n, REDIS_AGES_TEXT - n, "%s%" PRIu64 "-%" PRIu64 ":%" PRId64 ":%" PRIu64,
                              i ? "," : "", age->end.epoch, age->end.n, age->by, age->bytes);
    }
    assert(n < REDIS_AGES_TEXT);
    return n;
}

/* Takes what stands before the sign, or all, off the text. */
static struct ff_span part_take(struct ff_span *text, char sign)
{
    const char *at = text->n ? memchr(text->p, sign, text->n) : NULL;
    const size_t n = at ? (size_t)(at - text->p) : text->n;
    const struct ff_span part = ff_span_of(text->p, n);
    const size_t taken = at ? n + 1 : n;
    *text = ff_span_of(text->p + taken, text->n - taken);
    return part;
}

static bool age_read(struct ff_span text, struct redis_age *out)
{
    uint64_t by;
    const struct ff_span end = part_take(&text, ':'), when = part_take(&text, ':');
    if (!redis_id_read(end, &out->end) || !redis_number(when, &by) || by > INT64_MAX)
        return false;
    out->by = (ff_wall)by;
    return redis_number(text, &out->bytes);
}

bool redis_ages_read(struct redis_ages *a, struct ff_span text)
{
    struct redis_age age;
    a->n = 0;
    while (text.n > 0) {
        const uint32_t n = a->n;
        if (n < REDIS_AGES_MAX && age_read(part_take(&text, ','), &age))
            redis_ages_note(a, age);
        if (a->n == n) {
            a->n = 0;
            return false;
        }
    }
    return true;
}
