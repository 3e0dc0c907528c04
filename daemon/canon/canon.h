/* Canon: what a valid beacon is, and its lasting form. Pure: no clock, no log, no allocation
 * after canon_new. */
#ifndef FOOTFALL_CANON_H
#define FOOTFALL_CANON_H

#include "footfall/gpc.h"
#include "footfall/record.h"

struct canon;

/* A site's names: beacons that give one of them are that site's. */
struct canon_site {
    const char *id;
    const char *const *aliases; /* NULL-terminated, or NULL */
    ff_currency currency;
    enum ff_gpc gpc;
};

struct canon_options {
    const struct canon_site *sites; /* borrowed for the canon's life */
    uint16_t site_count; /* at least 1; with exactly one, a beacon may leave its site out */
    ff_dur max_age;      /* ingest.max_age */
};

/* Owned by the caller; NULL when out of memory. One a thread. */
struct canon *canon_new(const struct canon_options *options);
void canon_free(struct canon **c);

/* How a beacon came. */
struct canon_arrival {
    ff_wall now;   /* wall clock of its receipt */
    bool imported; /* no age limit, and its own time is its arrival; ids of derived visitors are taken */
    bool derives;  /* a visitor that is missing will be derived */
    bool opts_out; /* its sender asks not to be tracked: what follows from that, the site says */
    bool judged;   /* the origin of a visit is judged next: its source and campaign are left empty for that */
};

/* Checks and normalises r->beacon in place (defaults filled in: time, scale, quantity;
 * texts cut; site resolved and text[SITE] replaced by the site's id; term_key, page, source, campaign set; ip
 * dropped, and of one without consent visitor and customer) and
 * sets r->received, r->arrival, r->imported. FF_OK, or the beacon's fault, with fault_field and
 * fault_note set. Texts and items that it makes live in the canon until canon_reset (64 MiB and a
 * million; past that FF_NO_MEMORY). items, term, kind, scale and purpose are dropped from types
 * that have no use for them. What passed always has type, site and time. */
enum ff_status canon_check(struct canon *c, const struct canon_arrival *how, struct ff_record *r);

/* Whether events of the type are a visitor's; those of back offices have no session, and so no origin. */
bool canon_is_visit(enum ff_type type);

/* Whether a beacon that canon_check passed still has to be given a visitor. */
bool canon_wants_visitor(const struct ff_beacon *b);

/* Forgets the texts that canon_check and record_decode made, so that their memory is used anew. Call it between
 * messages. */
void canon_reset(struct canon *c);

/* Encodes a record that canon_check passed, without its seq, into out. Gives its length, or 0
 * when size is too small (RECORD_MAX always suffices). */
size_t record_encode(const struct ff_record *r, void *out, size_t size);

/* The largest record: 1000 items with all texts at their limits, and the rest. */
#define RECORD_MAX ((size_t)(1000 * (128 + 4 * 260 + 64) + 16384))

/* Decodes body into *r (seq from the journal), borrowing texts from body and items from the canon.
 * r->beacon.site is resolved as canon_check does; FF_UNKNOWN_SITE when the configuration has it no
 * more (all else is set, then). FF_STORE_CORRUPT, FF_STORE_VERSION for what no encode has written;
 * FF_NO_MEMORY when canon_reset was not called for a million items. What is decoded equals what was
 * encoded but for unknown and cut, which are 0. */
enum ff_status record_decode(struct canon *c, uint64_t seq, struct ff_span body,
                             struct ff_record *r);

#endif
