#include "redis_erase.h"

#include "redis_stage.h"

static struct redis_checkpoints c;
static char why[512];

/* Every third record up to *(uint64_t *)upto. */
static bool gone(void *upto, uint64_t seq, struct ff_span body)
{
    char expected[32];
    assert_true(ff_span_equal(body, stage_body(seq, expected)));
    return seq <= *(uint64_t *)upto && seq % 3 == 0;
}

static void checkpoint(struct stage *s, uint64_t seq)
{
    assert_int_equal(redis_checkpoint_begin(&c, &s->shard, seq), FF_OK);
    assert_int_equal(redis_checkpoint_put(&c, &s->shard, FF_LITERAL("block")), FF_OK);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_OK);
}

static enum ff_status erase(struct stage *s, uint64_t behind, uint64_t sealed, uint64_t *erased)
{
    why[0] = '\0';
    enum ff_status st = redis_erase_run(&s->shard, &c, behind, sealed, gone, &behind, erased, why, sizeof why);
    assert_true((st == FF_OK) == (why[0] == '\0'));
    return st;
}

/* Reads the stream: every group whole, every record there, without a body those of every third up to upto. Gives the
 * number of these. */
static uint64_t stream_check(struct stage *s, uint64_t upto)
{
    struct redis_reply all = STAGE_ASK(s, "XRANGE", s->keys.journal.text, "-", "+");
    uint64_t seq = 0, erased = 0;
    for (size_t i = 0; i < redis_reply_count(all); i++) {
        struct redis_entry e;
        struct segment_group g;
        struct segment_record r;
        char expected[32];
        assert_true(redis_entry_read(redis_reply_at(all, i), &e));
        if (e.begins)
            continue;
        assert_true(segment_group_get(&g, e.group.p, e.group.n) && e.group.n == SEGMENT_GROUP_HEADER + g.bytes);
        const char *records = e.group.p + SEGMENT_GROUP_HEADER;
        assert_true(segment_group_sound(&g, records) && g.mark == 0);
        for (uint32_t k = 0; k < g.count; k++) {
            records += segment_record_at(&r, records);
            assert_true(r.seq == ++seq);
            erased += r.body.n == 0;
            if (r.body.n > 0)
                assert_true(ff_span_equal(r.body, stage_body(seq, expected)));
            else
                assert_true(seq % 3 == 0 && seq <= upto);
        }
        assert_true(seq == e.id.n);
    }
    assert_true(seq == s->last);
    return erased;
}

static void groups(struct stage *s, unsigned n)
{
    while (n--)
        stage_group(s, 5);
}

static void bodies_go_and_numbers_stay(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    groups(s, 40);
    STAGE_ASK(s, "XADD", s->keys.journal.text, "8-0", "begin", "200", "by", "x");
    s->shard.epoch = 8;
    groups(s, 30);
    checkpoint(s, 300);
    groups(s, 100);
    assert_int_equal(erase(s, 300, 300, &erased), FF_OK);
    assert_int_equal(erased, 100);
    assert_int_equal(stream_check(s, 300), 100);
    assert_int_equal(erase(s, 300, 300, &erased), FF_OK);
    assert_int_equal(erased, 0);
    groups(s, 3);
    assert_int_equal(stream_check(s, 300), 100);
}

static void groups_beyond_the_sealed_record_are_not_touched(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    groups(s, 20);
    checkpoint(s, 90);
    assert_int_equal(erase(s, 90, 52, &erased), FF_OK);
    assert_int_equal(erased, 16);
    assert_int_equal(stream_check(s, 50), 16);
}

static void what_is_erased_is_not_in_the_servers_dump(void **state)
{
    struct stage *s = *state;
    char file[512], text[64];
    uint64_t erased;
    STAGE_ASK(s, "CONFIG", "SET", "rdbcompression", "no");
    groups(s, 7);
    checkpoint(s, 35);
    assert_int_equal(erase(s, 35, 35, &erased), FF_OK);
    STAGE_ASK(s, "SAVE");
    snprintf(file, sizeof file, "%s/dump.rdb", s->server.directory);
    FILE *dump = fopen(file, "r");
    assert_non_null(dump);
    static char bytes[1 << 20];
    const size_t n = fread(bytes, 1, sizeof bytes, dump);
    fclose(dump);
    for (uint64_t seq = 1; seq <= 35; seq++) {
        const struct ff_span body = stage_body(seq, text);
        assert_int_equal(memmem(bytes, n, body.p, body.n) != NULL, seq % 3 != 0);
    }
}

