/* Fault: why a query is refused. */
#ifndef FOOTFALL_FAULT_H
#define FOOTFALL_FAULT_H

#include "footfall/span.h"
#include "footfall/status.h"

#define FAULT_TEXT 384
#define FAULT_PARAMETER 64 /* bytes that are shown of a parameter's name */

struct fault {
    enum ff_status status;
    struct ff_span parameter; /* borrowed: the parameter it is about, or {NULL, 0} */
    char error[FAULT_TEXT];   /* a sentence for people, cut to fit */
};

/* Fills the fault and gives its status. The sentence says what was expected. */
enum ff_status fault_set(struct fault *f, enum ff_status status, struct ff_span parameter,
                         const char *sentence, ...) __attribute__((format(printf, 4, 5)));

#endif
