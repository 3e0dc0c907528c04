#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "checkpoint.h"
#include "faulty_io.h"
#include "names.h"
#include "place.h"
#include "scratch.h"
#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static void a_name_says_its_seq(void **state)
{
    (void)state;
    char name[NAMES_SIZE];
    uint64_t seq = 0;
    names_make(name, &segment_kind, 42);
    assert_string_equal(name, "journal-00000000000000000042.seg");
    assert_true(names_seq(name, &segment_kind, &seq));
    assert_true(seq == 42);
    assert_false(names_seq(name, &checkpoint_kind, &seq));
    names_make(name, &checkpoint_kind, UINT64_MAX);
    assert_string_equal(name, "checkpoint-18446744073709551615.ckpt");
    assert_true(names_seq(name, &checkpoint_kind, &seq));
    assert_true(seq == UINT64_MAX);
}

static void other_names_are_none(void **state)
{
    static const char *const bad[] = {
        "", "journal-", "journal-42.seg", "journal-00000000000000000000.seg", "journal-00000000000000000042.seg ",
        "journal-0000000000000000004x.seg", "journal-18446744073709551616.seg", "journal-000000000000000000042.seg",
        "new-journal-00000000000000000042.seg", "journal-00000000000000000042", "Journal-00000000000000000042.seg",
        "checkpoint-00000000000000000042.ckpt", "journal--0000000000000000042.seg",
    };
    (void)state;
    uint64_t seq = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(names_seq(bad[i], &segment_kind, &seq));
    assert_true(seq == 7);
}

static void a_kind_is_listed_in_order_and_without_others(void **state)
{
    (void)state;
    char path[SCRATCH_MAX], name[NAMES_SIZE], file[PATH_MAX], why[256];
    struct faulty_io faulty;
    struct place place;
    struct names n;
    faulty_init(&faulty);
    scratch_make(path);
    assert_int_equal(place_init(&place, &faulty.io, path, why, sizeof why), FF_OK);
    assert_int_equal(names_list(&n, &place, &segment_kind), 0);
    assert_int_equal(n.count, 0);
    names_fini(&n);
    for (uint64_t i = 0; i < 200; i++) {
        names_make(name, i % 3 ? &segment_kind : &checkpoint_kind, 1 + i * 77 % 200);
        place_file(&place, file, i % 5 ? "" : PLACE_NEW, name);
        io_system.close(&io_system, io_system.open(&io_system, file, O_WRONLY | O_CREAT, 0600));
    }
    assert_int_equal(names_list(&n, &place, &segment_kind), 0);
    assert_int_equal(n.count, 107);
    for (size_t i = 1; i < n.count; i++)
        assert_true(n.seq[i - 1] < n.seq[i]);
    names_fini(&n);
    faulty_script(&faulty, FAULTY_LIST, "eio");
    assert_int_equal(names_list(&n, &place, &segment_kind), -EIO);
    names_fini(&n);
    place_fini(&place);
    scratch_remove(path);
    faulty_fini(&faulty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_its_seq),
        cmocka_unit_test(other_names_are_none),
        cmocka_unit_test(a_kind_is_listed_in_order_and_without_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
