#include "redis_trouble.h"

static const struct {
    const char *name;
    enum ff_status status;
} table[] = {
#define X(name, text, status) {text, FF_##status},
    REDIS_TROUBLE_TABLE(X)
#undef X
};

static const struct row {
    const char *begins;
    enum redis_trouble means;
} rows[] = {
    {"LOADING ", REDIS_LOADING},
    {"BUSY ", REDIS_BUSY},
    {"OOM ", REDIS_OOM},
    {"READONLY ", REDIS_READONLY},
    {"MASTERDOWN ", REDIS_READONLY},
    {"MISCONF ", REDIS_MISCONF},
    {"NOREPLICAS ", REDIS_MISCONF},
    {"NOAUTH ", REDIS_NOAUTH},
    {"WRONGPASS ", REDIS_NOAUTH},
    {"ERR invalid password", REDIS_NOAUTH},
    {"ERR AUTH ", REDIS_NOAUTH},
    {"ERR Client sent AUTH", REDIS_NOAUTH},
    {"NOPERM ", REDIS_NOPERM},
    {"ERR The user executing the script can't", REDIS_NOPERM},
    {"ERR max number of clients", REDIS_AWAY},
    {"CLUSTERDOWN ", REDIS_AWAY},
    {"TRYAGAIN ", REDIS_AWAY},
    {"ERR The ID specified in XADD is equal or smaller", REDIS_BELOW},
    {"FENCED", REDIS_FENCED},
    {"LOST", REDIS_LOST_DATA},
};

const char *redis_trouble_name(enum redis_trouble t)
{
    return (unsigned)t < REDIS_TROUBLE_COUNT ? table[t].name : "unknown";
}

enum ff_status redis_trouble_status(enum redis_trouble t)
{
    return (unsigned)t < REDIS_TROUBLE_COUNT ? table[t].status : FF_INTERNAL;
}

static enum redis_trouble row_of(struct ff_span error)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const size_t n = strlen(rows[i].begins);
        if (error.n >= n && memcmp(error.p, rows[i].begins, n) == 0)
            return rows[i].means;
    }
    return REDIS_REFUSED;
}

/* What follows the first text of that kind, or {NULL, 0}. */
static struct ff_span behind(struct ff_span in, const char *text)
{
    const size_t n = strlen(text);
    const char *at = in.n ? memmem(in.p, in.n, text, n) : NULL;
    return at ? ff_span_of(at + n, in.n - (size_t)(at + n - in.p)) : ff_span_of(NULL, 0);
}

/* Before Redis 7 the error of a call within a script stands behind the script's own. */
enum redis_trouble redis_trouble_of(struct ff_span error)
{
    const struct ff_span script = behind(error, "ERR Error running script");
    const struct ff_span inner = behind(script, ": -");
    if (behind(script, "The user executing the script can't").p)
        return REDIS_NOPERM;
    return row_of(inner.p ? inner : error);
}
