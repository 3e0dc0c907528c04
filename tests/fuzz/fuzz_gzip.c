/* Gzip bodies: never more than the limit, whatever they claim. */
#include "fuzz.h"
#include "gunzip.h"
#include "net.h"

#define MOST ((size_t)1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gunzip *g;
    struct ff_span out = {NULL, 0};
    if (!g)
        g = gunzip_new(MOST);
    MUST(g);
    char *copy = fuzz_copy(data, size, 0);
    struct ff_span in = ff_span_of(copy, size);
    bool begins = gunzip_is(in);
    enum ff_status s = gunzip_all(g, in, &out);
    MUST(s == FF_OK || !out.p);
    MUST(out.n <= MOST && (s != FF_OK || begins));
    size_t zeros = 0; /* all that may be read is readable */
    for (size_t i = 0; s == FF_OK && i < out.n + NET_PADDING; i++)
        zeros += out.p[i] == 0;
    MUST(zeros <= out.n + NET_PADDING);
    free(copy);
    return 0;
}
