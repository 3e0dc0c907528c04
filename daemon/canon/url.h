/* Url: what of a beacon's url is counted: the page, and the campaign that led to it. */
#ifndef FOOTFALL_URL_H
#define FOOTFALL_URL_H

#include "canon_memory.h"

/* Sets b's page, source and campaign from text[URL], which is UTF-8; all empty where it has none. They
 * borrow from the url, or from the canon where something had to be decoded. False: no room there. */
bool url_read(struct canon *c, struct ff_beacon *b);

/* The same of a beacon whose origin has been judged: only the page comes from the url. */
void url_read_judged(struct ff_beacon *b, struct ff_span source, struct ff_span campaign);

#endif
