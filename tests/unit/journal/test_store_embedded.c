#include "faulty_io.h"
#include "journal.h"
#include "scratch.h"
#include "store_suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <limits.h>
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

static int disk_large_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_DISK, 64 << 20, true);
}

static int process_large_setup(void **state)
{
    return embedded_setup(state, FF_DURABLE_PROCESS, 64 << 20, true);
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

/* A message that was admitted fits whole, also while a slow disk holds what was written long ago. */
static void it_is_crowded_from_half_of_the_ceiling_on(void **state)
{
    static char body[1 << 20];
    struct suite *s = *state;
    suite_open(s);
    while (!s->ops->crowded(s->store))
        assert_int_equal(s->ops->append(s->store, ++s->last, ff_span_of(body, sizeof body)), FF_OK);
    assert_in_range(s->last, 16, 64);
    for (int i = 0; i < 16; i++)
        assert_int_equal(s->ops->append(s->store, ++s->last, ff_span_of(body, sizeof body)), FF_OK);
    suite_flush(s);
    assert_false(s->ops->crowded(s->store));
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

static int new_count(void *ctx, const char *name)
{
    *(unsigned *)ctx += strncmp(name, "new-", 4) == 0;
    return 0;
}

static unsigned unfinished(const struct suite *s)
{
    unsigned count = 0;
    assert_int_equal(io_system.list(&io_system, s->options.path, new_count, &count), 0);
    return count;
}

static void closing_leaves_no_unfinished_checkpoint(void **state)
{
    struct suite *s = *state;
    struct ff_store *beside;
    struct ff_store_options options = s->options;
    char why[256];
    suite_open(s);
    suite_append(s, 3);
    suite_settle(s);
    options.beside = true;
    assert_int_equal(s->ops->open(&beside, &options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->checkpoint_begin(beside, 3), FF_OK);
    assert_int_equal(unfinished(s), 1);
    s->ops->close(&beside);
    assert_int_equal(unfinished(s), 0);
    suite_close(s);
}

/* Nobody may, but if somebody builds on what is not settled, a loss of power must not cost a segment. */
static void no_segment_goes_before_the_next_one_is_settled(void **state)
{
    struct suite *s = *state;
    uint64_t first = 0;
    suite_open(s);
    suite_append(s, 3);
    suite_settle(s);
    suite_append(s, 3);
    suite_flush(s);
    assert_int_equal(suite_checkpoint_beside(s, 3), FF_OK);
    assert_int_equal(suite_checkpoint_beside(s, 6), FF_OK);
    assert_int_equal(s->ops->trim(s->store, (struct ff_keep){INT64_MAX, 0}), FF_OK);
    assert_int_equal(s->ops->first(s->store, &first), FF_OK);
    assert_int_equal(first, 1);
    suite_settle(s);
    assert_int_equal(s->ops->trim(s->store, (struct ff_keep){INT64_MAX, 0}), FF_OK);
    assert_int_equal(s->ops->first(s->store, &first), FF_OK);
    assert_int_equal(first, 4);
    suite_close(s);
}

/* Whether the first segment's file ends with a zero, which no record of put_large does. */
static bool ends_with_room(const struct suite *s)
{
    char file[PATH_MAX], last = 'x';
    snprintf(file, sizeof file, "%s/journal-%020d.seg", s->options.path, 1);
    FILE *f = fopen(file, "rb");
    assert_non_null(f);
    assert_true(fseek(f, -1, SEEK_END) == 0 && fread(&last, 1, 1, f) == 1);
    fclose(f);
    return last == 0;
}

static void put_large(struct suite *s)
{
    static char body[4000];
    memset(body, 'x', sizeof body);
    assert_int_equal(s->ops->append(s->store, ++s->last, ff_span_of(body, sizeof body)), FF_OK);
    assert_int_equal(s->ops->flush(s->store), FF_OK);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
}

/* While records are written without a pause, during each sync, too. */
static void room_is_made_ahead_of_the_records_of_a_busy_segment(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    put_large(s);
    suite_flush(s);
    assert_false(ends_with_room(s));
    bool ahead = false;
    for (unsigned i = 0; i < 10000 && !ahead; i++) { /* 40 MB */
        put_large(s);
        ahead = ends_with_room(s);
    }
    assert_true(ahead);
    suite_flush(s);
    suite_close(s);
}

/* A child in a thread: what it is asked for, and what became of it. */
struct child {
    const struct suite *suite;
    uint64_t upto;
    enum ff_status checkpoint, read;
    uint64_t seen;
    atomic_bool done;
};

static enum ff_status child_read(struct child *c)
{
    char why[256];
    uint64_t last;
    struct ff_store *store;
    struct ff_store_options options = c->suite->options;
    options.beside = true;
    enum ff_status st = c->suite->ops->open(&store, &options, why, sizeof why);
    if (st == FF_OK)
        st = c->suite->ops->first(store, &c->seen);
    c->seen--;
    if (st == FF_OK)
        st = c->suite->ops->replay(store, c->seen + 1, UINT64_MAX, suite_expect, &c->seen, &last, why, sizeof why);
    c->suite->ops->close(&store);
    return st;
}

static void *child_main(void *ctx)
{
    struct child *c = ctx;
    c->checkpoint = suite_checkpoint_beside(c->suite, c->upto);
    c->read = child_read(c);
    atomic_store(&c->done, true);
    return NULL;
}

/* While one writes a checkpoint and reads all there is, the segments grow, are full, and end. */
static void a_child_is_at_work_beside_its_owner(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    suite_append(s, 10);
    suite_settle(s);
    for (unsigned round = 0; round < 8; round++) {
        pthread_t thread;
        struct child child = {.suite = s, .upto = s->ops->settled(s->store)};
        const struct suite as_it_was = *s;
        child.suite = &as_it_was;
        assert_int_equal(pthread_create(&thread, NULL, child_main, &child), 0);
        for (unsigned i = 0; i < 10 || (i < 500 && !atomic_load(&child.done)); i++) {
            suite_append(s, 3);
            assert_int_equal(s->ops->flush(s->store), FF_OK);
            assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
        }
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(child.checkpoint, FF_OK);
        assert_int_equal(child.read, FF_OK);
        assert_true(child.seen >= child.upto && child.seen <= s->last);
        assert_int_equal(s->ops->trim(s->store, (struct ff_keep){INT64_MAX, 0}), FF_OK);
    }
    suite_flush(s);
    suite_close(s);
    assert_true(suite_restore(s) > 0);
    suite_close(s);
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
        CASE(it_is_crowded_from_half_of_the_ceiling_on, disk_setup),
        CASE(a_directory_that_cannot_be_made_is_named, disk_setup),
        CASE(closing_leaves_no_unfinished_checkpoint, disk_setup),
        CASE(no_segment_goes_before_the_next_one_is_settled, process_small_setup),
        CASE(a_child_is_at_work_beside_its_owner, disk_middling_setup),
        CASE(a_child_is_at_work_beside_its_owner, process_setup),
        CASE(room_is_made_ahead_of_the_records_of_a_busy_segment, disk_large_setup),
        CASE(room_is_made_ahead_of_the_records_of_a_busy_segment, process_large_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
