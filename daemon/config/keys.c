#include "keys.h"

#include "config.h"

#include <string.h>

#define AT(type, member) KEY_MEMBER(struct ff_config, type, member)
#define SITE_AT(type, member) KEY_MEMBER(struct ff_config_site, type, member)

#define DURATION(member, min, max) KEY_DURATION, AT(ff_dur, member), min, max, NULL
#define SIZE(member, min, max) KEY_SIZE, AT(uint64_t, member), min, max, NULL
#define COUNT(member, min, max) KEY_COUNT, AT(uint32_t, member), min, max, NULL
#define WORD(member, type, words) KEY_WORD, AT(type, member), 0, 0, words
#define ADDRESS(member) KEY_ADDRESS, AT(const char *, member), 0, 0, NULL
#define PATH(member, min) KEY_PATH, AT(const char *, member), min, 4095, NULL
#define ROUTE(member) KEY_ROUTE, AT(const char *, member), 2, 255, NULL
#define TEXT(member, min, max) KEY_TEXT, AT(const char *, member), min, max, NULL
#define SECRET(member) KEY_SECRET, AT(const char *, member), 1, 1023, NULL
#define NETWORKS(member) KEY_NETWORKS, AT(const char *const *, member), 0, 0, NULL

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define MILLION INT64_C(1000000)
#define YEAR (365 * FF_DAY)

enum { FIXED = false, RELOADABLE = true };

