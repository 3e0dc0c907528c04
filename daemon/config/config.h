/* Config: what the operator has chosen. One table of keys (keys.c) says what there is; the file,
 * -o, --help, the sample file and the reload all read its rows. */
#ifndef FOOTFALL_CONFIG_H
#define FOOTFALL_CONFIG_H

#include "footfall/gpc.h"
#include "footfall/money.h"
#include "footfall/right.h"
#include "footfall/store.h"
#include "footfall/time.h"
#include "log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct shelf;

/* Which store keeps the journal. */
enum ff_backend { FF_BACKEND_EMBEDDED };

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

#define CONFIG_WHY 512 /* bytes that hold any sentence that config_load gives */

/* Reads file (NULL: none, all defaults), then the n overrides, each "KEY=VALUE", and checks the
 * whole. Owned by the caller until config_free. On failure NULL, and why (size bytes) is one line
 * that says what was expected: "FILE:LINE: KEY: expected ..., got ..." or "-o KEY: ...". */
struct ff_config *config_load(const char *file, const char *const *overrides, size_t n, char *why,
                              size_t size);

/* Frees *c and nulls it; a NULL *c is fine. */
void config_free(struct ff_config **c);

/* What holds for a site of c. */
enum ff_gpc config_gpc(const struct ff_config *c, uint16_t site);

/* Called with the name of a key that has changed. */
typedef void (*config_change_fn)(void *ctx, const char *key, bool reloadable);

/* Calls fn for every key that differs, in the order of the table, and then for the sites: "sites"
 * when they are others, in another order, or differ in what cannot change; of sites with the same
 * ids also "sites[].origins" and "sites[].keys". Gives how many do. */
size_t config_changes(const struct ff_config *before, const struct ff_config *after,
                      config_change_fn fn, void *ctx);

/* Takes over what may change in a running daemon; all else in live stays as it is, and so do its
 * texts, which others borrow. Only the origins and keys of sites are exchanged, and then go with
 * fresh: whoever wants them for longer copies them. Where fresh has not the same ids in the same
 * order, all about the sites stays. */
void config_apply(struct ff_config *live, struct ff_config *fresh);

/* Prints, for --help: every key with its default and what it means. */
void config_print_help(FILE *out);

/* Prints the sample file: YAML with every key, its meaning and its default. */
void config_print_sample(FILE *out);

/* Prints the values in force, as YAML that config_load reads back to an equal config; without secrets it
 * lacks the keys of sites, and reading it back needs none of the files that they came from. */
void config_dump(const struct ff_config *c, bool secrets, FILE *out);

#endif
