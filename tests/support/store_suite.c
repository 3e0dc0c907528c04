#include "store_suite.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define WHY 512
#define BODY 512

struct ff_span suite_body(uint64_t seq, char *out)
{
    size_t n = (size_t)(seq * 37 % 307);
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(seq * 131 + i * 7);
    return ff_span_of(out, n);
}

enum ff_status suite_expect(void *ctx, uint64_t seq, struct ff_span body)
{
    uint64_t *last = ctx;
    char expected[BODY];
    assert_true(seq == *last + 1);
    assert_true(ff_span_equal(body, suite_body(seq, expected)));
    *last = seq;
    return FF_OK;
}

void suite_open(struct suite *s)
{
    char why[WHY] = "";
    uint64_t seen = 0, last = 0;
    enum ff_status st = s->ops->open(&s->store, &s->options, why, sizeof why);
    if (st == FF_OK)
        st = s->ops->replay(s->store, 1, UINT64_MAX, suite_expect, &seen, &last, why, sizeof why);
    if (st != FF_OK)
        fail_msg("%s: %s", ff_status_code(st), why);
    assert_true(seen == last && last >= s->durable && last <= s->last);
    s->last = last;
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_true(s->durable == last);
}

void suite_append(struct suite *s, unsigned n)
{
    char body[BODY];
    while (n--) {
        assert_int_equal(s->ops->append(s->store, s->last + 1, suite_body(s->last + 1, body)), FF_OK);
        s->last++;
    }
}

enum ff_status suite_news(struct suite *s)
{
    struct pollfd news = {.fd = s->ops->news_fd(s->store), .events = POLLIN};
    if (news.fd >= 0)
        assert_int_equal(poll(&news, 1, 30000), 1);
    uint64_t before = s->durable;
    enum ff_status st = s->ops->poll(s->store, &s->durable);
    assert_true(s->durable >= before && s->durable <= s->last);
    return st;
}

void suite_flush(struct suite *s)
{
    assert_int_equal(s->ops->flush(s->store), FF_OK);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    while (s->durable < s->last)
        assert_int_equal(suite_news(s), FF_OK);
}

void suite_close(struct suite *s)
{
    s->ops->close(&s->store);
    assert_null(s->store);
}

static void suite_reopen(struct suite *s)
{
    suite_close(s);
    suite_open(s);
}

void suite_starts_empty(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    assert_int_equal(s->last, 0);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->last, 0);
    suite_close(s);
}

void suite_replays_what_was_appended(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    for (unsigned n = 1; n < 60; n += 7) {
        suite_append(s, n);
        suite_flush(s);
    }
    suite_reopen(s);
    assert_int_equal(s->last, 261);
    suite_close(s);
}

void suite_numbers_go_on_after_reopening(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    for (unsigned round = 0; round < 5; round++) {
        suite_append(s, 10);
        suite_flush(s);
        suite_reopen(s);
        assert_int_equal(s->last, 10 * (round + 1));
    }
    suite_close(s);
}

void suite_replays_from_a_later_record(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    suite_open(s);
    for (unsigned i = 0; i < 10; i++) {
        suite_append(s, 10);
        suite_flush(s);
    }
    suite_close(s);
    for (uint64_t from = 1; from <= 101; from += 5) {
        uint64_t seen = from - 1, last = 0;
        assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
        assert_int_equal(s->ops->replay(s->store, from, UINT64_MAX, suite_expect, &seen, &last, why, sizeof why), FF_OK);
        assert_int_equal(seen, 100);
        assert_int_equal(last, 100);
        suite_close(s);
    }
}

void suite_refuses_to_replay_from_beyond_the_end(void **state)
{
    struct suite *s = *state;
    char why[WHY] = "";
    uint64_t seen = 0, last;
    suite_open(s);
    suite_append(s, 10);
    suite_flush(s);
    suite_close(s);
    assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->replay(s->store, 12, UINT64_MAX, suite_expect, &seen, &last, why, sizeof why),
                     FF_STORE_CORRUPT);
    assert_non_null(strstr(why, "missing"));
    suite_close(s);
}

static enum ff_status stop_at_three(void *ctx, uint64_t seq, struct ff_span body)
{
    (void)body;
    *(uint64_t *)ctx = seq;
    return seq == 3 ? FF_NO_MEMORY : FF_OK;
}

void suite_gives_what_the_replay_function_gave(void **state)
{
    struct suite *s = *state;
    char why[WHY] = "";
    uint64_t seen = 0, last = 0;
    suite_open(s);
    suite_append(s, 5);
    suite_flush(s);
    suite_close(s);
    assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->replay(s->store, 1, UINT64_MAX, stop_at_three, &seen, &last, why, sizeof why), FF_NO_MEMORY);
    assert_int_equal(seen, 3);
    assert_string_not_equal(why, "");
    suite_close(s);
}

void suite_a_second_open_is_refused(void **state)
{
    struct suite *s = *state;
    struct ff_store *other;
    char why[WHY] = "";
    suite_open(s);
    assert_int_equal(s->ops->open(&other, &s->options, why, sizeof why), FF_STORE_LOCKED);
    assert_null(other);
    assert_non_null(strstr(why, s->options.path));
    suite_append(s, 3);
    suite_flush(s);
    suite_reopen(s);
    suite_close(s);
}

