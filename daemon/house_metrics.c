/* What GET /metrics shows: the process by a table, beacons by site, and the business gauges. */
#include "house_state.h"

#include <stdio.h>

enum value_kind { VALUE_COUNT, VALUE_SMALL, VALUE_DOUBLE }; /* uint64_t, uint32_t, double */

#define COUNT(member) VALUE_COUNT, offsetof(struct scrape, member)
#define SMALL(member) VALUE_SMALL, offsetof(struct scrape, member)
#define DOUBLE(member) VALUE_DOUBLE, offsetof(struct scrape, member)

#define COUNTER OPENMETRICS_COUNTER
#define GAUGE OPENMETRICS_GAUGE

/* Numbers of the process. Rows of one family stand side by side, and the first says what it is. */
static const struct metric_row {
    const char *name;
    enum openmetrics_type type;
    const char *key, *value; /* its label, or NULL */
    enum value_kind kind;
    size_t at; /* in struct scrape */
    const char *help;
} metric_table[] = {
    {"process_start_time_seconds", GAUGE, NULL, NULL, DOUBLE(started),
     "Unix time at which the process began."},
    {"process_cpu_seconds", COUNTER, NULL, NULL, DOUBLE(cpu), "Time on processors, of all threads."},
    {"process_resident_memory_bytes", GAUGE, NULL, NULL, COUNT(resident), "Memory that is in use."},
    {"process_virtual_memory_bytes", GAUGE, NULL, NULL, COUNT(mapped),
     "Memory that is mapped: tables are mapped at their limits."},
    {"process_open_fds", GAUGE, NULL, NULL, COUNT(open_fds), "Open descriptors."},
    {"process_max_fds", GAUGE, NULL, NULL, COUNT(max_fds), "Most descriptors that may be open."},

    {"footfall_ingest_threads", GAUGE, NULL, NULL, COUNT(threads),
     "Threads that read and check beyond the one that counts."},
    {"footfall_connections", GAUGE, NULL, NULL, SMALL(net.open), "Open connections."},
    {"footfall_connections_accepted", COUNTER, NULL, NULL, COUNT(net.accepted),
     "Connections that were accepted and kept."},
    {"footfall_connections_closed", COUNTER, NULL, NULL, COUNT(net.closed),
     "Connections that have ended."},
    {"footfall_connections_refused", COUNTER, "reason", "too_many", COUNT(net.refused_connections),
     "Connections closed at once: too many, or too many of their address."},
    {"footfall_connections_refused", COUNTER, "reason", "address", COUNT(net.refused_by_address), NULL},
    {"footfall_requests", COUNTER, NULL, NULL, COUNT(net.requests),
     "HTTP requests that were read whole, on all listeners."},
    {"footfall_requests_refused", COUNTER, "reason", "bad_request", COUNT(net.bad_requests),
     "HTTP requests that came no further: broken or too large (400, 413, 431), too slow (408), too"
     " many of their address (429)."},
    {"footfall_requests_refused", COUNTER, "reason", "timed_out", COUNT(net.timed_out), NULL},
    {"footfall_requests_refused", COUNTER, "reason", "limited", COUNT(net.limited), NULL},
    {"footfall_bodies_inflated", COUNTER, NULL, NULL, COUNT(net.inflated), "Bodies that came as gzip."},
    {"footfall_datagrams", COUNTER, NULL, NULL, COUNT(net.datagrams), "Datagrams that were read."},
    {"footfall_datagrams_dropped", COUNTER, "reason", "not_allowed", COUNT(net.datagrams_refused),
     "Datagrams dropped unread: from networks outside ingest.udp_allow, too long, or by the kernel"
     " for want of room."},
    {"footfall_datagrams_dropped", COUNTER, "reason", "truncated", COUNT(net.datagrams_truncated), NULL},
    {"footfall_datagrams_dropped", COUNTER, "reason", "kernel", COUNT(net.datagrams_dropped_by_kernel), NULL},

    {"footfall_fields_ignored", COUNTER, NULL, NULL, COUNT(counts.fields_ignored),
     "Fields of beacons that nobody knows."},
    {"footfall_texts_cut", COUNTER, NULL, NULL, COUNT(counts.texts_cut),
     "Texts of beacons that were cut to their greatest length."},
    {"footfall_agents_judged", COUNTER, "by", "memory", COUNT(counts.agents_known),
     "User agents that were judged, by the memory of those before (limits.agents) or by looking at them."},
    {"footfall_agents_judged", COUNTER, "by", "patterns", COUNT(counts.agents_looked_at), NULL},
    {"footfall_answers_waiting", GAUGE, NULL, NULL, COUNT(waiting),
     "Answers held until their beacons are durable."},

    {"footfall_journal_records", COUNTER, NULL, NULL, COUNT(records),
     "Records of the journal, since it was begun."},
    {"footfall_journal_pending_records", GAUGE, NULL, NULL, COUNT(pending),
     "Records that are not durable yet."},
    {"footfall_store_spilled_records", GAUGE, NULL, NULL, COUNT(spilled_records),
     "Records on this machine's disk that wait to be brought to the store."},
    {"footfall_store_spilled_bytes", GAUGE, NULL, NULL, COUNT(spilled_bytes), "What they take (store.spill_max)."},
    {"footfall_store_strays", COUNTER, "outcome", "taken", COUNT(strays_taken),
     "Records that an owner before this one had answered and not brought to the store, by what became of them."},
    {"footfall_store_strays", COUNTER, "outcome", "known", COUNT(strays_known), NULL},
    {"footfall_store_strays", COUNTER, "outcome", "refused", COUNT(strays_refused), NULL},
    {"footfall_checkpoint_record", GAUGE, NULL, NULL, COUNT(checkpoint_record),
     "The last record that the newest checkpoint holds; 0: there is none."},
    {"footfall_checkpoint_timestamp_seconds", GAUGE, NULL, NULL, DOUBLE(checkpoint_at),
     "Unix time of the newest checkpoint of this process; before that, of its start."},
    {"footfall_checkpoint_running", GAUGE, NULL, NULL, COUNT(checkpoint_running),
     "1 while a checkpoint is being written."},
    {"footfall_checkpoint_failures", COUNTER, NULL, NULL, COUNT(checkpoint_failures),
     "Checkpoints that could not be written."},

    {"footfall_state_entries", GAUGE, "table", "visitors", COUNT(fold.visitors),
     "What is in memory, by table."},
    {"footfall_state_entries", GAUGE, "table", "carts", COUNT(fold.carts), NULL},
    {"footfall_state_entries", GAUGE, "table", "ids", COUNT(fold.ids), NULL},
    {"footfall_state_entries", GAUGE, "table", "orders", COUNT(fold.orders), NULL},
    {"footfall_state_entries", GAUGE, "table", "tails", COUNT(fold.tails), NULL},
    {"footfall_state_entries", GAUGE, "table", "tail_events", COUNT(fold.tail_events), NULL},
    {"footfall_state_entries", GAUGE, "table", "tickets", COUNT(fold.tickets), NULL},
    {"footfall_state_entries", GAUGE, "table", "comments", COUNT(fold.comments), NULL},
    {"footfall_state_entries", GAUGE, "table", "cart_words", COUNT(fold.cart_words), NULL},
    {"footfall_state_entries", GAUGE, "table", "words", COUNT(words), NULL},
    {"footfall_state_entries", GAUGE, "table", "session_extras", COUNT(fold.extras), NULL},
    {"footfall_state_entries", GAUGE, "table", "customers", COUNT(fold.customers), NULL},
    {"footfall_state_entries", GAUGE, "table", "customer_days", COUNT(fold.customer_days), NULL},
    {"footfall_state_entries", GAUGE, "table", "cart_lines", COUNT(fold.lines), NULL},
    {"footfall_state_entries", GAUGE, "table", "refunds", COUNT(fold.refunds), NULL},
    {"footfall_state_entries", GAUGE, "table", "forgets", COUNT(fold.forgets), NULL},
    {"footfall_state_entries", GAUGE, "table", "aliases", COUNT(fold.aliases), NULL},
    {"footfall_state_limit", GAUGE, "table", "visitors", SMALL(fold_limits.visitors),
     "What may be in memory, by table (limits.*, or the least that works)."},
    {"footfall_state_limit", GAUGE, "table", "carts", SMALL(fold_limits.carts), NULL},
    {"footfall_state_limit", GAUGE, "table", "ids", SMALL(fold_limits.ids), NULL},
    {"footfall_state_limit", GAUGE, "table", "orders", SMALL(fold_limits.orders), NULL},
    {"footfall_state_limit", GAUGE, "table", "tails", SMALL(fold_limits.tails), NULL},
    {"footfall_state_limit", GAUGE, "table", "tail_events", SMALL(fold_limits.tail_events), NULL},
    {"footfall_state_limit", GAUGE, "table", "tickets", SMALL(fold_limits.tickets), NULL},
    {"footfall_state_limit", GAUGE, "table", "cart_words", SMALL(limits.cart_words), NULL},
    {"footfall_state_limit", GAUGE, "table", "words", SMALL(limits.words), NULL},
    {"footfall_state_limit", GAUGE, "table", "session_extras", SMALL(fold_limits.extras), NULL},
    {"footfall_state_limit", GAUGE, "table", "customers", SMALL(fold_limits.customers), NULL},
    {"footfall_state_limit", GAUGE, "table", "customer_days", SMALL(fold_limits.customer_days), NULL},
    {"footfall_state_limit", GAUGE, "table", "cart_lines", SMALL(fold_limits.lines), NULL},
    {"footfall_state_limit", GAUGE, "table", "refunds", SMALL(fold_limits.refunds), NULL},
    {"footfall_state_limit", GAUGE, "table", "comments", SMALL(fold_limits.comments), NULL},
    {"footfall_state_limit", GAUGE, "table", "forgets", SMALL(fold_limits.forgets), NULL},
    {"footfall_state_evicted", COUNTER, "table", "visitors", COUNT(fold.visitors_evicted),
     "What gave way at a limit, the oldest first, by limit; cart_lines: carts, customer_days: customers,"
     " tails and tail_events: settled early."},
    {"footfall_state_evicted", COUNTER, "table", "carts", COUNT(fold.carts_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "ids", COUNT(fold.ids_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "orders", COUNT(fold.orders_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "tails", COUNT(fold.tails_settled_early), NULL},
    {"footfall_state_evicted", COUNTER, "table", "refunds", COUNT(fold.refunds_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "session_extras", COUNT(fold.extras_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "tickets", COUNT(fold.tickets_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "comments", COUNT(fold.comments_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "customers", COUNT(fold.customers_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "customer_days", COUNT(fold.customer_days_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "cart_lines", COUNT(fold.lines_evicted), NULL},
    {"footfall_state_evicted", COUNTER, "table", "tail_events", COUNT(fold.events_settled_early), NULL},
    {"footfall_state_evicted", COUNTER, "table", "aliases", COUNT(fold.aliases_evicted), NULL},
    {"footfall_state_left_out", COUNTER, "table", "cart_lines", COUNT(fold.lines_left_out),
     "What found no room at a limit, by table."},
    {"footfall_state_left_out", COUNTER, "table", "refunds", COUNT(fold.refunds_left_out), NULL},
    {"footfall_state_left_out", COUNTER, "table", "ticket_replies", COUNT(fold.ticket_replies_left_out), NULL},
    {"footfall_state_left_out", COUNTER, "table", "cart_words", COUNT(fold.cart_words_left_out), NULL},
    {"footfall_state_left_out", COUNTER, "table", "words", COUNT(words_left_out), NULL},
    {"footfall_state_left_out", COUNTER, "table", "session_extras", COUNT(fold.extras_left_out), NULL},
    {"footfall_state_left_out", COUNTER, "table", "customer_days", COUNT(fold.customer_days_left_out), NULL},
    {"footfall_state_left_out", COUNTER, "table", "forgets", COUNT(forgets_left_out), NULL},
    {"footfall_facts_dropped", COUNTER, "reason", "too_old", COUNT(too_old),
     "Changes of counters that no bucket is kept for: older than tally.days, or a day ahead."},
    {"footfall_facts_dropped", COUNTER, "reason", "too_far", COUNT(too_far), NULL},
    {"footfall_breakdown_bytes", GAUGE, NULL, NULL, COUNT(breakdown_bytes), "What breakdowns take of memory."},
    {"footfall_breakdown_limit_bytes", GAUGE, NULL, NULL, COUNT(limits.breakdown_bytes),
     "What they may take of it (limits.breakdown_bytes)."},
    {"footfall_breakdown_left_out", COUNTER, "reason", "values", COUNT(left_out[TALLY_LEFT_VALUES]),
     "Changes of values that went to (other), in an hour or a day: it had its most values, or all their bytes."},
    {"footfall_breakdown_left_out", COUNTER, "reason", "bytes", COUNT(left_out[TALLY_LEFT_BYTES]), NULL},
};

static double row_value(const struct metric_row *row, const struct scrape *s)
{
    const char *p = (const char *)s + row->at;
    if (row->kind == VALUE_DOUBLE)
        return *(const double *)(const void *)p;
    if (row->kind == VALUE_SMALL)
        return *(const uint32_t *)(const void *)p;
    return (double)*(const uint64_t *)(const void *)p;
}

static void write_table(const struct scrape *s, struct openmetrics *m)
{
    for (size_t i = 0; i < sizeof metric_table / sizeof *metric_table; i++) {
        const struct metric_row *row = &metric_table[i];
        const struct openmetrics_label label = {row->key, ff_span_text(row->value)};
        if (row->help)
            openmetrics_family(m, row->name, row->type, row->help);
        openmetrics_value(m, &label, row->key != NULL, row_value(row, s));
    }
}

static const char *const type_words[FF_TYPE_COUNT] = {
    [FF_TYPE_NONE] = "",
#define X(name, word, number) [number] = word,
    FF_TYPE_TABLE(X)
#undef X
};

static const char *outcome_of(enum ff_status status)
{
    if (status == FF_OK || status == FF_LATE || status == FF_STRAY)
        return "taken";
    if (status == FF_OPTED_OUT || status == FF_BOT)
        return "dropped";
    return status == FF_DUPLICATE || status == FF_DUPLICATE_ORDER ? "duplicate" : "refused";
}

/* What all doors have counted of one cell. */
static uint64_t beacons_in(const struct house *h, size_t site, int type, int status)
{
    uint64_t n = h->own.figures.beacons[site].by[type][status];
    for (uint32_t i = 0; i < h->door_count; i++)
        n += h->doors[i].figures.beacons[site].by[type][status];
    return n;
}

/* Those taken in order are there from the start, so that the first one is seen as an increase; of what
 * else may become of a beacon, what has. */
static void write_beacons(const struct house *h, struct openmetrics *m)
{
    const struct ff_config *c = h->config;
    openmetrics_family(m, "footfall_beacons", COUNTER,
                       "Beacons by site, type, what became of them and why; refused ones by site where it is known.");
    for (size_t site = 0; site <= c->site_count; site++)
        for (int type = 0; type < FF_TYPE_COUNT; type++)
            for (int status = 0; status < FF_STATUS_COUNT; status++) {
                uint64_t n = beacons_in(h, site, type, status);
                bool always = status == FF_OK && type != FF_TYPE_NONE && site < c->site_count;
                if (n == 0 && !always)
                    continue;
                const struct openmetrics_label labels[] = {
                    {"site", ff_span_text(site < c->site_count ? c->sites[site].id : "")},
                    {"type", ff_span_text(type_words[type])},
                    {"outcome", ff_span_text(outcome_of((enum ff_status)status))},
                    {"reason", ff_span_text(ff_status_code((enum ff_status)status))},
                };
                openmetrics_value(m, labels, 4, (double)n);
            }
}

static void write_bots(const struct house *h, struct openmetrics *m)
{
    const struct ff_config *c = h->config;
    openmetrics_family(m, "footfall_bots", COUNTER,
                       "Beacons of bots, by site and by what told: answered as if taken, and counted nowhere else.");
    for (uint16_t site = 0; site < c->site_count; site++)
        for (int bot = BOT_NONE + 1; bot < BOT_COUNT; bot++) {
            uint64_t n = h->own.figures.bots[site][bot];
            for (uint32_t i = 0; i < h->door_count; i++)
                n += h->doors[i].figures.bots[site][bot];
            const struct openmetrics_label labels[] = {
                {"site", ff_span_text(c->sites[site].id)},
                {"reason", ff_span_text(bot_name((enum bot)bot))},
            };
            if (n > 0)
                openmetrics_value(m, labels, 2, (double)n);
        }
}

static void write_refused(const struct scrape *s, struct openmetrics *m)
{
    static const char *const words[TRANSPORTS] = {[TRANSPORT_HTTP] = "http", [TRANSPORT_UDP] = "udp"};
    openmetrics_family(m, "footfall_messages_refused", COUNTER,
                       "Messages refused whole: none of their beacons was looked at, or the store took none.");
    for (int t = 0; t < TRANSPORTS; t++)
        for (int status = 0; status < FF_STATUS_COUNT; status++) {
            const struct openmetrics_label labels[] = {
                {"transport", ff_span_text(words[t])},
                {"reason", ff_span_text(ff_status_code((enum ff_status)status))},
            };
            if (s->counts.refused[t][status] > 0)
                openmetrics_value(m, labels, 2, (double)s->counts.refused[t][status]);
        }
}

static void write_durations(struct openmetrics *m, const char *name, const char *help,
                            const struct durations *d)
{
    double bounds[DURATION_BOUNDS];
    for (int i = 0; i < DURATION_BOUNDS; i++)
        bounds[i] = (double)duration_bounds[i] / FF_SECOND;
    const struct openmetrics_buckets buckets = {bounds, d->n, DURATION_BOUNDS, (double)d->sum / FF_SECOND};
    openmetrics_family(m, name, OPENMETRICS_HISTOGRAM, help);
    openmetrics_histogram(m, NULL, 0, &buckets);
}

static void write_queues(const struct house *h, struct openmetrics *m)
{
    openmetrics_family(m, "footfall_queue_bytes", GAUGE,
                       "Records on their way from an ingest thread to the one that counts.");
    for (uint32_t i = 0; i < h->door_count; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", i + 1);
        const struct openmetrics_label label = {"thread", ff_span_text(number)};
        openmetrics_value(m, &label, 1, (double)lane_waiting(h->doors[i].lane));
    }
}

/* What journal_admits may give, and what a store's health may be: that is not "ok" also while beacons are taken. */
static void write_store_state(const struct house *h, struct openmetrics *m)
{
    static const char *const states[] = {"busy", "store_full", "store_failed", "store_away", "store_fenced", "away",
                                         "loading", "oom", "readonly", "misconf", "noauth", "noperm", "no_aof", "refused",
                                         "lost_data"};
    const enum ff_status now = journal_admits(h->journal);
    struct ff_store_health health;
    journal_health(h->journal, &health);
    openmetrics_family(m, "footfall_store_state", OPENMETRICS_STATESET,
                       "Whether the store takes beacons, or why not, and what is wrong with it.");
    struct openmetrics_label label = {"footfall_store_state", FF_LITERAL("ok")};
    openmetrics_value(m, &label, 1, now == FF_OK && strcmp(health.state, "ok") == 0);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        label.value = ff_span_text(states[i]);
        openmetrics_value(m, &label, 1, ff_span_is(label.value, ff_status_code(now)) || ff_span_is(label.value, health.state));
    }
}

static void write_build(struct openmetrics *m)
{
    const struct openmetrics_label label = {"version", FF_LITERAL(FF_VERSION)};
    openmetrics_family(m, "footfall_build", OPENMETRICS_INFO, "The daemon's version.");
    openmetrics_value(m, &label, 1, 1);
}

bool metrics_write_all(struct house *h, const struct scrape *s, struct openmetrics *m)
{
    struct answer_context ctx;
    house_answer_context(h, &ctx);
    write_build(m);
    write_table(s, m);
    write_beacons(h, m);
    write_bots(h, m);
    write_refused(s, m);
    write_durations(m, "footfall_answer_seconds",
                    "From a message, of which something was taken, to its answer, which waits until it is durable.",
                    &s->counts.answers);
    write_durations(m, "footfall_checkpoint_seconds", "How long checkpoints took that were written.",
                    &h->checkpoint.durations);
    write_queues(h, m);
    write_store_state(h, m);
    return openmetrics_shop(m, &ctx);
}
