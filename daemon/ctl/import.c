#include "ctl.h"

#include "bar.h"
#include "batch.h"
#include "doc.h"
#include "http.h"
#include "index.h"
#include "input.h"
#include "line.h"
#include "options.h"
#include "progress.h"
#include "sender.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BATCH_EVENTS 1000
#define BATCH_BYTES ((size_t)900 << 10)
#define LINE_BYTES_MAX ((size_t)256 << 20)
#define REJECTIONS_SHOWN 20
#define WHY 512

struct import {
    const char *progress_path; /* NULL: nothing is noted */
    uint64_t fingerprint;
    struct input *inputs;
    size_t input_count;
    struct line_index index;
    struct progress done;
    uint64_t unreadable; /* lines that were not sent */
    uint64_t shown;      /* rejections that were printed */
    struct batch_limits limits;
    size_t events_most; /* what the daemon lets limits.events grow to */
    struct batch batch;
    struct sender sender;
    struct bar bar;
};

static ff_mono now_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ff_mono)t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

/* Says which line was refused and why, for the first few. */
static void show_rejection(struct import *m, uint32_t file, uint32_t line, const char *field,
                           const char *error)
{
    if (m->shown++ >= REJECTIONS_SHOWN)
        return;
    bar_clear(&m->bar);
    fprintf(stderr, "%s:%" PRIu32 ": %s%s%s\n", m->inputs[file].name, line, field,
            *field ? ": " : "", error);
}

static void show_waiting(void *ctx, const char *why, ff_dur pause)
{
    struct import *m = ctx;
    bar_clear(&m->bar);
    fprintf(stderr, "footfallctl: %s; trying again in %.1f s\n", why, (double)pause / FF_SECOND);
}

/* ---- first pass: where the events are, and when ---- */

/* The status of a line as a refusal; the field it is about is "time" unless the line as a whole is
 * wrong. */
static void refuse_line(struct import *m, uint32_t file, uint32_t line, enum ff_status status)
{
    bool whole =
        status == FF_NOT_AN_OBJECT || status == FF_MALFORMED || status == FF_BODY_TOO_LARGE;
    m->unreadable++;
    show_rejection(m, file, line, whole ? "" : "time",
                   status == FF_MALFORMED ? "not well-formed JSON" : ff_status_prose(status));
}

static bool index_file(struct import *m, uint32_t file)
{
    struct ff_span bytes = m->inputs[file].bytes, rest = bytes, line;
    for (uint32_t number = 1; line_next(&rest, &line); number++) {
        if (line.n == 0)
            continue;
        struct line_facts facts;
        enum ff_status status =
            line.n > LINE_BYTES_MAX ? FF_BODY_TOO_LARGE : line_scan(line, &facts);
        if (status != FF_OK) {
            refuse_line(m, file, number, status);
            continue;
        }
        struct index_ref ref = {facts.time, (uint64_t)(line.p - bytes.p), file, number,
                                (uint32_t)line.n};
        if (!index_add(&m->index, &ref))
            return false;
    }
    return true;
}

static bool index_all(struct import *m)
{
    for (size_t i = 0; i < m->input_count; i++) {
        if (!index_file(m, (uint32_t)i)) {
            fputs("footfallctl: out of memory\n", stderr);
            return false;
        }
    }
    index_sort(&m->index);
    return true;
}

/* ---- second pass: batches ---- */

/* Shows the rejections of an answer; gives how many there are. */
static uint64_t take_rejections(struct import *m, const struct doc *list)
{
    uint64_t n = doc_count(list);
    for (size_t i = 0; i < n; i++) {
        const struct doc *row = doc_element(list, i);
        int64_t at = doc_integer(doc_member(row, "index"));
        if (at < 0 || (uint64_t)at >= m->batch.count)
            continue;
        const struct index_ref *ref = &m->index.refs[m->done.answered + (uint64_t)at];
        show_rejection(m, ref->file, ref->line, doc_text(doc_member(row, "field")),
                       doc_text(doc_member(row, "error")));
    }
    return n;
}

/* All of the batch was taken; a header says how many had been before. */
static void take_all(struct import *m)
{
    uint64_t count = m->batch.count;
    uint64_t repeats = http_header_number(m->sender.http, "X-Footfall-Duplicates");
    repeats = repeats < count ? repeats : count;
    m->done.accepted += count - repeats;
    m->done.duplicates += repeats;
    m->done.answered += count;
}

