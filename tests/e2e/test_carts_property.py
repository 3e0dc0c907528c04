"""Random histories as they happen: the carts that GET /v1/carts shows are those that the plain reference
has in that state, and who follows the cursor while they come sees every one."""

import os
import time
import unittest

from footfall import DEADLINE, SECOND, Daemon, expect, instant, site_config, taken
from beacons import HOUR, MINUTE
from histories import AT, SITES, history, wire
from reference import Reference

HISTORIES = int(os.environ.get("FOOTFALL_HISTORIES", "12")) // 3
FIRST_SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
STATES = ("abandoned", "open", "recovered")
KNOWN = 2  # of a visitor's carts, the last ones
PARTS = ((3 * MINUTE, "hours"), (2 * HOUR, "hours"), (10 * HOUR, "hours"), (5 * MINUTE, "minutes"))
YOUNG = 70 * HOUR  # older beacons are refused


class Mailer:
    """Follows one state of one site."""

    def __init__(self, daemon, site, state):
        self.daemon, self.site, self.state = daemon, site, state
        self.next, self.seen = None, set()

    def read(self, limit=3):
        """All that is new, in pieces; the instant of the last answer."""
        while True:
            query = {"state": self.state, "limit": limit, **({"after": self.next} if self.next else {})}
            answer = expect(self.daemon.stats_answer(self.site, "/v1/carts", **query), 200).json
            self.next = answer["next"]
            self.seen |= {name_of(cart) for cart in answer["carts"]}
            if not answer["carts"]:
                return instant(answer["generated_at"])


def name_of(cart):
    return cart["visitor"], instant(cart["opened"])


def listed(daemon, site, state):
    """The carts in a state, and the instant at which they were."""
    answer = expect(daemon.stats_answer(site, "/v1/carts", state=state, limit=1000), 200).json
    return [shown(cart, state) for cart in answer["carts"]], instant(answer["generated_at"])


def shown(cart, state):
    got = {"visitor": cart["visitor"], "opened": instant(cart["opened"]),
           "last": instant(cart["last_event"]), "checkout": cart["checkout"],
           "currency": cart["currency"], "value": cart["value"]}
    if state != "recovered":
        got["items"] = {i["sku"]: (i["quantity"], i["price"]) for i in cart["items"]}
    return got


def truth(cart, state):
    told = {"visitor": cart.visitor, "opened": cart.opened, "last": cart.last,
            "checkout": cart.checkout, "currency": cart.currency, "value": cart.value}
    if state == "recovered":
        bought = cart.purchase
        return {**told, "currency": bought.currency or bought.site.currency, "value": bought.value}
    return {**told, "items": cart.lines}


def expected(reference, site, state, now):
    """Of each visitor's last carts those that are in the state."""
    carts = {}
    for cart in reference.carts[site]:
        carts.setdefault(cart.visitor, []).append(cart)
    known = {id(cart) for mine in carts.values() for cart in mine[-KNOWN:]}
    return [truth(cart, state) for cart in reference.carts_in(site, state, now) if id(cart) in known]


def by_opening(carts):
    return sorted(carts, key=lambda c: (c["visitor"], c["opened"]))


class Carts(unittest.TestCase):
    def told(self, seed):
        """The last three days, as they are sent."""
        now, beacons = round(time.time()) * SECOND, []
        for part, (ago, pace) in enumerate(PARTS):
            for beacon in history(seed + 8000 + part, now - ago, pace, visitors=6, length=16):
                for key in {"id", "order", "visitor"} & set(beacon):
                    beacon[key] = f"{part}-{beacon[key]}"
                beacons.append(beacon)
        beacons.sort(key=lambda b: b[AT])
        return [wire(beacon) for beacon in beacons if beacon[AT] > now - YOUNG]

    def agree(self, daemon, reference, note):
        """What has only just come may be shown a little later."""
        end = time.monotonic() + DEADLINE
        for site in SITES:
            for state in STATES:
                while True:
                    got, now = listed(daemon, site.id, state)
                    want = expected(reference, site.id, state, now)
                    if by_opening(got) == by_opening(want) or time.monotonic() > end:
                        break
                    time.sleep(0.02)
                self.assertEqual(by_opening(got), by_opening(want), f"{note} {site.id} {state}")

    def test_they_are_the_references_and_a_mailer_misses_none(self):
        found = 0
        for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                sent = self.told(seed)
                reference = Reference(taken(sent, imported=False), site_config(SITES))
                mailers = [Mailer(daemon, site.id, state) for site in SITES for state in STATES]
                for i in range(0, len(sent), 200):
                    daemon.send(sent[i:i + 200])
                    if i % 400 == 0:
                        daemon.restart()
                    for mailer in mailers:
                        mailer.read()
                self.agree(daemon, reference, f"seed {seed},")
                daemon.checkpoint()
                daemon.restart()
                self.agree(daemon, reference, f"seed {seed}, from a checkpoint,")
                for mailer in mailers:
                    now = mailer.read()
                    want = {(c["visitor"], c["opened"])
                            for c in expected(reference, mailer.site, mailer.state, now)}
                    self.assertLessEqual(want, mailer.seen, f"seed {seed}, {mailer.site} {mailer.state}")
                    found += len(want)
        self.assertGreater(found, 10 * HISTORIES)


if __name__ == "__main__":
    unittest.main()
