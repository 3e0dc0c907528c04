"""Customers: the section of /v1/stats, /v1/customers and its cohorts, by hand-made shops."""

import datetime
import time
import unittest
from decimal import Decimal

from footfall import Daemon, Site, expect
from test_checkpoint import checkpoint

DAY = 86400
BERLIN = "Europe/Berlin"


def noon(days_ago, now=None):
    """Noon (UTC) of a day before today."""
    now = now or time.time()
    return int(now // DAY * DAY) - days_ago * DAY + DAY // 2


def purchase(at, order, visitor, customer=None, value=10, **fields):
    given = {"type": "purchase", "time": at, "order": order, "visitor": visitor, "value": value, **fields}
    return {**given, "customer": customer} if customer else given


def view(at, visitor, customer):
    return {"type": "page_view", "time": at, "visitor": visitor, "customer": customer}


class Case(unittest.TestCase):
    def daemon(self, sites=(Site("shop"),), options=()):
        daemon = Daemon(sites, options)
        self.addCleanup(daemon.close)
        return daemon.start()

    def section(self, daemon, **query):
        return daemon.stats(**query)["customers"]

    def customers(self, daemon, path="/v1/customers", **query):
        return expect(daemon.stats_answer(None, path, **query), 200).json

    def counts(self, section):
        return [section["customers_" + name] for name in ("start", "end", "new", "reactivated", "lost")]


class Sections(Case):
    def test_customers_come_lapse_and_come_back(self):
        daemon = self.daemon(options=["customers.active_for=10d"])
        daemon.bring([purchase(noon(30), "o1", "ann"), purchase(noon(25), "o2", "ann"),
                      purchase(noon(5), "o3", "ann"), purchase(noon(20), "o4", "bob"),
                      purchase(noon(2), "o5", "cyn"), purchase(noon(2) + 60, "o6", "cyn")])
        self.assertEqual(self.counts(self.section(daemon, from_=noon(31), to=noon(0))), [0, 2, 3, 1, 2])
        # ann lapsed on the 15th day before today, bob on the 10th
        self.assertEqual(self.counts(self.section(daemon, from_=noon(15), to=noon(15) + 1)), [2, 1, 0, 0, 1])
        self.assertEqual(self.counts(self.section(daemon, from_=noon(10), to=noon(10) + 1)), [1, 0, 0, 0, 1])
        got = self.section(daemon, from_=noon(5), to=noon(1))
        self.assertEqual(self.counts(got), [0, 2, 1, 1, 0])
        self.assertEqual((got["retention_rate"], got["net_churn_rate"]), (None, None))
        self.assertEqual(got["repeat_customer_rate"], Decimal("0.6666666666666666"))
        self.assertEqual(got["returning_customer_rate"], 1)
        self.assertEqual(got["from"][11:], "00:00:00Z")
        got = self.section(daemon, from_=noon(20), to=noon(12))
        self.assertEqual(self.counts(got), [1, 1, 1, 0, 1])
        self.assertEqual((got["retention_rate"], got["churn_rate"], got["net_churn_rate"]), (0, 1, 0))

    def test_the_first_customer_id_claims_what_was_bought_without_one(self):
        daemon = self.daemon()
        daemon.bring([purchase(noon(9), "o1", "ann"), purchase(noon(8), "o2", "ann2"),
                      view(noon(7), "ann", "A"), view(noon(6), "ann2", "A"), view(noon(5), "ann", "B")])
        got = self.section(daemon, from_=noon(10), to=noon(0))
        self.assertEqual((got["customers_new"], got["repeat_customer_rate"]), (1, 1))
        daemon.bring([view(noon(8), "ann", "B")])  # an earlier claim that comes later
        got = self.section(daemon, from_=noon(10), to=noon(0))
        self.assertEqual((got["customers_new"], got["repeat_customer_rate"]), (2, 0))

    def test_a_repeat_of_an_order_is_no_second_order(self):
        daemon = self.daemon()
        daemon.bring([purchase(noon(3), "o1", "ann", "A"), purchase(noon(2), "o1", "ann", "A")])
        self.assertEqual(self.section(daemon, from_=noon(9), to=noon(0))["repeat_customer_rate"], 0)

    def test_what_was_spent_on_keeping_them(self):
        daemon = self.daemon()
        spend = {"type": "spend", "purpose": "retention", "value": "10.00"}
        daemon.bring([purchase(noon(20), "o1", "ann"), purchase(noon(3), "o2", "ann"),
                      purchase(noon(20), "o3", "bob"), purchase(noon(2), "o4", "bob"), purchase(noon(19), "o5", "cyn"),
                      {**spend, "time": noon(11)}, {**spend, "time": noon(11), "currency": "CHF"},
                      {**spend, "time": noon(11), "purpose": "acquisition"}, {**spend, "time": noon(9)}])
        self.assertEqual(self.section(daemon, from_=noon(10), to=noon(9))["retention_cost"], {"CHF": 5, "EUR": 5})
        self.assertEqual(self.section(daemon, from_=noon(11), to=noon(9))["retention_cost"], {})

    def test_days_are_local(self):
        daemon = self.daemon(sites=(Site("shop", BERLIN),))
        midnight = datetime.datetime.now(datetime.timezone.utc).replace(month=1, day=15, hour=23, minute=0,
                                                                        second=0, microsecond=0)
        at = int(midnight.timestamp())
        if at > time.time() - 2 * DAY:
            at -= 365 * DAY
        daemon.bring([purchase(at - 1, "o1", "ann"), purchase(at, "o2", "bob")])
        got = self.section(daemon, from_=at - 1, to=at)
        self.assertEqual((got["from"][11:], got["to"][11:], got["customers_new"]), ("23:00:00Z", "23:00:00Z", 1))
        self.assertEqual(self.section(daemon, from_=at, to=at + 1)["customers_new"], 1)

    def test_compare(self):
        daemon = self.daemon()
        daemon.bring([purchase(noon(20), "o1", "ann"), purchase(noon(9), "o2", "bob"), purchase(noon(8), "o3", "cyn")])
        day = noon(0) - DAY // 2
        answer = daemon.stats(from_=day - 10 * DAY, to=day, compare="previous")
        self.assertEqual(self.counts(answer["customers"]), [1, 3, 2, 0, 0])
        self.assertEqual(self.counts(answer["previous"]["customers"]), [0, 1, 1, 0, 0])
        self.assertEqual(answer["change"]["customers"]["customers_end"], 2)
        self.assertIsNone(answer["change"]["customers"]["customers_start"])
        own = self.customers(daemon, from_=day - 10 * DAY, to=day, compare="previous")
        self.assertEqual(self.counts(own["previous"]), [0, 1, 1, 0, 0])

    def test_there_is_no_series(self):
        daemon = self.daemon()
        answer = expect(daemon.stats_answer(None, "/v1/stats/series", metric="customers_new", step="1d"), 400)
        self.assertIn("whole days", answer.json["error"])


class Lifetimes(Case):
    def test_what_customers_are_worth(self):
        daemon = self.daemon(options=["customers.active_for=100d"])
        daemon.bring([purchase(noon(730), "o1", "ann", value=10), purchase(noon(365), "o2", "ann", value=20),
                      purchase(noon(3), "o3", "bob", value=100), purchase(noon(2), "o4", "bob", value=200),
                      purchase(noon(2), "o5", "cyn", value=50, currency="CHF")])
        got = self.customers(daemon, window="30d")
        years = (time.time() - noon(730)) / (365 * DAY)
        self.assertEqual((got["customers"], got["orders"]), (3, 5))
        self.assertEqual(got["average_order_value"], {"CHF": 50, "EUR": Decimal("82.5")})
        self.assertAlmostEqual(float(got["purchase_frequency"]), 5 / 3 / years, 5)
        lifespan = (1 + 100 / 365 + 2 * years) / 3
        self.assertAlmostEqual(float(got["customer_lifespan"]), lifespan, 5)
        self.assertAlmostEqual(float(got["lifetime_value"]["EUR"]), 82.5 * 5 / 3 / years * lifespan, 2)
        self.assertEqual([got["segments"][s]["average_order_value"] for s in ("low", "medium", "high")],
                         [{"CHF": 50}, {"EUR": 15}, {"EUR": 150}])
        self.assertEqual(got["customers_new"], 2)

    def test_they_are_computed_at_most_once_a_minute(self):
        daemon = self.daemon()
        daemon.bring([purchase(noon(3), "o1", "ann")])
        first = self.customers(daemon)
        daemon.bring([purchase(noon(2), "o2", "bob")])
        again = self.customers(daemon, window="30d")
        self.assertEqual((again["as_of"], again["customers"]), (first["as_of"], 1))
        self.assertEqual(again["customers_new"], 2)  # the section is of now


class Memory(Case):
    def test_a_restart_knows_all_of_them(self):
        daemon = self.daemon()
        daemon.bring([purchase(noon(400), "o1", "ann"), view(noon(399), "ann", "A"), purchase(noon(20), "o2", "x", "A"),
                      purchase(noon(40), "o3", "bob")])
        before = self.section(daemon, from_=noon(500), to=noon(0))
        cohorts = self.customers(daemon, "/v1/customers/cohorts")["cohorts"]
        daemon.restart()
        self.assertEqual(self.section(daemon, from_=noon(500), to=noon(0)), before)
        checkpoint(daemon)
        daemon.restart()
        self.assertNotIn("checkpoint=0", daemon.log)
        self.assertEqual(self.section(daemon, from_=noon(500), to=noon(0)), before)
        self.assertEqual(self.customers(daemon, "/v1/customers/cohorts")["cohorts"], cohorts)
        daemon.bring([purchase(noon(10), "o4", "ann")])  # A's claim is known still
        self.assertEqual(self.section(daemon, from_=noon(500), to=noon(0))["customers_new"], before["customers_new"])

    def test_who_gives_way_is_counted(self):
        daemon = self.daemon(options=["limits.customers=8"])
        daemon.bring([purchase(noon(3) + i, f"o{i}", f"v{i}") for i in range(20)])
        self.assertEqual(self.section(daemon, from_=noon(9), to=noon(0))["customers_new"], 20)
        text = expect(daemon.office.get("/metrics"), 200).body.decode()
        evicted = next(line for line in text.splitlines()
                       if line.startswith("footfall_state_evicted") and 'table="customers"' in line)
        self.assertGreaterEqual(float(evicted.split()[-1]), 12)


class Cohorts(Case):
    def test_cohorts(self):
        daemon = self.daemon()
        today = datetime.datetime.now(datetime.timezone.utc)
        this = today.year * 12 + today.month - 1

        def first(ago):
            return datetime.datetime((this - ago) // 12, (this - ago) % 12 + 1, 1, 5, tzinfo=datetime.timezone.utc)

        def at(ago):
            return int(first(ago).timestamp())

        daemon.bring([purchase(at(3), "o1", "ann"), purchase(at(3) + DAY, "o2", "ann"), purchase(at(1), "o3", "ann"),
                      purchase(at(3), "o4", "bob"), purchase(at(2), "o5", "cyn")])
        rows = self.customers(daemon, "/v1/customers/cohorts")["cohorts"]
        month = {ago: first(ago).strftime("%Y-%m") for ago in range(4)}
        self.assertEqual(rows, [{"month": month[3], "customers": 2, "buyers": [0, 1, 0]},
                                {"month": month[2], "customers": 1, "buyers": [0, 0]}])
        rows = self.customers(daemon, "/v1/customers/cohorts", from_=at(2))["cohorts"]
        self.assertEqual([row["month"] for row in rows], [month[2]])


if __name__ == "__main__":
    unittest.main()
