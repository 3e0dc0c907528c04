#include "redis_url.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the text. */
struct piece {
    const char *p;
    size_t n;
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies with %XX resolved; false when it does not fit, is cut short, or holds a NUL. */
static bool decode(struct piece from, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < from.n; i++) {
        int c = (unsigned char)from.p[i];
        if (c == '%') {
            if (from.n - i < 3)
                return false;
            const int high = hex_digit(from.p[i + 1]), low = hex_digit(from.p[i + 2]);
            if (high < 0 || low < 0)
                return false;
            c = high << 4 | low;
            i += 2;
        }
        if (c == 0 || n + 1 >= size)
            return false;
        out[n++] = (char)c;
    }
    out[n] = 0;
    return true;
}

/* Digits only, at most max. */
static bool number(struct piece from, unsigned max, unsigned *out)
{
    unsigned n = 0;
    if (from.n == 0 || from.n > 5)
        return false;
    for (size_t i = 0; i < from.n; i++) {
        if (from.p[i] < '0' || from.p[i] > '9')
            return false;
        n = n * 10 + (unsigned)(from.p[i] - '0');
    }
    *out = n;
    return n <= max;
}

static const char *find(struct piece in, char c)
{
    return in.n ? memchr(in.p, c, in.n) : NULL;
}

/* What stands before at, which lies in the piece; it is then what stands behind. */
static struct piece cut(struct piece *from, const char *at)
{
    const struct piece before = {from->p, (size_t)(at - from->p)};
    from->n -= before.n + 1;
    from->p = at + 1;
    return before;
}

/* [user][:password]@, if it is there. An address has no @ of its own. */
static bool credentials(struct piece *rest, struct redis_url *u)
{
    const char *at = find(*rest, '@');
    if (!at)
        return true;
    struct piece user = cut(rest, at), password = {"", 0};
    const char *colon = find(user, ':');
    if (colon) {
        password = user;
        user = cut(&password, colon);
    }
    return (colon ? password.n > 0 : user.n > 0) && decode(user, u->user, sizeof u->user) &&
           decode(password, u->password, sizeof u->password);
}

static bool host_port(struct piece rest, struct redis_url *u)
{
    struct piece host = rest, port = {"", 0};
    const char *close = rest.n && *rest.p == '[' ? find(rest, ']') : NULL;
    const char *colon;
    if (close) {
        const struct piece after = {close + 1, rest.n - (size_t)(close + 1 - rest.p)};
        host = (struct piece){rest.p + 1, (size_t)(close - rest.p - 1)};
        if (after.n && *after.p != ':')
            return false;
        colon = after.n ? after.p : NULL;
    } else {
        colon = find(rest, ':');
        if (colon)
            host.n = (size_t)(colon - rest.p);
    }
    unsigned digits = REDIS_URL_PORT;
    if (colon) {
        port = (struct piece){colon + 1, rest.n - (size_t)(colon + 1 - rest.p)};
        if (!number(port, 65535, &digits) || digits == 0)
            return false;
    }
    snprintf(u->port, sizeof u->port, "%u", digits);
    return host.n > 0 && decode(host, u->host, sizeof u->host);
}

static bool tcp(struct piece rest, struct redis_url *u)
{
    struct piece at = rest;
    const char *slash = find(at, '/');
    if (slash) {
        at = cut(&rest, slash);
        if (rest.n && !number(rest, REDIS_URL_DB_MAX, &u->db))
            return false;
    }
    return credentials(&at, u) && host_port(at, u);
}

static bool local(struct piece rest, struct redis_url *u)
{
    const char *slash = find(rest, '/');
    const char *mark = find(rest, '?');
    struct piece path = rest;
    if (mark) {
        path = cut(&rest, mark);
        if (rest.n < 3 || memcmp(rest.p, "db=", 3) != 0 ||
            !number((struct piece){rest.p + 3, rest.n - 3}, REDIS_URL_DB_MAX, &u->db))
            return false;
    }
    if (!slash || slash >= path.p + path.n)
        return false;
    if (slash > path.p) {
        struct piece before = {path.p, (size_t)(slash - path.p)};
        if (!find(before, '@') || !credentials(&before, u) || before.n)
            return false;
    }
    path = (struct piece){slash, path.n - (size_t)(slash - path.p)};
    return path.n > 1 && decode(path, u->path, sizeof u->path);
}

static const struct scheme {
    const char *text;
    bool (*parse)(struct piece rest, struct redis_url *u);
} schemes[] = {
    {"redis://", tcp},
    {"unix://", local},
};

bool redis_url_parse(const char *text, struct redis_url *out, char *why, size_t size)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        const size_t n = strlen(schemes[i].text);
        if (strncmp(text, schemes[i].text, n) != 0)
            continue;
        *out = (struct redis_url){.db = 0};
        if (schemes[i].parse((struct piece){text + n, strlen(text + n)}, out))
            return true;
    }
    if (strncmp(text, "rediss://", 9) == 0)
        snprintf(why, size, "rediss:// (TLS) is not spoken: put stunnel between, see the README");
    else
        snprintf(why, size, "expected redis://[user[:password]@]host[:port][/db] or "
                            "unix://[user[:password]@]/path[?db=N], with %%XX for other characters");
    return false;
}

bool redis_url_password_file(struct redis_url *u, const char *file, char *why, size_t size)
{
    char line[sizeof u->password + 1];
    FILE *f = fopen(file, "re");
    if (!f) {
        snprintf(why, size, "%s: %s", file, strerror(errno));
        return false;
    }
    const bool got = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    const size_t n = got ? strcspn(line, "\r\n") : 0;
    const bool fits = n > 0 && n < sizeof u->password;
    if (fits) {
        memcpy(u->password, line, n);
        u->password[n] = 0;
    } else {
        snprintf(why, size, "%s: expected a password in its first line, up to %zu bytes", file,
                 sizeof u->password - 1);
    }
    explicit_bzero(line, sizeof line);
    return fits;
}

const char *redis_url_show(const struct redis_url *u, char out[REDIS_URL_SHOWN])
{
    if (u->path[0])
        snprintf(out, REDIS_URL_SHOWN, "unix://%s?db=%u", u->path, u->db);
    else if (strchr(u->host, ':'))
        snprintf(out, REDIS_URL_SHOWN, "redis://[%s]:%s/%u", u->host, u->port, u->db);
    else
        snprintf(out, REDIS_URL_SHOWN, "redis://%s:%s/%u", u->host, u->port, u->db);
    return out;
}
