/* First bytes of the MessagePack format. Private to pack.c and unpack.c. */
#ifndef FOOTFALL_PACK_BYTES_H
#define FOOTFALL_PACK_BYTES_H

enum pack_byte {
    PACK_FIXMAP = 0x80,
    PACK_FIXARRAY = 0x90,
    PACK_FIXSTR = 0xA0,
    PACK_FALSE = 0xC2,
    PACK_TRUE = 0xC3,
    PACK_UINT8 = 0xCC, /* and 16, 32, 64 behind it */
    PACK_UINT64 = 0xCF,
    PACK_INT8 = 0xD0,
    PACK_INT64 = 0xD3,
    PACK_STR8 = 0xD9,
    PACK_STR32 = 0xDB,
    PACK_ARRAY16 = 0xDC, /* and 32 behind it */
    PACK_MAP16 = 0xDE,
    PACK_NEGATIVE = 0xE0, /* -32 and up */
};

#endif
