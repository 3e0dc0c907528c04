/* That what embed.cmake has put into the program is the file that stands in daemon/web/. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "web.h"

/* What the tracker may cost a page, in bytes on the wire. */
#define PACKED_MAX 1500

static void it_is_the_file_byte_for_byte(void **state)
{
    (void)state;
    static char bytes[1 << 16];
    FILE *file = fopen(FF_SOURCE_DIR "/daemon/web/tracker.min.js", "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_int_equal(web_tracker.plain.body.n, n);
    assert_memory_equal(web_tracker.plain.body.p, bytes, n);
    assert_string_equal(web_tracker.content_type, "text/javascript");
}

static void packed_it_is_small_and_tells_no_time(void **state)
{
    (void)state;
    struct ff_span packed = web_tracker.packed.body;
    assert_in_range(packed.n, 100, PACKED_MAX);
    assert_memory_equal(packed.p, "\x1f\x8b\x08\0\0\0\0\0", 8);
}

static void its_forms_have_tags_of_their_own(void **state)
{
    (void)state;
    const char *plain = web_tracker.plain.etag, *packed = web_tracker.packed.etag;
    assert_string_not_equal(plain, packed);
    assert_int_equal(strlen(plain), 18);
    assert_true(plain[0] == '"' && plain[17] == '"' && packed[0] == '"' && packed[strlen(packed) - 1] == '"');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_file_byte_for_byte),
        cmocka_unit_test(packed_it_is_small_and_tells_no_time),
        cmocka_unit_test(its_forms_have_tags_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
