#include "written.h"

#include "origin.h"

static void gives(const char *text, const char *expected)
{
    char out[ORIGIN_TEXT] = "";
    if (!origin_canonical(ff_span_text(text), out))
        print_error("%s was refused\n", text);
    assert_string_equal(out, expected);
}

static void origins_are_written_as_browsers_send_them(void **state)
{
    (void)state;
    gives("*", "*");
    gives("https://shop.example", "https://shop.example");
    gives("HTTPS://Shop.Example/", "https://shop.example");
    gives("https://shop.example:443", "https://shop.example");
    gives("http://shop.example:80", "http://shop.example");
    gives("http://shop.example:443", "http://shop.example:443");
    gives("https://shop.example:080", "https://shop.example:80");
    gives("http://localhost:3000", "http://localhost:3000");
    gives("http://127.0.0.1:65535", "http://127.0.0.1:65535");
    gives("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443");
    gives("https://xn--bcher-kva.example", "https://xn--bcher-kva.example");
    gives("capacitor://localhost", "capacitor://localhost");
    gives("chrome-extension://abcdef", "chrome-extension://abcdef");
}

static void what_is_no_origin_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "null",
        "**",
        "shop.example",
        "//shop.example",
        "://shop.example",
        "https:/shop.example",
        "https://",
        "https:///",
        "https://shop.example/path",
        "https://shop.example//",
        "https://shop.example?q",
        "https://user@shop.example",
        "https://*.shop.example",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:65536",
        "https://shop.example:123456",
        "https://shop.example:8x",
        "https://shop.example:+8",
        "https://b\xc3\xbc" "cher.example",
        "https://shop.example ",
        " https://shop.example",
        "https://shop.example\r\nX: y",
        "https://[::1",
        "https://[]",
        "https://[::g]",
        "https://::1",
        "a-scheme-that-goes-on-for-too-long://x",
    };
    char out[ORIGIN_TEXT];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (origin_canonical(ff_span_text(bad[i]), out))
            print_error("bad[%zu] was taken: %s\n", i, bad[i]);
        assert_false(origin_canonical(ff_span_text(bad[i]), out));
    }
    assert_false(origin_canonical(FF_LITERAL("https://a\0b"), out));
}

static void a_host_is_at_most_253_bytes(void **state)
{
    (void)state;
    char text[8 + 254 + 6 + 1] = "https://", out[ORIGIN_TEXT];
    memset(text + 8, 'a', 253);
    strcpy(text + 8 + 253, ":65535");
    gives(text, text);
    memset(text + 8, 'a', 254);
    strcpy(text + 8 + 254, ":6553");
    assert_false(origin_canonical(ff_span_text(text), out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_written_as_browsers_send_them),
        cmocka_unit_test(what_is_no_origin_is_refused),
        cmocka_unit_test(a_host_is_at_most_253_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
