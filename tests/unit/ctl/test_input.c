#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "input.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char why[256];

static void a_file_is_mapped_whole(void **state)
{
    (void)state;
    char path[] = "/tmp/footfall-input-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc\n", 4), 4);
    close(fd);
    struct input in;
    bool mapped = input_init(&in, path, why, sizeof(why));
    unlink(path);
    assert_true(mapped);
    assert_true(ff_span_is(in.bytes, "abc\n"));
    assert_true(ff_span_is(in.base, path + 5));
    assert_false(in.stream);
    assert_true(in.changed > 0);
    input_fini(&in);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    char path[32];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    struct input in;
    assert_true(input_init(&in, path, why, sizeof(why)));
    assert_true(ff_span_is(in.bytes, "abc"));
    assert_true(ff_span_is(in.base, "-"));
    assert_true(in.stream);
    input_fini(&in);
    close(ends[0]);
}

static void an_empty_file_is_no_error(void **state)
{
    (void)state;
    struct input in;
    assert_true(input_init(&in, "/dev/null", why, sizeof(why)));
    assert_int_equal(in.bytes.n, 0);
    input_fini(&in);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct input in;
    assert_false(input_init(&in, "/nonexistent", why, sizeof(why)));
    assert_string_equal(why, "/nonexistent: No such file or directory");
    assert_false(input_init(&in, "/tmp", why, sizeof(why)));
    assert_string_equal(why, "/tmp: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_mapped_whole),
        cmocka_unit_test(a_pipe_is_read_to_its_end),
        cmocka_unit_test(an_empty_file_is_no_error),
        cmocka_unit_test(what_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
