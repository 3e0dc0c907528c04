/* The state that the store suite keeps in its checkpoints. */
#include "store_suite.h"

#include <stdio.h>

#define WHY 512
#define BODY 512

enum ff_status suite_fold(void *ctx, uint64_t seq, struct ff_span body)
{
    struct suite_state *state = ctx;
    enum ff_status st = suite_expect(&state->last, seq, body);
    state->hash = state->hash * 31 + seq;
    for (size_t i = 0; i < body.n; i++)
        state->hash = (state->hash ^ (unsigned char)body.p[i]) * UINT64_C(1099511628211);
    return st;
}

static struct suite_state state_of(uint64_t last)
{
    struct suite_state state = {0};
    char body[BODY];
    for (uint64_t seq = 1; seq <= last; seq++)
        suite_fold(&state, seq, suite_body(seq, body));
    return state;
}

void suite_state_check(const struct suite_state *state)
{
    assert_true(state->hash == state_of(state->last).hash);
}

struct suite_state suite_state_now(const struct suite *s)
{
    return state_of(s->last);
}

/* The state, and after it blocks that depend on its seq. */
enum ff_status suite_put(const struct ff_store_ops *ops, struct ff_store *store, const struct suite_state *state)
{
    char body[BODY];
    enum ff_status st = ops->checkpoint_put(store, ff_span_of((const char *)state, sizeof *state));
    for (uint64_t i = 0; st == FF_OK && i < 1 + state->last % 3; i++)
        st = ops->checkpoint_put(store, suite_body(state->last + i, body));
    return st;
}

enum ff_status suite_save(const struct ff_store_ops *ops, struct ff_store *store, const struct suite_state *state)
{
    enum ff_status st = ops->checkpoint_begin(store, state->last);
    if (st == FF_OK)
        st = suite_put(ops, store, state);
    if (st == FF_OK)
        st = ops->checkpoint_commit(store);
    if (st != FF_OK)
        ops->checkpoint_abort(store);
    return st;
}

static void state_take(const struct ff_store_ops *ops, struct ff_store *store, struct suite_state *state)
{
    struct ff_span block;
    char body[BODY];
    assert_int_equal(ops->checkpoint_next(store, &block), FF_OK);
    assert_int_equal(block.n, sizeof *state);
    memcpy(state, block.p, sizeof *state);
    for (uint64_t i = 0; i < 1 + state->last % 3; i++) {
        struct ff_span expected = suite_body(state->last + i, body);
        if (expected.n == 0)
            continue;
        assert_int_equal(ops->checkpoint_next(store, &block), FF_OK);
        assert_true(ff_span_equal(block, expected));
    }
    assert_int_equal(ops->checkpoint_next(store, &block), FF_NOT_FOUND);
    assert_int_equal(ops->checkpoint_next(store, &block), FF_NOT_FOUND);
}

enum ff_status suite_load(const struct ff_store_ops *ops, struct ff_store *store, uint64_t most,
                          struct suite_state *state, char *why, size_t size)
{
    uint64_t seq = 0;
    why[0] = '\0';
    enum ff_status st = ops->checkpoint_open(store, most, &seq, why, size);
    assert_true(seq <= most && (seq > 0 || st != FF_OK));
    if (st == FF_OK) {
        state_take(ops, store, state);
        assert_true(state->last == seq);
        suite_state_check(state);
        ops->checkpoint_end(store);
    } else {
        *state = (struct suite_state){.last = seq};
        assert_true(st == FF_NOT_FOUND || why[0]);
    }
    return st;
}

enum ff_status suite_load_good(const struct ff_store_ops *ops, struct ff_store *store,
                               struct suite_state *state, char *why, size_t size)
{
    uint64_t most = UINT64_MAX;
    enum ff_status st, failed = FF_OK;
    while ((st = suite_load(ops, store, most, state, why, size)) != FF_OK && state->last > 0) {
        most = state->last - 1;
        if (st == FF_STORE_FAILED)
            failed = st;
    }
    if (st != FF_NOT_FOUND)
        return st;
    if (failed != FF_OK)
        snprintf(why, size, "no checkpoint can be read");
    return failed;
}

/* Loads, and replays up to the record. */
static enum ff_status state_bring(const struct ff_store_ops *ops, struct ff_store *store, uint64_t upto,
                                  struct suite_state *state, uint64_t *seq, char *why, size_t size)
{
    uint64_t last = 0;
    enum ff_status st = suite_load_good(ops, store, state, why, size);
    *seq = state->last;
    if (st == FF_OK && state->last <= upto)
        st = ops->replay(store, state->last + 1, upto, suite_fold, state, &last, why, size);
    if (st == FF_OK && *seq <= upto)
        assert_true(state->last == last && (upto == UINT64_MAX || last == upto));
    return st;
}

enum ff_status suite_checkpoint_beside(const struct suite *s, uint64_t upto)
{
    char why[WHY];
    uint64_t seq;
    struct suite_state state;
    struct ff_store *store;
    struct ff_store_options options = s->options;
    options.beside = true;
    enum ff_status st = s->ops->open(&store, &options, why, sizeof why);
    if (st != FF_OK)
        return st;
    st = state_bring(s->ops, store, upto, &state, &seq, why, sizeof why);
    if (st == FF_OK && seq < upto)
        st = suite_save(s->ops, store, &state);
    s->ops->close(&store);
    return st;
}

enum ff_status suite_try(struct suite *s, uint64_t *seq, char *why, size_t size)
{
    struct suite_state state;
    why[0] = '\0';
    enum ff_status st = s->ops->open(&s->store, &s->options, why, size);
    if (st == FF_OK)
        st = state_bring(s->ops, s->store, UINT64_MAX, &state, seq, why, size);
    if (st != FF_OK) {
        assert_string_not_equal(why, "");
        s->ops->close(&s->store);
        return st;
    }
    assert_true(state.last >= s->durable && state.last <= s->last);
    suite_state_check(&state);
    s->last = s->durable = state.last;
    return FF_OK;
}

uint64_t suite_restore(struct suite *s)
{
    char why[WHY];
    uint64_t seq = 0;
    enum ff_status st = suite_try(s, &seq, why, sizeof why);
    if (st != FF_OK)
        fail_msg("%s: %s", ff_status_code(st), why);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_true(s->durable == s->last && s->ops->settled(s->store) == s->last);
    return seq;
}
