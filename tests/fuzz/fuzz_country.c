/* Databases of countries: taken, and then every look-up gives a code or none; or refused with a reason that
 * begins with the file's name. */
#include "country.h"
#include "fuzz.h"

#include <netinet/in.h>

/* libmaxminddb 1.7 keeps a list of its own when it refuses some metadata: a few kilobytes a refused file. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libmaxminddb\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[64], why[256] = "";
    int fd = fuzz_file(data, size);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    struct countries *c = countries_new(name, why, sizeof why);
    MUST(c || strncmp(why, name, strlen(name)) == 0);
    for (uint32_t i = 0; c && i < 256; i++) {
        struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = i * 0x01010101u};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        memset(&six.sin6_addr, (int)i, sizeof six.sin6_addr);
        struct ff_span a = countries_find(c, (const struct sockaddr *)(const void *)&four);
        struct ff_span b = countries_find(c, (const struct sockaddr *)(const void *)&six);
        MUST((a.n == 0 || a.n == 2) && (b.n == 0 || b.n == 2));
        MUST(a.n == 0 || a.p[0] + a.p[1] != 1000);
    }
    countries_free(&c);
    close(fd);
    return 0;
}
