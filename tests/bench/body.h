/* Body: beacons written as JSON, MessagePack or a query string, with places that are filled anew
 * for each request. */
#ifndef FOOTFALL_BENCH_BODY_H
#define FOOTFALL_BENCH_BODY_H

#include <stddef.h>
#include <stdint.h>

enum form { FORM_JSON, FORM_PACKED, FORM_QUERY };

/* A place in the bytes that changes from one request to the next. */
enum patch_kind {
    PATCH_ID,        /* 16 hexadecimal digits, never the same twice */
    PATCH_VISITOR,   /* 8 hexadecimal digits of one of so many visitors */
    PATCH_TIME_TEXT, /* 13 digits: milliseconds */
    PATCH_TIME_BE64, /* the same, as 8 bytes, big-endian */
};

struct patch {
    uint32_t at;
    enum patch_kind kind;
};

/* Bytes under construction, owned; writing beyond memory ends the program. */
struct body {
    char *p;
    size_t n, cap;
    struct patch *patches;
    size_t patch_n, patch_cap;
    enum form form;
    int members; /* written so far of the object that is open */
};

/* Appends n bytes as they are. */
void body_raw(struct body *b, const char *p, size_t n);
void body_text(struct body *b, const char *text);
void body_fini(struct body *b);

/* Appends count beacons of about size bytes each, filled up by their titles: one alone as an
 * object, several as an array (never in a query). The kinds of events follow each other in the
 * order of a table, beginning with row `first`; page views alone where plain is not 0. */
void body_beacons(struct body *b, unsigned first, unsigned count, size_t size, int plain);

/* How many rows that table has. */
unsigned body_kinds(void);

#endif
