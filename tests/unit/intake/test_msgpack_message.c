#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "packing.h"
#include "taking.h"

#define TYPE "application/msgpack"

/* The message is taken and its beacons have these faults. */
static void holds(struct ff_span message, uint32_t count, const enum ff_status *faults)
{
    struct taking t;
    enum ff_status s = taking_span(&t, TYPE, message);
    if (s != FF_OK || t.batch.count != count)
        fail_msg("%s, %u beacons", ff_status_code(s), t.batch.count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(t.batch.records[i].beacon.fault, faults[i]);
    taking_end(&t);
}

#define HOLDS(literal, ...)                                                                        \
    holds(FF_LITERAL(literal), sizeof((enum ff_status[]){__VA_ARGS__}) / sizeof(enum ff_status),   \
          (enum ff_status[]){__VA_ARGS__})

static void refused(struct ff_span message, enum ff_status status)
{
    struct taking t;
    enum ff_status s = taking_span(&t, TYPE, message);
    if (s != status || t.batch.count != 0)
        fail_msg("%s instead of %s", ff_status_code(s), ff_status_code(status));
    taking_end(&t);
}

#define REFUSED(literal, status) refused(FF_LITERAL(literal), status)

#define PING "\x81\xa4type\xa4ping"

static void counts_are_not_believed(void **state)
{
    (void)state;
    REFUSED("\xdd\x0f\xff\xff\xff", FF_MALFORMED);
    REFUSED("\xdd\xff\xff\xff\xff", FF_MALFORMED);
    REFUSED("\xdf\xff\xff\xff\xff", FF_MALFORMED);
    REFUSED("\xdd\x0f\xff\xff\xff" PING, FF_MALFORMED);
    REFUSED("\x81\xa5items\xdd\x0f\xff\xff\xff", FF_MALFORMED);
    REFUSED("\x81\xa3"
            "foo\xdb\xff\xff\xff\xff",
            FF_MALFORMED);
    REFUSED("\x81\xa3"
            "foo\xdf\x80\0\0\0\xc0\xc0",
            FF_MALFORMED);
}

static void one_map_an_array_of_maps_or_maps_back_to_back_are_taken(void **state)
{
    (void)state;
    HOLDS(PING, FF_OK);
    HOLDS("\x80", FF_OK);
    HOLDS("\x91" PING, FF_OK);
    HOLDS("\x92" PING PING, FF_OK, FF_OK);
    HOLDS("\xdc\0\x02" PING PING, FF_OK, FF_OK);
    HOLDS("\xdd\0\0\0\x02" PING PING, FF_OK, FF_OK);
    HOLDS(PING PING PING, FF_OK, FF_OK, FF_OK);
    HOLDS(PING "\xde\0\x01\xa4type\xa4ping\xdf\0\0\0\x01\xa4type\xa4ping", FF_OK, FF_OK, FF_OK);
}

static void what_is_no_map_stands_alone_with_its_fault(void **state)
{
    (void)state;
    HOLDS("\x94\x05" PING "\xc0\x91" PING, FF_NOT_AN_OBJECT, FF_OK, FF_NOT_AN_OBJECT,
          FF_NOT_AN_OBJECT);
    HOLDS(PING "\x05" PING "\x91" PING, FF_OK, FF_NOT_AN_OBJECT, FF_OK, FF_NOT_AN_OBJECT);
    REFUSED("\x05", FF_NOT_AN_OBJECT);
    REFUSED("\xa4ping", FF_NOT_AN_OBJECT);
    REFUSED("\x90", FF_EMPTY);
    REFUSED("", FF_EMPTY);
}

static void broken_messages_are_refused_whole(void **state)
{
    (void)state;
    REFUSED("\x92" PING, FF_MALFORMED);
    REFUSED("\x91" PING PING, FF_MALFORMED);
    REFUSED("\x91" PING "\xc0", FF_MALFORMED);
    REFUSED(PING PING "\x81\xa4type", FF_MALFORMED);
    REFUSED(PING "\xc1" PING, FF_MALFORMED);
    REFUSED(PING "\x81\xa3"
                 "foo\xc1",
            FF_MALFORMED);
    REFUSED("\x92" PING "\x82"
            "\xa4type\xa4ping",
            FF_MALFORMED);
    REFUSED("\xc1", FF_MALFORMED);
}

static void more_than_max_batch_is_refused_whole(void **state)
{
    static struct packing k;
    (void)state;
    for (int array = 0; array < 2; array++)
        for (unsigned n = TAKING_BATCH; n <= TAKING_BATCH + 1; n++) {
            enum ff_status none[TAKING_BATCH] = {FF_OK};
            k.n = 0;
            if (array)
                pack_array(&k, n);
            for (unsigned i = 0; i < n; i++)
                pack_ping(&k);
            if (n == TAKING_BATCH)
                holds(packed(&k), n, none);
            else
                refused(packed(&k), FF_BATCH_TOO_LARGE);
        }
}

static void text_that_is_no_utf8_is_left_to_canon(void **state)
{
    (void)state;
    HOLDS("\x81\xa3url\xa1\xff", FF_OK);
}

static void deep_values_are_refused(void **state)
{
    static struct packing k;
    (void)state;
    pack_map(&k, 1), pack_text(&k, "foo");
    for (int i = 0; i < 2000; i++)
        RAW(&k, "\x91");
    RAW(&k, "\xc0");
    refused(packed(&k), FF_TOO_DEEP);
}

static void message_of_all_kinds(struct packing *k)
{
    pack_array(k, 2);
    pack_map(k, 6);
    pack_pair(k, "type", "purchase");
    pack_text(k, "value"), pack_double(k, 59.97);
    pack_text(k, "time"), RAW(k, "\xd7\xff\x77\x35\x94\x00\x6b\x02\xd5\x66");
    pack_pair(k, "title", "a title of more than thirty-one bytes, so with a long head");
    pack_text(k, "items"), pack_array(k, 1), pack_map(k, 2), pack_pair(k, "sku", "a");
    pack_text(k, "price"), RAW(k, "\xca\x42\xc8\0\0");
    pack_text(k, "x"), RAW(k, "\x93\xc3\xc0\xc4\x02hi");
    pack_ping(k);
}

/* Every message cut short anywhere is refused, and nothing past it is read. */
static void no_prefix_of_a_message_is_taken(void **state)
{
    static struct packing k;
    (void)state;
    message_of_all_kinds(&k);
    holds(packed(&k), 2, (enum ff_status[]){FF_OK, FF_OK});
    for (size_t n = 1; n < k.n; n++)
        refused(ff_span_of(k.bytes, n), FF_MALFORMED);
}

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 31;
}

