#include "redis_stage.h"

#include "redis_flight.h"
#include "redis_socket.h"

#include <poll.h>
#include <sys/socket.h>

static enum redis_trouble fly(struct stage *s, struct redis_flight *f, enum redis_errand errand)
{
    f->errand = errand;
    f->keys = &s->keys;
    f->timeout = FF_SECOND;
    return redis_flight_run(s->link, f);
}

/* A group of one record. */
static struct ff_span group_of(uint64_t seq, unsigned char *out)
{
    segment_record_put(out + SEGMENT_GROUP_HEADER, seq, FF_LITERAL("beacon"));
    segment_group_put(out, &(struct segment_group){.first = seq, .durable = seq - 1, .count = 1,
                                                   .bytes = (uint32_t)segment_record_size(6)});
    return ff_span_of((const char *)out, SEGMENT_GROUP_HEADER + segment_record_size(6));
}

static void a_look_connects_where_that_is_needed(void **state)
{
    struct stage *s = *state;
    struct redis_flight f = {0};
    stage_group(s, 3);
    redis_link_close(s->link);
    assert_int_equal(fly(s, &f, REDIS_ERRAND_LOOK), REDIS_OK);
    assert_true(f.look.there && f.look.last.epoch == 7 && f.look.last.n == 3 && f.look.handover == 0);
}

static void an_append_does_not(void **state)
{
    struct stage *s = *state;
    unsigned char bytes[256];
    struct redis_flight f = {.id = {7, 1}, .acked = {7, 0}, .group = group_of(1, bytes)};
    redis_link_close(s->link);
    assert_int_equal(fly(s, &f, REDIS_ERRAND_APPEND), REDIS_AWAY);
    assert_false(redis_link_connected(s->link));
}

static void an_append_that_is_there_already_is_well(void **state)
{
    struct stage *s = *state;
    unsigned char bytes[256];
    struct redis_flight f = {.id = {7, 1}, .acked = {7, 0}, .group = group_of(1, bytes)};
    assert_int_equal(fly(s, &f, REDIS_ERRAND_APPEND), REDIS_OK);
    assert_int_equal(fly(s, &f, REDIS_ERRAND_APPEND), REDIS_OK);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "XLEN", s->keys.journal.text)), 2);
    stage_begin(s, 8);
    f.id.n = 2;
    assert_int_equal(fly(s, &f, REDIS_ERRAND_APPEND), REDIS_FENCED);
    STAGE_ASK(s, "DEL", s->keys.journal.text);
    assert_int_equal(fly(s, &f, REDIS_ERRAND_APPEND), REDIS_LOST_DATA);
}

static bool begin(struct stage *s, struct redis_flight *f, enum redis_errand errand)
{
    f->errand = errand;
    f->keys = &s->keys;
    f->timeout = FF_MINUTE;
    return redis_flight_begin(s->link, f);
}

static enum redis_trouble end(struct stage *s, struct redis_flight *f)
{
    enum redis_trouble t;
    while (!redis_flight_ended(s->link, f, &t))
        assert_true(redis_socket_wait(redis_link_fd(s->link), POLLIN, redis_link_due(s->link)));
    f->begun = false;
    return t;
}

static void a_short_errand_needs_nobody_who_waits(void **state)
{
    struct stage *s = *state;
    unsigned char bytes[256];
    struct redis_flight f = {.id = {7, 1}, .acked = {7, 0}, .took = {5, 4}, .group = group_of(1, bytes)};
    assert_true(begin(s, &f, REDIS_ERRAND_APPEND));
    assert_int_equal(end(s, &f), REDIS_OK);
    const struct redis_reply entry = redis_reply_at(STAGE_ASK(s, "XREVRANGE", s->keys.journal.text, "+", "-", "COUNT", "1"), 0);
    assert_true(ff_span_is(redis_reply_text(redis_reply_at(entry, 0)), "7-1"));
    assert_true(ff_span_is(redis_reply_text(redis_reply_at(redis_reply_at(entry, 1), 3)), "5-4"));
    assert_true(begin(s, &f, REDIS_ERRAND_LOOK));
    assert_int_equal(end(s, &f), REDIS_OK);
    assert_true(f.look.there && f.look.last.epoch == 7 && f.look.last.n == 1);
    STAGE_ASK(s, "DEL", s->keys.journal.text);
    f.id.n = 2;
    assert_true(begin(s, &f, REDIS_ERRAND_APPEND));
    assert_int_equal(end(s, &f), REDIS_LOST_DATA);
}

