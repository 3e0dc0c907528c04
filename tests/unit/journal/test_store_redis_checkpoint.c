#include "redis_seat.h"

static void lose_all(struct seat *s)
{
    redis_server_do(&s->server, "FLUSHALL");
    seat_until(s, REDIS_LOST);
    assert_true(store_redis.lost(s->suite.store));
}

/* Writes the state of all that was appended. */
static enum ff_status mend(struct seat *s)
{
    const struct suite_state now = suite_state_now(&s->suite);
    return suite_save(&store_redis, s->suite.store, &now);
}

static void a_store_that_has_lost_records_is_mended_by_a_checkpoint(void **state)
{
    struct seat *s = *state;
    char value[32] = "";
    size_t n;
    suite_open(&s->suite);
    assert_int_equal(store_redis.put(s->suite.store, "seed", FF_LITERAL("a secret")), FF_OK);
    seat_append(s, 20);
    assert_false(store_redis.lost(s->suite.store));
    lose_all(s);
    seat_append(s, 10); /* durable in the spill */
    suite_append(&s->suite, 3);
    const uint64_t before = seat_owner(s)->epoch;
    assert_int_equal(mend(s), FF_OK);
    assert_false(store_redis.lost(s->suite.store));
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    assert_true(seat_owner(s)->epoch > before);
    assert_int_equal(store_redis.poll(s->suite.store, &s->suite.durable), FF_OK);
    assert_int_equal(s->suite.durable, 33);
    assert_int_equal(store_redis.get(s->suite.store, "seed", value, sizeof value, &n), FF_OK);
    assert_true(ff_span_is(ff_span_of(value, n), "a secret"));
    assert_int_equal(spill_last(seat_owner(s)->outage.spill), 0);
    seat_append(s, 5);
    suite_close(&s->suite);
    seat_holds(s, 38);
}

static void values_of_an_earlier_process_are_put_again_but_not_those_removed(void **state)
{
    struct seat *s = *state;
    char value[32] = "";
    size_t n;
    suite_open(&s->suite);
    assert_int_equal(store_redis.put(s->suite.store, "seed", FF_LITERAL("a secret")), FF_OK);
    assert_int_equal(store_redis.put(s->suite.store, "salts", FF_LITERAL("of yesterday")), FF_OK);
    assert_int_equal(store_redis.put(s->suite.store, "gone", FF_LITERAL("x")), FF_OK);
    suite_close(&s->suite);
    suite_open(&s->suite);
    assert_int_equal(store_redis.get(s->suite.store, "seed", value, sizeof value, &n), FF_OK);
    assert_int_equal(store_redis.get(s->suite.store, "gone", value, sizeof value, &n), FF_OK);
    assert_int_equal(store_redis.put(s->suite.store, "salts", FF_LITERAL("of today")), FF_OK);
    assert_int_equal(store_redis.remove(s->suite.store, "gone"), FF_OK);
    seat_append(s, 5);
    lose_all(s);
    assert_int_equal(mend(s), FF_OK);
    assert_int_equal(store_redis.get(s->suite.store, "seed", value, sizeof value, &n), FF_OK);
    assert_true(ff_span_is(ff_span_of(value, n), "a secret"));
    assert_int_equal(store_redis.get(s->suite.store, "salts", value, sizeof value, &n), FF_OK);
    assert_true(ff_span_is(ff_span_of(value, n), "of today"));
    assert_int_equal(store_redis.get(s->suite.store, "gone", value, sizeof value, &n), FF_NOT_FOUND);
    suite_close(&s->suite);
}

static void an_attempt_whose_answer_did_not_come_had_fewer_records(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 20);
    lose_all(s);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 20), FF_OK);
    store_redis.checkpoint_abort(s->suite.store);
    seat_owner(s)->claimed = 0; /* as if it were not known that it has begun an epoch */
    seat_append(s, 5);
    assert_int_equal(mend(s), FF_OK);
    suite_close(&s->suite);
    seat_holds(s, 25);
}

static void its_checkpoint_is_of_all_that_was_appended(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 20);
    lose_all(s);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 19), FF_BAD_PARAMETER);
    assert_true(store_redis.lost(s->suite.store));
    assert_int_equal(mend(s), FF_OK);
    suite_close(&s->suite);
    seat_holds(s, 20);
}

/* Strays of an owner of before may come after a loss, too: what the manifest knew of it is not forgotten with it. */
static void what_a_former_owner_had_brought_is_known_after_a_loss(void **state)
{
    struct seat *s = *state;
    struct suite_state now;
    char reply[256], wanted[64], why[512];
    uint64_t last;
    suite_open(&s->suite);
    seat_append(s, 20);
    snprintf(wanted, sizeof wanted, "%llu:20", (unsigned long long)seat_owner(s)->epoch);
    now = suite_state_now(&s->suite);
    assert_int_equal(suite_save(&store_redis, s->suite.store, &now), FF_OK);
    suite_close(&s->suite);
    /* It begins behind the checkpoint: of that owner it reads nothing but the manifest. */
    assert_int_equal(store_redis.open(&s->suite.store, &s->suite.options, why, sizeof why), FF_OK);
    assert_int_equal(store_redis.replay(s->suite.store, 21, UINT64_MAX, NULL, NULL, &last, why, sizeof why), FF_OK);
    lose_all(s);
    assert_int_equal(mend(s), FF_OK);
    redis_server_ask(&s->server, "HGET " SEAT_KEY "manifest took", reply, sizeof reply);
    assert_non_null(strstr(reply, wanted));
    suite_close(&s->suite);
}

