#include "redis_stage.h"

#include "redis_stream.h"

static struct redis_id last_id(struct stage *s)
{
    struct redis_look look;
    assert_int_equal(redis_stream_look(s->link, &s->keys, &look), REDIS_OK);
    assert_true(look.there);
    return look.last;
}

static enum redis_trouble append(struct stage *s, struct redis_id id)
{
    return redis_stream_append(s->link, &s->keys, id, FF_LITERAL("bytes"), ff_span_of(NULL, 0));
}

static bool is(struct redis_id id, uint64_t epoch, uint64_t n)
{
    return id.epoch == epoch && id.n == n;
}

/* The stage's own beginning is taken away: nobody has ever been here. */
static void empty(struct stage *s)
{
    STAGE_ASK(s, "FLUSHALL");
}

static void a_look_tells_how_far_the_stream_is(void **state)
{
    struct stage *s = *state;
    struct redis_look look;
    stage_group(s, 3);
    STAGE_ASK(s, "HSET", s->keys.handover.text, "a", "b");
    assert_int_equal(redis_stream_look(s->link, &s->keys, &look), REDIS_OK);
    assert_true(look.there && is(look.last, 7, 3) && look.handover == 1);
    STAGE_ASK(s, "XTRIM", s->keys.journal.text, "MAXLEN", "0");
    assert_true(is(last_id(s), 7, 3));
    empty(s);
    assert_int_equal(redis_stream_look(s->link, &s->keys, &look), REDIS_OK);
    assert_true(!look.there && is(look.last, 0, 0) && look.handover == 0);
}

static void the_first_owner_begins_at_the_clock(void **state)
{
    struct stage *s = *state;
    const struct redis_claim claim = {.now = 1700000000000, .by = "host:1:0a"};
    struct redis_id mine;
    uint64_t last = 99;
    empty(s);
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 1700000000000, 0) && last == 0);
    const struct redis_reply entry = redis_reply_at(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "-", "+"), 0);
    struct redis_entry e;
    assert_true(redis_entry_read(entry, &e));
    assert_true(e.begins && e.begin == 0 && !e.lost && is(e.id, 1700000000000, 0));
    assert_true(ff_span_is(redis_reply_text(redis_reply_at(redis_reply_at(entry, 1), 3)), "host:1"));
}

static void a_later_owner_is_above_whatever_the_clock_says(void **state)
{
    struct stage *s = *state;
    const struct redis_claim claim = {.now = 3, .by = "host:1:0a"};
    struct redis_id mine;
    uint64_t last;
    stage_group(s, 5);
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 8, 0) && last == 5);
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 9, 0) && last == 5);
    assert_int_equal(append(s, (struct redis_id){7, 6}), REDIS_BELOW);
    assert_int_equal(append(s, (struct redis_id){9, 6}), REDIS_OK);
}

static void where_even_the_beginning_is_gone_a_checkpoint_says_how_far_it_was(void **state)
{
    struct stage *s = *state;
    const struct redis_claim claim = {.now = 3, .by = "host:1:0a"};
    struct redis_id mine;
    uint64_t last;
    stage_begin(s, 8);
    STAGE_ASK(s, "XTRIM", s->keys.journal.text, "MAXLEN", "0");
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_LOST_DATA);
    assert_true(is(last_id(s), 8, 0));
    STAGE_ASK(s, "HSET", s->keys.manifest.text, "version", "1", "checkpoint:9", "x", "checkpoint:10", "x", "took", "",
              "checkpoint:12", "x", "checkpoint:11", "x");
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 9, 0) && last == 12);
}

static void who_had_it_takes_it_only_from_nobody(void **state)
{
    struct stage *s = *state;
    const uint64_t mine_last = 40;
    struct redis_claim claim = {.now = 3, .by = "host:1:0a", .above = 7, .last = &mine_last, .lost = true};
    struct redis_id mine;
    uint64_t last;
    stage_group(s, 5);
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 8, 0) && last == 40);
    struct redis_entry e;
    assert_true(redis_entry_read(redis_reply_at(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "8-0", "8-0"), 0), &e));
    assert_true(e.begins && e.begin == 40 && e.lost && e.had == 5);
    /* Asked again, because the answer did not come. */
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 8, 0) && last == 40);
    claim.by = "host:1:0b";
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_FENCED);
    assert_true(is(last_id(s), 8, 0));
}

