/* What a start makes of a journal that lost its end, or was damaged. */
#include "room.h"
#include "segment.h"

static int setup(void **state)
{
    static struct room room;
    room_begin(&room, FF_DURABLE_DISK, 1 << 20);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    room_end(*state);
    return 0;
}

/* The bytes of the segment that begins with first. */
static struct bytes segment_of(const struct room *room, uint64_t first)
{
    return bytes_of(room, &segment_kind, first);
}

static int name_remove(void *ctx, const char *name)
{
    char file[PATH_MAX];
    uint64_t first;
    if (names_seq(name, &segment_kind, &first)) {
        snprintf(file, sizeof file, "%s/%s", ((struct room *)ctx)->store, name);
        io_system.unlink(&io_system, file);
    }
    return 0;
}

static void segments_remove(struct room *room)
{
    assert_int_equal(io_system.list(&io_system, room->store, name_remove, room), 0);
}

/* Three groups of three records in one segment; gives the size before the last group. */
static size_t three_groups(struct room *room)
{
    struct suite *s = &room->suite;
    size_t before = 0;
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        if (i == 2) {
            struct bytes b = segment_of(room, 1);
            before = b.n;
            free(b.p);
        }
        suite_append(s, 3);
        suite_flush(s);
    }
    suite_close(s);
    return before;
}

/* The next start must give at least the records up to kept, take more, and give those too. */
static void goes_on_from(struct room *room, uint64_t kept)
{
    struct suite *s = &room->suite;
    s->last = 9;
    s->durable = kept;
    suite_open(s);
    assert_int_equal(s->last, kept);
    suite_append(s, 2);
    suite_flush(s);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->last, kept + 2);
    suite_close(s);
}

static enum ff_status open_fails(struct room *room, char *why)
{
    struct suite *s = &room->suite;
    struct ff_store *store;
    uint64_t seen = 0, last = 0;
    why[0] = '\0';
    assert_int_equal(s->ops->open(&store, &s->options, why, WHY), FF_OK);
    enum ff_status st = s->ops->replay(store, 1, UINT64_MAX, suite_expect, &seen, &last, why, WHY);
    s->ops->close(&store);
    return st;
}

static void expect_corrupt(struct room *room, const char *file)
{
    char why[WHY];
    assert_int_equal(open_fails(room, why), FF_STORE_CORRUPT);
    assert_non_null(strstr(why, file));
    assert_non_null(strstr(why, "offset "));
}

static void a_tail_cut_at_any_byte_leaves_the_groups_before_it(void **state)
{
    struct room *room = *state;
    size_t before = three_groups(room);
    struct bytes b = segment_of(room, 1);
    assert_true(before > 0 && before < b.n);
    for (size_t n = before; n < b.n; n++) {
        segments_remove(room);
        bytes_to(&b, n);
        goes_on_from(room, 6);
        struct bytes cut = segment_of(room, 1);
        assert_int_equal(cut.n, before);
        free(cut.p);
    }
    free(b.p);
}

static void a_first_group_cut_at_any_byte_leaves_an_empty_journal(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    suite_close(s);
    struct bytes b = segment_of(room, 1);
    for (size_t n = 0; n < b.n; n++) {
        segments_remove(room);
        bytes_to(&b, n);
        goes_on_from(room, 0);
    }
    free(b.p);
}

static void a_tail_with_any_bit_wrong_is_cut(void **state)
{
    struct room *room = *state;
    size_t before = three_groups(room);
    struct bytes b = segment_of(room, 1);
    for (size_t i = before; i < b.n; i++) {
        segments_remove(room);
        bytes_flipped_to(&b, i);
        goes_on_from(room, 6);
    }
    free(b.p);
}

static void zeros_and_noise_after_the_end_are_cut(void **state)
{
    struct room *room = *state;
    three_groups(room);
    struct bytes b = segment_of(room, 1);
    b.p = realloc(b.p, b.n + 5000);
    for (unsigned noise = 0; noise < 2; noise++) {
        segments_remove(room);
        for (size_t i = 0; i < 5000; i++)
            b.p[b.n + i] = noise ? (unsigned char)(i * i * 31 >> 3) : 0;
        bytes_to(&b, b.n + 5000);
        goes_on_from(room, 9);
    }
    free(b.p);
}

