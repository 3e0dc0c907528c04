/* MessagePack messages: nothing is read beyond them, and what they hold survives its record. */
#include "beacons.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct intake_batch batch;
    struct intake *in = beacons_intake();
    char *copy = fuzz_copy(data, size, 0);
    struct ff_span message = ff_span_of(copy, size);
    const struct intake_format *format = intake_format(FF_LITERAL("application/msgpack"), message);
    enum ff_status s = intake_decode(in, format, message, &batch);
    beacons_decoded(s, &batch);
    free(copy);
    return 0;
}
