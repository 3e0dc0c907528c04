#include "survey.h"

#include "fault.h"

static const struct kind_row {
    const char *word, *scale; /* the scale where none is given */
    bool other_scales;
} kind_table[] = {
    {"csat", "5", false},
    {"nps", "0-10", true},
    {"ces", "5", false},
};

static const struct scale_row {
    const char *word;
    int64_t low, high;
    const char *note; /* of a score that is not on it */
} scale_table[] = {
    {"5", 1, 5, "on scale 5 a score is 1 to 5"},
    {"0-10", 0, 10, "on scale 0-10 a score is 0 to 10"},
    {"1-10", 1, 10, "on scale 1-10 a score is 1 to 10"},
};

static const struct kind_row *find_kind(struct ff_span word)
{
    for (size_t i = 0; i < sizeof kind_table / sizeof *kind_table; i++)
        if (ff_span_is(word, kind_table[i].word))
            return &kind_table[i];
    return NULL;
}

static const struct scale_row *find_scale(struct ff_span word)
{
    for (size_t i = 0; i < sizeof scale_table / sizeof *scale_table; i++)
        if (ff_span_is(word, scale_table[i].word))
            return &scale_table[i];
    return NULL;
}

bool survey_check(struct ff_beacon *b)
{
    const struct kind_row *kind = find_kind(b->text[FF_TEXT_KIND]);
    if (!kind)
        return refuse(b, FF_BAD_CHOICE, "kind", "kind is csat, nps or ces");
    if (!ff_has(b, FF_HAS(SCALE)))
        b->text[FF_TEXT_SCALE] = ff_span_text(kind->scale);
    b->has |= FF_HAS(SCALE);
    const struct scale_row *scale = find_scale(b->text[FF_TEXT_SCALE]);
    if (!scale)
        return refuse(b, FF_BAD_CHOICE, "scale", "scale is 5, 0-10 or 1-10");
    if (!kind->other_scales && !ff_span_is(b->text[FF_TEXT_SCALE], kind->scale))
        return refuse(b, FF_BAD_CHOICE, "scale", "csat and ces are on scale 5");
    int64_t score = b->number[FF_NUMBER_SCORE];
    if (score < scale->low || score > scale->high)
        return refuse(b, FF_OUT_OF_RANGE, "score", scale->note);
    return true;
}
