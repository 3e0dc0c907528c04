#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "chunk.h"

#include <stdio.h>
#include <string.h>

#define MAX 100

/* Decodes text in two parts; the data ends up in out. */
static enum chunk_result decode(const char *text, size_t first, char *out, size_t *used)
{
    char p[16384];
    size_t n = strlen(text), in = 0, end = 0;
    struct chunk c = {0};
    memcpy(p, text, n);
    enum chunk_result result = chunk_decode(&c, p, &in, first, &end, MAX);
    if (result == CHUNK_MORE)
        result = chunk_decode(&c, p, &in, n, &end, MAX);
    memcpy(out, p, end);
    out[end] = '\0';
    *used = in;
    return result;
}

static void gives(const char *text, const char *wanted, size_t rest)
{
    char out[16384];
    size_t used;
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        assert_int_equal(decode(text, cut, out, &used), CHUNK_DONE);
        assert_string_equal(out, wanted);
        assert_int_equal(used, strlen(text) - rest);
    }
}

static void ends(const char *text, enum chunk_result wanted)
{
    char out[16384];
    size_t used;
    for (size_t cut = 0; cut <= strlen(text); cut++)
        if (decode(text, cut, out, &used) != wanted)
            fail_msg("%s cut at %zu", text, cut);
}

static void chunks_are_joined_wherever_they_are_cut(void **state)
{
    (void)state;
    gives("0\r\n\r\n", "", 0);
    gives("5\r\nhello\r\n0\r\n\r\n", "hello", 0);
    gives("5\r\nhello\r\n1\r\n \r\n5;a=b\r\nworld\r\n00\r\n\r\nGET", "hello world", 3);
    gives("a\r\n0123456789\r\nB \r\nabcdefghijk\r\n0;x\r\nA: b\r\nC: d\r\n\r\n",
          "0123456789abcdefghijk", 0);
    gives("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0);
}

static void an_unfinished_body_asks_for_more(void **state)
{
    (void)state;
    ends("5\r\nhello\r\n0\r\n\r", CHUNK_MORE);
    ends("5\r\nhel", CHUNK_MORE);
    ends("", CHUNK_MORE);
}

static void hostile_framing_is_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "\r\n",
        "x\r\n",
        "-1\r\n",
        "+5\r\nhello\r\n",
        "0x5\r\nhello\r\n",
        " 5\r\nhello\r\n",
        "5\nhello\r\n",
        "5\rXhello\r\n",
        "5\r\nhelloX\n",
        "5\r\nhello\n0\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\rX",
        "5;a\nb\r\nhello\r\n",
        "5;a\x01\r\nhello\r\n",
        "0\r\n\rX",
        "0\r\nA: b\nC: d\r\n\r\n",
        "00000000000000005\r\n",
        "5,\r\n",
        "0\r\n\n",
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        ends(table[i], CHUNK_BAD);
}

static void data_beyond_the_limit_are_refused_before_they_come(void **state)
{
    (void)state;
    ends("65\r\n", CHUNK_LARGE);
    ends("ffffffffffffffff\r\n", CHUNK_LARGE);
    ends("1\r\nx\r\n64\r\n", CHUNK_LARGE);
    ends("64\r\n", CHUNK_MORE);
    ends("1\r\nx\r\n63\r\n", CHUNK_MORE);
}

static void extensions_and_trailers_have_a_ceiling(void **state)
{
    (void)state;
    char text[16000];
    int n = snprintf(text, sizeof text, "0;");
    memset(text + n, 'e', CHUNK_LOOSE_MAX + 1);
    text[n + CHUNK_LOOSE_MAX + 1] = '\0';
    char out[16384];
    size_t used;
    assert_int_equal(decode(text, 5, out, &used), CHUNK_BAD);
    text[n + CHUNK_LOOSE_MAX] = '\0';
    assert_int_equal(decode(text, 5, out, &used), CHUNK_MORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_joined_wherever_they_are_cut),
        cmocka_unit_test(an_unfinished_body_asks_for_more),
        cmocka_unit_test(hostile_framing_is_refused),
        cmocka_unit_test(data_beyond_the_limit_are_refused_before_they_come),
        cmocka_unit_test(extensions_and_trailers_have_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
