/* A small store with any one bit wrong, a file cut or a file missing: what was promised comes back once
 * and as it was, or the start fails and names the place. */
#include "checkpoint.h"
#include "room.h"
#include "segment.h"

/* Segments 1-6, 7-12, 13-18, 19-22 of groups of two records; checkpoints at 10 and 16. */
#define LAST 22
static const uint64_t first_of[] = {1, 7, 13, 19};
#define SEGMENTS (sizeof first_of / sizeof *first_of)

static int setup(void **state)
{
    static struct room room;
    struct suite *s = &room.suite;
    room_begin(&room, FF_DURABLE_DISK, 1 << 20);
    for (uint64_t seq = 2; seq <= LAST; seq += 2) {
        if (seq % 6 == 2) { /* with a restart the next segment begins */
            if (s->store)
                suite_close(s);
            suite_open(s);
        }
        suite_append(s, 2);
        suite_settle(s);
        if (seq == 10 || seq == 16)
            assert_int_equal(suite_checkpoint_beside(s, seq), FF_OK);
    }
    suite_close(s);
    assert_int_equal(room_files(&room, &segment_kind), SEGMENTS);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    room_end(*state);
    return 0;
}

static struct bytes segment_of(const struct room *room, size_t i)
{
    return bytes_of(room, &segment_kind, first_of[i]);
}

/* Starts; what was told durable is expected up to kept at least. Gives the last record, and where it
 * began in *seq; 0 when the start failed. */
static uint64_t start(struct room *room, uint64_t kept, uint64_t *seq, enum ff_status *st, char why[WHY])
{
    struct suite *s = &room->suite;
    s->last = LAST;
    s->durable = kept;
    *seq = 0;
    *st = suite_try(s, seq, why, WHY);
    if (*st != FF_OK)
        return 0;
    suite_close(s);
    return s->last;
}

static void starts_whole(struct room *room, uint64_t seq)
{
    enum ff_status st;
    uint64_t began;
    char why[WHY];
    assert_int_equal(start(room, LAST, &began, &st, why), LAST);
    assert_true(began == seq);
}

static void checkpoints_remove(const struct room *room)
{
    static const uint64_t seqs[] = {10, 16};
    char file[PATH_MAX];
    for (size_t i = 0; i < 2; i++) {
        room_file(room, file, &checkpoint_kind, seqs[i]);
        assert_int_equal(io_system.unlink(&io_system, file), 0);
    }
}

/* The newest checkpoint must be refused by name, and the start must be from the other. */
static void expect_refused(struct room *room, const struct bytes *b)
{
    struct suite *s = &room->suite;
    struct ff_store_options beside = s->options;
    struct suite_state state;
    char why[WHY];
    beside.beside = true;
    assert_int_equal(s->ops->open(&s->store, &beside, why, WHY), FF_OK);
    assert_int_equal(suite_load(s->ops, s->store, UINT64_MAX, &state, why, WHY), FF_STORE_CORRUPT);
    assert_int_equal(state.last, 16);
    assert_non_null(strstr(why, b->file));
    assert_non_null(strstr(why, ": offset "));
    suite_close(s);
    starts_whole(room, 10);
}

static void a_checkpoint_with_any_bit_wrong_is_refused(void **state)
{
    struct room *room = *state;
    starts_whole(room, 16);
    struct bytes b = bytes_of(room, &checkpoint_kind, 16);
    for (size_t i = 0; i < b.n; i++) {
        bytes_flipped_to(&b, i);
        expect_refused(room, &b);
    }
    bytes_to(&b, b.n);
    starts_whole(room, 16);
    free(b.p);
}

static void a_checkpoint_cut_at_any_byte_or_longer_is_refused(void **state)
{
    struct room *room = *state;
    struct bytes b = bytes_of(room, &checkpoint_kind, 16);
    for (size_t n = 0; n < b.n; n++) {
        bytes_to(&b, n);
        expect_refused(room, &b);
    }
    bytes_to(&b, b.n + 1);
    expect_refused(room, &b);
    free(b.p);
}

static void a_checkpoint_under_another_name_is_refused(void **state)
{
    struct room *room = *state;
    struct bytes other = bytes_of(room, &checkpoint_kind, 10), b = bytes_of(room, &checkpoint_kind, 16);
    memcpy(other.file, b.file, sizeof b.file);
    bytes_to(&other, other.n);
    expect_refused(room, &b);
    free(other.p);
    free(b.p);
}

