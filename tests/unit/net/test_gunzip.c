#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gunzip.h"

#include "gzip.h"
#include "net.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX 10000

static const char text[] = "{\"type\":\"page_view\",\"visitor\":\"v1\",\"url\":\"https://shop/\"}";
static struct gunzip *g;

static int set_up(void **state)
{
    (void)state;
    g = gunzip_new(MAX);
    return g ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    gunzip_free(&g);
    return g ? -1 : 0;
}

/* Inflates n bytes that end where no byte may be read. */
static enum ff_status inflate_at_the_edge(const void *p, size_t n, struct ff_span *out)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (n / page + 2) * page;
    char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + size - page, page, PROT_NONE), 0);
    char *at = map + size - page - n;
    memcpy(at, p, n);
    enum ff_status status = gunzip_all(g, ff_span_of(at, n), out);
    munmap(map, size);
    return status;
}

static void gives(const void *p, size_t n, const char *wanted)
{
    struct ff_span out = {0};
    assert_int_equal(inflate_at_the_edge(p, n, &out), FF_OK);
    assert_int_equal(out.n, strlen(wanted));
    assert_memory_equal(out.p, wanted, out.n);
    for (size_t i = 0; i < NET_PADDING; i++)
        (void)*(const volatile char *)(out.p + out.n + i);
}

static void refuses(const void *p, size_t n, enum ff_status why)
{
    struct ff_span out;
    assert_int_equal(inflate_at_the_edge(p, n, &out), why);
}

static void a_body_comes_out_as_it_went_in(void **state)
{
    (void)state;
    char packed[500];
    gives(packed, gzip_make(text, strlen(text), NULL, packed, sizeof packed), text);
    gives(packed, gzip_make(text, strlen(text), "name", packed, sizeof packed), text);
    gives(packed, gzip_make("", 0, NULL, packed, sizeof packed), "");
}

static void several_members_are_one_body(void **state)
{
    (void)state;
    char packed[500];
    size_t n = gzip_make("one ", 4, NULL, packed, sizeof packed);
    n += gzip_make("", 0, NULL, packed + n, sizeof packed - n);
    n += gzip_make("two", 3, "name", packed + n, sizeof packed - n);
    gives(packed, n, "one two");
    refuses(packed, n - 1, FF_MALFORMED);
}

static void what_is_cut_short_is_refused(void **state)
{
    (void)state;
    char packed[500];
    size_t n = gzip_make(text, strlen(text), "name", packed, sizeof packed);
    for (size_t i = 2; i < n; i++)
        refuses(packed, i, FF_MALFORMED);
    gives(packed, n, text);
}

static void what_is_broken_is_refused(void **state)
{
    (void)state;
    char packed[500];
    struct ff_span out;
    size_t n = gzip_make(text, strlen(text), NULL, packed, sizeof packed), refused = 0;
    for (size_t bit = 0; bit < n * 8; bit++) {
        packed[bit / 8] ^= (char)(1 << bit % 8);
        enum ff_status status = inflate_at_the_edge(packed, n, &out);
        refused += status != FF_OK;
        if (status == FF_OK) {
            assert_int_equal(out.n, strlen(text));
            assert_memory_equal(out.p, text, out.n);
        }
        packed[bit / 8] ^= (char)(1 << bit % 8);
    }
    /* The header's time, system and "is text", and what fills up the last byte, say nothing. */
    assert_true(refused >= n * 8 - (48 + 1 + 7));
    gives(packed, n, text);
}

static void what_follows_it_is_refused(void **state)
{
    (void)state;
    char packed[500];
    size_t n = gzip_make(text, strlen(text), NULL, packed, sizeof packed);
    for (int c = 0; c < 256; c++) {
        packed[n] = (char)c;
        refuses(packed, n + 1, FF_MALFORMED);
    }
    memset(packed + n, 0, 20);
    refuses(packed, n + 20, FF_MALFORMED);
}

static void the_limit_is_of_what_comes_out(void **state)
{
    (void)state;
    static char plain[MAX + 2], packed[2000];
    memset(plain, 'x', MAX + 1);
    refuses(packed, gzip_make(plain, MAX + 1, NULL, packed, sizeof packed), FF_BODY_TOO_LARGE);
    plain[MAX] = '\0';
    gives(packed, gzip_make(plain, MAX, NULL, packed, sizeof packed), plain);
    size_t n = gzip_make(plain, MAX / 2, NULL, packed, sizeof packed);
    n += gzip_make(plain, MAX / 2, NULL, packed + n, sizeof packed - n);
    gives(packed, n, plain);
    n += gzip_make(plain, 1, NULL, packed + n, sizeof packed - n);
    refuses(packed, n, FF_BODY_TOO_LARGE);
}

/* A thousand bytes of zeros a byte: refused where the limit is, for the rest is not looked at. */
static void a_bomb_is_put_out_at_the_limit(void **state)
{
    (void)state;
    enum { LARGE = 32 << 20 };
    static char packed[64 << 10];
    char *plain = calloc(1, LARGE);
    size_t n = gzip_make(plain, LARGE, NULL, packed, sizeof packed);
    free(plain);
    refuses(packed, n, FF_BODY_TOO_LARGE);
    memset(packed + 1000, 0xff, n - 1000);
    refuses(packed, n, FF_BODY_TOO_LARGE);
}

static void gzip_is_known_by_its_first_bytes(void **state)
{
    (void)state;
    assert_true(gunzip_is(ff_span_of("\x1f\x8b", 2)));
    assert_true(gunzip_is(ff_span_of("\x1f\x8b\x08", 3)));
    assert_false(gunzip_is(ff_span_of("\x1f", 1)));
    assert_false(gunzip_is(ff_span_of("{}", 2)));
    assert_false(gunzip_is((struct ff_span){0}));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_body_comes_out_as_it_went_in),
        T(several_members_are_one_body),
        T(what_is_cut_short_is_refused),
        T(what_is_broken_is_refused),
        T(what_follows_it_is_refused),
        T(the_limit_is_of_what_comes_out),
        T(a_bomb_is_put_out_at_the_limit),
        T(gzip_is_known_by_its_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
