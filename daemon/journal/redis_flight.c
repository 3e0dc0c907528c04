#include "redis_flight.h"

static enum redis_trouble connected(struct redis_link *link)
{
    return redis_link_connected(link) ? REDIS_OK : redis_link_connect(link, REDIS_PATIENCE);
}

/* A server that came back may be another one, or have another configuration. Where it may not be asked, the start has
 * said so. */
static enum redis_trouble file_ask(struct redis_link *link, struct redis_flight *f)
{
    const struct ff_span argv[] = {FF_LITERAL("CONFIG"), FF_LITERAL("GET"), FF_LITERAL("appendonly")};
    struct redis_reply reply;
    const enum redis_trouble t = redis_link_call(link, argv, 3, &reply);
    f->no_file = t == REDIS_OK && ff_span_is(redis_reply_text(redis_reply_at(reply, 1)), "no");
    return t == REDIS_NOPERM || t == REDIS_REFUSED ? REDIS_OK : t;
}

static enum redis_trouble look(struct redis_link *link, struct redis_flight *f)
{
    const bool anew = !redis_link_connected(link);
    enum redis_trouble t = connected(link);
    redis_link_patience(link, f->timeout);
    if (t == REDIS_OK && f->needs_file && (anew || f->no_file))
        t = file_ask(link, f);
    return t == REDIS_OK ? redis_stream_look(link, f->keys, &f->look) : t;
}

static enum redis_trouble append(struct redis_link *link, struct redis_flight *f)
{
    redis_link_patience(link, f->timeout);
    return redis_drain_append(link, f->keys, f->id, f->acked, f->group, f->took);
}

static enum redis_trouble answer_read(struct redis_flight *f, enum redis_trouble t, struct redis_reply reply)
{
    return f->errand == REDIS_ERRAND_LOOK ? redis_stream_look_read(t, reply, &f->look) : redis_stream_append_read(t, reply);
}

/* Whether it is one short command, on a link that is connected. */
static bool is_short(const struct redis_link *link, const struct redis_flight *f)
{
    if (!redis_link_connected(link))
        return false;
    return f->errand == REDIS_ERRAND_APPEND ? f->group.n <= REDIS_FLIGHT_SHORT
                                            : f->errand == REDIS_ERRAND_LOOK && !(f->needs_file && f->no_file);
}

bool redis_flight_begin(struct redis_link *link, struct redis_flight *f)
{
    char took[REDIS_ID_SIZE];
    const struct ff_span field = f->took.epoch ? redis_id_print(took, f->took) : ff_span_of(NULL, 0);
    bool whole = false;
    f->begun = false;
    if (!is_short(link, f))
        return false;
    redis_link_patience(link, f->timeout);
    const enum redis_trouble t = f->errand == REDIS_ERRAND_LOOK
                                     ? redis_stream_look_begin(link, f->keys, &whole)
                                     : redis_stream_append_begin(link, f->keys, f->id, f->group, field, &whole);
    f->begun = t == REDIS_OK;
    return f->begun && whole;
}

bool redis_flight_ended(struct redis_link *link, struct redis_flight *f, enum redis_trouble *t)
{
    struct redis_reply reply;
    if (!redis_link_answered(link, &reply, t))
        return false;
    *t = answer_read(f, *t, reply);
    return true;
}

/* What the owner's thread has begun. */
static enum redis_trouble finish(struct redis_link *link, struct redis_flight *f)
{
    struct redis_reply reply;
    f->begun = false;
    redis_link_patience(link, f->timeout);
    const enum redis_trouble t = redis_link_receive(link, &reply);
    return answer_read(f, t, reply);
}

static enum redis_trouble drain(struct redis_link *link, struct redis_flight *f)
{
    redis_link_patience(link, f->timeout);
    return redis_drain_to_stream(link, &f->drain);
}

static enum redis_trouble handover(struct redis_link *link, struct redis_flight *f)
{
    const enum redis_trouble t = connected(link);
    redis_link_patience(link, f->timeout);
    return t == REDIS_OK ? redis_drain_to_handover(link, &f->drain) : t;
}

enum redis_trouble redis_flight_run(struct redis_link *link, void *ctx)
{
    static enum redis_trouble (*const errands[])(struct redis_link *link, struct redis_flight *f) = {
        [REDIS_ERRAND_LOOK] = look,
        [REDIS_ERRAND_APPEND] = append,
        [REDIS_ERRAND_DRAIN] = drain,
        [REDIS_ERRAND_HANDOVER] = handover,
    };
    struct redis_flight *f = ctx;
    if (f->begun) {
        const enum redis_trouble t = finish(link, f);
        if (t != REDIS_BELOW)
            return t;
    }
    return errands[f->errand](link, f);
}
