#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"
#include "survey.h"

static void accepts(const char *text, const char *scale)
{
    struct given g;
    given_beacon(&g, text);
    if (!survey_check(&g.r.beacon) || !ff_span_is(g.r.beacon.text[FF_TEXT_SCALE], scale))
        fail_msg("%s: %s", text, g.r.beacon.fault_field);
    assert_true(ff_has(&g.r.beacon, FF_HAS(SCALE)));
}

static void refuses(const char *text, enum ff_status fault, const char *field)
{
    struct given g;
    given_beacon(&g, text);
    assert_false(survey_check(&g.r.beacon));
    if (g.r.beacon.fault != fault || strcmp(g.r.beacon.fault_field, field) != 0)
        fail_msg("%s: %s %s", text, ff_status_code(g.r.beacon.fault), g.r.beacon.fault_field);
    assert_non_null(g.r.beacon.fault_note);
}

static void the_scale_is_filled_in_by_kind(void **state)
{
    (void)state;
    accepts("kind=csat|score=5", "5");
    accepts("kind=ces|score=1", "5");
    accepts("kind=nps|score=0", "0-10");
    accepts("kind=nps|score=10|scale=1-10", "1-10");
    accepts("kind=nps|score=5|scale=5", "5");
    accepts("kind=csat|score=3|scale=5", "5");
}

static void scores_lie_on_their_scale(void **state)
{
    (void)state;
    accepts("kind=nps|score=10", "0-10");
    accepts("kind=nps|score=1|scale=1-10", "1-10");
    refuses("kind=csat|score=0", FF_OUT_OF_RANGE, "score");
    refuses("kind=csat|score=6", FF_OUT_OF_RANGE, "score");
    refuses("kind=ces|score=10", FF_OUT_OF_RANGE, "score");
    refuses("kind=nps|score=11", FF_OUT_OF_RANGE, "score");
    refuses("kind=nps|score=-1", FF_OUT_OF_RANGE, "score");
    refuses("kind=nps|score=0|scale=1-10", FF_OUT_OF_RANGE, "score");
    refuses("kind=nps|score=0|scale=5", FF_OUT_OF_RANGE, "score");
    refuses("kind=nps|score=6|scale=5", FF_OUT_OF_RANGE, "score");
}

static void other_words_are_refused(void **state)
{
    (void)state;
    refuses("kind=happiness|score=5", FF_BAD_CHOICE, "kind");
    refuses("kind=NPS|score=5", FF_BAD_CHOICE, "kind");
    refuses("kind=|score=5", FF_BAD_CHOICE, "kind");
    refuses("kind=nps|score=5|scale=10", FF_BAD_CHOICE, "scale");
    refuses("kind=csat|score=5|scale=1-10", FF_BAD_CHOICE, "scale");
    refuses("kind=ces|score=5|scale=0-10", FF_BAD_CHOICE, "scale");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scale_is_filled_in_by_kind),
        cmocka_unit_test(scores_lie_on_their_scale),
        cmocka_unit_test(other_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
