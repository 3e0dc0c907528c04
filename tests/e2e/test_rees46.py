"""A real shop's day: 17,434 events of a multi-category shop, and what an independent program
found in them."""

import csv
import gzip
import time
import unittest
from decimal import Decimal

from footfall import Daemon, Site, agree, data_file, differences, instant, site_config, taken
from reference import Reference

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

    def test_bringing_it_again_counts_nothing_twice(self):
        before = self.daemon.stats(**self.window)
        self.daemon.bring(self.events[::7], batch=1000)
        after = self.daemon.stats(**self.window)
        for answer in (before, after):
            answer.pop("generated_at")
        self.assertEqual(before, after)


if __name__ == "__main__":
    unittest.main()
