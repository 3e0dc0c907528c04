#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "agents.h"
#include "classify_builtin.h"
#include "classify_data.h"

#define CHROME "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 "
#define DESK "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " CHROME "Safari/537.36"
#define PHONE "Mozilla/5.0 (Linux; Android 10; K) " CHROME "Mobile Safari/537.36"
#define SLATE "Mozilla/5.0 (Linux; Android 10; K) " CHROME "Safari/537.36"

static int setup(void **state)
{
    const struct ff_listing *rows;
    char why[256];
    size_t n;
    struct listing *l = builtin(LISTING_AGENTS, &rows, &n);
    *state = agents_new(rows, n, why, sizeof why);
    listing_free(&l);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    struct agents *a = *state;
    agents_free(&a);
    assert_null(a);
    return 0;
}

static struct agent_verdict judged(const struct agents *a, const char *agent)
{
    struct agent_signs signs = {.user_agent = ff_span_text(agent)};
    return agents_judge(a, NULL, &signs);
}

static void assert_judged(const struct agents *a, const char *agent, enum ff_device device, enum bot bot)
{
    struct agent_verdict v = judged(a, agent);
    if (v.device != device || v.bot != bot)
        print_error("%s: %s, %s\n", agent, device_name(v.device), bot_name(v.bot));
    assert_int_equal(v.device, device);
    assert_int_equal(v.bot, bot);
}

