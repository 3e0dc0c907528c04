#include "options.h"

#include <stdio.h>
#include <string.h>

/* The row of an option given as name or name=value (n bytes up to the '='), or NULL. */
static const struct option_row *row_of(const struct option_row *rows, const char *name, size_t n)
{
    for (; rows->name; rows++) {
        if (strlen(rows->name) == n && memcmp(rows->name, name, n) == 0)
            return rows;
    }
    return NULL;
}

/* Reads the option at argv[i]; gives how many arguments it took, or -1. */
static int read_one(const struct option_row *rows, int i, int argc, char **argv, char *why,
                    size_t size)
{
    const char *name = argv[i] + 2;
    size_t n = strcspn(name, "=");
    const struct option_row *row = row_of(rows, name, n);
    if (!row) {
        snprintf(why, size, "unknown option --%.*s", (int)n, name);
        return -1;
    }
    if (!row->value) {
        if (name[n] == '=') {
            snprintf(why, size, "--%s takes no value", row->name);
            return -1;
        }
        *row->flag = true;
        return 1;
    }
    if (name[n] == '=') {
        *row->value = name + n + 1;
        return 1;
    }
    if (i + 1 >= argc) {
        snprintf(why, size, "--%s needs a value", row->name);
        return -1;
    }
    *row->value = argv[i + 1];
    return 2;
}

int options_read(const struct option_row *rows, enum options_words words, int argc, char **argv,
                 char *why, size_t size)
{
    int count = 0;
    bool open = true;
    for (int i = 1; i < argc;) {
        if (open && strcmp(argv[i], "--") == 0) {
            open = false;
            i++;
        } else if (!open || argv[i][0] != '-' || argv[i][1] == '\0') {
            open = open && words == OPTIONS_ANYWHERE;
            argv[++count] = argv[i++];
        } else if (argv[i][1] != '-') {
            snprintf(why, size, "unknown option %s", argv[i]);
            return -1;
        } else {
            int taken = read_one(rows, i, argc, argv, why, size);
            if (taken < 0)
                return -1;
            i += taken;
        }
    }
    return count;
}
