/* First bytes of the MessagePack format. Private to those who read and write it. */
#ifndef FOOTFALL_PACK_BYTES_H
#define FOOTFALL_PACK_BYTES_H

enum pack_byte {
    PACK_FIXMAP = 0x80,
    PACK_FIXARRAY = 0x90,
    PACK_FIXSTR = 0xA0,
    PACK_NIL = 0xC0,
    PACK_NEVER = 0xC1, /* begins nothing */
    PACK_FALSE = 0xC2,
    PACK_TRUE = 0xC3,
    PACK_BIN8 = 0xC4, /* and 16, 32 behind it */
    PACK_BIN32 = 0xC6,
    PACK_EXT8 = 0xC7, /* and 16, 32 behind it */
    PACK_EXT32 = 0xC9,
    PACK_FLOAT = 0xCA,
    PACK_DOUBLE = 0xCB,
    PACK_UINT8 = 0xCC, /* and 16, 32, 64 behind it */
    PACK_UINT64 = 0xCF,
    PACK_INT8 = 0xD0,
    PACK_INT64 = 0xD3,
    PACK_FIXEXT1 = 0xD4, /* and 2, 4, 8, 16 behind it */
    PACK_FIXEXT16 = 0xD8,
    PACK_STR8 = 0xD9,
    PACK_STR32 = 0xDB,
    PACK_ARRAY16 = 0xDC, /* and 32 behind it */
    PACK_MAP16 = 0xDE,
    PACK_NEGATIVE = 0xE0, /* -32 and up */
};

#endif
