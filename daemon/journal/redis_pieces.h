/* Pieces: a command as it goes over the wire, its arguments where they lie. */
#ifndef FOOTFALL_REDIS_PIECES_H
#define FOOTFALL_REDIS_PIECES_H

#include "redis_link.h"

#include <sys/uio.h>

/* Bytes that "*<count>\r\n" or "$<length>\r\n" take. */
#define REDIS_PIECES_HEAD 32
/* An argument is its length line, its bytes and the end of line. */
#define REDIS_PIECES_MAX (3 * REDIS_ARGS_MAX + 1)

struct redis_pieces {
    int at, count; /* the first that is not sent whole; all */
    struct iovec piece[REDIS_PIECES_MAX];
    char heads[REDIS_ARGS_MAX + 1][REDIS_PIECES_HEAD];
};

/* Makes p, which is not to be moved, of at most REDIS_ARGS_MAX arguments, which are borrowed. */
void redis_pieces_make(struct redis_pieces *p, const struct ff_span *argv, size_t argc);

/* Takes sent bytes off. */
void redis_pieces_pass(struct redis_pieces *p, size_t sent);

#endif
