#include "footfall/status.h"

static const struct status_row {
    const char *code;
    int http;
    const char *prose;
} status_table[FF_STATUS_COUNT] = {
#define X(name, code, http, prose) [FF_##name] = {code, http, prose},
    FF_STATUS_TABLE(X)
#undef X
};

static const struct status_row *status_row(enum ff_status s)
{
    return &status_table[(unsigned)s < FF_STATUS_COUNT ? s : FF_INTERNAL];
}

const char *ff_status_code(enum ff_status s)
{
    return status_row(s)->code;
}

const char *ff_status_prose(enum ff_status s)
{
    return status_row(s)->prose;
}

int ff_status_http(enum ff_status s)
{
    return status_row(s)->http;
}
