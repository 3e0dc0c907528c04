/* The life of the house: rooms are made, the state is restored, the loop runs, all is put away. */
#include "house_state.h"

#include "hash.h"
#include "log.h"
#include "service.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* The longest token that stats.token_file may hold. */
#define TOKEN_MAX 256

/* What the store needs is looked after this often while nothing else happens. */
#define HOUSE_TICK (1 * FF_SECOND)

/* Sites of one zone share it. The place of the first site with the zone of site i. */
static uint16_t zone_first(const struct ff_config *c, uint16_t i)
{
    uint16_t k = 0;
    while (strcmp(c->sites[k].timezone, c->sites[i].timezone) != 0)
        k++;
    return k;
}

static void house_free_zones(struct house *h)
{
    for (uint16_t i = 0; h->zones && i < h->config->site_count; i++)
        if (zone_first(h->config, i) == i)
            zone_free(&h->zones[i]);
    free(h->zones);
    h->zones = NULL;
}

static bool house_make_zones(struct house *h)
{
    const struct ff_config *c = h->config;
    h->zones = calloc(c->site_count, sizeof *h->zones);
    for (uint16_t i = 0; h->zones && i < c->site_count; i++) {
        uint16_t first = zone_first(c, i);
        h->zones[i] = first < i ? h->zones[first] : zone_new(c->sites[i].timezone);
        if (!h->zones[i])
            return house_fail("zone", c->sites[i].timezone);
    }
    return h->zones ? true : house_fail("zone", "out of memory");
}

static bool house_make_sites(struct house *h)
{
    const struct ff_config *c = h->config;
    h->canon_sites = calloc(c->site_count, sizeof *h->canon_sites);
    h->fold_sites = calloc(c->site_count, sizeof *h->fold_sites);
    h->answer_sites = calloc(c->site_count, sizeof *h->answer_sites);
    if (!h->canon_sites || !h->fold_sites || !h->answer_sites)
        return house_fail("memory", "out of memory");
    for (uint16_t i = 0; i < c->site_count; i++) {
        const struct ff_config_site *s = &c->sites[i];
        h->canon_sites[i] = (struct canon_site){s->id, s->aliases, s->currency};
        h->fold_sites[i] = (struct fold_site){s->id, s->currency};
        h->answer_sites[i] = (struct answer_site){s->id, s->aliases, h->zones[i]};
    }
    return true;
}

/* The first line of stats.token_file. */
static bool house_read_token(struct house *h)
{
    const char *path = h->config->stats.token_file;
    char line[TOKEN_MAX + 2], why[CONFIG_WHY];
    if (!*path)
        return true;
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    size_t n = read ? strcspn(line, "\r\n") : 0;
    if (n < 1 || n > TOKEN_MAX) {
        snprintf(why, sizeof why, "stats.token_file: expected a file with a token of 1 to %d bytes: %s",
                 TOKEN_MAX, path);
        return house_fail("token", why);
    }
    line[n] = '\0';
    h->token = strdup(line);
    return h->token != NULL;
}

static bool house_make_doors(struct house *h)
{
    const struct ff_config *c = h->config;
    struct tally_options tally = {(const struct zone *const *)h->zones, c->site_count,
                                  c->tally.minutes, c->tally.hours, c->tally.days};
    h->tally = tally_new(&tally);
    h->answer = malloc(HOUSE_ANSWER_MAX);
    if (!h->tally || !h->answer || !door_init(&h->own, h))
        return house_fail("memory", "out of memory");
    return door_listen_own(&h->own) && threads_make(h);
}

static bool house_open_journal(struct house *h)
{
    const struct ff_config *c = h->config;
    char why[CONFIG_WHY] = "";
    struct ff_store_options options = {
        .path = c->store.path,
        .durability = c->store.durability,
        .segment_bytes = c->store.segment_bytes,
        .io = h->source.io,
    };
    if (journal_open(&h->journal, &store_embedded, &options, why, sizeof why))
        return house_fail("store", why);
    return true;
}

