"""Customers, lapses and cohorts of the reference, counted by hand."""

import unittest
from datetime import datetime, timezone
from decimal import Decimal

from beacons import SECOND, Config, Site, Taken
from reference import Reference

BERLIN = (Site("shop", "Europe/Berlin"),)
UTC = (Site("shop"),)


def moment(text):
    """Microseconds of "2024-03-01" or "2024-03-01 12:00", in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) * SECOND


def event(when, kind, visitor="v", **fields):
    if visitor:
        fields["visitor"] = visitor
    return {"type": kind, "time": moment(when) // SECOND, **fields}


class Case(unittest.TestCase):
    def setUp(self):
        self.orders = 0

    def buy(self, when, visitor="v", value="10", **fields):
        self.orders += 1
        return event(when, "purchase", visitor, order=f"o{self.orders}", value=value, **fields)

    def shop(self, *beacons, sites=UTC):
        return Reference([Taken(b, moment("2030-01-01")) for b in beacons], Config(sites=sites))

    def section(self, beacons, start, end, now="2029-01-01", sites=UTC):
        reference = self.shop(*beacons, sites=sites)
        return reference.stats("shop", moment(start), moment(end), moment(now))["customers"]

    def shows(self, beacons, start, end, expected, **how):
        answer = self.section(beacons, start, end, **how)
        self.assertEqual({name: answer[name] for name in expected}, expected)


class Windows(Case):
    def test_the_section_widens_to_whole_local_days(self):
        answer = self.section([], "2024-03-31 12:00", "2024-03-31 13:00", sites=BERLIN)
        self.assertEqual((answer["from"], answer["to"]),
                         ("2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"))
        answer = self.section([], "2024-03-30 23:00", "2024-03-31 22:00", sites=BERLIN)
        self.assertEqual((answer["from"], answer["to"]),
                         ("2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"))

    def test_rates_of_nobody_are_none(self):
        self.assertEqual(self.section([], "2024-01-01", "2024-01-02"), {
            "from": "2024-01-01T00:00:00Z", "to": "2024-01-02T00:00:00Z", "customers_start": 0,
            "customers_end": 0, "customers_new": 0, "customers_reactivated": 0,
            "customers_lost": 0, "retention_rate": None, "churn_rate": None,
            "net_churn_rate": None, "repeat_customer_rate": None, "returning_customer_rate": None,
            "retention_cost": {}})


class Lapses(Case):
    def test_a_customer_is_active_for_365_days_and_then_lost(self):
        bought = [self.buy("2023-03-01 22:00")]  # 365 days on is 29 February 2024
        self.shows(bought, "2023-03-01", "2023-03-02",
                   {"customers_start": 0, "customers_end": 1, "customers_new": 1})
        self.shows(bought, "2024-02-28", "2024-02-29",
                   {"customers_start": 1, "customers_end": 1, "customers_lost": 0})
        self.shows(bought, "2024-02-29", "2024-03-01",
                   {"customers_start": 1, "customers_end": 0, "customers_lost": 1,
                    "retention_rate": 0.0, "churn_rate": 1.0, "net_churn_rate": 1.0})

    def test_a_purchase_365_days_later_keeps_a_customer_and_one_day_more_wins_it_again(self):
        first = self.buy("2023-03-01 22:00")
        self.shows([first, self.buy("2024-02-29 01:00")], "2023-01-01", "2025-01-01",
                   {"customers_new": 1, "customers_lost": 0, "customers_reactivated": 0})
        self.shows([first, self.buy("2024-03-01 01:00")], "2023-01-01", "2025-01-01",
                   {"customers_new": 1, "customers_lost": 1, "customers_reactivated": 1,
                    "customers_end": 1})

    def test_days_are_those_of_the_site(self):
        """23:30 UTC is the next day in Berlin."""
        bought = [self.buy("2023-03-01 23:30")]
        self.shows(bought, "2023-03-01 00:00", "2023-03-01 23:00", {"customers_new": 0},
                   sites=BERLIN)
        self.shows(bought, "2024-02-29 23:00", "2024-03-01 22:00", {"customers_lost": 1},
                   sites=BERLIN)

    def test_nobody_has_lapsed_before_the_day_has_come(self):
        bought = [self.buy("2023-03-01")]
        for now, end, lost in (("2024-02-28 23:59", 1, 0), ("2024-02-29", 0, 1)):
            self.shows(bought, "2024-01-01", "2025-01-01",
                       {"customers_end": end, "customers_lost": lost}, now=now)

    def test_retention_leaves_those_who_were_won_out(self):
        """Three in January, of whom one is lost in March; one new and one won again."""
        story = [self.buy("2023-03-10", "lost"), self.buy("2023-12-01", "a"),
                 self.buy("2023-12-01", "b"), self.buy("2024-03-05", "new"),
                 self.buy("2022-01-01", "back"), self.buy("2024-03-06", "back")]
        self.shows(story, "2024-03-01", "2024-04-01", {
            "customers_start": 3, "customers_end": 4, "customers_new": 1,
            "customers_reactivated": 1, "customers_lost": 1, "retention_rate": 2 / 3,
            "churn_rate": 1 - 2 / 3, "net_churn_rate": -1 / 3})


class Repeats(Case):
    def test_repeat_customers_have_two_orders_before_the_end(self):
        story = [self.buy("2024-01-01", "a"), self.buy("2024-01-01", "a"),
                 self.buy("2024-01-05", "b"), self.buy("2024-02-01", "b"),
                 self.buy("2024-02-01", "c")]
        self.shows(story, "2024-01-05", "2024-01-06", {"repeat_customer_rate": 1 / 2})
        self.shows(story, "2024-01-05", "2024-02-02", {"repeat_customer_rate": 2 / 3})

    def test_returning_customers_bought_before_or_more_than_once_in_the_window(self):
        story = [self.buy("2024-01-01", "before"), self.buy("2024-02-01", "before"),
                 self.buy("2024-02-02", "twice"), self.buy("2024-02-02", "twice"),
                 self.buy("2024-02-03", "once"), self.buy("2024-02-03", "after"),
                 self.buy("2024-03-03", "after")]
        self.shows(story, "2024-02-01", "2024-03-01", {"returning_customer_rate": 2 / 4})

    def test_what_was_spent_on_those_who_stayed(self):
        """The 365 days before 2024-03-01 begin on 2023-03-02."""
        story = [self.buy("2023-03-02", "stays"), self.buy("2025-02-28", "stays"),
                 self.buy("2023-03-01", "too early"), self.buy("2024-03-01", "too early"),
                 self.buy("2024-02-01", "too late"), self.buy("2025-03-01", "too late"),
                 self.buy("2024-02-29", "too"), self.buy("2024-03-01", "too"),
                 event("2023-03-02", "spend", None, value="0.0001", purpose="retention"),
                 event("2024-02-29", "spend", None, value="0.0002", purpose="retention"),
                 event("2024-02-29", "spend", None, value=3, purpose="retention", currency="USD"),
                 event("2024-02-29", "spend", None, value=99, purpose="acquisition"),
                 event("2024-02-29", "spend", None, value=99),
                 event("2023-03-01", "spend", None, value=99, purpose="retention"),
                 event("2024-03-01", "spend", None, value=99, purpose="retention")]
        self.shows(story, "2024-03-01", "2024-03-02", {
            "retention_cost": {"EUR": Decimal("0.0002"), "USD": Decimal("1.5")}}, now="2025-03-02")
        self.shows(story[8:], "2024-03-01", "2024-03-02", {"retention_cost": {}}, now="2025-03-02")

    def test_of_what_was_spent_nothing_is_said_when_days_of_it_are_kept_no_more(self):
        """The first of them is 2023-03-02, the 800th day before 2025-05-10."""
        story = [self.buy("2024-01-01"), self.buy("2024-03-01"),
                 event("2024-02-01", "spend", None, value=2, purpose="retention")]
        for now, cost in (("2025-05-10 23:59", {"EUR": Decimal(2)}), ("2025-05-11", {})):
            self.shows(story, "2024-03-01", "2024-03-02", {"retention_cost": cost}, now=now)


class Claims(Case):
    def new(self, *story):
        return self.section(story, "2020-01-01", "2028-01-01")["customers_new"]

    def test_a_customer_id_is_one_customer_whatever_the_visitor(self):
        self.assertEqual(self.new(self.buy("2024-01-01", "a", customer="c"),
                                  self.buy("2024-01-02", "b", customer="c")), 1)

    def test_a_visitor_and_a_customer_of_the_same_name_are_two(self):
        self.assertEqual(self.new(self.buy("2024-01-01", "a"),
                                  self.buy("2024-01-02", "b", customer="a")), 2)

    def test_the_first_customer_id_claims_what_comes_before_and_after(self):
        story = [self.buy("2024-01-01", "a"), event("2024-01-05", "page_view", "a", customer="c"),
                 self.buy("2024-01-09", "a"), self.buy("2024-01-09", "b", customer="c")]
        self.assertEqual(self.new(*story), 1)

    def test_the_first_is_the_earliest_whenever_it_comes(self):
        story = [self.buy("2024-01-05", "a"), self.buy("2024-01-05", "b", customer="one"),
                 event("2024-01-02", "search", "a", customer="two"),
                 event("2024-01-01", "refund", "a", order="x", customer="one")]
        self.assertEqual(self.new(*story), 1)
        self.assertEqual(self.new(*story[:3]), 2)

    def test_of_two_at_the_same_time_the_first_in_the_journal_is_the_first(self):
        one, two = (event("2024-01-01", "page_view", "a", customer=c) for c in ("one", "two"))
        story = [self.buy("2024-01-05", "a"), self.buy("2024-01-05", "b", customer="one")]
        self.assertEqual(self.new(*story, one, two), 1)
        self.assertEqual(self.new(*story, two, one), 2)

    def test_a_purchase_with_another_customer_id_is_that_ones(self):
        self.assertEqual(self.new(event("2024-01-01", "page_view", "a", customer="one"),
                                  self.buy("2024-01-05", "a", customer="two"),
                                  self.buy("2024-01-06", "a")), 2)

    def test_a_repeat_buys_nothing_and_claims_nothing(self):
        first = self.buy("2024-01-01", "a")
        again = {**first, "customer": "c", "visitor": "b"}
        self.assertEqual(self.new(first, again, self.buy("2024-01-02", "c", customer="c")), 2)
        self.assertEqual(self.new(first, again, self.buy("2024-01-02", "b")), 2)


class Overview(Case):
    def test_frequency_lifespan_and_value(self):
        """730 days of shop; a bought on its first day and a year on (active until day 729), b once
        and lapsed."""
        story = [self.buy("2022-01-01", "a", "10"), self.buy("2023-01-02", "a", "20"),
                 self.buy("2022-01-01", "b", "6", currency="USD")]
        answer = self.shop(*story).customers("shop", moment("2023-01-01"), moment("2023-01-02"),
                                             moment("2024-01-01"))
        self.assertEqual(answer["as_of"], "2024-01-01T00:00:00Z")
        self.assertEqual((answer["customers"], answer["orders"]), (2, 3))
        self.assertEqual(answer["purchase_frequency"], 3 / 2 / 2)
        self.assertEqual(answer["average_order_value"], {"EUR": Decimal(15), "USD": Decimal(6)})
        self.assertEqual(answer["customer_lifespan"], (2 + 1) / 2)
        self.assertEqual(answer["lifetime_value"],
                         {"EUR": Decimal("16.875"), "USD": Decimal("6.75")})

    def test_a_lapsed_customer_lived_from_first_to_last_purchase_and_a_year(self):
        story = [self.buy("2022-01-01"), self.buy("2022-03-15")]
        answer = self.shop(*story).customers("shop", 0, 1, moment("2025-01-01"))
        self.assertEqual(answer["customer_lifespan"], (73 + 365) / 365)

    def test_less_than_a_year_is_a_year(self):
        answer = self.shop(self.buy("2024-01-01")).customers("shop", 0, 1, moment("2024-02-01"))
        self.assertEqual((answer["purchase_frequency"], answer["customer_lifespan"]), (1.0, 1.0))

    def test_thirds_by_what_they_spent_in_the_sites_currency(self):
        story = [self.buy("2024-01-01", f"v{n}", str(n)) for n in (4, 2, 5, 1, 3)]
        story.append(self.buy("2024-01-01", "v1", "1000", currency="USD"))
        thirds = self.shop(*story).customers("shop", 0, 1, moment("2024-02-01"))["segments"]
        self.assertEqual([(thirds[name]["customers"], thirds[name]["average_order_value"])
                          for name in ("low", "medium", "high")],
                         [(1, {"EUR": Decimal(1), "USD": Decimal(1000)}), (1, {"EUR": Decimal(2)}),
                          (3, {"EUR": Decimal(4)})])


class Cohorts(Case):
    def test_who_bought_first_in_a_month_and_who_of_them_later(self):
        story = [self.buy("2024-01-31 23:30", "a"), self.buy("2024-02-29 22:00", "a"),
                 self.buy("2024-02-29 23:00", "b"), self.buy("2024-04-01", "b"),
                 self.buy("2024-04-02", "b"), self.buy("2024-03-03", "c")]
        reference = self.shop(*story, sites=BERLIN)
        self.assertEqual(reference.cohorts("shop", moment("2024-04-30 21:59")), [
            {"month": "2024-02", "customers": 1, "buyers": [0, 0]},
            {"month": "2024-03", "customers": 2, "buyers": [1]}])


if __name__ == "__main__":
    unittest.main()
