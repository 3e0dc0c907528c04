"""compare=previous and compare=year: what every number was in the earlier window, and its change,
over two years of history. The reference computes both windows; Python's own calendar says where a
year earlier lies."""

import datetime
import time
import unittest
import zoneinfo
from decimal import Decimal

from footfall import (Daemon, Site, differences, expect, instant, is_section, same, site_config, taken,
                      until)
from beacons import DAY, HOUR, SECOND
from histories import AT, SITES, history, wire
from reference import Reference

MODES = ("previous", "year")
SHOPS = SITES[:2]  # Berlin, with its days of 23 and 25 hours, and Kolkata, at half past
ZONES = {site.id: zoneinfo.ZoneInfo(site.timezone) for site in SHOPS}
BERLIN = ZONES["shop"]
MEANS = ("average_order_value", "retention_cost")  # of money: where there was none, it was not 0
COMPARED = {"compare", "previous", "change"}


def view(at, number, site="shop"):
    return {"type": "page_view", "site": site, "visitor": f"v{number}", "id": f"{at}-{number}",
            "time": at}


def two_years(now):
    """Some weeks of history, again and again, up to ten minutes ago."""
    beacons = []
    for part in range(20):
        end = (now - 600 - part * 40 * 86400) * SECOND
        for beacon in history(part, end, "days", SHOPS, visitors=3, length=25):
            for key in {"id", "order", "ticket"} & set(beacon):
                beacon[key] = f"{part}-{beacon[key]}"
            beacons.append(beacon)
    return sorted(beacons, key=lambda b: b[AT])


def midnight(day, zone=BERLIN):
    """Unix seconds of the first instant of a local date."""
    return round(datetime.datetime.combine(day, datetime.time(), zone).timestamp())


def year_before(at, zone, ends=False):
    """The same date and time a year earlier; an end at midnight is the end of the day before."""
    local = datetime.datetime.fromtimestamp(at, zone)
    day, clock = local.date(), local.time()
    if ends and clock == datetime.time():
        return midnight(date_before(day - datetime.timedelta(1)) + datetime.timedelta(1), zone)
    then = datetime.datetime.combine(date_before(day), clock, zone)
    return then.timestamp()


def date_before(day):
    leap = (day.month, day.day) == (2, 29)
    return datetime.date(day.year - 1, day.month, 28 if leap else day.day)


def leap_days():
    """Those of the last nine years, and of this one."""
    this = datetime.date.today().year
    return [datetime.date(year, 2, 29) for year in range(this - 9, this + 1)
            if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)]


def relative(now, before):
    if now is None or not before:
        return None
    return float((now - before) / abs(before))


def change(name, now, before):
    """What the change of a field must be."""
    if not isinstance(now, dict):
        return relative(now, before)
    absent = None if name in MEANS else Decimal(0)
    return {c: relative(now.get(c, absent), before.get(c)) for c in set(now) | set(before)}


def close(expected, got):
    """Whether a change is what it must be. Differences of rates cancel: near is as good."""
    if isinstance(expected, dict):
        return (isinstance(got, dict) and set(got) == set(expected)
                and all(close(expected[c], got[c]) for c in expected))
    if expected is None or got is None:
        return expected is got
    return abs(float(got) - expected) <= 1e-9 * max(1, abs(expected))


def unlike_changes(now, before, got, path):
    """What differs from the changes that there must be, of all numbers at whatever depth."""
    numbers = {name: value for name, value in now.items() if not isinstance(value, str)}
    if not isinstance(got, dict) or set(got) != set(numbers):
        return [f"change of {path}: expected {sorted(numbers)}, got {got}"]
    found = []
    for name, value in numbers.items():
        then, place = before[name], f"{path}.{name}"
        if name == "topics":
            value, then = {**blank(then), **value}, {**blank(value), **then}
        if name == "topics" or is_section(value):
            found += unlike_changes(value, then, got[name], place)
        elif not close(change(name, value, then), got[name]):
            found.append(f"change of {place} from {then} to {value}: {got[name]}")
    return found


def blank(fields):
    """The same fields where there was nothing to count."""
    return {name: blank(value) if is_section(value) else 0 if isinstance(value, int) else None
            for name, value in fields.items()}


def numbers_of(sections):
    """All numbers, at whatever depth, that are no money."""
    for value in sections.values():
        if isinstance(value, dict):
            yield from numbers_of(value)
        else:
            yield value


def all_null(value):
    """The same names at every depth, and no number."""
    return {name: all_null(of) for name, of in value.items()} if isinstance(value, dict) else None