static void browsers_are_people_on_a_device(void **state)
{
    assert_judged(*state, DESK, FF_DEVICE_DESKTOP, BOT_NONE);
    assert_judged(*state, PHONE, FF_DEVICE_MOBILE, BOT_NONE);
    assert_judged(*state, SLATE, FF_DEVICE_TABLET, BOT_NONE);
    static const struct {
        const char *agent;
        enum ff_device device;
    } rows[] = {
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
         "Safari/605.1.15", FF_DEVICE_DESKTOP},
        {"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", FF_DEVICE_DESKTOP},
        {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " CHROME "Safari/537.36", FF_DEVICE_DESKTOP},
        {"Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", FF_DEVICE_DESKTOP},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/26.0 Mobile/15E148 Safari/604.1", FF_DEVICE_MOBILE},
        {"Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
         "Mobile/15E148 Safari/604.1", FF_DEVICE_TABLET},
        {"Mozilla/5.0 (Linux; Android 11; KFTUWI) " CHROME "Safari/537.36", FF_DEVICE_TABLET},
        {"Mozilla/5.0 (Linux; Android 14; SM-X200) " CHROME "Mobile Safari/537.36", FF_DEVICE_TABLET},
        {"Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/191.340; U; en) Presto/2.12.423 Version/12.16", FF_DEVICE_MOBILE},
        {"Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5.1", FF_DEVICE_MOBILE},
        {"Nokia6300/2.0 (04.20) Profile/MIDP-2.0 Configuration/CLDC-1.1", FF_DEVICE_MOBILE},
        {"Mozilla/5.0 (Web0S; Linux/SmartTV) " CHROME "Safari/537.36 WebAppManager", FF_DEVICE_TV},
        {"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0/6.0 TV Safari",
         FF_DEVICE_TV},
        {"Mozilla/5.0 (Linux; Android 9; AFTKA) " CHROME "Mobile Safari/537.36", FF_DEVICE_TV},
        {"Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko)", FF_DEVICE_OTHER},
        {"Mozilla/5.0 (X11; Linux x86_64; Quest 3) " CHROME "VR Safari/537.36", FF_DEVICE_OTHER},
        {"Mozilla/5.0 (X11; Linux x86_64; Steam Deck) " CHROME "Safari/537.36", FF_DEVICE_OTHER},
        {"Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 "
         "NintendoBrowser/5.1.0.22474", FF_DEVICE_OTHER},
        {"Mozilla/5.0 (Linux; Android 12; SM-F936B) " CHROME "Mobile Safari/537.36", FF_DEVICE_MOBILE},
        {"Mozilla/5.0 (Linux; Android 13; OnePlus Pad) " CHROME "Mobile Safari/537.36", FF_DEVICE_TABLET},
        {"Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 "
         "Safari/533.2+ Kindle/3.0+", FF_DEVICE_TABLET},
        {"Mozilla/5.0 (Linux; Android 4.4.2; tolino vision 5) " CHROME "Safari/537.36", FF_DEVICE_TABLET},
        {"Mozilla/5.0 (Linux; Android 7.1.2; X96mini) " CHROME "Safari/537.36", FF_DEVICE_TV},
        {"Roku/DVP-12.0 (12.0.0.4182-88)", FF_DEVICE_TV},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_judged(*state, rows[i].agent, rows[i].device, BOT_NONE);
}

static void programs_are_bots_with_a_reason(void **state)
{
    static const struct {
        const char *agent;
        enum bot bot;
    } rows[] = {
        {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", BOT_CRAWLER},
        {"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
         BOT_AI},
        {"curl/8.5.0", BOT_LIBRARY},
        {"python-requests/2.32.3", BOT_LIBRARY},
        {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/146.0 Safari/537.36",
         BOT_HEADLESS},
        {"Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", BOT_MONITOR},
        {"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", BOT_PREVIEW},
        {"Mozilla/5.0 zgrab/0.x", BOT_SCANNER},
        {"SomethingNew/3.1", BOT_TOOL},
        {"Mozilla/5.0", BOT_TOOL},
        {"Mozilla/5.0 (compatible; whoever; me@some.where.example; https://x.example)", BOT_CRAWLER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct agent_verdict v = judged(*state, rows[i].agent);
        if (v.bot != rows[i].bot)
            print_error("%s: %s\n", rows[i].agent, bot_name(v.bot));
        assert_int_equal(v.bot, rows[i].bot);
    }
}

/* What says its name behind a browser's agent, as many do. */
static void names_of_programs_are_known_behind_a_browsers(void **state)
{
    static const struct {
        enum bot bot;
        const char *names; /* with blanks between */
    } rows[] = {
        {BOT_AI, "GPTBot ChatGPT-User OAI-SearchBot ClaudeBot Claude-User Claude-SearchBot PerplexityBot Perplexity-User "
                 "Bytespider Amazonbot Amzn-SearchBot Applebot-Extended meta-externalagent meta-externalfetcher CCBot "
                 "GoogleOther Google-NotebookLM MistralAI-User DuckAssistBot YouBot cohere-ai Diffbot Kimi-User "
                 "Gemini-Deep-Research DeepSeekBot GrokBot NovaAct Manus-User FirecrawlAgent AmazonBuyForMe"},
        {BOT_CRAWLER, "AdsBot-Google Mediapartners-Google Storebot-Google bingbot Applebot YandexVerticals SemrushBot "
                      "Feedly FreshRSS NewsBlur Inoreader theoldreader Sitebulb HubSpot TinEye Seekport MuckRack"},
        {BOT_HEADLESS, "HeadlessChrome PhantomJS Puppeteer Playwright Cypress Chrome-Lighthouse pa11y"},
        {BOT_MONITOR, "Pingdom UptimeRobot StatusCake Site24x7 Checkly RuxitSynthetic GomezAgent Hyperping Uptimia"},
        {BOT_PREVIEW, "facebookexternalhit Slackbot-LinkExpanding Discordbot TelegramBot LinkedInBot SkypeUriPreview "
                      "vkShare redditbot Bluesky/1.1;Cardyb"},
        {BOT_SCANNER, "Nikto sqlmap CensysInspect Probely Assetnote Arachni"},
        {BOT_LIBRARY, "axios undici python-requests aiohttp GuzzleHttp PostmanRuntime Go-http-client ReactorNetty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (const char *name = rows[i].names; *name;) {
            char agent[256];
            size_t n = strcspn(name, " ");
            snprintf(agent, sizeof agent, DESK " %.*s/1.0", (int)n, name);
            assert_judged(*state, agent, FF_DEVICE_DESKTOP, rows[i].bot);
            name += n + (name[n] == ' ');
        }
}

static void applications_are_people(void **state)
{
    static const struct {
        const char *agent;
        enum ff_device device;
    } rows[] = {
        {PHONE " Instagram 331.0.0.0 Android (30/11; 420dpi; Google; Pixel 2)", FF_DEVICE_MOBILE},
        {PHONE " Phantom/android/24.4.0.15916", FF_DEVICE_MOBILE},
        {PHONE " Telegram-Android/10.14.5 (Samsung; Android 13; SDK 33)", FF_DEVICE_MOBILE},
        {PHONE " Line/14.5.0/IAB", FF_DEVICE_MOBILE},
        {PHONE " [Pinterest/Android]", FF_DEVICE_MOBILE},
        {PHONE " Amazon.com/26.9.2.100", FF_DEVICE_MOBILE},
        {PHONE " CamScanner/6.1", FF_DEVICE_MOBILE},
        {DESK " Slack/4.4.2 Electron/7.2.1 Sonic Slack_SSB/4.4.2", FF_DEVICE_DESKTOP},
        {DESK " Avast/125.0.0.0", FF_DEVICE_DESKTOP},
        {"MyShop/3.2.1 okhttp/4.12.0", FF_DEVICE_MOBILE},
        {"MyShop/1.0 (com.example.shop; build:12; iOS 17.0.0) Alamofire/5.8.1", FF_DEVICE_MOBILE},
        {"MyShop/12 CFNetwork/1494.0.7 Darwin/23.4.0", FF_DEVICE_MOBILE},
        {"fuboTV/4.75.0 (Linux;Android 9; AFTDCT31 Build/PS7664.3772N) FuboPlayer/v1.34.0", FF_DEVICE_TV},
        {"RadiosNet/2.1.1 (Java; Android)", FF_DEVICE_TABLET},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_judged(*state, rows[i].agent, rows[i].device, BOT_NONE);
    assert_int_equal(judged(*state, "okhttp/4.12.0").bot, BOT_LIBRARY); /* nobody says whose */
}

static void a_missing_agent_alone_is_no_bot(void **state)
{
    assert_judged(*state, NULL, FF_DEVICE_NONE, BOT_NONE);
    assert_judged(*state, "", FF_DEVICE_NONE, BOT_NONE);
}

static void the_name_of_a_device_makes_no_bot(void **state)
{
    assert_judged(*state, "Mozilla/5.0 (Linux; Android 12; CUBOT P60) " CHROME "Mobile Safari/537.36", FF_DEVICE_MOBILE,
                  BOT_NONE);
    assert_judged(*state, "CUBOT_P60 Mozilla/5.0 (Linux; Android 12) " CHROME "Mobile Safari/537.36", FF_DEVICE_MOBILE,
                  BOT_NONE);
    assert_judged(*state, "Mozilla/5.0 (Linux; U; Android 4.1; de; Spider Discovery Build/X) " CHROME
                          "Mobile Safari/537.36", FF_DEVICE_MOBILE, BOT_NONE);
    assert_judged(*state, "Mozilla/5.0 (Linux; Android 9; K) " CHROME
                          "Mobile [FBAN/FB4A;FBCR/Bot.com;FBAV/9;]", FF_DEVICE_MOBILE, BOT_NONE);
    /* But a bot may say that it is an Android. */
    assert_int_equal(judged(*state, "Mozilla/5.0 (Linux; Android 9; compatible; Newbot/1) " CHROME).bot, BOT_CRAWLER);
    assert_int_equal(judged(*state, "Mozilla/5.0 (Linux; Android 8.0; Pixel 2 Build/O1; Storebot/1.0) " CHROME).bot,
                     BOT_CRAWLER);
}

static void hints_come_before_the_agent(void **state)
{
    static const struct {
        const char *agent, *mobile, *platform, *factors;
        enum ff_device device;
    } rows[] = {
        {DESK, "?1", "\"Android\"", NULL, FF_DEVICE_MOBILE},
        {PHONE, "?0", "\"Windows\"", NULL, FF_DEVICE_DESKTOP},
        {PHONE, "?0", "\"Android\"", NULL, FF_DEVICE_TABLET},
        {SLATE, "?0", "\"Linux\"", NULL, FF_DEVICE_DESKTOP},
        {DESK, "?0", "\"Chrome OS\"", NULL, FF_DEVICE_DESKTOP},
        {DESK, NULL, NULL, "\"Tablet\"", FF_DEVICE_TABLET},
        {PHONE, "?1", "\"Android\"", "\"XR\"", FF_DEVICE_OTHER},
        {NULL, "?1", "\"Android\"", NULL, FF_DEVICE_MOBILE},
        {NULL, "?0", "\"macOS\"", NULL, FF_DEVICE_DESKTOP},
        {"Mozilla/5.0 (Web0S; Linux/SmartTV) " CHROME, "?0", "\"Linux\"", NULL, FF_DEVICE_TV},
        {PHONE, NULL, "\"Windows\"", NULL, FF_DEVICE_MOBILE},
        {PHONE, "?0", "\"Something\"", NULL, FF_DEVICE_MOBILE},
        {PHONE, "yes", "", "", FF_DEVICE_MOBILE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct agent_signs signs = {.user_agent = ff_span_text(rows[i].agent),
                                    .ch_mobile = ff_span_text(rows[i].mobile),
                                    .ch_platform = ff_span_text(rows[i].platform),
                                    .ch_form_factors = ff_span_text(rows[i].factors)};
        assert_string_equal(device_name(agents_judge(*state, NULL, &signs).device), device_name(rows[i].device));
    }
}

static void what_nobody_looks_at_is_a_bots(void **state)
{
    struct agent_signs signs = {.user_agent = FF_LITERAL(DESK), .sec_purpose = FF_LITERAL("prefetch;prerender")};
    assert_int_equal(agents_judge(*state, NULL, &signs).bot, BOT_PREFETCH);
    signs = (struct agent_signs){.user_agent = FF_LITERAL(DESK), .purpose = FF_LITERAL("Preview")};
    assert_int_equal(agents_judge(*state, NULL, &signs).bot, BOT_PREFETCH);
    signs = (struct agent_signs){.user_agent = FF_LITERAL(DESK), .x_moz = FF_LITERAL("prefetch")};
    assert_int_equal(agents_judge(*state, NULL, &signs).bot, BOT_PREFETCH);
    signs = (struct agent_signs){.user_agent = FF_LITERAL(DESK), .ch_brands = FF_LITERAL("\"HeadlessChrome\";v=\"146\"")};
    assert_int_equal(agents_judge(*state, NULL, &signs).bot, BOT_HEADLESS);
    signs = (struct agent_signs){.user_agent = FF_LITERAL(DESK), .purpose = FF_LITERAL("navigate")};
    assert_int_equal(agents_judge(*state, NULL, &signs).bot, BOT_NONE);
}

static void the_agents_own_reason_comes_first(void **state)
{
    (void)state;
    const struct agent_verdict person = {FF_DEVICE_DESKTOP, BOT_NONE}, bot = {FF_DEVICE_OTHER, BOT_AI};
    assert_int_equal(agents_reason(person, false, false), BOT_NONE);
    assert_int_equal(agents_reason(person, true, false), BOT_WEBDRIVER);
    assert_int_equal(agents_reason(person, false, true), BOT_SPAM);
    assert_int_equal(agents_reason(person, true, true), BOT_WEBDRIVER);
    assert_int_equal(agents_reason(bot, true, true), BOT_AI);
}

static void of_an_endless_agent_the_beginning_counts(void **state)
{
    char agent[AGENT_MAX + 64];
    memset(agent, 'x', sizeof agent - 1);
    agent[sizeof agent - 1] = '\0';
    memcpy(agent, DESK, sizeof DESK - 1);
    memcpy(agent + AGENT_MAX, " bot", 4);
    assert_int_equal(judged(*state, agent).bot, BOT_NONE);
    memcpy(agent + AGENT_MAX - 4, " bot", 4);
    assert_int_equal(judged(*state, agent).bot, BOT_CRAWLER);
}

static void a_cache_changes_no_verdict_and_stays_within_its_bounds(void **state)
{
    const struct hash_seed seed = {{5, 6}};
    struct agents_cache *c = agents_cache_new(64, &seed);
    uint64_t hits, misses;
    assert_non_null(c);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 500; i++) {
            char agent[200];
            snprintf(agent, sizeof agent, i % 3 ? PHONE " Foo/%d" : "newbot/%d", i);
            struct agent_signs signs = {.user_agent = ff_span_text(agent)};
            struct agent_verdict with = agents_judge(*state, c, &signs), without = judged(*state, agent);
            assert_int_equal(with.device, without.device);
            assert_int_equal(with.bot, without.bot);
        }
    agents_cache_counts(c, &hits, &misses);
    assert_int_equal(hits + misses, 1500);
    assert_true(misses > 1000);
    struct agent_signs signs = {.user_agent = FF_LITERAL(DESK)};
    agents_judge(*state, c, &signs);
    for (int i = 0; i < 10; i++)
        assert_int_equal(agents_judge(*state, c, &signs).device, FF_DEVICE_DESKTOP);
    uint64_t now;
    agents_cache_counts(c, &now, &misses);
    assert_int_equal(now, hits + 10);
    agents_cache_free(&c);
    assert_null(c);
    agents_cache_free(&c);
}

static void rows_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    char why[200];
    const struct ff_listing unknown[] = {{FF_LITERAL("bots"), FF_LITERAL("pirates"), FF_LITERAL("arr")}};
    assert_null(agents_new(unknown, 1, why, sizeof why));
    assert_string_equal(why, "agents: no kind is called bots: pirates");
    const struct ff_listing empty[] = {{FF_LITERAL("bots"), FF_LITERAL("ai"), FF_LITERAL("")}};
    assert_null(agents_new(empty, 1, why, sizeof why));
    assert_string_equal(why, "an empty pattern");
}

/* Counts of a file's lines "class<tab>agent". */
struct tally {
    int all, bots, wrong_devices;
};

static bool count_lines(const struct agents *a, const char *what, const char *python, struct tally *t)
{
    FILE *in = data_lines(what, python);
    char *line = NULL;
    size_t room = 0;
    *t = (struct tally){0, 0, 0};
    if (!in)
        return false;
    while (getline(&line, &room, in) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *agent = strchr(line, '\t');
        assert_non_null(agent);
        *agent++ = '\0';
        struct agent_verdict v = judged(a, agent);
        t->all++;
        t->bots += v.bot != BOT_NONE;
        t->wrong_devices += strcmp(device_name(v.device), line) != 0;
    }
    free(line);
    assert_int_equal(pclose(in), 0);
    return true;
}

static void of_real_crawlers_nearly_all_are_caught(void **state)
{
    struct tally t;
    if (!count_lines(*state, "real crawlers",
                     "import sys,gzip,json\n"
                     "for p in json.load(gzip.open(sys.argv[1]+\"/ua/crawler-user-agents.json.gz\")):\n"
                     "  for i in p[\"instances\"]: print(\"bot\\t\"+i.replace(\"\\n\",\" \"))", &t))
        skip();
    print_message("%d of %d crawlers are caught\n", t.bots, t.all);
    assert_true(t.all > 2000);
    assert_true(t.bots * 1000 >= t.all * 995);
}

static void of_real_browsers_hardly_one_is_and_their_devices_are_right(void **state)
{
    struct tally t;
    if (!count_lines(*state, "real browsers",
                     "import sys,gzip\n"
                     "for l in list(gzip.open(sys.argv[1]+\"/ua/user-agents_by_device.tsv.gz\",\"rt\"))[1:]:\n"
                     "  r=l.rstrip(\"\\n\").split(\"\\t\"); print(r[0]+\"\\t\"+r[5])", &t))
        skip();
    print_message("%d of %d browsers are taken for bots, %d devices are wrong\n", t.bots, t.all, t.wrong_devices);
    assert_true(t.all >= 10000);
    assert_true(t.bots * 1000 <= t.all);
    assert_true(t.wrong_devices * 100 <= t.all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(browsers_are_people_on_a_device),
        cmocka_unit_test(programs_are_bots_with_a_reason),
        cmocka_unit_test(names_of_programs_are_known_behind_a_browsers),
        cmocka_unit_test(applications_are_people),
        cmocka_unit_test(a_missing_agent_alone_is_no_bot),
        cmocka_unit_test(the_name_of_a_device_makes_no_bot),
        cmocka_unit_test(hints_come_before_the_agent),
        cmocka_unit_test(what_nobody_looks_at_is_a_bots),
        cmocka_unit_test(the_agents_own_reason_comes_first),
        cmocka_unit_test(of_an_endless_agent_the_beginning_counts),
        cmocka_unit_test(a_cache_changes_no_verdict_and_stays_within_its_bounds),
        cmocka_unit_test(rows_that_mean_nothing_are_refused),
        cmocka_unit_test(of_real_crawlers_nearly_all_are_caught),
        cmocka_unit_test(of_real_browsers_hardly_one_is_and_their_devices_are_right),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
