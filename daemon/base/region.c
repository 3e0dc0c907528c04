#include "region.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *region_new(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void region_free(void *p, size_t count, size_t size)
{
    void *mapped, *none = NULL;
    memcpy(&mapped, p, sizeof mapped); /* p is the address of a pointer to whatever type */
    if (!mapped)
        return;
    size_t bytes = count * size;
    munmap(mapped, bytes ? bytes : 1);
    memcpy(p, &none, sizeof none);
}

void region_touch(void *p, size_t bytes)
{
    (void)madvise(p, bytes, MADV_POPULATE_WRITE);
}

void region_forget(void *p, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *from = p, *to = from + bytes;
    unsigned char *first = from + (-(uintptr_t)from & (page - 1)); /* of the whole pages */
    unsigned char *end = to - ((uintptr_t)to & (page - 1));
    if (first >= end || madvise(first, (size_t)(end - first), MADV_DONTNEED) != 0) {
        memset(from, 0, bytes);
        return;
    }
    memset(from, 0, (size_t)(first - from));
    memset(end, 0, (size_t)(to - end));
}
