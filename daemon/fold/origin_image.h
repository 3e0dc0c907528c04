/* Origin, in an image: of a session and of an act. */
#ifndef FOOTFALL_FOLD_ORIGIN_IMAGE_H
#define FOOTFALL_FOLD_ORIGIN_IMAGE_H

#include "footfall/origin.h"
#include "image.h"

void origin_put(struct image_out *out, struct ff_origin o);

/* One whose parts name what there is; what does not makes the image not good (image_check). */
struct ff_origin origin_get(struct image_in *in);

#endif
