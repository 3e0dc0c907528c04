/* Access: who may send what over HTTP. Pure: no clock, no log, no allocation after access_new, and
 * nothing in it ever changes, so that all threads may use one.
 *
 * Keys. A site without keys takes everything from everyone. Once a site has a key with the right
 * track, all that is sent for it needs a key of its own; once it has one with the right office,
 * refund, support_* and spend need that right, which includes track. A key that no site has is
 * refused with the whole request, whatever it is for, unless no site has any.
 *
 * Origins. A page on an origin that a site does not list may send nothing for it. Senders that
 * name no origin (servers, and pictures in pages) are not asked for one. */
#ifndef FOOTFALL_ACCESS_H
#define FOOTFALL_ACCESS_H

#include "footfall/beacon.h"
#include "footfall/right.h"
#include "hash.h"

struct access;

struct access_site {
    const struct ff_key *keys;  /* ended by one whose text is NULL; NULL: none; file is not looked at */
    const char *const *origins; /* NULL-terminated, as browsers write them: "https://shop.example";
                                   "*" among them, or NULL: any */
};

/* Copies all; the caller owns it. The site at index i is the one that access_judge calls i. seed
 * is any secret of the process, so that the time a look-up takes tells nothing about keys. NULL
 * when out of memory. */
struct access *access_new(const struct access_site *sites, uint16_t n,
                          const struct hash_seed *seed);

/* Frees *a and nulls it; a NULL *a is fine. */
void access_free(struct access **a);

/* What one request has shown; good for the access that opened it only. */
struct access_pass {
    bool keyed, from_page;              /* it named a key, an origin */
    uint32_t key_first, key_count;       /* what they are good for; 0: for nothing */
    uint32_t origin_first, origin_count;
};

/* Looks at a request's Authorization and Origin, once ({NULL, 0}: not given). Schemes other than
 * Bearer count as none. FF_OK, or FF_WRONG_KEY when the request is refused whole; *pass is set in
 * either case. */
enum ff_status access_open(const struct access *a, struct ff_span authorization,
                           struct ff_span origin, struct access_pass *pass);

/* Whether one beacon of that request, of a valid type for a valid site, is let in: FF_OK,
 * FF_FOREIGN_ORIGIN, FF_KEY_NEEDED (it named none) or FF_KEY_LACKS_RIGHT. */
enum ff_status access_judge(const struct access *a, const struct access_pass *pass, uint16_t site,
                            enum ff_type type);

/* Whether that request named a key of the site. */
bool access_has_key(const struct access *a, const struct access_pass *pass, uint16_t site);

/* Bytes that always hold the header lines of an answer to a beacon; of one to a preflight. */
#define ACCESS_CORS_SIZE 1024
#define ACCESS_PREFLIGHT_SIZE 4096

/* Writes the header lines, each ending in \r\n, that let the page which sent the request read the
 * answer, whatever it says: on every answer of the ingest listener, errors too. Gives their length,
 * or 0 when size is too small. An origin that no browser sends (over 512 bytes, or with blanks or
 * control bytes in it) is not echoed. */
size_t access_cors(struct ff_span origin, char *out, size_t size);

/* The same for the answer (204) to a preflight; asked is its Access-Control-Request-Headers, which
 * is allowed whole unless it is over 2048 bytes or holds what is no list of names. */
size_t access_preflight(struct ff_span origin, struct ff_span asked, char *out, size_t size);

#endif
