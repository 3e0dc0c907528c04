/* Loop: the few things that net needs of libevent, and the only file that knows it. */
#ifndef FOOTFALL_NET_LOOP_H
#define FOOTFALL_NET_LOOP_H

#include "footfall/time.h"

#include <stdbool.h>

struct loop;
struct loop_event; /* one thing waited for; owned by who made it, gone before its loop is */

typedef void (*loop_fn)(void *ctx);

/* Owned by the caller; NULL when out of memory or descriptors. A loop may go over to another
 * thread, but they are made in one. */
struct loop *loop_new(void);
void loop_free(struct loop **l);

/* fn(ctx) is called in each turn in which fd is readable (writable), a signal has come, an interval
 * (> 0) has passed. They start enabled. NULL when out of memory. */
struct loop_event *loop_reader(struct loop *l, int fd, loop_fn fn, void *ctx);
struct loop_event *loop_writer(struct loop *l, int fd, loop_fn fn, void *ctx);
struct loop_event *loop_signal(struct loop *l, int signal, loop_fn fn, void *ctx);
struct loop_event *loop_timer(struct loop *l, ff_dur interval, loop_fn fn, void *ctx);

/* Switches an event on or off; free of charge when it is so already. A timer that is switched on
 * starts its interval anew. */
void loop_enable(struct loop_event *e, bool on);
bool loop_is_on(const struct loop_event *e);

/* Must come before its descriptor is closed. Nulls *e; a NULL *e is fine. */
void loop_event_free(struct loop_event **e);

/* One turn: waits (when wait) until something is due, and calls what is due once. */
void loop_turn(struct loop *l, bool wait);

#endif
