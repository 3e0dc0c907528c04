/* Redis server: a real redis-server of a test's own, on a socket in a directory that goes with it.
 * It is the redis-server of the PATH, or the program that FOOTFALL_REDIS_SERVER names (another version, a Valkey).
 * What goes wrong with it here ends the test program with a sentence. Not more than one thread a server. */
#ifndef FOOTFALL_REDIS_SERVER_H
#define FOOTFALL_REDIS_SERVER_H

#include "scratch.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct redis_server {
    char directory[SCRATCH_MAX];   /* with its data, its log, and the socket */
    char socket[SCRATCH_MAX + 16]; /* path of the socket it listens on, and nowhere else */
    char url[SCRATCH_MAX + 32];    /* unix:// and that path */
    pid_t pid;                     /* 0: it does not run */
};

/* Versions: what the store needs, and the oldest that knows users, which is all that some tests need. */
#define REDIS_SERVER_STORE 602
#define REDIS_SERVER_OLD 600

/* Whether there is a redis-server to be had, of at least this version. */
bool redis_server_there(unsigned least);

/* Says loudly that tests are skipped for want of one; gives the status to end with. */
int redis_server_missing(void);

/* Runs a program's cases (an array), which need a server of that version: what main gives. */
#define REDIS_SERVER_RUN_ON(least, tests) \
    (redis_server_there(least) ? cmocka_run_group_tests(tests, NULL, NULL) : redis_server_missing())
#define REDIS_SERVER_RUN(tests) REDIS_SERVER_RUN_ON(REDIS_SERVER_STORE, tests)

/* Makes the directory; nothing runs yet. To be ended by redis_server_end. */
void redis_server_make(struct redis_server *s);

/* Starts it, and waits until it answers commands. options: further words of its command line, ended by
 * NULL, e.g. {"--appendonly", "yes", NULL}; NULL: none. It saves nothing unless they say so, and finds
 * again what an earlier start has saved. Dies with the thread that called this. */
void redis_server_start(struct redis_server *s, const char *const *options);

/* Ends it by SIGTERM (it saves then, if it saves at all) or by SIGKILL, and waits for its end. */
void redis_server_stop(struct redis_server *s);
void redis_server_kill(struct redis_server *s);

/* SIGSTOP, and waits until it has stopped; SIGCONT. */
void redis_server_pause(const struct redis_server *s);
void redis_server_resume(const struct redis_server *s);

/* Asks one command, words parted by spaces, such as "CONFIG SET maxmemory 1", over a connection of its
 * own; reply (size bytes, ended by 0, cut if longer) becomes the answer as it comes over the wire, ends
 * of lines and all: "+OK\r\n". */
void redis_server_ask(const struct redis_server *s, const char *command, char *reply, size_t size);

/* The same, for an answer that is a whole number, which it gives. */
long long redis_server_number(const struct redis_server *s, const char *command);

/* The same, for commands that must give +OK. */
void redis_server_do(const struct redis_server *s, const char *command);

/* Ends it (by SIGKILL) if it runs, and removes the directory. */
void redis_server_end(struct redis_server *s);

#endif