/* Bytes changed at random never make it read where it must not (sanitizers). */
static void scrambled_messages_do_no_harm(void **state)
{
    static struct packing k;
    struct intake_options options = {TAKING_BATCH, TAKING_BYTES};
    struct intake *in = intake_new(&options);
    uint64_t seed = 7;
    (void)state;
    message_of_all_kinds(&k);
    for (int round = 0; round < 20000; round++) {
        struct intake_batch batch;
        char *exact = malloc(k.n);
        memcpy(exact, k.bytes, k.n);
        for (int i = 0; i < 3; i++)
            exact[next_random(&seed) % k.n] = (char)next_random(&seed);
        struct ff_span message = ff_span_of(exact, k.n);
        enum ff_status s =
            intake_decode(in, intake_format(FF_LITERAL(TYPE), message), message, &batch);
        assert_true((s == FF_OK) == (batch.count > 0));
        free(exact);
    }
    intake_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_not_believed),
        cmocka_unit_test(one_map_an_array_of_maps_or_maps_back_to_back_are_taken),
        cmocka_unit_test(what_is_no_map_stands_alone_with_its_fault),
        cmocka_unit_test(broken_messages_are_refused_whole),
        cmocka_unit_test(more_than_max_batch_is_refused_whole),
        cmocka_unit_test(text_that_is_no_utf8_is_left_to_canon),
        cmocka_unit_test(deep_values_are_refused),
        cmocka_unit_test(no_prefix_of_a_message_is_taken),
        cmocka_unit_test(scrambled_messages_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
