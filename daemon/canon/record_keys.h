/* A record's lasting form: one MessagePack map with integer keys.
 *
 *   RECORD_KEY_VERSION first; then RECORD_KEY_RECEIVED, and of the other RECORD_KEY_* those that
 *   say something; then every field that the beacon has, under its FF_FIELD_* number, in order.
 *   type: its number in FF_TYPE_TABLE. Texts: strings. time, numbers, money: integers in their
 *   units. currency: its three letters. items: an array of maps, whose keys are enum ff_item_text
 *   and RECORD_ITEM_*.
 *
 * What a change needs: a daemon that does not know a key or a field must not pass over it, and does not: any number
 * that it has no meaning for is FF_STORE_VERSION. So a new one needs no new RECORD_VERSION, which is for what a
 * number means; the numbers that were given stay as they are. A test pins the bytes. */
#ifndef FOOTFALL_RECORD_KEYS_H
#define FOOTFALL_RECORD_KEYS_H

#define RECORD_VERSION 1

/* A note (footfall/note.h) is a map of version, received and this one: an array of its kind and values. */
#define RECORD_VERSION_NOTES 2
#define RECORD_KEY_NOTE 96

enum record_key {
    RECORD_KEY_VERSION = 64,
    RECORD_KEY_RECEIVED = 65,
    RECORD_KEY_ARRIVAL = 66,  /* where it is not received */
    RECORD_KEY_IMPORTED = 67, /* true, or left out */
    RECORD_KEY_TERM = 68,     /* term_key, where it is not the term */
    RECORD_KEY_ORIGIN = 72,   /* of a judged beacon: channel + 32 * device + 256 * country */
    RECORD_KEY_SOURCE = 73,   /* of a judged beacon, where they are not empty; the url says those of others */
    RECORD_KEY_CAMPAIGN = 74,
    RECORD_KEYS_END
};

enum { RECORD_ORIGIN_DEVICE = 32, RECORD_ORIGIN_COUNTRY = 256 };

enum record_item_key {
    RECORD_ITEM_PRICE = 5,    /* where the item has one */
    RECORD_ITEM_QUANTITY = 6, /* where it is not 1 */
};

#endif
