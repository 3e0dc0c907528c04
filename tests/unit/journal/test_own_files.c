#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "own_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

static struct own_files files;
static int kept, pipe_ends[2];

/* A thread that leaves, says so, and does what it is told: to look at descriptors that are sent to it. */
static struct visit {
    pthread_t thread;
    pthread_barrier_t step;
    int fds[OWN_FILES_MAX];
    size_t n;
    bool left, pipe_gone, kept_there, same[OWN_FILES_MAX], closed;
    int result;
    struct stat there[OWN_FILES_MAX];
} visit;

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void look(struct visit *v)
{
    v->result = own_files_receive(&files, v->fds, v->n);
    for (size_t i = 0; i < v->n; i++)
        v->same[i] = fstat(v->fds[i], &v->there[i]) == 0;
    own_files_close(v->fds, v->n);
    v->closed = !is_open(v->fds[0]);
}

static void *visit_main(void *ctx)
{
    struct visit *v = ctx;
    v->left = own_files_leave(&files, kept);
    v->pipe_gone = !is_open(pipe_ends[0]) && !is_open(pipe_ends[1]);
    v->kept_there = is_open(kept) && is_open(files.from) && is_open(STDERR_FILENO);
    pthread_barrier_wait(&v->step);
    for (;;) {
        pthread_barrier_wait(&v->step);
        if (v->n == 0)
            return NULL;
        look(v);
        pthread_barrier_wait(&v->step);
    }
}

static int setup(void **state)
{
    (void)state;
    kept = eventfd(0, EFD_CLOEXEC);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(own_files_init(&files), 0);
    visit = (struct visit){.n = 0};
    pthread_barrier_init(&visit.step, NULL, 2);
    assert_int_equal(pthread_create(&visit.thread, NULL, visit_main, &visit), 0);
    pthread_barrier_wait(&visit.step);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    visit.n = 0;
    pthread_barrier_wait(&visit.step);
    pthread_join(visit.thread, NULL);
    pthread_barrier_destroy(&visit.step);
    own_files_fini(&files);
    close(kept);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    return 0;
}

/* What it sees under these numbers is what we see; and we still have them. */
static void send_and_look(int first, int second)
{
    const int fds[] = {first, second};
    visit.n = second < 0 ? 1 : 2;
    visit.fds[0] = first;
    visit.fds[1] = second;
    assert_int_equal(own_files_send(&files, fds, visit.n), 0);
    pthread_barrier_wait(&visit.step);
    pthread_barrier_wait(&visit.step);
    assert_int_equal(visit.result, 0);
    assert_true(visit.closed);
    for (size_t i = 0; i < visit.n; i++) {
        struct stat here;
        assert_int_equal(fstat(fds[i], &here), 0);
        assert_true(visit.same[i] && here.st_ino == visit.there[i].st_ino && here.st_dev == visit.there[i].st_dev);
    }
}

static void what_the_process_has_open_is_not_the_threads_any_more(void **state)
{
    (void)state;
    char byte;
    assert_true(visit.left && visit.pipe_gone && visit.kept_there);
    close(pipe_ends[1]);
    assert_int_equal(read(pipe_ends[0], &byte, 1), 0); /* nobody else holds its other end */
    pipe_ends[1] = dup(pipe_ends[0]);
}

static void it_is_sent_descriptors_and_they_have_the_senders_numbers(void **state)
{
    (void)state;
    int far = fcntl(pipe_ends[0], F_DUPFD_CLOEXEC, 200);
    send_and_look(pipe_ends[0], -1);
    send_and_look(far, -1);
    send_and_look(far, pipe_ends[1]);
    close(far);
}

/* Whether it is open and none of those that the thread works with. */
static bool is_others(int fd)
{
    return is_open(fd) && fd != kept && fd != files.from;
}

/* They come under the lowest numbers that the thread has free, which may be each other's. */
static void no_two_of_them_get_in_each_others_way(void **state)
{
    (void)state;
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC), null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int a = 3; a < 20; a++)
        for (int b = 3; b < 20; b++)
            if (is_others(a) && is_others(b))
                send_and_look(a, b);
    send_and_look(zero, null);
    send_and_look(null, zero);
    send_and_look(null, null);
    close(zero);
    close(null);
}

static void what_is_not_open_cannot_be_sent(void **state)
{
    (void)state;
    int fds[] = {pipe_ends[0], 900};
    assert_int_equal(own_files_send(&files, fds, 2), -EBADF);
    send_and_look(pipe_ends[0], -1); /* nothing of it was */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_the_process_has_open_is_not_the_threads_any_more),
        CASE(it_is_sent_descriptors_and_they_have_the_senders_numbers),
        CASE(no_two_of_them_get_in_each_others_way),
        CASE(what_is_not_open_cannot_be_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