static void what_a_refused_id_means_is_for_the_worker_to_find_out(void **state)
{
    struct stage *s = *state;
    unsigned char bytes[256];
    struct redis_flight f = {.id = {7, 1}, .acked = {7, 0}, .group = group_of(1, bytes)};
    assert_int_equal(fly(s, &f, REDIS_ERRAND_APPEND), REDIS_OK);
    assert_true(begin(s, &f, REDIS_ERRAND_APPEND));
    assert_int_equal(end(s, &f), REDIS_BELOW);
    assert_int_equal(redis_flight_run(s->link, &f), REDIS_OK);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "XLEN", s->keys.journal.text)), 2);
}

static void what_is_long_or_not_connected_is_not_begun(void **state)
{
    struct stage *s = *state;
    static unsigned char bytes[REDIS_FLIGHT_SHORT + 1];
    struct redis_flight f = {.id = {7, 1}, .acked = {7, 0}, .group = ff_span_of((const char *)bytes, sizeof bytes)};
    assert_false(begin(s, &f, REDIS_ERRAND_APPEND));
    assert_false(f.begun);
    f.needs_file = f.no_file = true; /* takes two commands */
    assert_false(begin(s, &f, REDIS_ERRAND_LOOK));
    assert_false(begin(s, &f, REDIS_ERRAND_DRAIN));
    assert_false(begin(s, &f, REDIS_ERRAND_HANDOVER));
    f = (struct redis_flight){.id = {7, 1}, .group = group_of(1, bytes)};
    redis_link_close(s->link);
    assert_false(begin(s, &f, REDIS_ERRAND_APPEND));
    assert_false(f.begun);
    assert_int_equal(redis_flight_run(s->link, &f), REDIS_AWAY);
}

/* The link's way is narrow. Its group is there, or was: the answer to what was half sent is the same errand's. */
static void what_was_half_sent_is_the_workers(void **state)
{
    struct stage *s = *state;
    static char bytes[REDIS_FLIGHT_SHORT];
    struct redis_flight f = {.id = {7, 1}, .acked = {7, 0}, .group = ff_span_of(bytes, sizeof bytes)};
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(setsockopt(redis_link_fd(s->link), SOL_SOCKET, SO_SNDBUF, &(int){1}, sizeof(int)), 0);
        redis_server_pause(&s->server);
        assert_false(begin(s, &f, REDIS_ERRAND_APPEND));
        assert_true(f.begun);
        redis_server_resume(&s->server);
        assert_int_equal(redis_flight_run(s->link, &f), REDIS_OK);
        assert_false(f.begun);
        assert_int_equal(redis_reply_integer(STAGE_ASK(s, "XLEN", s->keys.journal.text)), 2);
    }
}

static void a_handover_connects_and_a_drain_does_not(void **state)
{
    struct stage *s = *state;
    char path[SCRATCH_MAX], why[512];
    struct spill *spill;
    uint64_t durable;
    scratch_make(path);
    const struct spill_options options = {.path = path, .durability = FF_DURABLE_PROCESS, .max = 1 << 20,
                                          .journal = s->keys.journal.text};
    assert_int_equal(spill_open(&spill, &options, why, sizeof why), FF_OK);
    assert_int_equal(spill_add(spill, 7, 1, (struct spill_copy){0}, FF_LITERAL("beacon")), FF_OK);
    assert_int_equal(spill_flush(spill), FF_OK);
    assert_int_equal(spill_poll(spill, &durable), FF_OK);
    struct redis_flight f = {.drain = {.keys = &s->keys, .spill = spill, .epoch = 7, .from = 1, .upto = 1}};
    redis_link_close(s->link);
    assert_int_equal(fly(s, &f, REDIS_ERRAND_DRAIN), REDIS_AWAY);
    assert_int_equal(fly(s, &f, REDIS_ERRAND_HANDOVER), REDIS_OK);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "HLEN", s->keys.handover.text)), 1);
    f.drain.sent = 0;
    assert_int_equal(fly(s, &f, REDIS_ERRAND_DRAIN), REDIS_OK);
    spill_close(&spill);
    scratch_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_look_connects_where_that_is_needed),
        STAGE_TEST(an_append_does_not),
        STAGE_TEST(an_append_that_is_there_already_is_well),
        STAGE_TEST(a_short_errand_needs_nobody_who_waits),
        STAGE_TEST(what_a_refused_id_means_is_for_the_worker_to_find_out),
        STAGE_TEST(what_is_long_or_not_connected_is_not_begun),
        STAGE_TEST(what_was_half_sent_is_the_workers),
        STAGE_TEST(a_handover_connects_and_a_drain_does_not),
    };
    return STAGE_RUN(tests);
}
