#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

enum ff_status fault_set(struct fault *f, enum ff_status status, struct ff_span parameter,
                         const char *sentence, ...)
{
    va_list args;
    va_start(args, sentence);
    vsnprintf(f->error, sizeof(f->error), sentence, args);
    va_end(args);
    f->status = status;
    f->parameter = parameter;
    return status;
}
