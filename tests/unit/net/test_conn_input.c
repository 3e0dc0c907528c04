#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What becomes of bytes that come in: inflated, limited, refused with the owner's headers. */
#include "rig.h"

#include "gzip.h"

#define EVENT "{\"type\":\"page_view\"}"

static struct rig rig;
static int client;

/* The owner's header lines: which listener, and the origin, if it is known. */
static size_t dress(void *ctx, int listener, struct ff_span origin, char *out, size_t size)
{
    assert_ptr_equal(ctx, &rig);
    int n = snprintf(out, size, "Listener: %d\r\nOrigin-Was: %.*s\r\n", listener,
                     origin.p ? (int)origin.n : 1, origin.p ? origin.p : "-");
    return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

static void start(uint32_t requests_per_second)
{
    struct net_options options = rig_options();
    options.headers = dress;
    options.requests_per_second = requests_per_second;
    rig_init(&rig, &options);
    client = rig_connect(&rig);
}

static int set_up(void **state)
{
    (void)state;
    start(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(client);
    rig_fini(&rig);
    return 0;
}

/* Posts a body with these header lines. */
static void post(const char *headers, const char *body, size_t n)
{
    char head[600];
    int size = snprintf(head, sizeof head, "POST /e HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n\r\n",
                        headers, n);
    rig_send(&rig, client, head, (size_t)size);
    rig_send(&rig, client, body, n);
    rig_turns(&rig, 3);
}

static void hears(const char *wanted)
{
    const char *heard = rig_hear(&rig, client);
    if (!strstr(heard, wanted))
        fprintf(stderr, "heard %s\n", heard);
    assert_non_null(strstr(heard, wanted));
}

static void gzip_is_inflated(void **state)
{
    (void)state;
    static const char *const table[] = {"Content-Encoding: gzip\r\n", "Content-Encoding: X-GZIP\r\n", ""};
    char packed[200];
    size_t n = gzip_make(EVENT, strlen(EVENT), NULL, packed, sizeof packed);
    for (int i = 0; i < 3; i++) {
        post(table[i], packed, n);
        assert_int_equal(rig.requests, i + 1);
        assert_string_equal(rig.told, "POST /e? [] " EVENT);
        assert_string_equal(rig.coding, "-");
    }
    assert_int_equal(net_counts(rig.net).inflated, 3);
}

static void gzip_in_chunks_is_inflated(void **state)
{
    (void)state;
    char packed[200], text[400];
    size_t n = gzip_make(EVENT, strlen(EVENT), NULL, packed, sizeof packed);
    int size = snprintf(text, sizeof text,
                        "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                        "Content-Encoding: gzip\r\n\r\n%zx\r\n", n - 1);
    memcpy(text + size, packed, n - 1);
    size += (int)n - 1;
    memcpy(text + size, "\r\n1\r\n", 5);
    text[size + 5] = packed[n - 1];
    memcpy(text + size + 6, "\r\n0\r\n\r\n", 7);
    rig_send(&rig, client, text, (size_t)size + 13);
    rig_turns(&rig, 3);
    assert_string_equal(rig.told, "POST /e? [] " EVENT);
}

static void other_codings_are_the_owners(void **state)
{
    (void)state;
    post("Content-Encoding: deflate\r\n", "\x1f\x8b", 2);
    assert_string_equal(rig.coding, "deflate");
    assert_int_equal(rig.body_n, 2);
    post("Content-Encoding: gzip, br\r\n", "x", 1);
    assert_string_equal(rig.coding, "gzip, br");
    post("Content-Encoding:\r\n", "x", 1);
    assert_string_equal(rig.coding, "");
    assert_int_equal(net_counts(rig.net).inflated, 0);
}

static void no_body_is_no_gzip(void **state)
{
    (void)state;
    post("Content-Encoding: gzip\r\n", "", 0);
    assert_int_equal(rig.requests, 1);
    assert_int_equal(rig.body_n, 0);
    assert_string_equal(rig.coding, "-");
}

static void broken_gzip_is_told_and_the_connection_kept(void **state)
{
    (void)state;
    post("Content-Encoding: gzip\r\nOrigin: https://a\r\n", EVENT, strlen(EVENT));
    hears("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 59\r\n"
          "Listener: 0\r\nOrigin-Was: https://a\r\n\r\n{\"error\"");
    post("", "\x1f\x8b" "x", 3);
    hears("\"code\":\"malformed\"");
    post("", EVENT, strlen(EVENT));
    assert_int_equal(rig.requests, 1);
    assert_int_equal(net_counts(rig.net).bad_requests, 2);
    assert_int_equal(net_counts(rig.net).requests, 1);
}

static void too_much_in_gzip_is_told(void **state)
{
    (void)state;
    static char plain[1024 * 1024 + 1], packed[8000];
    post("", packed, gzip_make(plain, sizeof plain, NULL, packed, sizeof packed));
    hears("HTTP/1.1 413 ");
    post("", packed, gzip_make(plain, sizeof plain - 1, NULL, packed, sizeof packed));
    assert_int_equal(rig.requests, 1);
    assert_int_equal(rig.body_n, sizeof plain - 1);
}

/* Few bytes, much work: a client that sends ten of them must not hold up the others. */
static void large_gzip_bodies_take_turns_with_other_clients(void **state)
{
    (void)state;
    static char plain[100000], packed[2000], text[20000];
    size_t n = gzip_make(plain, sizeof plain, NULL, packed, sizeof packed), size = 0;
    for (int i = 0; i < 10; i++) {
        size += (size_t)sprintf(text + size, "POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n",
                                i, n);
        memcpy(text + size, packed, n);
        size += n;
    }
    rig_send(&rig, client, text, size);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 1);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 2);
    rig_turns(&rig, 20);
    assert_int_equal(rig.requests, 10);
    assert_memory_equal(rig.told, "POST /9?", 8);
}

static void answers_of_nets_own_carry_the_owners_headers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } table[] = {
        {"rubbish", "HTTP/1.1 400 "},
        {"POST / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nContent-Length: 1048577\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nTransfer-Encoding: chunked\r\n\r\nz", "400"},
        {"POST / HTTP/1.1\r\nOrigin: o\r\nContent-Length: 1\r\n\r\n", "400"},
    };
    static const char *const origin[] = {"Origin-Was: -\r\n", "Origin-Was: o\r\n", "Origin-Was: o\r\n",
                                         "Origin-Was: -\r\n"};
    for (int i = 0; i < 4; i++) {
        int fd = rig_connect(&rig);
        rig_say(&rig, fd, table[i].text);
        const char *heard = rig_hear(&rig, fd);
        assert_non_null(strstr(heard, table[i].wanted));
        assert_non_null(strstr(heard, origin[i]));
        assert_non_null(strstr(heard, "Connection: close\r\nListener: 0\r\n"));
        close(fd);
    }
}

