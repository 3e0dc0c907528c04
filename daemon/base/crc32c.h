/* CRC-32C (Castagnoli, reflected, as in iSCSI and ext4): what guards the bytes on disk. */
#ifndef FOOTFALL_CRC32C_H
#define FOOTFALL_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of n bytes at p that follow bytes whose CRC is crc (0 to begin), so that
 * crc32c(crc32c(0, a), b) is that of a and b. Uses the processor's instruction where there is one. */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);

/* The same by table only: what crc32c does on other processors. */
uint32_t crc32c_by_table(uint32_t crc, const void *p, size_t n);

#endif
