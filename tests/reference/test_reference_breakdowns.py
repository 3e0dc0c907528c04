"""Breakdowns of the reference, counted by hand."""

import unittest
from decimal import Decimal

from beacons import SECOND, Config, Taken
from breakdowns import DIMENSIONS
from origins import AGENTS
from pages import page_of
from reference import Reference
from test_reference import BASE, at, buy, micros


class Case(unittest.TestCase):
    def broken(self, by, beacons, window=(-10**6, 10**6)):
        taken = [Taken(b, (BASE + 10**8) * SECOND) for b in beacons]
        return Reference(taken, Config()).breakdown("default", by, *map(micros, window))

    def shows(self, by, beacons, expected, **how):
        """Exactly the rows named, each with the fields named."""
        rows = self.broken(by, beacons, **how)["rows"]
        self.assertEqual({value: {name: rows[value][name] for name in expected.get(value, ())}
                          for value in rows}, expected)


class Urls(unittest.TestCase):
    def test_the_page_is_the_path(self):
        for url, page in (("https://a.example/b/c?d#e", "/b/c"), ("https://a.example", "/"),
                          ("https://a.example?x=/y", "/"), ("//a.example/b", "/b"),
                          ("/b?next=https://c.example/d", "/b"), ("/b#/c?d", "/b"), ("?x", "/"),
                          ("b/c", "b/c"), ("/a%20b", "/a%20b"), (None, "(none)")):
            self.assertEqual(page_of(url), page, url)


class Sessions(Case):
    def test_a_row_is_the_sum_of_its_sessions(self):
        story = [at(0, "page_view", "a", url="/?utm_source=x"), at(1, "add_to_cart", "a"),
                 at(2, "begin_checkout", "a"), buy(3, "1", "10", visitor="a"),
                 buy(4, "2", "5", visitor="a", currency="USD"),
                 at(0, "page_view", "b", url="/?utm_source=x"), at(90, "page_view", "b")]
        rows = self.broken("source", story)["rows"]
        self.assertEqual(rows["x"], {
            "sessions": 2, "new_visitors": 2, "pageviews": 2, "bounces": 1, "bounce_rate": 0.5,
            "engaged_sessions": 1, "added_to_cart": 1, "began_checkout": 1, "purchased": 1,
            "session_rate": 0.5, "orders": 2,
            "revenue": {"EUR": Decimal(10), "USD": Decimal(5)}})
        self.assertEqual((rows["(none)"]["sessions"], rows["(none)"]["new_visitors"]), (1, 0))
        self.assertEqual(self.broken("source", story)["total"]["sessions"], 3)

    def test_where_a_session_comes_from_is_told_by_its_first_event_that_tells(self):
        story = [at(0, "page_view", url="/"), at(1, "ping", referrer="https://www.google.com/"),
                 at(2, "search", url="/?utm_source=letter&utm_medium=email&utm_campaign=may"),
                 at(3, "page_view", url="/?utm_source=news")]
        self.shows("channel", story, {"organic search": {"sessions": 1}})
        self.shows("source", story, {"google": {"sessions": 1}})
        self.shows("campaign", story, {"(none)": {"sessions": 1}})
        self.shows("campaign", story[2:], {"may": {"sessions": 1}})
        self.shows("channel", story[:1], {"direct": {"sessions": 1}})

    def test_a_campaign_leaves_the_source_to_the_referrer(self):
        story = [at(0, "page_view", url="/?utm_campaign=+spring+sale+", referrer="http://blog.example/a/b")]
        for by, value in ("channel", "referral"), ("source", "blog.example"), ("campaign", "spring sale"):
            self.shows(by, story, {value: {"sessions": 1}})

    def test_the_device_is_of_the_first_event_that_has_an_agent(self):
        phone = next(agent for agent, device in AGENTS.items() if device == "mobile")
        self.shows("device", [at(0, "page_view"), at(1, "ping", user_agent=phone)], {"mobile": {"sessions": 1}})
        self.shows("device", [at(0, "page_view")], {"(none)": {"sessions": 1}})

    def test_entry_and_exit_are_the_first_and_last_page_view(self):
        story = [at(0, "search", url="/s"), at(1, "page_view", url="/a"), at(2, "page_view"),
                 at(3, "ping", url="/b")]
        self.shows("entry_page", story, {"/a": {"sessions": 1, "pageviews": 2}})
        self.shows("exit_page", story, {"(none)": {"sessions": 1}})
        self.shows("entry_page", story[:1], {"(none)": {"sessions": 1}})

    def test_new_and_returning(self):
        story = [at(0, "page_view"), at(60, "page_view"), at(120, "page_view")]
        self.shows("visitor_type", story, {"new": {"sessions": 1, "new_visitors": 1},
                                           "returning": {"sessions": 2, "new_visitors": 0}})

    def test_sessions_count_at_their_start(self):
        story = [at(0, "page_view", url="/a"), at(10, "page_view", url="/b")]
        self.shows("exit_page", story, {"/b": {"sessions": 1, "pageviews": 2}}, window=(0, 5))
        self.shows("exit_page", story, {}, window=(5, 20))

    def test_late_purchases_are_in_no_session(self):
        story = [at(0, "page_view"), at(30, "page_view"), buy(10)]
        self.shows("source", story, {"(none)": {"purchased": 0, "orders": 0, "revenue": {}}})