static void a_try_that_comes_late_takes_nothing(void **state)
{
    struct stage *s = *state;
    uint64_t found = 0, last;
    struct redis_id mine;
    const struct redis_claim claim = {.now = 5, .by = "host:1:0a", .found = &found},
                             again = {.now = 6, .by = "host:1:0a", .found = &found};
    empty(s);
    assert_int_equal(redis_stream_take(s->link, &s->keys, &again, &mine, &last), REDIS_OK);
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_BUSY);
    assert_true(is(last_id(s), 6, 0));
    assert_int_equal(append(s, (struct redis_id){6, 1}), REDIS_OK);
    found = 6; /* that the owner goes on writing is no reason */
    assert_int_equal(redis_stream_take(s->link, &s->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(is(mine, 7, 0) && last == 1);
}

static void a_group_is_one_entry_with_its_own_id(void **state)
{
    struct stage *s = *state;
    const struct redis_id id = {7, 12};
    struct redis_entry e;
    char bytes[] = "any\0bytes\r\n";
    const struct ff_span group = {bytes, sizeof bytes};
    assert_int_equal(redis_stream_append(s->link, &s->keys, id, group, FF_LITERAL("5-4")), REDIS_OK);
    assert_true(is(last_id(s), 7, 12));
    assert_true(redis_entry_read(redis_reply_at(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "7-12", "7-12"), 0), &e));
    assert_true(ff_span_equal(e.group, group) && is(e.took, 5, 4));
    assert_int_equal(append(s, id), REDIS_BELOW);
}

static void nothing_is_written_where_the_stream_is_gone(void **state)
{
    struct stage *s = *state;
    struct redis_look look;
    empty(s);
    assert_int_equal(append(s, (struct redis_id){7, 1}), REDIS_LOST_DATA);
    assert_int_equal(redis_stream_look(s->link, &s->keys, &look), REDIS_OK);
    assert_false(look.there);
}

static void what_became_of_a_group_is_seen_by_the_last_id(void **state)
{
    (void)state;
    static const struct {
        bool there;
        struct redis_id last;
        enum redis_verdict is;
    } rows[] = {
        /* epoch 7 has had 10 acknowledged and has sent 13 */
        {true, {7, 10}, REDIS_UNWRITTEN}, {true, {7, 13}, REDIS_WRITTEN}, {true, {7, 20}, REDIS_WRITTEN},
        {true, {7, 9}, REDIS_GONE},       {true, {7, 0}, REDIS_GONE},     {true, {6, 99}, REDIS_GONE},
        {true, {8, 0}, REDIS_TAKEN},      {true, {8, 50}, REDIS_TAKEN},   {false, {0, 0}, REDIS_GONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct redis_look look = {.there = rows[i].there, .last = rows[i].last};
        const struct redis_id sent = {7, 13}, acked = {7, 10};
        assert_int_equal(redis_stream_verdict(&look, sent, acked), rows[i].is);
    }
    const struct redis_look begun = {.there = true, .last = {7, 0}};
    assert_int_equal(redis_stream_verdict(&begun, (struct redis_id){7, 13}, (struct redis_id){7, 0}), REDIS_UNWRITTEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_look_tells_how_far_the_stream_is),
        STAGE_TEST(the_first_owner_begins_at_the_clock),
        STAGE_TEST(a_later_owner_is_above_whatever_the_clock_says),
        STAGE_TEST(where_even_the_beginning_is_gone_a_checkpoint_says_how_far_it_was),
        STAGE_TEST(who_had_it_takes_it_only_from_nobody),
        STAGE_TEST(a_group_is_one_entry_with_its_own_id),
        STAGE_TEST(nothing_is_written_where_the_stream_is_gone),
        STAGE_TEST(what_became_of_a_group_is_seen_by_the_last_id),
        STAGE_TEST(a_try_that_comes_late_takes_nothing),
    };
    return STAGE_RUN(tests);
}
