#include "channel_rules.h"

typedef bool rule_holds(const struct rule_facts *f);

#define WORD(text) {text, sizeof(text) - 1}

/* Whether text is one of the words, which end with a NULL. */
static bool is_one_of(struct ff_span text, const struct ff_span *words)
{
    for (; words->p; words++)
        if (ff_span_equal(text, *words))
            return true;
    return false;
}

static bool contains(struct ff_span text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++)
        if (text.p[i] == word[0] && memcmp(text.p + i, word, n) == 0)
            return true;
    return false;
}

static bool begins_with(struct ff_span text, const char *word)
{
    size_t n = strlen(word);
    return text.n >= n && memcmp(text.p, word, n) == 0;
}

static bool ends_with(struct ff_span text, const char *word)
{
    size_t n = strlen(word);
    return text.n >= n && memcmp(text.p + text.n - n, word, n) == 0;
}

/* Google's ^(.*cp.*|ppc|retargeting|paid.*)$ */
static bool is_paid(const struct rule_facts *f)
{
    return contains(f->medium, "cp") || ff_span_is(f->medium, "ppc") ||
           ff_span_is(f->medium, "retargeting") || begins_with(f->medium, "paid");
}

/* Google's ^(.*(([^a-df-z]|^)shop|shopping).*)$: "shop" at the beginning, or behind an "e" or no letter. */
static bool is_shop_campaign(struct ff_span campaign)
{
    for (size_t i = 0; i + 4 <= campaign.n; i++) {
        if (campaign.p[i] != 's' || memcmp(campaign.p + i, "shop", 4) != 0)
            continue;
        char before = i ? campaign.p[i - 1] : ' ';
        if (before == 'e' || before < 'a' || before > 'z')
            return true;
    }
    return contains(campaign, "shopping");
}

static bool of_shop(const struct rule_facts *f)
{
    return f->kind == KIND_SHOPPING || is_shop_campaign(f->campaign);
}

static bool direct(const struct rule_facts *f)
{
    static const struct ff_span media[] = {WORD("(none)"), WORD("(not set)"), WORD(""), {NULL, 0}};
    return ff_span_is(f->source, "(direct)") && is_one_of(f->medium, media);
}

static bool paid_shopping(const struct rule_facts *f)
{
    return f->paid && of_shop(f);
}

static bool paid_search(const struct rule_facts *f)
{
    return f->paid && f->kind == KIND_SEARCH;
}

static bool paid_social(const struct rule_facts *f)
{
    return f->paid && f->kind == KIND_SOCIAL;
}

static bool paid_video(const struct rule_facts *f)
{
    return f->paid && f->kind == KIND_VIDEO;
}

static bool paid_other(const struct rule_facts *f)
{
    return f->paid;
}

static bool display(const struct rule_facts *f)
{
    static const struct ff_span media[] = {
        WORD("display"), WORD("banner"), WORD("expandable"), WORD("interstitial"), WORD("cpm"),
        {NULL, 0}};
    return is_one_of(f->medium, media);
}

static bool ai_assistants(const struct rule_facts *f)
{
    return f->kind == KIND_AI;
}

static bool organic_social(const struct rule_facts *f)
{
    static const struct ff_span media[] = {
        WORD("social"), WORD("social-network"), WORD("social-media"), WORD("sm"), WORD("social network"),
        WORD("social media"), {NULL, 0}};
    return f->kind == KIND_SOCIAL || is_one_of(f->medium, media);
}

static bool organic_video(const struct rule_facts *f)
{
    return f->kind == KIND_VIDEO || contains(f->medium, "video");
}

static bool organic_search(const struct rule_facts *f)
{
    return f->kind == KIND_SEARCH || ff_span_is(f->medium, "organic");
}

static bool email(const struct rule_facts *f)
{
    static const struct ff_span words[] = {
        WORD("email"), WORD("e-mail"), WORD("e_mail"), WORD("e mail"), {NULL, 0}};
    return is_one_of(f->source, words) || is_one_of(f->medium, words);
}

static bool affiliates(const struct rule_facts *f)
{
    static const struct ff_span media[] = {WORD("affiliate"), WORD("affiliates"), {NULL, 0}};
    return is_one_of(f->medium, media);
}

static bool referral(const struct rule_facts *f)
{
    static const struct ff_span media[] = {WORD("referral"), WORD("app"), WORD("link"), {NULL, 0}};
    return is_one_of(f->medium, media);
}

static bool audio(const struct rule_facts *f)
{
    return ff_span_is(f->medium, "audio");
}

static bool sms(const struct rule_facts *f)
{
    return ff_span_is(f->source, "sms") || ff_span_is(f->medium, "sms");
}

static bool mobile_push(const struct rule_facts *f)
{
    return ends_with(f->medium, "push") || contains(f->medium, "mobile") ||
           contains(f->medium, "notification") || ff_span_is(f->source, "firebase");
}

/* Google's order, with AI assistants before what their hosts might be taken for. */
static const struct {
    enum ff_channel channel;
    rule_holds *holds;
} rules[] = {
    {FF_CHANNEL_DIRECT, direct},
    {FF_CHANNEL_PAID_SHOPPING, paid_shopping},
    {FF_CHANNEL_PAID_SEARCH, paid_search},
    {FF_CHANNEL_PAID_SOCIAL, paid_social},
    {FF_CHANNEL_PAID_VIDEO, paid_video},
    {FF_CHANNEL_DISPLAY, display},
    {FF_CHANNEL_PAID_OTHER, paid_other},
    {FF_CHANNEL_AI_ASSISTANTS, ai_assistants},
    {FF_CHANNEL_ORGANIC_SHOPPING, of_shop},
    {FF_CHANNEL_ORGANIC_SOCIAL, organic_social},
    {FF_CHANNEL_ORGANIC_VIDEO, organic_video},
    {FF_CHANNEL_ORGANIC_SEARCH, organic_search},
    {FF_CHANNEL_EMAIL, email},
    {FF_CHANNEL_AFFILIATES, affiliates},
    {FF_CHANNEL_REFERRAL, referral},
    {FF_CHANNEL_AUDIO, audio},
    {FF_CHANNEL_SMS, sms},
    {FF_CHANNEL_MOBILE_PUSH, mobile_push},
};

enum ff_channel channel_rules(const struct rule_facts *facts)
{
    struct rule_facts known = *facts, *f = &known;
    known.paid = is_paid(facts);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].holds(f))
            return rules[i].channel;
    return FF_CHANNEL_UNASSIGNED;
}
