#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Several nets, each in a thread of its own. Worth most when built with the thread sanitizer. */
#include "rig.h"

#include "gzip.h"

#include <pthread.h>
#include <sys/eventfd.h>

enum { NETS = 4, CLIENTS = 40, ROUNDS = 20 };

/* One thread's: replies with how long the body was. */
struct worker {
    struct net *net;
    int stop; /* readable: it is to stop */
    pthread_t thread;
    struct net_counts counts;
};

static void worker_request(void *ctx, struct net_handle handle, const struct net_request *q)
{
    struct worker *w = ctx;
    char text[16];
    int n = snprintf(text, sizeof text, "[%zu]", q->body.n);
    struct net_reply reply = {
        .status = 200, .content_type = FF_LITERAL("text/plain"), .body = ff_span_of(text, (size_t)n)};
    net_reply(w->net, handle, &reply);
}

static void worker_turn(void *ctx)
{
    (void)ctx;
}

static void worker_stop(void *ctx)
{
    struct worker *w = ctx;
    uint64_t value;
    assert(read(w->stop, &value, sizeof value) == sizeof value);
    net_stop(w->net, FF_SECOND);
}

static void *worker_run(void *worker)
{
    struct worker *w = worker;
    net_run(w->net);
    w->counts = net_counts(w->net);
    return NULL;
}

static void worker_start(struct worker *w, const char *address)
{
    char why[200];
    struct net_options options = rig_options();
    struct net_events events = {worker_request, rig_datagrams, worker_turn, w};
    options.reuse_port = true;
    options.requests_per_second = 1000000;
    w->net = net_new(&options, &events);
    w->stop = eventfd(0, EFD_NONBLOCK);
    assert_true(w->net && w->stop >= 0);
    assert_int_equal(net_listen_http(w->net, address, why, sizeof why), 0);
    assert_int_equal(net_watch(w->net, w->stop, worker_stop, w), 0);
}

/* Blocking, unlike the rig's: the nets turn by themselves. */
static int connect_to(const char *address)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    a.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void ask(int fd, const char *body, size_t n)
{
    char text[600], got[200];
    int size = snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", n);
    memcpy(text + size, body, n);
    assert_int_equal(send(fd, text, (size_t)size + n, 0), size + (int)n);
    ssize_t heard = recv(fd, got, sizeof got - 1, 0);
    assert_true(heard > 0);
    got[heard] = '\0';
    assert_non_null(strstr(got, "\r\n\r\n[300]"));
}

static void several_nets_serve_one_address(void **state)
{
    (void)state;
    static struct worker workers[NETS];
    static char plain[300], packed[200];
    int fd[CLIENTS];
    uint64_t one = 1, requests = 0, busy = 0;
    size_t n = gzip_make(plain, sizeof plain, NULL, packed, sizeof packed);
    worker_start(&workers[0], "127.0.0.1:0");
    const char *address = net_address(workers[0].net, 0);
    for (int i = 1; i < NETS; i++)
        worker_start(&workers[i], address);
    for (int i = 0; i < NETS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
    for (int i = 0; i < CLIENTS; i++)
        fd[i] = connect_to(address);
    for (int i = 0; i < ROUNDS * CLIENTS; i++)
        ask(fd[i % CLIENTS], packed, n);
    for (int i = 0; i < NETS; i++) {
        assert_int_equal(write(workers[i].stop, &one, sizeof one), sizeof one);
        pthread_join(workers[i].thread, NULL);
        requests += workers[i].counts.requests;
        busy += workers[i].counts.requests > 0;
        net_free(&workers[i].net);
        close(workers[i].stop);
    }
    for (int i = 0; i < CLIENTS; i++)
        close(fd[i]);
    assert_int_equal(requests, ROUNDS * CLIENTS);
    assert_true(busy > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_nets_serve_one_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
