/* One-liners for intake's tests: a message goes in against a guard page, and what came out is
 * looked at. */
#ifndef FOOTFALL_TEST_TAKING_H
#define FOOTFALL_TEST_TAKING_H

#include "guard.h"
#include "intake.h"

#include <stdio.h>

#define TAKING_BATCH 20
#define TAKING_BYTES 65536

struct taking {
    struct intake *in;
    struct guard guard;
    struct intake_batch batch;
};

/* Decodes text; the batch stands until taking_end. */
static inline enum ff_status taking_span(struct taking *t, const char *content_type,
                                         struct ff_span text)
{
    struct intake_options options = {TAKING_BATCH, TAKING_BYTES};
    t->in = intake_new(&options);
    struct ff_span message = guard_put(&t->guard, text, INTAKE_PADDING);
    const struct intake_format *format = intake_format(ff_span_text(content_type), message);
    return intake_decode(t->in, format, message, &t->batch);
}

static inline enum ff_status taking(struct taking *t, const char *content_type, const char *text)
{
    return taking_span(t, content_type, ff_span_text(text));
}

static inline void taking_end(struct taking *t)
{
    guard_drop(&t->guard);
    intake_free(&t->in);
}

/* The whole message is refused with s. */
static inline void refuses_all(const char *content_type, const char *text, enum ff_status s)
{
    struct taking t;
    enum ff_status got = taking(&t, content_type, text);
    if (got != s || t.batch.count != 0)
        fail_msg("%s: %s instead of %s", text, ff_status_code(got), ff_status_code(s));
    taking_end(&t);
}

/* One beacon comes out of it, without a fault; t is to be ended. */
static inline const struct ff_beacon *takes(struct taking *t, const char *text)
{
    enum ff_status s = taking(t, "application/json", text);
    if (s != FF_OK || t->batch.count != 1 || t->batch.records->beacon.fault != FF_OK)
        fail_msg("%s: %s, %s %s", text, ff_status_code(s),
                 t->batch.count ? ff_status_code(t->batch.records->beacon.fault) : "",
                 t->batch.count ? t->batch.records->beacon.fault_field : "");
    return &t->batch.records->beacon;
}

static inline void accepts(const char *text)
{
    struct taking t;
    takes(&t, text);
    taking_end(&t);
}

/* One beacon comes out of it, with this fault. */
static inline void rejects(const char *text, enum ff_status fault, const char *field)
{
    struct taking t;
    enum ff_status s = taking(&t, "application/json", text);
    if (s != FF_OK || t.batch.count != 1)
        fail_msg("%s: %s", text, ff_status_code(s));
    const struct ff_beacon *b = &t.batch.records->beacon;
    if (b->fault != fault || strcmp(b->fault_field, field) != 0)
        fail_msg("%s: %s \"%s\"", text, ff_status_code(b->fault), b->fault_field);
    taking_end(&t);
}

#endif
