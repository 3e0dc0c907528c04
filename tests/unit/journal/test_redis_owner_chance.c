/* The owner as it meets its link by chance: groups in every state of being sent, and a Redis that hangs, hangs up, and
 * goes on. */
#include "redis_seat.h"

#include <pthread.h>
#include <sys/socket.h>

#define STEPS 250
#define RUNS 5

struct chance {
    struct seat *seat;
    uint64_t state;
    bool paused;
};

static unsigned roll(struct chance *c, unsigned sides)
{
    c->state = c->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(c->state >> 33) % sides;
}

static struct redis_owner *owner(struct chance *c)
{
    return seat_owner(c->seat);
}

/* The link's descriptor while it is not the worker's, or -1. */
static int own_fd(struct chance *c)
{
    return owner(c)->worker.busy ? -1 : redis_link_fd(owner(c)->link);
}

static void add(struct chance *c)
{
    suite_append(&c->seat->suite, 1 + roll(c, roll(c, 4) ? 12 : 300));
    assert_int_equal(store_redis.flush(c->seat->suite.store), FF_OK);
}

static void hear(struct chance *c)
{
    struct pollfd news = {.fd = store_redis.news_fd(c->seat->suite.store), .events = POLLIN};
    poll(&news, 1, (int)roll(c, 4) * 20);
    assert_int_equal(store_redis.poll(c->seat->suite.store, &c->seat->suite.durable), FF_OK);
}

static void narrow(struct chance *c)
{
    if (own_fd(c) >= 0)
        setsockopt(own_fd(c), SOL_SOCKET, SO_SNDBUF, &(int){1}, sizeof(int));
}

static void cut(struct chance *c)
{
    if (own_fd(c) >= 0)
        shutdown(own_fd(c), roll(c, 2) ? SHUT_RDWR : SHUT_WR);
}

static void hang(struct chance *c)
{
    if (c->paused)
        redis_server_resume(&c->seat->server);
    else
        redis_server_pause(&c->seat->server);
    c->paused = !c->paused;
}

static void verb(struct chance *c)
{
    if (roll(c, 2))
        store_redis.put(c->seat->suite.store, "name", FF_LITERAL("value"));
    else
        store_redis.trim(c->seat->suite.store, (struct ff_keep){FF_NEVER, UINT64_MAX});
}

static void send_home(struct chance *c)
{
    if (!owner(c)->worker.busy)
        redis_worker_send_home(&owner(c)->worker);
}

/* Of a stack that no address space holds there can be no thread. What is sent in direct mode is then half sent, whole or
 * nobody's. */
static void leave_alone(struct chance *c)
{
    pthread_attr_t before, huge;
    if (owner(c)->mode != REDIS_DIRECT)
        return;
    pthread_getattr_default_np(&before);
    pthread_getattr_default_np(&huge);
    pthread_attr_setstacksize(&huge, (size_t)1 << 50);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    send_home(c);
    narrow(c);
    suite_append(&c->seat->suite, 1 + roll(c, 400));
    assert_int_equal(store_redis.flush(c->seat->suite.store), FF_OK);
    assert_int_equal(pthread_setattr_default_np(&before), 0);
    pthread_attr_destroy(&before);
    pthread_attr_destroy(&huge);
}

static void refuse(struct chance *c)
{
    if (c->paused)
        return;
    redis_server_do(&c->seat->server, "CONFIG SET maxmemory 1");
    add(c);
    hear(c);
    redis_server_do(&c->seat->server, "CONFIG SET maxmemory 0");
}

static void run(struct chance *c)
{
    static void (*const steps[])(struct chance *c) = {add,  add,  add, add, add,  add,         hear,      hear,  hear,
                                                      hear, hear, cut, narrow, narrow, hang, verb, leave_alone, send_home, refuse};
    for (unsigned i = 0; i < STEPS; i++) {
        steps[roll(c, sizeof steps / sizeof *steps)](c);
        if (owner(c)->mode == REDIS_LOST || owner(c)->mode == REDIS_MODE_FENCED)
            fail_msg("step %u: it is %s", i, redis_mode_name(owner(c)->mode));
    }
    if (c->paused)
        hang(c);
}

static void whatever_becomes_of_the_link_each_record_is_there_once(void **state)
{
    struct seat *s = *state;
    s->redis.timeout = 30 * FF_MILLISECOND;
    suite_open(&s->suite);
    for (unsigned i = 0; i < RUNS; i++) {
        struct chance c = {.seat = s, .state = 7100 + i};
        run(&c);
        seat_until(s, REDIS_DIRECT);
        suite_flush(&s->suite);
    }
    const uint64_t last = s->suite.last;
    suite_close(&s->suite);
    seat_holds(s, last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAT_TEST(whatever_becomes_of_the_link_each_record_is_there_once),
    };
    return REDIS_SERVER_RUN(tests);
}
