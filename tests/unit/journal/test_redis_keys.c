#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_keys.h"

static void all_keys_of_a_shard_lie_in_one_slot(void **state)
{
    (void)state;
    struct redis_keys k;
    assert_true(redis_keys_make(&k, "footfall", "default"));
    assert_string_equal(k.journal.text, "footfall:{default}:journal");
    assert_string_equal(k.manifest.text, "footfall:{default}:manifest");
    assert_string_equal(k.values.text, "footfall:{default}:values");
    assert_string_equal(k.handover.text, "footfall:{default}:handover");
    assert_string_equal(k.draft.text, "footfall:{default}:draft");
    assert_string_equal(redis_key_block(&k, 17, 4, 0xab, 3).text, "footfall:{default}:checkpoint:17-4-000000ab:3");
    assert_true(ff_span_is(redis_key_span(&k.journal), "footfall:{default}:journal"));
}

static void the_longest_names_fit(void **state)
{
    (void)state;
    struct redis_keys k;
    char name[REDIS_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[REDIS_NAME_MAX] = 0;
    assert_true(redis_keys_make(&k, name, name));
    const struct redis_key block = redis_key_block(&k, UINT64_MAX, UINT64_MAX, UINT32_MAX, UINT32_MAX);
    assert_non_null(strstr(block.text, "}:checkpoint:18446744073709551615-18446744073709551615-ffffffff:4294967295"));
    name[REDIS_NAME_MAX] = 'n';
    name[REDIS_NAME_MAX + 1] = 0;
    assert_false(redis_keys_make(&k, name, "default"));
    assert_false(redis_keys_make(&k, "footfall", name));
}

static void names_that_would_part_a_shard_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a b", "a{b", "a}b", "a*", "a\n", "\xc3\xa4"};
    struct redis_keys k;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(redis_keys_make(&k, bad[i], "default"));
        assert_false(redis_keys_make(&k, "footfall", bad[i]));
    }
    assert_true(redis_keys_make(&k, "shop:footfall", "eu-1.a_b"));
    assert_false(redis_keys_make(&k, "footfall", "a:b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_of_a_shard_lie_in_one_slot),
        cmocka_unit_test(the_longest_names_fit),
        cmocka_unit_test(names_that_would_part_a_shard_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
