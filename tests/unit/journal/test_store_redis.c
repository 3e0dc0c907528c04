#include "journal.h"
#include "redis_server.h"
#include "scratch.h"
#include "store_suite.h"

#include <stdio.h>
#include <stdlib.h>

/* The suite against the Redis store, on a real server for each case: in each durability, with an append-only
 * file that is synced with every write, or once a second, or none. And what is true of this store alone. */
struct room {
    struct suite suite; /* first: it is what the cases get */
    struct redis_server server;
    struct ff_redis_options redis;
    char path[SCRATCH_MAX];
    char store[SCRATCH_MAX + 8];
    char elsewhere[SCRATCH_MAX + 16];
};

static const char *const always[] = {"--appendonly", "yes", "--appendfsync", "always", NULL};
static const char *const everysec[] = {"--appendonly", "yes", "--appendfsync", "everysec", NULL};

static int redis_setup(void **state, enum ff_durability durability, const char *const *options)
{
    static struct room room;
    room = (struct room){.suite.ops = &store_redis};
    redis_server_make(&room.server);
    redis_server_start(&room.server, options);
    scratch_make(room.path);
    snprintf(room.store, sizeof room.store, "%s/store", room.path);
    snprintf(room.elsewhere, sizeof room.elsewhere, "%s/elsewhere", room.path);
    room.redis = (struct ff_redis_options){.url = room.server.url, .password_file = "", .prefix = "footfall",
                                           .shard = "suite", .timeout = FF_SECOND, .start_within = FF_SECOND,
                                           .spill_max = 1 << 30};
    room.suite.options = (struct ff_store_options){.path = room.store, .durability = durability,
                                                   .segment_bytes = 1 << 20, .redis = &room.redis};
    room.suite.named = "footfall:{suite}:journal";
    *state = &room;
    return 0;
}

static int always_setup(void **state)
{
    return redis_setup(state, FF_DURABLE_DISK, always);
}

static int everysec_setup(void **state)
{
    return redis_setup(state, FF_DURABLE_DISK, everysec);
}

static int process_setup(void **state)
{
    return redis_setup(state, FF_DURABLE_PROCESS, NULL);
}

static int redis_teardown(void **state)
{
    struct room *room = *state;
    redis_server_end(&room->server);
    scratch_remove(room->path);
    return 0;
}

static long long entries(const struct room *room)
{
    return redis_server_number(&room->server, "XLEN footfall:{suite}:journal");
}

static void durability_comes_with_the_news_of_one_entry(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    assert_true(s->ops->news_fd(s->store) >= 0);
    const long long before = entries(room);
    suite_append(s, 300);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_int_equal(s->durable, 0);
    suite_flush(s);
    assert_int_equal(s->durable, 300);
    assert_int_equal(entries(room), before + 1);
    suite_close(s);
}

static void what_waits_for_redis_has_a_ceiling(void **state)
{
    static char body[1 << 20];
    struct suite *s = *state;
    suite_open(s);
    unsigned before_crowded = 0;
    enum ff_status st;
    while ((st = s->ops->append(s->store, s->last + 1, ff_span_of(body, sizeof body))) == FF_OK) {
        s->last++;
        before_crowded += !s->ops->crowded(s->store);
    }
    assert_int_equal(st, FF_NO_MEMORY);
    assert_in_range(s->last, 32, 128);
    assert_in_range(before_crowded, s->last / 4, s->last * 3 / 4);
    suite_flush(s);
    assert_false(s->ops->crowded(s->store));
    suite_close(s);
}

static void a_server_that_is_not_there_is_named(void **state)
{
    struct room *room = *state;
    struct ff_store *store;
    char why[512] = "";
    redis_server_kill(&room->server);
    assert_int_not_equal(store_redis.open(&store, &room->suite.options, why, sizeof why), FF_OK);
    assert_null(store);
    assert_non_null(strstr(why, room->server.socket));
}

static void nothing_local_is_needed(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 50);
    suite_settle(s);
    assert_int_equal(suite_checkpoint_beside(s, 50), FF_OK);
    suite_append(s, 7);
    suite_flush(s);
    assert_int_equal(s->ops->put(s->store, "salt", FF_LITERAL("of today")), FF_OK);
    suite_close(s);
    s->options.path = room->elsewhere;
    assert_int_equal(suite_restore(s), 50);
    assert_int_equal(s->last, 57);
    char salt[16];
    size_t n;
    assert_int_equal(s->ops->get(s->store, "salt", salt, sizeof salt, &n), FF_OK);
    assert_true(ff_span_is(ff_span_of(salt, n), "of today"));
    suite_close(s);
}

