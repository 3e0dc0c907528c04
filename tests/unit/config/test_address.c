#include "written.h"

#include "address.h"

static void addresses_are_numeric_with_a_port(void **state)
{
    (void)state;
    static const char *const good[] = {"0.0.0.0:7070",         "127.0.0.1:0", "10.1.2.3:65535",
                                       "[::1]:7070",           "[::]:0",      "[fe80::1:2]:80",
                                       "[::ffff:127.0.0.1]:80"};
    static const char *const bad[] = {
        "",
        ":",
        "7070",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:80 ",
        "127.0.0.1:000080",
        "localhost:80",
        "256.0.0.1:80",
        "127.1:80",
        ":80",
        "::1:80",
        "[::1]",
        "[::1]80",
        "[]:80",
        "[127.0.0.1]:80",
        "*:80",
        "[fe80::1%eth0]:80",
        "0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(address_valid(ff_span_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (address_valid(ff_span_text(bad[i])))
            print_error("bad[%zu] was taken\n", i);
        assert_false(address_valid(ff_span_text(bad[i])));
    }
    assert_false(address_valid(ff_span_of("127.0.0.1\0:80", 13)));
}

static void loopback_is_reachable_from_its_own_host_only(void **state)
{
    (void)state;
    static const char *const own[] = {"127.0.0.1:0", "127.9.9.9:80", "[::1]:80",
                                      "[::ffff:127.0.0.1]:80"};
    static const char *const open[] = {
        "0.0.0.0:80",   "[::]:80",      "10.0.0.1:80",          "[::2]:80",
        "128.0.0.1:80", "[fe80::1]:80", "[::ffff:10.0.0.1]:80", "nonsense"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        assert_true(address_loopback(ff_span_text(own[i])));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        assert_false(address_loopback(ff_span_text(open[i])));
}

static void networks_have_one_form(void **state)
{
    (void)state;
    static const char *const forms[][2] = {
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"10.1.2.3/8", "10.0.0.0/8"},
        {"10.1.2.3", "10.1.2.3/32"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"255.255.255.255/0", "0.0.0.0/0"},
        {"172.31.255.1/12", "172.16.0.0/12"},
        {"192.168.1.255/31", "192.168.1.254/31"},
        {"::1", "::1/128"},
        {"FC00:0:0::1/7", "fc00::/7"},
        {"fe80::ffff/10", "fe80::/10"},
        {"::/0", "::/0"},
        {"2001:db8:ffff::/33", "2001:db8:8000::/33"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char out[NETWORK_TEXT];
        assert_true(network_canonical(ff_span_text(forms[i][0]), out));
        assert_string_equal(out, forms[i][1]);
    }
}

static void networks_refuse_anything_else(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "/",
                                      "/8",
                                      "10.0.0.0/",
                                      "10.0.0.0/33",
                                      "::/129",
                                      "10.0.0/8",
                                      "10.0.0.0/8/8",
                                      "10.0.0.0/-1",
                                      "all",
                                      "10.0.0.0 /8",
                                      "::1/8x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char out[NETWORK_TEXT];
        assert_false(network_canonical(ff_span_text(bad[i]), out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_numeric_with_a_port),
        cmocka_unit_test(loopback_is_reachable_from_its_own_host_only),
        cmocka_unit_test(networks_have_one_form),
        cmocka_unit_test(networks_refuse_anything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
