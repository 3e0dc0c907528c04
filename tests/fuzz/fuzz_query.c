/* The query of the pixel: one beacon or none. */
#include "beacons.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct intake_batch batch;
    struct intake *in = beacons_intake();
    char *copy = fuzz_copy(data, size, INTAKE_PADDING);
    enum ff_status s = intake_query(in, ff_span_of(copy, size), &batch);
    MUST(batch.count <= 1);
    beacons_decoded(s, &batch);
    free(copy);
    return 0;
}
