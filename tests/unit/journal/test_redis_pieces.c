#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_pieces.h"

#include <string.h>

/* What is left to be sent. */
static size_t left(const struct redis_pieces *p, char *out)
{
    size_t n = 0;
    for (int i = p->at; i < p->count; i++) {
        if (p->piece[i].iov_len)
            memcpy(out + n, p->piece[i].iov_base, p->piece[i].iov_len);
        n += p->piece[i].iov_len;
    }
    return n;
}

static const struct ff_span command[] = {FF_LITERAL("SET"), FF_LITERAL(""), {NULL, 0}, {"a\0\r\nb", 5}};
static const char wire[] = "*4\r\n$3\r\nSET\r\n$0\r\n\r\n$0\r\n\r\n$5\r\na\0\r\nb\r\n";

static void a_command_is_lengths_and_bytes(void **state)
{
    (void)state;
    struct redis_pieces p;
    char out[sizeof wire];
    redis_pieces_make(&p, command, 4);
    assert_int_equal(left(&p, out), sizeof wire - 1);
    assert_memory_equal(out, wire, sizeof wire - 1);
}

static void what_is_sent_is_not_sent_again(void **state)
{
    (void)state;
    for (size_t first = 0; first < sizeof wire; first++)
        for (size_t second = 0; first + second < sizeof wire; second++) {
            struct redis_pieces p;
            char out[sizeof wire];
            const size_t rest = sizeof wire - 1 - first - second;
            redis_pieces_make(&p, command, 4);
            redis_pieces_pass(&p, first);
            redis_pieces_pass(&p, second);
            assert_int_equal(left(&p, out), rest);
            assert_memory_equal(out, wire + first + second, rest);
            assert_true(rest > 0 || p.at == p.count);
        }
}

static void there_may_be_many_arguments(void **state)
{
    (void)state;
    struct ff_span argv[REDIS_ARGS_MAX];
    struct redis_pieces p;
    char out[16 * REDIS_ARGS_MAX];
    for (size_t i = 0; i < REDIS_ARGS_MAX; i++)
        argv[i] = FF_LITERAL("x");
    redis_pieces_make(&p, argv, REDIS_ARGS_MAX);
    assert_int_equal(p.count, REDIS_PIECES_MAX);
    assert_int_equal(left(&p, out), 5 + 7 * REDIS_ARGS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_lengths_and_bytes),
        cmocka_unit_test(what_is_sent_is_not_sent_again),
        cmocka_unit_test(there_may_be_many_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