static void entries_keep_their_fields_and_the_stream_its_last_id(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    struct redis_id id = {0};
    groups(s, 5);
    STAGE_ASK(s, "XADD", s->keys.journal.text, "8-0", "begin", "25", "by", "host:17", "more", "x");
    STAGE_ASK(s, "XADD", s->keys.journal.text, "8-100", "other", "x");
    STAGE_ASK(s, "XDEL", s->keys.journal.text, "8-100");
    s->shard.epoch = 8;
    checkpoint(s, 25);
    assert_int_equal(erase(s, 25, 25, &erased), FF_OK);
    struct redis_reply r = STAGE_ASK(s, "XRANGE", s->keys.journal.text, "8-0", "8-0");
    const struct redis_reply fields = redis_reply_at(redis_reply_at(r, 0), 1);
    assert_int_equal(redis_reply_count(fields), 6);
    assert_true(ff_span_is(redis_reply_text(redis_reply_at(fields, 3)), "host:17"));
    r = STAGE_ASK(s, "XINFO", "STREAM", s->keys.journal.text);
    for (size_t i = 0; i < redis_reply_count(r); i += 2)
        if (ff_span_is(redis_reply_text(redis_reply_at(r, i)), "last-generated-id"))
            assert_true(redis_id_read(redis_reply_text(redis_reply_at(r, i + 1)), &id));
    assert_true(id.epoch == 8 && id.n == 100);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "EXISTS", s->keys.draft.text)), 0);
}

static void only_behind_a_whole_checkpoint(void **state)
{
    struct stage *s = *state;
    uint64_t erased = 1, seq;
    groups(s, 6);
    assert_int_equal(erase(s, 20, 30, &erased), FF_BAD_PARAMETER);
    checkpoint(s, 10);
    checkpoint(s, 19);
    assert_int_equal(erase(s, 20, 30, &erased), FF_BAD_PARAMETER);
    assert_true(erased == 0 && stream_check(s, 0) == 0);
    checkpoint(s, 20);
    assert_int_equal(erase(s, 20, 30, &erased), FF_OK);
    assert_int_equal(erased, 6);
    assert_int_equal(redis_checkpoint_open(&c, &s->shard, 19, &seq, why, sizeof why), FF_NOT_FOUND);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "DBSIZE")), 3);
}

static void a_fenced_owner_erases_nothing(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    groups(s, 6);
    checkpoint(s, 30);
    stage_begin(s, 8);
    assert_int_equal(erase(s, 30, 30, &erased), FF_STORE_FENCED);
    assert_true(erased == 0 && stream_check(s, 0) == 0);
}

static void a_damaged_entry_stops_it_before_anything_changes(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    groups(s, 6);
    STAGE_ASK(s, "XADD", s->keys.journal.text, "7-31", "group", "no group");
    checkpoint(s, 30);
    assert_int_equal(erase(s, 30, 31, &erased), FF_STORE_CORRUPT);
    assert_non_null(strstr(why, "7-31"));
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "XLEN", s->keys.journal.text)), 8);
}

/* What somebody does to the journal while it is copied: when the record is looked at for the second time. */
struct meanwhile {
    struct stage *stage;
    const char *command;
    unsigned seen;
};

static bool gone_meanwhile(void *ctx, uint64_t seq, struct ff_span body)
{
    struct meanwhile *m = ctx;
    char reply[64];
    (void)body;
    if (seq == 90 && ++m->seen == 2) /* behind the first batch */
        redis_server_ask(&m->stage->server, m->command, reply, sizeof reply);
    return seq % 3 == 0;
}

static enum ff_status erase_meanwhile(struct stage *s, const char *command)
{
    struct meanwhile m = {s, command, 0};
    uint64_t erased;
    groups(s, 20);
    checkpoint(s, 100);
    const enum ff_status st = redis_erase_run(&s->shard, &c, 100, 100, gone_meanwhile, &m, &erased, why, sizeof why);
    assert_int_equal(m.seen, 2);
    return st;
}

