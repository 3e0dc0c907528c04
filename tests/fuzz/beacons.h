/* What must hold for whatever beacons an adapter gives: canon takes or refuses each, and what it
 * took comes back from its record as it went in. */
#ifndef FOOTFALL_FUZZ_BEACONS_H
#define FOOTFALL_FUZZ_BEACONS_H

#include "canon.h"
#include "fuzz.h"
#include "intake.h"

#include <sanitizer/lsan_interface.h>

#define BEACONS_MESSAGE ((size_t)1 << 16)
#define BEACONS_BATCH 50

static inline struct intake *beacons_intake(void)
{
    static struct intake *in;
    __lsan_disable(); /* it lies in a mapping of its own, where nobody looks for pointers */
    if (!in)
        in = intake_new(&(struct intake_options){BEACONS_BATCH, BEACONS_MESSAGE});
    __lsan_enable();
    MUST(in);
    return in;
}

static inline struct canon *beacons_canon(void)
{
    static const struct canon_site sites[] = {
        {.id = "shop", .currency = FF_CURRENCY('E', 'U', 'R')}};
    static struct canon *canon;
    if (!canon)
        canon = canon_new(
            &(struct canon_options){.sites = sites, .site_count = 1, .max_age = 72 * FF_HOUR});
    MUST(canon);
    return canon;
}

/* The record's bytes stay the same when it is read and written again. */
static inline void beacons_record(struct canon *canon, const struct ff_record *r)
{
    static char first[RECORD_MAX], second[RECORD_MAX];
    struct ff_record back;
    size_t n = record_encode(r, first, sizeof first);
    MUST(n > 0);
    MUST(record_decode(canon, r->seq, ff_span_of(first, n), &back) == FF_OK);
    MUST(back.received == r->received && back.arrival == r->arrival);
    MUST(back.beacon.has == r->beacon.has && back.beacon.item_count == r->beacon.item_count);
    MUST(record_encode(&back, second, sizeof second) == n && memcmp(first, second, n) == 0);
}

static inline void beacons_take(const struct intake_batch *batch)
{
    const struct canon_arrival how = {.now = INT64_C(1795328806000000), .imported = true};
    struct canon *canon = beacons_canon();
    canon_reset(canon);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct ff_record r = {.seq = i + 1, .beacon = batch->records[i].beacon};
        MUST(r.beacon.fault_field);
        enum ff_status s = r.beacon.fault;
        if (s == FF_OK && canon_check(canon, &how, &r) == FF_OK)
            beacons_record(canon, &r);
        MUST(r.beacon.fault < FF_STATUS_COUNT && r.beacon.fault_field);
    }
}

/* A message that was refused gives nothing, one that was taken something. */
static inline void beacons_decoded(enum ff_status s, const struct intake_batch *batch)
{
    MUST((s == FF_OK) == (batch->count > 0));
    MUST(batch->count <= BEACONS_BATCH);
    beacons_take(batch);
}

#endif
