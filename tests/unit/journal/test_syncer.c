#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "scratch.h"
#include "syncer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct faulty_io faulty;
static struct syncer syncer;
static int fd;

static int setup(void **state)
{
    (void)state;
    faulty_init(&faulty);
    fd = faulty.io.open(&faulty.io, "/dev/null", 1, 0);
    return syncer_init(&syncer, &faulty.io);
}

static int teardown(void **state)
{
    (void)state;
    syncer_fini(&syncer);
    faulty.io.close(&faulty.io, fd);
    faulty_fini(&faulty);
    return 0;
}

static int outcome(int dir)
{
    struct syncer_job job = {0};
    int result = 1;
    syncer_ask(&syncer, (struct syncer_job){.fd = fd, .dir = dir, .upto = 42});
    syncer_wait(&syncer);
    assert_true(syncer_take(&syncer, &job, &result));
    assert_true(job.upto == 42 && job.fd == fd);
    return result;
}

static void a_job_is_done_and_reported_once(void **state)
{
    (void)state;
    struct syncer_job job;
    int result;
    struct pollfd news = {.fd = syncer.news_fd, .events = POLLIN};
    assert_false(syncer_take(&syncer, &job, &result));
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(outcome(-1), 0);
        assert_false(syncer_take(&syncer, &job, &result));
        assert_int_equal(poll(&news, 1, 0), 0);
    }
    assert_int_equal(faulty_calls(&faulty, FAULTY_SYNC), 100);
    assert_int_equal(faulty_calls(&faulty, FAULTY_SYNC_DIR), 0);
}

static void the_directory_is_synced_after_the_file_and_only_then(void **state)
{
    (void)state;
    assert_int_equal(outcome(fd), 0);
    assert_int_equal(faulty_calls(&faulty, FAULTY_SYNC_DIR), 1);
    faulty_script(&faulty, FAULTY_SYNC, "eio");
    assert_int_equal(outcome(fd), -EIO);
    assert_int_equal(faulty_calls(&faulty, FAULTY_SYNC_DIR), 1);
    faulty_script(&faulty, FAULTY_SYNC_DIR, "enospc");
    assert_int_equal(outcome(fd), -ENOSPC);
}

static void it_can_be_ended_with_a_job_under_way(void **state)
{
    (void)state;
    struct syncer other;
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(syncer_init(&other, &faulty.io), 0);
        if (i % 2)
            syncer_ask(&other, (struct syncer_job){.fd = fd, .dir = -1, .upto = 1});
        syncer_fini(&other);
    }
}

/* A job that waits for an hour: until it begins it can be made to cover more. */
static void a_job_that_has_not_begun_covers_what_is_added(void **state)
{
    (void)state;
    struct syncer_job job;
    int result;
    assert_false(syncer_widen(&syncer, 50));
    assert_int_equal(outcome(-1), 0);
    for (unsigned i = 0; i < 20; i++) {
        syncer_ask(&syncer, (struct syncer_job){.fd = fd, .dir = -1, .upto = 50, .gap = 3600 * FF_SECOND});
        assert_true(syncer_widen(&syncer, 51));
        assert_true(syncer_widen(&syncer, 60));
        assert_false(syncer_take(&syncer, &job, &result));
        syncer_wait(&syncer);
        assert_false(syncer_widen(&syncer, 61));
        assert_true(syncer_take(&syncer, &job, &result) && result == 0);
        assert_int_equal(job.upto, 60);
    }
}

static void a_gap_is_kept_between_the_beginnings_of_two_jobs(void **state)
{
    (void)state;
    struct syncer_job job;
    struct timespec before, after;
    int result;
    assert_int_equal(outcome(-1), 0);
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (unsigned i = 0; i < 5; i++) {
        struct pollfd news = {.fd = syncer.news_fd, .events = POLLIN};
        syncer_ask(&syncer, (struct syncer_job){.fd = fd, .dir = -1, .upto = 42, .gap = 2 * FF_MILLISECOND});
        assert_int_equal(poll(&news, 1, 60000), 1);
        assert_true(syncer_take(&syncer, &job, &result) && result == 0);
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec > 8000000);
}

/* Of a job whose end is not waited for in a hurry. */
static struct syncer_zeros zeros_of(struct syncer_job job)
{
    int result = 1;
    struct pollfd news = {.fd = syncer.news_fd, .events = POLLIN};
    syncer_ask(&syncer, job);
    assert_int_equal(poll(&news, 1, 60000), 1);
    assert_true(syncer_take(&syncer, &job, &result) && result == 0);
    return job.zeros;
}

