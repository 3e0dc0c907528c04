/* The cases of the store suite about erasing. */
#include "store_suite.h"

#include <stdlib.h>

#define WHY 512

static const struct ff_keep keep_all = {FF_NEVER, UINT64_MAX};

bool suite_gone(void *upto, uint64_t seq, struct ff_span body)
{
    assert_true(body.n > 0);
    return seq <= *(uint64_t *)upto && seq % 3 == 0;
}

uint64_t suite_seal(struct suite *s)
{
    uint64_t sealed;
    suite_settle(s);
    while ((sealed = s->ops->seal(s->store, s->last)) < s->last)
        assert_int_equal(suite_news(s), FF_OK);
    return sealed;
}

enum ff_status suite_erase_beside(const struct suite *s, uint64_t behind, uint64_t sealed, uint64_t *erased, char *why,
                                  size_t size)
{
    struct ff_store *child;
    struct ff_store_options options = s->options;
    options.beside = true;
    enum ff_status st = s->ops->open(&child, &options, why, size);
    if (st != FF_OK)
        return st;
    st = s->ops->erase(child, behind, sealed, suite_gone, &behind, erased, why, size);
    s->ops->close(&child);
    return st;
}

static enum ff_status erased_expect(void *ctx, uint64_t seq, struct ff_span body)
{
    struct suite_erased *e = ctx;
    char expected[512];
    assert_true(seq == ++e->seq);
    bool gone = body.n == 0 && seq <= e->upto && seq % 3 == 0;
    if (!gone)
        assert_true(ff_span_equal(body, suite_body(seq, expected)));
    e->gone += gone;
    return FF_OK;
}

uint64_t suite_erased(const struct suite *s, uint64_t upto)
{
    char why[WHY];
    uint64_t last;
    struct suite_erased e = {.upto = upto};
    enum ff_status st = s->ops->replay(s->store, 1, s->last, erased_expect, &e, &last, why, sizeof why);
    if (st != FF_OK)
        fail_msg("%s: %s", ff_status_code(st), why);
    assert_true(last == s->last && e.seq == s->last);
    return e.gone;
}

static void append_groups(struct suite *s, unsigned n)
{
    for (; n > 0; n -= 5) {
        suite_append(s, 5);
        suite_flush(s);
    }
}

void suite_seals_what_is_settled(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    assert_int_equal(s->ops->seal(s->store, 0), 0);
    for (unsigned i = 0; i < 4; i++) {
        suite_append(s, 3);
        assert_true(s->ops->seal(s->store, s->last) <= s->last - 3);
        assert_int_equal(suite_seal(s), s->last);
        assert_int_equal(s->ops->seal(s->store, 1), s->last);
    }
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->ops->seal(s->store, 12), 12);
    suite_close(s);
}

void suite_erases_bodies_and_keeps_numbers(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    uint64_t erased;
    suite_open(s);
    append_groups(s, 50);
    suite_settle(s);
    assert_int_equal(suite_checkpoint_beside(s, 40), FF_OK);
    uint64_t sealed = suite_seal(s);
    assert_int_equal(suite_erase_beside(s, 40, sealed, &erased, why, sizeof why), FF_OK);
    assert_int_equal(erased, 13);
    assert_int_equal(suite_erased(s, 40), 13);
    append_groups(s, 20);
    assert_int_equal(suite_erased(s, 40), 13);
    assert_int_equal(suite_erase_beside(s, 40, sealed, &erased, why, sizeof why), FF_OK);
    assert_int_equal(erased, 0); /* all is done */
    suite_close(s);
    assert_int_equal(suite_restore(s), 40);
    assert_int_equal(suite_erased(s, 40), 13);
    assert_int_equal(s->ops->erase(s->store, 40, suite_seal(s), suite_gone, &(uint64_t){39}, &erased, why, sizeof why), FF_OK);
    assert_int_equal(erased, 0);
    suite_close(s);
}

void suite_erases_only_behind_a_checkpoint(void **state)
{
    struct suite *s = *state;
    struct suite_state got;
    char why[WHY] = "";
    uint64_t erased = 1, sealed;
    suite_open(s);
    append_groups(s, 30);
    sealed = suite_seal(s);
    assert_int_equal(suite_erase_beside(s, 20, sealed, &erased, why, sizeof why), FF_BAD_PARAMETER);
    assert_string_not_equal(why, "");
    assert_int_equal(suite_checkpoint_beside(s, 10), FF_OK);
    assert_int_equal(suite_checkpoint_beside(s, 19), FF_OK);
    assert_int_equal(suite_erase_beside(s, 20, sealed, &erased, why, sizeof why), FF_BAD_PARAMETER);
    assert_int_equal(erased, 0);
    assert_int_equal(suite_erased(s, 20), 0);
    assert_int_equal(suite_load(s->ops, s->store, 10, &got, why, sizeof why), FF_OK);
    /* Those that need what is erased go. */
    assert_int_equal(suite_checkpoint_beside(s, 20), FF_OK);
    assert_int_equal(suite_erase_beside(s, 20, sealed, &erased, why, sizeof why), FF_OK);
    assert_int_equal(erased, 6);
    assert_int_equal(suite_load(s->ops, s->store, 19, &got, why, sizeof why), FF_NOT_FOUND);
    assert_int_equal(suite_load(s->ops, s->store, UINT64_MAX, &got, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->trim(s->store, keep_all), FF_OK);
    suite_close(s);
}