static void a_late_request_is_told_with_its_origin(void **state)
{
    (void)state;
    rig_say(&rig, client, "POST / HTTP/1.1\r\nHost: h\r\nOrigin: https://b\r\nContent-Length: 9\r\n\r\nabc");
    rig_time += 10 * FF_SECOND;
    rig_turns(&rig, 1);
    hears("Origin-Was: https://b\r\n");
}

static void a_header_that_does_not_fit_is_left_out(void **state)
{
    (void)state;
    char text[3000] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\nOrigin: ";
    size_t n = strlen(text);
    memset(text + n, 'o', 2000);
    strcpy(text + n + 2000, "\r\n\r\n");
    rig_say(&rig, client, text);
    const char *heard = rig_hear(&rig, client);
    assert_memory_equal(heard, "HTTP/1.1 413 ", 13);
    assert_null(strstr(heard, "Origin-Was"));
}

static void preflights_say_what_they_ask_for(void **state)
{
    (void)state;
    rig_say(&rig, client,
            "OPTIONS /e HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nAccess-Control-Request-Method: POST\r\n"
            "Access-Control-Request-Headers: content-type,x-a\r\n\r\n");
    assert_string_equal(rig.asked, "POST|content-type,x-a");
}

static void requests_of_an_address_have_a_rate(void **state)
{
    (void)state;
    char text[2000] = "";
    int refused = 0;
    tear_down(NULL);
    start(5);
    for (int i = 0; i < 12; i++)
        strcat(text, "GET / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\n\r\n");
    rig_say(&rig, client, text);
    assert_int_equal(rig.requests, 10);
    const char *heard = rig_hear(&rig, client);
    for (const char *at = heard; (at = strstr(at, "HTTP/1.1 429 Too Many Requests\r\n")); at++)
        refused++;
    assert_int_equal(refused, 2);
    assert_non_null(strstr(heard, "\r\nRetry-After: 1\r\nListener: 0\r\nOrigin-Was: o\r\n\r\n{\"error\":"));
    assert_null(strstr(heard, "Connection: close"));
    assert_int_equal(net_counts(rig.net).limited, 2);
    assert_int_equal(net_counts(rig.net).requests, 10);
    rig_time += FF_SECOND;
    rig_say(&rig, client, text);
    assert_int_equal(rig.requests, 15);
}

