#include "agents.h"

#include "agents_cache.h"
#include "patterns.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>

/* What a pattern's match means. */
enum mark_kind { MARK_BOT, MARK_PEOPLE, MARK_ENGINE, MARK_HANDSET, MARK_DEVICE, MARK_ANDROID };

#define MARK(kind, value) ((uint16_t)((kind) << 8 | (value)))

/* Sections and names of the listing; a name counts up to its first blank. */
static const struct mark_row {
    const char *section, *name;
    uint16_t mark;
} mark_rows[] = {
    {"bots", "ai", MARK(MARK_BOT, BOT_AI)},
    {"bots", "headless", MARK(MARK_BOT, BOT_HEADLESS)},
    {"bots", "monitor", MARK(MARK_BOT, BOT_MONITOR)},
    {"bots", "preview", MARK(MARK_BOT, BOT_PREVIEW)},
    {"bots", "scanner", MARK(MARK_BOT, BOT_SCANNER)},
    {"bots", "library", MARK(MARK_BOT, BOT_LIBRARY)},
    {"bots", "crawler", MARK(MARK_BOT, BOT_CRAWLER)},
    {"people", "names", MARK(MARK_PEOPLE, 0)},
    {"browsers", "engine", MARK(MARK_ENGINE, 0)},
    {"browsers", "handset", MARK(MARK_HANDSET, 0)},
    {"devices", "desktop", MARK(MARK_DEVICE, FF_DEVICE_DESKTOP)},
    {"devices", "mobile", MARK(MARK_DEVICE, FF_DEVICE_MOBILE)},
    {"devices", "tablet", MARK(MARK_DEVICE, FF_DEVICE_TABLET)},
    {"devices", "tv", MARK(MARK_DEVICE, FF_DEVICE_TV)},
    {"devices", "other", MARK(MARK_DEVICE, FF_DEVICE_OTHER)},
    {"devices", "android", MARK(MARK_ANDROID, 0)},
};

struct agents {
    struct patterns *patterns;
};

/* Bytes of an agent, from first to before end. */
struct stretch {
    size_t first, end;
};

#define BOTS_MAX 16   /* matches of bots' patterns that are looked at */
#define PEOPLE_MAX 8

/* What a walk over an agent has found. */
struct findings {
    struct stretch model, facebook; /* where bots' patterns do not count */
    struct stretch people[PEOPLE_MAX], bots[BOTS_MAX];
    enum bot bot[BOTS_MAX];
    unsigned people_count, bot_count;
    unsigned devices;               /* 1 << each class that was found */
    bool engine, handset, android;
};

const char *device_name(enum ff_device d)
{
    static const char *const names[FF_DEVICE_COUNT] = {
        [FF_DEVICE_NONE] = "",
#define X(name, text, number) [number] = text,
        FF_DEVICE_TABLE(X)
#undef X
    };
    return names[d];
}

const char *bot_name(enum bot b)
{
    static const char *const names[] = {
#define X(name, text) text,
        BOT_TABLE(X)
#undef X
    };
    return names[b];
}

static const struct mark_row *find_mark(const struct ff_listing *row)
{
    const char *blank = row->name.n ? memchr(row->name.p, ' ', row->name.n) : NULL;
    struct ff_span name = ff_span_of(row->name.p, blank ? (size_t)(blank - row->name.p) : row->name.n);
    for (size_t i = 0; i < sizeof mark_rows / sizeof *mark_rows; i++)
        if (ff_span_is(row->section, mark_rows[i].section) && ff_span_is(name, mark_rows[i].name))
            return &mark_rows[i];
    return NULL;
}

struct agents *agents_new(const struct ff_listing *rows, size_t n, char *why, size_t size)
{
    struct agents *a = calloc(1, sizeof *a);
    struct pattern *patterns = calloc(n + 1, sizeof *patterns);
    bool ok = a && patterns;
    if (!ok)
        snprintf(why, size, "out of memory");
    for (size_t i = 0; ok && i < n; i++) {
        const struct mark_row *mark = find_mark(&rows[i]);
        if (mark)
            patterns[i] = (struct pattern){rows[i].text, mark->mark};
        else
            snprintf(why, size, "agents: no kind is called %.*s: %.*s", (int)rows[i].section.n,
                     rows[i].section.p, (int)rows[i].name.n, rows[i].name.p);
        ok = mark != NULL;
    }
    if (ok)
        a->patterns = patterns_new(patterns, n, why, size);
    free(patterns);
    if (!ok || !a->patterns)
        agents_free(&a);
    return a;
}