static void what_is_written_meanwhile_is_there_afterwards(void **state)
{
    struct stage *s = *state;
    assert_int_equal(erase_meanwhile(s, "XADD footfall:{test}:journal 7-105 group later"), FF_OK);
    struct redis_reply r = STAGE_ASK(s, "XRANGE", s->keys.journal.text, "7-105", "7-105");
    assert_int_equal(redis_reply_count(r), 1);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "XLEN", s->keys.journal.text)), 22);
    STAGE_ASK(s, "XDEL", s->keys.journal.text, "7-105");
    assert_int_equal(stream_check(s, 100), 33);
}

static void a_copy_of_more_than_there_is_does_not_take_its_place(void **state)
{
    struct stage *s = *state;
    assert_int_not_equal(erase_meanwhile(s, "XDEL footfall:{test}:journal 7-5"), FF_OK);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "XLEN", s->keys.journal.text)), 20);
}

static void what_a_dead_one_had_copied_is_not_gone_on_with(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    groups(s, 20);
    checkpoint(s, 100);
    STAGE_ASK(s, "XADD", s->keys.draft.text, "7-50", "group", "old");
    assert_int_equal(erase(s, 100, 100, &erased), FF_OK);
    assert_int_equal(stream_check(s, 100), 33);
}

static void a_flipped_bit_is_not_copied_under_a_sum_that_fits(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    char bytes[4096];
    struct redis_entry e;
    struct redis_reply r;
    groups(s, 6);
    assert_true(redis_entry_read(redis_reply_at(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "7-30", "7-30"), 0), &e));
    assert_true(e.group.n <= sizeof bytes);
    memcpy(bytes, e.group.p, e.group.n);
    bytes[e.group.n - 1] ^= 1;
    const struct ff_span add[] = {FF_LITERAL("XADD"), redis_key_span(&s->keys.journal), FF_LITERAL("7-31"),
                                  FF_LITERAL("group"), {bytes, e.group.n}};
    assert_int_equal(redis_link_call(s->link, add, 5, &r), REDIS_OK);
    checkpoint(s, 30);
    assert_int_equal(redis_erase_run(&s->shard, &c, 30, 31, gone_meanwhile, &(struct meanwhile){.seen = 9}, &erased, why,
                                     sizeof why), FF_STORE_CORRUPT);
    assert_non_null(strstr(why, "7-31"));
}

/* What XINFO and XPENDING say of the groups, as one text: place of each, and what each consumer has not acknowledged. */
static void groups_tell(struct stage *s, char *out, size_t size)
{
    static const char script[] =
        "local told = ''\n"
        "for _, g in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do\n"
        "  local at\n"
        "  for i = 1, #g, 2 do if g[i] == 'last-delivered-id' then at = g[i + 1] end end\n"
        "  told = told .. g[2] .. ' at ' .. at .. ':'\n"
        "  for _, p in ipairs(redis.call('XPENDING', KEYS[1], g[2], '-', '+', 100)) do\n"
        "    told = told .. ' ' .. p[1] .. ' ' .. p[2] .. ' ' .. (p[3] >= 5000 and 'old' or 'new') .. ' ' .. p[4]\n"
        "  end\n"
        "  told = told .. ';'\n"
        "end\n"
        "return told";
    const struct ff_span told = redis_reply_text(STAGE_ASK(s, "EVAL", script, "1", s->keys.journal.text));
    snprintf(out, size, "%.*s", (int)told.n, told.p);
}

static void groups_make(struct stage *s)
{
    const char *journal = s->keys.journal.text;
    STAGE_ASK(s, "XGROUP", "CREATE", journal, "first", "0");
    STAGE_ASK(s, "XGROUP", "CREATE", journal, "second", "7-6");
    STAGE_ASK(s, "XREADGROUP", "GROUP", "first", "anna", "COUNT", "2", "STREAMS", journal, ">");
    STAGE_ASK(s, "XREADGROUP", "GROUP", "first", "bob", "COUNT", "1", "STREAMS", journal, ">");
    STAGE_ASK(s, "XACK", journal, "first", "7-0");
    STAGE_ASK(s, "XCLAIM", journal, "first", "bob", "0", "7-6", "IDLE", "5000", "RETRYCOUNT", "9");
}

