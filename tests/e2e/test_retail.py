"""A real gift shop's year, UCI Online Retail: 18,532 orders of 4,338 customers, and what an independent
program found in them."""

import csv
import datetime
import gzip
import io
import json
import os
import subprocess
import unittest
from collections import defaultdict
from decimal import Decimal

from footfall import FOOTFALLCTL, Daemon, Site, agree, data_file, instant, need, site_config, taken
from calendars import month_name
from reference import Reference
from truths import BREAKDOWN, COHORTS, CUSTOMERS, agree_cohorts, agree_customers, ask

SITE = Site("retail", "Europe/London", "GBP")
FIRST, LAST = 2010 * 12 + 11, 2011 * 12 + 11  # months of the data
BUYERS = [885, 741, 758, 974, 856, 1056, 991, 949, 935, 1266, 1364, 1664, 615]
COHORT_ROWS = {  # months after the first: the customers, and who of them bought in each month after
    0: (885, [324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]),
    1: (417, [92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49]),
    11: (323, [36]),
}


def lines():
    with gzip.open(data_file("retail/online_retail.csv.gz")) as file:
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8", errors="replace", newline=""))


def invoices():
    """{invoice: its lines}, of those with a customer."""
    found = defaultdict(list)
    for line in lines():
        if line["CustomerID"]:
            found[line["InvoiceNo"]].append(line)
    return found


def months_on(today):
    """By how many months the data is moved, so that it ends in last month."""
    return today.year * 12 + today.month - 2 - LAST