void agents_free(struct agents **a)
{
    if (!*a)
        return;
    patterns_free(&(*a)->patterns);
    free(*a);
    *a = NULL;
}

/* Where word begins in text from at on, whatever its case, which is lower; text.n where it does not. */
static size_t find_word(struct ff_span text, size_t at, const char *word)
{
    size_t n = strlen(word);
    for (; at + n <= text.n; at++) {
        if (text.p[at] != word[0] && (text.p[at] | 0x20) != word[0])
            continue;
        size_t k = 0;
        while (k < n && (text.p[at + k] | (text.p[at + k] >= 'A' && text.p[at + k] <= 'Z' ? 0x20 : 0)) ==
                            word[k])
            k++;
        if (k == n)
            return at;
    }
    return text.n;
}

static size_t find_byte(struct ff_span text, size_t at, char byte)
{
    const char *found = at < text.n ? memchr(text.p + at, byte, text.n - at) : NULL;
    return found ? (size_t)(found - text.p) : text.n;
}

/* What an Android agent says of the device: between "Android N;" and the next ")", or the end of its
 * "Build/". Nothing where something that is no device stands in it. */
static struct stretch find_model(struct ff_span agent)
{
    size_t android = find_word(agent, 0, "android"), end = find_byte(agent, android, ')');
    size_t first = find_byte(agent, android, ';');
    if (first >= end)
        return (struct stretch){0, 0};
    size_t build = find_word(agent, first, "build/");
    if (build < end && find_byte(agent, build, ';') < end)
        end = find_byte(agent, build, ';');
    struct ff_span model = ff_span_of(agent.p + first, end - first);
    if (find_word(model, 0, "compatible") < model.n || find_word(model, 0, "http") < model.n)
        return (struct stretch){0, 0};
    return (struct stretch){first, end};
}

static void note_match(void *ctx, uint16_t mark, size_t first, size_t end)
{
    struct findings *f = ctx;
    unsigned value = mark & 0xff;
    switch (mark >> 8) {
    case MARK_BOT:
        if (f->bot_count < BOTS_MAX) {
            f->bot[f->bot_count] = (enum bot)value;
            f->bots[f->bot_count++] = (struct stretch){first, end};
        }
        break;
    case MARK_PEOPLE:
        if (f->people_count < PEOPLE_MAX)
            f->people[f->people_count++] = (struct stretch){first, end};
        break;
    case MARK_DEVICE:
        f->devices |= 1u << value;
        break;
    default:
        f->engine |= mark >> 8 == MARK_ENGINE;
        f->handset |= mark >> 8 == MARK_HANDSET;
        f->android |= mark >> 8 == MARK_ANDROID;
    }
}

static bool lies_in(struct stretch part, struct stretch whole)
{
    return part.first >= whole.first && part.end <= whole.end;
}

static bool is_harmless(const struct findings *f, struct stretch part)
{
    if (lies_in(part, f->model) || lies_in(part, f->facebook))
        return true;
    for (unsigned i = 0; i < f->people_count; i++)
        if (lies_in(part, f->people[i]))
            return true;
    return false;
}

/* Of the reasons found the first in the order of BOT_TABLE. */
static enum bot bot_of(const struct findings *f)
{
    enum bot best = BOT_NONE;
    for (unsigned i = 0; i < f->bot_count; i++)
        if (!is_harmless(f, f->bots[i]) && (best == BOT_NONE || f->bot[i] < best))
            best = f->bot[i];
    if (best == BOT_NONE && !f->engine && !f->handset)
        return BOT_TOOL;
    return best;
}

static enum ff_device device_of(const struct findings *f)
{
    static const enum ff_device order[] = {FF_DEVICE_OTHER, FF_DEVICE_TV, FF_DEVICE_TABLET, FF_DEVICE_MOBILE};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (f->devices & 1u << order[i])
            return order[i];
    if (f->android)
        return FF_DEVICE_TABLET;
    return f->devices & 1u << FF_DEVICE_DESKTOP ? FF_DEVICE_DESKTOP : FF_DEVICE_OTHER;
}