static void line_ends_between_requests_buy_no_time(void **state)
{
    (void)state;
    static const char *const table[] = {"\r\n", "\r", "\n\r", "\n\r\n\r\n"};
    int closed;
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    rig_hear(&rig, client);
    for (int i = 0; i < 4; i++) {
        rig_time += 18 * FF_SECOND;
        rig_say(&rig, client, table[i]);
        assert_int_equal(net_counts(rig.net).open, 1);
    }
    rig_time += 3 * FF_SECOND;
    assert_string_equal(rig_hear_until(&rig, client, &closed), "");
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).timed_out, 0);
}

#define SIDE 40 /* connections beside the first */

/* The rig looks back at all that is to stay. */
static void small_bodies_stay_while_others_are_read(void **state)
{
    (void)state;
    int fd[SIDE];
    char text[100];
    for (int i = 0; i < SIDE; i++)
        fd[i] = rig_connect(&rig);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < SIDE; i++) {
            int n = snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nbody %d %03d", round,
                             i);
            assert_int_equal(send(fd[i], text, (size_t)n, 0), n);
        }
        rig_turns(&rig, 3);
        for (int i = 0; i < SIDE; i++)
            assert_non_null(strstr(rig_hear(&rig, fd[i]), "body"));
    }
    assert_int_equal(rig.requests, 3 * SIDE);
    assert_int_equal(rig.kept[2 * SIDE].n, 10);
    for (int i = 0; i < SIDE; i++)
        close(fd[i]);
}

static void what_the_owner_is_not_told_makes_nothing_go(void **state)
{
    (void)state;
    int fd[SIDE];
    char zipped[1000];
    size_t n = gzip_make(EVENT, strlen(EVENT), NULL, zipped, sizeof zipped);
    for (int i = 0; i < SIDE; i++)
        fd[i] = rig_connect(&rig);
    for (int i = 0; i < SIDE; i++) { /* broken bodies behind a sound one */
        const char *text = i % 20 == 0 ? "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok"
                                       : "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno";
        assert_int_equal(send(fd[i], text, strlen(text), 0), strlen(text));
    }
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 2);
    assert_int_equal(rig.kept[0].n, 2);
    post("Content-Encoding: gzip\r\n", zipped, n);
    assert_int_equal(rig.requests, 3);
    assert_null(rig.kept[2].p); /* inflated bodies share one buffer */
    for (int i = 0; i < SIDE; i++)
        close(fd[i]);
}

/* A byte a second would come to an end some day; what has begun must be whole in its time. */
static void a_body_that_trickles_is_cut_off(void **state)
{
    (void)state;
    int sent = 0;
    rig_say(&rig, client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
    while (sent < 100 && net_counts(rig.net).timed_out == 0) {
        rig_time += FF_SECOND;
        rig_say(&rig, client, "x");
        sent++;
    }
    assert_int_equal(sent, 10);
    assert_memory_equal(rig_hear(&rig, client), "HTTP/1.1 408 ", 13);
}

static void chunks_that_trickle_are_cut_off(void **state)
{
    (void)state;
    int sent = 0;
    rig_say(&rig, client, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (sent < 100 && net_counts(rig.net).timed_out == 0) {
        rig_time += FF_SECOND;
        rig_say(&rig, client, "1\r\nx\r\n");
        sent++;
    }
    assert_int_equal(sent, 10);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(gzip_is_inflated),
        T(gzip_in_chunks_is_inflated),
        T(other_codings_are_the_owners),
        T(no_body_is_no_gzip),
        T(broken_gzip_is_told_and_the_connection_kept),
        T(too_much_in_gzip_is_told),
        T(large_gzip_bodies_take_turns_with_other_clients),
        T(answers_of_nets_own_carry_the_owners_headers),
        T(a_late_request_is_told_with_its_origin),
        T(a_header_that_does_not_fit_is_left_out),
        T(preflights_say_what_they_ask_for),
        T(requests_of_an_address_have_a_rate),
        T(small_bodies_stay_while_others_are_read),
        T(what_the_owner_is_not_told_makes_nothing_go),
        T(line_ends_between_requests_buy_no_time),
        T(a_body_that_trickles_is_cut_off),
        T(chunks_that_trickle_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
