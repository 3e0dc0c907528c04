/* Options: long command-line options read by a table. */
#ifndef FOOTFALL_CTL_OPTIONS_H
#define FOOTFALL_CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* "--name VALUE" or "--name=VALUE" sets *value (borrowed from argv); where value is NULL, "--name"
 * sets *flag. A table ends with a row whose name is NULL. */
struct option_row {
    const char *name; /* without the dashes */
    const char **value;
    bool *flag;
};

enum options_words {
    OPTIONS_ANYWHERE,    /* options may stand between and behind the words */
    OPTIONS_BEFORE_WORDS /* the first word ends them */
};

/* Reads argv[1..argc), moving the words that are no options, in their order, to argv[1] and on.
 * "--" ends the options; "-" is a word. Gives the number of words, or -1 with a sentence in why. */
int options_read(const struct option_row *rows, enum options_words words, int argc, char **argv,
                 char *why, size_t size);

#endif
