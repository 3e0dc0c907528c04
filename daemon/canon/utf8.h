/* UTF-8: is it, and where may it be cut. */
#ifndef FOOTFALL_UTF8_H
#define FOOTFALL_UTF8_H

#include "footfall/span.h"

/* Whether the text is well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool utf8_valid(struct ff_span text);

/* Whether every byte is below 0x80. */
bool utf8_is_ascii(struct ff_span text);

/* The text's longest prefix of at most max bytes that ends on a character. */
struct ff_span utf8_cut(struct ff_span text, size_t max);

#endif
