"""Where visitors come from, and with what: channels, sources, devices, countries, by every way in."""

import os
import signal
import subprocess
import time
import unittest
import urllib.parse

from footfall import AGENT, ROOT, Daemon, Site, expect, pack, until

DATABASE = os.path.join(ROOT, "tests", "fuzz", "corpus", "country", "small.mmdb")
FR, DE = "9.9.9.9", "200.1.2.3"  # in that database
PHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
         " Version/17.5 Mobile/15E148 Safari/604.1")
TV = ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV"
      " Safari/537.36")
SHOP, KEYED = Site("shop"), Site("keyed")
KEY = {"Authorization": "Bearer the-key-of-it"}
ROWS = {"keyed": ["keys: [{key: the-key-of-it, right: track}]"]}
NAMES = ("channel", "source", "campaign", "device", "country")

CASES = (  # url, referrer: channel, source, campaign
    ("https://shop.example/", "", ("direct", "(none)", "(none)")),
    ("https://shop.example/", "https://www.google.de/", ("organic search", "google", "(none)")),
    ("https://shop.example/?gclid=x", "https://www.google.de/", ("paid search", "google", "(none)")),
    ("https://shop.example/?utm_source=Letter&utm_medium=email&utm_campaign=May", "https://www.bing.com/",
     ("email", "Letter", "May")),
    ("https://shop.example/?fbclid=x", "", ("organic social", "facebook", "(none)")),
    ("https://shop.example/", "https://chatgpt.com/", ("ai assistants", "chatgpt", "(none)")),
    ("https://shop.example/", "https://blog.example/post", ("referral", "blog.example", "(none)")),
    ("https://shop.example/", "https://www.paypal.com/checkout", ("direct", "(none)", "(none)")),
    ("https://shop.example/", "https://www.shop.example/page", ("direct", "(none)", "(none)")),
    ("https://shop.example/", "https://other-shop.example/", ("direct", "(none)", "(none)")),
)


def view(visitor, url="https://shop.example/", site="shop", **fields):
    return {"type": "page_view", "site": site, "visitor": visitor, "url": url, **fields}


class Case(unittest.TestCase):
    THREADS = 0

    def daemon(self, options=(), rows=None, sites=(SHOP, KEYED)):
        daemon = Daemon(sites, [f"ingest.threads={self.THREADS}", *options], rows or ROWS)
        self.addCleanup(daemon.close)
        return daemon.start()

    def post(self, daemon, beacons, **headers):
        expect(daemon.events.post("/v1/events", beacons, **headers), 204)

    def came(self, daemon, visitor, site="shop"):
        """What the visitor's session is counted as."""
        answer = expect(daemon.office.get(f"/v1/visitors/{visitor}?site={site}"), 200).json["session"]
        return tuple(answer[name] or "(none)" for name in NAMES)

    def sessions(self, daemon, by, site="shop"):
        answer = daemon.stats(site, path="/v1/stats/breakdown", by=by, window="24h", limit=1000)
        rows = {row["value"]: row["sessions"] for row in answer["rows"]}
        self.assertEqual(sum(rows.values()), answer["total"]["sessions"])
        return rows


