"""What the stats listener answers: windows, series, ETags, errors, and who may write there."""

import datetime
import time
import unittest
import zoneinfo

from footfall import Daemon, Site, Wire, agree, expect, instant, site_config, taken
from beacons import DAY, HOUR, MINUTE, SECOND
from histories import SITES, history, wire
from reference import Reference

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def view(site="shop", visitor="v", **fields):
    return {"type": "page_view", "site": site, "visitor": visitor, **fields}


def edges(answer):
    return instant(answer["from"]), instant(answer["to"])


class Queries(unittest.TestCase):
    """One daemon with a few days of history and some months-old events."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(SITES)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.now = round(time.time())
        cls.beacons = history(7, (cls.now - 3 * 3600) * SECOND, "hours")
        cls.sent = [wire(b) for b in cls.beacons] + [
            view(visitor="old", id=f"old{n}", time=cls.now - n * 40 * 86400) for n in range(1, 6)]
        cls.daemon.bring(cls.sent)
        cls.reference = Reference(taken(cls.sent), site_config(SITES))

    def stats(self, site="shop", **query):
        return self.daemon.stats(site, **query)

    def refused(self, path, *words, status=400):
        answer = expect(self.daemon.office.get(path), status)
        self.assertIn("application/json", answer.headers["Content-Type"])
        self.assertIn("error", answer.json)
        for word in words:
            self.assertIn(word, answer.body.decode())


class Windows(Queries):
    def test_a_window_ends_now_and_is_as_long_as_its_name_says(self):
        for window, length in (("5m", 5 * MINUTE), ("15m", 15 * MINUTE), ("1h", HOUR),
                               ("24h", DAY), ("7d", 7 * DAY), ("30d", 30 * DAY),
                               ("365d", 365 * DAY), ("90m", 90 * MINUTE), ("36h", 36 * HOUR)):
            answer = self.stats(window=window)
            start, end = edges(answer)
            now = instant(answer["generated_at"])
            self.assertLessEqual(start, now - length, window)
            self.assertGreaterEqual(end, now, window)
            slack = 2 * MINUTE if length < 2 * DAY else 26 * HOUR
            self.assertLess(end - start, length + slack, window)

    def test_every_window_agrees_with_the_reference(self):
        for window in ("5m", "1h", "24h", "7d", "30d", "365d"):
            for site in SITES:
                agree(self, self.reference, self.daemon, site.id, window=window)

    def test_recent_edges_are_widened_to_minutes(self):
        start = (self.now - 40 * 3600) // 60 * 60
        answer = self.stats(from_=start + 17, to=start + 3 * 60 + 1)
        self.assertEqual(edges(answer), (start * SECOND, (start + 4 * 60) * SECOND))
        answer = self.stats(from_=start, to=start + 60)
        self.assertEqual(edges(answer), (start * SECOND, (start + 60) * SECOND))

    def test_older_edges_are_widened_to_local_hours(self):
        """In Kolkata they begin at half past of UTC."""
        asked = (self.now - 10 * 86400) // 3600 * 3600
        answer = self.stats("bazaar", from_=asked + 600, to=asked + 660)
        self.assertEqual(edges(answer), ((asked - 1800) * SECOND, (asked + 1800) * SECOND))
        answer = self.stats("shop", from_=asked + 600, to=asked + 660)
        self.assertEqual(edges(answer), (asked * SECOND, (asked + 3600) * SECOND))

    def test_old_edges_are_widened_to_local_days(self):
        asked = self.now - 200 * 86400
        day = datetime.datetime.fromtimestamp(asked, BERLIN).date()
        midnight = [datetime.datetime.combine(d, datetime.time(), BERLIN).timestamp()
                    for d in (day, day + datetime.timedelta(days=1))]
        answer = self.stats("shop", from_=asked, to=asked + 1)
        self.assertEqual(edges(answer), tuple(round(m) * SECOND for m in midnight))

    def test_days_follow_daylight_saving(self):
        """The day that the clocks of Berlin were set back last has 25 hours."""
        year = datetime.date.today().year
        for day in (self.last_sunday(year, 10), self.last_sunday(year - 1, 10)):
            noon = datetime.datetime.combine(day, datetime.time(12), BERLIN).timestamp()
            if noon < self.now - 65 * 86400:
                break
        answer = self.stats("shop", from_=round(noon), to=round(noon) + 1)
        start, end = edges(answer)
        self.assertEqual(end - start, 25 * HOUR)

    def last_sunday(self, year, month):
        day = datetime.date(year, month, 31)
        return day - datetime.timedelta(days=(day.weekday() + 1) % 7)

    def test_from_and_to_may_be_text(self):
        start = (self.now - 5 * 3600) // 60 * 60
        text = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (start, start + 3600)]
        a = self.stats(from_=text[0], to=text[1])
        b = self.stats(from_=start, to=start + 3600)
        self.assertEqual((a["from"], a["to"]), tuple(text))
        self.assertEqual([a[k] for k in ("traffic", "cart")], [b[k] for k in ("traffic", "cart")])

    def test_to_may_lie_ahead_of_now(self):
        answer = self.stats(from_=self.now - 3600, to=self.now + 3600)
        self.assertGreaterEqual(edges(answer)[1], (self.now + 3600) * SECOND)

    def test_what_is_older_than_all_tiers_is_not_covered(self):
        answer = self.stats(from_=1_000_000_000, to=self.now)
        self.assertGreater(edges(answer)[0], (self.now - 802 * 86400) * SECOND)

    def test_the_answer_names_its_site_and_instant(self):
        answer = self.stats(window="1h")
        self.assertEqual(answer["site"], "shop")
        self.assertLess(abs(instant(answer["generated_at"]) - time.time() * SECOND), MINUTE)
        self.assertEqual(self.stats("alt", window="1h")["site"], "shop")

    def test_bad_parameters_are_named(self):
        for query, word in (("site=shop&window=5x", "window"), ("site=shop&window=", "window"),
                            ("site=shop&window=0h", "window"), ("site=shop&window=-1h", "window"),
                            ("site=shop&window=99999999999999999999d", "window"),
                            ("site=shop&from=yesterday&to=1700000000", "from"),
                            ("site=shop&from=1700000000&to=x", "to"),
                            ("site=shop&from=1700000000&to=1600000000", "from"),
                            ("site=shop&window=1h&from=1700000000", "window"),
                            ("site=shop&window=1h&colour=red", "colour"),
                            ("site=nowhere&window=1h", "site"), ("window=1h", "site"),
                            ("site=&window=1h", "site")):
            with self.subTest(query):
                self.refused("/v1/stats?" + query, word)

    def test_a_single_site_may_be_left_out(self):
        with Daemon((Site("only"),)) as daemon:
            answer = expect(daemon.office.get("/v1/stats?window=1h"), 200)
            self.assertEqual(answer.json["site"], "only")
            daemon.send({"type": "page_view", "visitor": "v"})
            answer = expect(daemon.office.get("/v1/stats?window=1h"), 200)
            self.assertEqual(answer.json["traffic"]["pageviews"], 1)


class Series(Queries):
    def series(self, site="shop", **query):
        return expect(self.daemon.stats_answer(site, "/v1/stats/series", **query), 200).json

    def test_every_bucket_is_there_and_agrees_with_stats(self):
        end = (self.now - 3 * 3600) // 3600 * 3600
        answer = self.series(metric="sessions,revenue,pageviews", step="1h", from_=end - 86400, to=end)
        points = answer["points"]
        self.assertEqual(answer["step"], 3600)
        self.assertEqual([instant(p["t"]) for p in points],
                         [(end - 86400 + 3600 * n) * SECOND for n in range(24)])
        for point in points:
            start = instant(point["t"])
            truth = self.reference.stats("shop", start, start + HOUR, (self.now + 60) * SECOND)
            self.assertEqual(point["sessions"], truth["traffic"]["sessions"])
            self.assertEqual(point["pageviews"], truth["traffic"]["pageviews"])
            self.assertEqual(point["revenue"], truth["orders"]["revenue"])

    def test_sums_of_the_points_are_the_window(self):
        end = (self.now - 3600) // 3600 * 3600
        for site in ("shop", "bazaar"):
            for step in ("1m", "5m", "30m", "1h"):
                asked = {"from_": end - 8 * 3600, "to": end}
                points = self.series(site, metric="sessions,searches,orders", step=step, **asked)
                whole = self.stats(site, from_=points["from"], to=points["to"])
                for name, section in (("sessions", "traffic"), ("searches", "search"), ("orders", "orders")):
                    self.assertEqual(sum(p[name] for p in points["points"]), whole[section][name])

    def test_days_are_the_sites(self):
        answer = self.series(metric="sessions", step="1d", window="30d")
        for point in answer["points"]:
            local = datetime.datetime.fromtimestamp(instant(point["t"]) / SECOND, BERLIN)
            self.assertEqual((local.hour, local.minute), (0, 0), point)
        self.assertIn(len(answer["points"]), (30, 31))

    def test_metrics_of_the_same_name_go_by_their_section(self):
        answer = self.series(metric="cart.abandonment_rate,checkout.abandonment_rate", step="1h",
                             window="24h")
        for point in answer["points"]:
            self.assertEqual(set(point), {"t", "cart.abandonment_rate", "checkout.abandonment_rate"})

    def test_bad_series_are_refused(self):
        for query, word in (("metric=nonsense&step=1h&window=24h", "metric"),
                            ("step=1h&window=24h", "metric"),
                            ("metric=&step=1h&window=24h", "metric"),
                            ("metric=abandonment_rate&step=1h&window=24h", "metric"),
                            ("metric=sessions&step=1x&window=24h", "step"),
                            ("metric=sessions&step=0m&window=24h", "step"),
                            ("metric=sessions&step=1s&window=1h", "step"),
                            ("metric=sessions&step=1m&window=30d", "step"),
                            ("metric=sessions&step=1h&window=365d", "step"),
                            (f"metric=sessions&step=1h&from={self.now - 8640000}"
                             f"&to={self.now - 8600000}", "step"),
                            (f"metric=sessions&step=5m&from={self.now - 260000}"
                             f"&to={self.now - 250000}", "step")):
            with self.subTest(query):
                self.refused("/v1/stats/series?site=shop&" + query, word)


class Caching(Queries):
    def test_the_etag_is_of_everything_but_the_instant(self):
        query = {"from_": self.now - 86400, "to": self.now - 7200}
        first = expect(self.daemon.stats_answer("depot", **query), 200)
        again = expect(self.daemon.stats_answer("depot", **query), 200)
        self.assertEqual(first.headers["ETag"], again.headers["ETag"])
        self.assertRegex(first.headers["ETag"], r'^"[^"]+"$')
        self.assertEqual(first.headers["Cache-Control"], "max-age=1")
        query["from_"] -= 3600
        other = expect(self.daemon.stats_answer("depot", **query), 200)
        self.assertNotEqual(first.headers["ETag"], other.headers["ETag"])

    def test_what_is_known_is_304(self):
        path = f"/v1/stats?site=depot&from={self.now - 86400}&to={self.now - 7200}"
        office = self.daemon.office
        tag = expect(office.get(path), 200).headers["ETag"]
        for known in (tag, f'"x", {tag}', "*", f"W/{tag}"):
            answer = expect(office.get(path, If_None_Match=known), 304)
            self.assertEqual(answer.body, b"")
            self.assertEqual(answer.headers["ETag"], tag)
        expect(office.get(path, If_None_Match='"other"'), 200)

    def test_a_new_event_changes_the_tag(self):
        with Daemon((Site("shop"),)) as daemon:
            now = int(time.time())
            query = {"from_": now - 3600, "to": now + 3600}
            tag = daemon.stats_answer(**query).headers["ETag"]
            daemon.send(view())
            self.assertNotEqual(daemon.stats_answer(**query).headers["ETag"], tag)


class Doors(Queries):
    def test_it_is_healthy_and_ready(self):
        for path in ("/healthz", "/readyz"):
            expect(self.daemon.office.get(path), 200)

    def test_head_answers_as_get_without_the_body(self):
        answer = self.daemon.office.request("HEAD", "/v1/stats?site=shop&window=1h")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_unknown_paths_and_methods(self):
        self.refused("/v1/nonsense", status=404)
        self.refused("/v1/events", status=404)
        self.refused("/v1/import", status=405)
        for method in ("POST", "PUT", "DELETE"):
            expect(self.daemon.office.request(method, "/v1/stats?site=shop&window=1h"), 405)

    def test_pipelined_queries_are_answered_in_their_order(self):
        request = "GET /v1/stats?site={}&window=1h HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with Wire(self.daemon.stats_address) as wire_:
            names = [SITES[n % 3].id for n in range(30)]
            wire_.send("".join(request.format(name) for name in names).encode())
            self.assertEqual([wire_.read().json["site"] for _ in names], names)

    def test_answers_reflect_all_that_was_answered_before(self):
        with Daemon((Site("shop"),)) as daemon:
            for n in range(1, 60):
                daemon.send(view(visitor=f"v{n}"))
                self.assertEqual(daemon.stats(window="1h")["traffic"]["visitors"], n)


class Import(Queries):
    def send(self, body, content_type="application/json", **headers):
        return self.daemon.office.post("/v1/import", body, content_type, **headers)

    def event(self, **fields):
        return view("depot", "importer", time=self.now - 500 * 86400, **fields)

    def test_history_is_taken_however_old(self):
        expect(self.send(self.event(id="ancient")), 204)
        day = self.now - 500 * 86400
        self.assertEqual(self.stats("depot", from_=day, to=day + 1)["traffic"]["pageviews"], 1)

    def test_of_a_browser_it_takes_nothing(self):
        for origin in ("https://evil.example", "null", "http://localhost"):
            self.assertEqual(self.send(self.event(), Origin=origin).status, 403)

    def test_of_a_foreign_host_it_takes_nothing(self):
        for host in ("evil.example", "evil.example:7071", "127.0.0.1.evil.example"):
            self.assertEqual(self.send(self.event(), Host=host).status, 403)
        for host in ("localhost", "127.0.0.1", "[::1]"):
            self.assertEqual(self.send(self.event(id="same"), Host=f"{host}:7071").status, 204)

    def test_only_types_that_browsers_ask_for_are_taken(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
            self.assertEqual(self.send(self.event(), content_type).status, 415)

    def test_a_visitor_is_required(self):
        verdict = expect(self.send([{**self.event(), "visitor": ""},
                                    {k: v for k, v in self.event().items() if k != "visitor"}]), 400)
        self.assertEqual([r["field"] for r in verdict.json["rejected"]], ["visitor", "visitor"])


if __name__ == "__main__":
    unittest.main()
