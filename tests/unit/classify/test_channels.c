#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "channels.h"
#include "classify_builtin.h"
#include "classify_data.h"

#define SHOP "https://shop.example/p/1"

static struct channels_cache *cache;

static int setup(void **state)
{
    static const struct hash_seed seed = {{7, 77}};
    const struct ff_listing *rows;
    char why[256];
    size_t n;
    struct listing *l = builtin(LISTING_CHANNELS, &rows, &n);
    *state = channels_new(rows, n, why, sizeof why);
    cache = channels_cache_new(&seed);
    listing_free(&l);
    return *state && cache ? 0 : -1;
}

static int teardown(void **state)
{
    struct channels *c = *state;
    channels_free(&c);
    channels_cache_free(&cache);
    assert_null(c);
    assert_null(cache);
    return 0;
}

static void assert_same(struct ff_span a, struct ff_span b)
{
    assert_int_equal(a.n, b.n);
    assert_true(ff_span_equal(a, b));
}

/* What is remembered is what was judged: at first, and again. */
static void judge(const struct channels *c, const char *url, const char *referrer, struct channel_verdict *out)
{
    static const struct ff_span own[] = {{"other-shop.example", 18}};
    struct channel_question q = {ff_span_text(url), ff_span_text(referrer), own, 1, 1};
    channels_judge(c, &q, out);
    for (int i = 0; i < 2; i++) {
        struct channel_verdict again;
        channels_recall(c, cache, &q, &again);
        assert_int_equal(again.channel, out->channel);
        assert_int_equal(again.clue, out->clue);
        assert_int_equal(again.spam, out->spam);
        assert_same(again.source, out->source);
        assert_same(again.medium, out->medium);
        assert_same(again.campaign, out->campaign);
    }
}

/* "channel | source | medium | campaign" */
static void assert_judged(const struct channels *c, const char *url, const char *referrer, const char *expected)
{
    struct channel_verdict v;
    char text[1024];
    judge(c, url, referrer, &v);
    snprintf(text, sizeof text, "%s | %.*s | %.*s | %.*s", channel_name(v.channel), (int)v.source.n,
             v.source.p ? v.source.p : "", (int)v.medium.n, v.medium.p ? v.medium.p : "", (int)v.campaign.n,
             v.campaign.p ? v.campaign.p : "");
    if (strcmp(text, expected) != 0)
        print_error("%s from %s\n", url, referrer ? referrer : "nowhere");
    assert_string_equal(text, expected);
}

