#include "salts.h"

#include "footfall/beacon.h"

#include <endian.h>
#include <string.h>

#define SITE_MAX 64
#define FORM 1 /* of what is kept */

static ff_wall salt_end(const struct salt *s)
{
    return (s->day + 1) * FF_DAY;
}

static void salt_destroy(struct salt *s)
{
    explicit_bzero(s, sizeof *s);
    s->day = SALT_NONE;
}

bool salts_turn(struct salts *s, ff_wall now, ff_dur keep, salts_draw_fn *draw, bool *changed)
{
    int64_t day = ff_floor_to(now, FF_DAY) / FF_DAY;
    *changed = false;
    if (s->today.day < day) { /* SALT_NONE, too */
        struct salt fresh = {.day = day};
        if (!draw(fresh.key, sizeof fresh.key))
            return false;
        s->before = s->today;
        s->today = fresh;
        *changed = true;
    }
    if (s->before.day != SALT_NONE && now - salt_end(&s->before) > keep) {
        salt_destroy(&s->before);
        *changed = true;
    }
    return true;
}

ff_wall salts_due(const struct salts *s, ff_dur keep)
{
    if (s->today.day == SALT_NONE)
        return FF_NEVER;
    ff_wall next = salt_end(&s->today);
    ff_wall gone = s->before.day != SALT_NONE ? salt_end(&s->before) + keep + 1 : next;
    return gone < next ? gone : next;
}

static void salt_write(const struct salt *s, uint8_t *out)
{
    uint64_t day = htole64((uint64_t)s->day);
    memcpy(out, &day, sizeof day);
    memcpy(out + sizeof day, s->key, sizeof s->key);
}

static void salt_read(struct salt *s, const uint8_t *p)
{
    uint64_t day;
    memcpy(&day, p, sizeof day);
    s->day = (int64_t)le64toh(day);
    memcpy(s->key, p + sizeof day, sizeof s->key);
}

void salts_write(const struct salts *s, uint8_t out[SALTS_BYTES])
{
    out[0] = FORM;
    salt_write(&s->today, out + 1);
    salt_write(&s->before, out + 1 + (SALTS_BYTES - 1) / 2);
}

/* Days of which the arithmetic of instants is sound. */
static bool day_is_sound(int64_t day)
{
    return day == SALT_NONE || (day >= 0 && day < INT64_MAX / FF_DAY - 2);
}

bool salts_read(struct salts *s, const uint8_t *p, size_t n)
{
    *s = SALTS_EMPTY;
    if (n != SALTS_BYTES || p[0] != FORM)
        return false;
    salt_read(&s->today, p + 1);
    salt_read(&s->before, p + 1 + (SALTS_BYTES - 1) / 2);
    bool sound = day_is_sound(s->today.day) && day_is_sound(s->before.day) &&
                 (s->before.day == SALT_NONE || s->before.day < s->today.day);
    if (!sound)
        *s = SALTS_EMPTY;
    return sound;
}

void salts_visitor(const uint8_t key[SIPHASH_KEY_BYTES], struct ff_span site, const uint8_t address[16],
                   struct ff_span agent, char out[SALTS_ID])
{
    static const char digits[] = "0123456789abcdef";
    char text[16 + 1 + SITE_MAX + SALTS_AGENT];
    size_t n = 16, names = site.n < SITE_MAX ? site.n : SITE_MAX;
    size_t agents = agent.n < SALTS_AGENT ? agent.n : SALTS_AGENT;
    memcpy(text, address, 16);
    text[n++] = (char)names; /* so that no two pairs of site and agent are the same text */
    if (names > 0)
        memcpy(text + n, site.p, names);
    if (agents > 0)
        memcpy(text + n + names, agent.p, agents);
    struct hash128 h = siphash(key, ff_span_of(text, n + names + agents));
    explicit_bzero(text, n);
    *out++ = FF_DERIVED_MARK;
    for (int i = 0; i < 32; i++)
        *out++ = digits[(i < 16 ? h.lo : h.hi) >> 4 * (15 - i % 16) & 15];
}
