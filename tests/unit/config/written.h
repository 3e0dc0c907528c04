/* Configurations written in a test. */
#ifndef FOOTFALL_TEST_WRITTEN_H
#define FOOTFALL_TEST_WRITTEN_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"

/* A file of the process's own that holds n bytes. */
struct written {
    int fd;
    char path[32];
};

static inline struct written written_bytes(const char *bytes, size_t n)
{
    struct written w = {.fd = memfd_create("config", MFD_CLOEXEC)};
    assert_true(w.fd >= 0);
    assert_int_equal(write(w.fd, bytes, n), n);
    snprintf(w.path, sizeof w.path, "/proc/self/fd/%d", w.fd);
    return w;
}

/* The same with a text. */
static inline struct written written_text(const char *text)
{
    return written_bytes(text, strlen(text));
}

/* Loads yaml as a file; on failure NULL and why. Owned by the caller. */
static inline struct ff_config *written_load(const char *yaml, char why[CONFIG_WHY])
{
    struct written w = written_text(yaml);
    struct ff_config *c = config_load(w.path, NULL, 0, why, CONFIG_WHY);
    close(w.fd);
    return c;
}

/* Loads yaml, which must be good. */
static inline struct ff_config *written_good(const char *yaml)
{
    char why[CONFIG_WHY] = "";
    struct ff_config *c = written_load(yaml, why);
    if (!c)
        print_error("%s\n", why);
    assert_non_null(c);
    return c;
}

/* yaml must be refused, with why ending in what stands behind the file's name. */
static inline void written_bad(const char *yaml, const char *expected)
{
    char why[CONFIG_WHY] = "";
    struct ff_config *c = written_load(yaml, why);
    size_t n = strlen(why), end = strlen(expected);
    if (c || n < end || strcmp(why + n - end, expected) != 0)
        print_error("%s\ngave      %s\nexpected  %s\n", yaml, c ? "no error" : why, expected);
    assert_null(c);
    assert_true(n >= end);
    assert_string_equal(why + n - end, expected);
}

/* Loads the defaults with one override. */
static inline struct ff_config *written_override(const char *override, char why[CONFIG_WHY])
{
    return config_load(NULL, &override, 1, why, CONFIG_WHY);
}

/* A stream whose text written_take gives. */
static inline FILE *written_stream(void)
{
    FILE *out = fdopen(memfd_create("printed", MFD_CLOEXEC), "w+");
    assert_non_null(out);
    return out;
}

/* Closes the stream and gives what was written to it, in memory that the caller frees. */
static inline char *written_take(FILE *out)
{
    long n = ftell(out);
    assert_true(n >= 0);
    char *text = calloc(1, (size_t)n + 1);
    assert_non_null(text);
    rewind(out);
    assert_int_equal(fread(text, 1, (size_t)n, out), n);
    fclose(out);
    return text;
}

/* What a printer prints, in memory that the caller frees. */
static inline char *written_print(void (*print)(FILE *))
{
    FILE *out = written_stream();
    print(out);
    return written_take(out);
}

#endif