/* Takes an answer that says what became of each event. False when it is no such answer. */
static bool take_verdict(struct import *m, const struct http_answer *answer)
{
    if (answer->status == 204) {
        take_all(m);
        return true;
    }
    if (answer->status != 200 && answer->status != 400)
        return false;
    struct doc *doc = doc_read(answer->body);
    const struct doc *list = doc_member(doc, "rejected");
    bool verdict = doc_kind(list) == DOC_ARRAY;
    if (verdict) {
        m->done.accepted += (uint64_t)doc_integer(doc_member(doc, "accepted"));
        m->done.duplicates += (uint64_t)doc_integer(doc_member(doc, "duplicates"));
        m->done.rejected += take_rejections(m, list);
        m->done.answered += m->batch.count;
    }
    doc_free(&doc);
    return verdict;
}

/* A batch was refused whole (400: one line can spoil it; 413: the daemon takes less at once): goes
 * on with half of it, down to the one line that is to blame. False when the answer is no such
 * refusal. */
static bool take_refusal(struct import *m, const struct http_answer *answer)
{
    if (answer->status != 400 && answer->status != 413)
        return false;
    if (m->batch.count > 1) {
        m->limits.events = m->batch.count / 2;
        if (answer->status == 413)
            m->events_most = m->limits.events;
        return true;
    }
    const struct index_ref *ref = &m->index.refs[m->done.answered];
    struct doc *doc = doc_read(answer->body);
    show_rejection(m, ref->file, ref->line, "", doc_text(doc_member(doc, "error")));
    doc_free(&doc);
    m->done.rejected++;
    m->done.answered++;
    return true;
}

static void show_failure(struct import *m, const struct http_answer *answer)
{
    struct doc *doc = doc_read(answer->body);
    bar_clear(&m->bar);
    fprintf(stderr, "footfallctl: the daemon answers %d %s\n", answer->status,
            doc_text(doc_member(doc, "error")));
    doc_free(&doc);
}

/* Notes how far it got. A place that cannot be written is said once, and then given up. */
static void note_progress(struct import *m)
{
    char why[WHY];
    if (!m->progress_path || progress_save(m->progress_path, m->fingerprint, &m->done, why, WHY))
        return;
    bar_clear(&m->bar);
    fprintf(stderr, "footfallctl: %s; an interrupted import will begin anew\n", why);
    m->progress_path = NULL;
}

/* Sends the next batch and takes its answer. False, having said why, when it cannot go on. */
static bool send_batch(struct import *m)
{
    const struct index_ref *next = m->index.refs + m->done.answered;
    size_t left = m->index.count - m->done.answered;
    struct http_answer answer;
    char why[WHY] = "out of memory";
    if (!batch_fill(&m->batch, m->inputs, next, left, &m->limits) ||
        !sender_post(&m->sender, "/v1/import", ff_span_of(m->batch.body, m->batch.length), &answer,
                     why, sizeof(why))) {
        bar_clear(&m->bar);
        fprintf(stderr, "footfallctl: %s\n", why);
        return false;
    }
    if (take_verdict(m, &answer)) {
        size_t twice = 2 * m->limits.events;
        m->limits.events = twice < m->events_most ? twice : m->events_most;
        note_progress(m);
        return true;
    }
    if (take_refusal(m, &answer))
        return true;
    show_failure(m, &answer);
    return false;
}

static bool send_all(struct import *m)
{
    bar_init(&m->bar, isatty(STDERR_FILENO), now_mono(), m->done.answered);
    bool going = true;
    while (going && m->done.answered < m->index.count) {
        going = send_batch(m);
        bar_draw(&m->bar, m->done.answered, m->index.count, now_mono());
    }
    bar_clear(&m->bar);
    return going;
}

/* ---- the whole ---- */

/* Finds out whether an import of the same inputs was interrupted. */
static void resume(struct import *m, const char *address, bool restart)
{
    m->fingerprint = progress_fingerprint(address, m->inputs, m->input_count);
    if (!m->progress_path || restart || !progress_load(m->progress_path, m->fingerprint, &m->done))
        return;
    if (m->done.answered > m->index.count)
        m->done = (struct progress){0};
    else
        fprintf(stderr, "footfallctl: going on after %" PRIu64 " of %zu events (%s)\n",
                m->done.answered, m->index.count, m->progress_path);
}

