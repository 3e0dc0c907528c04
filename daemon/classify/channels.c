#include "channels.h"

#include "channel_rules.h"
#include "channels_cache.h"
#include "hosts.h"

#include <stdio.h>
#include <stdlib.h>

#define PARAMETERS_MAX 128 /* of an address that are looked at */
#define NAME_MAX_BYTES 64  /* of a parameter; longer ones are no click ids */

/* Sections of the listing. named: a source's own name is an entry, too, as people write it in utm_source.
 * medium: what a referrer of that kind counts as. */
static const struct section {
    const char *name;
    enum source_kind kind;
    bool named;
    const char *medium;
} sections[] = {
    {"search", KIND_SEARCH, true, "organic"},     {"social", KIND_SOCIAL, true, "referral"},
    {"video", KIND_VIDEO, true, "referral"},      {"shopping", KIND_SHOPPING, true, "referral"},
    {"email", KIND_EMAIL, false, "email"},        {"ai", KIND_AI, false, "referral"},
    {"paid", KIND_PAID, false, "cpc"},            {"referral", KIND_REFERRAL, false, "referral"},
    {"payment", KIND_PAYMENT, false, "referral"}, {"spam", KIND_SPAM, false, "referral"},
};

#define CLICK_IDS "click_ids"

struct channels {
    struct hosts *hosts;
    struct hosts *clicks; /* by the parameter; the source is "source / medium" */
};

const char *channel_name(enum ff_channel c)
{
    static const char *const names[FF_CHANNEL_COUNT] = {
        [FF_CHANNEL_NONE] = "",
#define X(name, text, number) [number] = text,
        FF_CHANNEL_TABLE(X)
#undef X
    };
    return names[c];
}

static const struct section *section_of(struct ff_span name)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (ff_span_is(name, sections[i].name))
            return &sections[i];
    return NULL;
}

static const char *medium_of(enum source_kind kind)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (sections[i].kind == kind)
            return sections[i].medium;
    return "referral";
}

/* Parts of "source / medium"; false when it is not so written. */
static bool split_pair(struct ff_span pair, struct ff_span *source, struct ff_span *medium)
{
    for (size_t i = 1; i + 3 < pair.n; i++)
        if (memcmp(pair.p + i, " / ", 3) == 0) {
            *source = ff_span_of(pair.p, i);
            *medium = ff_span_of(pair.p + i + 3, pair.n - i - 3);
            return true;
        }
    return false;
}

/* NULL, or what is wrong with the row. */
static const char *add_row(struct channels *c, const struct ff_listing *row)
{
    const struct section *section = section_of(row->section);
    struct ff_span source, medium;
    bool clicks = ff_span_is(row->section, CLICK_IDS);
    if (!section && !clicks)
        return "no such section";
    if (clicks && !split_pair(row->name, &source, &medium))
        return "a click id stands below \"source / medium\"";
    if (row->name.n > CHANNEL_TEXT_MAX)
        return "a source is too long";
    if (clicks)
        return hosts_add(c->clicks, row->text, (struct host_label){1, row->name}, false)
                   ? NULL
                   : "an empty or too long name of a parameter";
    struct host_label label = {(uint16_t)section->kind, row->name};
    if (ff_span_is(row->name, "*"))
        label.source.n = 0;
    return hosts_add(c->hosts, row->text, label, false) ? NULL : "an empty or too long host";
}

/* A source's own name, where no row says otherwise. */
static bool add_name(struct channels *c, const struct ff_listing *row)
{
    const struct section *section = section_of(row->section);
    if (!section || !section->named || row->name.n == 0 || memchr(row->name.p, '.', row->name.n) ||
        memchr(row->name.p, '/', row->name.n) || ff_span_is(row->name, "*"))
        return true;
    return hosts_add(c->hosts, row->name, (struct host_label){(uint16_t)section->kind, row->name}, true);
}

