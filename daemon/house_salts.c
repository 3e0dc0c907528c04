/* The salts in the store and in memory. They are in no journal and in no checkpoint. */
#include "house_state.h"

#include "log.h"
#include "shard_store.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#define SALTS_AGAIN FF_SECOND /* when the store has not taken them */

static bool salts_draw(void *p, size_t n)
{
    return getrandom(p, n, 0) == (ssize_t)n;
}

static void salts_show(struct house_salts *hs)
{
    struct salts_shown *s = &hs->shown;
    uint64_t word[5] = {0};
    memcpy(word, hs->salts.today.key, SIPHASH_KEY_BYTES);
    word[4] = hs->salts.before.day != SALT_NONE;
    if (word[4])
        memcpy(word + 2, hs->salts.before.key, SIPHASH_KEY_BYTES);
    atomic_fetch_add(&s->turn, 1);
    for (int i = 0; i < 5; i++)
        atomic_store(&s->word[i], word[i]);
    atomic_fetch_add(&s->turn, 1);
    explicit_bzero(word, sizeof word);
}

/* One value for all of them: what replaces it destroys what was there. */
static void salts_keep(struct house *h)
{
    uint8_t bytes[SALTS_BYTES];
    salts_write(&h->salts.salts, bytes);
    enum ff_status status = journal_put(h->journal, SHARD_SALTS, ff_span_of((const char *)bytes, sizeof bytes));
    explicit_bzero(bytes, sizeof bytes);
    if (status && !h->salts.unwritten)
        log_warning("house", "salts_unwritten", "why=%s", ff_status_code(status));
    h->salts.unwritten = status != FF_OK;
}

/* Where the store takes none they are used all the same, and put there when it does. */
void salts_look_after(struct house *h, ff_wall now)
{
    struct house_salts *hs = &h->salts;
    if (now < hs->due)
        return;
    bool changed;
    if (!salts_turn(&hs->salts, now, h->config->session.timeout, salts_draw, &changed)) {
        log_error("house", "salts", "why=\"no chance to be had\"");
        return;
    }
    if (changed || hs->unwritten)
        salts_keep(h);
    if (changed)
        salts_show(hs);
    hs->due = salts_due(&hs->salts, h->config->session.timeout);
    if (hs->unwritten && hs->due > now + SALTS_AGAIN)
        hs->due = now + SALTS_AGAIN;
}

void salts_find(struct house *h)
{
    uint8_t bytes[SALTS_BYTES];
    size_t n = 0;
    enum ff_status status = journal_get(h->journal, SHARD_SALTS, bytes, sizeof bytes, &n);
    bool sound = status == FF_OK && salts_read(&h->salts.salts, bytes, n);
    explicit_bzero(bytes, sizeof bytes);
    if (!sound)
        h->salts.salts = SALTS_EMPTY;
    if (!sound && status != FF_NOT_FOUND)
        log_warning("house", "salts_lost", "why=%s", ff_status_code(status ? status : FF_STORE_CORRUPT));
    h->salts.due = FF_NEVER;
}

void salts_begin(struct house *h, ff_wall now)
{
    salts_look_after(h, now);
    salts_show(&h->salts);
}

void salts_end(struct house *h)
{
    explicit_bzero(&h->salts, sizeof h->salts);
}
