#include "load.h"

#include "address.h"

#include <assert.h>
#include <stdlib.h>

/* Two durations of which one bounds the other. */
struct rule {
    const char *smaller, *larger;
    bool strict; /* they must differ */
};

static const struct rule rule_table[] = {
    {"cart.abandon_after", "cart.recover_within", true}, /* else a cart could die before it is abandoned */
    {"tally.minutes", "tally.hours", false},
    {"tally.hours", "tally.days", false},
};

static const struct key *key_named(const char *name)
{
    const struct key *k = key_find(&config_keys, ff_span_text(name));
    assert(k);
    return k;
}

static int line_of(const struct load *l, const struct key *k)
{
    return l->lines[k - config_keys.rows];
}

/* Of two keys the one to blame: that of the command line, else the later one of the file. */
static const struct key *blamed(const struct load *l, const struct key *a, const struct key *b)
{
    int x = line_of(l, a), y = line_of(l, b);
    if (x == LOAD_OVERRIDE || y == LOAD_OVERRIDE)
        return x == LOAD_OVERRIDE ? a : b;
    return x >= y ? a : b;
}

static ff_dur duration_of(const struct load *l, const struct key *k)
{
    assert(k->kind == KEY_DURATION);
    ff_dur d;
    memcpy(&d, (const char *)l->config + k->offset, sizeof d);
    return d;
}

static bool rule_check(struct load *l, const struct rule *rule)
{
    const struct key *small = key_named(rule->smaller), *large = key_named(rule->larger);
    ff_dur a = duration_of(l, small), b = duration_of(l, large);
    if (rule->strict ? a < b : a <= b)
        return true;
    char x[KEY_TEXT_SIZE], y[KEY_TEXT_SIZE];
    key_print(small, &a, x);
    key_print(large, &b, y);
    const struct key *k = blamed(l, small, large);
    return load_fails(l, line_of(l, k), k->name, "expected %s %s %s, got %s and %s", small->name,
                      rule->strict ? "<" : "<=", large->name, x, y);
}

/* Numbers are for their owner only: whoever else could reach them must bring a token. */
static bool stats_check(struct load *l)
{
    const char *http = l->config->stats.http;
    if (address_loopback(ff_span_text(http)) || *l->config->stats.token_file)
        return true;
    const struct key *k = blamed(l, key_named("stats.http"), key_named("stats.token_file"));
    return load_fails(l, line_of(l, k), k->name,
                      "expected a loopback address such as 127.0.0.1:7071 in stats.http, or a "
                      "stats.token_file with it, got \"%s\" without one",
                      http);
}

/* Nobody else's connections begin with it. */
static bool proxy_check(struct load *l)
{
    if (l->config->ingest.proxy_protocol == FF_PROXY_NO || l->config->ingest.trusted_proxies[0])
        return true;
    const struct key *k = key_named("ingest.proxy_protocol");
    return load_fails(l, line_of(l, k), k->name, "expected ingest.trusted_proxies with it, got none");
}

bool check_all(struct load *l)
{
    for (size_t i = 0; i < sizeof rule_table / sizeof *rule_table; i++)
        if (!rule_check(l, &rule_table[i]))
            return false;
    return stats_check(l) && proxy_check(l);
}
