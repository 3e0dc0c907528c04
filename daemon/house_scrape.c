/* How a scrape comes about: the doors are asked, what they hand over is added up, and it is answered. */
#include "house_state.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Relaxed is enough where a thread reads what it alone writes. */
void scrape_hand_over(struct door *d)
{
    uint32_t asked = atomic_load_explicit(&d->house->scrapes.asked, memory_order_acquire);
    if (asked == atomic_load_explicit(&d->handed_over, memory_order_relaxed))
        return;
    counts_take(d);
    atomic_store_explicit(&d->handed_over, asked, memory_order_release);
    lane_wake(d->lane);
}

static void scrape_ask(struct house *h)
{
    struct scrapes *s = &h->scrapes;
    s->begun = s->n;
    atomic_fetch_add_explicit(&s->asked, 1, memory_order_release);
    for (uint32_t i = 0; i < h->door_count; i++)
        lane_call(h->doors[i].lane);
}

/* The figures of a thread that has ended are taken here. */
static bool scrape_is_complete(struct house *h)
{
    uint32_t asked = atomic_load_explicit(&h->scrapes.asked, memory_order_relaxed);
    for (uint32_t i = 0; i < h->door_count; i++) {
        struct door *d = &h->doors[i];
        if (atomic_load(&d->ended))
            counts_take(d);
        else if (atomic_load_explicit(&d->handed_over, memory_order_acquire) != asked)
            return false;
    }
    return true;
}

static void scrape_add_net(struct net_counts *sum, const struct net_counts *n)
{
    sum->accepted += n->accepted;
    sum->closed += n->closed;
    sum->requests += n->requests;
    sum->bad_requests += n->bad_requests;
    sum->timed_out += n->timed_out;
    sum->refused_connections += n->refused_connections;
    sum->refused_by_address += n->refused_by_address;
    sum->limited += n->limited;
    sum->inflated += n->inflated;
    sum->datagrams += n->datagrams;
    sum->datagrams_refused += n->datagrams_refused;
    sum->datagrams_truncated += n->datagrams_truncated;
    sum->datagrams_dropped_by_kernel += n->datagrams_dropped_by_kernel;
    sum->open += n->open;
}

static void scrape_add_door(struct scrape *s, const struct door_figures *f)
{
    scrape_add_net(&s->net, &f->net);
    s->waiting += f->waiting;
    s->counts.fields_ignored += f->counts.fields_ignored;
    s->counts.texts_cut += f->counts.texts_cut;
    s->counts.agents_known += f->counts.agents_known;
    s->counts.agents_looked_at += f->counts.agents_looked_at;
    for (int t = 0; t < TRANSPORTS; t++)
        for (int i = 0; i < FF_STATUS_COUNT; i++)
            s->counts.refused[t][i] += f->counts.refused[t][i];
    for (int i = 0; i <= DURATION_BOUNDS; i++)
        s->counts.answers.n[i] += f->counts.answers.n[i];
    s->counts.answers.sum += f->counts.answers.sum;
}

