#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What standard error is to a child, besides a pipe. */
enum stream { STREAM_NONE, STREAM_JOURNAL, STREAM_ELSEWHERE };

static void set_stream(enum stream stream)
{
    struct stat st;
    char text[64];
    fstat(STDERR_FILENO, &st);
    snprintf(text, sizeof text, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino + (stream == STREAM_ELSEWHERE));
    if (stream == STREAM_NONE)
        unsetenv("JOURNAL_STREAM");
    else
        setenv("JOURNAL_STREAM", text, 1);
}

/* Runs fn in a child, since the form of the lines is settled once a process. Gives what it wrote
 * to standard error, which is less than size. */
static void capture(void (*fn)(void), enum stream stream, char *out, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        set_stream(stream);
        fn();
        _exit(0);
    }
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; n < size - 1 && (got = read(ends[0], out + n, size - 1 - n)) > 0;)
        n += (size_t)got;
    out[n] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void say_each_level(void)
{
    log_error("net", "listen", "address=%s", "::1");
    log_warning("net", "slow", "%s", "");
    log_info("house", "ready", "http=%s:%d", "127.0.0.1", 7070);
    log_debug("fold", "never", "seen=1");
}

static void lines_have_journal_priorities_under_systemd(void **state)
{
    (void)state;
    char got[1024];
    capture(say_each_level, STREAM_JOURNAL, got, sizeof got);
    assert_string_equal(got, "<3>error net listen address=::1\n<4>warning net slow \n"
                             "<6>info house ready http=127.0.0.1:7070\n");
}

static void is_timed(const char *got)
{
    int year, n = 0;
    assert_int_equal(sscanf(got, "%4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*3dZ %n", &year, &n), 1);
    assert_int_equal(n, 25);
    assert_true(year >= 2024);
    assert_memory_equal(got + n, "error net listen address=::1\n", 29);
}

static void lines_have_the_time_elsewhere(void **state)
{
    (void)state;
    char got[1024];
    capture(say_each_level, STREAM_NONE, got, sizeof got);
    is_timed(got);
    capture(say_each_level, STREAM_ELSEWHERE, got, sizeof got);
    is_timed(got);
}

static void say_by_level(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    log_warning("a", "b", "c=1");
    log_error("a", "b", "c=2");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("a", "b", "c=3");
}

static void the_level_says_what_is_written(void **state)
{
    (void)state;
    char got[1024];
    capture(say_by_level, STREAM_JOURNAL, got, sizeof got);
    assert_string_equal(got, "<3>error a b c=2\n<7>debug a b c=3\n");
}

static void enabled_asks_for_this_level_and_graver_ones(void **state)
{
    (void)state;
    assert_true(log_enabled(LOG_LEVEL_INFO));
    assert_false(log_enabled(LOG_LEVEL_DEBUG));
    log_set_level(LOG_LEVEL_WARNING);
    assert_true(log_enabled(LOG_LEVEL_WARNING));
    assert_false(log_enabled(LOG_LEVEL_INFO));
    log_set_level(LOG_LEVEL_INFO);
}

static void say_long(void)
{
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    log_info("a", "b", "c=%s", text);
    for (int i = 0; i < 3; i++) {
        char wide[2000] = "";
        memset(wide, 'y', (size_t)i);
        for (size_t n = (size_t)i; n < 1200; n += 2)
            memcpy(wide + n, "\xc3\xa9", 2);
        log_info("a", "b", "c=%s", wide);
    }
}

static void a_long_line_is_cut_to_1000_bytes_and_not_within_a_character(void **state)
{
    (void)state;
    static char got[8000];
    capture(say_long, STREAM_JOURNAL, got, sizeof got);
    char *line = got;
    assert_int_equal(strchr(line, '\n') - line, 1000);
    for (int i = 0; i < 3; i++) {
        line = strchr(line, '\n') + 1;
        char *end = strchr(line, '\n');
        assert_true(end - line == 1000 || end - line == 999);
        assert_memory_equal(end - 2, "\xc3\xa9", 2);
    }
}

static void say_newlines(void)
{
    log_info("a", "b", "c=%s", "1\n<3>error forged line\r\x1b[2J");
}

static void a_line_stays_one_line(void **state)
{
    (void)state;
    char got[1024];
    capture(say_newlines, STREAM_JOURNAL, got, sizeof got);
    assert_string_equal(got, "<6>info a b c=1?<3>error forged line??[2J\n");
}

