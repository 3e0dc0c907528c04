/* ff_bench_load: sends a bounded amount of load and prints, as one line of JSON, what came back.
 * usage: ff_bench_load --to ADDR:PORT --kind KIND [options]; scripts/bench is what calls it. */
#include "datagrams.h"
#include "probe.h"
#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    struct sockaddr_in to;
    const char *kind;
    bool closes, joined, in_turn;
    unsigned connections, depth;
    uint64_t requests, seed;
    uint32_t visitors;
    double rate, seconds;
    int probe; /* core; -1: none */
};

/* So many times what a span took it goes on to count: what came meanwhile is worked off by a server
 * at half of its highest rate in as long, and the span may have begun before the probe was due. */
#define AFTERWARDS 2.0

static const struct option option_table[] = {
    {"to", required_argument, NULL, 't'},       /* ADDR:PORT */
    {"kind", required_argument, NULL, 'k'},     /* see template.h */
    {"connections", required_argument, NULL, 'c'},
    {"depth", required_argument, NULL, 'd'},    /* pipelined requests */
    {"close", no_argument, NULL, 'x'},          /* a connection for each request */
    {"requests", required_argument, NULL, 'n'}, /* or datagrams, in all */
    {"rate", required_argument, NULL, 'r'},     /* a second: open loop */
    {"seconds", required_argument, NULL, 's'},  /* at most */
    {"visitors", required_argument, NULL, 'v'},
    {"in-turn", no_argument, NULL, 'i'},        /* visitors one after the other, not by chance */
    {"probe", required_argument, NULL, 'p'},    /* the server's core: leave out what was late with it */
    {"seed", required_argument, NULL, 'e'},     /* other ids for other seeds */
    {"gso", no_argument, NULL, 'g'},            /* datagrams joined by UDP_SEGMENT */
    {NULL, 0, NULL, 0},
};

static bool address_parse(const char *text, struct sockaddr_in *out)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    *out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    return inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

static bool command_take(struct command *c, int option)
{
    switch (option) {
    case 't': return address_parse(optarg, &c->to);
    case 'k': c->kind = optarg; return true;
    case 'c': c->connections = (unsigned)atoi(optarg); return c->connections > 0;
    case 'd': c->depth = (unsigned)atoi(optarg); return c->depth > 0;
    case 'x': c->closes = true; return true;
    case 'n': c->requests = strtoull(optarg, NULL, 10); return c->requests > 0;
    case 'r': c->rate = atof(optarg); return c->rate > 0;
    case 's': c->seconds = atof(optarg); return c->seconds > 0;
    case 'v': c->visitors = (uint32_t)atoi(optarg); return c->visitors > 0;
    case 'e': c->seed = strtoull(optarg, NULL, 10); return true;
    case 'p': c->probe = atoi(optarg); return c->probe >= 0;
    case 'i': c->in_turn = true; return true;
    case 'g': c->joined = true; return true;
    default: return false;
    }
}

static bool command_parse(struct command *c, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "", option_table, NULL)) != -1)
        if (!command_take(c, option))
            return false;
    return optind == argc && c->kind && c->to.sin_port;
}

static void print_figures(const char *name, struct latency_figures f)
{
    printf(",\"%s\":{\"n\":%zu,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}", name, f.n, f.p50,
           f.p99, f.p999, f.most);
}

static void print_stream(const struct stream_result *r, unsigned beacons)
{
    const char *comma = "";
    printf("{\"sent\":%llu,\"answered\":%llu,\"beacons\":%llu,\"broken\":%llu,\"faults\":%llu,"
           "\"seconds\":%.6f,\"statuses\":{",
           (unsigned long long)r->sent, (unsigned long long)r->answered,
           (unsigned long long)r->answered * beacons, (unsigned long long)r->broken,
           (unsigned long long)r->faults, r->seconds);
    for (int i = 0; i < STREAM_STATUSES; i++)
        if (r->status[i]) {
            printf("%s\"%d\":%llu", comma, i, (unsigned long long)r->status[i]);
            comma = ",";
        }
    printf("}");
    print_figures("latency_us", latency_figures(&r->latency, &(struct spans){0}));
}

/* What the answer times are without those that the machine is to blame for. */
static void print_undisturbed(struct probe *p, struct stream_result *r)
{
    struct probe_result seen;
    size_t gaps = r->gaps.n;
    if (!probe_stop(p, &seen, &r->gaps))
        return;
    spans_extend(&r->gaps, AFTERWARDS);
    print_figures("undisturbed_us", latency_figures(&r->latency, &r->gaps));
    printf(",\"probe\":{\"wakes\":%llu,\"spans\":%llu,\"late_us\":%.1f,\"longest_us\":%.1f,\"held\":%llu,"
           "\"cost_us\":%.1f,\"gaps\":%zu}",
           (unsigned long long)seen.wakes, (unsigned long long)seen.spans, (double)seen.late / 1e3,
           (double)seen.longest / 1e3, (unsigned long long)seen.held, (double)seen.cost / 1e3, gaps);
}

static bool run_stream(const struct command *c, struct template_set *set, struct stamper *s)
{
    struct stream_options o = {c->to,       c->connections, c->depth,  c->closes,
                               c->requests, c->rate,        c->seconds};
    struct stream_result r;
    struct probe *p = c->probe < 0 ? NULL : probe_start(c->probe);
    if (c->probe >= 0 && !p)
        fprintf(stderr, "load: no probe: %s\n", strerror(errno));
    bool ok = stream_run(&o, set, s, &r);
    if (ok)
        print_stream(&r, set->beacons);
    if (ok && p)
        print_undisturbed(p, &r);
    if (ok)
        printf("}\n");
    latency_fini(&r.latency);
    spans_fini(&r.gaps);
    return ok;
}

static bool run_datagrams(const struct command *c, struct template_set *set, struct stamper *s)
{
    struct datagram_options o = {c->to, c->requests, c->rate > 0 ? c->rate : 100000, c->seconds, c->joined};
    struct datagram_result r;
    if (!datagrams_run(&o, set, s, &r))
        return false;
    printf("{\"sent\":%llu,\"beacons\":%llu,\"seconds\":%.6f}\n", (unsigned long long)r.sent,
           (unsigned long long)r.sent * set->beacons, r.seconds);
    return true;
}

int main(int argc, char **argv)
{
    struct command c = {.connections = 1, .depth = 1, .requests = 1, .seed = 1,
                        .visitors = 100000, .seconds = 10, .probe = -1};
    struct template_set set;
    struct stamper stamper;
    if (!command_parse(&c, argc, argv)) {
        fputs("usage: ff_bench_load --to ADDR:PORT --kind KIND [--connections N] [--depth N] [--close]\n"
              "    [--requests N] [--rate N] [--seconds N] [--visitors N] [--seed N] [--gso] [--probe CORE]\n",
              stderr);
        return 2;
    }
    if (!template_make(&set, c.kind, c.closes)) {
        fprintf(stderr, "load: no such kind: %s\n", c.kind);
        return 2;
    }
    stamper_init(&stamper, c.seed, c.visitors);
    stamper.in_turn = c.in_turn;
    bool datagrams = strcmp(c.kind, "datagram") == 0;
    bool ok = datagrams ? run_datagrams(&c, &set, &stamper) : run_stream(&c, &set, &stamper);
    template_fini(&set);
    return ok ? 0 : 1;
}
