/* Origin: from where a visitor came to a page, and with what. It is judged when the event comes, by lists
 * that change, and written down with it: what is made of it later depends on the record alone. */
#ifndef FOOTFALL_ORIGIN_H
#define FOOTFALL_ORIGIN_H

#include <stdint.h>

/* X(name, what it is called, number in a record: never reuse or change one) */
#define FF_CHANNEL_TABLE(X)                                                                      \
    X(DIRECT, "direct", 1)                                                                       \
    X(PAID_SHOPPING, "paid shopping", 2)                                                         \
    X(PAID_SEARCH, "paid search", 3)                                                             \
    X(PAID_SOCIAL, "paid social", 4)                                                             \
    X(PAID_VIDEO, "paid video", 5)                                                               \
    X(DISPLAY, "display", 6)                                                                     \
    X(PAID_OTHER, "paid other", 7)                                                               \
    X(AI_ASSISTANTS, "ai assistants", 8)                                                         \
    X(ORGANIC_SHOPPING, "organic shopping", 9)                                                   \
    X(ORGANIC_SOCIAL, "organic social", 10)                                                      \
    X(ORGANIC_VIDEO, "organic video", 11)                                                        \
    X(ORGANIC_SEARCH, "organic search", 12)                                                      \
    X(EMAIL, "email", 13)                                                                        \
    X(AFFILIATES, "affiliates", 14)                                                              \
    X(REFERRAL, "referral", 15)                                                                  \
    X(AUDIO, "audio", 16)                                                                        \
    X(SMS, "sms", 17)                                                                            \
    X(MOBILE_PUSH, "mobile push", 18)                                                            \
    X(UNASSIGNED, "unassigned", 19) /* there are utm_* parameters, and no rule is for them */

enum ff_channel {
    FF_CHANNEL_NONE = 0, /* the event does not tell */
#define X(name, text, number) FF_CHANNEL_##name = number,
    FF_CHANNEL_TABLE(X)
#undef X
    FF_CHANNEL_COUNT
};

/* The same for metrics.md's classes of devices. */
#define FF_DEVICE_TABLE(X)                                                                       \
    X(DESKTOP, "desktop", 1)                                                                     \
    X(MOBILE, "mobile", 2)                                                                       \
    X(TABLET, "tablet", 3)                                                                       \
    X(TV, "tv", 4)                                                                               \
    X(OTHER, "other", 5)

enum ff_device {
    FF_DEVICE_NONE = 0, /* nothing says what it is */
#define X(name, text, number) FF_DEVICE_##name = number,
    FF_DEVICE_TABLE(X)
#undef X
    FF_DEVICE_COUNT
};

/* A country: two capital letters (ISO 3166-1) as a number from 1 on, 0: not known. Numbers are in records. */
#define FF_COUNTRIES (26 * 26)

/* The number of two letters, 0 where they are no capitals. */
static inline uint16_t ff_country(char a, char b)
{
    if (a < 'A' || a > 'Z' || b < 'A' || b > 'Z')
        return 0;
    return (uint16_t)((a - 'A') * 26 + (b - 'A') + 1);
}

/* Its letters; of a number from 1 to FF_COUNTRIES. */
static inline void ff_country_text(uint16_t country, char out[2])
{
    out[0] = (char)('A' + (country - 1) / 26);
    out[1] = (char)('A' + (country - 1) % 26);
}

#define FF_ORIGIN_TEXT_MAX 256 /* bytes of a source, medium or campaign */

/* What one event tells. */
struct ff_origin {
    uint16_t country; /* 0: not known */
    uint8_t channel;  /* enum ff_channel */
    uint8_t device;   /* enum ff_device */
};

#endif