class Comparing(unittest.TestCase):
    """One daemon with two years of history."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(SHOPS)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.now = round(time.time())
        sent = [wire(b) for b in two_years(cls.now)]
        cls.daemon.bring(sent)
        cls.reference = Reference(taken(sent), site_config(SHOPS))

    def series(self, site="shop", **query):
        return expect(self.daemon.stats_answer(site, "/v1/stats/series", **query), 200).json

    def agree(self, site, **query):
        """An answer whose numbers are the reference's, of both windows, and so is their change."""
        answer, now, before = until(lambda: self.settled(site, query), "an instant of rest")
        before["traffic"]["live_visitors"] = None
        found = differences(now, answer) + differences(before, answer["previous"])
        for section, fields in now.items():
            found += unlike_changes(fields, before[section], answer["change"].get(section), section)
        self.assertEqual(set(answer["change"]), set(now))
        if found:
            self.fail("\n".join([f"{site} {query} {answer['from']} {answer['compare']}", *found]))
        return answer

    def settled(self, site, query):
        answer = self.daemon.stats(site, **query)
        at = instant(answer["generated_at"])
        windows = [answer, answer["compare"]]
        truth = [[self.reference.stats(site, instant(w["from"]), instant(w["to"]), t)
                  for w in windows] for t in (at, at + SECOND)]
        return truth[0] == truth[1] and (answer, *truth[0])

    def covered(self, site, start, end):
        """What the daemon covers when it is asked for that window alone."""
        answer = self.daemon.stats(site, from_=start, to=end)
        return answer["from"], answer["to"]