static void say_nothing_more(void)
{
    log_info("a", "b", "%s", "");
    const char *none = "";
    log_line(LOG_LEVEL_INFO, "a", "b", none, 0);
    errno = ENOENT;
    log_info("a", "b", "error=%m");
    close(STDERR_FILENO);
    log_info("a", "b", "lost=1");
    if (errno != ENOENT)
        _exit(1);
}

static void errno_can_be_told_and_is_left_alone(void **state)
{
    (void)state;
    char got[1024];
    capture(say_nothing_more, STREAM_JOURNAL, got, sizeof got);
    assert_string_equal(got,
                        "<6>info a b \n<6>info a b\n<6>info a b error=No such file or directory\n");
}

static void *say_many(void *arg)
{
    for (int i = 0; i < 200; i++)
        log_info("thread", "line", "who=%s i=%03d", (const char *)arg, i);
    return NULL;
}

static void say_from_threads(void)
{
    static const char *const names[] = {"aaaaaaaa", "bbbbbbbb", "cccccccc"};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, say_many, (void *)(uintptr_t)names[i]);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    static char got[65536];
    capture(say_from_threads, STREAM_JOURNAL, got, sizeof got);
    size_t lines = 0;
    for (char *line = got; *line; line = strchr(line, '\n') + 1, lines++) {
        char who[16];
        int i, n = 0;
        assert_int_equal(sscanf(line, "<6>info thread line who=%8[abc] i=%d%n", who, &i, &n), 2);
        assert_int_equal(line[n], '\n');
        assert_int_equal(strspn(who, (char[]){who[0], '\0'}), 8);
    }
    assert_int_equal(lines, 600);
}

static void quotes(const char *text, size_t n, const char *expected)
{
    char out[128];
    assert_string_equal(log_quoted(out, sizeof out, text, n), expected);
    assert_ptr_equal(log_quoted(out, sizeof out, text, n), out);
}

static void quoted_escapes_quotes_and_controls(void **state)
{
    (void)state;
    quotes("", 0, "\"\"");
    quotes("a b", 3, "\"a b\"");
    quotes("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    quotes("a\nb\r\t\0\x1b\x7f", 8, "\"a\\nb\\r\\t\\x00\\x1b\\x7f\"");
}

static void quoted_shows_good_utf8_and_escapes_the_rest(void **state)
{
    (void)state;
    quotes("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x9b\x92", 9, "\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x9b\x92\"");
    quotes("\xc3", 1, "\"\\xc3\"");
    quotes("\xc3z", 2, "\"\\xc3z\"");
    quotes("\xc2\x9b", 2, "\"\\xc2\\x9b\"");
    quotes("\xc0\xaf", 2, "\"\\xc0\\xaf\"");
    quotes("\xe0\x80\x80", 3, "\"\\xe0\\x80\\x80\"");
    quotes("\xed\xa0\x80", 3, "\"\\xed\\xa0\\x80\"");
    quotes("\xf5\x80\x80\x80", 4, "\"\\xf5\\x80\\x80\\x80\"");
    quotes("\x80", 1, "\"\\x80\"");
}

static void quoted_is_cut_to_its_room_between_characters(void **state)
{
    (void)state;
    static const char text[] = "a\xc3\xa9\n\x01z";
    for (size_t size = 0; size < 20; size++) {
        char *out = malloc(size ? size : 1);
        out[0] = '?';
        log_quoted(out, size, text, sizeof text - 1);
        if (size == 0)
            assert_int_equal(out[0], '?');
        else
            assert_true(strlen(out) < size);
        if (size >= 3) {
            assert_int_equal(out[0], '"');
            assert_int_equal(out[strlen(out) - 1], '"');
        }
        free(out);
    }
    char out[5];
    assert_string_equal(log_quoted(out, sizeof out, text, sizeof text - 1), "\"a\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_journal_priorities_under_systemd),
        cmocka_unit_test(lines_have_the_time_elsewhere),
        cmocka_unit_test(the_level_says_what_is_written),
        cmocka_unit_test(enabled_asks_for_this_level_and_graver_ones),
        cmocka_unit_test(a_long_line_is_cut_to_1000_bytes_and_not_within_a_character),
        cmocka_unit_test(a_line_stays_one_line),
        cmocka_unit_test(errno_can_be_told_and_is_left_alone),
        cmocka_unit_test(lines_of_threads_do_not_mix),
        cmocka_unit_test(quoted_escapes_quotes_and_controls),
        cmocka_unit_test(quoted_shows_good_utf8_and_escapes_the_rest),
        cmocka_unit_test(quoted_is_cut_to_its_room_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
