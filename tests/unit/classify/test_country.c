#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "classify_data.h"
#include "country.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

static struct ff_span find(const struct countries *c, const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return countries_find(c, (const struct sockaddr *)(const void *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return countries_find(c, (const struct sockaddr *)(const void *)&six);
}

static const char *data_file(char *out, size_t size, const char *name)
{
    const char *folder = data_folder();
    if (!folder) {
        fprintf(stderr, "SKIPPED: no shared/data here: %s is not tested\n", name);
        return NULL;
    }
    snprintf(out, size, "%s/mmdb/%s", folder, name);
    return out;
}

static void the_244_addresses_are_right(void **state)
{
    (void)state;
    char file[512], why[512], *line = NULL;
    size_t room = 0;
    int all = 0, right = 0;
    if (!data_file(file, sizeof file, "GeoLite2-Country-Test.mmdb"))
        skip();
    struct countries *c = countries_new(file, why, sizeof why);
    assert_non_null(c);
    FILE *in = data_lines("real addresses",
                          "import sys\n"
                          "for l in list(open(sys.argv[1]+\"/mmdb/expected_GeoLite2-Country-Test.tsv\"))[1:]:\n"
                          "  r=l.rstrip(\"\\n\").split(\"\\t\"); print(r[0],r[2] or \"--\")");
    while (getline(&line, &room, in) > 0) {
        char *address = strtok(line, " "), *country = strtok(NULL, "\n");
        struct ff_span found = find(c, address);
        all++;
        right += found.n ? ff_span_is(found, country) : strcmp(country, "--") == 0;
    }
    free(line);
    assert_int_equal(pclose(in), 0);
    assert_int_equal(all, 244);
    assert_int_equal(right, 244);
    countries_free(&c);
    assert_null(c);
}

static void a_small_database_says_what_it_holds(void **state)
{
    (void)state;
    char why[512];
    struct countries *c = countries_new(FF_SOURCE_DIR "/tests/fuzz/corpus/country/small.mmdb", why, sizeof why);
    assert_non_null(c);
    assert_true(ff_span_is(find(c, "200.1.2.3"), "DE"));
    assert_true(ff_span_is(find(c, "9.9.9.9"), "FR"));
    assert_true(ff_span_is(find(c, "::ffff:9.9.9.9"), "FR"));
    assert_int_equal(find(c, "70.1.2.3").n, 0);  /* in none of its networks */
    assert_int_equal(find(c, "100.1.2.3").n, 0); /* in one without a country */
    assert_int_equal(find(c, "2001:db8::1").n, 0);
    countries_free(&c);
}

static void addresses_of_any_kind_are_taken(void **state)
{
    (void)state;
    char file[512], why[512];
    if (!data_file(file, sizeof file, "GeoLite2-Country-Test.mmdb"))
        skip();
    struct countries *c = countries_new(file, why, sizeof why);
    assert_non_null(c);
    assert_true(ff_span_is(find(c, "81.2.69.160"), "GB"));
    assert_true(ff_span_is(find(c, "::ffff:81.2.69.160"), "GB"));
    assert_true(ff_span_is(find(c, "2001:218::1"), "JP"));
    assert_int_equal(find(c, "127.0.0.1").n, 0);
    assert_int_equal(find(c, "::1").n, 0);
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_int_equal(countries_find(c, &local).n, 0);
    countries_free(&c);
    countries_free(&c);
}

/* A copy of the test database, cut to some bytes or with one changed, in the folder of the build. */
static const char *spoiled(size_t keep, size_t at, unsigned char change)
{
    static const char name[] = FF_BINARY_DIR "/unit/spoiled.mmdb";
    static unsigned char bytes[1 << 16];
    char file[512];
    if (!data_file(file, sizeof file, "GeoLite2-Country-Test.mmdb"))
        return NULL;
    FILE *in = fopen(file, "re"), *out = fopen(name, "we");
    assert_true(in && out);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    if (at < n)
        bytes[at] ^= change;
    assert_int_equal(fwrite(bytes, 1, keep < n ? keep : n, out), keep < n ? keep : n);
    fclose(in);
    fclose(out);
    return name;
}

static void what_is_no_whole_database_is_refused_with_the_files_name(void **state)
{
    (void)state;
    char file[512], why[512];
    assert_null(countries_new("/nowhere/at.mmdb", why, sizeof why));
    assert_string_equal(why, "/nowhere/at.mmdb: cannot be read: No such file or directory");
    assert_null(countries_new("/dev", why, sizeof why));
    assert_non_null(strstr(why, "/dev: cannot be read: "));
    assert_null(countries_new("/dev/null", why, sizeof why));
    assert_non_null(strstr(why, "/dev/null: "));
    if (!data_file(file, sizeof file, "GeoIP2-City-Test-Broken-Double-Format.mmdb"))
        skip();
    assert_null(countries_new(file, why, sizeof why));
    assert_non_null(strstr(why, "Broken-Double-Format.mmdb: not a whole database in MaxMind's format: "));
    for (size_t keep = 0; keep < 18000; keep += 500)
        assert_null(countries_new(spoiled(keep, SIZE_MAX, 0), why, sizeof why));
}

static void a_changed_byte_never_ends_in_a_wrong_place(void **state)
{
    (void)state;
    char why[512];
    if (!spoiled(SIZE_MAX, SIZE_MAX, 0))
        skip();
    int opened = 0;
    for (size_t at = 0; at < 18000; at += 37) {
        struct countries *c = countries_new(spoiled(SIZE_MAX, at, 0xff), why, sizeof why);
        if (!c)
            continue;
        opened++;
        for (int i = 0; i < 200; i++) {
            char address[32];
            snprintf(address, sizeof address, "%d.%d.69.160", i, i * 7 % 256);
            struct ff_span found = find(c, address);
            assert_true(found.n == 0 || found.n == 2);
        }
        countries_free(&c);
    }
    assert_true(opened > 0);
}

static void a_file_that_changes_is_not_noticed_until_it_is_opened_anew(void **state)
{
    (void)state;
    char why[512];
    const char *file = spoiled(SIZE_MAX, SIZE_MAX, 0);
    if (!file)
        skip();
    struct countries *c = countries_new(file, why, sizeof why);
    assert_non_null(c);
    spoiled(10, SIZE_MAX, 0);
    assert_true(ff_span_is(find(c, "81.2.69.160"), "GB"));
    assert_null(countries_new(file, why, sizeof why));
    countries_free(&c);
    unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_244_addresses_are_right),
        cmocka_unit_test(a_small_database_says_what_it_holds),
        cmocka_unit_test(addresses_of_any_kind_are_taken),
        cmocka_unit_test(what_is_no_whole_database_is_refused_with_the_files_name),
        cmocka_unit_test(a_changed_byte_never_ends_in_a_wrong_place),
        cmocka_unit_test(a_file_that_changes_is_not_noticed_until_it_is_opened_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
