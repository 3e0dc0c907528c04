#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "scratch.h"
#include "spill.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct room {
    struct faulty_io faulty;
    char path[SCRATCH_MAX];
    struct spill *spill;
    uint64_t max;
    uint64_t durable;
    char why[512];
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    faulty_init(&room->faulty);
    scratch_make(room->path);
    room->max = (uint64_t)64 << 20;
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    spill_close(&room->spill);
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

static enum ff_status open_spill_of(struct room *room, const char *journal)
{
    const struct spill_options options = {
        .path = room->path,
        .journal = journal,
        .durability = FF_DURABLE_DISK,
        .io = &room->faulty.io,
        .max = room->max,
    };
    return spill_open(&room->spill, &options, room->why, sizeof room->why);
}

static enum ff_status open_spill(struct room *room)
{
    return open_spill_of(room, "footfall:{test}:journal");
}

static void opened(struct room *room)
{
    if (open_spill(room) != FF_OK)
        fail_msg("%s", room->why);
}

static size_t body_of(uint64_t seq, char *out)
{
    return (size_t)snprintf(out, 64, "the record %llu", (unsigned long long)seq);
}

static void add(struct room *room, uint64_t epoch, uint64_t first, unsigned n)
{
    char body[64];
    for (uint64_t seq = first; n--; seq++)
        assert_int_equal(spill_add(room->spill, epoch, seq, (struct spill_copy){0}, ff_span_of(body, body_of(seq, body))), FF_OK);
}

/* Until the last record is on the disk. */
static void settle(struct room *room)
{
    assert_int_equal(spill_flush(room->spill), FF_OK);
    while (spill_settled(room->spill) < spill_last(room->spill) || room->durable < spill_last(room->spill)) {
        struct pollfd news = {.fd = spill_news_fd(room->spill), .events = POLLIN};
        if (spill_settled(room->spill) < spill_last(room->spill))
            assert_int_equal(poll(&news, 1, 30000), 1);
        assert_int_equal(spill_poll(room->spill, &room->durable), FF_OK);
    }
    assert_int_equal(room->durable, spill_last(room->spill));
}

/* What is expected to be given: places from .place on, each of seq = place + ahead. */
struct expected {
    uint64_t place, epoch, ahead, stop;
};

static enum ff_status expect(void *ctx, const struct spill_record *r)
{
    struct expected *e = ctx;
    char text[64];
    if (r->place == e->stop)
        return FF_BUSY;
    assert_true(r->place == e->place && r->epoch == e->epoch && r->seq == r->place + e->ahead && !r->copy.epoch);
    assert_true(ff_span_equal(r->body, ff_span_of(text, body_of(r->seq, text))));
    e->place++;
    return FF_OK;
}

static void records_come_back_with_their_epochs_and_seqs(void **state)
{
    struct room *room = *state;
    opened(room);
    assert_int_equal(spill_last(room->spill), 0);
    add(room, 1700000001, 501, 100);
    settle(room);
    add(room, 1700000001, 601, 50);
    settle(room);
    struct expected e = {1, 1700000001, 500, 0};
    assert_int_equal(spill_each(room->spill, 1, 150, expect, &e, room->why, sizeof room->why), FF_OK);
    assert_int_equal(e.place, 151);
    e.place = 40;
    assert_int_equal(spill_each(room->spill, 40, 60, expect, &e, room->why, sizeof room->why), FF_OK);
    assert_int_equal(e.place, 61);
    assert_int_equal(spill_each(room->spill, 151, 150, expect, &e, room->why, sizeof room->why), FF_OK);
    e = (struct expected){1, 1700000001, 500, 30};
    assert_int_equal(spill_each(room->spill, 1, 150, expect, &e, room->why, sizeof room->why), FF_BUSY);
    assert_int_equal(e.place, 30);
}

static void what_a_process_left_is_found_again(void **state)
{
    struct room *room = *state;
    opened(room);
    add(room, 7, 11, 20);
    settle(room);
    const uint64_t bytes = spill_bytes(room->spill);
    spill_close(&room->spill);
    opened(room);
    assert_int_equal(spill_last(room->spill), 20);
    assert_true(spill_bytes(room->spill) == bytes && bytes > 20 * 16);
    add(room, 9, 31, 5);
    settle(room);
    struct expected e = {1, 7, 10, 0};
    assert_int_equal(spill_each(room->spill, 1, 20, expect, &e, room->why, sizeof room->why), FF_OK);
    e.epoch = 9;
    assert_int_equal(spill_each(room->spill, 21, 25, expect, &e, room->why, sizeof room->why), FF_OK);
}

