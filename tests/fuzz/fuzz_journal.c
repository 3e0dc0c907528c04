/* Journal segments: every group that is given is whole, in order and within the file. The sums of
 * the headers and records are made right first, for no chance would ever hit them. */
#include "crc32c.h"
#include "fuzz.h"
#include "reader.h"

static void read_all(const void *p, size_t n)
{
    struct reader r;
    struct segment_header header;
    struct segment_group g;
    const unsigned char *records;
    uint64_t durable = 0, expected;
    int fd = fuzz_file(p, n);
    MUST(reader_init(&r, &io_system, fd) == FF_OK);
    expected = reader_header(&r, &header) == FF_OK ? header.first : 1;
    while (reader_group(&r, expected, &g, &records) == FF_OK) {
        MUST(g.first == expected && g.count > 0 && r.at <= n);
        for (size_t at = 0; at < g.bytes;) {
            struct segment_record record;
            at += segment_record_at(&record, records + at);
            MUST(at <= g.bytes && record.seq == expected);
            expected++;
        }
        MUST(expected == g.first + g.count);
    }
    MUST(reader_scan(&r, &durable) == FF_OK);
    reader_fini(&r);
    close(fd);
}

static uint32_t little(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_sum(unsigned char *to, uint32_t crc)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(crc >> 8 * i);
}

/* Makes right the sums of the header and of every group and record that the lengths lead to. */
static void mend(unsigned char *p, size_t n)
{
    if (n < SEGMENT_HEADER)
        return;
    put_sum(p + SEGMENT_HEADER - 4, crc32c(0, p, SEGMENT_HEADER - 4));
    for (size_t at = SEGMENT_HEADER; n - at >= SEGMENT_GROUP_HEADER;) {
        size_t end = little(p + at + 8);
        put_sum(p + at + SEGMENT_GROUP_HEADER - 4, crc32c(0, p + at, SEGMENT_GROUP_HEADER - 4));
        at += SEGMENT_GROUP_HEADER;
        end = end < n - at ? at + end : n;
        while (end - at >= SEGMENT_RECORD_HEADER) {
            size_t length = little(p + at);
            if (length > end - at - SEGMENT_RECORD_HEADER)
                break;
            put_sum(p + at + 4, crc32c(0, p + at + 8, 8 + length));
            at += segment_record_size(length);
        }
        at = end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size, 0);
    read_all(copy, size);
    mend((unsigned char *)copy, size);
    read_all(copy, size);
    free(copy);
    return 0;
}
