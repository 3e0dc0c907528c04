#include "redis_stage.h"

#include "redis_reader.h"

static char why[512];

/* What was given. */
struct given {
    uint64_t first, last, count;
    uint64_t stop; /* at which fn fails */
};

static enum ff_status take(void *ctx, uint64_t seq, struct ff_span body)
{
    struct given *g = ctx;
    char expected[32];
    if (seq == g->stop)
        return FF_NO_MEMORY;
    assert_true(ff_span_equal(body, stage_body(seq, expected)));
    assert_true(g->count == 0 || seq > g->last);
    g->first = g->count ? g->first : seq;
    g->last = seq;
    g->count++;
    return FF_OK;
}

/* Reads; given and *last say what came. */
static enum ff_status read_from(struct stage *s, uint64_t from, uint64_t upto, struct given *g, uint64_t *last)
{
    struct redis_seen seen = {0};
    g->first = g->last = g->count = 0;
    why[0] = 0;
    const enum ff_status st = redis_read(s->link, &s->keys, from, upto, take, g, &seen, last, why, sizeof why);
    assert_true(st == FF_OK || why[0]);
    return st;
}

/* Expects exactly the records from..last. */
static void expect(struct stage *s, uint64_t from, uint64_t upto, uint64_t end)
{
    struct given g = {0};
    uint64_t last = 0;
    if (read_from(s, from, upto, &g, &last) != FF_OK)
        fail_msg("%s", why);
    assert_int_equal(last, end);
    assert_int_equal(g.count, end + 1 - from);
    assert_true(g.count == 0 || (g.first == from && g.last == end));
}

static void expect_corrupt(struct stage *s, uint64_t from, uint64_t upto, const char *says)
{
    struct given g = {0};
    uint64_t last;
    assert_int_equal(read_from(s, from, upto, &g, &last), FF_STORE_CORRUPT);
    if (!strstr(why, says))
        fail_msg("%s", why);
}

/* Three epochs with groups of several sizes; the second has none. 25 records. */
static void fill(struct stage *s)
{
    stage_group(s, 1);
    stage_group(s, 9);
    stage_own(s, 9);
    stage_own(s, 12);
    for (unsigned i = 0; i < 5; i++)
        stage_group(s, 3);
}

static void every_range_of_records_is_given_in_order(void **state)
{
    struct stage *s = *state;
    fill(s);
    for (uint64_t from = 1; from <= 26; from++) {
        expect(s, from, UINT64_MAX, 25);
        for (uint64_t upto = from - 1; upto <= 25; upto++)
            expect(s, from, upto, upto);
    }
}

static void an_empty_journal_has_no_records(void **state)
{
    struct stage *s = *state;
    expect(s, 1, UINT64_MAX, 0);
    STAGE_ASK(s, "FLUSHALL");
    expect(s, 1, UINT64_MAX, 0);
    expect_corrupt(s, 2, UINT64_MAX, "the records from 1 on are missing");
}

static void a_journal_that_ends_too_soon_is_refused(void **state)
{
    struct stage *s = *state;
    fill(s);
    expect_corrupt(s, 27, UINT64_MAX, "the records from 26 on are missing");
    expect_corrupt(s, 3, 26, "the records from 26 on are missing");
    expect_corrupt(s, 26, 26, "the records from 26 on are missing");
}

static void many_small_and_some_large_entries_come_in_batches(void **state)
{
    struct stage *s = *state;
    for (unsigned i = 0; i < 3000; i++)
        stage_group(s, 1 + i % 3);
    for (unsigned i = 0; i < 40; i++)
        stage_group(s, 1200);
    for (unsigned i = 0; i < 50; i++)
        stage_group(s, 1);
    expect(s, 1, UINT64_MAX, s->last);
    expect(s, s->last - 49, UINT64_MAX, s->last);
}

static void a_trimmed_journal_is_read_from_where_it_begins(void **state)
{
    struct stage *s = *state;
    uint64_t first;
    fill(s);
    STAGE_ASK(s, "XTRIM", s->keys.journal.text, "MINID", "12-14");
    assert_int_equal(redis_read_first(s->link, &s->keys, &first), REDIS_OK);
    assert_int_equal(first, 14);
    expect(s, 14, UINT64_MAX, 25);
    expect(s, 15, 20, 20);
    expect_corrupt(s, 13, UINT64_MAX, "the records from 13 on are missing, it goes on with 14");
    expect_corrupt(s, 1, UINT64_MAX, "the records from 1 on are missing");
    STAGE_ASK(s, "XTRIM", s->keys.journal.text, "MAXLEN", "0");
    assert_int_equal(redis_read_first(s->link, &s->keys, &first), REDIS_OK);
    assert_int_equal(first, 26);
    expect(s, 26, UINT64_MAX, 25);
    expect_corrupt(s, 25, UINT64_MAX, "missing");
}

