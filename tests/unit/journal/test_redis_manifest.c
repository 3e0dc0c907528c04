#include "redis_manifest.h"

#include "redis_stage.h"

static enum ff_status read_it(struct stage *s, struct redis_manifest *m)
{
    char why[256] = "";
    enum ff_status st = redis_manifest_read(&s->shard, m, why, sizeof why);
    assert_true((st == FF_OK) == (why[0] == '\0'));
    return st;
}

static void where_there_is_none_it_is_empty(void **state)
{
    static struct redis_manifest m;
    assert_int_equal(read_it(*state, &m), FF_OK);
    assert_true(m.checkpoints == 0 && m.drafts == 0 && m.took.n == 0 && m.ages.n == 0);
}

static void what_is_written_is_read_back(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    const struct redis_checkpoint c = {UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2, UINT64_MAX - 3, UINT32_MAX, 0xabcdef01};
    char field[REDIS_FIELD_SIZE], draft[REDIS_FIELD_SIZE], text[2 * REDIS_FIELD_SIZE];
    redis_manifest_field(field, &c);
    redis_manifest_draft(draft, &c);
    redis_manifest_text(text, &c);
    STAGE_ASK(s, "HSET", s->keys.manifest.text, "version", "1", field, text, draft, "17", "took", "3:9,5:11", "ages",
              "5-10:100:1000", "of a later program", "x");
    assert_int_equal(read_it(s, &m), FF_OK);
    assert_int_equal(m.checkpoints, 1);
    assert_memory_equal(&m.checkpoint[0], &c, sizeof c);
    assert_true(m.drafts == 1 && m.draft[0].seq == c.seq && m.draft[0].owner == c.owner && m.draft[0].mark == c.mark);
    assert_int_equal(m.draft[0].blocks, 17);
    assert_true(redis_took_of(&m.took, 5) == 11 && m.ages.n == 1);
}

static void the_newest_come_first(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    char field[REDIS_FIELD_SIZE];
    for (unsigned i = 1; i <= 40; i++) {
        const struct redis_checkpoint c = {.seq = i * 7 % 41};
        redis_manifest_field(field, &c);
        STAGE_ASK(s, "HSET", s->keys.manifest.text, field, "1 1 1 1 00000000");
    }
    assert_int_equal(read_it(s, &m), FF_OK);
    assert_int_equal(m.checkpoints, REDIS_CHECKPOINTS_MAX);
    for (unsigned i = 1; i < m.checkpoints; i++)
        assert_true(m.checkpoint[i - 1].seq > m.checkpoint[i].seq);
    assert_true(m.checkpoint[0].seq == 40 && m.checkpoint[15].seq == 25);
}

static void what_is_not_as_it_is_written_is_refused(void **state)
{
    static const char *const bad[][2] = {
        {"checkpoint:0", "1 1 1 1 00000000"}, {"checkpoint:x", "1 1 1 1 00000000"}, {"checkpoint:5", "1 1 1 1"},
        {"checkpoint:5", "1 1 1 1 0000000"},  {"checkpoint:5", "1 1 1 1 0000000G"}, {"checkpoint:5", "1 1 4294967296 1 00000000"},
        {"checkpoint:5", ""},                 {"draft:1-2", "1"},                   {"draft:1-2-00000000", "x"},
        {"draft:1-2-00000000-", "1"},         {"took", "x"},                        {"ages", "x"},
    };
    static struct redis_manifest m;
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        STAGE_ASK(s, "DEL", s->keys.manifest.text);
        STAGE_ASK(s, "HSET", s->keys.manifest.text, bad[i][0], bad[i][1]);
        assert_int_equal(read_it(s, &m), FF_STORE_CORRUPT);
    }
}

static void another_version_is_not_read(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    STAGE_ASK(s, "HSET", s->keys.manifest.text, "version", "2");
    assert_int_equal(read_it(s, &m), FF_STORE_VERSION);
}

static void a_link_that_is_gone_says_so(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    redis_link_close(s->link);
    char why[256] = "";
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_STORE_AWAY);
    assert_int_equal(s->shard.trouble, REDIS_AWAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(where_there_is_none_it_is_empty),
        STAGE_TEST(what_is_written_is_read_back),
        STAGE_TEST(the_newest_come_first),
        STAGE_TEST(what_is_not_as_it_is_written_is_refused),
        STAGE_TEST(another_version_is_not_read),
        STAGE_TEST(a_link_that_is_gone_says_so),
    };
    return STAGE_RUN_ON(REDIS_SERVER_OLD, tests);
}
