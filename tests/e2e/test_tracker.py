"""The tracker script: what the daemon gives out, and what it does in a browser on a shop's pages."""

import collections
import contextlib
import gzip
import json
import os
import shutil
import subprocess
import time
import unittest
from urllib.parse import urlsplit

from browser import CLOCK, Browser, Shop
from footfall import DEADLINE, FOOTFALLCTL, ROOT, Client, Daemon, Failure, Site, expect, need, running, until
from openmetrics import families

SOURCE = os.path.join(ROOT, "daemon", "web", "tracker.min.js")
STUB = ("<script>window.footfall = window.footfall || "
        "function () { (footfall.q = footfall.q || []).push(arguments); };</script>")


class Given(unittest.TestCase):
    """GET /tracker.js"""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(options=("ingest.tracker_path=/assets/own.js",))
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        with open(SOURCE, "rb") as file:
            cls.script = file.read()

    def get(self, path="/tracker.js", **headers):
        return self.daemon.events.get(path, **headers)

    def test_a_browser_gets_the_script_and_may_keep_it(self):
        answer = expect(self.get(), 200)
        self.assertEqual(answer.body, self.script)
        self.assertEqual(answer.headers["Content-Type"], "text/javascript")
        self.assertEqual(answer.headers["Cache-Control"], "public, max-age=3600")
        self.assertIsNone(answer.headers["Content-Encoding"])
        self.assertIn("Accept-Encoding", answer.headers.get_all("Vary"))

    def test_packed_it_is_the_same_and_at_most_1500_bytes(self):
        answer = expect(self.get(Accept_Encoding="gzip, deflate, br, zstd"), 200)
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(answer.body), self.script)
        self.assertLessEqual(len(answer.body), 1500)

    def test_gzip_that_is_refused_is_not_sent(self):
        for refusal in "br", "gzip;q=0", "*;q=0":
            answer = expect(self.get(Accept_Encoding=refusal), 200)
            self.assertEqual(answer.body, self.script)

    def test_what_a_browser_has_is_not_sent_again(self):
        for encoding in "identity", "gzip":
            tag = self.get(Accept_Encoding=encoding).headers["ETag"]
            again = expect(self.get(Accept_Encoding=encoding, If_None_Match=tag), 304)
            self.assertEqual((again.body, again.headers["ETag"]), (b"", tag))
            expect(self.get(Accept_Encoding=encoding, If_None_Match='"other"'), 200)
        plain = self.get().headers["ETag"]
        expect(self.get(Accept_Encoding="gzip", If_None_Match=plain), 200)

    def test_a_head_has_the_length_and_no_body(self):
        answer = expect(self.daemon.events.request("HEAD", "/tracker.js"), 200)
        self.assertEqual((answer.body, int(answer.headers["Content-Length"])), (b"", len(self.script)))

    def test_it_can_be_asked_for_by_pages_of_other_origins(self):
        answer = self.get(Origin="https://shop.example")
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "https://shop.example")
        expect(self.daemon.events.request("OPTIONS", "/tracker.js"), 204)

    def test_it_cannot_be_posted_to(self):
        answer = expect(self.daemon.events.post("/tracker.js", b""), 405)
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, OPTIONS")

    def test_it_is_at_the_path_of_the_configuration_too(self):
        self.assertEqual(expect(self.get("/assets/own.js"), 200).body, self.script)
        expect(self.get("/assets/own.js?v=2"), 200)
        expect(self.get("/assets/own.js/"), 404)
        expect(self.get("/own.js"), 404)

    def test_it_is_not_on_the_listener_for_numbers(self):
        expect(self.daemon.office.get("/tracker.js"), 404)
        expect(self.daemon.office.get("/assets/own.js"), 404)

    def test_ingest_threads_give_it_out_too(self):
        with running(options=("ingest.threads=2", "ingest.tracker_path=/own.js")) as daemon:
            for path in "/tracker.js", "/own.js":
                client = Client(daemon.http)
                self.assertEqual(expect(client.get(path), 200).body, self.script)
                client.close()

    def test_a_path_that_is_taken_is_refused(self):
        for path in "/v1/events", "/v1/t.js", "/healthz", "tracker.js", "/a?b":
            with self.assertRaisesRegex(Failure, "ingest.tracker_path: expected the path of a URL"):
                with running(options=(f"ingest.tracker_path={path}",)):
                    pass