static void an_emptied_one_begins_again(void **state)
{
    struct room *room = *state;
    opened(room);
    assert_int_equal(spill_empty(room->spill), FF_OK);
    add(room, 7, 1, 20);
    settle(room);
    assert_int_equal(spill_empty(room->spill), FF_OK);
    assert_true(spill_last(room->spill) == 0 && spill_bytes(room->spill) == 0);
    room->durable = 0;
    add(room, 7, 31, 3);
    settle(room);
    spill_close(&room->spill);
    opened(room);
    struct expected e = {1, 7, 30, 0};
    assert_int_equal(spill_last(room->spill), 3);
    assert_int_equal(spill_each(room->spill, 1, 3, expect, &e, room->why, sizeof room->why), FF_OK);
}

static void it_takes_no_more_than_it_may(void **state)
{
    struct room *room = *state;
    char body[64];
    room->max = 10 * (16 + 16 + 14);
    opened(room);
    add(room, 7, 101, 5);
    assert_false(spill_half_full(room->spill));
    add(room, 7, 106, 5);
    assert_true(spill_half_full(room->spill));
    assert_int_equal(spill_fits(room->spill, 1, 0, false), FF_STORE_FULL);
    assert_int_equal(spill_add(room->spill, 7, 111, (struct spill_copy){0}, ff_span_of(body, body_of(111, body))), FF_STORE_FULL);
    assert_int_equal(spill_last(room->spill), 10);
    settle(room);
    assert_int_equal(spill_empty(room->spill), FF_OK);
    add(room, 7, 111, 10);
}

static void a_second_one_is_refused(void **state)
{
    struct room *room = *state;
    opened(room);
    struct spill *first = room->spill;
    assert_int_equal(open_spill(room), FF_STORE_LOCKED);
    assert_null(room->spill);
    assert_string_not_equal(room->why, "");
    room->spill = first;
}

static void records_of_another_journal_are_not_taken_for_its_own(void **state)
{
    struct room *room = *state;
    opened(room);
    spill_close(&room->spill);
    assert_int_equal(open_spill_of(room, "footfall:{other}:journal"), FF_OK); /* there was nothing in it */
    add(room, 7, 1, 3);
    settle(room);
    spill_close(&room->spill);
    assert_int_equal(open_spill(room), FF_STORE_FAILED);
    assert_non_null(strstr(room->why, "{other}"));
    assert_int_equal(open_spill_of(room, "footfall:{other}:journal"), FF_OK);
    assert_int_equal(spill_empty(room->spill), FF_OK);
    spill_close(&room->spill);
    opened(room);
}

static enum ff_status count(void *ctx, const struct spill_record *r)
{
    assert_true(r->epoch == 7 && r->seq == r->place + 100);
    assert_true(r->place == ++*(uint64_t *)ctx);
    return FF_OK;
}

static enum ff_status expect_copy(void *ctx, const struct spill_record *r)
{
    ++*(unsigned *)ctx;
    assert_true(r->epoch == 7 && r->seq == 20 + r->place && ff_span_is(r->body, "x"));
    assert_true(r->place == 1 ? r->copy.epoch == 0 && r->copy.upto == 0
                              : r->copy.epoch == 5 && r->copy.seq == 900 && r->copy.upto == 22);
    return FF_OK;
}

static void copies_come_back_as_such(void **state)
{
    struct room *room = *state;
    unsigned n = 0;
    opened(room);
    assert_int_equal(spill_add(room->spill, 7, 21, (struct spill_copy){0}, FF_LITERAL("x")), FF_OK);
    assert_int_equal(spill_add(room->spill, 7, 22, (struct spill_copy){5, 900, 22}, FF_LITERAL("x")), FF_OK);
    settle(room);
    const uint64_t bytes = spill_bytes(room->spill);
    spill_close(&room->spill);
    opened(room);
    assert_true(spill_bytes(room->spill) == bytes);
    assert_int_equal(spill_each(room->spill, 1, 2, expect_copy, &n, room->why, sizeof room->why), FF_OK);
    assert_int_equal(n, 2);
}

