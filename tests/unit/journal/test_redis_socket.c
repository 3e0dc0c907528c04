#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char text[256];

/* Listens on a port of the loopback, and writes where that is. */
static int listening(struct redis_url *url)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    *url = (struct redis_url){.host = "127.0.0.1"};
    snprintf(url->port, sizeof url->port, "%d", ntohs(at.sin_port));
    return fd;
}

static void who_listens_is_reached_without_blocking(void **state)
{
    (void)state;
    struct redis_url url;
    char byte;
    const int listener = listening(&url);
    const int fd = redis_socket_open(&url, redis_clock() + FF_SECOND, text, sizeof text);
    assert_true(fd >= 0);
    const int other = accept(listener, NULL, NULL);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_int_equal(read(fd, &byte, 1), -1);
    assert_int_equal(redis_socket_wait(fd, POLLIN, redis_clock() + 10 * FF_MILLISECOND), 0);
    assert_int_equal(write(other, "x", 1), 1);
    assert_int_equal(redis_socket_wait(fd, POLLIN, redis_clock() + FF_MINUTE), POLLIN);
    assert_int_equal(read(fd, &byte, 1), 1);
    close(fd);
    close(other);
    close(listener);
}

static void nobody_is_told(void **state)
{
    (void)state;
    struct redis_url url;
    close(listening(&url));
    assert_int_equal(redis_socket_open(&url, redis_clock() + FF_SECOND, text, sizeof text), -1);
    assert_string_equal(text, "Connection refused");
    const struct redis_url local = {.path = "/nonexistent/redis.sock"};
    assert_int_equal(redis_socket_open(&local, redis_clock() + FF_SECOND, text, sizeof text), -1);
    assert_string_equal(text, "No such file or directory");
    const struct redis_url strange = {.host = "256.256.256.256.", .port = "x"};
    text[0] = 0;
    assert_int_equal(redis_socket_open(&strange, redis_clock() + FF_SECOND, text, sizeof text), -1);
    assert_true(text[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_is_reached_without_blocking),
        cmocka_unit_test(nobody_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