static bool add_rows(struct channels *c, const struct ff_listing *rows, size_t n, char *why, size_t size)
{
    for (size_t i = 0; i < n; i++) {
        const char *wrong = add_row(c, &rows[i]);
        if (wrong) {
            snprintf(why, size, "channels: %.*s: %.*s: %.*s: %s", (int)rows[i].section.n,
                     rows[i].section.p, (int)rows[i].name.n, rows[i].name.p, (int)rows[i].text.n,
                     rows[i].text.p, wrong);
            return false;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (!add_name(c, &rows[i])) {
            snprintf(why, size, "channels: %.*s: a source's name is too long", (int)rows[i].name.n,
                     rows[i].name.p);
            return false;
        }
    return true;
}

struct channels *channels_new(const struct ff_listing *rows, size_t n, char *why, size_t size)
{
    struct channels *c = calloc(1, sizeof *c);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += rows[i].text.n + 3 * rows[i].name.n;
    if (c) {
        c->hosts = hosts_new(n * 2, bytes); /* each row, and its source's name */
        c->clicks = hosts_new(n, bytes);
    }
    if (!c || !c->hosts || !c->clicks) {
        snprintf(why, size, "channels: out of memory");
        channels_free(&c);
    } else if (!add_rows(c, rows, n, why, size)) {
        channels_free(&c);
    }
    return c;
}

void channels_free(struct channels **c)
{
    if (!*c)
        return;
    hosts_free(&(*c)->hosts);
    hosts_free(&(*c)->clicks);
    free(*c);
    *c = NULL;
}

/* What a page's address says of where its visitor comes from. */
struct tags {
    struct ff_span source, medium, campaign; /* utm_*, decoded */
    struct ff_span click_source, click_medium;
};

static void note_tag(struct tags *t, struct ff_span name, struct ff_span value, struct url_room *room)
{
    static const struct {
        const char *name;
        size_t offset;
    } places[] = {
        {"utm_source", offsetof(struct tags, source)},
        {"utm_medium", offsetof(struct tags, medium)},
        {"utm_campaign", offsetof(struct tags, campaign)},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct ff_span *place = (struct ff_span *)(void *)((char *)t + places[i].offset);
        if (place->n == 0 && url_same(name, ff_span_text(places[i].name)))
            *place = url_decode(value, CHANNEL_TEXT_MAX, room);
    }
}

static void note_click(const struct channels *c, struct tags *t, struct ff_span name)
{
    char lower[NAME_MAX_BYTES];
    struct ff_span key = url_lower(name, lower, sizeof lower);
    const struct host_label *label = key.n && !t->click_source.n ? hosts_find_name(c->clicks, key) : NULL;
    if (label)
        split_pair(label->source, &t->click_source, &t->click_medium);
}

static void read_tags(const struct channels *c, struct ff_span query, struct tags *t, struct url_room *room)
{
    struct ff_span name, value;
    for (int i = 0; i < PARAMETERS_MAX && url_next_parameter(&query, &name, &value); i++) {
        if (value.n == 0)
            continue;
        if (name.n > 4 && memcmp("utm_", name.p, 4) == 0)
            note_tag(t, name, value, room);
        else
            note_click(c, t, name);
    }
}

/* Whether a host is another one, or lies below it. */
static bool lies_below(struct ff_span host, struct ff_span above)
{
    if (above.n == 0 || host.n < above.n)
        return false;
    size_t at = host.n - above.n;
    return (at == 0 || host.p[at - 1] == '.') && url_same(ff_span_of(host.p + at, above.n), above);
}

/* Whether a referrer's host is the site's own, whatever it is known as. */
static bool is_own(const struct channel_question *q, struct ff_span page, struct ff_span host)
{
    for (size_t i = 0; i < q->own_count; i++)
        if (lies_below(host, q->own_hosts[i]))
            return true;
    return lies_below(host, url_without_www(page));
}

/* The parts of a question. */
struct reading {
    struct url page, from;
    bool foreign; /* the referrer has a host, and it is not the site's own */
};

static struct reading read_question(const struct channel_question *q)
{
    struct reading r = {.page = url_split(q->url), .from = url_split(q->referrer)};
    r.foreign = r.from.host.n > 0 && !is_own(q, r.page.host, r.from.host);
    return r;
}

/* As most events of a session are: nothing in it can tell. */
static bool tells_nothing(const struct reading *r)
{
    return r->page.query.n == 0 && !r->foreign;
}

/* What the referrer tells; its source in lower case in the verdict's room. */
struct origin {
    enum source_kind kind;
    struct ff_span source; /* empty: it tells nothing */
};

static struct origin read_referrer(const struct channels *c, const struct reading *r, struct url_room *room,
                                   bool *spam)
{
    struct origin o = {KIND_UNKNOWN, {NULL, 0}};
    size_t size = r->foreign && r->from.host.n < CHANNEL_TEXT_MAX ? r->from.host.n : 0;
    struct ff_span host = size <= room->left ? url_lower(r->from.host, room->p, size) : ff_span_of(NULL, 0);
    if (host.n == 0)
        return o;
    room->p += size;
    room->left -= size;
    const struct host_label *label = hosts_find(c->hosts, host, r->from.path);
    /* A parent of the page's host is its own, unless it is known: pages below tumblr.com are not Tumblr's. */
    if (!label && lies_below(url_without_www(r->page.host), url_without_www(host)))
        return o;
    o.kind = label ? (enum source_kind)label->kind : KIND_UNKNOWN;
    *spam = o.kind == KIND_SPAM;
    if (o.kind != KIND_PAYMENT)
        o.source = label && label->source.n ? label->source : url_without_www(host);
    return o;
}

/* What a source is that somebody wrote: a host, or a name. */
static enum source_kind kind_of(const struct channels *c, struct ff_span source)
{
    if (source.n == 0)
        return KIND_UNKNOWN;
    const struct host_label *label = memchr(source.p, '.', source.n)
                                         ? hosts_find(c->hosts, source, ff_span_of(NULL, 0))
                                         : hosts_find_name(c->hosts, source);
    return label ? (enum source_kind)label->kind : KIND_UNKNOWN;
}

/* The channel by what source, medium and campaign are called in the end; known is the kind of a source that
 * nobody wrote, but the referrer told. */
static enum ff_channel by_rules(const struct channels *c, const struct channel_verdict *v,
                             enum source_kind known)
{
    char source[CHANNEL_TEXT_MAX], medium[CHANNEL_TEXT_MAX], campaign[CHANNEL_TEXT_MAX];
    struct rule_facts f = {
        .source = url_lower(v->source, source, sizeof source),
        .medium = url_lower(v->medium, medium, sizeof medium),
        .campaign = url_lower(v->campaign, campaign, sizeof campaign),
    };
    f.kind = known ? known : kind_of(c, f.source);
    return channel_rules(&f);
}

/* The channel of an untagged visit from a known kind of site. */
static enum ff_channel by_kind(enum source_kind kind)
{
    switch (kind) {
    case KIND_SEARCH:
        return FF_CHANNEL_ORGANIC_SEARCH;
    case KIND_SOCIAL:
        return FF_CHANNEL_ORGANIC_SOCIAL;
    case KIND_VIDEO:
        return FF_CHANNEL_ORGANIC_VIDEO;
    case KIND_SHOPPING:
        return FF_CHANNEL_ORGANIC_SHOPPING;
    case KIND_EMAIL:
        return FF_CHANNEL_EMAIL;
    case KIND_AI:
        return FF_CHANNEL_AI_ASSISTANTS;
    default:
        return FF_CHANNEL_REFERRAL;
    }
}

/* Fills in what the earlier clues have left open. */
static void fill(struct channel_verdict *out, struct ff_span source, struct ff_span medium,
                 enum channel_clue clue)
{
    if (source.n == 0)
        return;
    if (out->clue == CLUE_NOTHING)
        out->clue = clue;
    if (out->source.n == 0)
        out->source = source;
    if (out->medium.n == 0)
        out->medium = medium;
}

static void set_nothing(struct channel_verdict *out)
{
    out->channel = FF_CHANNEL_DIRECT;
    out->clue = CLUE_NOTHING;
    out->source = out->medium = out->campaign = ff_span_of(NULL, 0);
    out->spam = false;
}

static void judge_reading(const struct channels *c, const struct reading *r, struct channel_verdict *out)
{
    struct url_room room = {out->room, sizeof out->room};
    struct tags t = {.source = {NULL, 0}};
    set_nothing(out);
    read_tags(c, r->page.query, &t, &room);
    struct origin from = read_referrer(c, r, &room, &out->spam);
    out->source = t.source;
    out->medium = t.medium;
    out->campaign = t.campaign;
    out->clue = t.source.n || t.medium.n ? CLUE_TAGS : CLUE_NOTHING;
    fill(out, t.click_source, t.click_medium, CLUE_CLICK);
    /* Whoever names a source, but no medium, means that one, not the referrer's. */
    bool by_referrer = out->source.n == 0;
    if (by_referrer)
        fill(out, from.source, ff_span_text(medium_of(from.kind)), CLUE_REFERRER);
    if (out->clue == CLUE_NOTHING && out->campaign.n)
        out->clue = CLUE_TAGS;
    if (out->clue == CLUE_NOTHING)
        return;
    if (out->clue == CLUE_REFERRER && from.kind != KIND_PAID && out->campaign.n == 0)
        out->channel = by_kind(from.kind);
    else
        out->channel = by_rules(c, out, by_referrer && from.kind != KIND_PAID ? from.kind : KIND_UNKNOWN);
}

void channels_judge(const struct channels *c, const struct channel_question *q, struct channel_verdict *out)
{
    struct reading r = read_question(q);
    judge_reading(c, &r, out);
}

void channels_recall(const struct channels *c, struct channels_cache *cache, const struct channel_question *q,
                     struct channel_verdict *out)
{
    struct reading r = read_question(q);
    uint64_t hash = 0;
    if (tells_nothing(&r)) {
        set_nothing(out);
        return;
    }
    /* What an own referrer is, its paths and the page's tell nothing. */
    const struct channel_clues clues = {q->own_number, r.foreign ? r.page.host : ff_span_of(NULL, 0), r.page.query,
                                        r.foreign ? q->referrer : ff_span_of(NULL, 0)};
    if (cache && channels_cache_find(cache, &clues, &hash, out))
        return;
    judge_reading(c, &r, out);
    if (cache)
        channels_cache_keep(cache, hash, out);
}
