#include "offline.h"

#include "instant.h"
#include "log.h"
#include "shard_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum ctl_exit offline_fail(const struct offline *o, enum ctl_exit what, const char *why)
{
    fprintf(stderr, "footfallctl: %s: %s\n", o->command, why);
    return what;
}

bool offline_instant(const char *text, ff_wall *out)
{
    char *end;
    double number = strtod(text, &end);
    if (end != text && *end == '\0')
        return instant_from_number(number, out) == FF_OK;
    return instant_from_rfc3339(ff_span_text(text), out) == FF_OK;
}

enum ctl_exit offline_load(struct offline *o, const char *command, const char *file, const char *directory)
{
    char why[CONFIG_WHY], place[CONFIG_WHY];
    *o = (struct offline){.command = command};
    snprintf(place, sizeof place, "store.path=%s", directory ? directory : "");
    const char *overrides[] = {place, "store.backend=embedded"};
    log_set_level(LOG_LEVEL_ERROR); /* what is found is said in the command's own words */
    o->config = config_load(file, overrides, directory ? 2 : 0, why, sizeof why);
    return o->config ? CTL_DONE : offline_fail(o, CTL_USAGE, why);
}

enum ctl_exit offline_attach(struct offline *o, bool beside)
{
    char why[CONFIG_WHY];
    journal_close(&o->journal);
    shard_fini(&o->shard);
    if (!shard_init(&o->shard, o->config, beside, why, sizeof why) ||
        shard_store_open(o->config, NULL, beside, &o->journal, why, sizeof why))
        return offline_fail(o, CTL_FAILED, why);
    return CTL_DONE;
}

enum ctl_exit offline_seed(struct offline *o)
{
    char why[CONFIG_WHY];
    return shard_take_seed(&o->shard, o->journal, false, why, sizeof why) ? CTL_DONE : offline_fail(o, CTL_FAILED, why);
}

enum ctl_exit offline_open(struct offline *o, const char *command, const char *file, const char *directory)
{
    enum ctl_exit end = offline_load(o, command, file, directory);
    if (end == CTL_DONE)
        end = offline_attach(o, true);
    return end == CTL_DONE ? offline_seed(o) : end;
}

void offline_print_digest(const char *name, const struct shard *s, struct hash128 digest)
{
    char at[INSTANT_TEXT];
    at[instant_print(at, s->now)] = '\0';
    printf("%-11s after record %" PRIu64 " at %s: digest %016" PRIx64 "%016" PRIx64 "\n", name, s->seq, at,
           digest.hi, digest.lo);
}

void offline_close(struct offline *o)
{
    journal_close(&o->journal);
    shard_fini(&o->shard);
    config_free(&o->config);
}