/* What the agent alone says. */
static struct agent_verdict judge_agent(const struct agents *a, struct agents_cache *c,
                                        struct ff_span agent)
{
    struct agent_verdict v = {FF_DEVICE_NONE, BOT_NONE};
    struct findings f = {.bot_count = 0};
    uint64_t hash = 0;
    if (agent.n == 0 || (c && agents_cache_find(c, agent, &hash, &v)))
        return v;
    size_t facebook = find_word(agent, 0, "[fb");
    f.facebook = (struct stretch){facebook, find_byte(agent, facebook, ']')};
    f.model = find_model(agent);
    patterns_scan(a->patterns, agent, note_match, &f);
    v = (struct agent_verdict){device_of(&f), bot_of(&f)};
    if (c)
        agents_cache_keep(c, hash, v);
    return v;
}

static bool holds(struct ff_span text, const char *word)
{
    return text.n && find_word(text, 0, word) < text.n;
}

/* A hint that is one string. */
static struct ff_span unquoted(struct ff_span hint)
{
    bool quoted = hint.n >= 2 && hint.p[0] == '"' && hint.p[hint.n - 1] == '"';
    return quoted ? ff_span_of(hint.p + 1, hint.n - 2) : hint;
}

/* Whether a browser names itself HeadlessChrome: only browsers send this, and write it so. */
static bool is_headless(struct ff_span brands)
{
    static const char word[] = "Headless";
    const char *end = brands.p + brands.n, *at = brands.p;
    while (brands.n && (at = memchr(at, 'H', (size_t)(end - at)))) {
        if ((size_t)(end - at) >= sizeof word - 1 && memcmp(at, word, sizeof word - 1) == 0)
            return true;
        at++;
    }
    return false;
}

/* The class that a browser's hints tell. They tell no television and no console, so the agent's word
 * counts for those; FF_DEVICE_NONE where they tell nothing. */
static enum ff_device device_hinted(const struct agent_signs *s, enum ff_device by_agent)
{
    static const struct {
        const char *factor;
        enum ff_device device;
    } factors[] = {{"tablet", FF_DEVICE_TABLET}, {"eink", FF_DEVICE_TABLET},     {"automotive", FF_DEVICE_OTHER},
                   {"xr", FF_DEVICE_OTHER},      {"watch", FF_DEVICE_OTHER},     {"mobile", FF_DEVICE_MOBILE},
                   {"desktop", FF_DEVICE_DESKTOP}};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (holds(s->ch_form_factors, factors[i].factor))
            return factors[i].device;
    bool stationary = by_agent == FF_DEVICE_TV || by_agent == FF_DEVICE_OTHER;
    if (holds(s->ch_mobile, "?1"))
        return by_agent == FF_DEVICE_TABLET ? FF_DEVICE_TABLET : FF_DEVICE_MOBILE;
    if (!holds(s->ch_mobile, "?0") || (stationary && s->user_agent.n))
        return FF_DEVICE_NONE;
    struct ff_span platform = unquoted(s->ch_platform);
    if (url_same(platform, FF_LITERAL("android")))
        return FF_DEVICE_TABLET;
    static const struct ff_span desks[] = {
        {"windows", 7}, {"macos", 5}, {"linux", 5}, {"chrome os", 9}, {"chromium os", 11}};
    for (size_t i = 0; i < sizeof desks / sizeof *desks; i++)
        if (url_same(platform, desks[i]))
            return FF_DEVICE_DESKTOP;
    return FF_DEVICE_NONE;
}

/* Reasons that the agent's text does not tell. */
static enum bot bot_signed(const struct agent_signs *s)
{
    if (is_headless(s->ch_brands))
        return BOT_HEADLESS;
    const struct ff_span purposes[] = {s->sec_purpose, s->purpose, s->x_moz};
    for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
        if (holds(purposes[i], "prefetch") || holds(purposes[i], "prerender") || holds(purposes[i], "preview"))
            return BOT_PREFETCH;
    return BOT_NONE;
}

struct agent_verdict agents_judge(const struct agents *a, struct agents_cache *c,
                                  const struct agent_signs *signs)
{
    struct ff_span agent = signs->user_agent;
    agent.n = agent.n < AGENT_MAX ? agent.n : AGENT_MAX;
    struct agent_verdict v = judge_agent(a, c, agent);
    enum ff_device hinted = device_hinted(signs, v.device);
    if (hinted != FF_DEVICE_NONE)
        v.device = hinted;
    if (v.bot == BOT_NONE)
        v.bot = bot_signed(signs);
    return v;
}

enum bot agents_reason(struct agent_verdict v, bool webdriver, bool spam)
{
    if (v.bot != BOT_NONE)
        return v.bot;
    return webdriver ? BOT_WEBDRIVER : spam ? BOT_SPAM : BOT_NONE;
}