/* The damaged one would count as one of the newest two. */
static void a_damaged_checkpoint_goes_with_the_next_that_is_written(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    struct bytes b = bytes_of(room, &checkpoint_kind, 16), other = bytes_of(room, &checkpoint_kind, 10);
    bytes_flipped_to(&b, b.n / 2);
    assert_int_equal(suite_restore(s), 10);
    assert_int_equal(suite_checkpoint_beside(s, LAST), FF_OK);
    assert_false(file_there(b.file));
    assert_int_equal(s->ops->trim(s->store, (struct ff_keep){INT64_MAX, 0}), FF_OK);
    assert_true(file_there(other.file));
    suite_close(s);
    starts_whole(room, LAST);
    free(b.p);
    free(other.p);
}

/* Written anew, in its place. */
static void a_damaged_checkpoint_of_the_last_record_is_replaced(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_restore(s);
    assert_int_equal(suite_checkpoint_beside(s, LAST), FF_OK);
    suite_close(s);
    struct bytes b = bytes_of(room, &checkpoint_kind, LAST);
    bytes_flipped_to(&b, b.n - 1);
    assert_int_equal(suite_restore(s), 16);
    assert_int_equal(suite_checkpoint_beside(s, LAST), FF_OK);
    suite_close(s);
    starts_whole(room, LAST);
    free(b.p);
}

static void without_a_sound_checkpoint_a_trimmed_journal_says_where_it_begins(void **state)
{
    struct room *room = *state;
    struct bytes older = bytes_of(room, &checkpoint_kind, 10), newer = bytes_of(room, &checkpoint_kind, 16);
    char why[WHY];
    enum ff_status st;
    uint64_t began;
    bytes_flipped_to(&older, 40);
    bytes_flipped_to(&newer, 40);
    starts_whole(room, 0);
    struct bytes first = segment_of(room, 0);
    assert_int_equal(io_system.unlink(&io_system, first.file), 0);
    start(room, LAST, &began, &st, why);
    assert_int_equal(st, FF_STORE_CORRUPT);
    assert_non_null(strstr(why, room->store));
    assert_non_null(strstr(why, "the records from 1 on are missing, the journal begins with 7"));
    free(first.p);
    free(older.p);
    free(newer.p);
}

/* What is told of a start with a bit of segment i wrong: all is there, or the place is named. Only the
 * last group was promised by nothing that is on the disk. */
static void expect_found(struct room *room, const struct bytes *b, size_t i, bool last_group)
{
    enum ff_status st;
    uint64_t began;
    char why[WHY];
    const uint64_t last = start(room, LAST - 2, &began, &st, why);
    if (st == FF_OK) {
        /* Not looked at: a checkpoint holds all of it. */
        assert_true(last == LAST ? began >= first_of[i] + 5 : last_group && last == LAST - 2);
        return;
    }
    assert_int_equal(st, FF_STORE_CORRUPT);
    assert_false(last_group);
    assert_non_null(strstr(why, b->file));
    assert_non_null(strstr(why, ": offset "));
}

/* The size of the last segment without its last group. */
static size_t last_group_of(const struct bytes *b)
{
    char body[512];
    size_t n = b->n - SEGMENT_GROUP_HEADER;
    for (uint64_t seq = LAST - 1; seq <= LAST; seq++)
        n -= segment_record_size(suite_body(seq, body).n);
    return n;
}

static void any_bit_wrong_in_any_segment_is_found(struct room *room)
{
    for (size_t i = 0; i < SEGMENTS; i++) {
        struct bytes b = segment_of(room, i);
        const size_t promised = i + 1 < SEGMENTS ? b.n : last_group_of(&b);
        for (size_t at = 0; at < b.n; at++) {
            bytes_flipped_to(&b, at);
            expect_found(room, &b, i, at >= promised);
        }
        bytes_to(&b, b.n);
        free(b.p);
    }
}

static void any_bit_wrong_in_a_segment_is_found_from_the_start_on(void **state)
{
    struct room *room = *state;
    checkpoints_remove(room);
    any_bit_wrong_in_any_segment_is_found(room);
    starts_whole(room, 0);
}

static void any_bit_wrong_in_a_segment_is_found_from_a_checkpoint_on(void **state)
{
    struct room *room = *state;
    any_bit_wrong_in_any_segment_is_found(room);
    starts_whole(room, 16);
}

