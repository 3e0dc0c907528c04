#include "lowest.h"

#include "region.h"

bool lowest_init(struct lowest *s, uint32_t cap)
{
    size_t words[LOWEST_LEVELS], n = cap;
    *s = (struct lowest){.levels = 0};
    do {
        n = n / 64 + (n % 64 > 0 || n == 0);
        words[s->levels++] = n;
        s->words += n;
    } while (n > 1);
    uint64_t *at = region_new(s->words, sizeof *at);
    if (!at)
        return false;
    for (uint32_t l = 0; l < s->levels; at += words[l++])
        s->level[l] = at;
    return true;
}

void lowest_fini(struct lowest *s)
{
    region_free(&s->level[0], s->words, sizeof *s->level[0]);
}
