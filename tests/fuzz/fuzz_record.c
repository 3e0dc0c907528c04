/* Records: whatever is read is within the limits, and comes back when written again. */
#include "canon.h"
#include "fuzz.h"

static struct canon *one_site(void)
{
    static const struct canon_site sites[] = {
        {.id = "shop", .currency = FF_CURRENCY('E', 'U', 'R')}};
    struct canon *canon = canon_new(&(struct canon_options){.sites = sites, .site_count = 1});
    MUST(canon);
    return canon;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct canon *canon;
    static char first[RECORD_MAX], second[RECORD_MAX];
    struct ff_record r, back;
    if (!canon)
        canon = one_site();
    canon_reset(canon);
    char *copy = fuzz_copy(data, size, 0);
    if (record_decode(canon, 7, ff_span_of(copy, size), &r) == FF_OK) {
        MUST(r.seq == 7 && r.beacon.item_count <= FF_MAX_ITEMS);
        size_t n = record_encode(&r, first, sizeof first);
        MUST(n > 0);
        MUST(record_decode(canon, 7, ff_span_of(first, n), &back) == FF_OK);
        MUST(record_encode(&back, second, sizeof second) == n && memcmp(first, second, n) == 0);
    }
    free(copy);
    return 0;
}
