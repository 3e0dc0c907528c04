#include "shard.h"

#include "config.h"
#include "journal.h"
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARD_SECTION "shrd"
#define SHARD_VERSION 1

/* A site's id in the configuration; an image holds no longer one. */
#define SITE_ID_MAX 64

void shard_save(struct shard *s, uint64_t seq, struct image_out *out)
{
    const struct ff_config *c = s->config;
    shard_advance(s, s->now);
    image_put_section(out, SHARD_SECTION, SHARD_VERSION);
    image_put_uint(out, seq);
    image_put_int(out, s->now);
    image_put_uint(out, c->site_count);
    for (uint16_t i = 0; i < c->site_count; i++) {
        size_t n = strlen(c->sites[i].id);
        image_put_uint(out, n);
        image_put_bytes(out, c->sites[i].id, n);
    }
    tally_save(s->tally, out);
    fold_save(s->fold, out);
}

struct hash128 shard_digest(struct shard *s, uint64_t seq)
{
    struct image_out out;
    struct hash128 digest;
    if (image_out_begin(&out, NULL, NULL))
        shard_save(s, seq, &out);
    image_out_end(&out, &digest);
    return digest;
}

static uint16_t shard_find_site(const struct shard *s, const char *id)
{
    const struct ff_config *c = s->config;
    for (uint16_t i = 0; i < c->site_count; i++)
        if (strcmp(c->sites[i].id, id) == 0)
            return i;
    return UINT16_MAX;
}

static void shard_log_gone(const char *id)
{
    char quoted[512];
    log_warning("shard", "site_gone", "site=%s why=\"no longer configured: what is known of it is left out\"",
                log_quoted(quoted, sizeof quoted, id, strlen(id)));
}

/* The number now of each site of the image; owned by the caller, NULL when the image is not ok. */
static uint16_t *shard_load_sites(const struct shard *s, struct image_in *in, uint16_t *count)
{
    *count = (uint16_t)image_uint_upto(in, FF_MAX_SITES);
    uint16_t *map = calloc(*count + 1u, sizeof *map);
    for (uint16_t i = 0; map && i < *count; i++) {
        char id[SITE_ID_MAX + 1] = "";
        image_bytes(in, id, image_uint_upto(in, SITE_ID_MAX));
        map[i] = shard_find_site(s, id);
        if (in->ok && map[i] == UINT16_MAX)
            shard_log_gone(id);
    }
    if (in->ok)
        return map;
    free(map);
    return NULL;
}

static bool shard_load_image(struct shard *s, uint64_t seq, struct image_in *in)
{
    uint32_t version;
    uint16_t count;
    if (!image_section(in, SHARD_SECTION, SHARD_VERSION, &version) || image_uint(in) != seq)
        return false;
    ff_wall now = image_int(in);
    uint16_t *map = shard_load_sites(s, in, &count);
    /* What the fold changes while it is loaded, under other limits or rules, is counted. */
    bool ok = map && tally_load(s->tally, in, map, count) && fold_load(s->fold, in, map, count) &&
              image_in_end(in);
    free(map);
    s->seq = seq;
    s->now = now;
    return ok;
}

/* A shard that is being loaded, and where its blocks come from. */
struct loading {
    struct shard *shard;
    struct journal *journal;
    enum ff_status status; /* of the last block */
};

static bool shard_next_block(void *ctx, struct ff_span *block)
{
    struct loading *l = ctx;
    if (l->shard->breathe)
        l->shard->breathe(l->shard->breathe_ctx);
    l->status = journal_checkpoint_next(l->journal, block);
    return l->status == FF_OK;
}

static enum ff_status shard_no_memory(char *why, size_t size)
{
    snprintf(why, size, "no address space for the tables of limits.*");
    return FF_NO_MEMORY;
}

static void shard_log_refused(uint64_t seq, enum ff_status status, const char *why)
{
    char quoted[512];
    log_warning("shard", "checkpoint_refused", "seq=%" PRIu64 " code=%s why=%s", seq, ff_status_code(status),
                log_quoted(quoted, sizeof quoted, why, strlen(why)));
}

/* FF_OK; FF_STORE_CORRUPT: it holds no state; else why it could not be read to its end. */
static enum ff_status shard_load_open(struct shard *s, struct journal *j, uint64_t seq, char *why, size_t size)
{
    struct image_in in;
    struct loading loading = {s, j, FF_OK};
    image_in_begin(&in, shard_next_block, &loading);
    const bool ok = shard_load_image(s, seq, &in);
    journal_checkpoint_end(j);
    if (ok)
        return FF_OK;
    const bool read = loading.status == FF_OK || loading.status == FF_NOT_FOUND || loading.status == FF_STORE_CORRUPT;
    snprintf(why, size, "checkpoint %" PRIu64 ": %s", seq,
             read ? "its blocks are whole, but do not hold a state" : ff_status_prose(loading.status));
    return read ? FF_STORE_CORRUPT : loading.status;
}

/* The newest whole checkpoint at or below most: FF_OK, or FF_NOT_FOUND and the state is empty. One that was whole and
 * then could not be read to its end is none that is damaged: an older one does not do, as the records between may be
 * gone. */
static enum ff_status shard_load_newest(struct shard *s, struct journal *j, uint64_t most,
                                        struct shard_restored *out, char *why, size_t size)
{
    enum ff_status status = FF_NOT_FOUND;
    while (most > 0) {
        uint64_t seq = 0;
        if (!shard_begin(s))
            return shard_no_memory(why, size);
        status = journal_checkpoint_open(j, most, &seq, why, size);
        if (status == FF_NOT_FOUND)
            break;
        const bool opened = status == FF_OK;
        if (opened)
            status = shard_load_open(s, j, seq, why, size);
        out->checkpoint = status == FF_OK ? seq : 0;
        if (status == FF_OK || status == FF_NO_MEMORY || seq == 0 || (opened && status != FF_STORE_CORRUPT))
            return status;
        shard_log_refused(seq, status, why);
        out->refused++;
        most = seq - 1;
    }
    return shard_begin(s) ? FF_NOT_FOUND : shard_no_memory(why, size);
}

enum ff_status shard_restore(struct shard *s, struct journal *j, uint64_t most, uint64_t upto,
                             struct shard_restored *out, char *why, size_t size)
{
    *out = (struct shard_restored){0};
    enum ff_status status = shard_load_newest(s, j, most < upto ? most : upto, out, why, size);
    if (status && status != FF_NOT_FOUND)
        return status;
    status = shard_go_on(s, j, upto, why, size);
    out->replayed = s->seq - out->checkpoint;
    const uint64_t last = !s->beside ? journal_last(j) : upto < UINT64_MAX ? upto : s->seq;
    out->missing = s->missing + (status == FF_OK && last > s->seq ? last - s->seq : 0);
    if (s->unknown_site)
        log_warning("shard", "unknown_site", "records=%" PRIu64, s->unknown_site);
    if (s->erased)
        log_warning("shard", "erased", "records=%" PRIu64 " why=\"the checkpoint that knew them is gone: they are not counted\"", s->erased);
    return status;
}
