/* Input: a file to import, mapped for reading. */
#ifndef FOOTFALL_CTL_INPUT_H
#define FOOTFALL_CTL_INPUT_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stdint.h>

struct input {
    const char *name;     /* as given; borrowed */
    struct ff_span base;  /* its last component, "-" for a stream: what ids are made of; borrowed */
    struct ff_span bytes; /* all of it, mapped */
    int64_t changed;      /* nanoseconds since 1970 of its last change; 0 for a stream */
    bool stream;          /* a pipe or standard input: it cannot be read again */
};

/* Maps the file of that name ("-": standard input, read to its end; so is any pipe). False with a
 * sentence in why. The file must not be made shorter until input_fini. */
bool input_init(struct input *in, const char *name, char *why, size_t size);
void input_fini(struct input *in);

#endif
