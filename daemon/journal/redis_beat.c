#include "redis_beat.h"

#include "redis_socket.h"

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

int redis_beat_init(struct redis_beat *b, ff_dur every)
{
    b->news_fd = epoll_create1(EPOLL_CLOEXEC);
    b->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    b->once_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    b->once = 0;
    int error = b->news_fd < 0 || b->timer_fd < 0 || b->once_fd < 0 ? -errno : redis_beat_watch(b, b->timer_fd);
    if (error == 0)
        error = redis_beat_watch(b, b->once_fd);
    if (error < 0)
        redis_beat_fini(b);
    else
        redis_beat_set(b, every);
    return error;
}

void redis_beat_fini(struct redis_beat *b)
{
    if (b->news_fd >= 0)
        close(b->news_fd);
    if (b->timer_fd >= 0)
        close(b->timer_fd);
    if (b->once_fd >= 0)
        close(b->once_fd);
    *b = (struct redis_beat){.news_fd = -1, .timer_fd = -1, .once_fd = -1};
}

int redis_beat_watch(struct redis_beat *b, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0 || epoll_ctl(b->news_fd, EPOLL_CTL_ADD, fd, &e) == 0)
        return 0;
    return errno == EEXIST ? 0 : -errno;
}

void redis_beat_ignore(struct redis_beat *b, int fd)
{
    epoll_ctl(b->news_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* Cannot fail: the descriptor is a timer's, and the time is sound. */
void redis_beat_set(struct redis_beat *b, ff_dur every)
{
    b->every = every;
    b->due = redis_clock() + every; /* taken before the timer is set, so not after it */
    const struct timespec t = {.tv_sec = every / FF_SECOND, .tv_nsec = every % FF_SECOND * 1000};
    timerfd_settime(b->timer_fd, 0, &(struct itimerspec){.it_interval = t, .it_value = t}, NULL);
}

void redis_beat_once(struct redis_beat *b, ff_mono at)
{
    if (b->once == at)
        return;
    b->once = at;
    const struct timespec t = {.tv_sec = at / FF_SECOND, .tv_nsec = at % FF_SECOND * 1000};
    timerfd_settime(b->once_fd, TFD_TIMER_ABSTIME, &(struct itimerspec){.it_value = t}, NULL);
}

/* Where the clock is ahead of the timer, it is taken another time. */
void redis_beat_once_take(struct redis_beat *b)
{
    uint64_t times;
    if (b->once > 0 && redis_clock() >= b->once && read(b->once_fd, &times, sizeof times) == (ssize_t)sizeof times)
        b->once = 0;
}

bool redis_beat_take(struct redis_beat *b)
{
    uint64_t beats;
    if (redis_clock() < b->due || read(b->timer_fd, &beats, sizeof beats) != (ssize_t)sizeof beats)
        return false;
    b->due += (ff_mono)beats * b->every;
    return true;
}
