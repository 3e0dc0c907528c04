#include "redis_gather.h"
#include "redis_seat.h"
#include "redis_socket.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

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

static void while_redis_is_well_there_is_no_worker(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    for (unsigned i = 0; i < 3; i++)
        seat_append(s, 5);
    assert_false(seat_owner(s)->worker.there);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    seat_append(s, 5);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    seat_until(s, REDIS_DIRECT);
    assert_true(seat_owner(s)->worker.there);
    while (seat_owner(s)->worker.there) /* for up to two beats */
        seat_news(s);
    seat_append(s, 5);
    assert_false(seat_owner(s)->worker.there);
    suite_close(&s->suite);
    seat_holds(s, 25);
}

/* The link that is closed is not heard any more, whatever comes to have its descriptor's number. */
static void who_hangs_up_is_away_before_anything_is_sent(void **state)
{
    struct seat *s = *state;
    char answer[64];
    suite_open(&s->suite);
    seat_append(s, 5);
    for (unsigned i = 0; i < 3; i++) {
        seat_owner(s)->look_at = INT64_MAX; /* no beat looks */
        redis_server_ask(&s->server, "CLIENT KILL TYPE normal", answer, sizeof answer);
        seat_until(s, REDIS_SPILLING);
        assert_int_equal(seat_owner(s)->trouble, REDIS_AWAY);
        seat_append(s, 5);
        seat_until(s, REDIS_DIRECT);
        seat_append(s, 5);
    }
    suite_close(&s->suite);
    seat_holds(s, 35);
}

/* Which is none of the suite's, so that the store is not read back. */
static void a_long_group_is_the_workers(void **state)
{
    struct seat *s = *state;
    static char body[2 * REDIS_FLIGHT_SHORT];
    suite_open(&s->suite);
    seat_append(s, 1);
    const long long before = seat_entries(s);
    assert_int_equal(store_redis.append(s->suite.store, 2, ff_span_of(body, sizeof body)), FF_OK);
    assert_int_equal(store_redis.flush(s->suite.store), FF_OK);
    assert_true(seat_owner(s)->worker.busy && !seat_owner(s)->begun);
    while (seat_owner(s)->durable < 2)
        seat_news(s);
    assert_int_equal(seat_entries(s), before + 1);
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    store_redis.close(&s->suite.store);
}

/* Of a stack that no address space holds. */
static void threads_allow(bool on)
{
    static pthread_attr_t before;
    pthread_attr_t huge;
    if (on) {
        assert_int_equal(pthread_setattr_default_np(&before), 0);
        return;
    }
    assert_int_equal(pthread_getattr_default_np(&before), 0);
    assert_int_equal(pthread_getattr_default_np(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 50), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
}

/* The other half is never sent: its answer would be taken for that to the next look, and the shard for lost. */
static void what_was_half_sent_and_has_no_worker_is_sent_anew(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 1);
    redis_server_pause(&s->server);
    assert_int_equal(setsockopt(redis_link_fd(seat_owner(s)->link), SOL_SOCKET, SO_SNDBUF, &(int){1}, sizeof(int)), 0);
    suite_append(&s->suite, 200);
    threads_allow(false);
    assert_int_equal(store_redis.flush(s->suite.store), FF_OK);
    assert_true(seat_owner(s)->worker.busy && seat_owner(s)->flight.begun); /* half sent */
    seat_until(s, REDIS_SPILLING);
    threads_allow(true);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    assert_int_equal(seat_owner(s)->acked, 201);
    assert_false(store_redis.lost(s->suite.store));
    suite_close(&s->suite);
    seat_holds(s, 201);
}

/* The last append has just begun, or long ago. */
static void appended(struct seat *s, ff_mono at)
{
    seat_owner(s)->sent_at = at;
}

static void few_that_come_quickly_are_gathered(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 1);
    const long long before = seat_entries(s);
    appended(s, redis_clock() + FF_HOUR); /* none of its gap is over */
    suite_append(&s->suite, 2);
    store_redis.flush(s->suite.store);
    assert_false(redis_owner_busy(seat_owner(s)));
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_OK); /* waits for nothing */
    assert_int_equal(seat_owner(s)->acked, 1);
    suite_append(&s->suite, REDIS_GATHER_MANY - 2);
    suite_flush(&s->suite);
    assert_int_equal(seat_entries(s), before + 1);
    appended(s, redis_clock() + FF_HOUR);
    seat_append(s, 1); /* one alone */
    assert_int_equal(seat_entries(s), before + 2);
    appended(s, redis_clock());
    seat_append(s, 2); /* the gap ends */
    appended(s, redis_clock() + FF_HOUR);
    suite_append(&s->suite, 2);
    suite_close(&s->suite); /* nor does an end wait for it */
    seat_holds(s, 14);
}