/* Keys of one section stand together: the sample file has them in this order. */
static const struct key config_rows[] = {
    {"ingest.http", ADDRESS(ingest.http), "0.0.0.0:7070", FIXED,
     "Where beacons come in over HTTP; public."},
    {"ingest.udp", ADDRESS(ingest.udp), "127.0.0.1:7070", FIXED,
     "Where beacons come in as datagrams, from back ends of your own."},
    {"ingest.udp_allow", NETWORKS(ingest.udp_allow),
     "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7", FIXED,
     "Networks whose datagrams are taken; those of others are dropped and counted."},
    {"ingest.trusted_proxies", NETWORKS(ingest.trusted_proxies), "", FIXED,
     "Networks of proxies that are believed whom a request is from: X-Forwarded-For, or else Forwarded."},
    {"ingest.proxy_protocol", WORD(ingest.proxy_protocol, enum ff_proxy, "no v1 v2 any"), "no", FIXED,
     "How connections of ingest.trusted_proxies begin: with the PROXY protocol v1, v2, any, or no."},
    {"ingest.max_body", SIZE(ingest.max_body, KIB, 64 * MIB), "1M", FIXED,
     "Largest body of a request."},
    {"ingest.max_batch", COUNT(ingest.max_batch, 1, 100000), "1000", FIXED,
     "Most events in one request or datagram."},
    {"ingest.max_age", DURATION(ingest.max_age, FF_MINUTE, 10 * YEAR), "72h", FIXED,
     "Events older than this are refused; history goes through /v1/import."},
    {"ingest.max_header", SIZE(ingest.max_header, KIB, MIB), "16k", FIXED,
     "Largest request line and headers of a request, together."},
    {"ingest.threads", COUNT(ingest.threads, 0, 64), "0", FIXED,
     "Threads that read and check beyond the one that counts; 0: it does all itself."},
    {"ingest.idle_timeout", DURATION(ingest.idle_timeout, FF_SECOND, FF_HOUR), "60s", FIXED,
     "A connection without a request is closed after this."},
    {"ingest.request_timeout", DURATION(ingest.request_timeout, FF_SECOND, FF_HOUR), "30s", FIXED,
     "A request must be complete this long after its first byte."},
    {"ingest.tracker_path", ROUTE(ingest.tracker_path), "/tracker.js", FIXED,
     "A further path at which the tracker script is given out."},

    {"stats.http", ADDRESS(stats.http), "127.0.0.1:7071", FIXED,
     "Where numbers are asked for; private. Other than loopback needs stats.token_file."},
    {"stats.token_file", PATH(stats.token_file, 0), "", FIXED,
     "File with the token that requests to stats.http must bring; empty: none is asked for."},

    {"channels.file", PATH(channels.file, 0), "", FIXED,
     "File of hosts and click ids beside the built-in ones (channels.yaml); read again by SIGHUP."},

    {"agents.file", PATH(agents.file, 0), "", FIXED,
     "File of patterns of bots and devices beside the built-in ones (agents.yaml); read again by SIGHUP."},

    {"country.database", PATH(country.database, 0), "", FIXED,
     "Database of countries in MaxMind's format; read again by SIGHUP; empty: none are told."},

    {"privacy.gpc", WORD(privacy.gpc, enum ff_gpc, "count anonymous drop"), "anonymous", FIXED,
     "Who sends Sec-GPC or DNT: count (as others), anonymous (in sums only, no visitor), or drop."},

    {"session.timeout", DURATION(session.timeout, FF_SECOND, FF_DAY), "30m", FIXED,
     "A longer gap between two events of a visitor begins a new session."},
    {"session.max_length", DURATION(session.max_length, FF_SECOND, 30 * FF_DAY), "24h", FIXED,
     "A session never gets longer than this; the next event begins another."},
    {"session.lateness", DURATION(session.lateness, 0, FF_DAY), "5m", FIXED,
     "An event this much older than its visitor's newest one is late: counted, but in no session."},
    {"session.remember", DURATION(session.remember, FF_SECOND, 10 * YEAR), "90d", FIXED,
     "A visitor who stays away longer than this is new again."},

    {"cart.abandon_after", DURATION(cart.abandon_after, FF_SECOND, 30 * FF_DAY), "1h", FIXED,
     "A cart that nobody has touched for this long is abandoned."},
    {"cart.recover_within", DURATION(cart.recover_within, FF_SECOND, YEAR), "7d", FIXED,
     "A cart can be taken up again this long after its last event."},

    {"orders.dedupe", DURATION(orders.dedupe, FF_SECOND, 10 * YEAR), "90d", FIXED,
     "A second purchase with the same order id within this time is dropped and counted."},

    {"customers.remember", DURATION(customers.remember, FF_DAY, 20 * YEAR), "1825d", FIXED,
     "A customer is forgotten this long after the last purchase; what it was counted as stays."},
    {"customers.active_for", DURATION(customers.active_for, FF_DAY, 10 * YEAR), "365d", FIXED,
     "A customer is active this long from a purchase on; in whole days."},

    {"dedupe.window", DURATION(dedupe.window, FF_SECOND, YEAR), "24h", FIXED,
     "A second event with the same id within this time is dropped and counted."},

    {"support.remember", DURATION(support.remember, FF_DAY, 10 * YEAR), "365d", FIXED,
     "A ticket is known this long after its last event; its numbers stay."},

    {"tally.minutes", DURATION(tally.minutes, 25 * FF_HOUR, 62 * FF_DAY), "50h", FIXED,
     "How long counters are kept by the minute."},
    {"tally.hours", DURATION(tally.hours, 2 * FF_DAY, 3 * YEAR), "62d", FIXED,
     "How long counters are kept by the local hour."},
    {"tally.days", DURATION(tally.days, 32 * FF_DAY, 20 * YEAR), "800d", FIXED,
     "How long counters are kept by the local day."},

    {"store.backend", WORD(store.backend, enum ff_backend, "embedded redis"), "embedded", FIXED,
     "What keeps the journal: embedded (files in store.path), or redis (a stream, see store.redis)."},
    {"store.path", PATH(store.path, 1), "/var/lib/footfalld", FIXED,
     "Directory of the store; made when it is missing."},
    {"store.durability", WORD(store.durability, enum ff_durability, "disk process"), "disk", FIXED,
     "What an answered event survives: disk (loss of power) or process (a crash of the daemon)."},
    {"store.segment_bytes", SIZE(store.segment_bytes, 64 * KIB, 1024 * MIB), "64M", FIXED,
     "A file of the journal that has grown to this is closed and the next begun."},
    {"store.checkpoint_every", DURATION(store.checkpoint_every, FF_SECOND, 30 * FF_DAY), "15m", RELOADABLE,
     "A checkpoint of the state is written this long after the last one."},
    {"store.checkpoint_records", COUNT(store.checkpoint_records, 1, 1000 * MILLION), "1M", RELOADABLE,
     "A checkpoint is written sooner when so many events have come since the last one."},
    {"store.keep", DURATION(store.keep, 0, 10 * YEAR), "7d", RELOADABLE,
     "How long the journal is kept for export; what a restart needs stays longer."},
    {"store.keep_bytes", SIZE(store.keep_bytes, 0, 1000 * 1024 * MIB), "8G", RELOADABLE,
     "How large the journal may grow before its oldest files go sooner."},
    {"store.forget_within", DURATION(store.forget_within, FF_SECOND, 30 * FF_DAY), "1h", RELOADABLE,
     "Nothing of a visitor is on the disk this long after it was to be forgotten."},
    {"store.spill_max", SIZE(store.spill_max, MIB, 1000 * 1024 * MIB), "1G", FIXED,
     "How much of what was taken may wait in store.path while Redis is away."},
    {"store.redis.url", SECRET(store.redis.url), "redis://127.0.0.1:6379", FIXED,
     "Where Redis is: redis://[user[:password]@]host[:port][/db] or unix:///path.sock[?db=N]."},
    {"store.redis.password_file", PATH(store.redis.password_file, 0), "", FIXED,
     "File whose first line is the password for Redis; empty: it stands in the url, or none is needed."},
    {"store.redis.prefix", TEXT(store.redis.prefix, 1, 64), "footfall", FIXED,
     "What all keys in Redis begin with."},
    {"store.redis.shard", TEXT(store.redis.shard, 1, 64), "default", FIXED,
     "Name of this daemon's journal in Redis; whoever starts with the same one takes it over."},
    {"store.redis.timeout", DURATION(store.redis.timeout, 10 * FF_MILLISECOND, FF_MINUTE), "1s", FIXED,
     "Redis counts as away when it has not answered for this long."},
    {"store.redis.start_within", DURATION(store.redis.start_within, 0, FF_DAY), "1m", FIXED,
     "How long a start waits for a Redis that is not there or reads its data."},
    {"store.redis.keep_bytes", SIZE(store.redis.keep_bytes, 0, 1000 * 1024 * MIB), "256M", RELOADABLE,
     "How large the journal in Redis may grow before its oldest part goes sooner."},

    {"limits.visitors", COUNT(limits.visitors, 1, 1000 * MILLION), "10M", FIXED,
     "Most visitors in memory, each with its session."},
    {"limits.carts", COUNT(limits.carts, 1, 1000 * MILLION), "2M", FIXED, "Most carts in memory."},
    {"limits.ids", COUNT(limits.ids, 1, 1000 * MILLION), "16M", FIXED,
     "Most event ids remembered for dedupe.window."},
    {"limits.orders", COUNT(limits.orders, 1, 1000 * MILLION), "4M", FIXED,
     "Most order ids remembered for orders.dedupe."},
    {"limits.tails", COUNT(limits.tails, 1, 1000 * MILLION), "1M", FIXED,
     "Most visitors whose latest events can still be put in order."},
    {"limits.tail_events", COUNT(limits.tail_events, 1, 1000 * MILLION), "8M", FIXED,
     "Most events that can still be put in order."},
    {"limits.cart_lines", COUNT(limits.cart_lines, 1, 1000 * MILLION), "8M", FIXED,
     "Most lines of all carts together."},
    {"limits.cart_words", COUNT(limits.cart_words, 1, 1000 * MILLION), "8M", FIXED,
     "Most texts of carts (visitors, customers, skus, names, pages); further ones are not shown."},
    {"limits.session_extras", COUNT(limits.session_extras, 1, 1000 * MILLION), "8M", FIXED,
     "Most search terms, checkout steps, custom names and currencies of orders of all sessions together."},
    {"limits.customers", COUNT(limits.customers, 1, 1000 * MILLION), "2M", FIXED,
     "Most customers in memory, and visitors who bought or whose customer is known."},
    {"limits.customer_days", COUNT(limits.customer_days, 1, 1000 * MILLION), "8M", FIXED,
     "Most days on which a customer bought, of all together."},
    {"limits.words", COUNT(limits.words, 1, 1000 * MILLION), "4M", FIXED,
     "Most texts in memory, such as pages and products; further ones count as (other)."},
    {"limits.tickets", COUNT(limits.tickets, 1, 1000 * MILLION), "1M", FIXED,
     "Most support tickets in memory."},
    {"limits.comments", COUNT(limits.comments, 0, 100000), "1000", FIXED,
     "Most comments of surveys kept of each site, the newest; 0: none."},
    {"limits.breakdown_bytes", SIZE(limits.breakdown_bytes, 0, 1000 * 1024 * MIB), "512M", FIXED,
     "Most bytes of breakdowns in memory; once reached, new values count as (other) until old ones expire."},
    {"limits.agents", COUNT(limits.agents, 2, 100 * MILLION), "64k", FIXED,
     "Most user agents that each thread remembers its judgement of, the older giving way."},
    {"limits.forgets", COUNT(limits.forgets, 1, MILLION), "10k", FIXED,
     "Most visitors to be forgotten who are still on the disk; further requests are answered 503."},
    {"limits.connections", COUNT(limits.connections, 1, MILLION), "20k", FIXED,
     "Most connections at once; further ones are closed and counted."},
    {"limits.connections_per_address", COUNT(limits.connections_per_address, 0, MILLION), "0", FIXED,
     "Most connections of one address at once; 0: no limit."},
    {"limits.requests_per_second", COUNT(limits.requests_per_second, 0, MILLION), "0", FIXED,
     "Most requests of one address in a second, further ones are answered 429; 0: no limit."},

    {"log.level", WORD(log.level, enum log_level, "error warning info debug"), "info", RELOADABLE,
     "What is logged, and all that is graver: error, warning, info or debug."},

    {"stop.grace", DURATION(stop.grace, 0, FF_HOUR), "10s", RELOADABLE,
     "How long a stop waits for answers that are still on their way."},
};

