/* Stage: a shard on a redis-server of the test program's own, as its owner sees it. One server for a program; its
 * data are new for every test. */
#ifndef FOOTFALL_TESTS_REDIS_STAGE_H
#define FOOTFALL_TESTS_REDIS_STAGE_H

#include "redis_seen.h"
#include "redis_server.h"
#include "redis_shard.h"
#include "segment.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct stage {
    struct redis_server server;
    struct redis_keys keys;
    struct redis_link *link;
    struct redis_shard shard;
    struct redis_seen seen; /* what was written */
    uint64_t last;          /* record */
};

/* Asks a command of whole words. */
static inline struct redis_reply stage_ask(struct stage *s, const char *const *words)
{
    struct ff_span argv[REDIS_ARGS_MAX];
    struct redis_reply reply;
    size_t n = 0;
    for (; words[n]; n++)
        argv[n] = ff_span_text(words[n]);
    enum redis_trouble t = redis_link_call(s->link, argv, n, &reply);
    if (t != REDIS_OK)
        fail_msg("%s: %s: %s", words[0], redis_trouble_name(t), redis_link_why(s->link));
    return reply;
}

#define STAGE_ASK(s, ...) stage_ask(s, (const char *const[]){__VA_ARGS__, NULL})

/* The server that a test program has, between its first test and its last. */
static inline int stage_open(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    struct redis_url url;
    char why[256];
    redis_server_make(&s->server);
    redis_server_start(&s->server, NULL);
    assert_true(redis_url_parse(s->server.url, &url, why, sizeof why));
    assert_true(redis_keys_make(&s->keys, "footfall", "test"));
    s->link = redis_link_new(&url);
    *state = s;
    return 0;
}

static inline int stage_close(void **state)
{
    struct stage *s = *state;
    redis_link_free(s->link);
    redis_server_end(&s->server);
    free(s);
    return 0;
}

/* Somebody begins an epoch. */
static inline void stage_begin(struct stage *s, uint64_t epoch)
{
    char id[REDIS_ID_SIZE], last[24];
    redis_id_print(id, (struct redis_id){epoch, 0});
    snprintf(last, sizeof last, "%llu", (unsigned long long)s->last);
    STAGE_ASK(s, "XADD", s->keys.journal.text, id, "begin", last, "by", "test:1");
}

/* The owner begins its own. */
static inline void stage_own(struct stage *s, uint64_t epoch)
{
    stage_begin(s, epoch);
    redis_seen_begin(&s->seen, epoch, s->last);
    s->shard.epoch = epoch;
}

static inline int stage_setup(void **state)
{
    struct stage *s = *state;
    assert_int_equal(redis_link_connect(s->link, 5 * FF_SECOND), REDIS_OK);
    STAGE_ASK(s, "FLUSHALL");
    s->shard = (struct redis_shard){.link = s->link, .keys = &s->keys};
    s->seen = (struct redis_seen){0};
    s->last = 0;
    stage_own(s, 7);
    return 0;
}

/* The body of a record. */
static inline struct ff_span stage_body(uint64_t seq, char out[32])
{
    return ff_span_of(out, (size_t)snprintf(out, 32, "body of %llu.", (unsigned long long)seq));
}

/* Appends a group of n records in the owner's epoch. */
static inline void stage_group(struct stage *s, unsigned n)
{
    static unsigned char bytes[1 << 16];
    size_t used = SEGMENT_GROUP_HEADER;
    const uint64_t first = s->last + 1;
    char body[32], id[REDIS_ID_SIZE];
    for (unsigned i = 0; i < n; i++) {
        const struct ff_span b = stage_body(++s->last, body);
        assert_true(used + segment_record_size(b.n) <= sizeof bytes);
        segment_record_put(bytes + used, s->last, b);
        used += segment_record_size(b.n);
    }
    segment_group_put(bytes, &(struct segment_group){
                                 .first = first,
                                 .durable = first - 1,
                                 .count = n,
                                 .bytes = (uint32_t)(used - SEGMENT_GROUP_HEADER),
                             });
    const struct redis_id of = {s->shard.epoch, s->last};
    const struct ff_span argv[] = {FF_LITERAL("XADD"), redis_key_span(&s->keys.journal), redis_id_print(id, of),
                                   FF_LITERAL("group"), ff_span_of((const char *)bytes, used)};
    struct redis_reply reply;
    assert_int_equal(redis_link_call(s->link, argv, 5, &reply), REDIS_OK);
    redis_seen_group(&s->seen, of, first, used);
}

#define STAGE_TEST(test) cmocka_unit_test_setup(test, stage_setup)

/* Runs the tests; without a redis-server of that version there is nothing to run them on. */
#define STAGE_RUN_ON(least, tests) \
    (redis_server_there(least) ? cmocka_run_group_tests(tests, stage_open, stage_close) : redis_server_missing())
#define STAGE_RUN(tests) STAGE_RUN_ON(REDIS_SERVER_STORE, tests)

#endif