class Channels(Case):
    def test_every_way_in_tells_the_same(self):
        daemon = self.daemon(rows={"shop": ["hosts: [other-shop.example]"], **ROWS})
        given = [{"url": url, **({"referrer": referrer} if referrer else {})} for url, referrer, _ in CASES]
        for i, fields in enumerate(given):
            self.post(daemon, view(f"http{i}", **fields), User_Agent=AGENT)
            query = urllib.parse.urlencode(view(f"pixel{i}", **fields))
            expect(daemon.events.get(f"/v1/pixel.gif?{query}", User_Agent=AGENT), 200)
            daemon.datagram(pack(view(f"udp{i}", **fields)))
        daemon.bring([view(f"import{i}", time=round(time.time()), **fields) for i, fields in enumerate(given)])
        until(lambda: daemon.stats("shop", window="1h")["traffic"]["sessions"] == 4 * len(CASES), "all datagrams")
        for i, (_, _, expected) in enumerate(CASES):
            for way in "http", "pixel", "udp", "import":
                self.assertEqual(self.came(daemon, f"{way}{i}")[:3], expected, (way, CASES[i]))
        for place, by in enumerate(NAMES[:3]):
            expected = {}
            for _, _, told in CASES:
                expected[told[place]] = expected.get(told[place], 0) + 4
            self.assertEqual(self.sessions(daemon, by), expected)

    def test_hosts_of_origins_are_the_sites_own(self):
        daemon = self.daemon(rows={"shop": ["origins: ['https://pages.example:8443', 'https://shop.example']"], **ROWS})
        self.post(daemon, view("a", url="/p", referrer="https://pages.example/x"), User_Agent=AGENT)
        self.post(daemon, view("b", url="/p", referrer="https://ages.example/x"), User_Agent=AGENT)
        self.assertEqual(self.came(daemon, "a")[0], "direct")
        self.assertEqual(self.came(daemon, "b")[:2], ("referral", "ages.example"))
        daemon.rows["shop"].append("hosts: [ages.example]")
        daemon.write_config()
        daemon.signal(signal.SIGHUP)
        daemon.logged(r"reloaded key=sites\[\].hosts")
        tries = iter(range(10**6))

        def judged():
            visitor = f"c{next(tries)}"
            self.post(daemon, view(visitor, url="/p", referrer="https://ages.example/x"), User_Agent=AGENT)
            return self.came(daemon, visitor)[0]
        until(lambda: judged() == "direct", "a beacon judged by the new hosts")
        self.post(daemon, view("d", url="/p", referrer="https://pages.example/x"), User_Agent=AGENT)
        self.assertEqual(self.came(daemon, "d")[0], "referral")

    def test_senders_cannot_say_it_themselves(self):
        daemon = self.daemon()
        self.post(daemon, view("a", channel="email", source="x", campaign="y", device="tv", country="DE",
                               medium="z"), User_Agent=AGENT)
        self.assertEqual(self.came(daemon, "a"), ("direct", "(none)", "(none)", "desktop", "(none)"))

    def test_what_was_judged_survives_other_lists(self):
        daemon = self.daemon()
        lists = os.path.join(daemon.directory, "mine.yaml")
        self.post(daemon, [view("a", referrer="https://blog.example/post"), view("b")], User_Agent=PHONE)
        judged = self.came(daemon, "a")
        self.assertEqual(judged, ("referral", "blog.example", "(none)", "mobile", "(none)"))
        with open(lists, "w") as file:
            file.write("search:\n  my blog: [blog.example]\n")
        daemon.options.append(f"channels.file={lists}")
        daemon.restart()  # all of it is replayed
        self.assertEqual(self.came(daemon, "a"), judged)
        self.post(daemon, view("c", referrer="https://blog.example/post"), User_Agent=PHONE)
        self.assertEqual(self.came(daemon, "c")[:2], ("organic search", "my blog"))
        with open(lists, "w") as file:
            file.write("video:\n  my films: [blog.example]\n")
        daemon.signal(signal.SIGHUP)
        daemon.logged("reload changes=0")
        if not self.THREADS:
            self.post(daemon, view("d", referrer="https://blog.example/post"), User_Agent=PHONE)
            self.assertEqual(self.came(daemon, "d")[:2], ("organic video", "my films"))
        else:
            self.until_judged(daemon, "my films")
        with open(lists, "w") as file:
            file.write("nonsense:\n  x: [y.example]\n")
        daemon.signal(signal.SIGHUP)
        daemon.logged("mine.yaml.*nonsense")
        self.post(daemon, view("e", referrer="https://blog.example/post"), User_Agent=PHONE)
        self.assertEqual(self.came(daemon, "e")[1], "my films")

    def until_judged(self, daemon, source):
        """A thread takes other lists up when it is told, which may be a moment later."""
        def judged():
            self.n = getattr(self, "n", 0) + 1
            self.post(daemon, view(f"try{self.n}", referrer="https://blog.example/post"), User_Agent=PHONE)
            return self.came(daemon, f"try{self.n}")[1] == source
        until(judged, f"a beacon judged as from {source}")


class ThreadedChannels(Channels):
    THREADS = 2


class Devices(Case):
    def test_hints_come_before_the_agent(self):
        daemon = self.daemon()
        for visitor, headers, device in (
                ("a", {"User_Agent": AGENT}, "desktop"), ("b", {"User_Agent": PHONE}, "mobile"),
                ("c", {"User_Agent": TV}, "tv"), ("d", {}, "(none)"),
                ("e", {"User_Agent": AGENT, "Sec_CH_UA_Mobile": "?1"}, "mobile"),
                ("f", {"User_Agent": AGENT, "Sec_CH_UA_Mobile": "?0", "Sec_CH_UA_Platform": '"Android"'}, "tablet")):
            self.post(daemon, view(visitor), **headers)
            self.assertEqual(self.came(daemon, visitor)[3], device, headers)
        self.assertEqual(self.sessions(daemon, "device"),
                         {"desktop": 1, "mobile": 2, "tablet": 1, "tv": 1, "(none)": 1})

    def test_the_first_event_with_an_agent_tells(self):
        daemon = self.daemon()
        self.post(daemon, view("a"))
        self.post(daemon, view("a"), User_Agent=PHONE)
        self.post(daemon, view("a"), User_Agent=TV)
        self.assertEqual(self.came(daemon, "a")[3], "mobile")
        self.assertEqual(self.sessions(daemon, "device"), {"mobile": 1})

    def test_whose_agent_counts(self):
        daemon = self.daemon()
        self.post(daemon, view("a", user_agent=TV), User_Agent=PHONE)
        self.assertEqual(self.came(daemon, "a")[3], "mobile", "anyone's beacon says who it is")
        self.post(daemon, [view("b", site="keyed", user_agent=TV), view("c", site="keyed")],
                  User_Agent=PHONE, **KEY)
        self.assertEqual(self.came(daemon, "b", "keyed")[3], "tv")
        self.assertEqual(self.came(daemon, "c", "keyed")[3], "(none)", "a back end is no visitor's device")
        daemon.datagram(view("d", user_agent=TV))
        until(lambda: daemon.office.get("/v1/visitors/d?site=shop").status == 200, "the datagram")
        self.assertEqual(self.came(daemon, "d")[3], "tv")


