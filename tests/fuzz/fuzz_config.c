/* Configuration files: taken, or refused with one line that begins with the file's name; what was
 * taken is printed as a file that gives the same. */
#include "config.h"
#include "fuzz.h"

static struct ff_config *load(const void *p, size_t n, char why[CONFIG_WHY])
{
    char name[64];
    int fd = fuzz_file(p, n);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    struct ff_config *c = config_load(name, NULL, 0, why, CONFIG_WHY);
    MUST(c || strncmp(why, name, strlen(name)) == 0);
    close(fd);
    return c;
}

static void note_change(void *changes, const char *key, bool reloadable)
{
    (void)reloadable;
    fprintf(stderr, "%s differs when it is read again\n", key);
    ++*(int *)changes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[CONFIG_WHY] = "", *text = NULL;
    size_t n = 0;
    int changes = 0;
    struct ff_config *c = load(data, size, why);
    if (!c) {
        MUST(why[0] && strlen(why) < sizeof why && !strchr(why, '\n'));
        return 0;
    }
    FILE *out = open_memstream(&text, &n);
    config_dump(c, true, out);
    fclose(out);
    struct ff_config *again = load(text, n, why);
    if (!again)
        fprintf(stderr, "%s\n%s\n", why, text);
    MUST(again);
    config_changes(c, again, note_change, &changes);
    MUST(changes == 0);
    config_free(&again);
    config_free(&c);
    free(text);
    return 0;
}
