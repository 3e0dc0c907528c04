#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "hash.h"

#include <stdio.h>

static const struct hash_seed seed = {{1, 2}}, other_seed = {{1, 3}}, third_seed = {{2, 2}};

static void the_same_id_has_the_same_hash(void **state)
{
    (void)state;
    char copy[] = "visitor";
    assert_int_equal(hash_id(&seed, 7, FF_LITERAL("visitor")), hash_id(&seed, 7, ff_span_text(copy)));
    struct hash128 a = hash_id_wide(&seed, 7, FF_LITERAL("visitor")), b = hash_id_wide(&seed, 7, ff_span_text(copy));
    assert_true(a.lo == b.lo && a.hi == b.hi);
    a = hash_bytes("abc", 3);
    b = hash_bytes("abcd", 3);
    assert_true(a.lo == b.lo && a.hi == b.hi);
    assert_int_equal(hash_mark(7, FF_LITERAL("visitor")), hash_mark(7, ff_span_text(copy)));
}

static void id_scope_and_seed_all_matter(void **state)
{
    (void)state;
    struct ff_span v = FF_LITERAL("v"), w = FF_LITERAL("w");
    uint64_t h = hash_id(&seed, 7, v);
    assert_true(h != hash_id(&seed, 7, w));
    assert_true(h != hash_id(&seed, 8, v));
    assert_true(h != hash_id(&other_seed, 7, v));
    assert_true(h != hash_id(&third_seed, 7, v));
    assert_true(h != hash_mark(7, v));
    assert_true(hash_mark(7, v) != hash_mark(8, v));
    assert_true(hash_mark(7, v) != hash_mark(7, w));
    uint64_t wide = hash_id_wide(&seed, 7, v).hi;
    assert_true(wide != hash_id_wide(&seed, 7, w).hi);
    assert_true(wide != hash_id_wide(&seed, 8, v).hi);
    assert_true(wide != hash_id_wide(&other_seed, 7, v).hi);
    assert_true(wide != hash_id_wide(&third_seed, 7, v).hi);
}

static void an_id_may_hold_any_bytes_and_none(void **state)
{
    (void)state;
    struct ff_span none = {NULL, 0};
    assert_true(hash_id(&seed, 1, none) == hash_id(&seed, 1, FF_LITERAL("")));
    assert_true(hash_id(&seed, 1, ff_span_of("a\0b", 3)) != hash_id(&seed, 1, ff_span_of("a\0c", 3)));
    assert_true(hash_id(&seed, 1, ff_span_of("a\0", 2)) != hash_id(&seed, 1, FF_LITERAL("a")));
    hash_id_wide(&seed, 1, none);
    hash_mark(1, none);
}

/* Marks are kept in stores: the same for ever. */
static void a_mark_is_what_it_has_always_been(void **state)
{
    (void)state;
    assert_true(hash_mark(0, FF_LITERAL("shop")) == UINT64_C(0xf3fbbc384d518cd9));
    assert_true(hash_mark(42, FF_LITERAL("visitor-1")) == UINT64_C(0x720c7c6bd65c09c1));
}

static void mixing_is_one_to_one_and_spreads(void **state)
{
    (void)state;
    assert_int_equal(hash_mix(0), 0);
    assert_true(hash_mix(1) == UINT64_C(0x5692161d100b05e5));
    int bits = 0;
    for (uint64_t i = 1; i <= 1000; i++)
        bits += __builtin_popcountll(hash_mix(i) ^ hash_mix(i + 1));
    assert_true(bits > 31000 && bits < 33000);
}

static void bytes_in_pieces_have_the_hash_of_all_together(void **state)
{
    enum { N = 5000 };
    static unsigned char bytes[N];
    (void)state;
    for (size_t i = 0; i < N; i++)
        bytes[i] = (unsigned char)hash_mix(i + 1);
    for (size_t n = 0; n <= N; n += n < 300 ? 1 : 47)
        for (size_t piece = 1; piece <= 1024; piece *= 4) {
            struct hasher *h = hasher_new();
            assert_non_null(h);
            for (size_t at = 0; at < n; at += piece)
                hasher_add(h, bytes + at, piece < n - at ? piece : n - at);
            hasher_add(h, NULL, 0);
            struct hash128 parts = hasher_end(&h), whole = hash_bytes(bytes, n);
            assert_null(h);
            assert_true(parts.lo == whole.lo && parts.hi == whole.hi);
        }
}

/* Digests of checkpoints are kept in stores: the same for ever. */
static void a_digest_is_what_it_has_always_been(void **state)
{
    (void)state;
    struct hash128 h = hash_bytes("footfall", 8);
    assert_true(h.lo == UINT64_C(0x79833c83637a0835) && h.hi == UINT64_C(0x22dada6ca156ed64));
}

/* Tables take the upper half of a hash as their tag and home. */
static void both_halves_of_a_hash_differ_between_ids(void **state)
{
    (void)state;
    enum { N = 2000 };
    static uint32_t upper[N], lower[N];
    size_t equal = 0;
    for (int i = 0; i < N; i++) {
        char id[16];
        snprintf(id, sizeof id, "id%d", i);
        uint64_t h = hash_id(&seed, 1, ff_span_text(id));
        upper[i] = (uint32_t)(h >> 32);
        lower[i] = (uint32_t)h;
        for (int k = 0; k < i; k++)
            equal += (upper[k] == upper[i]) + (lower[k] == lower[i]);
    }
    assert_true(equal <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_id_has_the_same_hash),
        cmocka_unit_test(id_scope_and_seed_all_matter),
        cmocka_unit_test(an_id_may_hold_any_bytes_and_none),
        cmocka_unit_test(a_mark_is_what_it_has_always_been),
        cmocka_unit_test(mixing_is_one_to_one_and_spreads),
        cmocka_unit_test(bytes_in_pieces_have_the_hash_of_all_together),
        cmocka_unit_test(a_digest_is_what_it_has_always_been),
        cmocka_unit_test(both_halves_of_a_hash_differ_between_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