class Pages(Case):
    STORY = [at(0, "page_view", url="/a"), at(1, "page_view", url="/b"),
             at(3, "page_view", url="/a", engaged_ms=5000),
             at(0, "page_view", "w", url="https://x.example/a?q")]

    def test_entrances_exits_and_bounces(self):
        rows = self.broken("page", self.STORY)["rows"]
        self.assertEqual(rows, {
            "/a": {"views": 3, "entrances": 2, "exits": 2, "exit_rate": 2 / 3, "bounces": 1,
                   "bounce_rate": 0.5, "page_seconds": (60 + 5) / 2},
            "/b": {"views": 1, "entrances": 0, "exits": 0, "exit_rate": 0.0, "bounces": 0,
                   "bounce_rate": None, "page_seconds": 120.0}})
        self.assertEqual(self.broken("page", self.STORY)["total"], {
            "views": 4, "entrances": 2, "exits": 2, "exit_rate": 0.5, "bounces": 1,
            "bounce_rate": 0.5, "page_seconds": (60 + 5 + 120) / 3})

    def test_views_count_at_their_time_and_the_rest_at_the_start(self):
        self.shows("page", self.STORY, {
            "/a": {"views": 1, "exits": 0}, "/b": {"views": 1, "page_seconds": None}},
            window=(1, 9))
        self.shows("page", self.STORY, {
            "/a": {"views": 2, "exits": 2}, "/b": {"views": 0, "page_seconds": 120.0}},
            window=(0, 1))

    def test_late_views_are_views(self):
        story = [at(0, "page_view", url="/a"), at(30, "page_view", url="/a"),
                 at(10, "page_view", url="/late")]
        self.shows("page", story, {"/a": {"entrances": 1},
                                   "/late": {"views": 1, "entrances": 0, "exits": 0}})


class Products(Case):
    def test_lines_count_at_their_time(self):
        shoe = {"sku": "shoe", "category": "shoes", "price": "2.5", "quantity": 3}
        hat = {"sku": "hat", "category": ""}
        story = [at(0, "view_item", items=[shoe]), at(1, "add_to_cart", items=[shoe, hat]),
                 at(2, "update_cart", items=[hat]), at(3, "view_cart", items=[hat]),
                 buy(4, "1", "99", items=[shoe, shoe, hat], currency="USD"),
                 buy(5, "1", "99", items=[hat])]
        self.assertEqual(self.broken("product", story)["rows"], {
            "shoe": {"views": 1, "added": 1, "purchased": 2, "quantity": 6,
                     "revenue": {"USD": Decimal("15.0")}},
            "hat": {"views": 0, "added": 1, "purchased": 1, "quantity": 1,
                    "revenue": {"USD": Decimal(0)}}})
        self.shows("category", story, {"shoes": {"quantity": 6}, "(none)": {"added": 1}})


class Terms(Case):
    STORY = [at(0, "search", term="Shoe", results=0), at(1, "search", term="shoe ", results=3),
             at(2, "search", term="hat"), buy(3), at(0, "search", "w", results=0)]

    def test_searches_by_their_normalised_term(self):
        self.assertEqual(self.broken("search_term", self.STORY)["rows"], {
            "shoe": {"searches": 2, "zero_results": 1, "sessions": 1, "purchased": 1},
            "hat": {"searches": 1, "zero_results": 0, "sessions": 1, "purchased": 1},
            "(none)": {"searches": 1, "zero_results": 1, "sessions": 1, "purchased": 0}})

    def test_of_zero_result_terms_only_what_found_nothing(self):
        self.assertEqual(self.broken("zero_result_term", self.STORY)["rows"], {
            "shoe": {"searches": 1, "zero_results": 1, "sessions": 1, "purchased": 1},
            "(none)": {"searches": 1, "zero_results": 1, "sessions": 1, "purchased": 0}})


class Events(Case):
    def test_steps_and_customs_by_name(self):
        story = [at(0, "checkout_step", step="pay"), at(1, "checkout_step", step="pay"),
                 at(90, "checkout_step"), at(91, "custom", name="chat", passive=True)]
        self.shows("checkout_step", story, {"pay": {"events": 2, "sessions": 1},
                                            "(none)": {"events": 1, "sessions": 1}})
        self.shows("custom", story, {"chat": {"events": 1, "sessions": 1}})
        self.shows("custom", story, {"chat": {"events": 0, "sessions": 1}}, window=(90, 91))

    def test_nothing_in_any_dimension(self):
        for by in DIMENSIONS:
            answer = self.broken(by, [])
            self.assertEqual(answer["rows"], {})
            self.assertFalse(any(answer["total"].values()), by)


if __name__ == "__main__":
    unittest.main()
