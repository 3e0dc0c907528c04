/* Real data that is kept outside of the project, for tests of classify. */
#ifndef FOOTFALL_TESTS_CLASSIFY_DATA_H
#define FOOTFALL_TESTS_CLASSIFY_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Where the data lies: $FOOTFALL_DATA, or ../shared/data beside the project. */
static inline const char *data_folder(void)
{
    static const char beside[] = FF_SOURCE_DIR "/../shared/data";
    const char *given = getenv("FOOTFALL_DATA");
    return given ? given : access(beside, R_OK) == 0 ? beside : NULL;
}

/* The lines that a piece of Python prints, which finds the folder in sys.argv[1]; NULL where the data is not
 * there, which is said aloud. To be closed with pclose. */
static inline FILE *data_lines(const char *what, const char *python)
{
    char command[4096];
    const char *folder = data_folder();
    if (!folder) {
        fprintf(stderr, "SKIPPED: no shared/data here: %s is not tested\n", what);
        return NULL;
    }
    snprintf(command, sizeof command, "python3 -c '%s' '%s'", python, folder);
    return popen(command, "r");
}

#endif
