"""Years of random purchases, claims and lapses: customers and cohorts as the plain reference has them,
whatever the order of arrival, before and after a restart and a checkpoint."""

import os
import random
import time
import unittest

from footfall import SECOND, Daemon, agree, expect, lasting, site_config, taken
from beacons import DAY
from calendars import Calendar
from histories import AT, SITES, wire
from reference import Reference
from truths import COHORTS, agree_cohorts, agree_customers
from years import years

HISTORIES = int(os.environ.get("FOOTFALL_HISTORIES", "12")) // 3
FIRST_SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
CALENDARS = {site.id: Calendar(site) for site in SITES}
ACTIVE_FOR = 365
PARTS = 12


def windows(beacons, site, seed):
    """Days about the lapses of purchases, days on which the clocks are changed, some years, and what no
    purchase lies in."""
    rng, calendar = random.Random(seed), CALENDARS[site.id]
    bought = [b[AT] for b in beacons if b["type"] == "purchase" and b["site"] == site.id]
    for _ in range(PARTS):
        day = calendar.day(rng.choice(bought)) + rng.choice((-1, 0, 1, ACTIVE_FOR - 1, ACTIVE_FOR,
                                                             ACTIVE_FOR + 1))
        yield day, day + rng.choice((1, 1, 2, 30, ACTIVE_FOR, 3 * ACTIVE_FOR))
    first, last = calendar.day(bought[0]), calendar.day(bought[-1])
    for day in range(first, last):
        if calendar.start(day + 1) - calendar.start(day) != DAY:
            yield day, day + 1
    yield first, last + 1
    yield first - 10, first


class Years(unittest.TestCase):
    def check(self, daemon, reference, beacons, seed, note):
        note = f"seed {seed}, {note}:"
        for site in SITES:
            agree_cohorts(self, reference, daemon, site.id, note)
            start = CALENDARS[site.id].start
            for first, after in windows(beacons, site, seed):
                window = {"from_": start(first) // SECOND, "to": start(after) // SECOND}
                agree_customers(self, reference, daemon, site.id, note, **window)
                if time.time() - window["from_"] < 430 * 86400:
                    agree(self, reference, daemon, site.id, note, **window)

    def same_bytes(self, daemon, beacons, seed):
        """What must not depend on the order of arrival, though it is as of now."""
        answers = [lasting(expect(daemon.stats_answer(site.id, COHORTS), 200)) for site in SITES]
        for site in SITES:
            start = CALENDARS[site.id].start
            answers += [daemon.stats(site.id, from_=start(first) // SECOND, to=start(after) // SECOND)
                        ["customers"] for first, after in windows(beacons, site, seed)]
        return answers

    def test_customers_are_those_of_the_reference(self):
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = years(seed, round(time.time()) * SECOND - DAY)
                sent = [wire(beacon) for beacon in beacons]
                daemon.bring(sent)
                reference = Reference(taken(sent), site_config(SITES))
                self.check(daemon, reference, beacons, seed, "in order")
                daemon.restart()
                self.check(daemon, reference, beacons, seed, "after kill -9")
                daemon.checkpoint()
                daemon.restart()
                self.check(daemon, reference, beacons, seed, "from a checkpoint")

    def test_purchases_may_come_in_any_order_at_all(self):
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed):
                beacons = years(seed + 100, round(time.time()) * SECOND)
                given = [self.shuffled(beacons, seed, turn) for turn in range(2)]
                self.assertEqual(given[0], given[1], f"seed {seed}: another order, other customers")

    def shuffled(self, beacons, seed, turn):
        """A checkpoint in the middle of it. Ties of time stay in order: of them the first counts."""
        rng = random.Random(f"{seed} {turn}")
        place = {at: rng.random() for at in {beacon[AT] for beacon in beacons}}
        sent = [wire(beacon) for beacon in sorted(beacons, key=lambda b: place[b[AT]])]
        with Daemon(SITES) as daemon:
            daemon.bring(sent[:len(sent) // 2])
            daemon.checkpoint()
            daemon.restart()
            daemon.bring(sent[len(sent) // 2:])
            reference = Reference(taken(sent), site_config(SITES))
            self.check(daemon, reference, beacons, seed, f"order {turn}")
            return self.same_bytes(daemon, beacons, seed)


if __name__ == "__main__":
    unittest.main()
