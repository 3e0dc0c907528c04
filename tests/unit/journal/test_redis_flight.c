#include "redis_stage.h"

#include "redis_flight.h"

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
        STAGE_TEST(a_handover_connects_and_a_drain_does_not),
    };
    return STAGE_RUN(tests);
}
