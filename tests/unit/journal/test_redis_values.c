#include "redis_values.h"

#include "redis_stage.h"
#include "values.h"

static void values_are_put_got_and_removed(void **state)
{
    struct stage *s = *state;
    char out[8];
    size_t n;
    assert_int_equal(redis_values_get(&s->shard, "seed", out, sizeof out, &n), FF_NOT_FOUND);
    assert_int_equal(redis_values_put(&s->shard, "seed", ff_span_of("a\0b", 3)), FF_OK);
    assert_int_equal(redis_values_get(&s->shard, "seed", out, sizeof out, &n), FF_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(out, "a\0b", 3);
    assert_int_equal(redis_values_get(&s->shard, "seed", out, 1, &n), FF_OK);
    assert_int_equal(n, 3);
    assert_int_equal(redis_values_put(&s->shard, "seed", ff_span_of(NULL, 0)), FF_OK);
    assert_int_equal(redis_values_get(&s->shard, "seed", NULL, 0, &n), FF_OK);
    assert_int_equal(n, 0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(redis_values_remove(&s->shard, "seed"), FF_OK);
    assert_int_equal(redis_values_get(&s->shard, "seed", out, sizeof out, &n), FF_NOT_FOUND);
}

static void a_fenced_owner_puts_and_removes_nothing(void **state)
{
    struct stage *s = *state;
    char out[8];
    size_t n;
    assert_int_equal(redis_values_put(&s->shard, "salts", FF_LITERAL("mine")), FF_OK);
    stage_begin(s, 8);
    assert_int_equal(redis_values_put(&s->shard, "salts", FF_LITERAL("late")), FF_STORE_FENCED);
    assert_int_equal(redis_values_remove(&s->shard, "salts"), FF_STORE_FENCED);
    assert_int_equal(redis_values_get(&s->shard, "salts", out, sizeof out, &n), FF_OK);
    assert_memory_equal(out, "mine", 4);
}

static void names_and_lengths_are_checked(void **state)
{
    struct stage *s = *state;
    char *large = calloc(1, VALUES_MAX_BYTES + 1);
    size_t n;
    assert_int_equal(redis_values_put(&s->shard, "Bad", FF_LITERAL("x")), FF_BAD_PARAMETER);
    assert_int_equal(redis_values_get(&s->shard, "", NULL, 0, &n), FF_BAD_PARAMETER);
    assert_int_equal(redis_values_remove(&s->shard, "a/b"), FF_BAD_PARAMETER);
    assert_int_equal(redis_values_put(&s->shard, "large", ff_span_of(large, VALUES_MAX_BYTES + 1)), FF_BAD_PARAMETER);
    assert_int_equal(redis_values_put(&s->shard, "large", ff_span_of(large, VALUES_MAX_BYTES)), FF_OK);
    assert_int_equal(redis_values_get(&s->shard, "large", NULL, 0, &n), FF_OK);
    assert_int_equal(n, VALUES_MAX_BYTES);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(values_are_put_got_and_removed),
        STAGE_TEST(a_fenced_owner_puts_and_removes_nothing),
        STAGE_TEST(names_and_lengths_are_checked),
    };
    return STAGE_RUN_ON(REDIS_SERVER_OLD, tests);
}
