#include "route.h"

/* Paths that have a meaning; one that ends in '/' stands for all that begin so. */
static const char *const taken[] = {"/v1/", "/healthz", "/readyz"};

static bool is_taken(struct ff_span text, const char *path)
{
    size_t n = strlen(path);
    if (path[n - 1] == '/')
        return text.n >= n && memcmp(text.p, path, n) == 0;
    return ff_span_is(text, path);
}

/* What stands in a path as it is: visible ASCII, but for what browsers would send in another form. */
static bool is_of_path(char c)
{
    return c > ' ' && c < 0x7f && !strchr("\"#<>?\\^`{|}", c);
}

bool route_valid(struct ff_span text)
{
    if (text.n == 0 || text.p[0] != '/')
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (!is_of_path(text.p[i]))
            return false;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (is_taken(text, taken[i]))
            return false;
    return true;
}