static void the_rules_come_in_googles_order(void **state)
{
    static const struct {
        const char *tags, *expected;
    } rows[] = {
        {"utm_source=(direct)&utm_medium=(none)", "direct | (direct) | (none) | "},
        {"utm_source=google&utm_medium=cpc&utm_campaign=Shopping", "paid shopping | google | cpc | Shopping"},
        {"utm_source=ebay&utm_medium=paidads", "paid shopping | ebay | paidads | "},
        {"utm_source=google&utm_medium=cpc&utm_campaign=spring", "paid search | google | cpc | spring"},
        {"utm_source=google&utm_medium=CPC&utm_campaign=workshop", "paid search | google | CPC | workshop"},
        {"utm_source=google&utm_medium=cpc&utm_campaign=eshop-de", "paid shopping | google | cpc | eshop-de"},
        {"utm_source=google&utm_medium=cpc&utm_campaign=my%20shop", "paid shopping | google | cpc | my shop"},
        {"utm_source=Facebook&utm_medium=paid_social", "paid social | Facebook | paid_social | "},
        {"utm_source=m.facebook.com&utm_medium=retargeting", "paid social | m.facebook.com | retargeting | "},
        {"utm_source=youtube&utm_medium=cpv", "paid video | youtube | cpv | "},
        {"utm_source=someone&utm_medium=cpm", "display | someone | cpm | "},
        {"utm_source=someone&utm_medium=banner", "display | someone | banner | "},
        {"utm_source=someone&utm_medium=ppc", "paid other | someone | ppc | "},
        {"utm_source=chatgpt.com", "ai assistants | chatgpt.com |  | "},
        {"utm_source=perplexity&utm_medium=referral", "ai assistants | perplexity | referral | "},
        {"utm_source=amazon", "organic shopping | amazon |  | "},
        {"utm_source=news&utm_medium=email&utm_campaign=shop", "organic shopping | news | email | shop"},
        {"utm_source=ig&utm_medium=story", "organic social | ig | story | "},
        {"utm_source=IGShopping&utm_medium=Social", "organic shopping | IGShopping | Social | "},
        {"utm_source=microsoft%20teams", "organic social | microsoft teams |  | "},
        {"utm_source=messenger", "organic social | messenger |  | "},
        {"utm_source=rakuten&utm_medium=cpc", "paid search | rakuten | cpc | "},
        {"utm_source=bard", "ai assistants | bard |  | "},
        {"utm_source=someone&utm_medium=social-media", "organic social | someone | social-media | "},
        {"utm_source=vimeo", "organic video | vimeo |  | "},
        {"utm_source=someone&utm_medium=promo-video", "organic video | someone | promo-video | "},
        {"utm_source=bing", "organic search | bing |  | "},
        {"utm_source=someone&utm_medium=organic", "organic search | someone | organic | "},
        {"utm_source=newsletter&utm_medium=E-Mail&utm_campaign=may", "email | newsletter | E-Mail | may"},
        {"utm_source=email", "email | email |  | "},
        {"utm_source=partner&utm_medium=affiliate", "affiliates | partner | affiliate | "},
        {"utm_source=partner&utm_medium=referral", "referral | partner | referral | "},
        {"utm_source=spotify&utm_medium=audio", "audio | spotify | audio | "},
        {"utm_source=sms&utm_medium=text", "sms | sms | text | "},
        {"utm_source=app1&utm_medium=web-push", "mobile push | app1 | web-push | "},
        {"utm_source=firebase&utm_medium=x", "mobile push | firebase | x | "},
        {"utm_source=flyer&utm_medium=qr", "unassigned | flyer | qr | "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char url[256];
        snprintf(url, sizeof url, SHOP "?x=1&%s#end", rows[i].tags);
        assert_judged(*state, url, NULL, rows[i].expected);
        assert_judged(*state, url, "https://www.ecosia.org/", rows[i].expected);
    }
}

static void without_tags_a_click_id_tells(void **state)
{
    static const struct {
        const char *parameter, *expected;
    } rows[] = {
        {"gclid=Cj0", "paid search | google | cpc | "},
        {"GBRAID=1", "paid search | google | cpc | "},
        {"wbraid=1", "paid search | google | cpc | "},
        {"dclid=1", "display | doubleclick | cpm | "},
        {"msclkid=1", "paid search | bing | cpc | "},
        {"fbclid=1", "organic social | facebook | social | "},
        {"ttclid=1", "paid social | tiktok | paid social | "},
        {"twclid=1", "paid social | twitter | paid social | "},
        {"li_fat_id=1", "paid social | linkedin | paid social | "},
        {"yclid=1", "paid search | yandex | cpc | "},
        {"srsltid=1", "organic shopping | google shopping | organic | "},
        {"mc_cid=1", "email | mailchimp | email | "},
        {"irclickid=1", "affiliates | impact | affiliate | "},
        {"gclid=", "direct |  |  | "},
        {"notgclid=1", "direct |  |  | "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char url[128];
        snprintf(url, sizeof url, SHOP "?%s", rows[i].parameter);
        assert_judged(*state, url, NULL, rows[i].expected);
    }
}

static void what_a_clue_leaves_open_the_next_one_fills(void **state)
{
    assert_judged(*state, SHOP "?utm_campaign=may&gclid=1", NULL, "paid search | google | cpc | may");
    assert_judged(*state, SHOP "?utm_source=google&gclid=1", NULL, "paid search | google | cpc | ");
    assert_judged(*state, SHOP "?utm_campaign=may", "https://www.bing.com/", "organic search | bing | organic | may");
    assert_judged(*state, SHOP "?utm_medium=cpc", "https://www.bing.com/", "paid search | bing | cpc | ");
    assert_judged(*state, SHOP "?utm_campaign=may", "https://3c.web.de/", "email | web.de | email | may");
    assert_judged(*state, SHOP "?utm_source=leaflet", "https://www.bing.com/", "unassigned | leaflet |  | ");
    assert_judged(*state, SHOP "?utm_campaign=may", NULL, "unassigned |  |  | may");
    assert_judged(*state, SHOP "?utm_source=%20&utm_medium=+&utm_campaign=", NULL, "direct |  |  | ");
    assert_judged(*state, SHOP "?utm_source=one&utm_source=two&utm_medium=email", NULL, "email | one | email | ");
    assert_judged(*state, "/p?utm_source=google&utm_medium=cpc", NULL, "paid search | google | cpc | ");
}

static void referrers_are_what_the_lists_say(void **state)
{
    static const struct {
        const char *referrer, *expected;
    } rows[] = {
        {"https://www.google.co.uk/", "organic search | google | organic | "},
        {"https://WWW.GOOGLE.com:443/search?q=x", "organic search | google | organic | "},
        {"android-app://com.google.android.googlequicksearchbox/", "organic search | google | organic | "},
        {"https://news.google.com/", "organic search | google news | organic | "},
        {"https://support.google.com/", "referral | google | referral | "},
        {"https://mail.google.com/", "email | gmail | email | "},
        {"https://gemini.google.com/app", "ai assistants | google gemini | referral | "},
        {"https://duckduckgo.com/", "organic search | duckduckgo | organic | "},
        {"https://l.facebook.com/", "organic social | facebook | referral | "},
        {"https://t.co/abc", "organic social | twitter | referral | "},
        {"https://m.youtube.com/watch?v=1", "organic video | youtube | referral | "},
        {"https://www.amazon.de/", "organic shopping | amazon | referral | "},
        {"https://webmail.some-provider.example/", "email | webmail.some-provider.example | email | "},
        {"https://chatgpt.com/", "ai assistants | chatgpt | referral | "},
        {"https://www.bing.com/chat?q=x", "ai assistants | microsoft copilot | referral | "},
        {"https://claude.com/chat", "ai assistants | claude.ai | referral | "},
        {"https://www.perplexity.ai/", "ai assistants | perplexity.ai | referral | "},
        {"https://github.com/copilot/c/1", "ai assistants | github copilot | referral | "},
        {"https://github.com/someone", "organic social | github | referral | "},
        {"https://www.rakuten.co.jp/", "organic search | rakuten | organic | "},
        {"https://item.rakuten.co.jp/shop/1", "organic shopping | rakuten ichiba | referral | "},
        {"https://play.google.com/store", "organic search | google play | organic | "},
        {"https://www.nicovideo.jp/", "organic social | niconico | referral | "},
        {"https://bit.ly/x", "organic social | bit.ly | referral | "},
        {"https://blog.naver.com/x", "organic social | naver blog | referral | "},
        {"https://business.facebook.com/", "organic social | facebook | referral | "},
        {"android-app://com.linkedin.android/", "organic social | linkedin | referral | "},
        {"https://googleads.g.doubleclick.net/", "paid search | google | cpc | "},
        {"https://widgets.outbrain.com/", "paid other | outbrain | cpc | "},
        {"https://www.Blog.example/post", "referral | blog.example | referral | "},
        {"https://google.evil.example/", "referral | google.evil.example | referral | "},
        {"https://notgoogle.com/", "referral | notgoogle.com | referral | "},
        {"https://xn--bcher-kva.example/", "referral | xn--bcher-kva.example | referral | "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_judged(*state, SHOP, rows[i].referrer, rows[i].expected);
}

static void own_hosts_and_payment_providers_tell_nothing(void **state)
{
    static const char *const nothing[] = {
        NULL, "", "about:blank", "no url", "https://", "https://shop.example/basket", "http://WWW.shop.example./",
        "https://checkout.shop.example/", "https://www.other-shop.example/", "https://www.paypal.com/checkout",
        "https://checkout.stripe.com/c/pay", "https://pay.klarna.com/eu", "https://live.adyen.com/",
        "https://acs.some-bank.example/3ds", "https://hooks.stripe.com/3d_secure", "https://pay.amazon.de/",
    };
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        struct channel_verdict v;
        assert_judged(*state, SHOP, nothing[i], "direct |  |  | ");
        judge(*state, SHOP, nothing[i], &v);
        assert_int_equal(v.clue, CLUE_NOTHING);
    }
    /* The page's own parents are its own, but not those that host everybody's pages. */
    assert_judged(*state, "https://www.shop.example/", "https://shop.example/", "direct |  |  | ");
    assert_judged(*state, "https://m.shop.example/", "https://www.shop.example/", "direct |  |  | ");
    assert_judged(*state, "https://mine.tumblr.com/", "https://www.tumblr.com/dashboard",
                  "organic social | tumblr | referral | ");
    assert_judged(*state, SHOP, "https://notshop.example/", "referral | notshop.example | referral | ");
}

static void it_says_what_told(void **state)
{
    struct channel_verdict v;
    judge(*state, SHOP "?utm_medium=email", "https://www.bing.com/", &v);
    assert_int_equal(v.clue, CLUE_TAGS);
    judge(*state, SHOP "?gclid=1", "https://www.bing.com/", &v);
    assert_int_equal(v.clue, CLUE_CLICK);
    judge(*state, SHOP, "https://www.bing.com/", &v);
    assert_int_equal(v.clue, CLUE_REFERRER);
    judge(*state, SHOP, NULL, &v);
    assert_int_equal(v.clue, CLUE_NOTHING);
    assert_false(v.spam);
}

static void spam_is_told_apart(void **state)
{
    struct channel_verdict v;
    judge(*state, SHOP, "http://a.semalt.com/crawler.php", &v);
    assert_true(v.spam);
    judge(*state, SHOP, "http://semalt.com.example/", &v);
    assert_false(v.spam);
}

static void texts_are_bounded(void **state)
{
    char url[2048], host[600];
    struct channel_verdict v;
    memset(host, 'h', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    memcpy(host, "https://", 8);
    memcpy(url, SHOP "?utm_source=%41", sizeof SHOP + 15);
    memset(url + sizeof SHOP + 14, 's', 400);
    snprintf(url + sizeof SHOP + 414, 1000, "&utm_medium=%0400d&utm_campaign=+%0400d", 1, 2);
    judge(*state, url, host, &v);
    assert_int_equal(v.source.n, CHANNEL_TEXT_MAX);
    assert_int_equal(v.medium.n, CHANNEL_TEXT_MAX);
    assert_true(v.campaign.n >= CHANNEL_TEXT_MAX - 1 && v.campaign.n <= CHANNEL_TEXT_MAX);
    judge(*state, SHOP, host, &v);
    assert_int_equal(v.channel, FF_CHANNEL_DIRECT);
}

static void rows_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct ff_listing row;
        const char *why;
    } rows[] = {
        {{FF_LITERAL("serach"), FF_LITERAL("g"), FF_LITERAL("g.example")}, "channels: serach: g: g.example: no such section"},
        {{FF_LITERAL("search"), FF_LITERAL("g"), FF_LITERAL("")}, "channels: search: g: : an empty or too long host"},
        {{FF_LITERAL("click_ids"), FF_LITERAL("google"), FF_LITERAL("gclid")},
         "channels: click_ids: google: gclid: a click id stands below \"source / medium\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[200];
        assert_null(channels_new(&rows[i].row, 1, why, sizeof why));
        assert_string_equal(why, rows[i].why);
    }
}

static void later_rows_take_the_place_of_earlier_ones(void **state)
{
    (void)state;
    static const struct ff_listing rows[] = {
        {FF_LITERAL("search"), FF_LITERAL("google"), FF_LITERAL("google.*")},
        {FF_LITERAL("referral"), FF_LITERAL("intranet"), FF_LITERAL("google.*")},
        {FF_LITERAL("click_ids"), FF_LITERAL("radio / audio"), FF_LITERAL("spot")},
    };
    char why[100];
    struct channels *c = channels_new(rows, 3, why, sizeof why);
    assert_non_null(c);
    assert_judged(c, SHOP, "https://google.de/", "referral | intranet | referral | ");
    assert_judged(c, SHOP "?utm_source=google", NULL, "organic search | google |  | ");
    assert_judged(c, SHOP "?spot=7", NULL, "audio | radio | audio | ");
    channels_free(&c);
}

/* Whether a channel is what the owners of the test cases call a medium. */
static bool is_medium(enum ff_channel c, const char *medium)
{
    static const struct {
        enum ff_channel channel;
        const char *medium;
    } rows[] = {
        {FF_CHANNEL_ORGANIC_SEARCH, "search"}, {FF_CHANNEL_ORGANIC_SOCIAL, "social"}, {FF_CHANNEL_EMAIL, "email"},
        {FF_CHANNEL_PAID_SEARCH, "paid"},      {FF_CHANNEL_PAID_OTHER, "paid"},       {FF_CHANNEL_AI_ASSISTANTS, "chatbot"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].channel == c && strcmp(rows[i].medium, medium) == 0)
            return true;
    return false;
}

static void of_118_real_referrers_at_least_116_are_right(void **state)
{
    FILE *in = data_lines("real referrers",
                          "import sys,json\n"
                          "for t in json.load(open(sys.argv[1]+\"/referrers/referer-tests.json\")):\n"
                          "  print(t[\"medium\"],t[\"source\"].lower(),t[\"uri\"],sep=\"\\t\")");
    char *line = NULL;
    size_t room = 0;
    int all = 0, right = 0;
    if (!in)
        skip();
    while (getline(&line, &room, in) > 0) {
        struct channel_verdict v;
        char *medium = strtok(line, "\t\n"), *source = strtok(NULL, "\t\n"), *uri = strtok(NULL, "\n");
        assert_non_null(uri);
        judge(*state, SHOP, uri, &v);
        bool good = is_medium(v.channel, medium) && ff_span_is(v.source, source);
        if (!good)
            print_message("%s: %s, %.*s\n", uri, channel_name(v.channel), (int)v.source.n, v.source.p);
        all++;
        right += good;
    }
    free(line);
    assert_int_equal(pclose(in), 0);
    assert_int_equal(all, 118);
    assert_true(right >= 116);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_come_in_googles_order),
        cmocka_unit_test(without_tags_a_click_id_tells),
        cmocka_unit_test(what_a_clue_leaves_open_the_next_one_fills),
        cmocka_unit_test(referrers_are_what_the_lists_say),
        cmocka_unit_test(own_hosts_and_payment_providers_tell_nothing),
        cmocka_unit_test(it_says_what_told),
        cmocka_unit_test(spam_is_told_apart),
        cmocka_unit_test(texts_are_bounded),
        cmocka_unit_test(rows_that_mean_nothing_are_refused),
        cmocka_unit_test(later_rows_take_the_place_of_earlier_ones),
        cmocka_unit_test(of_118_real_referrers_at_least_116_are_right),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
