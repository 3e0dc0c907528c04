"""Bots: answered like others, written down nowhere, counted by what told."""

import os
import shutil
import signal
import unittest
import urllib.parse

import openmetrics
from footfall import AGENT, ROOT, Daemon, Site, expect, until
from test_channels import KEY, KEYED, ROWS, SHOP, view

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
HEADLESS = AGENT.replace("Chrome/", "HeadlessChrome/")


class Bots(unittest.TestCase):
    THREADS = 0

    def setUp(self):
        self.daemon = Daemon([SHOP, KEYED], [f"ingest.threads={self.THREADS}"], ROWS)
        self.addCleanup(self.daemon.close)
        self.daemon.start()

    def post(self, beacons, status=204, **headers):
        return expect(self.daemon.events.post("/v1/events", beacons, **headers), status)

    def samples(self, name):
        families = openmetrics.families(expect(self.daemon.office.get(
            "/metrics", Accept="application/openmetrics-text"), 200).body.decode())
        return [(labels, float(value)) for _, labels, value in families[name].samples]

    def bots(self):
        return {(labels["site"], labels["reason"]): value for labels, value in self.samples("footfall_bots")}

    def views(self, site="shop"):
        return self.daemon.stats(site, window="1h")["traffic"]["pageviews"]

    def records(self):
        return self.samples("footfall_journal_records")[0][1]

    def test_what_a_connection_tells(self):
        signs = (("crawler", {"User_Agent": CRAWLER}), ("library", {"User_Agent": "curl/8.5.0"}),
                 ("headless", {"User_Agent": HEADLESS}),
                 ("headless", {"User_Agent": AGENT, "Sec_CH_UA": '"HeadlessChrome";v="130"'}),
                 ("prefetch", {"User_Agent": AGENT, "Sec_Purpose": "prefetch;prerender"}),
                 ("prefetch", {"User_Agent": AGENT, "Purpose": "prefetch"}),
                 ("prefetch", {"User_Agent": AGENT, "X_Moz": "prefetch"}))
        expected = {}
        for reason, headers in signs:
            answer = self.post(view("bot"), **headers)
            self.assertNotIn("X-Footfall-Error", answer.headers)
            query = urllib.parse.urlencode(view("bot"))
            answer = expect(self.daemon.events.get(f"/v1/pixel.gif?{query}", **headers), 200)
            self.assertEqual((len(answer.body), answer.headers["X-Footfall-Error"]), (43, None))
            expected["shop", reason] = expected.get(("shop", reason), 0) + 2
        self.assertEqual(self.bots(), expected)
        self.assertEqual((self.views(), self.records()), (0, 0))
        self.assertEqual(self.daemon.office.get("/v1/visitors/bot?site=shop").status, 404)
        counted = {tuple(labels[k] for k in ("site", "type", "outcome", "reason")): value
                   for labels, value in self.samples("footfall_beacons") if value}
        self.assertEqual(counted, {("shop", "page_view", "dropped", "bot"): 2 * len(signs)})

    def test_people_are_none(self):
        self.post(view("a"), User_Agent=AGENT)
        self.post(view("b"))  # a missing agent alone is no bot
        self.post(view("c"), User_Agent="")
        self.assertEqual((self.views(), self.bots()), (3, {}))

    def test_referrer_spam_is_a_bots(self):
        self.post([view("a", referrer="https://semalt.com/crawler"), view("b", referrer="https://blog.example/")],
                  User_Agent=AGENT)
        self.assertEqual((self.views(), self.bots()), (1, {("shop", "spam"): 1}))

    def test_those_with_a_key_are_judged_by_what_they_bring(self):
        self.post([view("a", "/", "keyed"), view("b", "/", "keyed", user_agent=AGENT),
                   view("c", "/", "keyed", user_agent=CRAWLER), view("d", "/", "keyed", referrer="https://semalt.com/")],
                  User_Agent="python-requests/2.31", **KEY)
        self.assertEqual((self.views("keyed"), self.bots()), (3, {("keyed", "crawler"): 1}))
        self.post(view("e"), User_Agent="python-requests/2.31", **KEY)  # of another site
        self.assertEqual((self.views("shop"), self.bots()["shop", "library"]), (0, 1))

    def test_what_anyone_brings_is_not_looked_at(self):
        self.post(view("a", user_agent=AGENT), User_Agent=CRAWLER)
        self.post(view("b", user_agent=CRAWLER), User_Agent=AGENT)
        self.assertEqual((self.views(), self.bots()), (1, {("shop", "crawler"): 1}))

    def test_datagrams_and_imports_are_nobodys(self):
        self.daemon.datagram(view("a", user_agent=CRAWLER, referrer="https://semalt.com/"))
        self.daemon.bring([view("b", user_agent=CRAWLER, time=1.7e9)])
        until(lambda: self.views() == 1 and self.records() == 2, "both")
        self.assertEqual(self.bots(), {})

    def test_a_page_can_say_that_its_browser_is_driven(self):
        self.post([view("a", webdriver=True), view("b", webdriver=False), view("c", webdriver=None)], User_Agent=AGENT)
        query = urllib.parse.urlencode(view("d", webdriver="true"))
        expect(self.daemon.events.get(f"/v1/pixel.gif?{query}", User_Agent=AGENT), 200)
        self.assertEqual((self.views(), self.bots()), (2, {("shop", "webdriver"): 2}))
        self.post(view("e", webdriver=True), User_Agent=CRAWLER)
        self.assertEqual(self.bots(), {("shop", "webdriver"): 2, ("shop", "crawler"): 1})
        refused = self.post(view("f", webdriver="yes"), 400, User_Agent=AGENT).json["rejected"][0]
        self.assertEqual((refused["field"], refused["code"]), ("webdriver", "wrong_type"))

    def test_who_is_not_judged_is_not_by_that_either(self):
        self.post([view("a", "/", "keyed", webdriver=True),
                   view("b", "/", "keyed", webdriver=True, user_agent=AGENT)], **KEY)
        self.daemon.datagram(view("c", webdriver=True))
        self.daemon.bring([view("d", webdriver=True, time=1.7e9)])
        until(lambda: self.records() == 3, "all but one")
        self.assertEqual(self.bots(), {("keyed", "webdriver"): 1})

    def test_what_is_wrong_comes_first(self):
        answer = self.post([view("a"), {"type": "purchase", "site": "shop", "visitor": "a", "value": 1}, view("b")], 200, User_Agent=CRAWLER).json
        self.assertEqual((answer["accepted"], answer["duplicates"], [r["index"] for r in answer["rejected"]]),
                         (2, 0, [1]))
        self.assertEqual(self.views(), 0)

    def test_back_offices_are_not_judged(self):
        self.post({"type": "refund", "site": "shop", "order": "o", "value": 1, "currency": "EUR"},
                  User_Agent="python-requests/2.31")
        self.assertEqual((self.records(), self.bots()), (1, {}))

    def test_what_was_judged_is_remembered(self):
        for _ in range(5):
            self.post(view("a"), User_Agent=CRAWLER)
        judged = {labels["by"]: value for labels, value in self.samples("footfall_agents_judged")}
        self.assertEqual(judged["memory"] + judged["patterns"], 5)
        self.assertLessEqual(judged["patterns"], 1 + self.THREADS)


    def test_who_says_the_same_again_is_judged_by_the_lists_of_now(self):
        """On one connection, whose header lines are not read anew each time."""
        lists = os.path.join(self.daemon.directory, "agents.yaml")
        shutil.copy(os.path.join(ROOT, "conf", "agents.yaml"), lists)
        self.daemon.options.append(f"agents.file={lists}")
        self.daemon.restart()
        for agent in AGENT, AGENT, AGENT, CRAWLER, CRAWLER, AGENT:
            self.post(view("a"), User_Agent=agent)
        self.assertEqual((self.views(), self.bots()), (4, {("shop", "crawler"): 2}))
        with open(lists) as file:
            text = file.read()
        with open(lists, "w") as file:
            file.write(text.replace("\nbots:\n", "\nbots:\n  monitor of people: [chrome/]\n"))
        self.daemon.signal(signal.SIGHUP)

        def judged():
            self.post(view("a"), User_Agent=AGENT)
            return self.bots().get(("shop", "monitor"), 0)
        until(lambda: judged() > 0, "a beacon judged by the new list")


class ThreadedBots(Bots):
    THREADS = 2


class ProxiedBots(Bots):
    """What a trusted proxy says of the visitor is taken over."""

    def setUp(self):
        self.daemon = Daemon([SHOP, KEYED], ["ingest.trusted_proxies=127.0.0.1"], ROWS)
        self.addCleanup(self.daemon.close)
        self.daemon.start()

    def test_what_anyone_brings_is_not_looked_at(self):
        """But from here it is."""
        self.post(view("a", user_agent=AGENT), User_Agent="python-requests/2.31")
        self.post(view("b", user_agent=CRAWLER), User_Agent=AGENT)
        self.post(view("c"), User_Agent="python-requests/2.31")
        self.post(view("d", user_agent=AGENT), User_Agent=AGENT, Sec_Purpose="prefetch")
        self.assertEqual((self.views(), self.bots()), (2, {("shop", "crawler"): 1, ("shop", "library"): 1}))


if __name__ == "__main__":
    unittest.main()