class Made(unittest.TestCase):
    def test_what_is_given_out_is_what_the_source_gives(self):
        if not shutil.which("uglifyjs"):
            raise unittest.SkipTest("NOT TESTED WITH UGLIFYJS: it is not installed")
        done = subprocess.run([os.path.join(ROOT, "scripts", "minify"), "--check"], capture_output=True,
                              text=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


def setUpModule():
    need(FOOTFALLCTL)


class InBrowser(unittest.TestCase):
    """One browser and one daemon for all tests of a class, with a site and a visitor of its own for each."""

    DRIVEN = False  # as pages can tell

    @classmethod
    def setUpClass(cls):
        names = [name for name in dir(cls) if name.startswith("test_")]
        cls.sites = {name: f"s{n}" for n, name in enumerate(names)}
        cls.browser = Browser(cls.DRIVEN)
        cls.addClassCleanup(cls.browser.close)
        cls.daemon = Daemon([Site(site) for site in cls.sites.values()])
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()

    def setUp(self):
        self.site = self.sites[self._testMethodName]
        self.visitor = self.browser.visitor()
        self.addCleanup(self.visitor.end)

    def shop(self, attributes='data-visitor="cookie"', before=STUB):
        shop = Shop(f'{before}<script async src="http://{self.daemon.http}/tracker.js" '
                    f'data-site="{self.site}" {attributes}></script>')
        self.addCleanup(shop.close)
        return shop

    def exported(self):
        """The site's events as they stand in the journal, in its order."""
        done = subprocess.run([FOOTFALLCTL, "export", "--config", self.daemon.config_file,
                               os.path.join(self.daemon.directory, "store")],
                              capture_output=True, text=True, timeout=DEADLINE, check=True)
        return [event for event in map(json.loads, done.stdout.splitlines()) if event["site"] == self.site]

    def arrived(self, *expected):
        """Waits until so many events are there, pings apart, and says that they are those: each a type,
        or a type and its page. Gives them."""
        def told():
            return [event for event in self.exported() if event["type"] != "ping"]
        with contextlib.suppress(Failure):  # what has come instead says more
            until(lambda: len(told()) >= len(expected), "the events")
        events = told()
        got = [(event["type"], page(event)) for event in events]
        self.assertEqual(len(got), len(expected), got)
        self.assertEqual([g if isinstance(e, tuple) else g[0] for g, e in zip(got, expected)], list(expected))
        self.assertEqual(len({event["id"] for event in events}), len(events))
        return events

    def pings(self, *expected):
        """Waits for pings, of these pages in this order, and gives the seconds they tell."""
        def there():
            found = [e for e in self.exported() if e["type"] == "ping"]
            return len(found) >= len(expected) and found
        found = until(there, "the pings")
        self.assertEqual([page(e) for e in found], list(expected))
        return [e["engaged_ms"] / 1000 for e in found]

    def stats(self):
        return self.daemon.stats(self.site, window="1h")


def page(event):
    """The page's name, its query and its route."""
    url = urlsplit(event.get("url", ""))
    return (os.path.basename(url.path) + ("?" + url.query if url.query else "")
            + ("#" + url.fragment if url.fragment else ""))


class Pages(InBrowser):
    def test_a_visitor_without_a_name_is_told_by_the_daemon(self):
        shop = self.shop("")
        tab = self.visitor.tab(f"{shop.url}/index.html")
        self.arrived("page_view")
        tab.go(f"{shop.url}/cart.html")
        events = self.arrived("page_view", "page_view", "view_cart")
        self.assertRegex(events[0]["visitor"], "^~[0-9a-f]{32}$")
        self.assertEqual(len({e["visitor"] for e in events}), 1)
        self.assertEqual(tab.evaluate("document.cookie + localStorage.length + sessionStorage.length"), "00")
        traffic = self.stats()["traffic"]
        self.assertEqual((traffic["visitors"], traffic["sessions"], traffic["pageviews"]), (1, 1, 2))

    def test_a_visit_from_the_search_to_the_purchase(self):
        shop = self.shop()
        tab = self.visitor.tab(f"{shop.url}/index.html")
        self.arrived("page_view")
        tab.evaluate("document.getElementById('q').value = 'Assam tea'")
        tab.click("go")
        found = "search.html?q=Assam+tea"
        self.arrived("page_view", "page_view", ("search", found))
        tab.click("product")
        product = "product.html?sku=TEA-7"
        self.arrived("page_view", "page_view", "search", ("page_view", product), ("view_item", product))
        tab.click("take")
        so_far = ["page_view", "page_view", "search", "page_view", "view_item", ("add_to_cart", product),
                  ("page_view", "cart.html"), "view_cart"]
        self.arrived(*so_far)
        tab.click("checkout")
        so_far += [("page_view", "checkout.html"), "begin_checkout"]
        self.arrived(*so_far)
        tab.do("document.getElementById('address').click()")
        self.arrived(*so_far, "checkout_step")
        tab.click("pay")
        so_far += ["checkout_step", "checkout_step", ("page_view", "thanks.html"), "purchase"]
        events = self.arrived(*so_far)

        views = [e for e in events if e["type"] == "page_view"]
        self.assertEqual([e["title"] for e in views],
                         ["Tea shop", "Results", "Assam", "Cart", "Checkout", "Thank you"])
        self.assertEqual(views[0]["referrer"], "")
        self.assertEqual(views[2]["referrer"], f"{shop.url}/{found}")
        self.assertEqual([e["term"] for e in events if e["type"] == "search"], ["Assam tea"])
        self.assertEqual(len({e["visitor"] for e in events}), 1)
        stats = self.stats()
        self.assertEqual((stats["traffic"]["pageviews"], stats["traffic"]["visitors"],
                          stats["traffic"]["sessions"]), (6, 1, 1))
        self.assertEqual(stats["search"]["searches"], 1)
        self.assertEqual(stats["search"]["search_conversion_rate"], 1)
        self.assertEqual(set(stats["funnel"].values()), {1})
        self.assertEqual((stats["cart"]["carts_opened"], stats["cart"]["carts_converted"]), (1, 1))
        self.assertEqual(stats["checkout"]["checkouts_completed"], 1)
        self.assertEqual((stats["orders"]["orders"], stats["orders"]["items_sold"]), (1, 3))
        self.assertEqual(str(stats["orders"]["revenue"]["EUR"]), "59.97")

    def test_back_and_forth_are_views_but_no_searches(self):
        shop = self.shop()
        tab = self.visitor.tab(f"{shop.url}/search.html?q=assam")
        so_far = ["page_view", "search"]
        self.arrived(*so_far)
        tab.click("more")
        so_far += [("page_view", "search.html?q=assam&page=2")]
        self.arrived(*so_far)
        tab.click("product")
        so_far += ["page_view", "view_item"]
        self.arrived(*so_far)
        tab.back()
        events = self.arrived(*so_far, ("page_view", "search.html?q=assam&page=2"))
        self.assertTrue(events[-1]["referrer"].startswith(shop.url))
        tab.forward()
        # The product's page is shown as it was left: what it does when it is loaded, it does not do again.
        so_far += ["page_view", ("page_view", "product.html?sku=TEA-7")]
        self.arrived(*so_far)
        self.assertEqual(self.stats()["search"]["searches"], 1)

    def test_back_to_a_page_that_the_browser_has_not_kept_is_a_view_but_no_search(self):
        # One that wants to hear of its end is not kept.
        prepare = CLOCK + "addEventListener('unload', () => 0);"
        tab = self.visitor.tab(f"{self.shop().url}/search.html?q=assam", prepare)
        self.arrived("page_view", "search")
        tab.click("product")
        so_far = ["page_view", "search", "page_view", "view_item"]
        self.arrived(*so_far)
        tab.back()
        self.assertEqual(tab.evaluate("performance.getEntriesByType('navigation')[0].type"), "back_forward")
        self.arrived(*so_far, ("page_view", "search.html?q=assam"))

    def test_a_page_loaded_again_is_a_view_but_no_search(self):
        tab = self.visitor.tab(f"{self.shop().url}/search.html?q=assam")
        self.arrived("page_view", "search")
        tab.leave_by(lambda: tab.call("Page.reload"))
        self.arrived("page_view", "search", "page_view")

    def test_another_search_is_one(self):
        shop = self.shop()
        tab = self.visitor.tab(f"{shop.url}/search.html?q=assam")
        self.arrived("page_view", "search")
        tab.leave_by_script("location.href = 'search.html?keyword=green+tea&q='")
        events = self.arrived("page_view", "search", "page_view", "search")
        self.assertEqual(events[-1]["term"], "green tea")
        self.assertEqual(self.stats()["search"]["search_refinements"], 1)

    def test_the_names_of_searches_can_be_the_shops_own(self):
        shop = self.shop('data-visitor="v" data-search="suche w"')
        tab = self.visitor.tab(f"{shop.url}/search.html?q=assam")
        self.arrived("page_view")
        tab.go(f"{shop.url}/search.html?w=assam")
        self.arrived("page_view", "page_view", "search")

    def test_without_names_nothing_is_a_search(self):
        shop = self.shop('data-visitor="v" data-search=""')
        tab = self.visitor.tab(f"{shop.url}/search.html?q=assam")
        tab.do("footfall('search', {term: 'of my own', results: 3})")
        events = self.arrived("page_view", "search")
        self.assertEqual((events[1]["term"], events[1]["results"]), ("of my own", 3))


class OnePage(InBrowser):
    def app(self, **more):
        return self.visitor.tab(f"{self.shop('data-visitor=v').url}/app.html", **more)

    def test_each_route_is_a_view_with_its_own_title_and_where_it_came_from(self):
        tab = self.app()
        self.arrived("page_view")
        tab.do("go('/tea/7', 'Assam')")
        tab.do("go('/tea/8', 'Ceylon')")
        events = self.arrived("page_view", ("page_view", "7"), ("page_view", "8"))
        self.assertEqual([e["title"] for e in events], ["A shop in one page", "Assam", "Ceylon"])
        self.assertEqual([page({"url": e.get("referrer", "")}) for e in events], ["", "app.html", "7"])
        tab.do("history.replaceState({}, '', '/tea/9')")
        self.arrived("page_view", "page_view", "page_view", ("page_view", "9"))

    def test_the_same_url_is_no_new_view(self):
        tab = self.app()
        tab.do("history.pushState({}, '', location.href)")
        tab.do("history.replaceState({scroll: 9}, '')")
        tab.do("location.hash = 'reviews'")
        tab.do("history.back()")
        tab.do("footfall('custom', {name: 'end'})")
        self.arrived("page_view", ("custom", "app.html"))

    def test_routes_behind_a_hash_are_views(self):
        tab = self.app()
        tab.do("location.hash = '#/tea/7'")
        self.arrived("page_view", ("page_view", "app.html#/tea/7"))
        tab.do("location.hash = '#!search?q=assam'")
        events = self.arrived("page_view", "page_view", ("page_view", "app.html#!search?q=assam"), "search")
        self.assertEqual(events[-1]["term"], "assam")

    def test_a_route_behind_a_search_is_no_part_of_it(self):
        tab = self.app()
        tab.do("go('/search?q=assam', 'Results')")
        tab.do("location.hash = '#/cheap'")
        tab.do("location.hash = '#/cheap?page=2'")
        events = self.arrived("page_view", "page_view", "search", ("page_view", "search?q=assam#/cheap"), "page_view")
        self.assertEqual(events[2]["term"], "assam")

    def test_where_a_route_leads_on_at_once_only_the_end_counts(self):
        tab = self.app()
        tab.do("go('/old', 'Old'); history.replaceState({}, '', '/new')")
        self.arrived("page_view", ("page_view", "new"))

    def test_back_is_a_view_but_no_search(self):
        tab = self.app()
        tab.do("go('/search?query=assam', 'Results')")
        tab.do("go('/tea/7', 'Assam')")
        self.arrived("page_view", "page_view", "search", ("page_view", "7"))
        tab.do("new Promise(done => { addEventListener('popstate', done, {once: true}); history.back(); })")
        tab.do("0")
        self.arrived("page_view", "page_view", "search", "page_view", ("page_view", "search?query=assam"))
        tab.do("go('/search?query=ceylon', 'Results')")
        self.arrived("page_view", "page_view", "search", "page_view", "page_view", "page_view", "search")
        self.assertEqual(self.stats()["search"]["searches"], 2)

    def test_events_of_one_moment_keep_their_order(self):
        tab = self.app()
        tab.do("""const items = [{sku: 'TEA-7', price: 3}];
                  footfall('view_item', {items});
                  items[0].quantity = 2;
                  go('/cart', 'Cart');
                  footfall('add_to_cart', {items});
                  footfall('begin_checkout')""")
        events = self.arrived("page_view", ("view_item", "app.html"), ("page_view", "cart"),
                              ("add_to_cart", "cart"), "begin_checkout")
        self.assertNotIn("quantity", events[1]["items"][0])
        self.assertEqual(events[3]["items"][0]["quantity"], 2)

    def test_history_does_for_the_page_what_it_did(self):
        tab = self.app()
        self.assertIsNone(tab.evaluate("history.pushState({n: 1}, '', '/a')"))
        self.assertEqual(tab.evaluate("history.state.n + location.pathname"), "1/a")
        with self.assertRaisesRegex(Failure, "SecurityError"):
            tab.evaluate("history.pushState({}, '', 'https://elsewhere.example/')")


class Engagement(InBrowser):
    """Time in view, which the pages' clock is put forward for: what is told is that, and what the test
    itself took."""

    def tab(self, path="index.html", attributes="data-visitor=v", **more):
        self.began = time.monotonic()
        return self.visitor.tab(f"{self.shop(attributes).url}/{path}", **more)

    def near(self, seconds, expected):
        self.assertGreaterEqual(seconds, expected)
        self.assertLessEqual(seconds, expected + time.monotonic() - self.began)

    def test_a_tab_that_is_hidden_shown_and_closed(self):
        tab = self.tab()
        self.arrived("page_view")
        tab.put_forward(7)
        other = self.visitor.tab("data:text/html,other")
        tab.becomes("hidden")
        first, = self.pings("index.html")
        self.near(first, 7)
        tab.put_forward(1000)  # nobody looks
        tab.show()
        tab.put_forward(5)
        tab.close()
        first, second = self.pings("index.html", "index.html")
        self.near(first + second, 12)
        stats = self.stats()
        self.near(float(stats["traffic"]["page_seconds"]), 12)
        self.assertAlmostEqual(float(stats["traffic"]["page_seconds"]), first + second, 6)
        self.assertEqual((stats["engagement"]["engaged_sessions"], stats["traffic"]["pageviews"]), (1, 1))
        other.close()

    def test_a_tab_in_the_background_is_a_view_of_no_time(self):
        front = self.visitor.tab("data:text/html,front")
        tab = self.tab()
        front.show()
        tab.becomes("hidden")
        self.arrived("page_view")
        self.near(self.told("index.html"), 0)
        tab.put_forward(1000)
        tab.close()
        front.close()
        self.assertEqual(self.stats()["engagement"]["engaged_sessions"], 0)

    def test_time_belongs_to_the_route_that_was_in_view(self):
        tab = self.tab("app.html")
        tab.put_forward(3)
        tab.do("go('/tea/7', 'Assam')")
        tab.put_forward(8)
        tab.do("go('/tea/8', 'Ceylon')")
        tab.put_forward(2)
        tab.close()
        times = self.pings("app.html", "7", "8")
        for seconds, expected in zip(times, (3, 8, 2)):
            self.near(seconds, expected)
        order = [(e["type"], page(e)) for e in self.exported()]
        self.assertEqual(order, [("page_view", "app.html"), ("ping", "app.html"), ("page_view", "7"),
                                 ("ping", "7"), ("page_view", "8"), ("ping", "8")])
        self.assertEqual(self.stats()["engagement"]["engaged_sessions"], 1)

    def test_time_on_a_page_that_is_left_for_another_and_come_back_to(self):
        tab = self.tab()
        self.arrived("page_view")
        tab.put_forward(4)
        tab.click("product")
        self.arrived("page_view", "page_view", "view_item")
        tab.put_forward(6)
        tab.back()
        self.arrived("page_view", "page_view", "view_item", ("page_view", "index.html"))
        tab.put_forward(9)
        tab.close()
        seconds = self.pings("index.html", "product.html", "index.html")
        for told, expected in zip(seconds, (4, 6, 9)):
            self.near(told, expected)


    def test_time_away_is_none_where_a_browser_says_only_that_the_page_goes(self):
        tab = self.tab(prepare=CLOCK + "document.addEventListener('visibilitychange', event => "
                                       "event.stopImmediatePropagation());"
                                       "addEventListener('pageshow', event => event.persisted && putForward(1000));")
        self.arrived("page_view")
        tab.put_forward(4)
        tab.click("product")
        self.arrived("page_view", "page_view", "view_item")
        tab.back()
        self.arrived("page_view", "page_view", "view_item", ("page_view", "index.html"))
        tab.put_forward(9)
        tab.close()
        until(lambda: self.told("index.html") >= 13, "the time in view")
        self.near(self.told("index.html"), 13)

    def told(self, name):
        return sum(e["engaged_ms"] for e in self.exported() if e["type"] == "ping" and page(e) == name) / 1000


class Sending(InBrowser):
    FETCHES = CLOCK + ("const ask = fetch, kept = []; window.fetch = (to, how) => "
                       "{ kept.push(how.keepalive); return ask(to, how); };")
    NO_BEACON = FETCHES + "Navigator.prototype.sendBeacon = undefined;"
    DEAF_BEACON = FETCHES + "Navigator.prototype.sendBeacon = () => false;"

    def test_without_send_beacon_it_goes_by_fetch_also_when_the_page_is_left(self):
        for prepare in self.NO_BEACON, self.DEAF_BEACON:
            tab = self.visitor.tab(f"{self.shop('data-visitor=v').url}/product.html", prepare)
            self.assertEqual(tab.evaluate("kept"), [True])
            tab.put_forward(3)
            tab.click("take")
            tab.close()
        until(lambda: len(self.exported()) >= 12, "all events")
        counts = collections.Counter(e["type"] for e in self.exported())
        self.assertEqual((counts["page_view"], counts["view_item"], counts["add_to_cart"], counts["view_cart"]),
                         (4, 2, 2, 2))
        self.assertGreaterEqual(counts["ping"], 2)

    def test_what_is_too_large_for_a_beacon_arrives(self):
        tab = self.visitor.tab(f"{self.shop('data-visitor=v').url}/index.html", self.FETCHES)
        tab.do("footfall('purchase', {order: 'large', value: 1, items: Array.from({length: 1000}, (_, n) => "
               "({sku: 'Tee-' + n, name: 'é'.repeat(60)}))})")
        events = self.arrived("page_view", "purchase")
        self.assertEqual(len(events[1]["items"]), 1000)
        self.assertEqual(tab.evaluate("kept"), [False])

    def test_calls_from_before_it_was_loaded_are_kept(self):
        calls = STUB + ("<script>footfall('set', {customer: 'c-1'}); footfall('view_cart');"
                        "footfall('custom', {name: 'early'});</script>")
        tab = self.visitor.tab(f"{self.shop('data-visitor=v', calls).url}/index.html")
        tab.do("footfall('set', {customer: undefined}); footfall('custom', {name: 'later'})")
        events = self.arrived("page_view", "view_cart", "custom", "custom")
        self.assertEqual([e.get("customer") for e in events], ["c-1", "c-1", "c-1", None])

    def test_a_page_that_has_it_twice_counts_once(self):
        shop = self.shop("data-visitor=v")
        shop.snippet += shop.snippet
        self.visitor.tab(f"{shop.url}/product.html").do("footfall('custom', {name: 'end'})")
        self.arrived("page_view", "view_item", "custom")

    def test_a_page_without_the_stub_has_it_too(self):
        tab = self.visitor.tab(f"{self.shop('data-visitor=v', '').url}/index.html")
        tab.do("footfall('custom', {name: 'end'})")
        self.arrived("page_view", "custom")

    def test_a_prerendered_page_is_a_view_when_it_is_seen(self):
        prepare = CLOCK + ("Object.defineProperty(document, 'prerendering', {get: () => !window.seen});"
                           "window.addEventListener('load', () => footfall('custom', {name: 'early'}));")
        tab = self.visitor.tab(f"{self.shop('data-visitor=v').url}/index.html", prepare)
        self.assertIsNone(tab.evaluate("footfall.runs || null"))
        tab.do("seen = 1; document.dispatchEvent(new Event('prerenderingchange'))")
        self.arrived("page_view", "custom")


class Privacy(InBrowser):
    KEPT = "JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])"

    def own(self, attributes=""):
        """A shop that its own server keeps the beacons of."""
        return self.shop(f'data-to="/v1/events" {attributes}')

    def beacons(self, shop, n):
        until(lambda: len(shop.posts) >= n, "the beacon")
        self.assertEqual({type for type, _ in shop.posts}, {"text/plain;charset=UTF-8"})
        return [event for _, body in shop.posts for event in json.loads(body)]

    def test_nothing_is_kept_and_nobody_named_unless_asked(self):
        shop = self.own()
        tab = self.visitor.tab(f"{shop.url}/index.html")
        view, = self.beacons(shop, 1)
        self.assertEqual(set(view), {"type", "site", "id", "url", "title", "referrer"})
        self.assertEqual(tab.evaluate(self.KEPT), '["",0,0]')
        self.assertEqual(self.visitor.cookies(), {})
        self.assertEqual(shop.methods, [])

    def test_a_beacon_needs_no_preflight_by_fetch_either(self):
        shop = self.own("data-visitor=v")
        self.visitor.tab(f"{shop.url}/index.html", Sending.NO_BEACON)
        view, = self.beacons(shop, 1)
        self.assertEqual((view["visitor"], shop.methods), ("v", []))

    def test_a_cookie_that_is_asked_for_names_the_visitor_on_all_pages(self):
        shop = self.own("data-visitor=cookie")
        tab = self.visitor.tab(f"{shop.url}/index.html")
        tab.click("product")
        self.visitor.tab(f"{shop.url}/cart.html")
        visitors = {event["visitor"] for event in self.beacons(shop, 3)}
        cookie = self.visitor.cookies()["footfall"]
        self.assertEqual(visitors, {cookie["value"]})
        self.assertEqual((cookie["domain"], cookie["path"], cookie["sameSite"]), ("localhost", "/", "Lax"))
        self.assertAlmostEqual(cookie["expires"], time.time() + 365 * 86400, delta=3600)
        self.assertGreater(len(cookie["value"]), 20)

    def test_a_cookie_can_be_asked_for_when_the_visitor_has_agreed(self):
        shop = self.own()
        tab = self.visitor.tab(f"{shop.url}/index.html")
        tab.do("footfall('set', {visitor: 'cookie'}); footfall('custom', {name: 'agreed'})")
        view, agreed = self.beacons(shop, 2)
        self.assertNotIn("visitor", view)
        self.assertEqual(agreed["visitor"], self.visitor.cookies()["footfall"]["value"])


class Driven(InBrowser):
    DRIVEN = True

    def bots(self):
        answer = expect(self.daemon.office.get("/metrics", Accept="application/openmetrics-text"), 200)
        found = families(answer.body.decode())["footfall_bots"].samples
        return {labels["reason"]: float(value) for _, labels, value in found if labels["site"] == self.site}

    def test_a_driven_browser_is_a_bot(self):
        tab = self.visitor.tab(f"{self.shop('data-visitor=v').url}/index.html")
        self.assertIs(tab.evaluate("navigator.webdriver"), True)
        tab.do("footfall('custom', {name: 'end'})")
        until(lambda: self.bots() == {"webdriver": 2}, "the view and the event")
        self.assertEqual((self.exported(), self.stats()["traffic"]["pageviews"]), ([], 0))

    def test_what_it_says_is_a_field_of_the_beacon(self):
        shop = self.shop('data-to="/v1/events"')
        self.visitor.tab(f"{shop.url}/index.html")
        until(lambda: shop.posts, "the beacon")
        self.assertIs(json.loads(shop.posts[0][1])[0]["webdriver"], True)


if __name__ == "__main__":
    unittest.main()