static void any_bit_wrong_before_the_watermark_stops_the_start(void **state)
{
    struct room *room = *state;
    size_t before = three_groups(room);
    struct bytes b = segment_of(room, 1);
    for (size_t i = 0; i < before; i++) {
        bytes_flipped_to(&b, i);
        expect_corrupt(room, b.file);
        struct bytes now = segment_of(room, 1);
        assert_int_equal(now.n, b.n);
        free(now.p);
    }
    bytes_to(&b, b.n);
    goes_on_from(room, 9);
    free(b.p);
}

static void the_place_of_the_damage_is_told(void **state)
{
    struct room *room = *state;
    char why[WHY];
    three_groups(room);
    struct bytes b = segment_of(room, 1);
    b.p[SEGMENT_HEADER + SEGMENT_GROUP_HEADER + 4] ^= 1;
    bytes_to(&b, b.n);
    assert_int_equal(open_fails(room, why), FF_STORE_CORRUPT);
    assert_non_null(strstr(why, "journal-00000000000000000001.seg: offset 32: damaged, record 1 is expected"));
    free(b.p);
}

/* Segments of one group each: 1-3, 4-6, 7-9. */
static void three_segments(struct room *room)
{
    room->suite.options.segment_bytes = 1;
    three_groups(room);
}

static void damage_in_an_earlier_segment_stops_the_start(void **state)
{
    struct room *room = *state;
    three_segments(room);
    struct bytes b = segment_of(room, 4);
    for (size_t i = 0; i < b.n; i++) {
        bytes_flipped_to(&b, i);
        expect_corrupt(room, b.file);
    }
    for (size_t n = 0; n < b.n; n++) {
        bytes_to(&b, n);
        expect_corrupt(room, b.file);
    }
    free(b.p);
}

static void a_missing_segment_is_a_hole(void **state)
{
    struct room *room = *state;
    three_segments(room);
    struct bytes middle = segment_of(room, 4), first = segment_of(room, 1);
    assert_int_equal(io_system.unlink(&io_system, middle.file), 0);
    expect_corrupt(room, first.file);
    bytes_to(&middle, middle.n);
    assert_int_equal(io_system.unlink(&io_system, first.file), 0);
    char why[WHY];
    assert_int_equal(open_fails(room, why), FF_STORE_CORRUPT);
    assert_non_null(strstr(why, "the records from 1 on are missing"));
    bytes_to(&first, first.n);
    goes_on_from(room, 9);
    free(middle.p);
    free(first.p);
}

static void what_a_later_segment_repeats_is_not_looked_at(void **state)
{
    struct room *room = *state;
    three_segments(room);
    struct bytes b = segment_of(room, 4);
    b.p = realloc(b.p, b.n + 100);
    memset(b.p + b.n, 0x55, 100);
    bytes_to(&b, b.n + 100);
    goes_on_from(room, 9);
    free(b.p);
}

/* Nothing writes this, but the rule says record, not group. */
static void a_segment_may_begin_within_a_group_of_the_one_before(void **state)
{
    struct room *room = *state;
    unsigned char p[SEGMENT_HEADER + SEGMENT_GROUP_HEADER + 1024];
    char body[512];
    size_t n = SEGMENT_HEADER + SEGMENT_GROUP_HEADER;
    three_groups(room);
    struct bytes b = segment_of(room, 1);
    free(b.p);
    for (uint64_t seq = 8; seq <= 9; seq++) {
        struct ff_span record = suite_body(seq, body);
        segment_record_put(p + n, seq, record);
        n += segment_record_size(record.n);
    }
    struct segment_group g = {.first = 8, .durable = 7, .mark = 5, .count = 2,
                              .bytes = (uint32_t)(n - SEGMENT_HEADER - SEGMENT_GROUP_HEADER)};
    segment_header_put(p, &(struct segment_header){.first = 8, .version = SEGMENT_VERSION, .mark = 5});
    segment_group_put(p + SEGMENT_HEADER, &g);
    b.p = p;
    snprintf(b.file, sizeof b.file, "%s/journal-00000000000000000008.seg", room->store);
    bytes_to(&b, n);
    goes_on_from(room, 9);
}