/* Some 9 MB: more than two segments. */
static void fill(struct room *room)
{
    static char body[8192];
    for (uint64_t seq = 101; seq <= 1200; seq++) {
        assert_int_equal(spill_add(room->spill, 7, seq, (struct spill_copy){0}, ff_span_of(body, sizeof body)), FF_OK);
        if (seq % 50 == 0)
            settle(room);
    }
}

static void one_that_is_emptied_only_in_part_still_has_the_first_records(void **state)
{
    struct room *room = *state;
    bool partly = false;
    for (unsigned k = 1;; k++) {
        uint64_t seen = 0;
        room->durable = 0;
        opened(room);
        fill(room);
        faulty_fail_call(&room->faulty, k, EIO, true);
        enum ff_status st = spill_empty(room->spill);
        const bool reached = faulty_reached(&room->faulty);
        faulty_fail_call(&room->faulty, 0, 0, false);
        assert_true(reached || st == FF_OK);
        if (st != FF_OK) {
            assert_int_equal(spill_add(room->spill, 7, 1, (struct spill_copy){0}, FF_LITERAL("x")), st);
            assert_int_equal(spill_flush(room->spill), FF_OK);
        }
        const uint64_t left = spill_last(room->spill);
        assert_int_equal(spill_each(room->spill, 1, left, count, &seen, room->why, sizeof room->why), FF_OK);
        assert_int_equal(seen, left);
        partly = partly || (left > 0 && left < 1100);
        assert_int_equal(spill_empty(room->spill), FF_OK);
        assert_int_equal(spill_last(room->spill), 0);
        spill_close(&room->spill);
        if (!reached)
            break;
    }
    assert_true(partly);
}

/* Else what is left after a power cut need not be the first records. */
static void each_segment_is_gone_for_good_before_the_next(void **state)
{
    struct room *room = *state;
    opened(room);
    fill(room);
    const unsigned unlinks = room->faulty.calls[FAULTY_UNLINK], syncs = room->faulty.calls[FAULTY_SYNC_DIR];
    faulty_script(&room->faulty, FAULTY_SYNC_DIR, "eio");
    assert_int_not_equal(spill_empty(room->spill), FF_OK);
    assert_int_equal(room->faulty.calls[FAULTY_UNLINK], unlinks + 1);
    assert_int_equal(room->faulty.calls[FAULTY_SYNC_DIR], syncs + 1);
    assert_int_equal(spill_flush(room->spill), FF_OK);
    assert_in_range(spill_last(room->spill), 1, 1099);
    assert_int_equal(spill_empty(room->spill), FF_OK);
    assert_int_equal(spill_last(room->spill), 0);
}

static void a_disk_that_is_full_is_told_and_mended(void **state)
{
    struct room *room = *state;
    opened(room);
    add(room, 7, 1, 3);
    faulty_script(&room->faulty, FAULTY_WRITE, "enospc");
    assert_int_equal(spill_flush(room->spill), FF_STORE_FULL);
    settle(room);
    struct expected e = {1, 7, 0, 0};
    assert_int_equal(spill_each(room->spill, 1, 3, expect, &e, room->why, sizeof room->why), FF_OK);
}

static void whether_any_is_left_is_seen_beside_it(void **state)
{
    struct room *room = *state;
    assert_false(spill_is_left(room->path, &room->faulty.io));
    opened(room);
    assert_false(spill_is_left(room->path, &room->faulty.io));
    add(room, 7, 1, 3);
    settle(room);
    assert_true(spill_is_left(room->path, &room->faulty.io));
    spill_close(&room->spill);
    assert_true(spill_is_left(room->path, &room->faulty.io));
    opened(room);
    assert_int_equal(spill_empty(room->spill), FF_OK);
    assert_false(spill_is_left(room->path, &room->faulty.io));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_come_back_with_their_epochs_and_seqs),
        CASE(copies_come_back_as_such),
        CASE(what_a_process_left_is_found_again),
        CASE(an_emptied_one_begins_again),
        CASE(it_takes_no_more_than_it_may),
        CASE(records_of_another_journal_are_not_taken_for_its_own),
        CASE(a_second_one_is_refused),
        CASE(one_that_is_emptied_only_in_part_still_has_the_first_records),
        CASE(each_segment_is_gone_for_good_before_the_next),
        CASE(a_disk_that_is_full_is_told_and_mended),
        CASE(whether_any_is_left_is_seen_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