static struct syncer_zeros zeros_outcome(int file, uint64_t from, uint64_t to)
{
    return zeros_of((struct syncer_job){.fd = file, .dir = -1, .upto = 42, .zeros = {from, to}});
}

/* To /dev/null so much takes minutes. */
#define ENDLESS ((uint64_t)1 << 60)

static void zeros_of_a_job_that_answers_wait_for_are_left_out_before_they_take_long(void **state)
{
    (void)state;
    const struct syncer_zeros done =
        zeros_of((struct syncer_job){.fd = fd, .dir = -1, .upto = 42, .awaited = true, .zeros = {0, ENDLESS}});
    assert_true(done.to > 0 && done.to < ENDLESS);
}

static void zeros_end_when_the_owner_is_in_a_hurry(void **state)
{
    (void)state;
    struct syncer_job job = {.fd = fd, .dir = -1, .upto = 42, .zeros = {0, ENDLESS}};
    int result = 1;
    syncer_ask(&syncer, job);
    syncer_wait(&syncer);
    assert_true(syncer_take(&syncer, &job, &result) && result == 0);
    assert_true(job.zeros.to < ENDLESS);
}

/* Those that find no room on the disk are missed by nobody: the sync has worked. */
static void zeros_are_written_after_the_sync_as_far_as_it_goes(void **state)
{
    (void)state;
    char path[SCRATCH_MAX], name[SCRATCH_MAX + 8];
    scratch_make(path);
    snprintf(name, sizeof name, "%s/file", path);
    int file = faulty.io.open(&faulty.io, name, O_RDWR | O_CREAT, 0600);
    assert_true(file >= 0);
    for (uint64_t at = 100, to; at < 300000; at = to) { /* more than once where memory is dear */
        to = zeros_outcome(file, at, 300000).to;
        assert_true(to > at && to <= 300000);
    }
    assert_int_equal(faulty.io.size(&faulty.io, file), 300000);
    faulty_script(&faulty, FAULTY_WRITE, "ok enospc");
    const struct syncer_zeros half = zeros_outcome(file, 300000, 900000);
    assert_true(half.from == 300000 && half.to > 300000 && half.to < 900000);
    assert_int_equal(faulty.io.size(&faulty.io, file), half.to);
    faulty_script(&faulty, FAULTY_WRITE, "eio");
    assert_int_equal(zeros_outcome(file, half.to, 900000).to, half.to);
    faulty.io.close(&faulty.io, file);
    scratch_remove(path);
}

/* The rest of this process is refused close_range, as a filter of system calls may do. */
static bool refuse_close_range(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int sync_where_refused(void)
{
    struct syncer other;
    struct syncer_job job;
    int result = 1;
    if (!refuse_close_range() || syncer_init(&other, &faulty.io) != 0 || other.apart)
        return 2;
    syncer_ask(&other, (struct syncer_job){.fd = fd, .dir = fd, .upto = 1});
    syncer_wait(&other);
    bool taken = syncer_take(&other, &job, &result);
    syncer_fini(&other);
    return taken && result == 0 ? 0 : 1;
}

static void it_works_with_the_owners_descriptors_where_it_is_refused_its_own(void **state)
{
    (void)state;
    int status;
#ifdef __SANITIZE_THREAD__
    skip(); /* TSan refuses threads to a child of a process that has some */
#endif
    assert_true(syncer.apart);
    pid_t child = fork();
    if (child == 0)
        _exit(sync_where_refused());
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_file_that_is_not_open_fails_to_be_synced(void **state)
{
    (void)state;
    struct syncer_job job;
    int result = 0;
    syncer_ask(&syncer, (struct syncer_job){.fd = 900, .dir = -1, .upto = 1});
    syncer_wait(&syncer);
    assert_true(syncer_take(&syncer, &job, &result));
    assert_int_equal(result, -EBADF);
    assert_int_equal(outcome(fd), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_job_that_has_not_begun_covers_what_is_added),
        CASE(a_gap_is_kept_between_the_beginnings_of_two_jobs),
        CASE(zeros_of_a_job_that_answers_wait_for_are_left_out_before_they_take_long),
        CASE(zeros_end_when_the_owner_is_in_a_hurry),
        CASE(zeros_are_written_after_the_sync_as_far_as_it_goes),
        CASE(a_job_is_done_and_reported_once),
        CASE(the_directory_is_synced_after_the_file_and_only_then),
        CASE(it_can_be_ended_with_a_job_under_way),
        CASE(a_file_that_is_not_open_fails_to_be_synced),
        CASE(it_works_with_the_owners_descriptors_where_it_is_refused_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
