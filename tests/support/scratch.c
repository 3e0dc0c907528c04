#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void scratch_make(char out[SCRATCH_MAX])
{
    const char *under = getenv("TMPDIR");
    snprintf(out, SCRATCH_MAX, "%s/footfall-test-XXXXXX", under && *under ? under : "/tmp");
    if (!mkdtemp(out)) {
        perror(out);
        abort();
    }
}

static int entry_remove(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

void scratch_remove(const char *path)
{
    nftw(path, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}
