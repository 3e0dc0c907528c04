/* What comes in: message -> beacons -> records -> journal -> fold, and the answer once durable. */
#include "house_state.h"

#include "log.h"
#include "region.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What became of one message. */
struct intake_result {
    uint32_t accepted, duplicates, rejected;
    size_t bytes; /* of the list of refusals in house->answer */
};

static void house_list_refusal(struct house *h, struct intake_result *res, uint32_t index,
                               const struct ff_beacon *b, enum ff_status status)
{
    const char *note = b->fault_note ? b->fault_note : ff_status_prose(status);
    size_t room = HOUSE_ANSWER_MAX - res->bytes;
    int n = snprintf(h->answer + res->bytes, room,
                     "%s{\"index\":%" PRIu32 ",\"field\":\"%s\",\"code\":\"%s\",\"error\":\"%s\"}",
                     res->rejected ? "," : "", index, b->fault_field ? b->fault_field : "",
                     ff_status_code(status), note);
    if (n > 0 && (size_t)n < room)
        res->bytes += (size_t)n;
    res->rejected++;
    h->outcomes[status]++;
}

/* One beacon's way: checked, written down, folded. FF_OK, FF_DUPLICATE or why it is not taken. */
static enum ff_status house_take(struct house *h, const struct canon_arrival *how, struct ff_record *r)
{
    if (r->beacon.fault)
        return r->beacon.fault;
    enum ff_status status = canon_check(h->canon, how, r);
    if (status)
        return status;
    if (fold_is_duplicate(h->fold, r)) {
        h->outcomes[FF_DUPLICATE]++;
        return FF_DUPLICATE;
    }
    size_t n = record_encode(r, h->record, RECORD_MAX);
    status = journal_append(h->journal, ff_span_of(h->record, n), &r->seq);
    if (status)
        return status;
    tally_advance(h->tally, r->received);
    status = fold_apply(h->fold, r);
    h->outcomes[status]++;
    return status == FF_DUPLICATE_ORDER ? FF_DUPLICATE : FF_OK;
}

static void house_take_batch(struct house *h, const struct canon_arrival *how,
                             const struct intake_batch *batch, struct intake_result *res)
{
    *res = (struct intake_result){0};
    for (uint32_t i = 0; i < batch->count; i++) {
        struct ff_record r = {.beacon = batch->beacons[i]};
        enum ff_status status = house_take(h, how, &r);
        if (status == FF_OK)
            res->accepted++;
        else if (status == FF_DUPLICATE)
            res->duplicates++;
        else
            house_list_refusal(h, res, i, &r.beacon, status);
    }
}

/* The statuses that a message is refused for before any of it is looked at. */
static enum ff_status house_admits(const struct house *h)
{
    if (h->waiting.n == HOUSE_WAITING_MAX)
        return FF_BUSY;
    return journal_state(h->journal);
}

static enum ff_status house_take_message(struct house *h, const struct intake_format *format,
                                         struct ff_span message, bool imported,
                                         struct intake_result *res)
{
    struct intake_batch batch;
    canon_reset(h->canon);
    enum ff_status status = intake_decode(h->intake, format, message, &batch);
    if (status)
        return status;
    struct canon_arrival how = {.now = house_now(h), .imported = imported};
    house_take_batch(h, &how, &batch, res);
    return FF_OK;
}

static void house_wait(struct house *h, struct net_handle handle, int status, char *body, size_t n)
{
    struct house_queue *q = &h->waiting;
    size_t place = (q->first + q->n++) % HOUSE_WAITING_MAX;
    q->ring[place] = (struct house_waiting){journal_last(h->journal), handle, status, body, n};
}

/* {"accepted", "duplicates", "rejected": [...]} on the heap, and also "error" where none was taken. */
static char *house_result_body(const struct house *h, const struct intake_result *res, size_t *n)
{
    char *body = NULL;
    bool none = res->accepted + res->duplicates == 0;
    int length = asprintf(&body,
                          "{%s\"accepted\":%" PRIu32 ",\"duplicates\":%" PRIu32 ",\"rejected\":[%.*s]}",
                          none ? "\"error\":\"no event was taken\",\"code\":\"none_taken\"," : "",
                          res->accepted, res->duplicates, (int)res->bytes, h->answer);
    *n = length < 0 ? 0 : (size_t)length;
    return length < 0 ? NULL : body;
}

static bool identity_encoding(struct ff_span encoding)
{
    return encoding.n == 0 || ff_span_is(encoding, "identity");
}

void house_events(struct house *h, struct net_handle handle, const struct net_request *request,
                  bool imported)
{
    enum ff_status status = house_admits(h);
    const struct intake_format *format = intake_format(request->content_type, request->body);
    struct intake_result res;
    if (!status && !identity_encoding(request->content_encoding))
        status = FF_UNSUPPORTED_ENCODING;
    if (!status && !format)
        status = FF_UNSUPPORTED_TYPE;
    if (!status)
        status = house_take_message(h, format, request->body, imported, &res);
    if (status) {
        h->outcomes[status]++;
        house_refuse(h, handle, status, NULL);
        return;
    }
    if (!res.rejected) {
        house_wait(h, handle, 204, NULL, 0);
        return;
    }
    size_t n;
    char *body = house_result_body(h, &res, &n);
    house_wait(h, handle, res.accepted + res.duplicates ? 200 : 400, body, n);
}

void house_datagrams(void *house, const struct net_datagram *datagrams, size_t n)
{
    struct house *h = house;
    for (size_t i = 0; i < n; i++) {
        struct intake_result res;
        struct ff_span payload = datagrams[i].payload;
        enum ff_status status = house_admits(h);
        const struct intake_format *format = intake_format(FF_LITERAL(""), payload);
        if (!status)
            status = format ? house_take_message(h, format, payload, false, &res) : FF_UNSUPPORTED_TYPE;
        if (status)
            h->outcomes[status]++;
    }
}

static void house_answer_waiting(struct house *h, struct house_waiting *w, enum ff_status store)
{
    if (store) {
        house_refuse(h, w->handle, store, NULL);
    } else {
        struct net_reply reply = {.status = w->status};
        if (w->body) {
            reply.content_type = FF_LITERAL("application/json");
            reply.body = ff_span_of(w->body, w->body_bytes);
        }
        net_reply(h->net, w->handle, &reply);
    }
    free(w->body);
    w->body = NULL;
}

void house_release(struct house *h)
{
    struct house_queue *q = &h->waiting;
    uint64_t durable = journal_durable(h->journal);
    enum ff_status store = journal_state(h->journal);
    if (store == FF_BUSY)
        store = FF_OK; /* what waits was taken before it became too much */
    while (q->n > 0) {
        struct house_waiting *w = &q->ring[q->first];
        if (w->seq > durable && !store)
            return;
        house_answer_waiting(h, w, w->seq > durable ? store : FF_OK);
        q->first = (q->first + 1) % HOUSE_WAITING_MAX;
        q->n--;
    }
}

void house_queue_free(struct house *h)
{
    for (size_t i = 0; h->waiting.ring && i < h->waiting.n; i++)
        free(h->waiting.ring[(h->waiting.first + i) % HOUSE_WAITING_MAX].body);
    region_free(&h->waiting.ring, HOUSE_WAITING_MAX, sizeof *h->waiting.ring);
}
