#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* How 6.x words what a call within a script is refused for: where it ended the script, the script's error stands before
 * it; where pcall caught it, only the place does. */
#define ENDED "ERR Error running script (call to f_1bd12fbc3f2bf12bb02e1e19134d6ef3c65b2e64): @user_script:1: "
#define PLACE "@user_script: 12: "

static void an_error_within_a_script_is_the_same_error(void **state)
{
    (void)state;
    static const struct {
        const char *error;
        enum redis_trouble means;
    } rows[] = {
        {"-OOM command not allowed when used memory > 'maxmemory'.", REDIS_OOM},
        {"-READONLY You can't write against a read only replica.", REDIS_READONLY},
        {"-MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist", REDIS_MISCONF},
        {"-MISCONF Errors writing to the AOF file: No space left on device", REDIS_MISCONF},
        {"-NOREPLICAS Not enough good replicas to write.", REDIS_MISCONF},
        {"-CLUSTERDOWN Hash slot not served", REDIS_AWAY},
        {"The user executing the script can't run this command or subcommand", REDIS_NOPERM},
        {"The user executing the script can't access at least one of the keys mentioned in the command", REDIS_NOPERM},
        {"ERR The ID specified in XADD is equal or smaller than the target stream top item", REDIS_BELOW},
        {"WRONGTYPE Operation against a key holding the wrong kind of value", REDIS_REFUSED},
        {"Unknown Redis command called from Lua script", REDIS_REFUSED},
        {"oh", REDIS_REFUSED},
        {"", REDIS_REFUSED},
    };
    static const char *const before[] = {ENDED PLACE, PLACE, ENDED};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t b = 0; b < sizeof before / sizeof *before; b++) {
            char error[512];
            snprintf(error, sizeof error, "%s%s  ", before[b], rows[i].error);
            if (redis_trouble_of(ff_span_text(error)) != rows[i].means)
                fail_msg("%s: %s", error, redis_trouble_name(redis_trouble_of(ff_span_text(error))));
        }
}

/* As 7.0 words it, and what came after that: the error itself comes first, and the script behind it. */
static void a_script_that_is_named_behind_its_error_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *error;
        enum redis_trouble means;
    } rows[] = {
        {"OOM command not allowed when used memory > 'maxmemory'. script: 0b52, on @user_script:1.", REDIS_OOM},
        {"ERR The user executing the script can't run this command or subcommand script: 0b52, on @user_script:34.",
         REDIS_NOPERM},
        {"ERR ACL failure in script: User shop has no permissions to run the 'xadd' command script: f168, on "
         "@user_script:37.", REDIS_NOPERM},
        {"ERR ACL failure in script: No permissions to access a key script: f168, on @user_script:2.", REDIS_NOPERM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (redis_trouble_of(ff_span_text(rows[i].error)) != rows[i].means)
            fail_msg("%s", rows[i].error);
}

static void a_torn_or_strange_text_is_read_to_its_end_and_no_further(void **state)
{
    (void)state;
    static const char *const texts[] = {"ERR Error running script", "ERR Error running script (call to", "@user_script",
                                        "@user_script:", "@user_script: 1", "@user_script: 1: ", ENDED, ENDED "-",
                                        "-OOM command", "ERR @user_script: 1: -OOM "};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const size_t n = strlen(texts[i]);
        char *exact = malloc(n);
        memcpy(exact, texts[i], n);
        assert_int_equal(redis_trouble_of(ff_span_of(exact, n)), REDIS_REFUSED);
        free(exact);
    }
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
        cmocka_unit_test(a_script_that_is_named_behind_its_error_changes_nothing),
        cmocka_unit_test(a_torn_or_strange_text_is_read_to_its_end_and_no_further),
        cmocka_unit_test(every_trouble_has_a_name_and_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
