/* Checkpoints: one that is opened gives its blocks, twice the same, and they fill the file to its end. The
 * sums of the parts are made right first, for no chance would ever hit them. */
#include "checkpoint_reader.h"
#include "crc32c.h"
#include "fuzz.h"

/* Every file that is opened is the input. */
struct input {
    struct ff_io io; /* first, so that it is also the whole */
    int fd;
};

static int input_open(const struct ff_io *io, const char *path, int flags, unsigned mode)
{
    (void)path;
    (void)flags;
    (void)mode;
    return dup(((const struct input *)io)->fd);
}

/* The bytes of all blocks; *sum is the CRC of them. */
static size_t read_blocks(struct checkpoint_reader *r, size_t n, uint32_t *sum)
{
    struct ff_span block;
    enum ff_status st;
    size_t in_file = CHECKPOINT_HEADER + CHECKPOINT_END, total = 0;
    *sum = 0;
    while ((st = checkpoint_reader_next(r, &block)) == FF_OK) {
        MUST(block.n >= 1 && block.n <= CHECKPOINT_MAX_BLOCK);
        *sum = crc32c(*sum, block.p, block.n);
        in_file += CHECKPOINT_BLOCK_HEADER + block.n;
        total += block.n;
    }
    MUST(st == FF_NOT_FOUND && in_file == n);
    return total;
}

static void read_all(const unsigned char *p, size_t n)
{
    struct input input = {.io = io_system, .fd = fuzz_file(p, n)};
    struct place place = {.io = &input.io, .path = "fuzz", .dir = -1, .lock = -1};
    struct checkpoint_reader r;
    struct checkpoint_header h = {.seq = 1};
    char why[256] = "";
    uint32_t first, second;
    input.io.open = input_open;
    checkpoint_reader_init(&r);
    const bool sound = checkpoint_header_get(&h, p, n) == FF_OK;
    for (unsigned i = 0; i < 2; i++) {
        enum ff_status st = checkpoint_reader_open(&r, &place, sound ? h.seq : 1, why, sizeof why);
        MUST(st == FF_OK || st == FF_STORE_CORRUPT || st == FF_STORE_VERSION);
        MUST((st == FF_OK) <= sound && (st == FF_OK || why[0]));
        if (st != FF_OK)
            break;
        size_t bytes = read_blocks(&r, n, i ? &second : &first);
        MUST(bytes <= n && (i == 0 || first == second));
        checkpoint_reader_close(&r);
    }
    close(input.fd);
}

static void put_sum(unsigned char *to, uint32_t crc)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(crc >> 8 * i);
}

/* Makes right the sums of the header and of every block and end that the lengths lead to. */
static void mend(unsigned char *p, size_t n)
{
    struct checkpoint_block b;
    if (n < CHECKPOINT_HEADER)
        return;
    put_sum(p + CHECKPOINT_HEADER - 4, crc32c(0, p, CHECKPOINT_HEADER - 4));
    for (size_t at = CHECKPOINT_HEADER; checkpoint_block_get(&b, p + at, n - at);) {
        const size_t size = checkpoint_block_size(&b);
        unsigned char *after = p + at + CHECKPOINT_BLOCK_HEADER;
        if (size > n - at - CHECKPOINT_BLOCK_HEADER)
            break;
        put_sum(after - 4, crc32c(crc32c(0, p + at, CHECKPOINT_BLOCK_HEADER - 4), after, size));
        at += CHECKPOINT_BLOCK_HEADER + size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy = (unsigned char *)fuzz_copy(data, size, 0);
    read_all(copy, size);
    mend(copy, size);
    read_all(copy, size);
    free(copy);
    return 0;
}
