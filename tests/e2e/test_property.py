"""Random histories: the daemon and the plain reference agree on every field, whatever the order
of arrival, before and after kill -9. $FOOTFALL_HISTORIES says how many, $FOOTFALL_SEED from which
seed on; a failure names the seed that gives it again."""

import os
import random
import time
import unittest

from footfall import SECOND, Daemon, agree, expect, lasting, site_config, taken, until
from beacons import DAY, MINUTE
from breakdowns import DIMENSIONS, Row
from histories import AT, SITES, history, shuffled, wire, with_late
from reference import Reference
from truths import (BREAKDOWN, COHORTS, agree_breakdowns, agree_cohorts, agree_customers, agree_limit,
                    agree_total)

HISTORIES = int(os.environ.get("FOOTFALL_HISTORIES", "12"))
FIRST_SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
SECONDS = float(os.environ.get("FOOTFALL_HISTORIES_SECONDS", "30"))  # a test; no history begins after

PACES = ("hours", "days", "minutes", "months")
PARTS = 6  # partial windows of a history


def seeds(share=1):
    """This run's seeds (or a share of them), as long as there is time."""
    end = time.monotonic() + SECONDS
    for seed in range(FIRST_SEED, FIRST_SEED + max(1, round(HISTORIES * share))):
        if time.monotonic() > end:
            print(f"no time left for seed {seed} and on")
            return
        yield seed


def pace_of(seed):
    return PACES[seed % len(PACES)]


def now_less(ago):
    """A whole second so long ago."""
    return round(time.time()) * SECOND - ago


LONG = 8 * DAY  # after this nothing of a history changes with time


def whole(beacons):
    return beacons[0][AT] // SECOND - 3600, beacons[-1][AT] // SECOND + 3600


def windows(beacons, seed):
    """from and to of the whole history, and of some parts of it."""
    rng = random.Random(seed)
    first, last = beacons[0][AT] // SECOND, beacons[-1][AT] // SECOND
    yield whole(beacons)
    for _ in range(PARTS):
        start = rng.randint(first, last)
        yield start, start + rng.choice((1, 60, 3600, 7 * 3600, 86400, last - start + 1))


class Case(unittest.TestCase):
    def check(self, daemon, reference, beacons, seed, note, sites=SITES):
        rng, note = random.Random(seed), f"seed {seed}, {note}:"
        for start, end in windows(beacons, seed):
            for site in sites:
                agree(self, reference, daemon, site.id, note, from_=start, to=end)
                some = rng.sample(list(DIMENSIONS), 3)
                agree_breakdowns(self, reference, daemon, site, note, some, from_=start, to=end)
        first, last = whole(beacons)
        for site in sites:
            agree_breakdowns(self, reference, daemon, site, note, from_=first, to=last)
            agree_customers(self, reference, daemon, site.id, note, from_=first, to=last)
            agree_cohorts(self, reference, daemon, site.id, note)

    def everything(self, daemon, beacons, seed):
        """All answers, byte for byte but for the instant they were made."""
        first, last = whole(beacons)
        asked = [{"from_": start, "to": end} for start, end in windows(beacons, seed)]
        asked += [{"path": BREAKDOWN, "by": by, "limit": 1000, "from_": first, "to": last}
                  for by in DIMENSIONS]
        asked.append({"path": COHORTS})
        return [lasting(expect(daemon.stats_answer(site.id, **query), 200))
                for query in asked for site in SITES]


def bring(daemon, order):
    """Brings the beacons to the daemon, and to the reference."""
    sent = [wire(beacon) for beacon in order]
    daemon.bring(sent)
    return Reference(taken(sent), site_config(SITES))


