#include "redis_reader.h"

#include "log.h"
#include "redis_stream.h"
#include "segment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* An answer is to hold about so many bytes, and never more entries. */
#define BATCH_BYTES ((size_t)1 << 20)
#define BATCH_ENTRIES 1024

struct read {
    struct redis_link *link;
    const struct redis_keys *keys;
    uint64_t from, upto;
    ff_replay_fn fn;
    void *ctx;
    char *why;
    size_t why_size;

    struct redis_reply batch; /* entries not looked at yet begin with batch_at */
    size_t batch_at;
    unsigned batch_most;      /* entries to ask for */
    struct redis_id next;     /* the stream is read on from here */
    uint64_t *rewritten;      /* owned: first seqs of the groups that stand for erased ones, ascending */
    size_t rewritten_count;
    bool reread;              /* rewritten was read again for the hole that is looked at */
    uint64_t expected;        /* seq of the next record; 0: not known yet, the group that holds from is looked for */
};

static enum ff_status damaged(struct read *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum ff_status damaged(struct read *r, const char *format, ...)
{
    va_list args;
    const int n = snprintf(r->why, r->why_size, "%s: %s: ", redis_link_server(r->link), r->keys->journal.text);
    va_start(args, format);
    if (n >= 0 && (size_t)n < r->why_size)
        vsnprintf(r->why + n, r->why_size - (size_t)n, format, args);
    va_end(args);
    return FF_STORE_CORRUPT;
}

static enum ff_status troubled(struct read *r, enum redis_trouble t)
{
    snprintf(r->why, r->why_size, "%s", redis_link_why(r->link));
    return redis_trouble_status(t);
}

/* COUNT entries from an id on (backwards: up to it), with it or without. */
static enum redis_trouble range_ask(struct redis_link *l, const struct redis_keys *k, struct redis_id from,
                                    unsigned count, struct redis_reply *out)
{
    char id[REDIS_ID_TEXT], most[16];
    snprintf(most, sizeof most, "%u", count);
    const struct ff_span argv[] = {
        FF_LITERAL("XRANGE"), redis_key_span(&k->journal), redis_id_text(from, id), FF_LITERAL("+"),
        FF_LITERAL("COUNT"),  ff_span_text(most),
    };
    return redis_link_call(l, argv, 6, out);
}

static bool entry_id(struct redis_reply entry, struct redis_id *out)
{
    return redis_id_parse(redis_reply_text(redis_reply_at(entry, 0)), out);
}

/* Whether the entry begins an epoch, and behind which record. */
static bool entry_begins(struct redis_reply entry, uint64_t *begin)
{
    return redis_number(redis_entry_field(entry, "begin"), begin);
}

static int seq_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static enum ff_status rewritten_list(struct read *r)
{
    const struct ff_span argv[] = {FF_LITERAL("HKEYS"), redis_key_span(&r->keys->rewritten)};
    struct redis_reply reply;
    const enum redis_trouble t = redis_link_call(r->link, argv, 2, &reply);
    if (t != REDIS_OK)
        return troubled(r, t);
    const size_t n = redis_reply_count(reply);
    uint64_t *list = realloc(r->rewritten, (n + 1) * sizeof *list);
    if (!list) {
        snprintf(r->why, r->why_size, "out of memory");
        return FF_NO_MEMORY;
    }
    r->rewritten = list;
    r->rewritten_count = n;
    for (size_t i = 0; i < n; i++)
        if (!redis_number(redis_reply_text(redis_reply_at(reply, i)), &list[i]))
            return damaged(r, "its erased groups have a name that is no number");
    qsort(list, n, sizeof *list, seq_compare);
    return FF_OK;
}

/* The greatest first seq of a rewritten group that is at most seq; 0: none. */
static uint64_t rewritten_at_most(const struct read *r, uint64_t seq)
{
    size_t low = 0, high = r->rewritten_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (r->rewritten[middle] <= seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? r->rewritten[low - 1] : 0;
}

/* Whether bytes are a whole group and nothing else. */
static bool group_sound(struct ff_span bytes, struct segment_group *g)
{
    return bytes.n >= SEGMENT_GROUP_HEADER && segment_group_get(g, bytes.p, bytes.n) &&
           bytes.n - SEGMENT_GROUP_HEADER == g->bytes && segment_group_sound(g, bytes.p + SEGMENT_GROUP_HEADER);
}

/* Gives the group's records that are wanted. */
static enum ff_status group_give(struct read *r, const struct segment_group *g, const char *records)
{
    struct segment_record record;
    for (uint32_t i = 0; i < g->count && g->first + i <= r->upto; i++) {
        records += segment_record_at(&record, records);
        if (record.seq < r->from)
            continue;
        const enum ff_status st = r->fn(r->ctx, record.seq, record.body);
        if (st != FF_OK) {
            damaged(r, "record %" PRIu64 ": %s", record.seq, ff_status_prose(st));
            return st;
        }
    }
    r->expected = g->first + g->count;
    r->reread = false;
    return FF_OK;
}

/* Gives the rewritten group that holds the record that is next, if there is one: *gave says so. */
static enum ff_status rewritten_give(struct read *r, bool *gave)
{
    const uint64_t wanted = r->expected ? r->expected : r->from;
    const uint64_t first = rewritten_at_most(r, wanted);
    struct segment_group g;
    struct redis_reply reply;
    char name[24];
    *gave = false;
    if (first == 0 || (r->expected && first != wanted))
        return FF_OK;
    snprintf(name, sizeof name, "%" PRIu64, first);
    const struct ff_span argv[] = {FF_LITERAL("HGET"), redis_key_span(&r->keys->rewritten), ff_span_text(name)};
    r->batch = (struct redis_reply){NULL};
    const enum redis_trouble t = redis_link_call(r->link, argv, 3, &reply);
    if (t != REDIS_OK)
        return troubled(r, t);
    const struct ff_span bytes = redis_reply_text(reply);
    if (!group_sound(bytes, &g) || g.first != first)
        return damaged(r, "the erased group of record %" PRIu64 " is damaged", first);
    if (g.first + g.count <= wanted)
        return FF_OK;
    *gave = true;
    return group_give(r, &g, bytes.p + SEGMENT_GROUP_HEADER);
}

/* The entry that comes next, or {NULL} at the end. */
static enum ff_status entry_next(struct read *r, struct redis_reply *entry)
{
    if (r->batch_at >= redis_reply_count(r->batch)) {
        const enum redis_trouble t = range_ask(r->link, r->keys, r->next, r->batch_most, &r->batch);
        r->batch_at = 0;
        if (t != REDIS_OK) {
            r->batch = (struct redis_reply){NULL};
            return troubled(r, t);
        }
    }
    *entry = redis_reply_at(r->batch, r->batch_at);
    return FF_OK;
}

/* The entry was used. So many more are asked for as may be about as large. */
static void entry_done(struct read *r, struct redis_id id, size_t bytes)
{
    const size_t fit = BATCH_BYTES / (bytes + 64);
    r->batch_at++;
    r->next = (struct redis_id){id.epoch, id.seq + 1};
    r->batch_most = fit < 1 ? 1 : fit > BATCH_ENTRIES ? BATCH_ENTRIES : (unsigned)fit;
}

/* The records from the one that is next up to before `next` are not where they should be. An erase may have
 * moved them since the list of what it has moved was read. */
static enum ff_status hole(struct read *r, uint64_t next)
{
    const uint64_t wanted = r->expected ? r->expected : r->from;
    if (r->reread)
        return damaged(r, "the records from %" PRIu64 " on are missing, it goes on with %" PRIu64, wanted, next);
    r->reread = true;
    r->batch = (struct redis_reply){NULL};
    return rewritten_list(r);
}

/* An entry that begins an epoch behind record begin. */
static enum ff_status epoch_begins(struct read *r, struct redis_reply entry, struct redis_id id, uint64_t begin)
{
    const uint64_t wanted = r->expected ? r->expected : r->from;
    uint64_t lost;
    if (begin >= wanted) {
        if (!redis_number(redis_entry_field(entry, "lost"), &lost) || lost >= wanted)
            return hole(r, begin + 1);
        log_warning("journal", "lost_records", "from=%" PRIu64 " upto=%" PRIu64 " why=\"Redis had lost them\"",
                    wanted, begin);
        r->expected = begin + 1;
    }
    if (r->expected && begin + 1 < r->expected)
        return damaged(r, "epoch %" PRIu64 " begins behind record %" PRIu64 ", not behind %" PRIu64, id.epoch, begin,
                       r->expected - 1);
    entry_done(r, id, 0);
    return FF_OK;
}

static enum ff_status entry_give(struct read *r, struct redis_reply entry)
{
    struct redis_id id;
    struct segment_group g;
    uint64_t begin;
    if (!entry_id(entry, &id))
        return damaged(r, "an entry is no group of a journal");
    if (entry_begins(entry, &begin))
        return epoch_begins(r, entry, id, begin);
    const struct ff_span bytes = redis_entry_field(entry, "group");
    if (!group_sound(bytes, &g) || g.first + g.count - 1 != id.seq)
        return damaged(r, "entry %" PRIu64 "-%" PRIu64 " is damaged", id.epoch, id.seq);
    const uint64_t wanted = r->expected ? r->expected : r->from;
    if (g.first > wanted)
        return hole(r, g.first);
    if (r->expected && g.first < wanted)
        return damaged(r, "entry %" PRIu64 "-%" PRIu64 ": record %" PRIu64 " is expected", id.epoch, id.seq, wanted);
    const enum ff_status st = group_give(r, &g, bytes.p + SEGMENT_GROUP_HEADER);
    entry_done(r, id, bytes.n);
    return st;
}

/* Finds the epoch that holds record from: the last that begins before it. The stream's first entry may be of
 * an epoch whose beginning was let go of. */
static enum ff_status start_find(struct read *r)
{
    struct redis_reply reply;
    struct redis_id id = {0, 0};
    uint64_t begin;
    r->next = id;
    for (;;) {
        const enum redis_trouble t = range_ask(r->link, r->keys, (struct redis_id){id.epoch + (r->next.epoch > 0), 0}, 1,
                                               &reply);
        if (t != REDIS_OK)
            return troubled(r, t);
        const struct redis_reply entry = redis_reply_at(reply, 0);
        if (!entry.node)
            return FF_OK;
        if (!entry_id(entry, &id))
            return damaged(r, "an entry is no group of a journal");
        if (entry_begins(entry, &begin) ? begin >= r->from : r->next.epoch > 0)
            return FF_OK;
        r->next = (struct redis_id){id.epoch, r->from};
    }
}

/* What the stream's end says: the seq of the last record that was ever written to it. */
static enum ff_status tip_find(struct read *r, uint64_t *tip)
{
    struct redis_look look;
    struct redis_reply reply;
    enum redis_trouble t = redis_stream_look(r->link, r->keys, &look);
    *tip = look.last.seq;
    if (t == REDIS_OK && look.there && look.last.seq == 0) {
        t = range_ask(r->link, r->keys, look.last, 1, &reply);
        if (t == REDIS_OK && !entry_begins(redis_reply_at(reply, 0), tip))
            return damaged(r, "its last epoch has no beginning");
    }
    return t == REDIS_OK ? FF_OK : troubled(r, t);
}

static enum ff_status entries_give(struct read *r)
{
    enum ff_status st = FF_OK;
    while (st == FF_OK && (!r->expected || r->expected <= r->upto)) {
        struct redis_reply entry;
        bool gave = false;
        st = rewritten_give(r, &gave);
        if (st != FF_OK || gave)
            continue;
        st = entry_next(r, &entry);
        if (st != FF_OK || !entry.node)
            break;
        st = entry_give(r, entry);
    }
    return st;
}

static enum ff_status all_give(struct read *r, uint64_t *last)
{
    uint64_t tip = 0;
    enum ff_status st = tip_find(r, &tip);
    if (st == FF_OK)
        st = rewritten_list(r);
    if (st == FF_OK && r->from - 1 > tip)
        return damaged(r, "it ends with record %" PRIu64 ", %" PRIu64 " is expected", tip, r->from - 1);
    if (st == FF_OK && r->from <= tip)
        st = start_find(r);
    if (st == FF_OK && r->from <= tip)
        st = entries_give(r);
    if (st != FF_OK)
        return st;
    const uint64_t end = r->expected ? r->expected - 1 : r->from - 1;
    const uint64_t promised = r->upto < UINT64_MAX ? r->upto : tip;
    if (end < promised)
        return damaged(r, "the records from %" PRIu64 " on are missing", end + 1);
    *last = end < r->upto ? end : r->upto;
    return FF_OK;
}

enum ff_status redis_read(struct redis_link *l, const struct redis_keys *k, uint64_t from, uint64_t upto,
                          ff_replay_fn fn, void *ctx, uint64_t *last, char *why, size_t size)
{
    assert(from >= 1 && from - 1 <= upto);
    struct read r = {.link = l, .keys = k, .from = from, .upto = upto, .fn = fn, .ctx = ctx, .why = why,
                     .why_size = size, .batch_most = 16};
    *last = upto;
    if (upto == from - 1)
        return FF_OK;
    const enum ff_status st = all_give(&r, last);
    free(r.rewritten);
    return st;
}

enum redis_trouble redis_read_first(struct redis_link *l, const struct redis_keys *k, uint64_t *first)
{
    const struct ff_span argv[] = {FF_LITERAL("HKEYS"), redis_key_span(&k->rewritten)};
    struct redis_look look;
    struct redis_reply reply;
    struct segment_group g;
    uint64_t n;
    enum redis_trouble t = redis_stream_look(l, k, &look);
    *first = look.last.seq + 1;
    if (t == REDIS_OK)
        t = range_ask(l, k, (struct redis_id){0, 0}, 1, &reply);
    if (t != REDIS_OK)
        return t;
    const struct redis_reply entry = redis_reply_at(reply, 0);
    const struct ff_span group = redis_entry_field(entry, "group");
    if (entry_begins(entry, &n))
        *first = n + 1;
    else if (group.p && segment_group_get(&g, group.p, group.n))
        *first = g.first;
    t = redis_link_call(l, argv, 2, &reply);
    for (size_t i = 0; t == REDIS_OK && i < redis_reply_count(reply); i++)
        if (redis_number(redis_reply_text(redis_reply_at(reply, i)), &n) && n < *first)
            *first = n;
    return t;
}