class Countries(Case):
    def test_the_address_that_counts_tells_the_country(self):
        daemon = self.daemon([f"country.database={DATABASE}"])
        self.post(daemon, view("a", ip=FR), User_Agent=AGENT)
        self.assertEqual(self.came(daemon, "a")[4], "(none)", "anyone's beacon says where it is")
        self.post(daemon, [view("b", site="keyed", ip=FR), view("c", site="keyed", ip="::ffff:" + DE),
                           view("d", site="keyed", ip="70.1.2.3"), view("e", site="keyed", ip="nowhere")], **KEY)
        for visitor, country in ("b", "FR"), ("c", "DE"), ("d", "(none)"), ("e", "(none)"):
            self.assertEqual(self.came(daemon, visitor, "keyed")[4], country)
        daemon.bring([view("f", ip=DE, time=round(time.time()))])
        self.assertEqual(self.came(daemon, "f")[4], "DE")
        self.assertEqual(self.sessions(daemon, "country", "keyed"), {"FR": 1, "DE": 1, "(none)": 2})
        daemon.checkpoint()
        daemon.restart()
        self.assertEqual(self.sessions(daemon, "country", "keyed"), {"FR": 1, "DE": 1, "(none)": 2})
        self.assertEqual(self.came(daemon, "b", "keyed")[4], "FR")

    def test_who_is_behind_a_trusted_proxy_has_a_country(self):
        daemon = self.daemon([f"country.database={DATABASE}", "ingest.trusted_proxies=127.0.0.1/32"])
        self.post(daemon, view("a"), User_Agent=AGENT, X_Forwarded_For=f"{FR}, {DE}")
        self.post(daemon, view("b"), User_Agent=AGENT, Forwarded=f"for={FR}")
        self.post(daemon, view("c", ip=FR, user_agent=TV), User_Agent=AGENT, X_Forwarded_For=DE)
        self.post(daemon, [view("d", site="keyed")], User_Agent=AGENT, X_Forwarded_For=DE, **KEY)
        for visitor, site, expected in (("a", "shop", ("desktop", "DE")), ("b", "shop", ("desktop", "FR")),
                                        ("c", "shop", ("tv", "FR")), ("d", "keyed", ("(none)", "(none)"))):
            self.assertEqual(self.came(daemon, visitor, site)[3:], expected, visitor)

    def test_the_address_itself_is_nowhere(self):
        daemon = self.daemon([f"country.database={DATABASE}"])
        daemon.bring([view("f", ip=DE, time=round(time.time()))])
        daemon.checkpoint()
        daemon.stop()
        for folder, _, names in os.walk(daemon.directory):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(DE.encode(), file.read(), name)
        self.assertNotIn(DE, daemon.log)

    def test_a_broken_file_is_refused_at_the_start(self):
        for key, text, reason in (("country.database", "no database", "not a whole database"),
                                  ("channels.file", "search: [", "not well-formed"), ("agents.file", "bots:\n  x: [y]\n", "x")):
            with self.subTest(key=key):
                daemon = Daemon([SHOP])
                self.addCleanup(daemon.close)
                file = os.path.join(daemon.directory, "spoiled.yaml")
                with open(file, "w") as out:
                    out.write(text)
                daemon.options.append(f"{key}={file}")
                for more in [], ["--check-config"]:
                    done = subprocess.run([*daemon.command(), *more], stdin=subprocess.DEVNULL,
                                          capture_output=True, timeout=60, text=True)
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn(file, done.stderr)
                    self.assertIn(reason, done.stderr)

    def test_a_database_is_taken_up_again_and_a_broken_one_is_not(self):
        daemon = Daemon([SHOP, KEYED], rows=ROWS)
        self.addCleanup(daemon.close)
        file = os.path.join(daemon.directory, "countries.mmdb")
        with open(DATABASE, "rb") as whole, open(file, "wb") as out:
            out.write(whole.read())
        daemon.options.append(f"country.database={file}")
        daemon.start()
        with open(file, "wb") as out:
            out.write(b"spoiled")
        daemon.signal(signal.SIGHUP)
        daemon.logged("countries.mmdb: ")
        daemon.bring([view("a", ip=DE, time=round(time.time()))])
        self.assertEqual(self.came(daemon, "a")[4], "DE")


if __name__ == "__main__":
    unittest.main()
