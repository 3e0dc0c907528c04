#include "redis_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "redis-server"            /* unless VARIABLE names another */
#define VARIABLE "FOOTFALL_REDIS_SERVER"
#define WORDS 48            /* of its command line, at most */
#define START_SECONDS 20    /* until it answers */
#define ANSWER_MS 10000

static _Noreturn void broken(const char *what)
{
    fprintf(stderr, "redis_server: %s: %s\n", what, strerror(errno));
    abort();
}

static const char *program(void)
{
    const char *named = getenv(VARIABLE);
    return named && *named ? named : PROGRAM;
}

static bool program_there(void)
{
    if (strchr(program(), '/'))
        return access(program(), X_OK) == 0;
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : ""), *rest = copy, *folder;
    bool there = false;
    while (!there && (folder = strsep(&rest, ":"))) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", folder, program());
        there = access(file, X_OK) == 0;
    }
    free(copy);
    return there;
}

/* As "Redis server v=6.0.16 ..." tells it, in hundreds and units: 600. 0: it tells nothing. */
static unsigned version(void)
{
    char command[4200], line[256] = "";
    unsigned major = 0, minor = 0;
    snprintf(command, sizeof command, "'%s' --version", program());
    FILE *told = popen(command, "re");
    const char *at = told && fgets(line, sizeof line, told) ? strstr(line, " v=") : NULL;
    if (told)
        pclose(told);
    return at && sscanf(at, " v=%u.%u", &major, &minor) == 2 ? major * 100 + minor : 0;
}

bool redis_server_there(unsigned least)
{
    return program_there() && version() >= least;
}

int redis_server_missing(void)
{
    const bool old = program_there();
    printf("REDIS NOT TESTED: %s%s%s\n[  SKIPPED ] 1 test(s)\n", old ? "" : "there is no ", program(),
           old ? " is too old for it" : "");
    return 0;
}

void redis_server_make(struct redis_server *s)
{
    *s = (struct redis_server){.pid = 0};
    scratch_make(s->directory);
    snprintf(s->socket, sizeof s->socket, "%s/redis.sock", s->directory);
    snprintf(s->url, sizeof s->url, "unix://%s", s->socket);
}

/* A connection, or -1. */
static int dial(const struct redis_server *s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || strlen(s->socket) >= sizeof address.sun_path)
        broken(s->socket);
    strcpy(address.sun_path, s->socket);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The length of the whole answer when p[0..n) begins with one; 0: not yet. */
static size_t whole(const char *p, size_t n)
{
    const char *end = memchr(p, '\n', n);
    if (!end)
        return 0;
    size_t line = (size_t)(end - p) + 1;
    long long count = n > 1 ? strtoll(p + 1, NULL, 10) : 0;
    if (*p == '$' && count >= 0)
        return n >= line + (size_t)count + 2 ? line + (size_t)count + 2 : 0;
    for (; *p == '*' && count > 0; count--) {
        size_t item = whole(p + line, n - line);
        if (!item)
            return 0;
        line += item;
    }
    return line;
}

static bool ask_on(int fd, const char *command, char *reply, size_t size)
{
    static char all[1 << 20];
    size_t n = 0;
    if (dprintf(fd, "%s\r\n", command) < 0)
        return false;
    while (!whole(all, n)) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        ssize_t got = poll(&readable, 1, ANSWER_MS) == 1 && n < sizeof all ? read(fd, all + n, sizeof all - n) : -1;
        if (got <= 0)
            return false;
        n += (size_t)got;
    }
    snprintf(reply, size, "%.*s", (int)n, all);
    return true;
}

void redis_server_ask(const struct redis_server *s, const char *command, char *reply, size_t size)
{
    int fd = dial(s);
    if (fd < 0 || !ask_on(fd, command, reply, size))
        broken(command);
    close(fd);
}

long long redis_server_number(const struct redis_server *s, const char *command)
{
    char reply[256];
    redis_server_ask(s, command, reply, sizeof reply);
    if (*reply != ':')
        broken(reply);
    return strtoll(reply + 1, NULL, 10);
}

void redis_server_do(const struct redis_server *s, const char *command)
{
    char reply[256];
    redis_server_ask(s, command, reply, sizeof reply);
    if (strcmp(reply, "+OK\r\n") != 0)
        broken(reply);
}

/* In the child. */
static _Noreturn void become(const struct redis_server *s, const char *const *options)
{
    const char *words[WORDS] = {program(), "--port", "0", "--unixsocket", s->socket, "--dir", s->directory,
                                "--save", "", "--logfile", "redis.log", "--daemonize", "no"};
    size_t n = 0;
    while (words[n])
        n++;
    while (options && *options && n < WORDS - 1)
        words[n++] = *options++;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    execvp(program(), (char *const *)words);
    _exit(127);
}

/* Whether it answers and has read what it had saved. */
static bool serves(const struct redis_server *s)
{
    char reply[256] = "";
    int fd = dial(s);
    if (fd < 0)
        return false;
    /* One that asks for a password is at work as well. */
    bool answers = ask_on(fd, "PING", reply, sizeof reply) &&
                   (strncmp(reply, "+PONG", 5) == 0 || strncmp(reply, "-NOAUTH", 7) == 0);
    close(fd);
    return answers;
}

void redis_server_start(struct redis_server *s, const char *const *options)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    if (s->pid)
        broken("it runs already");
    unlink(s->socket);
    s->pid = fork();
    if (s->pid < 0)
        broken("fork");
    if (s->pid == 0)
        become(s, options);
    time_t end = time(NULL) + START_SECONDS;
    while (!serves(s)) {
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid || time(NULL) > end)
            broken("it does not start");
        nanosleep(&pause, NULL);
    }
}

static void end_by(struct redis_server *s, int signal)
{
    if (kill(s->pid, signal) != 0 || waitpid(s->pid, NULL, 0) != s->pid)
        broken("kill");
    s->pid = 0;
}

void redis_server_stop(struct redis_server *s)
{
    end_by(s, SIGTERM);
}

void redis_server_kill(struct redis_server *s)
{
    end_by(s, SIGKILL);
}

void redis_server_pause(const struct redis_server *s)
{
    if (kill(s->pid, SIGSTOP) != 0 || waitpid(s->pid, NULL, WUNTRACED) != s->pid)
        broken("SIGSTOP");
}

void redis_server_resume(const struct redis_server *s)
{
    if (kill(s->pid, SIGCONT) != 0)
        broken("SIGCONT");
}

void redis_server_end(struct redis_server *s)
{
    if (s->pid)
        redis_server_kill(s);
    scratch_remove(s->directory);
}
