"""Support tickets on the real daemon: in any order of arrival, late, through restarts and checkpoints."""

import random
import time
import unittest

from footfall import Site, expect, running
from test_checkpoint import checkpoint, ctl, digest

NOW = round(time.time())
START = NOW - 7200
SITES = (Site("shop"), Site("other"))
WINDOW = {"from_": START - 60, "to": NOW + 60}


def event(kind, at, ticket="t", **fields):
    return {"type": f"support_{kind}", "site": "shop", "ticket": ticket, "time": START + at, **fields}


def support_of(events):
    """The section as metrics.md has it, from the events in the order of the journal."""
    tickets, replies, resolutions, opened_ones = {}, [], [], 0
    for e in sorted(events, key=lambda e: e["time"]):
        tickets.setdefault(e["ticket"], []).append(e)
    for mine in tickets.values():
        opened = next((e["time"] for e in mine if e["type"] == "support_open"), None)
        if opened is None:
            continue
        opened_ones += 1
        replies += [e["time"] - opened for e in mine
                    if e["type"] == "support_reply" and e["time"] >= opened][:1]
        last = [e for e in mine if e["type"] != "support_reply"][-1]
        resolutions += [last["time"] - opened] if last["type"] == "support_resolve" else []
    mean = lambda times: sum(times) / len(times) if times else None
    return {"first_response_seconds": mean(replies), "resolution_seconds": mean(resolutions),
            "tickets_opened": opened_ones, "tickets_answered": len(replies), "tickets_resolved": len(resolutions),
            "tickets_open": opened_ones - len(resolutions)}


def support(daemon, site="shop", **window):
    found = daemon.stats(site, **(window or WINDOW))["support"]
    return {name: value if value is None or isinstance(value, int) else float(value) for name, value in found.items()}


class Support(unittest.TestCase):
    def agree(self, daemon, events):
        found, expected = support(daemon), support_of(events)
        self.assertEqual(set(found), set(expected))
        for name, value in expected.items():
            if value is None:
                self.assertIsNone(found[name], name)
            else:
                self.assertAlmostEqual(found[name], value, delta=1e-9 * max(1, value), msg=name)

    def test_a_ticket_goes_its_way(self):
        with running(SITES) as daemon:
            told = []
            for e in (event("open", 0), event("reply", 90), event("reply", 100), event("resolve", 600),
                      event("open", 700), event("resolve", 1000)):
                daemon.send(e)
                told.append(e)
                self.agree(daemon, told)
            self.assertEqual(support(daemon)["first_response_seconds"], 90)
            self.assertEqual(support(daemon)["resolution_seconds"], 1000)
            self.assertEqual(support(daemon, "other"), support_of([]))
            self.assertEqual(daemon.stats("shop", **WINDOW)["traffic"]["sessions"], 0)

    def test_it_counts_at_its_opening(self):
        with running(SITES) as daemon:
            daemon.send([event("resolve", 4000), event("open", 0), event("reply", 3900)])
            start = START // 60 * 60
            at = support(daemon, from_=start, to=start + 60)
            self.assertEqual((at["tickets_opened"], at["first_response_seconds"], at["resolution_seconds"]),
                             (1, 3900, 4000))
            self.assertEqual(support(daemon, from_=start + 120, to=NOW)["tickets_opened"], 0)

    def test_any_order_of_arrival_through_restarts_and_checkpoints(self):
        rng = random.Random(11)
        events = [event(rng.choice(("open", "reply", "resolve", "open", "reply", "resolve")), rng.randrange(40) * 60,
                        f"t{rng.randrange(12)}", id=str(i)) for i in range(80)]
        with running(SITES) as daemon:
            for i, e in enumerate(events):
                daemon.send(e)
                if i % 27 == 10:
                    checkpoint(daemon)
                if i % 20 == 19:
                    daemon.restart()
                    self.agree(daemon, events[:i + 1])
            self.agree(daemon, events)
            daemon.send(events[5])  # again: the same event
            self.agree(daemon, events)
            before = digest(daemon)
            daemon.stop()
            code, out, err = ctl("check", "--config", daemon.config_file, daemon.directory + "/store", "--at", before["at"])
            self.assertEqual((code, before["digest"] in out), (0, True), out + err)
            daemon.start()
            self.agree(daemon, events)

    def test_the_one_touched_longest_ago_gives_way_and_its_numbers_stay(self):
        with running(SITES, ["limits.tickets=2"]) as daemon:
            daemon.send([event("open", 0, "a"), event("open", 1, "b"), event("reply", 2, "a"), event("open", 3, "c"),
                         event("resolve", 9, "b")])
            found = support(daemon)
            self.assertEqual((found["tickets_opened"], found["tickets_open"], found["tickets_answered"]), (3, 3, 1))
            text = expect(daemon.office.get("/metrics"), 200).body.decode()
            self.assertIn('footfall_state_evicted_total{table="tickets"} 2', text)
            self.assertIn('footfall_state_entries{table="tickets"} 2', text)

    def test_last_years_tickets_are_imported_as_they_were(self):
        day = 86400
        with running(SITES) as daemon:
            events = [event("open", -500 * day), event("resolve", -499 * day), event("open", -3 * day),
                      event("reply", -3 * day + 60)]
            daemon.bring(events)
            year = support(daemon, from_=NOW - 600 * day, to=NOW)
            self.assertEqual((year["tickets_opened"], year["tickets_resolved"], year["resolution_seconds"],
                              year["first_response_seconds"]), (2, 1, day, 60))


if __name__ == "__main__":
    unittest.main()
