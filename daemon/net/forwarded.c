#include "forwarded.h"

#include <string.h>
#include <strings.h>

static struct ff_span trimmed(struct ff_span s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Takes what stands behind the last mark off the end of *rest, and the mark. */
static struct ff_span take_last(struct ff_span *rest, char mark)
{
    const char *at = rest->n > 0 ? memrchr(rest->p, mark, rest->n) : NULL;
    size_t from = at ? (size_t)(at - rest->p) + 1 : 0;
    struct ff_span taken = ff_span_of(rest->p + from, rest->n - from);
    rest->n = at ? from - 1 : 0;
    return taken;
}

/* The value of a header line of this name; {NULL, 0}: it is another's. */
static struct ff_span value_of(struct ff_span line, const char *name)
{
    size_t n = strlen(name);
    if (line.n <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
        return (struct ff_span){NULL, 0};
    return trimmed(ff_span_of(line.p + n + 1, line.n - n - 1));
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80". */
static bool node_read(struct ff_span text, uint8_t out[16])
{
    if (text.n > 1 && text.p[0] == '"' && text.p[text.n - 1] == '"')
        text = ff_span_of(text.p + 1, text.n - 2);
    if (text.n > 0 && text.p[0] == '[') {
        const char *end = memchr(text.p, ']', text.n);
        return end && cidr_address_parse(ff_span_of(text.p + 1, (size_t)(end - text.p) - 1), out);
    }
    const char *colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL;
    if (colon && !memchr(colon + 1, ':', (size_t)(text.p + text.n - colon) - 1))
        text.n = (size_t)(colon - text.p);
    return cidr_address_parse(text, out);
}

/* The node of `for` in an entry such as `for=192.0.2.1;proto=https`. */
static struct ff_span for_of(struct ff_span entry)
{
    while (entry.n > 0) {
        struct ff_span pair = trimmed(take_last(&entry, ';'));
        if (pair.n > 4 && strncasecmp(pair.p, "for=", 4) == 0)
            return ff_span_of(pair.p + 4, pair.n - 4);
    }
    return (struct ff_span){NULL, 0};
}

/* False: the way back ends here. */
static bool step_back(struct ff_span node, const struct cidr *trusted, size_t n, uint8_t address[16])
{
    uint8_t told[16];
    if (!node_read(node, told))
        return false;
    memcpy(address, told, sizeof told);
    return cidr_match_address(trusted, n, told);
}

/* Whether there was a line of the name. */
static bool walk(struct ff_span head, const char *name, bool pairs, const struct cidr *trusted, size_t n,
                 uint8_t address[16])
{
    bool found = false;
    while (head.n > 0) {
        struct ff_span value = value_of(take_last(&head, '\n'), name);
        found |= value.p != NULL;
        while (value.n > 0) {
            struct ff_span entry = trimmed(take_last(&value, ','));
            if (!step_back(pairs ? for_of(entry) : entry, trusted, n, address))
                return true;
        }
    }
    return found;
}

void forwarded_read(struct ff_span head, const struct cidr *trusted, size_t n, uint8_t address[16])
{
    if (!walk(head, "x-forwarded-for", false, trusted, n, address))
        walk(head, "forwarded", true, trusted, n, address);
}