static void a_rare_verb_waits_for_the_group_on_its_way(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 1);
    for (unsigned i = 0; i < 20; i++) {
        suite_append(&s->suite, 2);
        appended(s, 0);
        assert_int_equal(store_redis.flush(s->suite.store), FF_OK);
        assert_true(seat_owner(s)->begun);
        assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_OK);
        assert_int_equal(seat_owner(s)->acked, 1 + 2 * (i + 1));
    }
    redis_server_pause(&s->server);
    suite_append(&s->suite, 2);
    appended(s, 0);
    store_redis.flush(s->suite.store);
    assert_true(seat_owner(s)->begun);
    assert_int_equal(store_redis.put(s->suite.store, "name", FF_LITERAL("value")), FF_STORE_AWAY);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_SPILLING);
    seat_until(s, REDIS_DIRECT);
    suite_flush(&s->suite);
    suite_close(&s->suite);
    seat_holds(s, 43);
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

/* What the worker finds when it looks now. */
static void looked(struct seat *s)
{
    seat_owner(s)->look_due = true;
    store_redis.flush(s->suite.store);
    while (redis_owner_busy(seat_owner(s)))
        seat_news(s);
}

static void a_journal_of_its_epoch_that_ends_too_soon_has_lost_records(void **state)
{
    struct seat *s = *state;
    char add[128];
    suite_open(&s->suite);
    seat_append(s, 10);
    looked(s);
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    redis_server_number(&s->server, "DEL " SEAT_KEY "journal");
    snprintf(add, sizeof add, "XADD " SEAT_KEY "journal %llu-9 begin 9", (unsigned long long)seat_owner(s)->epoch);
    char reply[64];
    redis_server_ask(&s->server, add, reply, sizeof reply);
    looked(s);
    assert_int_equal(seat_owner(s)->mode, REDIS_LOST);
}

static void a_journal_to_which_nothing_was_added_since_the_start_is_whole(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 10);
    suite_close(&s->suite);
    suite_open(&s->suite);
    looked(s);
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    assert_int_equal(seat_owner(s)->trouble, REDIS_OK);
    seat_append(s, 1);
    suite_close(&s->suite);
    seat_holds(s, 11);
}

/* It might be written at any time, so that it must be found under the same id. */
static void a_group_that_was_sent_is_not_made_longer_by_an_outage(void **state)
{
    struct seat *s = *state;
    char range[128], reply[4096];
    suite_open(&s->suite);
    const long long before = seat_entries(s);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    seat_append(s, 3); /* refused */
    seat_append(s, 6);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    seat_until(s, REDIS_DIRECT);
    assert_int_equal(seat_entries(s), before + 2);
    snprintf(range, sizeof range, "XRANGE " SEAT_KEY "journal %llu-3 %llu-3", (unsigned long long)seat_owner(s)->epoch,
             (unsigned long long)seat_owner(s)->epoch);
    redis_server_ask(&s->server, range, reply, sizeof reply);
    assert_non_null(strstr(reply, "*1\r\n"));
    suite_close(&s->suite);
    seat_holds(s, 9);
}

static long long handed(struct seat *s)
{
    return redis_server_number(&s->server, "HLEN " SEAT_KEY "handover");
}

/* Until it waits for the next attempt, and the worker with it. */
static void rested(struct seat *s)
{
    struct pollfd news = {.fd = store_redis.news_fd(s->suite.store), .events = POLLIN};
    while (seat_owner(s)->worker.busy || seat_owner(s)->mode != REDIS_SPILLING) {
        assert_int_equal(poll(&news, 1, 30000), 1);
        store_redis.poll(s->suite.store, &s->suite.durable);
    }
}

