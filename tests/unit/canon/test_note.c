#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "canon.h"
#include "note.h"

static const struct ff_note notes[] = {
    {.seq = 7, .received = INT64_C(1714564800123456), .kind = FF_NOTE_FORGET, .visitor = UINT64_MAX, .customer = 0},
    {.seq = 8, .received = -1, .kind = FF_NOTE_FORGET, .visitor = 1, .customer = UINT64_C(1) << 63},
    {.seq = 9, .received = 0, .kind = FF_NOTE_FORGOTTEN, .upto = UINT64_C(1) << 40},
};
#define NOTES (sizeof notes / sizeof *notes)

static void a_note_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < NOTES; i++) {
        char bytes[NOTE_MAX];
        struct ff_note got;
        struct ff_span body = ff_span_of(bytes, note_encode(&notes[i], bytes, sizeof bytes));
        assert_true(body.n > 0 && note_is(body));
        assert_int_equal(note_decode(notes[i].seq, body, &got), FF_OK);
        assert_true(got.seq == notes[i].seq && got.received == notes[i].received && got.kind == notes[i].kind &&
                    got.visitor == notes[i].visitor && got.customer == notes[i].customer && got.upto == notes[i].upto);
    }
}

/* {64: 2, 65: 3, 96: [2, 5]} */
static void its_bytes_stay_as_they_are(void **state)
{
    (void)state;
    static const unsigned char want[] = {0x83, 0x40, 0x02, 0x41, 0x03, 0x60, 0x92, 0x02, 0x05};
    const struct ff_note n = {.received = 3, .kind = FF_NOTE_FORGOTTEN, .upto = 5};
    unsigned char bytes[NOTE_MAX];
    assert_int_equal(note_encode(&n, bytes, sizeof bytes), sizeof want);
    assert_memory_equal(bytes, want, sizeof want);
}

static void a_beacon_is_no_note_and_a_note_no_beacon(void **state)
{
    (void)state;
    static const char *const aliases[] = {NULL};
    const struct canon_site site = {.id = "shop", .aliases = aliases};
    const struct canon_options options = {&site, 1, FF_DAY};
    struct canon *c = canon_new(&options);
    char bytes[256];
    struct ff_record r = {.received = 5, .arrival = 5};
    r.beacon = (struct ff_beacon){.type = FF_PAGE_VIEW, .time = 5, .has = FF_HAS(TYPE) | FF_HAS(SITE) | FF_HAS(TIME)};
    r.beacon.text[FF_TEXT_SITE] = FF_LITERAL("shop");
    struct ff_span body = ff_span_of(bytes, record_encode(&r, bytes, sizeof bytes));
    assert_true(body.n > 0);
    assert_false(note_is(body));
    assert_false(note_is(ff_span_of(bytes, 0)));
    body.n = note_encode(&notes[0], bytes, sizeof bytes);
    assert_int_equal(record_decode(c, 1, body, &r), FF_STORE_VERSION); /* as a version before notes says, too */
    canon_free(&c);
}

static void what_is_cut_off_or_changed_is_no_note(void **state)
{
    (void)state;
    for (size_t i = 0; i < NOTES; i++) {
        char bytes[NOTE_MAX + 1];
        struct ff_note got;
        size_t n = note_encode(&notes[i], bytes, NOTE_MAX);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(note_decode(1, ff_span_of(bytes, cut), &got), FF_STORE_CORRUPT);
        bytes[n] = 0;
        assert_int_equal(note_decode(1, ff_span_of(bytes, n + 1), &got), FF_STORE_CORRUPT);
        for (size_t at = 0; at < n; at++)
            for (int bit = 0; bit < 8; bit++) {
                bytes[at] ^= (char)(1 << bit);
                if (note_decode(1, ff_span_of(bytes, n), &got) == FF_OK)
                    assert_true(got.kind == FF_NOTE_FORGET || got.kind == FF_NOTE_FORGOTTEN);
                bytes[at] ^= (char)(1 << bit);
            }
        bytes[2] = 3; /* a later version */
        assert_int_equal(note_decode(1, ff_span_of(bytes, n), &got), FF_STORE_VERSION);
        assert_true(note_is(ff_span_of(bytes, n)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_read_as_it_was_written),
        cmocka_unit_test(its_bytes_stay_as_they_are),
        cmocka_unit_test(a_beacon_is_no_note_and_a_note_no_beacon),
        cmocka_unit_test(what_is_cut_off_or_changed_is_no_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
