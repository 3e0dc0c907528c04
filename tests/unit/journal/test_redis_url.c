#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_url.h"
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char why[512];

static struct redis_url parsed(const char *text)
{
    struct redis_url u;
    if (!redis_url_parse(text, &u, why, sizeof why))
        fail_msg("%s: %s", text, why);
    return u;
}

static void a_host_alone_has_the_usual_port_and_database(void **state)
{
    (void)state;
    const struct redis_url u = parsed("redis://cache.shop.example");
    assert_string_equal(u.host, "cache.shop.example");
    assert_string_equal(u.port, "6379");
    assert_string_equal(u.path, "");
    assert_string_equal(u.user, "");
    assert_string_equal(u.password, "");
    assert_int_equal(u.db, 0);
}

static void all_parts_are_read(void **state)
{
    (void)state;
    const struct redis_url u = parsed("redis://shop:p%40ss%2Fw%3ard@10.0.0.7:7000/12");
    assert_string_equal(u.user, "shop");
    assert_string_equal(u.password, "p@ss/w:rd");
    assert_string_equal(u.host, "10.0.0.7");
    assert_string_equal(u.port, "7000");
    assert_int_equal(u.db, 12);
}

static void a_password_needs_no_user(void **state)
{
    (void)state;
    const struct redis_url u = parsed("redis://:secret@localhost/");
    assert_string_equal(u.user, "");
    assert_string_equal(u.password, "secret");
    assert_int_equal(u.db, 0);
}

static void a_user_may_have_its_password_elsewhere(void **state)
{
    (void)state;
    const struct redis_url u = parsed("redis://shop@localhost");
    assert_string_equal(u.user, "shop");
    assert_string_equal(u.password, "");
    assert_string_equal(u.host, "localhost");
}

static void an_address_of_ip_6_stands_in_brackets(void **state)
{
    (void)state;
    char shown[REDIS_URL_SHOWN];
    const struct redis_url u = parsed("redis://[::1]:6380/1");
    assert_string_equal(u.host, "::1");
    assert_string_equal(u.port, "6380");
    assert_string_equal(redis_url_show(&u, shown), "redis://[::1]:6380/1");
}

static void a_socket_has_a_path_and_perhaps_a_database(void **state)
{
    (void)state;
    char shown[REDIS_URL_SHOWN];
    struct redis_url u = parsed("unix:///run/redis/redis%20a.sock?db=3");
    assert_string_equal(u.path, "/run/redis/redis a.sock");
    assert_string_equal(u.host, "");
    assert_int_equal(u.db, 3);
    assert_string_equal(redis_url_show(&u, shown), "unix:///run/redis/redis a.sock?db=3");
    u = parsed("unix://shop:secret@/run/redis.sock");
    assert_string_equal(u.user, "shop");
    assert_string_equal(u.password, "secret");
    assert_string_equal(u.path, "/run/redis.sock");
}

static void what_is_shown_has_no_password(void **state)
{
    (void)state;
    char shown[REDIS_URL_SHOWN];
    const struct redis_url u = parsed("redis://shop:secret@cache:7000/2");
    assert_string_equal(redis_url_show(&u, shown), "redis://cache:7000/2");
}

static void anything_else_is_refused_without_showing_it(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "cache", "http://cache", "redis://", "redis://:0", "redis://cache:0", "redis://cache:65536",
        "redis://cache:6379x", "redis://cache:", "redis://@cache", "redis://shop:@cache", "redis://:@cache", "redis://cache/x",
        "redis://cache/65536", "redis://cache/1/2", "redis://[::1", "redis://[::1]6379", "redis://a:secret%zz@cache",
        "redis://a:secret%0@cache", "redis://a:secret%00@cache", "unix://", "unix:///", "unix://run/redis.sock", "unix://shop@x/run/redis.sock",
        "unix:///run/redis.sock?db=", "unix:///run/redis.sock?database=1", "unix:///run/redis.sock?db=x",
        "rediss://:secret@cache",
    };
    struct redis_url u;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why[0] = 0;
        if (redis_url_parse(bad[i], &u, why, sizeof why))
            fail_msg("taken: %s", bad[i]);
        assert_true(why[0]);
        assert_null(strstr(why, "secret"));
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[1024] = "redis://a:";
    struct redis_url u;
    memset(text + 10, 'p', sizeof u.password - 1);
    strcpy(text + 10 + sizeof u.password - 1, "@cache");
    assert_true(redis_url_parse(text, &u, why, sizeof why));
    strcpy(text + 10 + sizeof u.password - 1, "p@cache");
    assert_false(redis_url_parse(text, &u, why, sizeof why));
}

static void a_password_is_the_first_line_of_its_file(void **state)
{
    (void)state;
    char dir[SCRATCH_MAX];
    char file[512];
    scratch_make(dir);
    snprintf(file, sizeof file, "%s/password", dir);
    struct redis_url u = parsed("redis://cache");
    assert_false(redis_url_password_file(&u, file, why, sizeof why));
    assert_non_null(strstr(why, file));
    FILE *f = fopen(file, "w");
    fputs("  of many words \r\nnot this\n", f);
    fclose(f);
    assert_true(redis_url_password_file(&u, file, why, sizeof why));
    assert_string_equal(u.password, "  of many words ");
    f = fopen(file, "w");
    fputs("\n", f);
    fclose(f);
    assert_false(redis_url_password_file(&u, file, why, sizeof why));
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_alone_has_the_usual_port_and_database),
        cmocka_unit_test(all_parts_are_read),
        cmocka_unit_test(a_password_needs_no_user),
        cmocka_unit_test(a_user_may_have_its_password_elsewhere),
        cmocka_unit_test(an_address_of_ip_6_stands_in_brackets),
        cmocka_unit_test(a_socket_has_a_path_and_perhaps_a_database),
        cmocka_unit_test(what_is_shown_has_no_password),
        cmocka_unit_test(anything_else_is_refused_without_showing_it),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(a_password_is_the_first_line_of_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
