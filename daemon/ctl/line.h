/* Line: one line of a file to import: when its event was, and under which id it is sent. Pure
 * functions over spans; what they do not look at, the daemon checks. */
#ifndef FOOTFALL_CTL_LINE_H
#define FOOTFALL_CTL_LINE_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"

#include <stdbool.h>

/* Where an id is put into a line that has none: the cut bytes from at on give way to it. */
struct line_gap {
    size_t at, cut;
    bool member; /* the whole member "id":"...", is put there; else the value alone */
};

struct line_facts {
    ff_wall time;
    bool has_id;
    struct line_gap gap; /* where !has_id */
};

/* Takes the next line off *rest, without its end and blanks around it; *line borrows. False when
 * nothing is left. */
bool line_next(struct ff_span *rest, struct ff_span *line);

/* Reads a line's top level. FF_OK; FF_NOT_AN_OBJECT, FF_MALFORMED, FF_MISSING (no time) or
 * FF_BAD_TIME otherwise. An id that is null counts as none. */
enum ff_status line_scan(struct ff_span line, struct line_facts *out);

#define LINE_ID_MAX 64

/* Writes the id of a line that has none, NUL-terminated: it depends on the file's base name, the
 * line's number and its text, so it is the same in every run, and another file of the same name
 * (a log that was rotated) gets other ones. */
void line_make_id(struct ff_span base, struct ff_span line, uint32_t number, char out[LINE_ID_MAX]);

/* The most bytes that line_print adds to a line. */
#define LINE_GROWTH (LINE_ID_MAX + 16)

/* Writes the line with id put into its gap, and a newline, to out, which has room for line.n +
 * LINE_GROWTH bytes. Gives the length. */
size_t line_print(struct ff_span line, const struct line_gap *gap, const char *id, char *out);

#endif
