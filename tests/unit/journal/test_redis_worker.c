#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_worker.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

static struct redis_link *lent;
static struct redis_worker worker;

static int setup(void **state)
{
    (void)state;
    const struct redis_url url = {.path = "/nonexistent/redis.sock"};
    lent = redis_link_new(&url);
    return redis_worker_init(&worker, lent);
}

static int teardown(void **state)
{
    (void)state;
    redis_worker_fini(&worker);
    redis_link_free(lent);
    return 0;
}

struct errand {
    pthread_t thread;
    unsigned done;
    int gate[2]; /* read before it ends, where it is open */
    enum redis_trouble result;
};

static enum redis_trouble run(struct redis_link *given, void *ctx)
{
    struct errand *e = ctx;
    char byte;
    assert_ptr_equal(given, lent);
    if (e->gate[0] > 0 && read(e->gate[0], &byte, 1) != 1)
        return REDIS_REFUSED;
    e->thread = pthread_self();
    e->done++;
    return e->result;
}

static void a_job_is_done_elsewhere_and_reported_once(void **state)
{
    (void)state;
    struct errand e = {.result = REDIS_OOM};
    struct pollfd news = {.fd = worker.news_fd, .events = POLLIN};
    enum redis_trouble t;
    assert_false(redis_worker_take(&worker, &t));
    for (unsigned i = 1; i <= 100; i++) {
        redis_worker_ask(&worker, run, &e);
        assert_true(worker.busy);
        assert_true(redis_worker_wait(&worker, FF_MINUTE));
        assert_true(redis_worker_take(&worker, &t));
        assert_int_equal(t, REDIS_OOM);
        assert_int_equal(e.done, i);
        assert_false(worker.busy);
        assert_false(redis_worker_take(&worker, &t));
        assert_int_equal(poll(&news, 1, 0), 0);
    }
    assert_false(pthread_equal(e.thread, pthread_self()));
}

static void who_asks_does_not_wait(void **state)
{
    (void)state;
    struct errand e = {.result = REDIS_OK};
    enum redis_trouble t;
    assert_int_equal(pipe(e.gate), 0);
    redis_worker_ask(&worker, run, &e);
    assert_false(redis_worker_take(&worker, &t));
    assert_true(worker.busy);
    assert_int_equal(write(e.gate[1], "", 1), 1);
    assert_true(redis_worker_wait(&worker, FF_MINUTE));
    assert_true(redis_worker_take(&worker, &t));
    assert_int_equal(t, REDIS_OK);
    close(e.gate[0]);
    close(e.gate[1]);
}

static void the_end_waits_for_the_job(void **state)
{
    (void)state;
    struct errand e = {.result = REDIS_OK};
    redis_worker_ask(&worker, run, &e);
    redis_worker_fini(&worker);
    assert_int_equal(e.done, 1);
    assert_int_equal(redis_worker_init(&worker, lent), 0);
}

static enum redis_trouble done(struct errand *e)
{
    enum redis_trouble t;
    redis_worker_ask(&worker, run, e);
    assert_true(redis_worker_wait(&worker, FF_MINUTE));
    assert_true(redis_worker_take(&worker, &t));
    return t;
}

static void it_is_there_from_a_job_until_it_is_sent_home(void **state)
{
    (void)state;
    struct errand e = {.result = REDIS_OK};
    assert_false(worker.there);
    redis_worker_send_home(&worker);
    for (unsigned i = 1; i <= 10; i++) {
        assert_int_equal(done(&e), REDIS_OK);
        assert_true(worker.there);
        assert_int_equal(done(&e), REDIS_OK);
        redis_worker_send_home(&worker);
        assert_false(worker.there);
        assert_int_equal(e.done, 2 * i);
    }
}

/* Of a stack that no address space holds. */
static void where_there_can_be_no_thread_redis_is_away(void **state)
{
    (void)state;
    struct errand e = {.result = REDIS_OK};
    pthread_attr_t before, huge;
    assert_int_equal(pthread_getattr_default_np(&before), 0);
    assert_int_equal(pthread_getattr_default_np(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 50), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(done(&e), REDIS_AWAY);
        assert_true(e.done == 0 && worker.missed && !redis_link_connected(lent));
    }
    assert_int_equal(pthread_setattr_default_np(&before), 0);
    assert_int_equal(done(&e), REDIS_OK);
    assert_false(worker.missed);
    pthread_attr_destroy(&before);
    pthread_attr_destroy(&huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_is_done_elsewhere_and_reported_once, setup, teardown),
        cmocka_unit_test_setup_teardown(who_asks_does_not_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(the_end_waits_for_the_job, setup, teardown),
        cmocka_unit_test_setup_teardown(it_is_there_from_a_job_until_it_is_sent_home, setup, teardown),
        cmocka_unit_test_setup_teardown(where_there_can_be_no_thread_redis_is_away, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
