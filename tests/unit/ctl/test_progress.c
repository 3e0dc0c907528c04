#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64], why[256];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "/tmp/footfall-progress-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0 || unlink(path) != 0;
}

static int remove_path(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void what_was_saved_is_loaded(void **state)
{
    (void)state;
    struct progress saved = {UINT64_MAX, 3, 2, 1}, loaded;
    assert_true(progress_save(path, 42, &saved, why, sizeof(why)));
    saved.answered = 7;
    assert_true(progress_save(path, 42, &saved, why, sizeof(why)));
    assert_true(progress_load(path, 42, &loaded));
    assert_memory_equal(&loaded, &saved, sizeof(saved));
}

static void another_imports_progress_is_not_taken(void **state)
{
    (void)state;
    struct progress saved = {9, 3, 2, 1}, loaded;
    assert_false(progress_load(path, 42, &loaded));
    assert_true(progress_save(path, 42, &saved, why, sizeof(why)));
    assert_false(progress_load(path, 43, &loaded));
    assert_int_equal(loaded.answered, 0);
}

static void a_torn_file_is_not_taken(void **state)
{
    (void)state;
    struct progress saved = {12345, 3, 2, 1}, loaded;
    assert_true(progress_save(path, 42, &saved, why, sizeof(why)));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char text[512];
    size_t n = fread(text, 1, sizeof(text), file);
    fclose(file);
    for (size_t cut = 1; cut < n; cut++) {
        assert_int_equal(truncate(path, (off_t)(n - cut)), 0);
        assert_int_equal(progress_load(path, 42, &loaded), cut == 1); /* the last newline alone */
    }
}

static void save_says_where_it_could_not_write(void **state)
{
    (void)state;
    struct progress saved = {1, 1, 0, 0};
    assert_false(progress_save("/nonexistent/x", 42, &saved, why, sizeof(why)));
    assert_non_null(strstr(why, "/nonexistent/x"));
}

static void the_fingerprint_depends_on_every_input_and_the_address(void **state)
{
    (void)state;
    struct input in[2] = {
        {"a", FF_LITERAL("a"), FF_LITERAL("12345"), 100, false},
        {"b", FF_LITERAL("b"), FF_LITERAL("123"), 200, false},
    };
    uint64_t all = progress_fingerprint("h:1", in, 2);
    assert_true(all == progress_fingerprint("h:1", in, 2));
    assert_true(all != progress_fingerprint("h:2", in, 2));
    assert_true(all != progress_fingerprint("h:1", in, 1));
    in[1].changed++;
    assert_true(all != progress_fingerprint("h:1", in, 2));
    in[1].changed--;
    in[0].bytes.n--;
    assert_true(all != progress_fingerprint("h:1", in, 2));
    in[0].bytes.n++;
    in[0].name = "c";
    assert_true(all != progress_fingerprint("h:1", in, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_saved_is_loaded, make_path, remove_path),
        cmocka_unit_test_setup_teardown(another_imports_progress_is_not_taken, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(a_torn_file_is_not_taken, make_path, remove_path),
        cmocka_unit_test(save_says_where_it_could_not_write),
        cmocka_unit_test(the_fingerprint_depends_on_every_input_and_the_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