static void a_journal_that_begins_with_an_epoch_is_not_read_from_before_it(void **state)
{
    struct stage *s = *state;
    uint64_t first;
    fill(s);
    STAGE_ASK(s, "XTRIM", s->keys.journal.text, "MINID", "12-0");
    assert_int_equal(redis_read_first(s->link, &s->keys, &first), REDIS_OK);
    assert_int_equal(first, 11);
    expect(s, 11, UINT64_MAX, 25);
    expect_corrupt(s, 10, UINT64_MAX, "the records from 10 on are missing");
    expect_corrupt(s, 1, UINT64_MAX, "the records from 1 on are missing");
}

static void of_epochs_without_records_the_last_says_where_it_begins(void **state)
{
    struct stage *s = *state;
    uint64_t first;
    stage_own(s, 8);
    s->last = 40;
    stage_own(s, 9);
    assert_int_equal(redis_read_first(s->link, &s->keys, &first), REDIS_OK);
    assert_int_equal(first, 41);
    stage_group(s, 5);
    assert_int_equal(redis_read_first(s->link, &s->keys, &first), REDIS_OK);
    assert_int_equal(first, 41);
    expect(s, 41, UINT64_MAX, 45);
}

static void a_hole_is_damage(void **state)
{
    struct stage *s = *state;
    fill(s);
    STAGE_ASK(s, "XDEL", s->keys.journal.text, "12-16");
    expect_corrupt(s, 1, UINT64_MAX, "the records from 14 on are missing, it goes on with 17");
    expect_corrupt(s, 15, UINT64_MAX, "missing");
    expect(s, 17, UINT64_MAX, 25);
    expect(s, 1, 13, 13);
    STAGE_ASK(s, "XDEL", s->keys.journal.text, "7-10");
    expect_corrupt(s, 1, 13, "the records from 2 on are missing, it goes on with 11");
}

static void records_declared_lost_are_passed_over(void **state)
{
    struct stage *s = *state;
    struct given g = {0};
    uint64_t last;
    stage_group(s, 5);
    STAGE_ASK(s, "XADD", s->keys.journal.text, "8-0", "begin", "20", "by", "x", "lost", "5");
    s->last = 20;
    s->shard.epoch = 8;
    stage_group(s, 4);
    assert_int_equal(read_from(s, 1, UINT64_MAX, &g, &last), FF_OK);
    assert_true(last == 24 && g.count == 9 && g.first == 1);
    assert_int_equal(read_from(s, 11, UINT64_MAX, &g, &last), FF_OK);
    assert_true(last == 24 && g.count == 4 && g.first == 21);
    STAGE_ASK(s, "XDEL", s->keys.journal.text, "7-5");
    expect_corrupt(s, 1, UINT64_MAX, "the records from 1 on are missing");
}

static void damaged_entries_are_named(void **state)
{
    static const char *const bad[][2] = {{"group", "short"}, {"something", "else"}, {"begin", "x"}, {"begin", "3"}};
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stage_setup(state);
        stage_group(s, 5);
        STAGE_ASK(s, "XADD", s->keys.journal.text, i == 3 ? "8-0" : "7-9", bad[i][0], bad[i][1]);
        expect_corrupt(s, 1, UINT64_MAX, s->keys.journal.text);
    }
}

/* An owner that adds a group for every one that is read. */
struct growing {
    struct stage *stage;
    uint64_t given;
};

static enum ff_status grow(void *ctx, uint64_t seq, struct ff_span body)
{
    struct growing *g = ctx;
    struct redis_link *reading = g->stage->link;
    struct redis_url url;
    (void)body;
    assert_int_equal(seq, ++g->given);
    assert_true(redis_url_parse(g->stage->server.url, &url, why, sizeof why));
    g->stage->link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(g->stage->link, FF_SECOND), REDIS_OK);
    stage_group(g->stage, 1);
    redis_link_free(g->stage->link);
    g->stage->link = reading;
    return g->given > 100 ? FF_INTERNAL : FF_OK;
}

static void a_journal_that_grows_as_it_is_read_is_read_to_where_it_ended(void **state)
{
    struct growing g = {.stage = *state};
    struct redis_seen seen = {0};
    uint64_t last = 0;
    stage_group(g.stage, 4);
    stage_group(g.stage, 1);
    assert_int_equal(redis_read(g.stage->link, &g.stage->keys, 1, UINT64_MAX, grow, &g, &seen, &last, why, sizeof why), FF_OK);
    assert_true(last == 5 && g.given == 5 && g.stage->last == 10);
}

static void a_record_that_comes_twice_is_damage(void **state)
{
    struct stage *s = *state;
    stage_group(s, 5);
    s->last = 3;
    stage_group(s, 4);
    expect_corrupt(s, 1, UINT64_MAX, "entry 7-7: record 6 is expected");
}

static void a_group_under_the_id_of_another_is_damage(void **state)
{
    struct stage *s = *state;
    struct redis_entry e;
    struct redis_reply r;
    char bytes[1024];
    stage_group(s, 5);
    assert_true(redis_entry_read(redis_reply_at(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "7-5", "7-5"), 0), &e));
    assert_true(e.group.n <= sizeof bytes);
    memcpy(bytes, e.group.p, e.group.n);
    STAGE_ASK(s, "XDEL", s->keys.journal.text, "7-5");
    const struct ff_span add[] = {FF_LITERAL("XADD"), redis_key_span(&s->keys.journal), FF_LITERAL("7-9"),
                                  FF_LITERAL("group"), {bytes, e.group.n}};
    assert_int_equal(redis_link_call(s->link, add, 5, &r), REDIS_OK);
    expect_corrupt(s, 1, 5, "entry 7-9 is damaged");
}

