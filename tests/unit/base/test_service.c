#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "service.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket that stands for systemd's, and the environment that names it. */
static int manager_open(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof address;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    /* Without a name, the kernel gives it an abstract one of its own. */
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    size_t n = size - offsetof(struct sockaddr_un, sun_path);
    char path[sizeof address.sun_path + 1] = "@";
    memcpy(path + 1, address.sun_path + 1, n - 1);
    path[n] = '\0';
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    return fd;
}

static void manager_hears(int fd, const char *expected)
{
    char heard[512] = "";
    ssize_t n = recv(fd, heard, sizeof heard - 1, 0);
    assert_true(n > 0);
    assert_string_equal(heard, expected);
}

static void what_happens_is_told_to_the_manager(void **state)
{
    (void)state;
    int manager = manager_open();
    service_ready("http=127.0.0.1:7070");
    manager_hears(manager, "READY=1\nSTATUS=http=127.0.0.1:7070");
    service_ping();
    manager_hears(manager, "WATCHDOG=1");
    service_stopping();
    manager_hears(manager, "STOPPING=1\nSTATUS=stopping");
    char heard[128] = "";
    service_reloading();
    assert_true(recv(manager, heard, sizeof heard - 1, 0) > 0);
    int64_t at = 0;
    assert_int_equal(sscanf(heard, "RELOADING=1\nMONOTONIC_USEC=%ld", &at), 1);
    assert_true(at > 0);
    close(manager);
}

static void without_a_manager_nothing_is_told(void **state)
{
    (void)state;
    int manager = manager_open();
    unsetenv("NOTIFY_SOCKET");
    service_ready("");
    service_ping();
    service_reloading();
    service_stopping();
    char heard[8];
    assert_int_equal(recv(manager, heard, sizeof heard, 0), -1);
    close(manager);
}

static void the_watchdog_is_pinged_twice_in_its_time(void **state)
{
    (void)state;
    assert_int_equal(service_watchdog_interval(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(service_watchdog_interval(), 15 * FF_SECOND);
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(service_watchdog_interval(), 15 * FF_SECOND);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(service_watchdog_interval(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(service_watchdog_interval(), 0);
    unsetenv("WATCHDOG_USEC");
}

/* A socket of the loopback as systemd would make it. */
static int socket_made(int type, bool listens)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, type, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    if (listens)
        assert_int_equal(listen(fd, 8), 0);
    return fd;
}

#define FIRST 3 /* where handed over descriptors begin */

/* Hands n sockets over by these names, as the manager does. */
static void hand_over(const int *sockets, int n, const char *names)
{
    char text[16];
    int away[8];
    for (int i = 0; i < n; i++) {
        away[i] = fcntl(sockets[i], F_DUPFD, FIRST + n);
        assert_true(away[i] >= 0);
    }
    for (int i = 0; i < n; i++)
        close(sockets[i]);
    for (int i = 0; i < n; i++) {
        assert_int_equal(dup2(away[i], FIRST + i), FIRST + i);
        close(away[i]);
    }
    snprintf(text, sizeof text, "%d", (int)getpid());
    setenv("LISTEN_PID", text, 1);
    snprintf(text, sizeof text, "%d", n);
    setenv("LISTEN_FDS", text, 1);
    setenv("LISTEN_FDNAMES", names, 1);
}

enum { HTTP, UDP, STATS, ROWS };

static void rows_make(struct service_socket rows[ROWS])
{
    rows[HTTP] = (struct service_socket){"http", SOCK_STREAM, 77};
    rows[UDP] = (struct service_socket){"udp", SOCK_DGRAM, 77};
    rows[STATS] = (struct service_socket){"stats", SOCK_STREAM, 77};
}

static void sockets_come_by_their_names(void **state)
{
    (void)state;
    struct service_socket rows[ROWS];
    char why[128] = "";
    rows_make(rows);
    int sockets[] = {socket_made(SOCK_DGRAM, false), socket_made(SOCK_STREAM, true)};
    hand_over(sockets, 2, "udp:http");
    assert_true(service_sockets_take(rows, ROWS, why, sizeof why));
    assert_int_equal(rows[UDP].fd, FIRST);
    assert_int_equal(rows[HTTP].fd, FIRST + 1);
    assert_int_equal(rows[STATS].fd, -1);
    for (int i = 0; i < 2; i++) {
        assert_true(fcntl(FIRST + i, F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(FIRST + i, F_GETFD) & FD_CLOEXEC);
        close(FIRST + i);
    }
    /* A child of the process is not led to take them for its own. */
    assert_null(getenv("LISTEN_FDS"));
    rows_make(rows);
    assert_true(service_sockets_take(rows, ROWS, why, sizeof why));
    assert_int_equal(rows[HTTP].fd, -1);
}

static void sockets_of_another_process_are_not_taken(void **state)
{
    (void)state;
    struct service_socket rows[ROWS];
    char why[128] = "";
    rows_make(rows);
    setenv("LISTEN_PID", "1", 1);
    setenv("LISTEN_FDS", "1", 1);
    assert_true(service_sockets_take(rows, ROWS, why, sizeof why));
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(rows[i].fd, -1);
}

/* Sockets that do not fit are refused with a sentence, and closed. */
static void refuses(int *sockets, int n, const char *names, const char *expected)
{
    struct service_socket rows[ROWS];
    char why[128] = "";
    rows_make(rows);
    hand_over(sockets, n, names);
    assert_false(service_sockets_take(rows, ROWS, why, sizeof why));
    assert_string_equal(why, expected);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(rows[i].fd, -1);
    for (int i = 0; i < n; i++)
        assert_int_equal(fcntl(FIRST + i, F_GETFD), -1);
}

static void sockets_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    int unknown[] = {socket_made(SOCK_STREAM, true), socket_made(SOCK_STREAM, true)};
    refuses(unknown, 2, "http:web", "socket web: no socket of this name is used here");
    int twice[] = {socket_made(SOCK_STREAM, true), socket_made(SOCK_STREAM, true)};
    refuses(twice, 2, "http:http", "socket http: handed over twice");
    int datagrams[] = {socket_made(SOCK_DGRAM, false)};
    refuses(datagrams, 1, "http", "socket http: expected a listening stream (ListenStream=)");
    int silent[] = {socket_made(SOCK_STREAM, false)};
    refuses(silent, 1, "stats", "socket stats: expected a listening stream (ListenStream=)");
    int stream[] = {socket_made(SOCK_STREAM, true)};
    refuses(stream, 1, "udp", "socket udp: expected datagrams (ListenDatagram=)");
}

int main(void)
{
    static const char *const names[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                        "LISTEN_PID",    "LISTEN_FDS",    "LISTEN_FDNAMES"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_happens_is_told_to_the_manager),
        cmocka_unit_test(without_a_manager_nothing_is_told),
        cmocka_unit_test(the_watchdog_is_pinged_twice_in_its_time),
        cmocka_unit_test(sockets_come_by_their_names),
        cmocka_unit_test(sockets_of_another_process_are_not_taken),
        cmocka_unit_test(sockets_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
