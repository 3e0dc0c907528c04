#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sheet.h"

#include <stdlib.h>

static void prints(const char *json, const char *expected)
{
    struct doc *doc = doc_read(ff_span_text(json));
    assert_non_null(doc);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    sheet_print(out, doc);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
    doc_free(&doc);
}

static void notes(const char *name, double value, const char *expected)
{
    char note[SHEET_TEXT];
    sheet_note(name, value, note);
    assert_string_equal(note, expected);
}

static void a_sheet_keeps_the_order_of_the_answer_and_aligns_it(void **state)
{
    (void)state;
    prints("{\"site\":\"shop\",\"from\":\"A\",\"to\":\"B\",\"generated_at\":\"C\","
           "\"traffic\":{\"visitors\":512,\"pages_per_session\":null,\"session_seconds\":192.4567},"
           "\"engagement\":{\"bounce_rate\":0.42134831460674155}}",
           "site  shop\n"
           "from  A\n"
           "to    B\n"
           "\ntraffic\n"
           "  visitors                      512\n"
           "  pages_per_session               -\n"
           "  session_seconds            192.46  (3m 12s)\n"
           "\nengagement\n"
           "  bounce_rate                0.4213  (42.1 %)\n");
}

static void money_has_a_member_for_each_currency(void **state)
{
    (void)state;
    prints("{\"orders\":{\"revenue\":{\"EUR\":24.75,\"USD\":1.5},\"refunded\":{},\"net\":{\"EUR\":-"
           "0.0001,\"JPY\":3}}}",
           "site  \nfrom  \nto    \n\norders\n"
           "  revenue   24.75 EUR, 1.50 USD\n"
           "  refunded               -\n"
           "  net       -0.0001 EUR, 3.00 JPY\n");
}

static void an_object_that_is_no_money_is_flattened(void **state)
{
    (void)state;
    prints(
        "{\"surveys\":{\"csat\":{\"responses\":3,\"distribution\":[1,2]},\"x\":{\"y\":{\"z\":1}}}}",
        "site  \nfrom  \nto    \n\nsurveys\n"
        "  csat.responses               3\n"
        "  x.y.z                        1\n");
}

static void topics_of_surveys_are_left_out(void **state)
{
    (void)state;
    prints("{\"surveys\":{\"nps\":{\"score\":1,\"topics\":{\"a topic that is rather long\":{\"score\":1}}},"
           "\"ces\":{\"topics\":{}}}}",
           "site  \nfrom  \nto    \n\nsurveys\n"
           "  nps.score               1\n");
}

static void a_note_says_percent_and_durations(void **state)
{
    (void)state;
    notes("bounce_rate", 0.4213, "42.1 %");
    notes("top_share", 1, "100.0 %");
    notes("session_seconds", 0, "0s");
    notes("session_seconds", 59.6, "1m 0s");
    notes("session_seconds", 192.4, "3m 12s");
    notes("session_seconds", 7260, "2h 1m");
    notes("session_seconds", 90000, "1d 1h");
    notes("session_seconds", -1, "");
    notes("sessions", 3, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sheet_keeps_the_order_of_the_answer_and_aligns_it),
        cmocka_unit_test(money_has_a_member_for_each_currency),
        cmocka_unit_test(an_object_that_is_no_money_is_flattened),
        cmocka_unit_test(topics_of_surveys_are_left_out),
        cmocka_unit_test(a_note_says_percent_and_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
