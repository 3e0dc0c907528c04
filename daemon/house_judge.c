/* What is judged of a beacon, at the door. */
#include "house_state.h"

#include "country.h"
#include "listing.h"
#include "own_hosts.h"
#include "region.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>

struct judge {
    struct channels *channels;
    struct agents *agents;
    struct countries *countries; /* NULL: no database */
    struct own_hosts *own;
};

static bool judge_hosts(struct judge *j, const struct ff_config *c)
{
    struct own_hosts_site *sites = calloc(c->site_count, sizeof *sites);
    if (!sites)
        return false;
    for (uint16_t i = 0; i < c->site_count; i++)
        sites[i] = (struct own_hosts_site){c->sites[i].hosts, c->sites[i].origins};
    j->own = own_hosts_new(sites, c->site_count);
    free(sites);
    return j->own != NULL;
}

/* What is wrong with rows is said of the file that was asked for; the built-in ones are sound. */
static bool rows_fail(const char *file, const char *what, char *why, size_t size)
{
    snprintf(why, size, "%s: %s", *file ? file : "(built in)", what);
    return false;
}

/* Makes what is made of the rows of a listing; false after saying why. */
static bool judge_listing(struct judge *j, enum listing_kind kind, const char *file, char *why, size_t size)
{
    struct listing *l = listing_load(kind, *file ? file : NULL, why, size);
    char what[CONFIG_WHY / 2];
    size_t n;
    if (!l)
        return false;
    const struct ff_listing *rows = listing_rows(l, &n);
    if (kind == LISTING_CHANNELS)
        j->channels = channels_new(rows, n, what, sizeof what);
    else
        j->agents = agents_new(rows, n, what, sizeof what);
    listing_free(&l);
    return (kind == LISTING_CHANNELS ? j->channels != NULL : j->agents != NULL) || rows_fail(file, what, why, size);
}

static bool judge_countries(struct judge *j, const char *file, char *why, size_t size)
{
    if (!*file)
        return true;
    j->countries = countries_new(file, why, size);
    return j->countries != NULL;
}

struct judge *judge_new(const struct ff_config *c, char *why, size_t size)
{
    struct judge *j = calloc(1, sizeof *j);
    snprintf(why, size, "out of memory");
    if (!j || !judge_hosts(j, c) || !judge_listing(j, LISTING_CHANNELS, c->channels.file, why, size) ||
        !judge_listing(j, LISTING_AGENTS, c->agents.file, why, size) ||
        !judge_countries(j, c->country.database, why, size))
        judge_free(&j);
    return j;
}

void judge_free(struct judge **j)
{
    if (!*j)
        return;
    channels_free(&(*j)->channels);
    agents_free(&(*j)->agents);
    countries_free(&(*j)->countries);
    own_hosts_free(&(*j)->own);
    free(*j);
    *j = NULL;
}

static size_t bots_rows(const struct door *d)
{
    return d->house->config->site_count;
}

bool door_judge_init(struct door *d)
{
    d->judge.verdicts = region_new(FOLD_EXPECT, sizeof *d->judge.verdicts);
    d->judge.bots = region_new(bots_rows(d), sizeof *d->judge.bots);
    d->figures.bots = region_new(bots_rows(d), sizeof *d->figures.bots);
    door_judge_renew(d);
    return d->judge.verdicts && d->judge.bots && d->figures.bots && d->judge.cache && d->judge.channels;
}

void door_judge_fini(struct door *d)
{
    if (!d->house)
        return; /* never begun */
    region_free(&d->judge.verdicts, FOLD_EXPECT, sizeof *d->judge.verdicts);
    region_free(&d->judge.bots, bots_rows(d), sizeof *d->judge.bots);
    region_free(&d->figures.bots, bots_rows(d), sizeof *d->figures.bots);
    agents_cache_free(&d->judge.cache);
    channels_cache_free(&d->judge.channels);
}

/* What a cache has counted stays counted. */
static void drop_caches(struct door_judge *j)
{
    channels_cache_free(&j->channels);
    if (!j->cache)
        return;
    uint64_t known, looked_at;
    agents_cache_counts(j->cache, &known, &looked_at);
    j->known += known;
    j->looked_at += looked_at;
    agents_cache_free(&j->cache);
}

/* Another judge's verdicts may be others, so the caches go with it. A judge that this door says it has, and
 * that was still in force then, is not freed by the state. */
