/* Settings: the values of every key (keys.c), as the rest of the daemon reads them. */
#ifndef FOOTFALL_CONFIG_SETTINGS_H
#define FOOTFALL_CONFIG_SETTINGS_H

#include "footfall/gpc.h"
#include "footfall/money.h"
#include "footfall/right.h"
#include "footfall/store.h"
#include "footfall/time.h"
#include "log.h"

#include <stdint.h>

struct shelf;

/* Which store keeps the journal. */
enum ff_backend { FF_BACKEND_EMBEDDED, FF_BACKEND_REDIS };

/* How connections of ingest.trusted_proxies begin. */
enum ff_proxy { FF_PROXY_NO, FF_PROXY_V1, FF_PROXY_V2, FF_PROXY_ANY };

/* What a site has for those who ask not to be tracked: that of all sites, or its own. */
enum ff_site_gpc { FF_SITE_GPC_SHARED, FF_SITE_GPC_COUNT, FF_SITE_GPC_ANONYMOUS, FF_SITE_GPC_DROP };

/* A shop. Its id and aliases are unlike those of every other. */
struct ff_config_site {
    const char *id;             /* 1 to 64 bytes */
    const char *const *aliases; /* NULL-terminated */
    const char *timezone;       /* of an IANA zone that zone_new knows */
    ff_currency currency;
    const char *const *origins; /* NULL-terminated, as browsers write them, or "*": any */
    const char *const *hosts;   /* NULL-terminated; empty: those of the origins */
    const struct ff_key *keys;  /* ended by one whose text is NULL; all different */
    enum ff_site_gpc gpc;
};

#define FF_MAX_SITES 1000
#define FF_MAX_KEYS 100 /* of one site */

/* Checked whole: every value is within its row's bounds, and the rows agree with each other. All
 * texts and lists (NULL-terminated) are owned by the config and live as long as it does. */
struct ff_config {
    struct {
        const char *http, *udp; /* "ADDR:PORT" or "[ADDR]:PORT", numeric */
        const char *tracker_path; /* "/...", as requests name it; no path of anything else */
        const char *const *
            udp_allow; /* "10.0.0.0/8", "::1/128": always with a prefix length, no bits behind it */
        const char *const *trusted_proxies; /* in the same form */
        enum ff_proxy proxy_protocol;
        uint64_t max_body, max_header; /* bytes */
        uint32_t max_batch;            /* events */
        uint32_t threads;              /* 0: none but the one that owns the state */
        ff_dur max_age, idle_timeout, request_timeout;
    } ingest;
    struct {
        const char *http;
        const char *token_file; /* "": none */
    } stats;
    struct {
        const char *file; /* "": none, as the next two */
    } channels;
    struct {
        const char *file;
    } agents;
    struct {
        const char *database;
    } country;
    struct {
        enum ff_gpc gpc;
    } privacy;
    struct {
        ff_dur timeout, max_length, lateness, remember;
    } session;
    struct {
        ff_dur abandon_after, recover_within;
    } cart;
    struct {
        ff_dur dedupe;
    } orders;
    struct {
        ff_dur remember, active_for;
    } customers;
    struct {
        ff_dur window;
    } dedupe;
    struct {
        ff_dur remember;
    } support;
    struct {
        ff_dur minutes, hours, days;
    } tally;
    struct {
        enum ff_backend backend;
        const char *path;
        enum ff_durability durability;
        uint64_t segment_bytes, keep_bytes;
        uint32_t checkpoint_records;
        ff_dur checkpoint_every, keep, forget_within;
        uint64_t spill_max;
        struct {
            const char *url, *password_file, *prefix, *shard; /* password_file: "" for none */
            ff_dur timeout, start_within;
            uint64_t keep_bytes;
        } redis;
    } store;
    struct {
        uint32_t visitors, carts, ids, orders, tails, tail_events, cart_lines, cart_words, session_extras, words, connections;
        uint32_t tickets, comments; /* comments: of each site */
        uint32_t agents; /* of each thread */
        uint32_t customers, customer_days, forgets;
        uint32_t connections_per_address, requests_per_second; /* 0: no limit */
        uint64_t breakdown_bytes;
    } limits;
    struct {
        enum log_level level;
    } log;
    struct {
        ff_dur grace;
    } stop;

    const struct ff_config_site
        *sites;          /* in the order of the file; "default" where it names none */
    uint16_t site_count; /* at least 1 */

    struct shelf *shelf;      /* the config's own memory, */
    struct shelf *site_shelf; /* and that of what may change about its sites */
};

#endif