static const struct key site_rows[] = {
    {"id", KEY_TEXT, SITE_AT(const char *, id), 1, 64, NULL, NULL, FIXED,
     "What beacons give as their site."},
    {"aliases", KEY_TEXTS, SITE_AT(const char *const *, aliases), 1, 64, NULL, "", FIXED,
     "Further names for it."},
    {"timezone", KEY_ZONE, SITE_AT(const char *, timezone), 0, 0, NULL, "UTC", FIXED,
     "Its local time, which makes its days, such as Europe/Berlin."},
    {"currency", KEY_CURRENCY, SITE_AT(ff_currency, currency), 0, 0, NULL, "EUR", FIXED,
     "Of amounts that come without one."},
    {"origins", KEY_ORIGINS, SITE_AT(const char *const *, origins), 0, 0, NULL, "*", RELOADABLE,
     "Origins whose pages may send for it, such as https://shop.example."},
    {"hosts", KEY_TEXTS, SITE_AT(const char *const *, hosts), 1, 253, NULL, "", RELOADABLE,
     "Hosts of its own, with all below them, which bring no visitors; none: the hosts of its origins."},
    {"keys", KEY_BEARERS, SITE_AT(const struct ff_key *, keys), 0, 0, NULL, "", RELOADABLE,
     "What senders bring as Authorization: Bearer KEY, such as {key: SECRET, right: track}."},
    {"gpc", KEY_WORD, SITE_AT(enum ff_site_gpc, gpc), 0, 0, "shared count anonymous drop", "shared", FIXED,
     "Who sends Sec-GPC or DNT: count, anonymous, drop, or shared: as privacy.gpc says."},
};

#define LIST(rows)                                                                                 \
    {                                                                                              \
        rows, sizeof(rows) / sizeof *(rows)                                                        \
    }

const struct key_list config_keys = LIST(config_rows);
const struct key_list site_keys = LIST(site_rows);

const struct key *key_find(const struct key_list *list, struct ff_span name)
{
    for (size_t i = 0; i < list->n; i++)
        if (ff_span_is(name, list->rows[i].name))
            return &list->rows[i];
    return NULL;
}
