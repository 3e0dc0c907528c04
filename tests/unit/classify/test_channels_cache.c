#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "channels_cache.h"

#include <stdio.h>

static struct channels_cache *cache;

static int setup(void **state)
{
    static const struct hash_seed seed = {{3, 33}};
    (void)state;
    cache = channels_cache_new(&seed);
    return cache ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    channels_cache_free(&cache);
    return cache ? -1 : 0;
}

static struct channel_clues clues(uint64_t own, const char *host, const char *query, const char *referrer)
{
    return (struct channel_clues){own, ff_span_text(host), ff_span_text(query), ff_span_text(referrer)};
}

static bool knows(struct channel_clues c, struct channel_verdict *out)
{
    uint64_t hash;
    return channels_cache_find(cache, &c, &hash, out);
}

static void keep(struct channel_clues c, const char *source, const char *medium, const char *campaign)
{
    struct channel_verdict none, v = {.channel = FF_CHANNEL_EMAIL, .clue = CLUE_TAGS, .spam = true};
    uint64_t hash;
    v.source = ff_span_text(source);
    v.medium = ff_span_text(medium);
    v.campaign = ff_span_text(campaign);
    assert_false(channels_cache_find(cache, &c, &hash, &none));
    channels_cache_keep(cache, hash, &v);
}

static void a_verdict_is_remembered_whole(void **state)
{
    (void)state;
    struct channel_verdict v;
    keep(clues(1, "shop", "utm_source=news", "https://a/"), "news", NULL, "spring");
    assert_true(knows(clues(1, "shop", "utm_source=news", "https://a/"), &v));
    assert_int_equal(v.channel, FF_CHANNEL_EMAIL);
    assert_int_equal(v.clue, CLUE_TAGS);
    assert_true(v.spam);
    assert_true(ff_span_is(v.source, "news"));
    assert_null(v.medium.p);
    assert_true(ff_span_is(v.campaign, "spring"));
}

static void what_it_depends_on_tells_questions_apart(void **state)
{
    (void)state;
    struct channel_verdict v;
    keep(clues(1, "shop", "a=b", "https://a/"), "x", "y", "z");
    assert_false(knows(clues(2, "shop", "a=b", "https://a/"), &v));
    assert_false(knows(clues(1, "shop2", "a=b", "https://a/"), &v));
    assert_false(knows(clues(1, "shop", "a=c", "https://a/"), &v));
    assert_false(knows(clues(1, "shop", "a=b", "https://b/"), &v));
    assert_false(knows(clues(1, "shop", "a=b", NULL), &v));
    assert_false(knows(clues(1, NULL, "shopa=b", "https://a/"), &v));
    assert_true(knows(clues(1, "shop", "a=b", "https://a/"), &v));
}

static void a_verdict_outlives_the_one_that_takes_its_place(void **state)
{
    (void)state;
    struct channel_verdict v;
    char query[32];
    keep(clues(1, NULL, "first", NULL), "first", "m", "c");
    assert_true(knows(clues(1, NULL, "first", NULL), &v));
    for (int i = 0; i < 20000; i++) {
        snprintf(query, sizeof query, "q%d", i);
        keep(clues(1, NULL, query, NULL), "other", "other", "other");
    }
    assert_false(knows(clues(1, NULL, "first", NULL), &(struct channel_verdict){.spam = false}));
    assert_true(ff_span_is(v.source, "first") && ff_span_is(v.campaign, "c"));
}

static void long_texts_are_not_kept(void **state)
{
    (void)state;
    struct channel_verdict v;
    keep(clues(1, NULL, "long", NULL), "0123456789012345678901234", "0123456789012345678901234", "x");
    assert_false(knows(clues(1, NULL, "long", NULL), &v));
    keep(clues(1, NULL, "fits", NULL), "0123456789012345678901234", "012345678901234567890123", "x");
    assert_true(knows(clues(1, NULL, "fits", NULL), &v));
    assert_int_equal(v.medium.n, 24);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_verdict_is_remembered_whole),
        T(what_it_depends_on_tells_questions_apart),
        T(a_verdict_outlives_the_one_that_takes_its_place),
        T(long_texts_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
