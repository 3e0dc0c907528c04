/* Sheet: the answer of /v1/stats as a table for people. */
#ifndef FOOTFALL_CTL_SHEET_H
#define FOOTFALL_CTL_SHEET_H

#include "doc.h"

#include <stdio.h>

/* Writes a header (site, from, to), then each section with its fields, in the answer's order: the
 * names in one column, the values in another, and beside them what a person would say: 42.1 % for
 * a rate, 3m 12s for seconds. null is "-", and so is money that never occurred. */
void sheet_print(FILE *out, const struct doc *stats);

#define SHEET_TEXT 256

/* "42.1 %" for a field whose name says that it is a rate or a share, "3m 12s" for seconds, else
 * "". */
void sheet_note(const char *name, double value, char out[SHEET_TEXT]);

/* "1234.50 EUR, 3.00 USD" from money; at least two places, more where they are not 0. */
void sheet_money(const struct doc *money, char out[SHEET_TEXT]);

#endif