static void a_checkpoint_that_was_given_up_leaves_it_lost(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 20);
    lose_all(s);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 20), FF_OK);
    assert_int_equal(store_redis.checkpoint_put(s->suite.store, FF_LITERAL("half of it")), FF_OK);
    store_redis.checkpoint_abort(s->suite.store);
    assert_true(store_redis.lost(s->suite.store));
    seat_append(s, 5);
    for (int i = 0; i < 3; i++) { /* looks do not take the epoch that was begun for another's */
        seat_owner(s)->look_due = true;
        store_redis.flush(s->suite.store);
        redis_worker_wait(&seat_owner(s)->worker, FF_MINUTE);
        store_redis.poll(s->suite.store, &s->suite.durable);
    }
    assert_true(store_redis.lost(s->suite.store));
    assert_int_equal(mend(s), FF_OK);
    seat_append(s, 5);
    suite_close(&s->suite);
    seat_holds(s, 30);
}

static void none_is_of_records_that_redis_has_not(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 5);
    suite_append(&s->suite, 2);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 6), FF_BAD_PARAMETER);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 5), FF_OK);
    store_redis.checkpoint_abort(s->suite.store);
    suite_close(&s->suite);
}

static void redis_may_go_away_in_its_middle(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 20);
    lose_all(s);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 20), FF_OK);
    redis_server_kill(&s->server);
    assert_int_not_equal(store_redis.checkpoint_commit(s->suite.store), FF_OK);
    store_redis.checkpoint_abort(s->suite.store);
    assert_true(store_redis.lost(s->suite.store));
    redis_server_start(&s->server, NULL);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 20), FF_STORE_CORRUPT); /* connecting is the worker's */
    while (!seat_owner(s)->answers)
        seat_news(s);
    assert_int_equal(mend(s), FF_OK);
    suite_close(&s->suite);
    seat_holds(s, 20);
}

static void a_stream_without_records_needs_no_checkpoint(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    lose_all(s);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 0), FF_OK);
    assert_int_equal(store_redis.checkpoint_put(s->suite.store, FF_LITERAL("nothing")), FF_OK);
    assert_int_equal(store_redis.checkpoint_commit(s->suite.store), FF_OK);
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    seat_append(s, 5);
    suite_close(&s->suite);
    seat_holds(s, 5);
}

static void who_came_after_the_loss_has_the_shard(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 20);
    lose_all(s);
    seat_holds(s, 0); /* takes it over */
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, 20), FF_STORE_FENCED);
    store_redis.checkpoint_abort(s->suite.store);
    seat_until(s, REDIS_MODE_FENCED);
    suite_close(&s->suite);
}

static void what_was_mended_is_not_taken_for_a_stray(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 20);
    lose_all(s);
    seat_append(s, 10);
    const uint64_t epoch = seat_owner(s)->epoch;
    assert_int_equal(mend(s), FF_OK);
    assert_int_equal(redis_took_of(&seat_owner(s)->seen.took, epoch), 30);
    suite_close(&s->suite);
    /* The manifest says so to whoever comes after. */
    char reply[1024], wanted[64];
    snprintf(wanted, sizeof wanted, "%llu:30", (unsigned long long)epoch);
    redis_server_ask(&s->server, "HGET " SEAT_KEY "manifest took", reply, sizeof reply);
    assert_non_null(strstr(reply, wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAT_TEST(a_store_that_has_lost_records_is_mended_by_a_checkpoint),
        SEAT_TEST(values_of_an_earlier_process_are_put_again_but_not_those_removed),
        SEAT_TEST(an_attempt_whose_answer_did_not_come_had_fewer_records),
        SEAT_TEST(its_checkpoint_is_of_all_that_was_appended),
        SEAT_TEST(what_a_former_owner_had_brought_is_known_after_a_loss),
        SEAT_TEST(a_checkpoint_that_was_given_up_leaves_it_lost),
        SEAT_TEST(none_is_of_records_that_redis_has_not),
        SEAT_TEST(redis_may_go_away_in_its_middle),
        SEAT_TEST(a_stream_without_records_needs_no_checkpoint),
        SEAT_TEST(who_came_after_the_loss_has_the_shard),
        SEAT_TEST(what_was_mended_is_not_taken_for_a_stray),
    };
    return REDIS_SERVER_RUN(tests);
}
