#include "redis_reader.h"

#include "log.h"
#include "redis_stream.h"
#include "segment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* An answer is to hold about so many bytes, and never more entries. */
#define BATCH_BYTES ((size_t)1 << 20)
#define BATCH_ENTRIES 1024
/* What a new connection may take. */
#define PATIENCE (5 * FF_SECOND)

struct read {
    struct redis_link *link;
    const struct redis_keys *keys;
    uint64_t from, upto;
    ff_replay_fn fn;
    void *ctx;
    struct redis_seen *seen;
    char *why;
    size_t why_size;

    struct redis_reply batch; /* entries not looked at yet begin with batch_at */
    size_t batch_at;
    unsigned batch_most;      /* entries to ask for */
    struct redis_id next;     /* the stream is read on from here */
    struct redis_id end;      /* the stream's last when it was looked at: what an owner adds meanwhile may come faster
                               * than it is read */
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

/* At most count entries from an id on. */
static enum redis_trouble range_ask(struct redis_link *l, const struct redis_keys *k, struct redis_id from,
                                    unsigned count, struct redis_reply *out)
{
    char id[REDIS_ID_SIZE], most[16];
    snprintf(most, sizeof most, "%u", count);
    const struct ff_span argv[] = {
        FF_LITERAL("XRANGE"), redis_key_span(&k->journal), redis_id_print(id, from), FF_LITERAL("+"),
        FF_LITERAL("COUNT"),  ff_span_text(most),
    };
    return redis_link_call(l, argv, 6, out);
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
    return FF_OK;
}

/* Asks for the entries that come next; where the connection was cut, once more over a new one: entries do not
 * change, so it goes on where it was. */
static enum redis_trouble batch_ask(struct read *r)
{
    enum redis_trouble t = range_ask(r->link, r->keys, r->next, r->batch_most, &r->batch);
    if (t != REDIS_AWAY)
        return t;
    t = redis_link_connect(r->link, PATIENCE);
    return t == REDIS_OK ? range_ask(r->link, r->keys, r->next, r->batch_most, &r->batch) : t;
}

/* The entry that comes next, or {NULL} at the end. */
static enum ff_status entry_next(struct read *r, struct redis_reply *entry)
{
    if (r->batch_at >= redis_reply_count(r->batch)) {
        const enum redis_trouble t = batch_ask(r);
        r->batch_at = 0;
        if (t != REDIS_OK) {
            r->batch = (struct redis_reply){NULL};
            return troubled(r, t);
        }
    }
    *entry = redis_reply_at(r->batch, r->batch_at);
    return FF_OK;
}

/* The entry was used up. So many more are asked for as may be about as large. */
static void entry_done(struct read *r, struct redis_id id, size_t bytes)
{
    const size_t fit = BATCH_BYTES / (bytes + 64);
    r->batch_at++;
    r->next = (struct redis_id){id.epoch, id.n + 1};
    r->batch_most = fit < 1 ? 1 : fit > BATCH_ENTRIES ? BATCH_ENTRIES : (unsigned)fit;
}

/* The records from the one that is next up to before `next` are not where they should be. */
static enum ff_status hole(struct read *r, uint64_t wanted, uint64_t next)
{
    return damaged(r, "the records from %" PRIu64 " on are missing, it goes on with %" PRIu64, wanted, next);
}

/* An entry that begins an epoch. */
static enum ff_status epoch_begins(struct read *r, const struct redis_entry *e)
{
    const uint64_t wanted = r->expected ? r->expected : r->from;
    if (e->begin >= wanted) {
        if (!e->lost || e->had >= wanted)
            return hole(r, wanted, e->begin + 1);
        log_warning("journal", "lost_records", "from=%" PRIu64 " upto=%" PRIu64 " why=\"Redis had lost them\"",
                    wanted, e->begin);
        r->expected = e->begin + 1;
    }
    if (r->expected && e->begin + 1 < r->expected)
        return damaged(r, "epoch %" PRIu64 " begins behind record %" PRIu64 ", not behind %" PRIu64, e->id.epoch,
                       e->begin, r->expected - 1);
    entry_done(r, e->id, 0);
    return FF_OK;
}

/* Whether an entry was added after the look. */
static bool is_later(const struct read *r, struct redis_reply reply)
{
    struct redis_id id;
    return redis_id_read(redis_reply_text(redis_reply_at(reply, 0)), &id) && redis_id_compare(id, r->end) > 0;
}

static enum ff_status entry_give(struct read *r, struct redis_reply reply)
{
    struct redis_entry e;
    struct segment_group g;
    if (!redis_entry_read(reply, &e))
        return damaged(r, "an entry is no group of a journal");
    redis_seen_entry(r->seen, &e);
    if (e.begins)
        return epoch_begins(r, &e);
    if (!group_sound(e.group, &g) || g.first + g.count - 1 != e.id.n)
        return damaged(r, "entry %" PRIu64 "-%" PRIu64 " is damaged", e.id.epoch, e.id.n);
    const uint64_t wanted = r->expected ? r->expected : r->from;
    if (g.first > wanted)
        return hole(r, wanted, g.first);
    if (r->expected && g.first < wanted)
        return damaged(r, "entry %" PRIu64 "-%" PRIu64 ": record %" PRIu64 " is expected", e.id.epoch, e.id.n, wanted);
    const enum ff_status st = group_give(r, &g, e.group.p + SEGMENT_GROUP_HEADER);
    entry_done(r, e.id, e.group.n);
    return st;
}

/* Finds the epoch that holds record from: the last that begins before it. The stream's first entry may be of
 * an epoch whose beginning was let go of. */
static enum ff_status start_find(struct read *r)
{
    struct redis_reply reply;
    struct redis_entry e = {0};
    for (bool first = true;; first = false) {
        const struct redis_id after = {first ? 0 : e.id.epoch + 1, 0};
        const enum redis_trouble t = range_ask(r->link, r->keys, after, 1, &reply);
        if (t != REDIS_OK)
            return troubled(r, t);
        const struct redis_reply entry = redis_reply_at(reply, 0);
        if (!entry.node)
            return FF_OK;
        if (!redis_entry_read(entry, &e) || (!first && !e.begins))
            return damaged(r, "an entry is no group of a journal, or an epoch has no beginning");
        if (e.begins && e.begin >= r->from)
            return FF_OK;
        r->next = (struct redis_id){e.id.epoch, r->from};
    }
}

/* What the stream's end says: the seq of the last record that was ever written to it. */
static enum ff_status tip_find(struct read *r, uint64_t *tip)
{
    struct redis_look look;
    struct redis_reply reply;
    enum redis_trouble t = redis_stream_look(r->link, r->keys, &look);
    r->end = look.last;
    *tip = look.last.n;
    if (t == REDIS_OK && look.there && look.last.n == 0) {
        struct redis_entry e;
        t = range_ask(r->link, r->keys, look.last, 1, &reply);
        if (t == REDIS_OK && (!redis_entry_read(redis_reply_at(reply, 0), &e) || !e.begins))
            return damaged(r, "its last epoch has no beginning");
        *tip = t == REDIS_OK ? e.begin : 0;
    }
    return t == REDIS_OK ? FF_OK : troubled(r, t);
}

static enum ff_status entries_give(struct read *r)
{
    enum ff_status st = FF_OK;
    while (st == FF_OK && (!r->expected || r->expected <= r->upto)) {
        struct redis_reply entry;
        st = entry_next(r, &entry);
        if (st != FF_OK || !entry.node || (r->upto == UINT64_MAX && is_later(r, entry)))
            break;
        st = entry_give(r, entry);
    }
    return st;
}

static enum ff_status all_give(struct read *r, uint64_t *last)
{
    uint64_t tip = 0;
    enum ff_status st = tip_find(r, &tip);
    if (st == FF_OK && r->from - 1 > tip)
        return damaged(r, "the records from %" PRIu64 " on are missing", tip + 1);
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
                          ff_replay_fn fn, void *ctx, struct redis_seen *seen, uint64_t *last, char *why,
                          size_t size)
{
    assert(from >= 1 && from - 1 <= upto);
    struct read r = {.link = l, .keys = k, .from = from, .upto = upto, .fn = fn, .ctx = ctx,
                     .seen = seen, .why = why, .why_size = size,
                     .batch_most = 16};
    *last = upto;
    if (upto == from - 1)
        return FF_OK;
    return all_give(&r, last);
}

/* Of epochs that begin with nothing between them the last says where the journal begins. */
enum redis_trouble redis_read_first(struct redis_link *l, const struct redis_keys *k, uint64_t *first)
{
    struct redis_look look;
    struct redis_reply reply;
    struct redis_entry e = {0};
    struct segment_group g;
    enum redis_trouble t = redis_stream_look(l, k, &look);
    *first = look.last.n + 1;
    while (t == REDIS_OK) {
        t = range_ask(l, k, (struct redis_id){e.id.epoch, e.id.n + e.begins}, 1, &reply);
        if (t != REDIS_OK || !redis_entry_read(redis_reply_at(reply, 0), &e))
            return t;
        if (segment_group_get(&g, e.group.p, e.group.n))
            *first = g.first;
        if (!e.begins)
            return REDIS_OK;
        *first = e.begin + 1;
    }
    return t;
}
