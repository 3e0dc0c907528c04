/* Erasing while the disk fails at any call, or the process dies there, or the power goes: each segment is
 * as it was or as it shall be, and what was not done is done the next time. */
#include "erase.h"
#include "bytes.h"
#include "checkpoint.h"
#include "room.h"
#include "segment.h"

#include <errno.h>

#define RECORDS 40
#define BEHIND 35
#define GONE 11 /* multiples of three up to BEHIND */

static void room_fill(struct room *room)
{
    struct suite *s = &room->suite;
    room_begin(room, FF_DURABLE_DISK, 900);
    suite_open(s);
    for (unsigned i = 0; i < RECORDS / 4; i++) {
        suite_append(s, 4);
        suite_flush(s);
        if (i == 2)
            assert_int_equal(suite_checkpoint_beside(s, s->last), FF_OK);
    }
    suite_settle(s);
    assert_int_equal(suite_checkpoint_beside(s, BEHIND), FF_OK);
    assert_int_equal(suite_seal(s), RECORDS);
    assert_true(room_files(room, &segment_kind) > 3);
}

/* Looks for a record, its seq and body, in a file: the bodies alone are parts of each other. */
struct search {
    const struct room *room;
    char body[8 + 512];
    size_t n;
    bool found;
};

static int search_file(void *ctx, const char *name)
{
    struct search *x = ctx;
    char file[PATH_MAX];
    snprintf(file, sizeof file, "%s/%s", x->room->store, name);
    int fd = io_system.open(&io_system, file, O_RDONLY, 0);
    size_t size = (size_t)io_system.size(&io_system, fd);
    char *p = malloc(size + 1);
    assert_int_equal(io_read_all(&io_system, fd, p, size, 0), size);
    x->found = x->found || memmem(p, size, x->body, x->n);
    io_system.close(&io_system, fd);
    free(p);
    return 0;
}

static bool anywhere(const struct room *room, uint64_t seq)
{
    struct search x = {.room = room};
    struct bytes_writer w = bytes_writer_of((unsigned char *)x.body, 8);
    bytes_put_u64(&w, seq);
    x.n = 8 + suite_body(seq, x.body + 8).n;
    assert_int_equal(io_system.list(&io_system, room->store, search_file, &x), 0);
    return x.found;
}

static void what_is_erased_is_in_no_file(void **state)
{
    (void)state;
    static struct room room;
    uint64_t erased;
    char why[WHY];
    room_fill(&room);
    assert_true(anywhere(&room, 9) && anywhere(&room, 10));
    assert_int_equal(suite_erase_beside(&room.suite, BEHIND, RECORDS, &erased, why, sizeof why), FF_OK);
    assert_int_equal(erased, GONE);
    for (uint64_t seq = 1; seq <= RECORDS; seq++)
        assert_int_equal(anywhere(&room, seq), seq > BEHIND || seq % 3 != 0);
    suite_close(&room.suite);
    room_end(&room);
}

static void a_segment_keeps_its_age_and_is_left_alone_without_need(void **state)
{
    (void)state;
    static struct room room;
    char why[WHY], file[PATH_MAX];
    struct place place;
    struct erase_result done;
    ff_wall before, after;
    room_fill(&room);
    room_file(&room, file, &segment_kind, 1);
    int fd = io_system.open(&io_system, file, O_RDWR, 0);
    assert_int_equal(io_system.date(&io_system, fd, 1000 * FF_SECOND), 0);
    io_system.close(&io_system, fd);
    assert_int_equal(place_init_beside(&place, &io_system, room.store, why, sizeof why), FF_OK);
    assert_int_equal(erase_run(&place, RECORDS, suite_gone, &(uint64_t){3}, &done, why, sizeof why), FF_OK);
    assert_true(done.records == 1 && done.segments == 1);
    fd = io_system.open(&io_system, file, O_RDONLY, 0);
    assert_int_equal(io_system.modified(&io_system, fd, &before), 0);
    assert_true(before == 1000 * FF_SECOND);
    io_system.close(&io_system, fd);
    assert_int_equal(erase_run(&place, RECORDS, suite_gone, &(uint64_t){3}, &done, why, sizeof why), FF_OK);
    assert_true(done.records == 0 && done.segments == 0);
    fd = io_system.open(&io_system, file, O_RDONLY, 0);
    assert_int_equal(io_system.modified(&io_system, fd, &after), 0);
    assert_true(after == before);
    io_system.close(&io_system, fd);
    place_fini(&place);
    suite_close(&room.suite);
    room_end(&room);
}

