/* Known: the header lines of a connection's last request. Clients send the same ones again and again, but for
 * the length of the body; what has been parsed once need only be compared. Pure. */
#ifndef FOOTFALL_NET_KNOWN_H
#define FOOTFALL_NET_KNOWN_H

#include "http.h"

#define KNOWN_MAX 2048 /* bytes of header lines; longer ones are not kept */

struct known;

/* Takes the head at the front of the n bytes at p, when it begins with a request line like that of the
 * known one and goes on with the same header lines, as http_parse_head would, but for out's fields, which
 * are left alone: known_request has them. Gives its size, at most max; 0: it has to be parsed. k may be NULL. */
size_t known_take(const struct known *k, const char *p, size_t n, size_t max, struct http_head *out);

/* What the header lines say, and the note; all else is for the caller to set. The request is k's own and stays until
 * the next call with it; the caller may change it. */
struct net_request *known_request(struct known *k);

/* Keeps the lines of a head of n bytes at p that has been parsed, in place of those in *k, if it can. */
void known_keep(struct known **k, const char *p, size_t n, const struct http_head *head);

/* Frees it; *k may be NULL. */
void known_free(struct known **k);

#endif