static void print_summary(const struct import *m, double rate)
{
    uint64_t rejected = m->done.rejected + m->unreadable;
    if (m->shown > REJECTIONS_SHOWN)
        fprintf(stderr, "... and %" PRIu64 " more rejections\n", m->shown - REJECTIONS_SHOWN);
    printf("%" PRIu64 " events: %" PRIu64 " accepted, %" PRIu64 " duplicates, %" PRIu64
           " rejected (%.0f events/s)\n",
           m->done.answered + m->unreadable, m->done.accepted, m->done.duplicates, rejected, rate);
}

static int import_all(struct import *m, const char *address, bool restart)
{
    if (!index_all(m))
        return CTL_FAILED;
    resume(m, address, restart);
    bool sent = send_all(m);
    if (sent && m->progress_path)
        unlink(m->progress_path);
    print_summary(m, bar_rate(&m->bar, m->done.answered, now_mono()));
    if (!sent && m->progress_path)
        fprintf(stderr, "footfallctl: %zu events are left; the same command goes on from there\n",
                m->index.count - (size_t)m->done.answered);
    return sent && m->done.rejected + m->unreadable == 0 ? CTL_DONE : CTL_FAILED;
}

static int usage_error(const char *why)
{
    fprintf(stderr, "footfallctl: import: %s\n", why);
    return CTL_USAGE;
}

/* Maps the inputs. False, having said why, when one cannot be read. */
static bool open_inputs(struct import *m, char **names, size_t n)
{
    char why[WHY];
    for (; m->input_count < n; m->input_count++) {
        if (!input_init(&m->inputs[m->input_count], names[m->input_count], why, sizeof(why))) {
            fprintf(stderr, "footfallctl: %s\n", why);
            return false;
        }
    }
    return true;
}

static bool any_stream(const struct import *m)
{
    for (size_t i = 0; i < m->input_count; i++) {
        if (m->inputs[i].stream)
            return true;
    }
    return false;
}

static void import_fini(struct import *m)
{
    for (size_t i = 0; i < m->input_count; i++)
        input_fini(&m->inputs[i]);
    free(m->inputs);
    index_fini(&m->index);
    batch_fini(&m->batch);
    http_free(&m->sender.http);
}

/* Runs with what the options said. */
static int import_files(const struct ctl *ctl, char **names, size_t n, const char *progress_path,
                        bool restart, ff_dur patience)
{
    char beside[4096];
    snprintf(beside, sizeof(beside), "%s.footfall-import", names[0]);
    struct import m = {
        .inputs = calloc(n, sizeof(struct input)),
        .limits = {BATCH_EVENTS, BATCH_BYTES},
        .events_most = BATCH_EVENTS,
        .sender = {http_new(ctl->stats), patience, show_waiting, NULL},
    };
    m.sender.ctx = &m;
    int status = CTL_FAILED;
    if (!m.inputs || !m.sender.http) {
        fputs("footfallctl: out of memory\n", stderr);
    } else if (open_inputs(&m, names, n)) {
        /* What comes through a pipe cannot be recognised, let alone sent from its middle. */
        if (!any_stream(&m))
            m.progress_path = progress_path ? progress_path : beside;
        status = import_all(&m, ctl->stats, restart);
    }
    import_fini(&m);
    return status;
}

int import_run(const struct ctl *ctl, int argc, char **argv)
{
    const char *progress_path = NULL, *retry_for = "60";
    bool restart = false;
    const struct option_row rows[] = {
        {"progress", &progress_path, NULL},
        {"restart", NULL, &restart},
        {"retry-for", &retry_for, NULL},
        {NULL, NULL, NULL},
    };
    char why[WHY];
    int words = options_read(rows, OPTIONS_ANYWHERE, argc, argv, why, sizeof(why));
    if (words < 0)
        return usage_error(why);
    if (words == 0)
        return usage_error("no file given");
    char *end;
    long seconds = strtol(retry_for, &end, 10);
    if (*retry_for == '\0' || *end || seconds < 0 || seconds > 86400)
        return usage_error("--retry-for: expected seconds from 0 to 86400");
    return import_files(ctl, argv + 1, (size_t)words, progress_path, restart, seconds * FF_SECOND);
}
