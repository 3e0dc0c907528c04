#include "redis_stage.h"

#include "redis_kept.h"
#include "redis_values.h"

static void value_is(struct stage *s, const char *name, const char *value)
{
    char out[64] = "";
    size_t n = 0;
    const enum ff_status st = redis_values_get(&s->shard, name, out, sizeof out, &n);
    assert_int_equal(st, value ? FF_OK : FF_NOT_FOUND);
    if (value)
        assert_true(ff_span_is(ff_span_of(out, n), value));
}

static void what_was_kept_is_put_again(void **state)
{
    struct stage *s = *state;
    struct redis_kept k = {0};
    assert_true(redis_kept_note(&k, "seed", FF_LITERAL("a secret")));
    assert_true(redis_kept_note(&k, "salts", FF_LITERAL("old")));
    assert_true(redis_kept_note(&k, "empty", FF_LITERAL("")));
    assert_true(redis_kept_note(&k, "salts", FF_LITERAL("new")));
    assert_true(redis_kept_note(&k, "gone", FF_LITERAL("x")));
    assert_true(redis_kept_note(&k, "gone", ff_span_of(NULL, 0)));
    assert_true(redis_kept_note(&k, "never", ff_span_of(NULL, 0)));
    assert_int_equal(redis_kept_put(&k, &s->shard), FF_OK);
    value_is(s, "seed", "a secret");
    value_is(s, "salts", "new");
    value_is(s, "empty", "");
    value_is(s, "gone", NULL);
    redis_kept_fini(&k);
    assert_int_equal(k.n, 0);
}

static void there_is_an_end_to_it(void **state)
{
    (void)state;
    struct redis_kept k = {0};
    char name[16];
    for (unsigned i = 0; i < REDIS_KEPT_MAX; i++) {
        snprintf(name, sizeof name, "v%u", i);
        assert_true(redis_kept_note(&k, name, FF_LITERAL("x")));
    }
    assert_false(redis_kept_note(&k, "more", FF_LITERAL("x")));
    assert_true(redis_kept_note(&k, "v3", FF_LITERAL("y")));
    assert_int_equal(k.n, REDIS_KEPT_MAX);
    redis_kept_fini(&k);
}

static void another_owner_s_shard_takes_none(void **state)
{
    struct stage *s = *state;
    struct redis_kept k = {0};
    assert_true(redis_kept_note(&k, "seed", FF_LITERAL("a secret")));
    stage_begin(s, 9);
    assert_int_equal(redis_kept_put(&k, &s->shard), FF_STORE_FENCED);
    value_is(s, "seed", NULL);
    redis_kept_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_was_kept_is_put_again),
        STAGE_TEST(there_is_an_end_to_it),
        STAGE_TEST(another_owner_s_shard_takes_none),
    };
    return STAGE_RUN_ON(REDIS_SERVER_OLD, tests);
}