/* The live state is all that still has it. */
static void what_the_disk_does_not_give_back_is_lost_data(void **state)
{
    struct seat *s = *state;
    suite_open(&s->suite);
    seat_append(s, 3);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    seat_append(s, 40);
    seat_spoil_spill(s);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    seat_until(s, REDIS_LOST);
    assert_true(store_redis.lost(s->suite.store));
    const struct suite_state now = suite_state_now(&s->suite);
    assert_int_equal(suite_save(&store_redis, s->suite.store, &now), FF_OK);
    suite_close(&s->suite);
    seat_holds(s, 43);
}

/* The name may lead to another server by the next time. */
static void a_server_that_may_only_be_read_is_connected_to_anew(void **state)
{
    struct seat *s = *state;
    struct ff_store_health health;
    suite_open(&s->suite);
    seat_append(s, 3);
    redis_server_do(&s->server, "REPLICAOF 127.0.0.1 1");
    seat_append(s, 3);
    store_redis.health(s->suite.store, &health);
    assert_string_equal(health.state, "readonly");
    rested(s);
    assert_false(redis_link_connected(seat_owner(s)->link));
    redis_server_do(&s->server, "REPLICAOF NO ONE");
    seat_until(s, REDIS_DIRECT);
    suite_close(&s->suite);
    seat_holds(s, 6);
}

static void who_is_fenced_hands_over_what_was_answered_and_no_more(void **state)
{
    struct seat *s = *state;
    struct ff_store_health health;
    suite_open(&s->suite);
    seat_append(s, 10);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    seat_append(s, 5); /* answered: the disk has them */
    rested(s);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    seat_holds(s, 10); /* takes it over */
    suite_append(&s->suite, 3);
    seat_owner(s)->look_due = true;
    store_redis.flush(s->suite.store); /* to the disk; and the worker looks */
    assert_true(redis_worker_wait(&seat_owner(s)->worker, 30 * FF_SECOND));
    store_redis.poll(s->suite.store, &s->suite.durable);
    assert_int_equal(seat_owner(s)->mode, REDIS_MODE_FENCED);
    assert_int_equal(s->suite.durable, 15); /* the three are on the disk, and nobody is told so */
    store_redis.health(s->suite.store, &health);
    for (int turns = 0; health.spilled_records > 0; turns++) {
        struct pollfd news = {.fd = store_redis.news_fd(s->suite.store), .events = POLLIN};
        assert_true(turns < 20 && poll(&news, 1, 30000) == 1);
        store_redis.poll(s->suite.store, &s->suite.durable);
        store_redis.health(s->suite.store, &health);
    }
    assert_int_equal(s->suite.durable, 15);
    assert_int_equal(handed(s), 1);
    char field[64], reply[256];
    snprintf(field, sizeof field, "%llu-11-15", (unsigned long long)seat_owner(s)->epoch);
    redis_server_ask(&s->server, "HKEYS " SEAT_KEY "handover", reply, sizeof reply);
    assert_non_null(strstr(reply, field));
    suite_close(&s->suite);
    assert_false(spill_is_left(s->store, &io_system));
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
        SEAT_TEST(while_redis_is_well_there_is_no_worker),
        SEAT_TEST(who_hangs_up_is_away_before_anything_is_sent),
        SEAT_TEST(a_long_group_is_the_workers),
        SEAT_TEST(what_was_half_sent_and_has_no_worker_is_sent_anew),
        SEAT_TEST(few_that_come_quickly_are_gathered),
        SEAT_TEST(a_rare_verb_waits_for_the_group_on_its_way),
        SEAT_TEST(a_refusal_is_named_and_records_are_spilled),
        SEAT_TEST(without_a_spill_records_wait_in_memory),
        SEAT_TEST(a_full_spill_refuses_until_redis_is_back),
        SEAT_TEST(the_fence_is_noticed_while_nothing_happens),
        SEAT_TEST(a_journal_of_its_epoch_that_ends_too_soon_has_lost_records),
        SEAT_TEST(a_journal_to_which_nothing_was_added_since_the_start_is_whole),
        SEAT_TEST(a_group_that_was_sent_is_not_made_longer_by_an_outage),
        SEAT_TEST(what_the_disk_does_not_give_back_is_lost_data),
        SEAT_TEST(a_server_that_may_only_be_read_is_connected_to_anew),
        SEAT_TEST(who_is_fenced_hands_over_what_was_answered_and_no_more),
    };
    return REDIS_SERVER_RUN(tests);
}
