/* Agents and channels: seven lines (agent, two hints, a purpose, the page's address, the referrer, a host of
 * the site's own). Every verdict is one that there is, a cache changes none, texts are UTF-8 and bounded. */
#include "agents.h"
#include "channels.h"
#include "fuzz.h"
#include "listing.h"
#include "utf8.h"

struct made {
    struct agents *agents;
    struct agents_cache *cache;
    struct channels *channels;
};

static struct listing *load(enum listing_kind kind)
{
    char why[256];
    struct listing *l = listing_load(kind, NULL, why, sizeof why);
    MUST(l);
    return l;
}

static const struct made *made(void)
{
    static struct made m;
    static const struct hash_seed seed = {{1, 2}};
    char why[256];
    size_t n;
    if (!m.agents) {
        struct listing *agents = load(LISTING_AGENTS), *channels = load(LISTING_CHANNELS);
        const struct ff_listing *rows = listing_rows(agents, &n);
        m.agents = agents_new(rows, n, why, sizeof why);
        rows = listing_rows(channels, &n);
        m.channels = channels_new(rows, n, why, sizeof why);
        m.cache = agents_cache_new(64, &seed);
        MUST(m.agents && m.channels && m.cache);
        listing_free(&agents);
        listing_free(&channels);
    }
    return &m;
}

static void judge_agent(const struct agent_signs *signs)
{
    struct agent_verdict v = agents_judge(made()->agents, NULL, signs);
    MUST(v.device < FF_DEVICE_COUNT && v.bot < BOT_COUNT);
    for (int i = 0; i < 2; i++) {
        struct agent_verdict again = agents_judge(made()->agents, made()->cache, signs);
        MUST(again.device == v.device && again.bot == v.bot);
    }
}

static void judge_channel(const struct channel_question *q)
{
    struct channel_verdict v;
    channels_judge(made()->channels, q, &v);
    MUST(v.channel < FF_CHANNEL_COUNT);
    MUST(v.clue != CLUE_NOTHING || v.channel == FF_CHANNEL_DIRECT);
    const struct ff_span texts[] = {v.source, v.medium, v.campaign};
    for (size_t i = 0; i < 3; i++) {
        MUST(texts[i].n <= CHANNEL_TEXT_MAX);
        /* What comes in is text, as canon has seen to; so what comes out is. */
        MUST(!utf8_valid(q->url) || !utf8_valid(q->referrer) || utf8_valid(texts[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ff_span line[7] = {{NULL, 0}};
    char *copy[7];
    size_t at = 0;
    for (int i = 0; i < 7; i++) {
        size_t n = 0;
        while (at + n < size && data[at + n] != '\n')
            n++;
        copy[i] = fuzz_copy(data + at, n, 0);
        line[i] = ff_span_of(copy[i], n);
        at = at + n < size ? at + n + 1 : size;
    }
    judge_agent(&(struct agent_signs){.user_agent = line[0],
                                      .ch_brands = line[3],
                                      .ch_mobile = line[1],
                                      .ch_platform = line[2],
                                      .ch_form_factors = line[2],
                                      .sec_purpose = line[3]});
    judge_channel(&(struct channel_question){line[4], line[5], &line[6], 1, 0});
    for (int i = 0; i < 7; i++)
        free(copy[i]);
    return 0;
}
