#include "names.h"

#include "fold.h"

_Static_assert(FOLD_WORDS == 2 + (FF_CHANNEL_COUNT - 1) + (FF_DEVICE_COUNT - 1) + FF_COUNTRIES, "each is taken once");

void names_take(struct names *n, struct words *words)
{
    static const char *const channels[FF_CHANNEL_COUNT] = {
#define X(name, text, number) [number] = text,
        FF_CHANNEL_TABLE(X)
#undef X
    };
    static const char *const devices[FF_DEVICE_COUNT] = {
#define X(name, text, number) [number] = text,
        FF_DEVICE_TABLE(X)
#undef X
    };
    n->fresh = words_take(words, FF_LITERAL("new"));
    n->returning = words_take(words, FF_LITERAL("returning"));
    for (int i = 1; i < FF_CHANNEL_COUNT; i++)
        n->channels[i] = words_take(words, ff_span_text(channels[i]));
    n->channels[FF_CHANNEL_NONE] = n->channels[FF_CHANNEL_DIRECT];
    for (int i = 1; i < FF_DEVICE_COUNT; i++)
        n->devices[i] = words_take(words, ff_span_text(devices[i]));
    for (uint16_t i = 1; i <= FF_COUNTRIES; i++) {
        char text[2];
        ff_country_text(i, text);
        n->countries[i] = words_take(words, ff_span_of(text, sizeof text));
    }
}

void names_drop(const struct names *n, struct words *words)
{
    words_drop(words, n->fresh);
    words_drop(words, n->returning);
    for (int i = 1; i < FF_CHANNEL_COUNT; i++)
        words_drop(words, n->channels[i]);
    for (int i = 1; i < FF_DEVICE_COUNT; i++)
        words_drop(words, n->devices[i]);
    for (int i = 1; i <= FF_COUNTRIES; i++)
        words_drop(words, n->countries[i]);
}
