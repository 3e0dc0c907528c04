/* The house's judges: the one in force, and those of before that a door may still be at work with. */
#include "house_state.h"

#include "log.h"

#include <stdlib.h>

static bool judges_keep(struct house *h, struct judge *j)
{
    struct judge **grown = realloc(h->judges.all, (h->judges.n + 1) * sizeof *grown);
    if (!grown)
        return false;
    h->judges.all = grown;
    h->judges.all[h->judges.n++] = j;
    return true;
}

bool house_make_judge(struct house *h)
{
    char why[CONFIG_WHY];
    struct judge *fresh = judge_new(h->config, why, sizeof why);
    if (!fresh)
        return house_fail("lists", why);
    if (!judges_keep(h, fresh)) {
        judge_free(&fresh);
        return house_fail("memory", "out of memory");
    }
    atomic_store(&h->judges.now, fresh);
    if (h->own.house)
        door_judge_renew(&h->own);
    return true;
}

static bool judge_in_use(const struct house *h, const struct judge *j)
{
    if (j == atomic_load(&h->judges.now) || j == h->own.judge.now)
        return true;
    for (uint32_t i = 0; i < h->door_count; i++)
        if (j == atomic_load(&h->doors[i].judge.taken))
            return true;
    return false;
}

void house_judges_sweep(struct house *h)
{
    size_t n = 0;
    if (h->judges.n < 2)
        return;
    for (size_t i = 0; i < h->judges.n; i++)
        if (judge_in_use(h, h->judges.all[i]))
            h->judges.all[n++] = h->judges.all[i];
        else
            judge_free(&h->judges.all[i]);
    h->judges.n = n;
}

void house_free_judges(struct house *h)
{
    for (size_t i = 0; i < h->judges.n; i++)
        judge_free(&h->judges.all[i]);
    free(h->judges.all);
    h->judges.all = NULL;
    h->judges.n = 0;
}
