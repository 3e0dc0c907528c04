#include "redis_handover.h"

#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "<epoch>-<first>-<last>", and of copies "-<epoch>-<seq>" of what they are copies of. */
#define FIELD_SIZE 112

static struct ff_span field_make(char out[FIELD_SIZE], const struct redis_handover *h)
{
    int n = snprintf(out, FIELD_SIZE, "%" PRIu64 "-%" PRIu64 "-%" PRIu64, h->epoch, h->first, h->last);
    if (h->copy.epoch)
        n += snprintf(out + n, FIELD_SIZE - (size_t)n, "-%" PRIu64 "-%" PRIu64, h->copy.epoch, h->copy.n);
    return ff_span_of(out, (size_t)n);
}

/* Takes the number up to the next '-', or up to the end. */
static bool number_take(struct ff_span *text, uint64_t *out)
{
    const char *end = text->n ? memchr(text->p, '-', text->n) : NULL;
    const size_t n = end ? (size_t)(end - text->p) : text->n;
    if (!redis_number(ff_span_of(text->p, n), out))
        return false;
    const size_t passed = end ? n + 1 : n;
    *text = ff_span_of(text->p + passed, text->n - passed);
    return true;
}

static bool field_read(struct redis_handover *out, struct ff_span text)
{
    out->copy = (struct redis_id){0, 0};
    return number_take(&text, &out->epoch) && number_take(&text, &out->first) && number_take(&text, &out->last) &&
           (text.n == 0 || (number_take(&text, &out->copy.epoch) && number_take(&text, &out->copy.n))) &&
           text.n == 0 && out->first > 0 && out->first <= out->last;
}

/* Whether p[0..n) is the whole group that the field names. */
static bool group_read(const struct redis_handover *h, struct ff_span value, struct segment_group *g)
{
    return segment_group_get(g, value.p, value.n) && value.n == SEGMENT_GROUP_HEADER + (size_t)g->bytes &&
           g->first == h->first && g->first + g->count - 1 == h->last &&
           segment_group_sound(g, value.p + SEGMENT_GROUP_HEADER);
}

enum redis_trouble redis_handover_put(struct redis_link *l, const struct redis_keys *k, uint64_t epoch,
                                      struct redis_id copy, struct ff_span group)
{
    struct segment_group g;
    struct redis_reply reply;
    char field[FIELD_SIZE];
    if (!segment_group_get(&g, group.p, group.n))
        return REDIS_REFUSED;
    const struct redis_handover which = {epoch, g.first, g.first + g.count - 1, copy};
    const struct ff_span argv[] = {FF_LITERAL("HSETNX"), redis_key_span(&k->handover), field_make(field, &which), group};
    return redis_link_call(l, argv, 4, &reply);
}

enum redis_trouble redis_handover_count(struct redis_link *l, const struct redis_keys *k, uint64_t *n)
{
    struct redis_reply reply;
    const struct ff_span argv[] = {FF_LITERAL("HLEN"), redis_key_span(&k->handover)};
    enum redis_trouble t = redis_link_call(l, argv, 2, &reply);
    *n = t == REDIS_OK ? (uint64_t)redis_reply_integer(reply) : 0;
    return t;
}

static bool comes_before(const struct redis_handover *a, const struct redis_handover *b)
{
    return a->epoch != b->epoch ? a->epoch < b->epoch : a->first < b->first;
}

static enum redis_trouble lowest_find(struct redis_link *l, const struct redis_keys *k, struct redis_handover *out,
                                      bool *found)
{
    struct redis_reply names;
    const struct ff_span argv[] = {FF_LITERAL("HKEYS"), redis_key_span(&k->handover)};
    enum redis_trouble t = redis_link_call(l, argv, 2, &names);
    *found = false;
    for (size_t i = 0; t == REDIS_OK && i < redis_reply_count(names); i++) {
        struct redis_handover h;
        if (!field_read(&h, redis_reply_text(redis_reply_at(names, i))) || (*found && !comes_before(&h, out)))
            continue;
        *out = h;
        *found = true;
    }
    return t;
}

/* What is damaged goes where nobody looks for strays. Borrowed from the link, the value is copied before it is sent. */
static enum redis_trouble aside_put(struct redis_link *l, const struct redis_keys *k, const struct redis_handover *h,
                                    struct ff_span value)
{
    struct redis_reply reply;
    char field[FIELD_SIZE];
    char *copy = malloc(value.n + 1);
    if (!copy)
        return REDIS_REFUSED;
    if (value.n)
        memcpy(copy, value.p, value.n);
    field_make(field, h);
    log_error("journal", "handover_damaged", "group=%s", field);
    const struct ff_span argv[] = {FF_LITERAL("HSET"), redis_key_span(&k->damaged), ff_span_text(field),
                                   ff_span_of(copy, value.n)};
    enum redis_trouble t = redis_link_call(l, argv, 4, &reply);
    free(copy);
    return t == REDIS_OK ? redis_handover_drop(l, k, h) : t;
}

enum redis_trouble redis_handover_next(struct redis_link *l, const struct redis_keys *k, struct redis_handover *out,
                                       struct segment_group *group, struct ff_span *bytes, bool *found)
{
    struct redis_reply reply;
    char field[FIELD_SIZE];
    for (;;) {
        enum redis_trouble t = lowest_find(l, k, out, found);
        if (t != REDIS_OK || !*found)
            return t;
        const struct ff_span argv[] = {FF_LITERAL("HGET"), redis_key_span(&k->handover), field_make(field, out)};
        t = redis_link_call(l, argv, 3, &reply);
        if (t != REDIS_OK)
            return t;
        if (redis_reply_kind(reply) == REDIS_NIL)
            continue; /* it went meanwhile */
        const struct ff_span value = redis_reply_text(reply);
        if (group_read(out, value, group)) {
            *bytes = ff_span_of(value.p + SEGMENT_GROUP_HEADER, group->bytes);
            return REDIS_OK;
        }
        t = aside_put(l, k, out, value);
        if (t != REDIS_OK)
            return t;
    }
}

enum redis_trouble redis_handover_drop(struct redis_link *l, const struct redis_keys *k,
                                       const struct redis_handover *which)
{
    struct redis_reply reply;
    char field[FIELD_SIZE];
    const struct ff_span argv[] = {FF_LITERAL("HDEL"), redis_key_span(&k->handover), field_make(field, which)};
    return redis_link_call(l, argv, 3, &reply);
}