class Windows(Comparing):
    def test_every_number_has_what_it_was_and_its_change(self):
        changed = 0
        for mode in MODES:
            for window in ("1h", "24h", "7d", "30d", "90d", "365d"):
                for site in ZONES:
                    answer = self.agree(site, window=window, compare=mode)
                    self.assertEqual(answer["compare"]["mode"], mode)
                    changed += sum(isinstance(value, (int, Decimal)) and value != 0
                                   for value in numbers_of(answer["change"]))
        self.assertGreater(changed, 200)  # so there was something to compare

    def test_previous_ends_where_the_window_begins_and_is_as_long(self):
        for window in ("5m", "90m", "24h"):
            answer = self.daemon.stats("bazaar", window=window, compare="previous")
            start, end = (instant(answer[k]) for k in ("from", "to"))
            then = [instant(answer["compare"][k]) for k in ("from", "to")]
            self.assertEqual(then, [start - (end - start), start])

    def test_the_earlier_window_is_rounded_like_any_other(self):
        for site, zone in ZONES.items():
            for window in ("30h", "7d", "40d", "100d"):
                answer = self.daemon.stats(site, window=window, compare="year")
                start, end = (instant(answer[k]) / SECOND for k in ("from", "to"))
                then = self.covered(site, year_before(start, zone), year_before(end, zone, True))
                self.assertEqual((answer["compare"]["from"], answer["compare"]["to"]), then)
        for window in ("7d", "40d"):
            answer = self.daemon.stats("bazaar", window=window, compare="previous")
            start, end = (instant(answer[k]) // SECOND for k in ("from", "to"))
            then = self.covered("bazaar", start - (end - start), start)
            self.assertEqual((answer["compare"]["from"], answer["compare"]["to"]), then)

    def test_days_are_compared_with_as_many_days_whatever_the_clocks_do(self):
        """Weeks and days that hold a Sunday on which the clocks of Berlin were changed, and the
        ones after; the sums of both are the reference's."""
        lengths = set()
        for sunday in self.sundays():
            for first, days in ((sunday, 1), (sunday + datetime.timedelta(1), 1),
                                (sunday - datetime.timedelta(6), 7),
                                (sunday + datetime.timedelta(1), 7)):
                start, end = midnight(first), midnight(first + datetime.timedelta(days))
                before = midnight(first - datetime.timedelta(days))
                answer = self.agree("shop", from_=start, to=end, compare="previous")
                self.assertEqual([instant(answer["compare"][k]) for k in ("from", "to")],
                                 [before * SECOND, start * SECOND])
                lengths.add(end - start - (start - before))
                answer = self.agree("shop", from_=start, to=end, compare="year")
                self.assertEqual([instant(answer["compare"][k]) for k in ("from", "to")],
                                 [round(year_before(start, BERLIN)) * SECOND,
                                  round(year_before(end, BERLIN, True)) * SECOND])
        self.assertEqual(lengths, {-3600, 3600})

    def sundays(self):
        """The last one of each kind that is over, with the week behind it."""
        for month in (3, 10):
            for year in (datetime.date.today().year, datetime.date.today().year - 1):
                last = datetime.date(year, month, 31)
                sunday = last - datetime.timedelta((last.weekday() + 1) % 7)
                if midnight(sunday + datetime.timedelta(9)) < self.now:
                    yield sunday
                    break

    def test_of_what_is_kept_no_more_nothing_is_known(self):
        answer = self.daemon.stats("shop", window="790d", compare="year")
        self.assertEqual(answer["compare"]["from"], self.covered("shop", 1_000_000_000, self.now)[0])
        answer = self.daemon.stats("shop", from_=1_000_000_000, to=self.now, compare="previous")
        self.assertEqual(answer["compare"]["from"], answer["compare"]["to"])
        for section in set(answer["previous"]) - {"customers"}:  # who they were is known for longer
            fields = answer["previous"][section]
            self.assertEqual(all_null(fields), fields, section)
            self.assertEqual(all_null(answer[section]), answer["change"][section], section)

    def test_who_does_not_compare_sees_nothing_of_it(self):
        query = {"from_": self.now - 40 * 86400, "to": self.now - 20 * 86400}
        plain = self.daemon.stats("shop", **query)
        self.assertFalse(COMPARED & set(plain))
        for mode in MODES:
            answer = self.daemon.stats("shop", **query, compare=mode)
            self.assertEqual(set(answer) - set(plain), COMPARED)
            for key in set(plain) - {"generated_at"}:
                self.assertEqual(answer[key], plain[key])


class Series(Comparing):
    METRICS = {"sessions": "traffic", "revenue": "orders", "bounce_rate": "engagement",
               "average_order_value": "orders", "carts_opened": "cart"}

    def points(self, site, mode, step, **query):
        """A series, each point compared with the reference's numbers of both its steps, and when
        these begin."""
        answer = self.series(site, metric=",".join(self.METRICS), compare=mode, step=step, **query)
        starts = [instant(p["t"]) for p in answer["points"]]
        then = [instant(p["previous"]["t"]) for p in answer["points"]]
        self.assertEqual((then[0], self.end(then[-1], step, site)),
                         tuple(instant(answer["compare"][k]) for k in ("from", "to")))
        for point, start, earlier in zip(answer["points"], starts, then):
            now = self.numbers(site, start, self.end(start, step, site))
            before = self.numbers(site, earlier, self.end(earlier, step, site))
            for name in self.METRICS:
                self.assertTrue(same(now[name], point[name]), f"{name} {now} {point}")
                self.assertTrue(same(before[name], point["previous"][name]), f"{before} {point}")
                self.assertTrue(close(change(name, now[name], before[name]), point["change"][name]),
                                f"{name} {point}")
        return answer, starts, then

    def end(self, start, step, site):
        if step == "1h":
            return start + HOUR
        day = self.local(start, ZONES[site]).date() + datetime.timedelta(1)
        return midnight(day, ZONES[site]) * SECOND

    def numbers(self, site, start, end):
        stats = self.reference.stats(site, start, end, (self.now + 60) * SECOND)
        return {name: stats[section][name] for name, section in self.METRICS.items()}

    def test_steps_are_compared_with_as_many_just_before(self):
        end = (self.now - 10 * 86400) // 3600 * 3600
        answer, starts, then = self.points("shop", "previous", "1h", from_=end - 86400, to=end)
        self.assertEqual(then, [t - DAY for t in starts])
        self.assertEqual(len(starts), 24)
        self.assertEqual(answer["compare"]["to"], answer["from"])

    def test_days_are_compared_with_as_many_days_just_before(self):
        for site, zone in ZONES.items():
            _, starts, then = self.points(site, "previous", "1d", window="60d")
            for start, before in zip(starts, then):
                self.assertEqual((self.local(start, zone) - self.local(before, zone)).days,
                                 len(starts))

    def test_days_are_compared_with_the_same_dates_a_year_earlier(self):
        last_leap_day = max(d for d in leap_days() if d < datetime.date.today())
        for site, zone in ZONES.items():
            _, starts, then = self.points(site, "year", "1d", window="60d")
            for start, before in zip(starts, then):
                if last_leap_day in (self.local(start, zone).date(), self.local(before, zone).date()):
                    continue
                self.assertEqual(date_before(self.local(start, zone).date()),
                                 self.local(before, zone).date())
                self.assertEqual(self.local(before, zone).time(), datetime.time())

    def local(self, at, zone):
        return datetime.datetime.fromtimestamp(at // SECOND, zone).replace(tzinfo=None)

    def test_what_is_compared_with_must_be_kept_as_fine(self):
        for query in ("step=1h&window=24h&compare=year", "step=1m&window=40h&compare=previous",
                      "step=1h&window=50d&compare=previous"):
            answer = expect(self.daemon.office.get(
                f"/v1/stats/series?site=shop&metric=sessions&{query}"), 400)
            self.assertEqual((answer.json["parameter"], answer.json["code"]),
                             ("step", "bad_parameter"))
            expect(self.daemon.office.get("/v1/stats/series?site=shop&metric=sessions&"
                                          + query.rpartition("&")[0]), 200)


class Parameter(Comparing):
    def test_any_other_word_is_refused(self):
        for path in ("/v1/stats?site=shop", "/v1/stats/series?site=shop&metric=sessions&step=1h"):
            for word in ("", "month", "Year", "previous,year", "yea", "%00"):
                answer = expect(self.daemon.office.get(f"{path}&compare={word}"), 400)
                self.assertEqual((answer.json["parameter"], answer.json["code"]),
                                 ("compare", "bad_parameter"))

    def test_the_tag_covers_what_is_compared_with(self):
        with Daemon((Site("shop"),)) as daemon:
            now = round(time.time()) // 86400 * 86400
            query = {"from_": now - 7 * 86400, "to": now - 3 * 86400, "compare": "year"}
            path = "/v1/stats?" + "&".join(f"{k.rstrip('_')}={v}" for k, v in query.items())
            tag = daemon.stats_answer("shop", **query).headers["ETag"]
            expect(daemon.office.get(path + "&site=shop", If_None_Match=tag), 304)
            daemon.bring([view(year_before(query["from_"], datetime.timezone.utc), 1)])
            answer = expect(daemon.office.get(path + "&site=shop", If_None_Match=tag), 200)
            self.assertNotEqual(answer.headers["ETag"], tag)
            self.assertEqual(answer.json["previous"]["traffic"]["pageviews"], 1)
            self.assertEqual(answer.json["change"]["traffic"]["pageviews"], -1)
            others = {daemon.stats_answer("shop", **{**query, "compare": "previous"}).headers["ETag"],
                      daemon.office.get(path.replace("&compare=year", "&site=shop")).headers["ETag"]}
            self.assertEqual(len({answer.headers["ETag"], *others}), 3)


class LongKept(unittest.TestCase):
    """What only shows where days are kept for ten years, and hours for three."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon((Site("shop", "Europe/Berlin"),),
                            ["tally.days=3650d", "tally.hours=1095d"])
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()

    def test_29_february_is_compared_with_the_28th(self):
        today = datetime.date.today()
        year = max(d.year for d in leap_days() if datetime.date(d.year + 1, 3, 2) < today)
        views = {(year - 1, 2, 28): 3, (year - 1, 3, 1): 5, (year, 2, 28): 7, (year, 2, 29): 11,
                 (year, 3, 1): 13, (year + 1, 2, 28): 17}
        self.daemon.bring([view(midnight(datetime.date(*day)) + 60 * n + 1, n)
                           for day, number in sorted(views.items()) for n in range(number)])
        for first, last, now, before in (
                ((year, 2, 29), (year, 2, 29), 11, 3), ((year, 2, 28), (year, 2, 28), 7, 3),
                ((year, 3, 1), (year, 3, 1), 13, 5), ((year, 2, 1), (year, 2, 29), 18, 3),
                ((year, 2, 28), (year, 3, 1), 31, 8), ((year + 1, 2, 28), (year + 1, 2, 28), 17, 7),
                ((year + 1, 2, 1), (year + 1, 2, 28), 17, 7)):
            start = midnight(datetime.date(*first))
            end = midnight(datetime.date(*last) + datetime.timedelta(1))
            answer = self.daemon.stats("shop", from_=start, to=end, compare="year")
            self.assertEqual([answer["traffic"]["pageviews"],
                              answer["previous"]["traffic"]["pageviews"]], [now, before], first)
        answer = expect(self.daemon.stats_answer(
            "shop", "/v1/stats/series", metric="pageviews", step="1d", compare="year",
            from_=midnight(datetime.date(year, 2, 28)), to=midnight(datetime.date(year, 3, 2))), 200)
        self.assertEqual([(p["pageviews"], p["previous"]["pageviews"]) for p in answer.json["points"]],
                         [(7, 3), (11, 3), (13, 5)])

    def test_hours_are_compared_with_the_same_time_by_the_clock(self):
        """At 02:00 the clocks were put forward in spring, and back in autumn."""
        last = datetime.date.today().year - 1
        for month, hours in ((3, 23), (10, 25)):
            day = datetime.date(last, month, 31)
            day -= datetime.timedelta((day.weekday() + 1) % 7)
            start, end = midnight(day), midnight(day + datetime.timedelta(1))
            answer = expect(self.daemon.stats_answer("shop", "/v1/stats/series", metric="sessions",
                                                     step="1h", compare="year", from_=start, to=end), 200)
            points = answer.json["points"]
            self.assertEqual(len(points), hours)
            for point in points:
                now, then = (datetime.datetime.fromtimestamp(instant(t) // SECOND, BERLIN)
                             for t in (point["t"], point["previous"]["t"]))
                self.assertEqual((now.hour, now.minute, now.month, now.day, now.year - 1),
                                 (then.hour, then.minute, then.month, then.day, then.year))


if __name__ == "__main__":
    unittest.main()
