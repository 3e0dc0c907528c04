"""A real shop's day: 17,434 events of a multi-category shop, and what an independent program
found in them."""

import csv
import gzip
import time
import unittest
from collections import Counter, defaultdict
from decimal import Decimal

from footfall import Daemon, Site, agree, data_file, differences, instant, site_config, taken
from reference import Reference
from truths import BREAKDOWN, agree_breakdown, ask, without_zeros

VALUES_AN_HOUR = 2000  # of products; further ones are (other)
TYPES = {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"}
SITE = Site("rees46", currency="USD")
WEEK = 7 * 86400


def beacons(path):
    """One a line: its number is its id, its time is moved by whole weeks to before today."""
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    last = max(int(row[0]) for row in rows)
    today = int(time.time()) // 86400 * 86400
    shift = (today - 1 - last) // WEEK * WEEK
    return [beacon(number, row, shift) for number, row in enumerate(rows, 1)]


def beacon(number, row, shift):
    moment, user, kind, item, price = row[:5]
    made = {"type": TYPES[kind], "id": str(number), "time": int(moment) + shift,
            "visitor": user, "items": [{"sku": item, "price": price}]}
    if kind == "purchase":
        made.update(order=f"order-{number}", value=price)
    return made


class RealShop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.events = beacons(data_file("rees46_17434.tsv.gz"))
        cls.daemon = Daemon((SITE,))
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.daemon.bring(cls.events, batch=1000)
        first = min(event["time"] for event in cls.events)
        cls.window = {"from_": first - 3600, "to": first + 86400}

    def test_it_gives_the_truth(self):
        answer = self.daemon.stats(**self.window)
        traffic, funnel, orders = answer["traffic"], answer["funnel"], answer["orders"]
        self.assertEqual(traffic["sessions"], 4518)
        self.assertEqual(round(Decimal(traffic["session_seconds"]) * 4518), 793204)
        self.assertLessEqual(abs(traffic["visitors"] - 4504), 4504 * 0.03)
        self.assertEqual((funnel["added_to_cart"], funnel["purchased"]), (111, 193))
        self.assertEqual(orders["orders"], 214)
        self.assertEqual(Decimal(orders["revenue"]["USD"]), Decimal("59442.63"))
        self.assertEqual(orders["items_sold"], 214)

    def test_the_reference_says_the_same_of_all_but_the_visitors(self):
        answer = self.daemon.stats(**self.window)
        reference = Reference(taken(self.events), site_config((SITE,)))
        exact = reference.stats(SITE.id, *(instant(answer[k]) for k in ("from", "to", "generated_at")))
        self.assertEqual(exact["traffic"]["visitors"], 4504)
        # Beyond 2,048 they are an estimate, and so is what follows from them.
        estimate = answer["traffic"]["visitors"]
        exact["traffic"]["visitors"] = estimate
        exact["traffic"]["returning_visitors"] = max(0, estimate - exact["traffic"]["new_visitors"])
        exact["conversion"]["visitor_rate"] = exact["orders"]["orders"] / estimate
        self.assertEqual(differences(exact, answer), [])

    def test_hours_of_it_are_exact_in_visitors_too(self):
        reference = Reference(taken(self.events), site_config((SITE,)))
        start = self.window["from_"] + 3600
        agree(self, reference, self.daemon, SITE.id, from_=start, to=start + 1)

    def test_products_beyond_the_ceiling_of_an_hour_are_other(self):
        """Those that an hour admits are the first to come. (The day admits more, and has them all.)"""
        admitted, views, left_out = defaultdict(set), Counter(), 0
        for event in self.events:
            here, sku = admitted[event["time"] // 3600], event["items"][0]["sku"]
            if len(here) < VALUES_AN_HOUR:
                here.add(sku)
            if event["type"] == "view_item":
                views[sku] += sku in here
                left_out += sku not in here
        views = +views
        self.assertGreater(left_out, 0)
        start = self.window["from_"]
        answer = ask(self.daemon, SITE.id, BREAKDOWN, by="product", limit=1000, from_=start,
                     to=start + 6 * 3600)
        most = sorted(views, key=lambda sku: (-views[sku], sku.encode()))[:1000]
        self.assertEqual([(row["value"], row["views"]) for row in answer["rows"]],
                         [(sku, views[sku]) for sku in most])
        self.assertEqual(answer["other"]["views"],
                         left_out + sum(views.values()) - sum(views[sku] for sku in most))
        reference = Reference(taken(self.events), site_config((SITE,)))
        total = reference.breakdown(SITE.id, "product", *(instant(answer[k]) for k in ("from", "to")))["total"]
        self.assertEqual(without_zeros(answer["total"]), without_zeros(total))

    def test_sessions_by_kind_of_visitor_and_page_are_the_references(self):
        reference = Reference(taken(self.events), site_config((SITE,)))
        for by in ("visitor_type", "entry_page", "source", "page", "category"):  # few values each
            agree_breakdown(self, reference, self.daemon, SITE.id, by, **self.window)

    def test_bringing_it_again_counts_nothing_twice(self):
        before = self.daemon.stats(**self.window)
        self.daemon.bring(self.events[::7], batch=1000)
        after = self.daemon.stats(**self.window)
        for answer in (before, after):
            answer.pop("generated_at")
        self.assertEqual(before, after)


if __name__ == "__main__":
    unittest.main()