void suite_closing_flushes(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    suite_append(s, 7);
    suite_reopen(s);
    assert_int_equal(s->last, 7);
    suite_close(s);
}

static void value_is(struct suite *s, const char *name, const char *expected)
{
    char out[64];
    size_t n = 0;
    assert_int_equal(s->ops->get(s->store, name, out, sizeof out, &n), FF_OK);
    assert_true(ff_span_is(ff_span_of(out, n), expected));
}

void suite_values_are_put_got_and_removed(void **state)
{
    struct suite *s = *state;
    char out[4];
    size_t n;
    suite_open(s);
    assert_int_equal(s->ops->get(s->store, "seed", out, sizeof out, &n), FF_NOT_FOUND);
    assert_int_equal(s->ops->put(s->store, "seed", FF_LITERAL("sixteen bytes of")), FF_OK);
    value_is(s, "seed", "sixteen bytes of");
    assert_int_equal(s->ops->put(s->store, "seed", FF_LITERAL("other")), FF_OK);
    value_is(s, "seed", "other");
    assert_int_equal(s->ops->get(s->store, "seed", out, sizeof out, &n), FF_OK);
    assert_int_equal(n, 5);
    assert_memory_equal(out, "othe", 4);
    assert_int_equal(s->ops->put(s->store, "empty", ff_span_of(NULL, 0)), FF_OK);
    value_is(s, "empty", "");
    assert_int_equal(s->ops->remove(s->store, "seed"), FF_OK);
    assert_int_equal(s->ops->remove(s->store, "seed"), FF_OK);
    assert_int_equal(s->ops->get(s->store, "seed", out, sizeof out, &n), FF_NOT_FOUND);
    suite_close(s);
}

void suite_values_live_through_reopening(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    assert_int_equal(s->ops->put(s->store, "salt.2024-05-01", FF_LITERAL("first")), FF_OK);
    assert_int_equal(s->ops->put(s->store, "salt.2024-05-02", FF_LITERAL("second")), FF_OK);
    assert_int_equal(s->ops->remove(s->store, "salt.2024-05-01"), FF_OK);
    suite_reopen(s);
    size_t n;
    assert_int_equal(s->ops->get(s->store, "salt.2024-05-01", NULL, 0, &n), FF_NOT_FOUND);
    value_is(s, "salt.2024-05-02", "second");
    suite_close(s);
}

void suite_names_of_values_are_checked(void **state)
{
    static const char longest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static const char longer[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefg";
    static const char *const bad[] = {"", "Seed", "a/b", "../x", "a b", longer};
    struct suite *s = *state;
    size_t n;
    suite_open(s);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(s->ops->put(s->store, bad[i], FF_LITERAL("v")), FF_BAD_PARAMETER);
        assert_int_equal(s->ops->get(s->store, bad[i], NULL, 0, &n), FF_BAD_PARAMETER);
        assert_int_equal(s->ops->remove(s->store, bad[i]), FF_BAD_PARAMETER);
    }
    assert_int_equal(s->ops->put(s->store, longest, FF_LITERAL("v")), FF_OK);
    value_is(s, longest, "v");
    assert_int_equal(s->ops->put(s->store, "..", FF_LITERAL("dots")), FF_OK);
    value_is(s, "..", "dots");
    suite_close(s);
}

void suite_a_flush_of_nothing_is_nothing(void **state)
{
    struct suite *s = *state;
    uint64_t durable = 0;
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(s->ops->flush(s->store), FF_OK);
        assert_int_equal(s->ops->poll(s->store, &durable), FF_OK);
        assert_int_equal(durable, 0);
    }
    suite_reopen(s);
    assert_int_equal(s->last, 0);
    suite_close(s);
}

static enum ff_status measure(void *ctx, uint64_t seq, struct ff_span body)
{
    ((size_t *)ctx)[seq - 1] = body.n;
    for (size_t i = 0; i < body.n; i += 4096)
        assert_int_equal(body.p[i], 'x');
    return FF_OK;
}

void suite_keeps_large_and_empty_records(void **state)
{
    static const size_t sizes[] = {0, 3u << 20, 1, 0, (1u << 20) - 7, 65536, 2};
    const size_t count = sizeof sizes / sizeof *sizes;
    struct suite *s = *state;
    size_t seen[sizeof sizes / sizeof *sizes] = {0};
    char why[WHY];
    uint64_t last = 0;
    char *body = malloc(4u << 20);
    memset(body, 'x', 4u << 20);
    suite_open(s);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(s->ops->append(s->store, ++s->last, ff_span_of(body, sizes[i])), FF_OK);
    suite_flush(s);
    suite_close(s);
    assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->replay(s->store, 1, UINT64_MAX, measure, seen, &last, why, sizeof why), FF_OK);
    assert_int_equal(last, count);
    assert_memory_equal(seen, sizes, sizeof sizes);
    suite_close(s);
    free(body);
}