/* The shard's secret: made when the store is new. */
static bool house_seed(struct house *h, struct hash_seed *seed)
{
    size_t n = 0;
    enum ff_status status = journal_get(h->journal, "seed", seed, sizeof *seed, &n);
    if (status == FF_OK && n == sizeof *seed)
        return true;
    if (status != FF_NOT_FOUND)
        return house_fail("seed", "the store's seed cannot be read");
    if (getrandom(seed, sizeof *seed, 0) != (ssize_t)sizeof *seed ||
        journal_put(h->journal, "seed", ff_span_of((const char *)seed, sizeof *seed)))
        return house_fail("seed", "the store's seed cannot be written");
    return true;
}

static bool house_make_fold(struct house *h)
{
    const struct ff_config *c = h->config;
    struct fold_options options = {
        .sites = h->fold_sites,
        .site_count = c->site_count,
        .session_timeout = c->session.timeout,
        .session_max_length = c->session.max_length,
        .session_lateness = c->session.lateness,
        .session_remember = c->session.remember,
        .cart_abandon_after = c->cart.abandon_after,
        .cart_recover_within = c->cart.recover_within,
        .dedupe_window = c->dedupe.window,
        .orders_dedupe = c->orders.dedupe,
        .max_age = c->ingest.max_age,
        .max_visitors = c->limits.visitors,
        .max_carts = c->limits.carts,
        .max_ids = c->limits.ids,
        .max_orders = c->limits.orders,
        .max_tails = c->limits.tails,
        .max_tail_events = c->limits.tail_events,
        .max_lines = c->limits.cart_lines,
    };
    struct hash_seed seed;
    struct ff_fact_sink sink = {tally_add, h->tally};
    if (!house_seed(h, &seed))
        return false;
    h->fold = fold_new(&options, &seed, &sink);
    return h->fold ? true : house_fail("memory", "no address space for the tables of limits.*");
}

/* Replay is normal operation: the same fold, from the record instead of from the door. */
static enum ff_status house_replay_record(void *house, uint64_t seq, struct ff_span body)
{
    struct house *h = house;
    struct ff_record r;
    canon_reset(h->own.canon);
    enum ff_status status = record_decode(h->own.canon, seq, body, &r);
    if (status == FF_UNKNOWN_SITE) {
        h->outcomes[status]++;
        return FF_OK;
    }
    if (status)
        return status;
    if (r.received > h->own.now)
        h->own.now = r.received;
    tally_advance(h->tally, r.received);
    h->outcomes[fold_apply(h->fold, &r)]++;
    return FF_OK;
}

static bool house_restore(struct house *h)
{
    char why[CONFIG_WHY] = "";
    if (journal_replay(h->journal, house_replay_record, h, why, sizeof why))
        return house_fail("replay", why);
    if (h->outcomes[FF_UNKNOWN_SITE])
        log_warning("house", "unknown_site", "records=%" PRIu64, h->outcomes[FF_UNKNOWN_SITE]);
    house_advance(h, door_now(&h->own));
    log_info("house", "restored", "records=%" PRIu64, journal_last(h->journal));
    memset(h->outcomes, 0, sizeof h->outcomes);
    return true;
}

static void house_on_tick(void *house)
{
    struct house *h = house;
    house_advance(h, door_now(&h->own));
    journal_flush(h->journal);
    house_hear(h);
    enum ff_status state = journal_state(h->journal);
    if (state != h->store_logged)
        log_warning("house", "store_state", "now=%s before=%s", ff_status_code(state),
                    ff_status_code(h->store_logged));
    h->store_logged = state;
}

/* The ingest threads stop first; what they have taken still needs the state's loop. */
static void house_on_stop(void *house)
{
    struct house *h = house;
    service_stopping();
    log_info("house", "stopping", "grace_ms=%" PRId64, h->config->stop.grace / FF_MILLISECOND);
    threads_ask_to_stop(h);
    house_stop_if_alone(h);
}

static void house_report_change(void *ctx, const char *key, bool reloadable)
{
    (void)ctx;
    if (reloadable)
        log_info("house", "reloaded", "key=%s", key);
    else
        log_warning("house", "reload_refused", "key=%s why=\"cannot change while running\"", key);
}

