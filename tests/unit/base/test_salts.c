#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "salts.h"

#include <string.h>

#define KEEP (30 * FF_MINUTE)
#define DAY_OF(n) ((ff_wall)(n) * FF_DAY)

static uint8_t drawn; /* the next key is all of this byte */

static bool draw(void *p, size_t n)
{
    memset(p, drawn++, n);
    return true;
}

static bool draw_nothing(void *p, size_t n)
{
    (void)p, (void)n;
    return false;
}

/* Whether they have changed. */
static bool turned(struct salts *s, ff_wall now)
{
    bool changed;
    assert_true(salts_turn(s, now, KEEP, draw, &changed));
    return changed;
}

static void each_day_has_a_salt_of_its_own(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY;
    drawn = 1;
    assert_true(turned(&s, DAY_OF(20000)));
    assert_true(s.today.day == 20000 && s.today.key[0] == 1 && s.before.day == SALT_NONE);
    assert_false(turned(&s, DAY_OF(20001) - 1));
    assert_true(turned(&s, DAY_OF(20001)));
    assert_true(s.today.day == 20001 && s.today.key[15] == 2 && s.before.day == 20000 && s.before.key[0] == 1);
}

static void that_of_the_day_before_goes_when_no_session_can_go_on(void **state)
{
    (void)state;
    static const uint8_t nothing[SIPHASH_KEY_BYTES];
    struct salts s = SALTS_EMPTY;
    turned(&s, DAY_OF(20000));
    turned(&s, DAY_OF(20001));
    assert_false(turned(&s, DAY_OF(20001) + KEEP));
    assert_int_equal(s.before.day, 20000);
    assert_true(turned(&s, DAY_OF(20001) + KEEP + 1));
    assert_int_equal(s.before.day, SALT_NONE);
    assert_memory_equal(s.before.key, nothing, sizeof nothing);
}

static void after_a_longer_while_none_of_before_is_left(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY;
    turned(&s, DAY_OF(20000));
    assert_true(turned(&s, DAY_OF(20007) + 5));
    assert_true(s.today.day == 20007 && s.before.day == SALT_NONE);
}

static void a_clock_that_was_ahead_renames_nobody(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY;
    turned(&s, DAY_OF(20001));
    struct salts before = s;
    assert_false(turned(&s, DAY_OF(20000)));
    assert_memory_equal(s.today.key, before.today.key, sizeof s.today.key);
    assert_int_equal(s.today.day, 20001);
}

static void without_chance_they_stay(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY;
    bool changed;
    turned(&s, DAY_OF(20000));
    struct salts before = s;
    assert_false(salts_turn(&s, DAY_OF(20001), KEEP, draw_nothing, &changed));
    assert_false(changed);
    assert_memory_equal(&s, &before, sizeof s);
}

static void they_are_due_when_they_change(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY;
    assert_int_equal(salts_due(&s, KEEP), FF_NEVER);
    turned(&s, DAY_OF(20000));
    assert_int_equal(salts_due(&s, KEEP), DAY_OF(20001));
    turned(&s, DAY_OF(20001));
    assert_int_equal(salts_due(&s, KEEP), DAY_OF(20001) + KEEP + 1);
    assert_int_equal(salts_due(&s, FF_DAY), DAY_OF(20002)); /* the next midnight comes sooner */
    turned(&s, salts_due(&s, KEEP));
    assert_int_equal(salts_due(&s, KEEP), DAY_OF(20002));
}

static void they_are_read_as_they_were_written(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY, back;
    uint8_t bytes[SALTS_BYTES];
    for (int day = 20000; day < 20002; day++) {
        turned(&s, DAY_OF(day));
        salts_write(&s, bytes);
        assert_true(salts_read(&back, bytes, sizeof bytes));
        assert_true(back.today.day == s.today.day && back.before.day == s.before.day);
        assert_memory_equal(back.today.key, s.today.key, sizeof s.today.key);
        assert_memory_equal(back.before.key, s.before.key, sizeof s.before.key);
    }
}

