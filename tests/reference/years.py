"""Years of a shop: customers who come back after days and after years, who bring their customer id early,
late or another one, and what was spent on keeping them.

    beacons = years(seed, end)

As histories are: in the order of time, the last at `end` or before. No two orders have the same value,
so that hardly any two customers have spent the same."""

import random

from beacons import DAY, HOUR, MINUTE, SECOND
from fields import CURRENCIES
from histories import AT, SITES, dress

LENGTH = 4 * 365 * DAY
GAPS = (0, SECOND, HOUR, DAY, DAY, 30 * DAY, 30 * DAY, 90 * DAY, 200 * DAY, 364 * DAY, 365 * DAY,
        366 * DAY, 400 * DAY, 731 * DAY)
EDGE = (-HOUR, -1, 0, 1, HOUR, 3 * HOUR)


class Years:
    def __init__(self, seed, end):
        self.random = random.Random(seed)
        self.end, self.beacons, self.number = end, [], 0

    def add(self, time, site, kind, **fields):
        self.number += 1
        if time <= self.end:
            self.beacons.append({"type": kind, "site": site.id, "id": f"y{self.number}", AT: time,
                                 **fields})

    def purchase(self, time, site, **fields):
        """Now and then one in another currency beside it, so that nobody has spent nothing in the
        site's own."""
        value = f"{self.random.randrange(1, 10**7)}.{self.number % 10**4:04}"
        self.add(time, site, "purchase", order=f"o{self.number}", value=value, **fields)
        if self.random.random() < 0.1:
            self.add(time + 1, site, "purchase", order=f"o{self.number}", value=12.5,
                     currency=self.random.choice(CURRENCIES), **fields)

    def customer(self, site, number):
        """One of some visitors, who buys and tells who it is."""
        rng = self.random
        visitor, ids = f"v{number}", [f"c{number}", f"c{number}", f"c{number // 2}"]
        time = self.end - rng.randrange(LENGTH)
        for _ in range(rng.randrange(1, 8)):
            fields = {"visitor": visitor}
            if rng.random() < 0.25:
                fields["customer"] = rng.choice(ids)
            self.purchase(time, site, **fields)
            time += rng.choice(GAPS) + rng.choice(EDGE)
        if rng.random() < 0.5:
            at = self.end - rng.randrange(LENGTH)
            for _ in range(rng.randrange(1, 4)):
                kind = rng.choice(("page_view", "search", "support_open", "refund"))
                fields = {"support_open": {"ticket": f"t{self.number}"},
                          "refund": {"order": "none of ours"}}.get(kind, {})
                self.add(at, site, kind, visitor=visitor, customer=rng.choice(ids), **fields)
                at += rng.choice((0, MINUTE, 100 * DAY))

    def spend(self, site):
        self.add(self.end - self.random.randrange(LENGTH), site, "spend",
                 value=self.random.choice((10, "0.0005", 1234.5)),
                 purpose=self.random.choice(("retention", "retention", "acquisition")))


def years(seed, end, sites=SITES, customers=30):
    teller = Years(seed, end)
    for site in sites:
        for number in range(customers):
            teller.customer(site, number)
        for _ in range(60):
            teller.spend(site)
    return dress(sorted(teller.beacons, key=lambda b: b[AT]), teller.random)
