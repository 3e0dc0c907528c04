/* Seat: a Redis store that is open, on a server of the test's own, and what is done to both. The server may be
 * killed, paused and flushed; keys are footfall:{seat}:.... */
#ifndef FOOTFALL_TESTS_REDIS_SEAT_H
#define FOOTFALL_TESTS_REDIS_SEAT_H

#include "io.h"
#include "journal.h"
#include "redis_server.h"
#include "store_redis.h"
#include "store_suite.h"

#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define SEAT_KEY "footfall:{seat}:"

struct seat {
    struct suite suite; /* its options are the store's; .store is open between seat_open and seat_close */
    struct redis_server server;
    struct ff_redis_options redis;
    char path[SCRATCH_MAX];
    char store[SCRATCH_MAX + 8];
};

static inline int seat_setup(void **state)
{
    struct seat *s = calloc(1, sizeof *s);
    redis_server_make(&s->server);
    redis_server_start(&s->server, NULL);
    scratch_make(s->path);
    snprintf(s->store, sizeof s->store, "%s/store", s->path);
    s->redis = (struct ff_redis_options){.url = s->server.url, .password_file = "", .prefix = "footfall",
                                         .shard = "seat", .timeout = 200 * FF_MILLISECOND,
                                         .start_within = 10 * FF_SECOND, .spill_max = 1 << 30};
    s->suite.ops = &store_redis;
    s->suite.options = (struct ff_store_options){.path = s->store, .durability = FF_DURABLE_PROCESS,
                                                 .redis = &s->redis};
    *state = s;
    return 0;
}

static inline int seat_teardown(void **state)
{
    struct seat *s = *state;
    if (s->suite.store)
        store_redis.close(&s->suite.store);
    redis_server_end(&s->server);
    scratch_remove(s->path);
    free(s);
    return 0;
}

static inline struct redis_owner *seat_owner(struct seat *s)
{
    return &s->suite.store->owner;
}

/* Waits for news and takes them. */
static inline void seat_news(struct seat *s)
{
    struct pollfd news = {.fd = store_redis.news_fd(s->suite.store), .events = POLLIN};
    if (poll(&news, 1, 30000) != 1)
        fail_msg("no news, it is %s", redis_mode_name(seat_owner(s)->mode));
    store_redis.poll(s->suite.store, &s->suite.durable);
}

/* Takes news until the owner is in the mode. */
static inline void seat_until(struct seat *s, enum redis_mode mode)
{
    for (int turns = 0; seat_owner(s)->mode != mode; turns++) {
        if (turns > 10000)
            fail_msg("it is %s, not %s", redis_mode_name(seat_owner(s)->mode), redis_mode_name(mode));
        seat_news(s);
    }
}

/* Appends n records and flushes, and takes news until they are durable, wherever. */
static inline void seat_append(struct seat *s, unsigned n)
{
    suite_append(&s->suite, n);
    suite_flush(&s->suite);
}

/* How many groups and beginnings of epochs the stream has. */
static inline long long seat_entries(struct seat *s)
{
    return redis_server_number(&s->server, "XLEN " SEAT_KEY "journal");
}

/* What Redis alone says: a store opened elsewhere, by which this one is fenced, has the records 1 to last, each as it
 * was appended. */
static inline void seat_holds(struct seat *s, uint64_t last)
{
    struct suite other = s->suite;
    struct suite_state now = {0};
    char path[SCRATCH_MAX + 16], why[512];
    uint64_t end = 0;
    snprintf(path, sizeof path, "%s/elsewhere", s->path);
    other.options.path = path;
    if (other.ops->open(&other.store, &other.options, why, sizeof why) != FF_OK ||
        suite_load_good(other.ops, other.store, &now, why, sizeof why) != FF_OK ||
        other.ops->replay(other.store, now.last + 1, UINT64_MAX, suite_fold, &now, &end, why, sizeof why) != FF_OK)
        fail_msg("%s", why);
    assert_true(end == last && now.last == last);
    suite_state_check(&now);
    other.ops->close(&other.store);
}

/* One bit of the last record in the spill is not what it was. */
static inline void seat_spoil_spill(struct seat *s)
{
    char pattern[SCRATCH_MAX + 64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/spill/journal-*.seg", s->store);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    FILE *file = fopen(found.gl_pathv[found.gl_pathc - 1], "r+");
    assert_non_null(file);
    fseek(file, -1, SEEK_END);
    const int last = fgetc(file);
    fseek(file, -1, SEEK_END);
    fputc(last ^ 1, file);
    fclose(file);
    globfree(&found);
}

#define SEAT_TEST(name) cmocka_unit_test_setup_teardown(name, seat_setup, seat_teardown)

#endif