class Imported(Case):
    def test_daemon_and_reference_agree_before_and_after_a_crash(self):
        for seed in seeds():
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = history(seed, now_less(LONG), pace_of(seed))
                reference = bring(daemon, beacons)
                self.check(daemon, reference, beacons, seed, "in order")
                before = self.everything(daemon, beacons, seed)
                for how in "replay", "checkpoint":
                    if how == "checkpoint":
                        daemon.checkpoint()
                    daemon.restart()
                    self.check(daemon, reference, beacons, seed, f"after kill -9, {how}")
                    self.assertEqual(before, self.everything(daemon, beacons, seed), f"{how} differs")

    def test_breakdowns_by_any_field_with_the_rest_in_one_row(self):
        for seed in seeds(share=0.25):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = history(seed + 7000, now_less(LONG), pace_of(seed))
                bring(daemon, beacons)
                rng, (start, end) = random.Random(seed), whole(beacons)
                for by, (_, show) in DIMENSIONS.items():
                    for sort in show(Row()):
                        agree_limit(self, daemon, rng.choice(SITES), by, sort, rng.randrange(1, 5),
                                    from_=start, to=end)

    def test_any_order_of_arrival_within_lateness_gives_the_same_bytes(self):
        for seed in seeds():
            with self.subTest(seed=seed):
                beacons = history(seed + 1000, now_less(LONG), pace_of(seed))
                in_order = self.answers(beacons, beacons, seed)
                for turn in range(2):
                    order = shuffled(beacons, seed + turn)
                    self.assertEqual(in_order, self.answers(beacons, order, seed),
                                     f"seed {seed}, order {turn} differs")

    def answers(self, beacons, order, seed):
        with Daemon(SITES) as daemon:
            reference = bring(daemon, order)
            self.assertEqual(reference.late, 0)
            self.check(daemon, reference, beacons, seed, "shuffled")
            daemon.restart()
            return self.everything(daemon, beacons, seed)

    def test_late_events_count_and_change_no_session(self):
        for seed in seeds():
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = history(seed + 2000, now_less(LONG), pace_of(seed))
                reference = bring(daemon, with_late(beacons, seed))
                self.assertGreater(reference.late, 0)
                self.check(daemon, reference, beacons, seed, "with late events")
                daemon.restart()
                self.check(daemon, reference, beacons, seed, "with late events, replayed")

    def test_late_purchases_convert_the_cart_of_their_time(self):
        for seed in seeds():
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = history(seed + 3000, now_less(LONG), pace_of(seed))
                reference = bring(daemon, with_late(beacons, seed, purchases=True))
                self.check(daemon, reference, beacons, seed, "with late purchases")

    def test_a_history_in_several_imports_with_crashes_between_them(self):
        for seed in seeds(share=0.25):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = history(seed + 4000, now_less(LONG), "hours")
                order = shuffled(beacons, seed)
                for i in range(0, len(order), 97):
                    daemon.bring([wire(beacon) for beacon in order[i:i + 97]])
                    daemon.restart()
                reference = Reference(taken([wire(b) for b in order]), site_config(SITES))
                self.check(daemon, reference, beacons, seed, "several imports")

    def test_what_still_goes_on_is_judged_as_of_now(self):
        """History up to now: open carts, live visitors, states that time alone changes."""
        for seed in seeds(share=0.5):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons = history(seed + 5000, now_less(2 * MINUTE), "hours")
                reference = bring(daemon, shuffled(beacons, seed))
                self.check(daemon, reference, beacons, seed, "up to now")
                for window in ("5m", "15m", "1h", "24h", "7d"):
                    for site in SITES:
                        agree(self, reference, daemon, site.id, f"seed {seed}", window=window)


class Ceilings(Case):
    """What breakdowns have no room for is (other): no total is less for it."""

    def total(self, daemon, reference, beacons, dimensions, note):
        """How many breakdowns have left something out."""
        start, end = whole(beacons)
        return sum(agree_total(self, reference, daemon, site.id, by, note, from_=start, to=end)
                   for by in dimensions for site in SITES)

    def goes_over(self, option, dimensions, seed):
        """In any order of arrival, before and after restarts."""
        beacons = history(seed + 9000, now_less(LONG), pace_of(seed))
        with Daemon(SITES, [option]) as daemon:
            reference = bring(daemon, shuffled(beacons, seed))
            note = f"seed {seed}, {option}:"
            self.assertGreater(self.total(daemon, reference, beacons, dimensions, note), 0)
            daemon.restart()
            self.total(daemon, reference, beacons, dimensions, f"{note} replayed,")
            daemon.checkpoint()
            daemon.restart()
            self.total(daemon, reference, beacons, dimensions, f"{note} from a checkpoint,")

    def test_few_bytes(self):
        for seed in seeds(share=0.25):
            for size in ("0", "5k", "20k"):
                with self.subTest(seed=seed, size=size):
                    self.goes_over(f"limits.breakdown_bytes={size}", DIMENSIONS, seed)

    def test_few_words(self):
        """Where a session's terms, steps and names have no room, they are all one."""
        one = {name for name, (_, show) in DIMENSIONS.items()
               if show.__name__ not in ("show_term", "show_event")}
        for seed in seeds(share=0.25):
            for number in (1, 12):
                with self.subTest(seed=seed, number=number):
                    self.goes_over(f"limits.words={number}", one, seed)


class Live(Case):
    """The last hours through the public doors, where the arrival is the wall clock."""

    def told(self, seed, without=()):
        """A history of the last two hours, and a reference of it as it arrives live."""
        beacons = history(seed + 6000, now_less(3 * MINUTE), "minutes", length=30)
        sent = [{key: value for key, value in wire(beacon).items() if key not in without}
                for beacon in shuffled(beacons, seed)]
        return beacons, sent, Reference(taken(sent, imported=False), site_config(SITES))

    def test_over_http(self):
        for seed in seeds(share=0.5):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons, sent, reference = self.told(seed, without=["user_agent"])  # theirs is their connection's
                for i in range(0, len(sent), 50):
                    daemon.send(sent[i:i + 50])
                self.check(daemon, reference, beacons, seed, "over HTTP")
                daemon.restart()
                self.check(daemon, reference, beacons, seed, "over HTTP, after kill -9")

    def test_over_udp(self):
        for seed in seeds(share=0.25):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                beacons, sent, reference = self.told(seed)
                for i in range(0, len(sent), 40):
                    daemon.datagram(sent[i:i + 40])
                self.last_datagram(daemon)
                self.check(daemon, reference, beacons, seed, "over UDP", SITES[:2])

    def last_datagram(self, daemon):
        """One more, of now, on the third site: once it counts, those before it do."""
        daemon.datagram({"type": "page_view", "site": SITES[2].id, "visitor": "last"})
        start = int(time.time()) - 30
        until(lambda: daemon.stats(SITES[2].id, from_=start, to=start + 90)["traffic"]["pageviews"],
              "the last datagram")


if __name__ == "__main__":
    unittest.main()