static void other_bytes_are_none(void **state)
{
    (void)state;
    struct salts s = SALTS_EMPTY, back;
    uint8_t bytes[SALTS_BYTES + 1] = {0};
    turned(&s, DAY_OF(20000));
    turned(&s, DAY_OF(20001));
    salts_write(&s, bytes);
    assert_false(salts_read(&back, bytes, SALTS_BYTES - 1));
    assert_false(salts_read(&back, bytes, SALTS_BYTES + 1));
    bytes[0]++;
    assert_false(salts_read(&back, bytes, SALTS_BYTES));
    bytes[0]--;
    for (int at = 1; at <= 25; at += 24) { /* days far from all time, in either place */
        uint8_t was = bytes[at + 7];
        for (int byte = 0x20; byte <= 0xff; byte += 0x1f) {
            bytes[at + 7] = (uint8_t)byte;
            assert_false(salts_read(&back, bytes, SALTS_BYTES));
            assert_true(back.today.day == SALT_NONE && back.before.day == SALT_NONE);
        }
        bytes[at + 7] = was;
    }
    s.before.day = s.today.day;
    salts_write(&s, bytes);
    assert_false(salts_read(&back, bytes, SALTS_BYTES));
}

struct given {
    uint8_t key[SIPHASH_KEY_BYTES], address[16];
    const char *site, *agent;
};

static void id_of(const struct given *g, char out[SALTS_ID + 1])
{
    salts_visitor(g->key, ff_span_text(g->site), g->address, ff_span_text(g->agent), out);
    out[SALTS_ID] = '\0';
}

static void a_visitor_is_who_has_the_same_site_address_and_agent_on_a_day(void **state)
{
    (void)state;
    const struct given plain = {{1}, {2}, "shop", "agent"};
    const struct given others[] = {
        {{3}, {2}, "shop", "agent"}, {{1}, {4}, "shop", "agent"}, {{1}, {2}, "shop2", "agent"}, {{1}, {2}, "shop", "agen"},
        {{1}, {2}, "shopa", "gent"}, {{1}, {2}, "sho", "pagent"}, {{1}, {2}, "shop", NULL},     {{1}, {2}, "", "shopagent"},
    };
    char id[SALTS_ID + 1], other[SALTS_ID + 1];
    id_of(&plain, id);
    id_of(&plain, other);
    assert_string_equal(id, other);
    assert_int_equal(id[0], '~');
    assert_int_equal(strspn(id + 1, "0123456789abcdef"), 32);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        id_of(&others[i], other);
        assert_string_not_equal(id, other);
    }
}

static void of_a_long_agent_the_first_bytes_count(void **state)
{
    (void)state;
    char agent[SALTS_AGENT + 2], id[SALTS_ID + 1], other[SALTS_ID + 1];
    struct given g = {{1}, {2}, "shop", agent};
    memset(agent, 'x', sizeof agent);
    agent[SALTS_AGENT + 1] = '\0';
    id_of(&g, id);
    agent[SALTS_AGENT] = 'y';
    id_of(&g, other);
    assert_string_equal(id, other);
    agent[SALTS_AGENT - 1] = 'y';
    id_of(&g, other);
    assert_string_not_equal(id, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_has_a_salt_of_its_own),
        cmocka_unit_test(that_of_the_day_before_goes_when_no_session_can_go_on),
        cmocka_unit_test(after_a_longer_while_none_of_before_is_left),
        cmocka_unit_test(a_clock_that_was_ahead_renames_nobody),
        cmocka_unit_test(without_chance_they_stay),
        cmocka_unit_test(they_are_due_when_they_change),
        cmocka_unit_test(they_are_read_as_they_were_written),
        cmocka_unit_test(other_bytes_are_none),
        cmocka_unit_test(a_visitor_is_who_has_the_same_site_address_and_agent_on_a_day),
        cmocka_unit_test(of_a_long_agent_the_first_bytes_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
