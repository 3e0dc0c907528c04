/* Row: the numbers of one row of a breakdown, in one table of fields by the kind of its dimension
 * (cell.h); the meanings are metrics.md's. */
#ifndef FOOTFALL_ROW_H
#define FOOTFALL_ROW_H

#include "change.h"
#include "tally.h"

/* Sums of one value, or of several. */
struct row {
    int64_t field[FF_ROW_FIELDS_MAX];
    size_t amounts;
    struct amount amount[TALLY_CURRENCIES]; /* sorted by currency; may be 0 */
};

/* Adds (sign 1) row i of the cells, or takes it away (sign -1). */
void row_add(struct row *r, const struct tally_cells *c, uint32_t i, int sign);

enum row_field_kind {
    ROW_COUNT,   /* top */
    ROW_RATIO,   /* top / bottom */
    ROW_SECONDS, /* top, in microseconds, / bottom, in seconds */
    ROW_MONEY,   /* the amounts */
};

struct row_field {
    const char *name;
    enum row_field_kind kind;
    uint8_t top, bottom; /* fields of cell.h */
};

/* The fields of a kind's rows, in their order; *n of them. None for the kinds that no breakdown is by. */
const struct row_field *row_fields(enum ff_row_kind kind, size_t *n);

/* Writes all fields, as members; null, and {} for money, where r is NULL. */
void row_write(const struct row_field *fields, size_t n, const struct row *r, struct json_out *out);

/* Writes how all fields have changed since before (change.h), which may be NULL. */
void row_write_change(const struct row_field *fields, size_t n, const struct row *now,
                      const struct row *before, struct json_out *out);

/* What rows are sorted by: money by its amount in that currency. */
struct row_key {
    bool null;
    ff_money_sum whole;
    double ratio;
};
struct row_key row_key(const struct row_field *field, const struct tally_cells *c, uint32_t i,
                       ff_currency currency);

/* > 0 where a comes first: the greater one; null comes last. 0 where they are equal. */
int row_key_compare(const struct row_key *a, const struct row_key *b);

#endif
