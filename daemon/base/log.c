#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1000 /* without the newline */

/* What goes before a line. */
enum form {
    FORM_UNKNOWN, /* not looked yet */
    FORM_TIME,
    FORM_PRIORITY,
};

/* The one sink: how much is written, and in which form. */
static struct {
    atomic_int level;
    atomic_int form;
} sink = {LOG_LEVEL_INFO, FORM_UNKNOWN};

static const struct level_row {
    const char *word;
    int priority; /* syslog's */
} level_table[] = {
    [LOG_LEVEL_ERROR] = {"error", 3},
    [LOG_LEVEL_WARNING] = {"warning", 4},
    [LOG_LEVEL_INFO] = {"info", 6},
    [LOG_LEVEL_DEBUG] = {"debug", 7},
};

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&sink.level, (int)level, memory_order_relaxed);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&sink.level, memory_order_relaxed);
}

/* JOURNAL_STREAM names the device and inode of the journal's socket. It is inherited also by what
 * writes elsewhere, so it counts only where standard error is that file. */
static enum form form_find(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;
    if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 ||
        fstat(STDERR_FILENO, &st) != 0)
        return FORM_TIME;
    return st.st_dev == device && st.st_ino == inode ? FORM_PRIORITY : FORM_TIME;
}

static enum form form_now(void)
{
    int form = atomic_load_explicit(&sink.form, memory_order_relaxed);
    if (form == FORM_UNKNOWN) {
        form = (int)form_find();
        atomic_store_explicit(&sink.form, form, memory_order_relaxed);
    }
    return (enum form)form;
}

static size_t line_begin(char *line, size_t size, enum log_level level)
{
    if (form_now() == FORM_PRIORITY)
        return (size_t)snprintf(line, size, "<%d>", level_table[level].priority);
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    return n + (size_t)snprintf(line + n, size - n, ".%03ldZ ", now.tv_nsec / 1000000);
}

/* Where a line of more than LINE_MAX_BYTES ends: not within a character. */
static size_t line_cut(const char *line, size_t n)
{
    if (n <= LINE_MAX_BYTES)
        return n;
    n = LINE_MAX_BYTES;
    while (n > 0 && ((unsigned char)line[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* One line stays one line, whatever was put in it. */
static void line_tame(char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
}

void log_line(enum log_level level, const char *room, const char *event, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    int saved = errno;
    char line[LINE_MAX_BYTES +
              2]; /* one byte more than fits, by which cutting is seen, and the NUL or newline */
    size_t n = line_begin(line, sizeof line, level);
    n += (size_t)snprintf(line + n, sizeof line - n, "%s %s %s%s", level_table[level].word, room,
                          event, *format ? " " : "");
    if (n < sizeof line) {
        va_list args;
        va_start(args, format);
        errno = saved; /* for %m */
        int more = vsnprintf(line + n, sizeof line - n, format, args);
        va_end(args);
        n += more > 0 ? (size_t)more : 0;
    }
    n = line_cut(line, n < sizeof line ? n : sizeof line - 1);
    line_tame(line, n);
    line[n++] = '\n';
    while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
        ;
    errno = saved;
}

/* Bytes of the UTF-8 character at p, or 0 where it is not well-formed or a control. */
static size_t shown(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return p[0] >= 0x20 && p[0] != 0x7f;
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool control = p[0] == 0xc2 && p[1] < 0xa0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool beyond = (p[0] == 0xed && p[1] >= 0xa0) || (p[0] == 0xf4 && p[1] >= 0x90);
    return control || overlong || beyond ? 0 : length;
}

/* Writes the next character at p to piece as it stands between quotes. Gives how many bytes of p
 * it was. */
static size_t quote_next(char piece[8], const unsigned char *p, size_t n)
{
    static const char plain[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
    const char *special = p[0] ? strchr(plain, p[0]) : NULL;
    size_t length = shown(p, n);
    if (special)
        snprintf(piece, 8, "\\%c", letters[special - plain]);
    else if (length)
        snprintf(piece, 8, "%.*s", (int)length, (const char *)p);
    else
        snprintf(piece, 8, "\\x%02x", p[0]);
    return special || !length ? 1 : length;
}

const char *log_quoted(char *out, unsigned long size, const char *p, unsigned long n)
{
    if (size < 3) {
        if (size > 0)
            out[0] = '\0';
        return out;
    }
    size_t used = 1;
    out[0] = '"';
    for (size_t i = 0; i < n;) {
        char piece[8];
        size_t taken = quote_next(piece, (const unsigned char *)p + i, n - i),
               length = strlen(piece);
        if (used + length + 2 > size)
            break;
        memcpy(out + used, piece, length);
        used += length;
        i += taken;
    }
    memcpy(out + used, "\"", 2);
    return out;
}
