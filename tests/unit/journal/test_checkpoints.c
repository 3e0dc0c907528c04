#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "checkpoints.h"
#include "room.h"

struct shop {
    struct room room; /* its store is a bare place */
    struct place place;
    struct checkpoints c;
    char why[WHY];
};

static int setup(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    room_begin(&shop->room, FF_DURABLE_DISK, 1);
    assert_int_equal(place_init(&shop->place, &shop->room.faulty.io, shop->room.store, shop->why, WHY), FF_OK);
    checkpoints_init(&shop->c, &shop->place);
    *state = shop;
    return 0;
}

static int teardown(void **state)
{
    struct shop *shop = *state;
    checkpoints_fini(&shop->c);
    place_fini(&shop->place);
    room_end(&shop->room);
    free(shop);
    return 0;
}

static enum ff_status shop_write(struct shop *shop, uint64_t seq)
{
    enum ff_status st = checkpoints_begin(&shop->c, seq);
    if (st == FF_OK)
        st = checkpoints_put(&shop->c, FF_LITERAL("state"));
    return st == FF_OK ? checkpoints_commit(&shop->c) : st;
}

/* Opens the newest at or below most; *seq is what was told. */
static enum ff_status shop_open(struct shop *shop, uint64_t most, uint64_t *seq)
{
    *seq = 77;
    enum ff_status st = checkpoints_open(&shop->c, most, seq, shop->why, WHY);
    if (st == FF_OK)
        checkpoints_end(&shop->c);
    return st;
}

static void shop_damage(struct shop *shop, uint64_t seq)
{
    struct bytes b = bytes_of(&shop->room, &checkpoint_kind, seq);
    bytes_flipped_to(&b, b.n / 2);
    free(b.p);
}

static unsigned files(struct shop *shop)
{
    return room_files(&shop->room, &checkpoint_kind);
}

static void it_keeps_the_last_good_one_when_the_newest_is_bad(void **state)
{
    struct shop *shop = *state;
    uint64_t seq;
    assert_int_equal(shop_open(shop, UINT64_MAX, &seq), FF_NOT_FOUND);
    for (uint64_t i = 10; i <= 30; i += 10)
        assert_int_equal(shop_write(shop, i), FF_OK);
    shop_damage(shop, 30);
    assert_int_equal(shop_open(shop, UINT64_MAX, &seq), FF_STORE_CORRUPT);
    assert_int_equal(seq, 30);
    assert_int_equal(shop_open(shop, seq - 1, &seq), FF_OK);
    assert_int_equal(seq, 20);
    assert_int_equal(files(shop), 3);
}

static void the_bad_ones_it_met_go_once_there_is_a_good_one(void **state)
{
    struct shop *shop = *state;
    uint64_t seq;
    for (uint64_t i = 10; i <= 40; i += 10)
        assert_int_equal(shop_write(shop, i), FF_OK);
    for (uint64_t i = 20; i <= 40; i += 10)
        shop_damage(shop, i);
    assert_int_equal(shop_open(shop, UINT64_MAX, &seq), FF_STORE_CORRUPT);
    assert_int_equal(shop_open(shop, 39, &seq), FF_STORE_CORRUPT);
    faulty_script(&shop->room.faulty, FAULTY_SYNC, "eio");
    assert_int_equal(shop_write(shop, 50), FF_STORE_FAILED);
    checkpoints_abort(&shop->c);
    assert_int_equal(files(shop), 4);
    assert_int_equal(shop_write(shop, 50), FF_OK);
    assert_int_equal(files(shop), 3); /* 10, 20, which was not looked at, and 50 */
    assert_int_equal(shop_open(shop, 49, &seq), FF_STORE_CORRUPT);
    assert_int_equal(seq, 20);
}

static void one_of_another_version_is_left_alone(void **state)
{
    struct shop *shop = *state;
    uint64_t seq;
    assert_int_equal(shop_write(shop, 10), FF_OK);
    struct bytes b = bytes_of(&shop->room, &checkpoint_kind, 10);
    checkpoint_header_put(b.p, &(struct checkpoint_header){.seq = 10, .version = 9, .mark = 1});
    bytes_to(&b, b.n);
    free(b.p);
    assert_int_equal(shop_open(shop, UINT64_MAX, &seq), FF_STORE_VERSION);
    assert_int_equal(seq, 10);
    assert_int_equal(shop_write(shop, 20), FF_OK);
    assert_int_equal(files(shop), 2);
}

static void a_place_that_cannot_be_listed_is_no_place_without_checkpoints(void **state)
{
    struct shop *shop = *state;
    uint64_t seq;
    assert_int_equal(shop_write(shop, 10), FF_OK);
    faulty_script(&shop->room.faulty, FAULTY_LIST, "eio eio");
    assert_int_equal(shop_open(shop, UINT64_MAX, &seq), FF_STORE_FAILED);
    assert_int_equal(seq, 0);
    assert_non_null(strstr(shop->why, shop->room.store));
    assert_int_equal(checkpoints_begin(&shop->c, 20), FF_STORE_FAILED);
    checkpoints_abort(&shop->c);
    assert_int_equal(shop_write(shop, 20), FF_OK);
}

static void a_block_that_is_refused_spoils_the_checkpoint(void **state)
{
    struct shop *shop = *state;
    char *block = calloc(1, CHECKPOINT_MAX_BLOCK + 1);
    assert_int_equal(checkpoints_begin(&shop->c, 10), FF_OK);
    assert_int_equal(checkpoints_put(&shop->c, ff_span_of(block, CHECKPOINT_MAX_BLOCK + 1)), FF_BAD_PARAMETER);
    assert_int_equal(checkpoints_commit(&shop->c), FF_STORE_FAILED);
    checkpoints_abort(&shop->c);
    assert_int_equal(files(shop), 0);
    free(block);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_keeps_the_last_good_one_when_the_newest_is_bad),
        CASE(the_bad_ones_it_met_go_once_there_is_a_good_one),
        CASE(one_of_another_version_is_left_alone),
        CASE(a_place_that_cannot_be_listed_is_no_place_without_checkpoints),
        CASE(a_block_that_is_refused_spoils_the_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