/* What the older one appends is refused from then on, and nothing of it is in the newer one's journal. */
static void a_second_owner_takes_over_from_the_first(void **state)
{
    struct room *room = *state;
    struct suite *first = &room->suite, second = *first;
    struct ff_store_health health;
    suite_open(first);
    suite_append(first, 10);
    suite_flush(first);
    second.options.path = room->elsewhere;
    second.last = second.durable = 10;
    suite_open(&second);
    assert_int_equal(second.last, 10);
    suite_append(&second, 5);
    suite_flush(&second);
    suite_append(first, 3);
    first->ops->flush(first->store);
    do {
        suite_news(first);
        first->ops->health(first->store, &health);
    } while (strcmp(health.state, "fenced") != 0);
    assert_int_equal(first->durable, 10);
    assert_int_equal(first->ops->append(first->store, first->last + 1, FF_LITERAL("late")), FF_STORE_FENCED);
    suite_close(first);
    suite_append(&second, 5);
    suite_flush(&second);
    suite_close(&second);
    suite_open(&second);
    assert_int_equal(second.last, 20);
    suite_close(&second);
}

/* Also one that has nothing to write learns of it. */
static void an_idle_owner_learns_that_it_is_fenced(void **state)
{
    struct room *room = *state;
    struct suite *first = &room->suite, second = *first;
    struct ff_store_health health;
    suite_open(first);
    second.options.path = room->elsewhere;
    suite_open(&second);
    do {
        suite_news(first);
        first->ops->health(first->store, &health);
    } while (strcmp(health.state, "fenced") != 0);
    suite_close(first);
    suite_close(&second);
}

static void the_child_of_a_former_owner_can_write_no_checkpoint(void **state)
{
    struct room *room = *state;
    struct suite *first = &room->suite, second = *first;
    struct ff_store_options options = first->options;
    struct ff_store *child;
    char why[512];
    suite_open(first);
    suite_append(first, 10);
    suite_settle(first);
    options.beside = true;
    assert_int_equal(first->ops->open(&child, &options, why, sizeof why), FF_OK);
    const struct suite_state state_then = suite_state_now(first);
    second.options.path = room->elsewhere;
    second.last = second.durable = 10;
    suite_open(&second);
    assert_int_not_equal(suite_save(first->ops, child, &state_then), FF_OK);
    first->ops->close(&child);
    suite_close(first);
    suite_close(&second);
    assert_int_equal(suite_restore(&second), 0);
    assert_int_equal(suite_checkpoint_beside(&second, 10), FF_OK);
    suite_close(&second);
}

static void the_stream_is_kept_for_its_last_id(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        suite_append(s, 10);
        suite_settle(s);
        assert_int_equal(suite_checkpoint_beside(s, s->last), FF_OK);
    }
    assert_int_equal(s->ops->trim(s->store, (struct ff_keep){INT64_MAX, 0}), FF_OK);
    suite_close(s);
    assert_int_equal(redis_server_number(&room->server, "EXISTS footfall:{suite}:journal"), 1);
    assert_int_equal(suite_restore(s), 30);
    suite_append(s, 1);
    suite_flush(s);
    suite_close(s);
}

#define CASE(name, setup) cmocka_unit_test_setup_teardown(name, setup, redis_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TESTS(always_setup, redis_teardown),
        SUITE_TESTS(everysec_setup, redis_teardown),
        SUITE_TESTS(process_setup, redis_teardown),
        CASE(durability_comes_with_the_news_of_one_entry, always_setup),
        CASE(durability_comes_with_the_news_of_one_entry, process_setup),
        CASE(what_waits_for_redis_has_a_ceiling, process_setup),
        CASE(a_server_that_is_not_there_is_named, process_setup),
        CASE(nothing_local_is_needed, everysec_setup),
        CASE(a_second_owner_takes_over_from_the_first, always_setup),
        CASE(an_idle_owner_learns_that_it_is_fenced, process_setup),
        CASE(the_child_of_a_former_owner_can_write_no_checkpoint, process_setup),
        CASE(the_stream_is_kept_for_its_last_id, process_setup),
    };
    return REDIS_SERVER_RUN(tests);
}
