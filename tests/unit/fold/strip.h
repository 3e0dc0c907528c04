/* Strip: a few values put into an image and got out of it again. */
#ifndef FOOTFALL_TEST_STRIP_H
#define FOOTFALL_TEST_STRIP_H

#include "picture.h"

#define NEAR T(0)

/* What is put, to be got again. */
struct strip {
    struct picture picture;
    struct image_out out;
    struct image_in in;
};

BENCH struct image_out *strip_begin(struct strip *s)
{
    *s = (struct strip){.picture.block = 3};
    assert_true(image_out_begin(&s->out, picture_give, &s->picture));
    return &s->out;
}

BENCH struct image_in *strip_turn(struct strip *s)
{
    struct hash128 digest;
    assert_true(image_out_end(&s->out, &digest));
    image_in_begin(&s->in, picture_take, &s->picture);
    return &s->in;
}

/* Whether all that was put has been got, and was good. */
BENCH bool strip_end(struct strip *s)
{
    bool good = image_in_end(&s->in);
    picture_free(&s->picture);
    return good;
}

#endif
