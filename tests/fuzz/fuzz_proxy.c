/* What proxies say of whom a request is from: the header of the PROXY protocol, and forwarded addresses. */
#include "forwarded.h"
#include "fuzz.h"
#include "proxy.h"

/* The whole of it, and each of its beginnings: none but MORE may come before what the whole comes to. */
static void fuzz_proxy(const uint8_t *data, size_t size)
{
    uint8_t address[16];
    size_t used, n = 1;
    bool named;
    enum proxy_result result = PROXY_MORE;
    for (; n <= size && n <= PROXY_MAX && result == PROXY_MORE; n++) {
        char *copy = fuzz_copy(data, n, 0);
        result = proxy_take(copy, n, 0, &used, &named, address);
        MUST(result != PROXY_DONE || (used > 0 && used <= n));
        free(copy);
    }
    if (result != PROXY_DONE)
        return;
    size_t again;
    char *copy = fuzz_copy(data, size, 0);
    MUST(proxy_take(copy, size, 0, &again, &named, address) == PROXY_DONE && again == used);
    free(copy);
}

static void fuzz_forwarded(const uint8_t *data, size_t size)
{
    struct cidr trusted[2];
    uint8_t address[16] = {0};
    char *copy = fuzz_copy(data, size, 0);
    MUST(cidr_parse("10.0.0.0/8", &trusted[0]) && cidr_parse("fd00::/8", &trusted[1]));
    forwarded_read(ff_span_of(copy, size), trusted, 2, address);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_proxy(data, size);
    fuzz_forwarded(data, size);
    return 0;
}
