#include "origin_image.h"

/* One number: most have no country, and many nothing. */
#define DEVICE 32
#define COUNTRY 256

_Static_assert((int)FF_CHANNEL_COUNT <= DEVICE && (int)FF_DEVICE_COUNT <= COUNTRY / DEVICE, "each has its bits");

void origin_put(struct image_out *out, struct ff_origin o)
{
    image_put_uint(out, o.channel + (uint64_t)DEVICE * o.device + (uint64_t)COUNTRY * o.country);
}

struct ff_origin origin_get(struct image_in *in)
{
    uint64_t n = image_uint_upto(in, COUNTRY * (FF_COUNTRIES + 1) - 1);
    struct ff_origin o = {(uint16_t)(n / COUNTRY), (uint8_t)(n % DEVICE), (uint8_t)(n % COUNTRY / DEVICE)};
    bool good = image_check(in, o.channel < FF_CHANNEL_COUNT && o.device < FF_DEVICE_COUNT);
    return good ? o : (struct ff_origin){0};
}