static void a_segment_under_another_name_is_damaged(void **state)
{
    struct room *room = *state;
    three_segments(room);
    struct bytes b = segment_of(room, 4), other = segment_of(room, 7);
    char why[WHY];
    memcpy(other.file, b.file, sizeof b.file);
    bytes_to(&other, other.n);
    expect_corrupt(room, b.file);
    open_fails(room, why);
    assert_non_null(strstr(why, "offset 0:"));
    free(b.p);
    free(other.p);
}

static void another_version_is_refused_by_name(void **state)
{
    struct room *room = *state;
    char why[WHY];
    three_groups(room);
    struct bytes b = segment_of(room, 1);
    segment_header_put(b.p, &(struct segment_header){.first = 1, .version = 7, .mark = 1});
    bytes_to(&b, b.n);
    assert_int_equal(open_fails(room, why), FF_STORE_VERSION);
    assert_non_null(strstr(why, b.file));
    assert_non_null(strstr(why, "version 7"));
    free(b.p);
}

/* A group that a sender put into a body, with a watermark that would stop the start. */
static void a_forged_group_in_a_body_proves_nothing(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    unsigned char forged[SEGMENT_GROUP_HEADER + 8] = "";
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    struct segment_group g = {.first = 1000, .durable = 999, .mark = 0x12345678, .count = 1, .bytes = 16};
    segment_group_put(forged + 4, &g);
    struct ff_span body = ff_span_of((const char *)forged, sizeof forged);
    assert_int_equal(s->ops->append(s->store, 4, body), FF_OK);
    s->last = 4;
    suite_flush(s);
    suite_close(s);
    struct bytes b = segment_of(room, 1);
    bytes_to(&b, b.n - 1);
    goes_on_from(room, 3);
    free(b.p);
}

static void a_read_error_is_no_torn_tail(void **state)
{
    struct room *room = *state;
    char why[WHY];
    three_groups(room);
    struct bytes b = segment_of(room, 1);
    faulty_script(&room->faulty, FAULTY_READ, "short:100 eio");
    assert_int_equal(open_fails(room, why), FF_STORE_FAILED);
    assert_non_null(strstr(why, b.file));
    struct bytes now = segment_of(room, 1);
    assert_int_equal(now.n, b.n);
    goes_on_from(room, 9);
    free(now.p);
    free(b.p);
}

/* Its owner may be writing it just now. */
static void a_torn_tail_is_left_alone_beside_the_owner(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    char why[WHY];
    size_t before = three_groups(room);
    struct bytes b = segment_of(room, 1);
    s->options.beside = true;
    for (size_t n = before; n < b.n; n++) {
        uint64_t seen = 0, last = 0;
        bytes_to(&b, n);
        assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
        assert_int_equal(s->ops->replay(s->store, 1, UINT64_MAX, suite_expect, &seen, &last, why, WHY), FF_OK);
        assert_true(seen == 6 && last == 6);
        assert_int_equal(s->ops->replay(s->store, 7, 9, suite_expect, &seen, &last, why, WHY), FF_STORE_CORRUPT);
        suite_close(s);
        struct bytes now = segment_of(room, 1);
        assert_int_equal(now.n, n);
        free(now.p);
    }
    free(b.p);
}

static void leftovers_of_an_unfinished_segment_are_removed(void **state)
{
    struct room *room = *state;
    three_groups(room);
    struct bytes b = segment_of(room, 1);
    snprintf(b.file, sizeof b.file, "%s/new-journal-00000000000000000010.seg", room->store);
    bytes_to(&b, b.n);
    goes_on_from(room, 9);
    assert_true(io_system.open(&io_system, b.file, O_RDONLY, 0) < 0);
    free(b.p);
}