static void groups_of_consumers_go_on_where_they_were(void **state)
{
    struct stage *s = *state;
    char before[512], after[512];
    uint64_t erased;
    for (int i = 0; i < 4; i++)
        stage_group(s, 3);
    groups_make(s);
    groups_tell(s, before, sizeof before);
    assert_string_equal(before, "first at 7-6: 7-3 anna new 1 7-6 bob old 9;second at 7-6:;");
    checkpoint(s, 12);
    assert_int_equal(erase(s, 10, 12, &erased), FF_OK);
    assert_int_equal(erased, 3);
    groups_tell(s, after, sizeof after);
    assert_string_equal(after, before);
    const struct redis_reply next = STAGE_ASK(s, "XREADGROUP", "GROUP", "first", "anna", "COUNT", "1", "STREAMS",
                                              s->keys.journal.text, ">");
    const struct redis_reply entry = redis_reply_at(redis_reply_at(redis_reply_at(next, 0), 1), 0);
    assert_true(ff_span_is(redis_reply_text(redis_reply_at(entry, 0)), "7-9"));
}

/* As many as one look at them does not give. */
static void thousands_that_nobody_has_acknowledged_are_kept(void **state)
{
    struct stage *s = *state;
    uint64_t erased;
    const char *journal = s->keys.journal.text;
    for (int i = 0; i < 2500; i++)
        stage_group(s, 1);
    STAGE_ASK(s, "XGROUP", "CREATE", journal, "slow", "7-0");
    STAGE_ASK(s, "EVAL", "redis.call('XREADGROUP', 'GROUP', 'slow', 'c', 'STREAMS', KEYS[1], '>')", "1", journal);
    checkpoint(s, 2500);
    assert_int_equal(erase(s, 30, 2500, &erased), FF_OK);
    const struct redis_reply pending = STAGE_ASK(s, "XPENDING", journal, "slow");
    assert_int_equal(redis_reply_integer(redis_reply_at(pending, 0)), 2500);
}

static void who_may_not_keep_all_of_a_group_keeps_nothing_of_it(void **state)
{
    static const char *const lacks[] = {"-xclaim", "-xpending", "-xgroup"};
    struct stage *s = *state;
    uint64_t erased;
    for (int i = 0; i < 4; i++)
        stage_group(s, 3);
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++) {
        groups_make(s);
        checkpoint(s, 12);
        STAGE_ASK(s, "ACL", "SETUSER", "default", lacks[i]);
        const enum ff_status st = erase(s, 4 + 3 * i, 12, &erased);
        STAGE_ASK(s, "ACL", "SETUSER", "default", "+@all");
        assert_int_equal(st, FF_OK);
        assert_int_equal(erased, 1);
        assert_int_equal(redis_reply_count(STAGE_ASK(s, "XINFO", "GROUPS", s->keys.journal.text)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(bodies_go_and_numbers_stay),
        STAGE_TEST(groups_beyond_the_sealed_record_are_not_touched),
        STAGE_TEST(what_is_erased_is_not_in_the_servers_dump),
        STAGE_TEST(entries_keep_their_fields_and_the_stream_its_last_id),
        STAGE_TEST(only_behind_a_whole_checkpoint),
        STAGE_TEST(a_fenced_owner_erases_nothing),
        STAGE_TEST(a_damaged_entry_stops_it_before_anything_changes),
        STAGE_TEST(what_is_written_meanwhile_is_there_afterwards),
        STAGE_TEST(a_copy_of_more_than_there_is_does_not_take_its_place),
        STAGE_TEST(what_a_dead_one_had_copied_is_not_gone_on_with),
        STAGE_TEST(a_flipped_bit_is_not_copied_under_a_sum_that_fits),
        STAGE_TEST(groups_of_consumers_go_on_where_they_were),
        STAGE_TEST(thousands_that_nobody_has_acknowledged_are_kept),
        STAGE_TEST(who_may_not_keep_all_of_a_group_keeps_nothing_of_it),
    };
    int failed = STAGE_RUN(tests);
    redis_checkpoints_fini(&c);
    return failed;
}