void door_judge_renew(struct door *d)
{
    struct door_judge *j = &d->judge;
    const struct judge *fresh = atomic_load(&d->house->judges.now);
    struct hash_seed seed;
    if (fresh == j->now)
        return;
    door_give_gathered(d); /* it borrows from the one before */
    for (const struct judge *said = NULL; said != fresh; fresh = atomic_load(&d->house->judges.now)) {
        said = fresh;
        atomic_store(&j->taken, said);
    }
    drop_caches(j);
    if (getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed) {
        j->cache = agents_cache_new(d->house->config->limits.agents, &seed);
        j->channels = channels_cache_new(&seed);
    }
    j->turn++;
    j->now = fresh;
}

void door_judge_counts(const struct door *d, uint64_t *known, uint64_t *looked_at)
{
    *known = *looked_at = 0;
    if (d->judge.cache)
        agents_cache_counts(d->judge.cache, known, looked_at);
    *known += d->judge.known;
    *looked_at += d->judge.looked_at;
}

struct agent_verdict door_judge_headers(const struct door *d, const struct net_request *request)
{
    const struct net_signs *s = &request->signs;
    const struct agent_signs signs = {
        .user_agent = request->user_agent,
        .ch_brands = s->ch_brands,
        .ch_mobile = s->ch_mobile,
        .ch_platform = s->ch_platform,
        .ch_form_factors = s->ch_form_factors,
        .sec_purpose = s->sec_purpose,
        .purpose = s->purpose,
        .x_moz = s->x_moz,
    };
    return agents_judge(d->judge.now->agents, d->judge.cache, &signs);
}

static uint16_t judge_country(struct door *d, struct sender *from, struct ff_span ip, uint16_t site)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    const struct countries *countries = d->judge.now->countries;
    if (!countries || !sender_address(from, d, site, ip, six.sin6_addr.s6_addr))
        return 0;
    struct ff_span code = countries_find(countries, (const struct sockaddr *)(const void *)&six);
    return code.n == 2 ? ff_country(code.p[0], code.p[1]) : 0;
}

/* A beacon that has an agent has it from who may say so; own: its connection says nothing of a visitor. */
static struct agent_verdict judge_agent(struct door *d, const struct sender *from, bool own,
                                        const struct ff_beacon *b)
{
    const struct agent_signs signs = {.user_agent = b->text[FF_TEXT_USER_AGENT]};
    if (signs.user_agent.n > 0)
        return agents_judge(d->judge.now->agents, d->judge.cache, &signs);
    return own ? (struct agent_verdict){FF_DEVICE_NONE, BOT_NONE} : from->verdict;
}

/* Where the visitor came from; *v is kept for as long as the beacon. Whether it was spam. */
static bool judge_channel(const struct door_judge *d, struct ff_beacon *b, struct channel_verdict *v)
{
    const struct judge *j = d->now;
    struct channel_question q = {b->text[FF_TEXT_URL], b->text[FF_TEXT_REFERRER], NULL, 0, b->site};
    q.own_hosts = own_hosts_of(j->own, b->site, &q.own_count);
    b->source = b->campaign = ff_span_of(NULL, 0);
    if (q.url.n + q.referrer.n == 0)
        return false;
    channels_recall(j->channels, d->channels, &q, v);
    if (v->clue == CLUE_NOTHING)
        return v->spam;
    b->origin.channel = (uint8_t)v->channel;
    b->source = v->source.n ? v->source : b->source;
    b->campaign = v->campaign.n ? v->campaign : b->campaign;
    return v->spam;
}

enum ff_status door_judge_beacon(struct door *d, struct sender *from, struct ff_span ip, struct ff_beacon *b,
                                 uint32_t slot)
{
    bool own = !from->access || access_has_key(from->access, &from->pass, b->site);
    bool judged = from->access && (!own || b->text[FF_TEXT_USER_AGENT].n > 0);
    if (!canon_is_visit(b->type))
        return FF_OK;
    struct agent_verdict agent = judge_agent(d, from, own, b);
    b->judged = true;
    b->origin.device = (uint8_t)agent.device;
    b->origin.country = judge_country(d, from, ip, b->site);
    bool spam = judge_channel(&d->judge, b, &d->judge.verdicts[slot]);
    enum bot bot = agents_reason(agent, b->webdriver, spam);
    if (!judged || bot == BOT_NONE)
        return FF_OK;
    d->judge.bots[b->site][bot]++;
    return FF_BOT;
}
