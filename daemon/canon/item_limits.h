/* Limits of items, in checking and in records. Those of fields stand in FF_FIELD_TABLE. */
#ifndef FOOTFALL_ITEM_LIMITS_H
#define FOOTFALL_ITEM_LIMITS_H

#define LIMIT_SKU 128       /* bytes */
#define LIMIT_ITEM_TEXT 256 /* bytes; longer ones are cut */
#define LIMIT_QUANTITY 1000000

#endif
