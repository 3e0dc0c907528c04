#include "redis_seat.h"
#include "redis_socket.h"

#include <string.h>

static void what_is_appended_goes_straight_to_redis(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    const long long before = seat_entries(s);
    seat_append(s, 20);
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    assert_int_equal(seat_entries(s), before + 1);
    suite_close(&s->suite);
    seat_holds(s, 20);
}

static void while_redis_is_away_it_goes_to_the_spill(void **state)
{
    struct seat *s = *state;
    struct ff_store_health health;
    suite_open(&s->suite);
    seat_append(s, 10);
    redis_server_pause(&s->server);
    seat_append(s, 10); /* durable after redis.timeout and a sync */
    store_redis.health(s->suite.store, &health);
    assert_string_equal(health.state, "away");
    assert_string_equal(health.degraded, "spilling");
    assert_true(health.spilled_records == 10 && health.spilled_bytes > 0);
    assert_int_equal(seat_owner(s)->acked, 10);
    seat_append(s, 10);
    assert_true(store_redis.settled(s->suite.store) == 0);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    assert_int_equal(seat_owner(s)->acked, 30);
    store_redis.health(s->suite.store, &health);
    assert_string_equal(health.state, "ok");
    assert_true(!health.degraded && health.spilled_records == 0 && health.spilled_bytes == 0);
    seat_append(s, 5);
    suite_close(&s->suite);
    seat_holds(s, 35);
}

static void rare_verbs_do_not_wait_for_a_redis_that_is_away(void **state)
{
    struct seat *s = *state;
    char why[256];
    uint64_t first, seq;
    suite_open(&s->suite);
    seat_append(s, 1);
    redis_server_pause(&s->server);
    seat_append(s, 1);
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_STORE_AWAY);
    assert_int_equal(store_redis.first(s->suite.store, &first), FF_STORE_AWAY);
    assert_int_equal(store_redis.trim(s->suite.store, (struct ff_keep){FF_NEVER, UINT64_MAX}), FF_STORE_AWAY);
    assert_int_equal(store_redis.checkpoint_open(s->suite.store, 1, &seq, why, sizeof why), FF_STORE_AWAY);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 1), FF_STORE_AWAY);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_OK);
    suite_close(&s->suite);
}

/* Of a Redis that hangs when it is asked, and has not been known to. */
static void a_rare_verb_is_no_more_patient_than_beacons(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 1);
    redis_server_pause(&s->server);
    const ff_mono before = redis_clock();
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_STORE_AWAY);
    assert_true(redis_clock() - before < FF_SECOND);
    seat_append(s, 1); /* the link is broken: it is spilled, and connecting is nobody's to wait for */
    assert_true(redis_clock() - before < 2 * FF_SECOND);
    assert_int_equal(seat_owner(s)->mode, REDIS_SPILLING);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_OK);
    suite_close(&s->suite);
}

static void a_group_that_comes_late_is_there_once(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    for (unsigned i = 0; i < 5; i++) {
        redis_server_pause(&s->server);
        seat_append(s, 3); /* Redis has it in its socket, and reads it when it goes on */
        seat_append(s, 4);
        redis_server_resume(&s->server);
        seat_append(s, 2);
        seat_until(s, REDIS_DIRECT);
    }
    suite_close(&s->suite);
    seat_holds(s, 45);
}

static void a_close_leaves_the_spill_for_the_next(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    redis_server_pause(&s->server);
    seat_append(s, 10);
    suite_append(&s->suite, 5);
    suite_close(&s->suite);
    redis_server_resume(&s->server);
    assert_true(spill_is_left(s->store, &io_system));
}

static void a_refusal_is_named_and_records_are_spilled(void **state)
{
    struct seat *s = *state;
    struct ff_store_health health;
    suite_open(&s->suite);
    seat_append(s, 3);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    seat_append(s, 3);
    store_redis.health(s->suite.store, &health);
    assert_string_equal(health.state, "oom");
    assert_string_equal(health.degraded, "spilling");
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    seat_until(s, REDIS_DIRECT);
    store_redis.health(s->suite.store, &health);
    assert_string_equal(health.state, "ok");
    suite_close(&s->suite);
    seat_holds(s, 6);
}

static void without_a_spill_records_wait_in_memory(void **state)
{
    struct seat *s = *state;
    s->redis.spill_max = 0;
    suite_open(&s->suite);
    seat_append(s, 3);
    redis_server_pause(&s->server);
    suite_append(&s->suite, 3);
    store_redis.flush(s->suite.store);
    seat_until(s, REDIS_SPILLING);
    assert_int_equal(store_redis.flush(s->suite.store), FF_STORE_AWAY);
    assert_int_equal(s->suite.durable, 3);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    suite_flush(&s->suite);
    assert_int_equal(s->suite.durable, 6);
    suite_close(&s->suite);
    seat_holds(s, 6);
}

static void a_full_spill_refuses_until_redis_is_back(void **state)
{
    struct seat *s = *state;
    s->redis.spill_max = 10000;
    suite_open(&s->suite);
    redis_server_pause(&s->server);
    seat_append(s, 20);
    suite_append(&s->suite, 200);
    assert_int_equal(store_redis.flush(s->suite.store), FF_STORE_FULL);
    assert_true(s->suite.durable >= 20 && s->suite.durable < 220);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    suite_flush(&s->suite);
    suite_close(&s->suite);
    seat_holds(s, 220);
}

static void the_fence_is_noticed_while_nothing_happens(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 10);
    seat_holds(s, 10); /* takes it over */
    seat_until(s, REDIS_MODE_FENCED);
    assert_int_equal(store_redis.flush(s->suite.store), FF_STORE_FENCED);
    assert_int_equal(store_redis.append(s->suite.store, 11, FF_LITERAL("x")), FF_STORE_FENCED);
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("x")), FF_STORE_FENCED);
    suite_close(&s->suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAT_TEST(what_is_appended_goes_straight_to_redis),
        SEAT_TEST(while_redis_is_away_it_goes_to_the_spill),
        SEAT_TEST(rare_verbs_do_not_wait_for_a_redis_that_is_away),
        SEAT_TEST(a_rare_verb_is_no_more_patient_than_beacons),
        SEAT_TEST(a_group_that_comes_late_is_there_once),
        SEAT_TEST(a_close_leaves_the_spill_for_the_next),
        SEAT_TEST(a_refusal_is_named_and_records_are_spilled),
        SEAT_TEST(without_a_spill_records_wait_in_memory),
        SEAT_TEST(a_full_spill_refuses_until_redis_is_back),
        SEAT_TEST(the_fence_is_noticed_while_nothing_happens),
    };
    return REDIS_SERVER_RUN(tests);
}