/* The system's files, of which a few bytes at an offset are not there yet when they are read first. */
struct slow_io {
    struct ff_io io;
    uint64_t at;
    bool *there;
};

static ssize_t slow_read(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at)
{
    const struct slow_io *slow = (const struct slow_io *)io;
    ssize_t got = io_system.read(&io_system, fd, p, n, at);
    if (got > 0 && slow->at >= at && slow->at + 20 <= at + (size_t)got && !*slow->there) {
        memset((char *)p + (slow->at - at), 0, 20);
        *slow->there = true;
    }
    return got;
}

/* The second of three groups: the third says that it was promised. */
static void what_is_promised_is_read_again_beside_its_owner_only(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    char why[WHY];
    bool there;
    const size_t third = three_groups(room);
    const struct slow_io slow = {.io = io_system, .at = third - 30, .there = &there};
    for (unsigned beside = 0; beside < 2; beside++) {
        struct ff_store_options options = s->options;
        struct ff_store *store;
        uint64_t seen = 0, last = 0;
        struct slow_io io = slow;
        io.io.read = slow_read;
        there = false;
        options.io = &io.io;
        options.beside = beside;
        assert_int_equal(s->ops->open(&store, &options, why, sizeof why), FF_OK);
        assert_int_equal(s->ops->replay(store, 1, UINT64_MAX, suite_expect, &seen, &last, why, sizeof why),
                         beside ? FF_OK : FF_STORE_CORRUPT);
        assert_true(there && last == (beside ? 9 : 0));
        s->ops->close(&store);
    }
}

/* Zeros ahead of the records: no tail is cut, whether the owner ended it or died. */
static void room_made_ahead_is_no_torn_tail(void **state)
{
    static const enum ff_durability durabilities[] = {FF_DURABLE_DISK, FF_DURABLE_PROCESS};
    struct room *room = *state;
    struct suite *s = &room->suite;
    for (unsigned d = 0; d < 2; d++) {
        const uint64_t first = 120 * d + 1;
        s->options.segment_bytes = 1 << 16;
        s->options.durability = durabilities[d];
        suite_open(s);
        for (unsigned i = 0; i < 40; i++) {
            suite_append(s, 3);
            suite_settle(s);
            s->ops->settled(s->store);
        }
        suite_close(s);
        const unsigned truncated = faulty_calls(&room->faulty, FAULTY_TRUNCATE);
        struct bytes b = segment_of(room, first);
        assert_true(b.n > 2000 && b.p[b.n - 1] == 0 && memcmp(b.p + b.n - 100, b.p + b.n - 99, 99) == 0);
        free(b.p);
        suite_open(s);
        assert_true(s->last == first + 119);
        suite_close(s);
        assert_int_equal(faulty_calls(&room->faulty, FAULTY_TRUNCATE), truncated);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_tail_cut_at_any_byte_leaves_the_groups_before_it),
        CASE(what_is_promised_is_read_again_beside_its_owner_only),
        CASE(room_made_ahead_is_no_torn_tail),
        CASE(a_first_group_cut_at_any_byte_leaves_an_empty_journal),
        CASE(a_tail_with_any_bit_wrong_is_cut),
        CASE(zeros_and_noise_after_the_end_are_cut),
        CASE(any_bit_wrong_before_the_watermark_stops_the_start),
        CASE(the_place_of_the_damage_is_told),
        CASE(damage_in_an_earlier_segment_stops_the_start),
        CASE(a_missing_segment_is_a_hole),
        CASE(what_a_later_segment_repeats_is_not_looked_at),
        CASE(a_segment_may_begin_within_a_group_of_the_one_before),
        CASE(a_segment_under_another_name_is_damaged),
        CASE(another_version_is_refused_by_name),
        CASE(a_forged_group_in_a_body_proves_nothing),
        CASE(a_read_error_is_no_torn_tail),
        CASE(a_torn_tail_is_left_alone_beside_the_owner),
        CASE(leftovers_of_an_unfinished_segment_are_removed),
    };
    room_in_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
