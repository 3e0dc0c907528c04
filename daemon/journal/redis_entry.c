#include "redis_entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool redis_id_read(struct ff_span text, struct redis_id *out)
{
    const char *dash = text.n ? memchr(text.p, '-', text.n) : NULL;
    if (!dash)
        return false;
    const size_t before = (size_t)(dash - text.p);
    return redis_number(ff_span_of(text.p, before), &out->epoch) &&
           redis_number(ff_span_of(dash + 1, text.n - before - 1), &out->n);
}

struct ff_span redis_id_print(char out[REDIS_ID_SIZE], struct redis_id id)
{
    const int n = snprintf(out, REDIS_ID_SIZE, "%" PRIu64 "-%" PRIu64, id.epoch, id.n);
    return ff_span_of(out, (size_t)n);
}

static bool field_read(struct redis_entry *e, struct ff_span name, struct ff_span value)
{
    if (ff_span_is(name, "group")) {
        e->group = value;
        return value.n > 0;
    }
    if (ff_span_is(name, "begin")) {
        e->begins = true;
        return redis_number(value, &e->begin);
    }
    if (ff_span_is(name, "lost")) {
        e->lost = true;
        return redis_number(value, &e->had);
    }
    if (ff_span_is(name, "took"))
        return redis_id_read(value, &e->took) && e->took.epoch > 0;
    return true;
}

bool redis_entry_read(struct redis_reply reply, struct redis_entry *out)
{
    const struct redis_reply fields = redis_reply_at(reply, 1);
    const size_t count = redis_reply_count(fields);
    *out = (struct redis_entry){0};
    if (!redis_id_read(redis_reply_text(redis_reply_at(reply, 0)), &out->id) || count % 2 != 0)
        return false;
    for (size_t i = 0; i < count; i += 2) {
        const struct ff_span name = redis_reply_text(redis_reply_at(fields, i));
        if (!field_read(out, name, redis_reply_text(redis_reply_at(fields, i + 1))))
            return false;
    }
    return out->begins == (out->group.n == 0);
}
