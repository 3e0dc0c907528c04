"""GET and DELETE /v1/visitors/ID: what is known of a visitor, and forgetting it, on the disk too."""

import errno
import os
import re
import signal
import subprocess
import time
import unittest
from urllib.parse import quote

from faulty.sheet import FaultyDaemon
from footfall import FOOTFALLCTL, Daemon, Site, expect, instant, lasting, until

MINUTE = 60
# Nothing else in a store or a log looks like these.
VISITOR, CUSTOMER, COMMENT, PAGE = "vis/Käthe 4711", "cust-Ωmega-4712", "kommentar-4713", "geheim-4714"
TRACES = [VISITOR.encode(), CUSTOMER.encode(), COMMENT.encode(), PAGE.encode()]


def beacons(visitor, now, **more):
    return [{"type": "page_view", "visitor": visitor, "time": now - 70 * MINUTE, "url": f"https://shop.example/{PAGE}", **more},
            {"type": "add_to_cart", "visitor": visitor, "time": now - 69 * MINUTE,
             "items": [{"sku": "tea", "name": "Assam", "price": "2.50"}], **more},
            {"type": "survey", "visitor": visitor, "time": now - 68 * MINUTE, "kind": "csat", "score": 4,
             "comment": COMMENT, **more}]


def others(now, n=20):
    return [{"type": "add_to_cart", "visitor": f"other-{i}", "time": now - 65 * MINUTE + i, "id": f"e{i}-{now}",
             "items": [{"sku": "tea", "price": "1"}]} for i in range(n)]


def path(visitor, **query):
    return f"/v1/visitors/{quote(visitor, safe='')}?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in query.items())


class Store:
    """The files of a daemon's store."""

    def __init__(self, daemon):
        self.directory = os.path.join(daemon.directory, "store")

    def files(self):
        return [os.path.join(at, name) for at, _, names in os.walk(self.directory) for name in names]

    def traces(self, of=TRACES):
        """The files that hold any of these."""
        found = []
        for name in self.files():
            try:
                with open(name, "rb") as file:
                    data = file.read()
            except FileNotFoundError:  # just replaced
                continue
            found += [(os.path.basename(name), trace) for trace in of if trace in data]
        return found


def forgotten(daemon, times=1):
    """Has the next checkpoint written, until what was to be forgotten is off the disk."""
    def done():
        daemon.signal(signal.SIGUSR1)
        return len(re.findall("forgotten upto", daemon.log)) >= times
    until(done, f"a log line that says so:\n{daemon.log}")


def digest(daemon):
    return expect(daemon.office.get("/v1/digest"), 200).json


def check(daemon, at):
    out = subprocess.run([FOOTFALLCTL, "check", "--config", daemon.config_file, "--at", at, f"{daemon.directory}/store"],
                         capture_output=True, text=True, timeout=60)
    return out.returncode, out.stdout + out.stderr


class Visitors(unittest.TestCase):
    def test_a_visitor_is_shown_as_it_is_now(self):
        with Daemon() as daemon:
            daemon.send(beacons(VISITOR, time.time()))
            answer = expect(daemon.office.get(path(VISITOR)), 200).json
            self.assertEqual((answer["site"], answer["visitor"]), ("default", VISITOR))
            self.assertEqual((answer["session"]["pageviews"], answer["session"]["over"]), (1, True))
            self.assertEqual(answer["session"]["entry_page"], f"/{PAGE}")
            self.assertEqual((answer["cart"]["state"], answer["cart"]["visitor"]), ("abandoned", VISITOR))
            self.assertEqual(daemon.office.get(path("nobody")).status, 404)
            self.assertEqual(daemon.office.get("/v1/visitors/%").status, 400)
            self.assertEqual(daemon.events.get(path(VISITOR)).status, 404)

    def test_only_the_owner_may_have_a_visitor_forgotten(self):
        with Daemon() as daemon:
            daemon.send(beacons(VISITOR, time.time()))
            ask = daemon.office.request
            self.assertEqual(ask("DELETE", path(VISITOR), headers={"Origin": "http://127.0.0.1"}).status, 403)
            self.assertEqual(ask("DELETE", path(VISITOR), headers={"Host": "shop.example"}).status, 403)
            self.assertEqual(ask("POST", path(VISITOR)).status, 405)
            self.assertEqual(ask("DELETE", "/v1/visitors/").status, 400)
            self.assertEqual(ask("DELETE", path(VISITOR, customer="")).status, 400)
            self.assertEqual(ask("DELETE", path(VISITOR, site="nowhere")).status, 400)
            self.assertEqual(daemon.events.request("DELETE", path(VISITOR)).status, 404)
            self.assertEqual(daemon.office.get(path(VISITOR)).status, 200)


