/* ff_bench_sink: the least that receiving datagrams can cost. Receives in batches and throws away,
 * until SIGTERM; prints "ready ADDR:PORT", and at the end how many came. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define DATAGRAM 2048
#define QUEUE (4 << 20)

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

static int sink_open(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int queue = QUEUE;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof queue) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
    printf("ready 127.0.0.1:%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

int main(void)
{
    static char bytes[BATCH][DATAGRAM];
    static struct iovec piece[BATCH];
    static struct mmsghdr message[BATCH];
    struct sigaction action = {.sa_handler = on_stop};
    unsigned long long received = 0;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    int fd = sink_open();
    if (fd < 0) {
        fprintf(stderr, "sink: %s\n", strerror(errno));
        return 1;
    }
    for (int i = 0; i < BATCH; i++) {
        piece[i] = (struct iovec){bytes[i], DATAGRAM};
        message[i].msg_hdr = (struct msghdr){.msg_iov = &piece[i], .msg_iovlen = 1};
    }
    while (!stopped) {
        int got = recvmmsg(fd, message, BATCH, MSG_WAITFORONE, NULL);
        received += got > 0 ? (unsigned)got : 0;
    }
    printf("received %llu\n", received);
    close(fd);
    return 0;
}
