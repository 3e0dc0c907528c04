/* Change: by how much of itself a number has changed since an earlier window. */
#ifndef FOOTFALL_CHANGE_H
#define FOOTFALL_CHANGE_H

#include "money_out.h"

#include <stddef.h>

/* Writes (now - before) / |before|, so that its sign says the direction also where before is
 * negative: 0.25 for a quarter more. NAN stands for null; null where either is, or before is 0. */
void change_write(struct json_out *out, double now, double before);

/* Writes the change of an object of money as an object with a member for every currency of either,
 * both sorted by currency; null where it did not occur before. `absent` is what a currency counts
 * that occurs no more: 0 for a sum, NAN for a mean. */
void change_write_money(struct json_out *out, const struct amount *now, size_t now_n,
                        const struct amount *before, size_t before_n, double absent);

#endif
