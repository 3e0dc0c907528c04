/* The life of the house: rooms are made, the state is restored, the loop runs, all is put away. */
#include "house_state.h"

#include "log.h"
#include "service.h"
#include "shard_store.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* The longest token that stats.token_file may hold. */
#define TOKEN_MAX 256

/* What the store needs is looked after this often while nothing else happens. */
#define HOUSE_TICK (1 * FF_SECOND)

/* The clock may be this much behind what the state has seen before it is worth a word. */
#define CLOCK_BEHIND FF_MINUTE

static bool house_make_sites(struct house *h)
{
    const struct ff_config *c = h->config;
    char why[CONFIG_WHY];
    if (!shard_init(&h->shard, c, false, why, sizeof why))
        return house_fail("sites", why);
    h->answer_sites = calloc(c->site_count, sizeof *h->answer_sites);
    if (!h->answer_sites)
        return house_fail("memory", "out of memory");
    for (uint16_t i = 0; i < c->site_count; i++)
        h->answer_sites[i] = (struct answer_site){c->sites[i].id, c->sites[i].aliases, h->shard.zones[i],
                                                     c->sites[i].currency};
    house_customers_begin(h);
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
    h->answer = malloc(HOUSE_ANSWER_MAX);
    if (!h->answer || !door_init(&h->own, h))
        return house_fail("memory", "out of memory");
    return door_listen_own(&h->own) && threads_make(h);
}

static bool house_check_store(struct house *h)
{
    char why[CONFIG_WHY] = "";
    return shard_store_check(h->config, why, sizeof why) || house_fail("store", why);
}

/* Opening the store may wait for a server. Who is told to end meanwhile has nothing to put away, and does so as he
 * would later: the signals wait until the store says that it is open, or that it gives up for them. */
static bool house_open_journal(struct house *h)
{
    static const struct timespec now;
    char why[CONFIG_WHY] = "";
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, &before);
    enum ff_status status = shard_store_open(h->config, h->source.io, false, &h->journal, why, sizeof why);
    h->ended_early = sigtimedwait(&ends, NULL, &now) > 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (h->ended_early)
        log_info("house", "stopped", "why=\"told to while the store was being opened\"");
    else if (status)
        return house_fail("store", why);
    return !h->ended_early;
}

static bool house_restore(struct house *h)
{
    char why[CONFIG_WHY] = "";
    struct shard_restored restored;
    if (!shard_take_seed(&h->shard, h->journal, true, why, sizeof why))
        return house_fail("seed", why);
    salts_find(h);
    if (shard_restore(&h->shard, h->journal, UINT64_MAX, UINT64_MAX, &restored, why, sizeof why))
        return house_fail("replay", why);
    if (h->shard.now > h->own.now)
        h->own.now = h->shard.now;
    shard_advance(&h->shard, door_now(&h->own));
    checkpoint_begin(h, restored.checkpoint);
    h->checkpoint.missing = restored.missing;
    house_store_begin(h);
    salts_begin(h, door_now(&h->own));
    log_info("house", "restored", "records=%" PRIu64 " checkpoint=%" PRIu64 " replayed=%" PRIu64,
             journal_last(h->journal), restored.checkpoint, restored.replayed);
    return true;
}

/* A clock that ran ahead and was set back stands still until real time has caught up: "now" never
 * goes back, so what comes meanwhile is taken as of then. */
static void house_watch_clock(struct house *h, ff_wall now)
{
    bool behind = now - clock_now() > CLOCK_BEHIND;
    if (behind && !h->clock_behind)
        log_warning("house", "clock_behind", "seconds=%" PRId64 " why=\"the journal holds later times: now stands still until then\"",
                    (now - clock_now()) / FF_SECOND);
    h->clock_behind = behind;
}

/* A disk, or a Redis, that its own journal has filled: what a restart does not need goes now. */
static void house_make_room(struct house *h, ff_wall now)
{
    struct ff_store_health health;
    journal_health(h->journal, &health);
    if (journal_state(h->journal) == FF_STORE_FULL || health.full)
        journal_trim(h->journal, (struct ff_keep){.older = now, .bytes = 0});
}

static void house_on_tick(void *house)
{
    struct house *h = house;
    ff_wall now = door_now(&h->own);
    house_watch_clock(h, now);
    shard_advance(&h->shard, now);
    house_make_room(h, now);
    salts_look_after(h, now);
    journal_flush(h->journal);
    house_hear(h);
    house_store_look_after(h, now);
    checkpoint_look_after(h, now);
    house_customers_go_on(h);
    house_judges_sweep(h);
    enum ff_status state = journal_state(h->journal);
    if (state != h->store_logged)
        log_warning("house", "store_state", "now=%s before=%s", ff_status_code(state),
                    ff_status_code(h->store_logged));
    h->store_logged = state;
}

/* The ingest threads stop first; what they have taken still needs the state's loop. */
void house_stop(struct house *h)
{
    service_stopping();
    log_info("house", "stopping", "grace_ms=%" PRId64, h->config->stop.grace / FF_MILLISECOND);
    threads_ask_to_stop(h);
    house_stop_if_alone(h);
}

static void house_on_stop(void *house)
{
    house_stop(house);
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
    house_make_judge(h);  /* as the next */
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

static void house_on_checkpoint(void *house)
{
    struct house *h = house;
    checkpoint_ask(h);
    checkpoint_look_after(h, door_now(&h->own));
}

static void house_on_child(void *house)
{
    struct house *h = house;
    checkpoint_look_after(h, door_now(&h->own));
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
    {SIGUSR1, house_on_checkpoint},
    {SIGCHLD, house_on_child},
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
    house_store_end(h);
    enum ff_status status = journal_drain(h->journal);
    struct fold_counts n = fold_counts(h->shard.fold);
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
    checkpoint_give_up(h);
    for (uint32_t i = 0; i < h->door_count; i++)
        door_fini(&h->doors[i]);
    free(h->doors);
    door_fini(&h->own);
    house_free_access(h);
    house_free_judges(h);
    house_close_sockets(h);
    journal_close(&h->journal);
    salts_end(h);
    shard_fini(&h->shard);
    house_customers_end(h);
    free(h->answer_sites);
    free(h->answer);
    free(h->token);
    config_free(&h->config);
}

enum house_end house_run(struct ff_config *config, const struct house_source *source)
{
    struct house h = {.config = config, .source = *source, .own.now = FF_NEVER, .http_fd = -1, .udp_fd = -1, .stats_fd = -1};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* until the loop listens to them */
    signal(SIGUSR1, SIG_IGN);
    log_set_level(config->log.level);
    bool sane = house_make_judge(&h) && house_check_store(&h);
    bool ok = sane && house_take_sockets(&h) && house_make_sites(&h) && house_make_access(&h) &&
              house_read_token(&h) && house_make_doors(&h) && house_open_journal(&h) &&
              house_restore(&h) && house_connect(&h) && house_serve(&h);
    house_put_away(&h);
    if (h.store.fenced)
        return HOUSE_FENCED;
    if (h.ended_early)
        return HOUSE_DONE;
    return ok ? HOUSE_DONE : sane ? HOUSE_FAILED : HOUSE_MISCONFIGURED;
}

bool house_check(const struct ff_config *config, char *why, size_t size)
{
    struct judge *j = judge_new(config, why, size);
    bool ok = j != NULL;
    judge_free(&j);
    return ok && shard_store_check(config, why, size);
}
