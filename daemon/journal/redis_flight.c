#include "redis_flight.h"

static enum redis_trouble connected(struct redis_link *link)
{
    return redis_link_connected(link) ? REDIS_OK : redis_link_connect(link, REDIS_PATIENCE);
}

static enum redis_trouble look(struct redis_link *link, struct redis_flight *f)
{
    const enum redis_trouble t = connected(link);
    redis_link_patience(link, f->timeout);
    return t == REDIS_OK ? redis_stream_look(link, f->keys, &f->look) : t;
}

static enum redis_trouble append(struct redis_link *link, struct redis_flight *f)
{
    redis_link_patience(link, f->timeout);
    return redis_drain_append(link, f->keys, f->id, f->acked, f->group, f->took);
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
    return errands[f->errand](link, f);
}
