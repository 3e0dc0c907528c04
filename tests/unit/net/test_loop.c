#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static int calls;

static void count(void *ctx)
{
    assert_ptr_equal(ctx, &calls);
    calls++;
}

static void a_reader_is_called_while_there_is_something_to_read(void **state)
{
    (void)state;
    int pair[2];
    struct loop *l = loop_new();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct loop_event *e = loop_reader(l, pair[0], count, &calls);
    calls = 0;
    loop_turn(l, false);
    assert_int_equal(calls, 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    loop_turn(l, true);
    loop_turn(l, true);
    assert_int_equal(calls, 2);
    loop_enable(e, false);
    loop_enable(e, false);
    loop_turn(l, false);
    assert_int_equal(calls, 2);
    loop_enable(e, true);
    loop_turn(l, false);
    assert_int_equal(calls, 3);
    loop_event_free(&e);
    assert_null(e);
    loop_turn(l, false);
    assert_int_equal(calls, 3);
    loop_free(&l);
    assert_null(l);
    close(pair[0]);
    close(pair[1]);
}

static void a_writer_is_called_while_there_is_room(void **state)
{
    (void)state;
    int pair[2];
    struct loop *l = loop_new();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct loop_event *e = loop_writer(l, pair[0], count, &calls);
    calls = 0;
    loop_turn(l, true);
    assert_int_equal(calls, 1);
    loop_event_free(&e);
    loop_free(&l);
    close(pair[0]);
    close(pair[1]);
}

static void a_signal_is_called_once_a_time(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct loop_event *e = loop_signal(l, SIGUSR2, count, &calls);
    calls = 0;
    raise(SIGUSR2);
    loop_turn(l, true);
    loop_turn(l, false);
    assert_int_equal(calls, 1);
    loop_event_free(&e);
    loop_free(&l);
}

static void a_timer_comes_again(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct loop_event *e = loop_timer(l, 1, count, &calls);
    calls = 0;
    loop_turn(l, true);
    loop_turn(l, true);
    assert_int_equal(calls, 2);
    loop_enable(e, false);
    loop_turn(l, false);
    assert_int_equal(calls, 2);
    loop_event_free(&e);
    loop_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_is_called_while_there_is_something_to_read),
        cmocka_unit_test(a_writer_is_called_while_there_is_room),
        cmocka_unit_test(a_signal_is_called_once_a_time),
        cmocka_unit_test(a_timer_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