def moved(text, months):
    """The same day and time of another month; its last day where the month is shorter."""
    at = datetime.datetime.fromisoformat(text)
    month = at.year * 12 + at.month - 1 + months
    after = datetime.datetime((month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (after - datetime.timedelta(1)).day
    return at.replace(year=month // 12, month=month % 12 + 1, day=min(at.day, last)).isoformat() + "Z"


def worth(some):
    return sum(int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in some)


def beacons(months):
    """A purchase of each order, a refund of each cancellation."""
    for invoice, all_lines in invoices().items():
        common = {"id": invoice, "order": invoice, "time": moved(all_lines[0]["InvoiceDate"], months),
                  "customer": str(int(float(all_lines[0]["CustomerID"])))}
        sold = [line for line in all_lines
                if int(line["Quantity"]) > 0 and Decimal(line["UnitPrice"]) > 0]
        if invoice[0] == "C":
            yield {**common, "type": "refund", "value": str(-worth(all_lines))}
        elif invoice[0] != "A" and sold:
            yield {**common, "type": "purchase", "visitor": f"v{common['customer']}",
                   "value": str(worth(sold)), "items": list(map(item, sold))}


def item(line):
    return {"sku": line["StockCode"], "price": line["UnitPrice"], "quantity": int(line["Quantity"])}


class GiftShop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need(FOOTFALLCTL)
        cls.months = months_on(datetime.date.today())
        cls.sent = sorted(beacons(cls.months), key=lambda b: b["time"])
        cls.daemon = Daemon((SITE,))
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        path = os.path.join(cls.daemon.directory, "retail.ndjson")
        with open(path, "w") as file:
            file.writelines(json.dumps(beacon) + "\n" for beacon in cls.sent)
        subprocess.run([FOOTFALLCTL, "--stats", cls.daemon.stats_address, "import", path], check=True,
                       capture_output=True, cwd=cls.daemon.directory, timeout=300)
        cls.reference = Reference(taken(cls.sent), site_config((SITE,)))

    def window(self, first=FIRST, last=LAST):
        """Of whole months of the data, in the site's local time."""
        calendar = self.reference.shops[SITE.id].calendar
        days = [datetime.date(month // 12, month % 12 + 1, 1).toordinal()
                for month in (first + self.months, last + self.months + 1)]
        return dict(zip(("from_", "to"), (calendar.start(day) // 10**6 for day in days)))

    def test_orders_and_revenue(self):
        orders = self.daemon.stats(**self.window())["orders"]
        self.assertEqual(orders["orders"], 18532)
        self.assertEqual(Decimal(orders["revenue"]["GBP"]), Decimal("8911407.904"))
        self.assertEqual(Decimal(orders["average_order_value"]["GBP"]), Decimal("480.8660"))
        self.assertEqual(Decimal(orders["net_revenue"]["GBP"]), Decimal("8300065.814"))

    def test_customers_and_how_many_of_them_come_back(self):
        answer = ask(self.daemon, SITE.id, CUSTOMERS, **self.window())
        self.assertEqual((answer["customers"], answer["orders"]), (4338, 18532))
        self.assertEqual(answer["customers_new"], 4338)
        self.assertEqual(round(float(answer["repeat_customer_rate"]), 6), 0.655832)
        self.assertEqual(Decimal(answer["average_order_value"]["GBP"]), Decimal("480.8660"))
        years = (instant(answer["as_of"]) - instant(self.sent[0]["time"])) / (365 * 86400 * 10**6)
        self.assertAlmostEqual(float(answer["purchase_frequency"]) * max(1, years), 4.272015, 5)
        # Beyond 2,048 buyers it is an estimate.
        self.assertAlmostEqual(float(answer["returning_customer_rate"]), 2845 / 4338, delta=0.05)

    def test_cohorts_and_buyers_of_each_month(self):
        rows = agree_cohorts(self, self.reference, self.daemon, SITE.id)["cohorts"]
        by_month = {row["month"]: row for row in rows}
        for after, (customers, buyers) in COHORT_ROWS.items():
            row = by_month[month_name(FIRST + self.months + after)]
            self.assertEqual((row["customers"], row["buyers"][:len(buyers)]), (customers, buyers))
        bought = [0] * len(BUYERS)
        for first, row in enumerate(rows):
            for after, number in enumerate([row["customers"], *row["buyers"]]):
                if first + after < len(bought):
                    bought[first + after] += number
        self.assertEqual(bought, BUYERS)

    def test_each_month_is_the_references(self):
        for month, buyers in zip(range(FIRST, LAST + 1), BUYERS):
            window = self.window(month, month)
            self.assertLess(buyers, 2048)
            answer = agree_customers(self, self.reference, self.daemon, SITE.id, **window)
            agree(self, self.reference, self.daemon, SITE.id, **window)
            if month - FIRST in COHORT_ROWS:
                self.assertEqual(answer["customers_new"], COHORT_ROWS[month - FIRST][0])

    def test_products_are_sold_as_the_invoices_say(self):
        answer = ask(self.daemon, SITE.id, BREAKDOWN, by="product", limit=1000, sort="quantity",
                     **self.window())
        sold, revenue = defaultdict(int), defaultdict(Decimal)
        for line in (i for b in self.sent for i in b.get("items", ())):
            sold[line["sku"]] += line["quantity"]
            revenue[line["sku"]] += line["quantity"] * Decimal(line["price"])
        self.assertEqual(answer["total"]["quantity"], sum(sold.values()))
        self.assertEqual(Decimal(answer["total"]["revenue"]["GBP"]), Decimal("8911407.904"))
        most = sorted(sold, key=lambda sku: (-sold[sku], sku.encode()))[:1000]
        self.assertEqual([(row["value"], row["quantity"]) for row in answer["rows"]],
                         [(sku, sold[sku]) for sku in most])
        for row in answer["rows"]:
            self.assertEqual(Decimal(row["revenue"]["GBP"]), revenue[row["value"]])
        self.assertEqual(answer["other"]["quantity"], sum(sold.values()) - sum(map(sold.get, most)))

    def test_bringing_it_again_changes_nothing(self):
        before = ask(self.daemon, SITE.id, COHORTS)["cohorts"]
        self.daemon.bring(self.sent[::9], batch=100)
        self.assertEqual(ask(self.daemon, SITE.id, COHORTS)["cohorts"], before)
        answer = ask(self.daemon, SITE.id, CUSTOMERS, **self.window())
        self.assertEqual(answer["customers_new"], 4338)


if __name__ == "__main__":
    unittest.main()
