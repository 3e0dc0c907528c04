#include "progress.h"

#include "hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* The file's format, for reading and writing; its first number is the version. */
#define PROGRESS_READ                                                                              \
    "footfall-import 1 inputs %" SCNx64 " answered %" SCNu64 " accepted %" SCNu64                  \
    " duplicates %" SCNu64 " rejected %" SCNu64 " end"
#define PROGRESS_WRITE                                                                             \
    "footfall-import 1\ninputs %016" PRIx64 "\nanswered %" PRIu64 "\naccepted %" PRIu64            \
    "\nduplicates %" PRIu64 "\nrejected %" PRIu64 "\nend\n"
#define PROGRESS_MAX 512

uint64_t progress_fingerprint(const char *address, const struct input *inputs, size_t n)
{
    uint64_t mark = hash_mark(n, ff_span_text(address));
    for (size_t i = 0; i < n; i++) {
        mark = hash_mark(mark, ff_span_text(inputs[i].name));
        mark = hash_mix(mark + inputs[i].bytes.n);
        mark = hash_mix(mark + (uint64_t)inputs[i].changed);
    }
    return mark;
}

bool progress_load(const char *path, uint64_t fingerprint, struct progress *out)
{
    *out = (struct progress){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    char text[PROGRESS_MAX];
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = '\0';
    uint64_t inputs;
    struct progress read;
    int end = 0;
    int fields = sscanf(text, PROGRESS_READ "%n", &inputs, &read.answered, &read.accepted,
                        &read.duplicates, &read.rejected, &end);
    if (fields != 5 || end == 0 || inputs != fingerprint)
        return false;
    *out = read;
    return true;
}

bool progress_save(const char *path, uint64_t fingerprint, const struct progress *p, char *why,
                   size_t size)
{
    char fresh[4096];
    if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh)) {
        snprintf(why, size, "%s: %s", path, strerror(ENAMETOOLONG));
        return false;
    }
    FILE *file = fopen(fresh, "we");
    bool written = file && fprintf(file, PROGRESS_WRITE, fingerprint, p->answered, p->accepted,
                                   p->duplicates, p->rejected) > 0;
    if (file && fclose(file) != 0)
        written = false;
    if (!written || rename(fresh, path) != 0) {
        snprintf(why, size, "%s: %s", fresh, strerror(errno));
        if (file)
            unlink(fresh);
        return false;
    }
    return true;
}