/* What a segment holds behind its successor's first is in the successor, too: it must not stay here. */
static void what_nobody_reads_goes_too(void **state)
{
    (void)state;
    static struct room room;
    char why[WHY];
    struct place place;
    struct erase_result done;
    room_fill(&room);
    struct bytes b = bytes_of(&room, &segment_kind, 1);
    memset(b.p + b.n, 'x', 100);
    bytes_to(&b, b.n + 100);
    assert_int_equal(place_init_beside(&place, &io_system, room.store, why, sizeof why), FF_OK);
    assert_int_equal(erase_run(&place, RECORDS, suite_gone, &(uint64_t){0}, &done, why, sizeof why), FF_OK);
    assert_true(done.records == 0 && done.segments == 1);
    struct bytes now = bytes_of(&room, &segment_kind, 1);
    assert_int_equal(now.n, b.n);
    assert_memory_equal(now.p, b.p, b.n);
    free(now.p);
    free(b.p);
    place_fini(&place);
    suite_close(&room.suite);
    room_end(&room);
}

static void a_damaged_segment_is_named_and_left_alone(void **state)
{
    (void)state;
    static struct room room;
    char why[WHY] = "";
    struct place place;
    struct erase_result done;
    room_fill(&room);
    struct bytes b = bytes_of(&room, &segment_kind, 1);
    bytes_flipped_to(&b, b.n / 2);
    assert_int_equal(place_init_beside(&place, &io_system, room.store, why, sizeof why), FF_OK);
    assert_int_equal(erase_run(&place, RECORDS, suite_gone, &(uint64_t){BEHIND}, &done, why, sizeof why),
                     FF_STORE_CORRUPT);
    assert_non_null(strstr(why, b.file));
    assert_int_equal(done.segments, 0);
    free(b.p);
    place_fini(&place);
    suite_close(&room.suite);
    room_end(&room);
}

/* Erases with call k failing, then call k + 1, ...; on: all after it, too, as where the process dies. */
static void sweep(int error, bool on, bool cut)
{
    static struct room room;
    bool reached = true;
    unsigned k = 1;
    for (; reached; k++) {
        char why[WHY];
        uint64_t erased;
        room_fill(&room);
        struct suite *s = &room.suite;
        if (cut)
            suite_close(s);
        faulty_fail_call(&room.faulty, k, error, on);
        enum ff_status st = suite_erase_beside(s, BEHIND, RECORDS, &erased, why, sizeof why);
        reached = faulty_reached(&room.faulty);
        assert_true(st == FF_OK || reached);
        faulty_fail_call(&room.faulty, 0, 0, false);
        if (cut)
            faulty_power_cut(&room.faulty, k);
        if (cut)
            assert_true(suite_restore(s) >= BEHIND);
        uint64_t before = suite_erased(s, BEHIND);
        assert_true(before <= GONE && (st != FF_OK || before == GONE));
        assert_int_equal(s->ops->trim(s->store, (struct ff_keep){FF_NEVER, UINT64_MAX}), FF_OK);
        assert_int_equal(suite_erase_beside(s, BEHIND, suite_seal(s), &erased, why, sizeof why), FF_OK);
        assert_int_equal(suite_erased(s, BEHIND), GONE);
        for (uint64_t seq = 3; seq <= BEHIND; seq += 3)
            assert_false(anywhere(&room, seq));
        suite_append(s, 2);
        suite_flush(s);
        suite_close(s);
        assert_int_equal(suite_restore(s), BEHIND);
        suite_close(s);
        room_end(&room);
    }
    assert_true(k > 60);
}

static void any_one_call_may_fail(void **state)
{
    (void)state;
    sweep(EIO, false, false);
    sweep(ENOSPC, false, false);
}

static void the_process_may_die_at_any_call(void **state)
{
    (void)state;
    sweep(EIO, true, false);
}

static void the_power_may_go_at_any_call(void **state)
{
    (void)state;
    sweep(EIO, true, true);
    sweep(EIO, false, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_erased_is_in_no_file),
        cmocka_unit_test(a_segment_keeps_its_age_and_is_left_alone_without_need),
        cmocka_unit_test(what_nobody_reads_goes_too),
        cmocka_unit_test(a_damaged_segment_is_named_and_left_alone),
        cmocka_unit_test(any_one_call_may_fail),
        cmocka_unit_test(the_process_may_die_at_any_call),
        cmocka_unit_test(the_power_may_go_at_any_call),
    };
    room_in_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
