#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_trouble.h"

static void errors_are_told_by_how_they_begin(void **state)
{
    (void)state;
    static const struct {
        const char *error;
        enum redis_trouble means;
    } rows[] = {
        {"LOADING Redis is loading the dataset in memory", REDIS_LOADING},
        {"BUSY Redis is busy running a script.", REDIS_BUSY},
        {"OOM command not allowed when used memory > 'maxmemory'.", REDIS_OOM},
        {"READONLY You can't write against a read only replica.", REDIS_READONLY},
        {"MASTERDOWN Link with MASTER is down", REDIS_READONLY},
        {"MISCONF Redis is configured to save RDB snapshots", REDIS_MISCONF},
        {"NOAUTH Authentication required.", REDIS_NOAUTH},
        {"WRONGPASS invalid username-password pair or user is disabled.", REDIS_NOAUTH},
        {"ERR AUTH <password> called without any password configured for the default user.", REDIS_NOAUTH},
        {"NOPERM User x has no permissions to run the 'xadd' command", REDIS_NOPERM},
        {"NOPERM this user has no permissions to run the 'xadd' command", REDIS_NOPERM},
        {"ERR max number of clients reached", REDIS_AWAY},
        {"ERR The ID specified in XADD is equal or smaller than the target stream top item", REDIS_BELOW},
        {"FENCED by epoch 7", REDIS_FENCED},
        {"ERR unknown command 'XADD'", REDIS_REFUSED},
        {"WRONGTYPE Operation against a key holding the wrong kind of value", REDIS_REFUSED},
        {"OOMPH", REDIS_REFUSED},
        {"", REDIS_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (redis_trouble_of(ff_span_text(rows[i].error)) != rows[i].means)
            fail_msg("%s", rows[i].error);
}

static void an_error_within_a_script_is_the_same_error(void **state)
{
    (void)state;
    assert_int_equal(redis_trouble_of(FF_LITERAL("ERR Error running script (call to f_1b): @user_script:1: @user_script: "
                                                 "1: -OOM command not allowed when used memory > 'maxmemory'.")),
                     REDIS_OOM);
    assert_int_equal(redis_trouble_of(FF_LITERAL("ERR Error running script (call to f_1b): @user_script:1: @user_script: "
                                                 "1: The user executing the script can't run this command")),
                     REDIS_NOPERM);
    assert_int_equal(redis_trouble_of(FF_LITERAL("ERR The user executing the script can't run this command or "
                                                 "subcommand script: 0b52, on @user_script:34.")),
                     REDIS_NOPERM);
    assert_int_equal(redis_trouble_of(FF_LITERAL("ERR Error running script (call to f_1b): @user_script:1: oh")),
                     REDIS_REFUSED);
}

static void every_trouble_has_a_name_and_a_status(void **state)
{
    (void)state;
    for (unsigned t = 0; t < REDIS_TROUBLE_COUNT; t++) {
        assert_true(redis_trouble_name(t)[0]);
        assert_true((redis_trouble_status(t) == FF_OK) == (t == REDIS_OK));
    }
    assert_string_equal(redis_trouble_name(REDIS_LOST_DATA), "lost_data");
    assert_int_equal(redis_trouble_status(REDIS_AWAY), FF_STORE_AWAY);
    assert_int_equal(redis_trouble_status(REDIS_OOM), FF_STORE_FULL);
    assert_int_equal(redis_trouble_status(REDIS_FENCED), FF_STORE_FENCED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_told_by_how_they_begin),
        cmocka_unit_test(an_error_within_a_script_is_the_same_error),
        cmocka_unit_test(every_trouble_has_a_name_and_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
