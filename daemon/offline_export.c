/* footfallctl export: the events of a store's journal as lines that an import takes. */
#include "offline.h"

#include "canon.h"
#include "note.h"
#include "options.h"
#include "record_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct export {
    struct offline offline;
    ff_wall from, to;      /* of the events' own times: [from, to) */
    const char *site;      /* NULL: of all */
    char *line;            /* RECORD_JSON_MAX bytes and a line end */
    uint64_t store;        /* tells this journal from others; does not give its secret away */
    uint64_t written, unknown_site;
};

static bool export_wants(const struct export *e, const struct ff_record *r)
{
    const struct ff_config_site *site = &e->offline.config->sites[r->beacon.site];
    return r->beacon.time >= e->from && r->beacon.time < e->to && (!e->site || strcmp(e->site, site->id) == 0);
}

static enum ff_status export_record(void *export, uint64_t seq, struct ff_span body)
{
    struct export *e = export;
    struct shard *s = &e->offline.shard;
    struct ff_record r;
    if (body.n == 0 || note_is(body)) /* erased, or no beacon */
        return FF_OK;
    canon_reset(s->canon);
    enum ff_status status = record_decode(s->canon, seq, body, &r);
    if (status == FF_UNKNOWN_SITE) {
        e->unknown_site++;
        return FF_OK;
    }
    if (status || !export_wants(e, &r))
        return status;
    size_t n = record_json(&r, e->store, e->line, RECORD_JSON_MAX);
    e->line[n] = '\n';
    e->written++;
    return fwrite(e->line, 1, n + 1, stdout) == n + 1 ? FF_OK : FF_STORE_FAILED;
}

static enum ctl_exit export_store(struct export *e)
{
    struct offline *o = &e->offline;
    char why[CONFIG_WHY];
    uint64_t first;
    const struct hash_seed *seed = &o->shard.seed;
    e->store = hash_mark(0, ff_span_of((const char *)seed, sizeof *seed));
    e->line = malloc(RECORD_JSON_MAX + 1);
    if (!e->line)
        return offline_fail(o, CTL_FAILED, "out of memory");
    if (journal_first(o->journal, &first))
        return offline_fail(o, CTL_FAILED, "the journal's beginning cannot be seen");
    if (journal_read(o->journal, first, UINT64_MAX, export_record, e, why, sizeof why))
        return offline_fail(o, CTL_FAILED, ferror(stdout) ? strerror(errno) : why);
    if (fflush(stdout) != 0)
        return offline_fail(o, CTL_FAILED, strerror(errno));
    if (e->unknown_site)
        fprintf(stderr, "footfallctl: export: left out %" PRIu64 " events of sites that are not configured\n",
                e->unknown_site);
    fprintf(stderr, "footfallctl: export: %" PRIu64 " events\n", e->written);
    return CTL_DONE;
}

int export_run(const struct ctl *ctl, int argc, char **argv)
{
    (void)ctl;
    const char *file = NULL, *from = NULL, *to = NULL;
    struct export e = {.offline.command = "export", .from = INT64_MIN, .to = INT64_MAX};
    const struct option_row rows[] = {{"config", &file, NULL}, {"from", &from, NULL}, {"to", &to, NULL},
                                      {"site", &e.site, NULL}, {NULL, NULL, NULL}};
    char why[128];
    int words = options_read(rows, OPTIONS_ANYWHERE, argc, argv, why, sizeof why);
    if (words < 0)
        return offline_fail(&e.offline, CTL_USAGE, why);
    if (words > 1 || (from && !offline_instant(from, &e.from)) || (to && !offline_instant(to, &e.to)))
        return offline_fail(&e.offline, CTL_USAGE,
                            "expected [--config FILE] [--from TIME] [--to TIME] [--site SITE] [DIRECTORY]");
    enum ctl_exit end = offline_open(&e.offline, "export", file, words ? argv[1] : NULL);
    if (end == CTL_DONE)
        end = export_store(&e);
    free(e.line);
    offline_close(&e.offline);
    return end;
}