/* Newer kernels give the number of descriptors as the size of their folder, which spares counting. */
static uint64_t count_fds(void)
{
    static const char path[] = "/proc/self/fd";
    struct stat st;
    if (stat(path, &st) == 0 && st.st_size > 0)
        return (uint64_t)st.st_size;
    DIR *folder = opendir(path);
    uint64_t n = 0;
    while (folder && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return n > 3 ? n - 3 : 0; /* without ".", ".." and the folder's own */
}

/* Field 22 of /proc/self/stat is the start of the process, in ticks since the start of the machine. */
static double process_started(void)
{
    char text[1024];
    struct timespec wall, up;
    FILE *file = fopen("/proc/self/stat", "re");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[n] = '\0';
    const char *p = strrchr(text, ')'); /* ends field 2, in which anything may be */
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (!p)
        return 0;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &up);
    double now = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9;
    double since_boot = (double)up.tv_sec + (double)up.tv_nsec / 1e9;
    return now - since_boot + strtod(p, NULL) / (double)sysconf(_SC_CLK_TCK);
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void scrape_process(struct scrape *s)
{
    struct rusage used;
    struct rlimit files;
    unsigned long mapped = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%lu %lu", &mapped, &resident) != 2)
        mapped = resident = 0;
    if (file)
        fclose(file);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    s->mapped = mapped * page;
    s->resident = resident * page;
    getrusage(RUSAGE_SELF, &used);
    s->cpu = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    getrlimit(RLIMIT_NOFILE, &files);
    s->max_fds = files.rlim_cur;
    s->open_fds = count_fds();
}

static void scrape_state(const struct house *h, struct scrape *s)
{
    s->fold = fold_counts(h->shard.fold);
    s->forgets_left_out = h->forgets_left_out;
    s->fold_limits = fold_limits(h->shard.fold);
    s->limits = h->config->limits;
    s->threads = h->door_count;
    s->too_old = tally_too_old(h->shard.tally);
    s->too_far = tally_too_far(h->shard.tally);
    s->words = words_used(&h->shard.words) - FOLD_WORDS;
    s->words_left_out = h->shard.words.left_out;
    s->breakdown_bytes = tally_cells_bytes(h->shard.tally);
    for (int reason = 0; reason < TALLY_LEFT_REASONS; reason++)
        s->left_out[reason] = tally_cells_left_out(h->shard.tally, (enum tally_left_out)reason);
    s->records = journal_last(h->journal);
    s->pending = s->records - journal_durable(h->journal);
    s->checkpoint_record = h->checkpoint.seq;
    s->checkpoint_at = (double)h->checkpoint.done / FF_SECOND;
    s->checkpoint_failures = h->checkpoint.failures;
    struct ff_store_health health;
    journal_health(h->journal, &health);
    s->spilled_records = health.spilled_records;
    s->spilled_bytes = health.spilled_bytes;
    s->strays_taken = h->store.strays_taken;
    s->strays_known = h->store.strays_known;
    s->strays_refused = h->store.strays_refused;
    s->checkpoint_running = h->checkpoint.child != 0;
}

static void scrape_take(struct house *h, struct scrape *s)
{
    *s = (struct scrape){0};
    counts_take(&h->own);
    scrape_add_door(s, &h->own.figures);
    for (uint32_t i = 0; i < h->door_count; i++)
        scrape_add_door(s, &h->doors[i].figures);
    scrape_state(h, s);
    scrape_process(s);
    if (h->scrapes.started == 0)
        h->scrapes.started = process_started();
    s->started = h->scrapes.started;
}

static void scrape_reply(struct house *h, const struct scrape *s, struct net_handle handle,
                         enum openmetrics_format format)
{
    struct client client = {.handle = handle};
    struct openmetrics m;
    openmetrics_init(&m, format, h->answer, HOUSE_ANSWER_MAX);
    if (!metrics_write_all(h, s, &m)) {
        door_refuse(&h->own, &client, FF_NO_MEMORY, NULL);
        return;
    }
    size_t n = openmetrics_end(&m);
    door_reply(&h->own, &client, 200, openmetrics_content_type(format), ff_span_of(h->answer, n),
               "Cache-Control: no-store\r\n");
}

void scrape_go_on(struct house *h)
{
    struct scrapes *w = &h->scrapes;
    struct scrape s;
    while (w->begun > 0 && scrape_is_complete(h)) {
        shard_advance(&h->shard, door_now(&h->own));
        scrape_take(h, &s);
        for (size_t i = 0; i < w->begun; i++)
            scrape_reply(h, &s, w->waiting[i].handle, w->waiting[i].format);
        w->n -= w->begun;
        memmove(w->waiting, w->waiting + w->begun, w->n * sizeof *w->waiting);
        w->begun = 0;
        if (w->n > 0)
            scrape_ask(h);
    }
}

void scrape_answer(struct door *d, const struct client *client, const struct net_request *request)
{
    struct house *h = d->house;
    struct scrapes *w = &h->scrapes;
    if (w->n == SCRAPES_MAX) {
        door_refuse(d, client, FF_BUSY, NULL);
        return;
    }
    w->waiting[w->n].handle = client->handle;
    w->waiting[w->n++].format = openmetrics_format(request->accept);
    if (w->begun == 0)
        scrape_ask(h);
    scrape_go_on(h);
}
