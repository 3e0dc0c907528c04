/* The life of the house: rooms are made, the state is restored, the loop runs, all is put away. */
#include "house_state.h"

#include "hash.h"
#include "log.h"
#include "region.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* The longest token that stats.token_file may hold. */
#define TOKEN_MAX 256

/* What the store needs is looked after this often while nothing else happens. */
#define HOUSE_TICK (1 * FF_SECOND)

ff_wall house_now(struct house *h)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ff_wall t = (ff_wall)ts.tv_sec * FF_SECOND + ts.tv_nsec / 1000;
    if (t > h->now)
        h->now = t;
    return h->now;
}

void house_advance(struct house *h, ff_wall t)
{
    tally_advance(h->tally, t);
    fold_advance(h->fold, t);
}

static bool house_fail(const char *event, const char *why)
{
    log_error("house", event, "why=\"%s\"", why);
    return false;
}

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
    struct intake_options intake = {c->ingest.max_batch, c->ingest.max_body};
    struct canon_options canon = {h->canon_sites, c->site_count, c->ingest.max_age};
    struct tally_options tally = {(const struct zone *const *)h->zones, c->site_count,
                                  c->tally.minutes, c->tally.hours, c->tally.days};
    h->intake = intake_new(&intake);
    h->canon = canon_new(&canon);
    h->tally = tally_new(&tally);
    h->record = malloc(RECORD_MAX);
    h->answer = malloc(HOUSE_ANSWER_MAX);
    h->waiting.ring = region_new(HOUSE_WAITING_MAX, sizeof *h->waiting.ring);
    if (!h->intake || !h->canon || !h->tally || !h->record || !h->answer || !h->waiting.ring)
        return house_fail("memory", "out of memory");
    return true;
}

static bool house_open_journal(struct house *h)
{
    const struct ff_config *c = h->config;
    char why[CONFIG_WHY] = "";
    struct ff_store_options options = {
        .path = c->store.path,
        .durability = c->store.durability,
        .segment_bytes = c->store.segment_bytes,
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
    canon_reset(h->canon);
    enum ff_status status = record_decode(h->canon, seq, body, &r);
    if (status == FF_UNKNOWN_SITE) {
        h->outcomes[status]++;
        return FF_OK;
    }
    if (status)
        return status;
    if (r.received > h->now)
        h->now = r.received;
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
    house_advance(h, house_now(h));
    log_info("house", "restored", "records=%" PRIu64, journal_last(h->journal));
    memset(h->outcomes, 0, sizeof h->outcomes);
    return true;
}

static void house_on_news(void *house)
{
    struct house *h = house;
    journal_poll(h->journal);
    house_release(h);
}

/* End of a turn: what came in goes on its way to the disk together. */
static void house_on_turn(void *house)
{
    struct house *h = house;
    journal_flush(h->journal);
    journal_poll(h->journal);
    house_release(h);
}

static void house_on_tick(void *house)
{
    struct house *h = house;
    house_advance(h, house_now(h));
    house_on_turn(h);
    enum ff_status state = journal_state(h->journal);
    if (state != h->store_state)
        log_warning("house", "store_state", "now=%s before=%s", ff_status_code(state),
                    ff_status_code(h->store_state));
    h->store_state = state;
}

static void house_on_stop(void *house)
{
    struct house *h = house;
    log_info("house", "stopping", "grace_ms=%" PRId64, h->config->stop.grace / FF_MILLISECOND);
    net_stop(h->net, h->config->stop.grace);
}

static void house_report_change(void *ctx, const char *key, bool reloadable)
{
    (void)ctx;
    if (reloadable)
        log_info("house", "reloaded", "key=%s", key);
    else
        log_warning("house", "reload_refused", "key=%s why=\"cannot change while running\"", key);
}

static void house_on_reload(void *house)
{
    struct house *h = house;
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
    log_info("house", "reload", "changes=%zu", changes);
    config_free(&fresh);
}

static const struct {
    int number;
    void (*fn)(void *house);
} signal_table[] = {
    {SIGTERM, house_on_stop},
    {SIGINT, house_on_stop},
    {SIGHUP, house_on_reload},
};

static bool house_listen(struct house *h)
{
    const struct ff_config *c = h->config;
    struct net_options options = {
        .max_body = c->ingest.max_body,
        .max_header = c->ingest.max_header,
        .max_connections = c->limits.connections,
        .idle_timeout = c->ingest.idle_timeout,
        .request_timeout = c->ingest.request_timeout,
        .udp_allow = c->ingest.udp_allow,
    };
    char why[CONFIG_WHY] = "out of memory";
    struct net_events events = {house_request, house_datagrams, house_on_turn, h};
    h->net = net_new(&options, &events);
    if (!h->net || (h->ingest_http = net_listen_http(h->net, c->ingest.http, why, sizeof why)) < 0 ||
        (h->ingest_udp = net_listen_udp(h->net, c->ingest.udp, why, sizeof why)) < 0 ||
        (h->stats_http = net_listen_http(h->net, c->stats.http, why, sizeof why)) < 0)
        return house_fail("listen", why);
    return true;
}

static bool house_connect(struct house *h)
{
    int fd = journal_news_fd(h->journal);
    bool ok = fd < 0 || net_watch(h->net, fd, house_on_news, h) == 0;
    ok = ok && net_every(h->net, HOUSE_TICK, house_on_tick, h) == 0;
    for (size_t i = 0; i < sizeof signal_table / sizeof *signal_table; i++)
        ok = ok && net_signal(h->net, signal_table[i].number, signal_table[i].fn, h) == 0;
    return ok ? true : house_fail("loop", "the event loop cannot watch");
}

static bool house_serve(struct house *h)
{
    log_info("house", "ready", "http=%s udp=%s stats=%s", net_address(h->net, h->ingest_http),
             net_address(h->net, h->ingest_udp), net_address(h->net, h->stats_http));
    net_run(h->net);
    enum ff_status status = journal_drain(h->journal);
    struct fold_counts n = fold_counts(h->fold);
    log_info("house", "stopped", "store=%s records=%" PRIu64 " durable=%" PRIu64 " late=%" PRIu64,
             ff_status_code(status), journal_last(h->journal), journal_durable(h->journal), n.late);
    return journal_durable(h->journal) == journal_last(h->journal);
}

static void house_put_away(struct house *h)
{
    house_queue_free(h);
    net_free(&h->net);
    journal_close(&h->journal);
    fold_free(&h->fold);
    tally_free(&h->tally);
    canon_free(&h->canon);
    intake_free(&h->intake);
    house_free_zones(h);
    free(h->canon_sites);
    free(h->fold_sites);
    free(h->answer_sites);
    free(h->record);
    free(h->answer);
    free(h->token);
    config_free(&h->config);
}

enum house_end house_run(struct ff_config *config, const struct house_source *source)
{
    struct house h = {.config = config, .source = *source, .now = FF_NEVER};
    signal(SIGPIPE, SIG_IGN);
    log_set_level(config->log.level);
    bool ok = house_make_zones(&h) && house_make_sites(&h) && house_read_token(&h) && house_make_doors(&h) &&
              house_listen(&h) && house_open_journal(&h) && house_make_fold(&h) &&
              house_restore(&h) && house_connect(&h) && house_serve(&h);
    house_put_away(&h);
    return ok ? HOUSE_DONE : HOUSE_FAILED;
}
