#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slice.h"

#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sched_attr attributes(void)
{
    struct sched_attr a = {.size = sizeof a};
    assert_int_equal(syscall(SYS_sched_getattr, 0, &a, sizeof a, 0), 0);
    return a;
}

/* Kernels before 6.12 know of no slices of single threads, and tell none. */
static void a_slice_is_the_callers_and_changes_nothing_else(void **state)
{
    (void)state;
    const struct sched_attr before = attributes();
    assert_int_equal(slice_set(SLICE_OF_A_LOOP), 0);
    const struct sched_attr after = attributes();
    if (before.sched_runtime != 0)
        assert_int_equal(after.sched_runtime, 1000 * SLICE_OF_A_LOOP);
    assert_int_equal(after.sched_policy, before.sched_policy);
    assert_int_equal(after.sched_nice, before.sched_nice);
}

static void who_is_started_has_one_as_usual(void **state)
{
    (void)state;
    const struct sched_attr before = attributes();
    assert_int_equal(slice_set(SLICE_OF_A_LOOP), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct sched_attr its = attributes();
        _exit(its.sched_runtime != 0 && its.sched_runtime <= 1000 * SLICE_OF_A_LOOP);
    }
    int status;
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(before.sched_runtime == 0 || attributes().sched_runtime == 1000 * SLICE_OF_A_LOOP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slice_is_the_callers_and_changes_nothing_else),
        cmocka_unit_test(who_is_started_has_one_as_usual),
    };
    return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
