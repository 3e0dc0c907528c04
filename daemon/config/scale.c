#include "scale.h"

#include "footfall/time.h"

#include <inttypes.h>
#include <stdio.h>

const struct scale_unit scale_duration[] = {
    {"s", FF_SECOND}, {"ms", FF_MILLISECOND}, {"m", FF_MINUTE},
    {"h", FF_HOUR},   {"d", FF_DAY},          {NULL, 0},
};

const struct scale_unit scale_size[] = {
    {"", 1}, {"k", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0},
};

const struct scale_unit scale_count[] = {
    {"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}, {NULL, 0},
};

bool scale_read(const struct scale_unit *units, struct ff_span text, int64_t *out)
{
    int64_t number = 0;
    size_t i = 0;
    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, text.p[i] - '0', &number))
            return false;
    if (i == 0)
        return false;
    struct ff_span word = ff_span_of(text.p + i, text.n - i);
    for (const struct scale_unit *u = units; u->word; u++)
        if (ff_span_is(word, u->word))
            return !__builtin_mul_overflow(number, u->worth, out);
    return false;
}

void scale_print(const struct scale_unit *units, int64_t value, char out[SCALE_TEXT])
{
    const struct scale_unit *best = units;
    for (const struct scale_unit *u = units; u->word && value != 0; u++)
        if (value % u->worth == 0 && (value % best->worth != 0 || u->worth > best->worth))
            best = u;
    snprintf(out, SCALE_TEXT, "%" PRId64 "%s", value / best->worth, best->word);
}
