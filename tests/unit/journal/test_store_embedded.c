#include "faulty_io.h"
#include "journal.h"
#include "scratch.h"
#include "store_suite.h"

#include <stdio.h>

/* The suite against the embedded store, with each durability and with segments of every size from
 * one a group to one for all: once on the system's own files, else without its syncs. */
struct room {
    struct suite suite; /* first: it is what the cases get */
    struct faulty_io disk;
    char path[SCRATCH_MAX];
    char store[SCRATCH_MAX + 8];
};

static int embedded_setup(void **state, enum ff_durability durability, uint64_t segment_bytes, bool real)
{
    static struct room room;
    room = (struct room){.suite.ops = &store_embedded};
    faulty_init(&room.disk);
    scratch_make(room.path);
    snprintf(room.store, sizeof room.store, "%s/store", room.path);
    room.suite.options = (struct ff_store_options){.path = room.store, .durability = durability,
                                                   .segment_bytes = segment_bytes,
                                                   .io = real ? NULL : &room.disk.io};
    *state = &room;
    return 0;
}

static int disk_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_DISK, 1 << 20, true);
}

static int disk_small_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_DISK, 1, false);
}

static int disk_middling_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_DISK, 4000, false);
}

static int process_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_PROCESS, 1 << 20, false);
}

static int process_small_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_PROCESS, 1, false);
}

static int embedded_teardown(void **state)
{
    struct room *room = *state;
    scratch_remove(room->path);
    faulty_fini(&room->disk);
    return 0;
}

static void process_durability_waits_for_nobody(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    for (unsigned i = 0; i < 100; i++) {
        suite_append(s, 3);
        assert_int_equal(s->ops->flush(s->store), FF_OK);
        assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
        assert_true(s->durable == s->last);
    }
    suite_close(s);
}

static void disk_durability_comes_with_the_news(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    assert_true(s->ops->news_fd(s->store) >= 0);
    suite_append(s, 3);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_int_equal(s->durable, 0);
    assert_int_equal(s->ops->flush(s->store), FF_OK);
    assert_int_equal(suite_news(s), FF_OK);
    assert_int_equal(s->durable, 3);
    suite_close(s);
}

static void what_waits_for_the_disk_has_a_ceiling(void **state)
{
    static char body[1 << 20];
    struct suite *s = *state;
    suite_open(s);
    enum ff_status st;
    while ((st = s->ops->append(s->store, s->last + 1, ff_span_of(body, sizeof body))) == FF_OK)
        s->last++;
    assert_int_equal(st, FF_NO_MEMORY);
    assert_in_range(s->last, 64, 128);
    suite_flush(s);
    assert_int_equal(s->ops->append(s->store, s->last + 1, ff_span_of(body, sizeof body)), FF_OK);
    suite_close(s);
}

static void a_directory_that_cannot_be_made_is_named(void **state)
{
    struct suite *s = *state;
    struct ff_store *store;
    struct ff_store_options options = s->options;
    char why[256] = "";
    options.path = "/nowhere/at/all";
    assert_int_equal(s->ops->open(&store, &options, why, sizeof why), FF_STORE_FAILED);
    assert_null(store);
    assert_non_null(strstr(why, "/nowhere/at/all"));
}

#define CASE(name, setup) cmocka_unit_test_setup_teardown(name, setup, embedded_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TESTS(disk_setup, embedded_teardown),
        SUITE_TESTS(disk_small_setup, embedded_teardown),
        SUITE_TESTS(disk_middling_setup, embedded_teardown),
        SUITE_TESTS(process_setup, embedded_teardown),
        SUITE_TESTS(process_small_setup, embedded_teardown),
        CASE(process_durability_waits_for_nobody, process_setup),
        CASE(disk_durability_comes_with_the_news, disk_setup),
        CASE(what_waits_for_the_disk_has_a_ceiling, disk_setup),
        CASE(a_directory_that_cannot_be_made_is_named, disk_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