static void a_flipped_bit_is_found(void **state)
{
    struct stage *s = *state;
    stage_group(s, 2);
    struct redis_entry e;
    assert_true(redis_entry_read(redis_reply_at(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "7-2", "7-2"), 0), &e));
    const size_t n = e.group.n;
    char good[256], bytes[256];
    assert_true(n <= sizeof good);
    memcpy(good, e.group.p, n);
    for (size_t bit = 0; bit < 8 * n; bit += 5) {
        struct redis_reply r;
        memcpy(bytes, good, n);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        STAGE_ASK(s, "DEL", s->keys.journal.text);
        s->last = 0;
        stage_begin(s, 7);
        const struct ff_span add[] = {FF_LITERAL("XADD"), redis_key_span(&s->keys.journal), FF_LITERAL("7-2"),
                                      FF_LITERAL("group"), {bytes, n}};
        assert_int_equal(redis_link_call(s->link, add, 5, &r), REDIS_OK);
        expect_corrupt(s, 1, UINT64_MAX, "");
    }
}

static void what_the_function_gives_ends_it(void **state)
{
    struct stage *s = *state;
    struct given g = {.stop = 7};
    uint64_t last;
    fill(s);
    assert_int_equal(read_from(s, 1, UINT64_MAX, &g, &last), FF_NO_MEMORY);
    assert_int_equal(g.last, 6);
    assert_non_null(strstr(why, "record 7"));
}

static void what_was_read_is_noted(void **state)
{
    struct stage *s = *state;
    struct redis_seen seen = {0};
    struct given g = {0};
    uint64_t last;
    fill(s);
    assert_int_equal(redis_read(s->link, &s->keys, 1, UINT64_MAX, take, &g, &seen, &last, why, sizeof why), FF_OK);
    assert_true(seen.id.epoch == 12 && seen.id.n == 25 && seen.bytes == s->seen.bytes);
    assert_int_equal(redis_took_of(&seen.took, 7), 10);
    assert_int_equal(redis_took_of(&seen.took, 12), 25);
}

/* Cuts the connection at some records. */
static enum ff_status cut(void *ctx, uint64_t seq, struct ff_span body)
{
    struct stage *s = ctx;
    char answer[64], expected[32];
    assert_int_equal(seq, s->last + 1);
    assert_true(ff_span_equal(body, stage_body(seq, expected)));
    s->last = seq;
    if (seq % 1000 == 0)
        redis_server_ask(&s->server, "CLIENT KILL TYPE normal", answer, sizeof answer);
    return FF_OK;
}

static void a_cut_connection_is_made_anew_and_nothing_is_given_twice(void **state)
{
    struct stage *s = *state;
    struct redis_seen seen = {0};
    uint64_t last;
    for (unsigned i = 0; i < 2500; i++)
        stage_group(s, 2);
    s->last = 0;
    assert_int_equal(redis_read(s->link, &s->keys, 1, UINT64_MAX, cut, s, &seen, &last, why, sizeof why), FF_OK);
    assert_true(last == 5000 && s->last == 5000);
}

static void without_redis_it_says_so(void **state)
{
    struct stage *s = *state;
    struct given g = {0};
    uint64_t last;
    redis_link_close(s->link);
    assert_int_equal(read_from(s, 1, UINT64_MAX, &g, &last), FF_STORE_AWAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(every_range_of_records_is_given_in_order),
        STAGE_TEST(an_empty_journal_has_no_records),
        STAGE_TEST(a_journal_that_ends_too_soon_is_refused),
        STAGE_TEST(many_small_and_some_large_entries_come_in_batches),
        STAGE_TEST(a_trimmed_journal_is_read_from_where_it_begins),
        STAGE_TEST(a_journal_that_begins_with_an_epoch_is_not_read_from_before_it),
        STAGE_TEST(of_epochs_without_records_the_last_says_where_it_begins),
        STAGE_TEST(a_hole_is_damage),
        STAGE_TEST(records_declared_lost_are_passed_over),
        STAGE_TEST(damaged_entries_are_named),
        STAGE_TEST(a_journal_that_grows_as_it_is_read_is_read_to_where_it_ended),
        STAGE_TEST(a_record_that_comes_twice_is_damage),
        STAGE_TEST(a_group_under_the_id_of_another_is_damage),
        STAGE_TEST(a_flipped_bit_is_found),
        STAGE_TEST(what_the_function_gives_ends_it),
        STAGE_TEST(what_was_read_is_noted),
        STAGE_TEST(a_cut_connection_is_made_anew_and_nothing_is_given_twice),
        STAGE_TEST(without_redis_it_says_so),
    };
    return STAGE_RUN(tests);
}