class Forget(unittest.TestCase):
    def forget(self, daemon, visitor=VISITOR, **query):
        before = time.time()
        answer = expect(daemon.office.request("DELETE", path(visitor, **query)), 202).json
        self.assertLessEqual(instant(answer["deadline"]), (before + 3600 + 60) * 1e6)
        self.assertGreaterEqual(instant(answer["deadline"]), (before + 3600 - 60) * 1e6)

    def test_nothing_of_a_visitor_is_left(self):
        with Daemon(options=["store.segment_bytes=64k"]) as daemon:
            now, store = time.time(), Store(daemon)
            daemon.send(others(now) + beacons(VISITOR, now, customer=CUSTOMER))
            daemon.send(beacons("somebody-else", now) + beacons("on-another-device", now, customer=CUSTOMER))
            daemon.signal(signal.SIGUSR1)
            daemon.logged("checkpoint seq")
            self.assertEqual({trace for _, trace in store.traces()}, set(TRACES))
            before = lasting(daemon.stats_answer(window="24h"))
            self.forget(daemon, customer=CUSTOMER)
            # At once for who asks; the numbers stay.
            self.assertEqual(daemon.office.get(path(VISITOR)).status, 404)
            carts = expect(daemon.office.get("/v1/carts?limit=1000"), 200).json["carts"]
            self.assertNotIn(VISITOR, [cart["visitor"] for cart in carts])
            self.assertEqual(len(carts), 22)
            self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)
            forgotten(daemon)
            self.assertEqual(store.traces([VISITOR.encode(), CUSTOMER.encode()]), [])
            self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)
            # What others have sent is there; of those that were erased nothing is exported.
            exported = subprocess.run([FOOTFALLCTL, "export", f"{daemon.directory}/store"], capture_output=True,
                                      text=True, check=True).stdout
            self.assertNotIn("4711", exported)
            self.assertNotIn("4712", exported)
            self.assertEqual(exported.count("\n"), 23)
            live = digest(daemon)
            code, text = check(daemon, live["at"])
            self.assertEqual(code, 0, text)
            self.assertIn(live["digest"], text)
            self.assertIn("6 of them erased", text)
            daemon.restart()
            self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)
            self.assertEqual(check(daemon, digest(daemon)["at"])[0], 0)
            # Who comes again is new.
            daemon.send(beacons(VISITOR, time.time()))
            self.assertEqual(expect(daemon.office.get(path(VISITOR)), 200).json["session"]["new_visitor"], True)

    def test_texts_go_when_the_last_to_bring_them_goes(self):
        with Daemon() as daemon:
            store = Store(daemon)
            daemon.send(others(time.time()) + beacons(VISITOR, time.time()))
            self.forget(daemon)
            forgotten(daemon)
            # The page may be a line of a breakdown: sums stay.
            self.assertEqual(store.traces([VISITOR.encode(), COMMENT.encode()]), [])
            self.assertEqual([name for name, _ in store.traces([PAGE.encode()]) if name.startswith("journal")], [])

    def test_a_cart_counts_as_abandoned_when_its_visitor_is_forgotten(self):
        with Daemon() as daemon:
            daemon.send([{"type": "add_to_cart", "visitor": VISITOR, "items": [{"sku": "tea", "price": "3"}]}])
            self.forget(daemon)
            cart = daemon.stats()["cart"]
            self.assertEqual((cart["carts_open"], cart["carts_abandoned"]), (0, 1))

    def test_it_is_done_in_time_without_being_asked(self):
        with Daemon(options=["store.forget_within=2s", "store.checkpoint_every=1d"]) as daemon:
            daemon.send(beacons(VISITOR, time.time()))
            expect(daemon.office.request("DELETE", path(VISITOR)), 202)
            daemon.logged("forgotten upto")
            self.assertEqual(Store(daemon).traces([VISITOR.encode(), COMMENT.encode()]), [])

    def test_many_are_forgotten_under_load(self):
        with Daemon(options=["store.checkpoint_records=1000", "ingest.threads=1", "store.segment_bytes=64k"],
                    sites=(Site("a"), Site("b"))) as daemon:
            now, store = time.time(), Store(daemon)
            names = [f"someone-{i}-4711" for i in range(12)]
            for i, name in enumerate(names):
                daemon.send([{**b, "site": "ab"[i % 2]} for b in beacons(name, now) + others(now + i, 50)])
                expect(daemon.office.request("DELETE", path(name, site="ab"[i % 2])), 202)
                # Of the same name, but the other shop's: it stays.
                daemon.send([{**b, "site": "ba"[i % 2]} for b in beacons(name, now)[:2]])
            daemon.send([{**b, "site": "a"} for b in others(now + 99, 5)])
            def journaled(trace):
                return sum(name.startswith("journal") for name, _ in store.traces([trace]))
            def gone():
                daemon.signal(signal.SIGUSR1)
                return journaled(COMMENT.encode()) == 0
            until(gone, "no comment in the journal")
            self.assertTrue(all(journaled(name.encode()) for name in names))
            at = digest(daemon)
            code, text = check(daemon, at["at"])
            self.assertEqual(code, 0, text)
            self.assertIn(at["digest"], text)

    def test_more_than_there_is_room_for_are_told_to_come_again(self):
        with Daemon(options=["limits.forgets=2"]) as daemon:
            daemon.send(others(time.time()))
            for i in range(2):
                self.forget(daemon, f"other-{i}")
            self.assertEqual(daemon.office.request("DELETE", path("other-2")).status, 503)
            self.assertEqual(daemon.office.get(path("other-2")).status, 200)
            forgotten(daemon)
            self.forget(daemon, "other-2")


