#include "note.h"

#include "pack.h"
#include "record_keys.h"
#include "unpack.h"

/* The values that a kind of note has besides, in their order. */
static const struct note_row {
    uint8_t n;
    size_t at[2]; /* of uint64_t in struct ff_note */
} note_table[FF_NOTE_KINDS] = {
    [FF_NOTE_FORGET] = {2, {offsetof(struct ff_note, visitor), offsetof(struct ff_note, customer)}},
    [FF_NOTE_FORGOTTEN] = {1, {offsetof(struct ff_note, upto)}},
};

static uint64_t *note_value(const struct ff_note *n, size_t at)
{
    return (uint64_t *)((char *)(uintptr_t)n + at);
}

size_t note_encode(const struct ff_note *n, void *out, size_t size)
{
    const struct note_row *row = &note_table[n->kind];
    struct pack k = pack_begin(out, size);
    pack_map(&k, 3);
    pack_integer(&k, RECORD_KEY_VERSION);
    pack_integer(&k, RECORD_VERSION_NOTES);
    pack_integer(&k, RECORD_KEY_RECEIVED);
    pack_integer(&k, n->received);
    pack_integer(&k, RECORD_KEY_NOTE);
    pack_array(&k, 1u + row->n);
    pack_integer(&k, n->kind);
    for (unsigned i = 0; i < row->n; i++)
        pack_integer(&k, (int64_t)*note_value(n, row->at[i]));
    return pack_done(&k);
}

/* Beacons are of version 1. */
bool note_is(struct ff_span body)
{
    struct unpack u = unpack_begin(body);
    unpack_map(&u);
    return unpack_integer(&u) == RECORD_KEY_VERSION && unpack_integer(&u) >= RECORD_VERSION_NOTES && !u.bad;
}

enum ff_status note_decode(uint64_t seq, struct ff_span body, struct ff_note *n)
{
    struct unpack u = unpack_begin(body);
    *n = (struct ff_note){.seq = seq};
    u.bad |= unpack_map(&u) != 3 || unpack_integer(&u) != RECORD_KEY_VERSION;
    int64_t version = unpack_integer(&u);
    if (!u.bad && version > RECORD_VERSION_NOTES)
        return FF_STORE_VERSION;
    u.bad |= unpack_integer(&u) != RECORD_KEY_RECEIVED;
    n->received = unpack_integer(&u);
    u.bad |= unpack_integer(&u) != RECORD_KEY_NOTE;
    uint32_t values = unpack_array(&u);
    int64_t kind = unpack_integer(&u);
    if (u.bad || kind <= FF_NOTE_NONE || kind >= FF_NOTE_KINDS || values != 1u + note_table[kind].n)
        return FF_STORE_CORRUPT;
    n->kind = (enum ff_note_kind)kind;
    for (unsigned i = 0; i < note_table[kind].n; i++)
        *note_value(n, note_table[kind].at[i]) = (uint64_t)unpack_integer(&u);
    return unpack_done(&u) ? FF_OK : FF_STORE_CORRUPT;
}
