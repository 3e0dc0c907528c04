#include "offline.h"

#include "instant.h"
#include "log.h"
#include "shard_store.h"

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

enum ctl_exit offline_open(struct offline *o, const char *command, const char *file, const char *directory)
{
    char why[CONFIG_WHY], place[CONFIG_WHY];
    *o = (struct offline){.command = command};
    snprintf(place, sizeof place, "store.path=%s", directory ? directory : "");
    const char *overrides[] = {place};
    log_set_level(LOG_LEVEL_ERROR); /* what is found is said in the command's own words */
    o->config = config_load(file, overrides, directory ? 1 : 0, why, sizeof why);
    if (!o->config)
        return offline_fail(o, CTL_USAGE, why);
    if (!shard_init(&o->shard, o->config, true, why, sizeof why) ||
        shard_store_open(o->config, NULL, true, &o->journal, why, sizeof why) ||
        !shard_take_seed(&o->shard, o->journal, false, why, sizeof why))
        return offline_fail(o, CTL_FAILED, why);
    return CTL_DONE;
}

void offline_close(struct offline *o)
{
    journal_close(&o->journal);
    shard_fini(&o->shard);
    config_free(&o->config);
}