class Broken(unittest.TestCase):
    """Whatever fails while the visitor is taken off the disk, and whoever dies there: it is done later."""

    STEPS = (("write", "new-checkpoint"), ("rename", "/checkpoint"), ("unlink", "/checkpoint"), ("create", "new-journal"),
             ("write", "new-journal"), ("date", "new-journal"), ("sync", "new-journal"), ("rename", "/journal"))

    def sent(self, daemon):
        now = time.time()
        daemon.send(others(now, 300) + beacons(VISITOR, now))
        daemon.signal(signal.SIGUSR1)
        daemon.logged("checkpoint seq")
        expect(daemon.office.request("DELETE", path(VISITOR)), 202)
        return lasting(daemon.stats_answer(window="24h"))

    def done(self, daemon, before):
        """It is done, once all is well, and nothing else has changed."""
        forgotten(daemon)
        self.assertEqual(Store(daemon).traces([VISITOR.encode(), COMMENT.encode()]), [])
        self.assertEqual(daemon.office.get(path(VISITOR)).status, 404)
        self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)
        at = digest(daemon)
        code, text = check(daemon, at["at"])
        self.assertEqual(code, 0, text)
        self.assertIn(at["digest"], text)
        daemon.restart()
        self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)

    def test_a_step_that_fails_is_told_of_and_done_again(self):
        for operation, name in self.STEPS:
            with self.subTest(f"{operation} {name}"), FaultyDaemon(options=["store.segment_bytes=64k"]) as daemon:
                before = self.sent(daemon)
                with daemon.faults.fault(operation, name=name, error=errno.EIO):
                    daemon.signal(signal.SIGUSR1)
                    daemon.logged("checkpoint_failed")
                self.assertGreater(daemon.faults.get(operation, "faulted"), 0)
                self.assertNotEqual(Store(daemon).traces([VISITOR.encode()]), [])
                self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)
                daemon.restart()  # or else it is tried again in a minute
                self.done(daemon, before)

    def test_a_kill_in_the_middle_leaves_it_to_be_done(self):
        for operation, name in self.STEPS:
            with self.subTest(f"{operation} {name}"), FaultyDaemon(options=["store.segment_bytes=64k"]) as daemon:
                before = self.sent(daemon)
                with daemon.faults.held(operation, name=name):
                    daemon.signal(signal.SIGUSR1)
                    until(lambda: daemon.faults.get(operation, "waiting"), "the step")
                    daemon.kill()
                daemon.start()
                self.assertEqual(daemon.office.get(path(VISITOR)).status, 404)
                self.assertEqual(lasting(daemon.stats_answer(window="24h")), before)
                self.done(daemon, before)


if __name__ == "__main__":
    unittest.main()
