/* Log: one line an event on standard error: `level room event key=value ...`, with journal
 * priorities ("<6>") in front when standard error is systemd's (JOURNAL_STREAM is set), else
 * with the time. The one room-wide static is the sink's level. */
#ifndef FOOTFALL_LOG_H
#define FOOTFALL_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Sets what is written: lines of this level and graver ones. Starts as LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* room and event are words; format gives the key=value pairs (may be ""). Values with spaces,
 * quotes or control bytes that are not the program's own go through log_quoted. One write(2) a line;
 * a line longer than 1,000 bytes is cut. Safe in any thread. */
void log_line(enum log_level level, const char *room, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define log_error(room, event, ...) log_line(LOG_LEVEL_ERROR, room, event, __VA_ARGS__)
#define log_warning(room, event, ...) log_line(LOG_LEVEL_WARNING, room, event, __VA_ARGS__)
#define log_info(room, event, ...) log_line(LOG_LEVEL_INFO, room, event, __VA_ARGS__)
#define log_debug(room, event, ...) log_line(LOG_LEVEL_DEBUG, room, event, __VA_ARGS__)

/* Writes n bytes at p as a quoted word to out (size bytes, NUL-terminated, cut to fit), control
 * bytes and quotes escaped. Gives out. */
const char *log_quoted(char *out, unsigned long size, const char *p, unsigned long n);

#endif
