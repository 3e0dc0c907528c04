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
    {"The user executing the script can't", REDIS_NOPERM},     /* within a script, before 7 */
    {"ERR The user executing the script can't", REDIS_NOPERM}, /* 7.0 */
    {"ERR ACL failure in script", REDIS_NOPERM},               /* since 7.2, and Valkey */
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

/* Takes the text off the front; false when it begins otherwise. */
static bool taken(struct ff_span *error, const char *text)
{
    const size_t n = strlen(text);
    if (error->n < n || memcmp(error->p, text, n) != 0)
        return false;
    *error = ff_span_of(error->p + n, error->n - n);
    return true;
}

/* Takes off all up to the first ": ". */
static bool taken_to_colon(struct ff_span *error)
{
    const char *at = error->n ? memmem(error->p, error->n, ": ", 2) : NULL;
    if (at)
        *error = ff_span_of(at + 2, error->n - (size_t)(at + 2 - error->p));
    return at;
}

/* Before Redis 7 an error of a call within a script stands behind the script's own, which is
 * "ERR Error running script (call to f_<hash>): @user_script:<line>: " for one that ended it, then, where the command
 * was not even begun, "@user_script: <line>: ", and the error with its "-" or without. */
static struct ff_span script_taken(struct ff_span error)
{
    struct ff_span e = error;
    bool script = taken(&e, "ERR Error running script") && taken_to_colon(&e);
    while (taken(&e, "@user_script: ") || taken(&e, "@user_script:")) {
        if (!taken_to_colon(&e))
            return error;
        script = true;
    }
    if (script)
        taken(&e, "-");
    return script ? e : error;
}

enum redis_trouble redis_trouble_of(struct ff_span error)
{
    return row_of(script_taken(error));
}
