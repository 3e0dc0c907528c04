/* footfalld_faulty: footfalld as it is, on file operations that the sheet $FOOTFALL_FAULTS makes fail. */
#include "command.h"
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct faults faults;
    const char *path = getenv("FOOTFALL_FAULTS");
    int error = faults_open(&faults, path ? path : "");
    if (error < 0) {
        fprintf(stderr, "footfalld_faulty: FOOTFALL_FAULTS=%s: %s\n", path ? path : "", strerror(-error));
        return 2;
    }
    int status = command_run(argc, argv, &faults.io);
    faults_close(&faults);
    return status;
}