static void house_reload(struct house *h)
{
    char why[CONFIG_WHY];
    struct ff_config *fresh =
        config_load(h->source.file, h->source.overrides, h->source.override_count, why, sizeof why);
    if (!fresh) {
        log_error("house", "reload_failed", "why=\"%s\"", why);
        return;
    }
    size_t changes = config_changes(h->config, fresh, house_report_change, h);
    config_apply(h->config, fresh);
    log_set_level(h->config->log.level);
    house_make_access(h); /* on failure the old one stays, and it has been logged */
    log_info("house", "reload", "changes=%zu", changes);
    config_free(&fresh);
}

static void house_on_reload(void *house)
{
    struct house *h = house;
    service_reloading();
    house_reload(h);
    service_ready(h->addresses);
}

static void house_on_watchdog(void *house)
{
    (void)house;
    service_ping();
}

static const struct {
    int number;
    void (*fn)(void *house);
} signal_table[] = {
    {SIGTERM, house_on_stop},
    {SIGINT, house_on_stop},
    {SIGHUP, house_on_reload},
};

static bool house_connect(struct house *h)
{
    int fd = journal_news_fd(h->journal);
    struct net *net = h->own.net;
    bool ok = fd < 0 || net_watch(net, fd, house_hear, h) == 0;
    ok = ok && net_every(net, HOUSE_TICK, house_on_tick, h) == 0;
    for (size_t i = 0; i < sizeof signal_table / sizeof *signal_table; i++)
        ok = ok && net_signal(net, signal_table[i].number, signal_table[i].fn, h) == 0;
    ff_dur watchdog = service_watchdog_interval();
    ok = ok && (watchdog == 0 || net_every(net, watchdog, house_on_watchdog, h) == 0);
    return ok ? true : house_fail("loop", "the event loop cannot watch");
}

static void house_say_ready(struct house *h)
{
    const struct door *d = h->door_count ? &h->doors[0] : &h->own;
    snprintf(h->addresses, sizeof h->addresses, "http=%s udp=%s stats=%s", net_address(d->net, d->http),
             net_address(d->net, d->udp), net_address(h->own.net, h->own.stats));
    log_info("house", "ready", "%s", h->addresses);
    service_ready(h->addresses);
}

static bool house_serve(struct house *h)
{
    if (!threads_start(h))
        return false;
    house_say_ready(h);
    net_run(h->own.net);
    threads_join(h);
    enum ff_status status = journal_drain(h->journal);
    struct fold_counts n = fold_counts(h->fold);
    log_info("house", "stopped", "store=%s records=%" PRIu64 " durable=%" PRIu64 " late=%" PRIu64,
             ff_status_code(status), journal_last(h->journal), journal_durable(h->journal), n.late);
    return journal_durable(h->journal) == journal_last(h->journal);
}

/* The loop's handlers go with it; a signal that comes then must not end what is nearly done. */
static void house_ignore_signals(void)
{
    for (size_t i = 0; i < sizeof signal_table / sizeof *signal_table; i++)
        signal(signal_table[i].number, SIG_IGN);
}

static void house_put_away(struct house *h)
{
    house_ignore_signals();
    threads_join(h);
    for (uint32_t i = 0; i < h->door_count; i++)
        door_fini(&h->doors[i]);
    free(h->doors);
    door_fini(&h->own);
    house_free_access(h);
    house_close_sockets(h);
    journal_close(&h->journal);
    fold_free(&h->fold);
    tally_free(&h->tally);
    house_free_zones(h);
    free(h->canon_sites);
    free(h->fold_sites);
    free(h->answer_sites);
    free(h->answer);
    free(h->token);
    config_free(&h->config);
}

enum house_end house_run(struct ff_config *config, const struct house_source *source)
{
    struct house h = {.config = config, .source = *source, .own.now = FF_NEVER, .http_fd = -1, .udp_fd = -1, .stats_fd = -1};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* until the loop listens to it */
    log_set_level(config->log.level);
    bool ok = house_take_sockets(&h) && house_make_zones(&h) && house_make_sites(&h) && house_make_access(&h) && house_read_token(&h) && house_make_doors(&h) &&
              house_open_journal(&h) && house_make_fold(&h) &&
              house_restore(&h) && house_connect(&h) &&
              house_serve(&h);
    house_put_away(&h);
    return ok ? HOUSE_DONE : HOUSE_FAILED;
}