/* The tail may be torn at any byte of the last group, but not in what a checkpoint holds. */
static void a_torn_tail_is_cut_unless_a_checkpoint_holds_it(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    char why[WHY];
    enum ff_status st;
    uint64_t began;
    struct bytes b = segment_of(room, SEGMENTS - 1);
    const size_t before = last_group_of(&b);
    for (size_t n = before; n < b.n; n++) {
        bytes_to(&b, n);
        assert_int_equal(start(room, LAST - 2, &began, &st, why), LAST - 2);
        assert_int_equal(began, 16);
    }
    bytes_to(&b, b.n);
    s->last = LAST;
    suite_restore(s);
    assert_int_equal(suite_checkpoint_beside(s, LAST), FF_OK);
    suite_close(s);
    for (size_t n = before; n < b.n; n++) {
        bytes_to(&b, n);
        start(room, LAST, &began, &st, why);
        assert_int_equal(st, FF_STORE_CORRUPT);
        assert_non_null(strstr(why, n > before ? b.file : "the records from 21 on are missing"));
        struct bytes now = segment_of(room, SEGMENTS - 1);
        assert_int_equal(now.n, n);
        free(now.p);
    }
    bytes_to(&b, b.n);
    starts_whole(room, LAST);
    free(b.p);
}

static void a_missing_segment_is_a_hole_unless_a_checkpoint_holds_it(void **state)
{
    static const struct {
        uint64_t checkpointed;
        const char *whole; /* of the start without that segment; NULL: it works */
        const char *from_checkpoint;
    } expected[SEGMENTS] = {
        {0, "the records from 1 on are missing, the journal begins with 7", NULL},
        {0, "journal-00000000000000000001.seg: offset ", NULL},
        {0, "journal-00000000000000000007.seg: offset ", "journal-00000000000000000007.seg: offset "},
        {18, NULL, NULL},
    };
    struct room *room = *state;
    char why[WHY];
    enum ff_status st;
    uint64_t began;
    for (unsigned bare = 0; bare < 2; bare++) {
        if (bare)
            checkpoints_remove(room);
        for (size_t i = 0; i < SEGMENTS; i++) {
            const char *wrong = bare ? expected[i].whole : expected[i].from_checkpoint;
            struct bytes b = segment_of(room, i);
            assert_int_equal(io_system.unlink(&io_system, b.file), 0);
            const uint64_t last = start(room, 18, &began, &st, why);
            assert_int_equal(st, wrong ? FF_STORE_CORRUPT : FF_OK);
            if (wrong)
                assert_non_null(strstr(why, wrong));
            else
                assert_int_equal(last, expected[i].checkpointed ? expected[i].checkpointed : LAST);
            bytes_to(&b, b.n);
            free(b.p);
        }
        starts_whole(room, bare ? 0 : 16);
    }
}

static void a_missing_last_segment_is_missed_by_its_checkpoint(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    char why[WHY];
    enum ff_status st;
    uint64_t began;
    suite_restore(s);
    assert_int_equal(suite_checkpoint_beside(s, 20), FF_OK);
    suite_close(s);
    struct bytes b = segment_of(room, SEGMENTS - 1);
    assert_int_equal(io_system.unlink(&io_system, b.file), 0);
    start(room, LAST, &began, &st, why);
    assert_int_equal(st, FF_STORE_CORRUPT);
    assert_non_null(strstr(why, "the records from 19 on are missing"));
    free(b.p);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_checkpoint_with_any_bit_wrong_is_refused),
        CASE(a_checkpoint_cut_at_any_byte_or_longer_is_refused),
        CASE(a_checkpoint_under_another_name_is_refused),
        CASE(a_damaged_checkpoint_goes_with_the_next_that_is_written),
        CASE(a_damaged_checkpoint_of_the_last_record_is_replaced),
        CASE(without_a_sound_checkpoint_a_trimmed_journal_says_where_it_begins),
        CASE(any_bit_wrong_in_a_segment_is_found_from_the_start_on),
        CASE(any_bit_wrong_in_a_segment_is_found_from_a_checkpoint_on),
        CASE(a_torn_tail_is_cut_unless_a_checkpoint_holds_it),
        CASE(a_missing_segment_is_a_hole_unless_a_checkpoint_holds_it),
        CASE(a_missing_last_segment_is_missed_by_its_checkpoint),
    };
    room_in_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
