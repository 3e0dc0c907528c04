#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_beat.h"
#include "redis_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Whether the descriptor becomes readable within so many milliseconds. */
static bool news(const struct redis_beat *b, int timeout)
{
    struct pollfd p = {.fd = b->news_fd, .events = POLLIN};
    return poll(&p, 1, timeout) == 1;
}

static void it_beats_until_it_is_taken_and_again(void **state)
{
    (void)state;
    struct redis_beat b;
    assert_int_equal(redis_beat_init(&b, FF_MILLISECOND), 0);
    for (int i = 0; i < 3; i++) {
        assert_true(news(&b, 30000));
        assert_true(redis_beat_take(&b));
    }
    redis_beat_set(&b, FF_HOUR);
    redis_beat_take(&b);
    assert_false(redis_beat_take(&b));
    assert_false(news(&b, 0));
    redis_beat_set(&b, FF_MILLISECOND);
    assert_true(news(&b, 30000));
    redis_beat_fini(&b);
}

static void once_is_news_once_and_not_before_its_time(void **state)
{
    (void)state;
    struct redis_beat b;
    assert_int_equal(redis_beat_init(&b, FF_HOUR), 0);
    redis_beat_once(&b, redis_clock() + FF_HOUR);
    redis_beat_once_take(&b);
    assert_true(b.once > 0);
    assert_false(news(&b, 0));
    redis_beat_once(&b, redis_clock() - FF_MILLISECOND);
    assert_true(news(&b, 30000));
    assert_false(redis_beat_take(&b));
    redis_beat_once_take(&b);
    assert_int_equal(b.once, 0);
    assert_false(news(&b, 0));
    redis_beat_once_take(&b);
    redis_beat_fini(&b);
}

static void what_is_watched_is_news_until_it_is_closed(void **state)
{
    (void)state;
    struct redis_beat b;
    assert_int_equal(redis_beat_init(&b, FF_HOUR), 0);
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_int_equal(redis_beat_watch(&b, fd), 0);
    assert_int_equal(redis_beat_watch(&b, fd), 0);
    assert_int_equal(redis_beat_watch(&b, -1), 0);
    assert_false(news(&b, 0));
    eventfd_write(fd, 1);
    assert_true(news(&b, 30000));
    assert_false(redis_beat_take(&b));
    redis_beat_ignore(&b, fd);
    assert_false(news(&b, 0));
    assert_int_equal(redis_beat_watch(&b, fd), 0);
    assert_true(news(&b, 30000));
    close(fd);
    assert_false(news(&b, 0));
    redis_beat_fini(&b);
}

static void what_cannot_be_watched_is_told(void **state)
{
    (void)state;
    struct redis_beat b;
    assert_int_equal(redis_beat_init(&b, FF_HOUR), 0);
    assert_true(redis_beat_watch(&b, 1 << 20) < 0);
    redis_beat_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_beats_until_it_is_taken_and_again),
        cmocka_unit_test(once_is_news_once_and_not_before_its_time),
        cmocka_unit_test(what_is_watched_is_news_until_it_is_closed),
        cmocka_unit_test(what_cannot_be_watched_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
