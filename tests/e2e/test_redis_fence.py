"""Two daemons on one shard: Redis fences the older, which says so, stops taking beacons, hands over what it had
answered and ends with 3; nothing that was answered is lost or doubled."""

import signal
import threading
import time
import unittest

from footfall import Client, Wire, expect, post_bytes, until
from redis_server import TO_CLIENT, TO_SERVER, Proxy
from redis_views import HANDOVER, SITE, RedisCase, digest, metric, spilling, view, views
from test_checkpoint import ctl
from test_redis_checkpoint import Shard

STRAYS = 8000


class Sender(threading.Thread):
    """Sends one beacon after the other until it is answered anything but 204. answered: how many were; unsure: the
    one whose answer did not come."""

    def __init__(self, address, name):
        super().__init__(daemon=True)
        self.address, self.named, self.answered, self.unsure = address, name, 0, 0

    def run(self):
        client = Client(self.address)
        try:
            while client.post("/v1/events", {**view(0, named=False), "id": f"{self.named}-{self.answered}"}).status == 204:
                self.answered += 1
            self.unsure = 1
        except OSError:
            self.unsure = 1
        except Exception:  # http.client's, of a connection that was closed
            self.unsure = 1
        finally:
            client.close()


class FenceCase(RedisCase):
    def ends_fenced(self, daemon):
        daemon.gone()
        self.assertEqual(daemon.process.returncode, 3, daemon.log)
        self.assertIn("house fenced", daemon.log)


class Fence(FenceCase):
    def test_the_older_ends_with_3(self):
        self.send(10)
        with self.make(self.redis.url) as newer:
            self.ends_fenced(self.daemon)  # within a second or so, though nothing is sent
            self.holds(newer)
            self.send(5, daemon=newer)
            self.holds(newer)

    def test_a_beacon_meets_the_fence(self):
        self.send(10, named=False)
        with self.make(self.redis.url) as newer:
            try:
                self.assertEqual(self.posts().status, 503)
            except OSError:
                pass  # it is gone already
            self.ends_fenced(self.daemon)
            self.holds(newer)

    def test_under_load_nothing_is_lost_or_doubled(self):
        senders = [Sender(self.daemon.http, f"s{i}") for i in range(8)]
        for sender in senders:
            sender.start()
        until(lambda: sum(s.answered for s in senders) > 200, "some traffic")
        with self.make(self.redis.url) as newer:
            self.ends_fenced(self.daemon)
            for sender in senders:
                sender.join(30)
            answered = sum(s.answered for s in senders)
            counted = views(newer)
            self.assertGreaterEqual(counted, answered)
            self.assertLessEqual(counted, answered + sum(s.unsure for s in senders))
            # What was not answered is sent again, and counts once.
            client = Client(newer.http)
            for s in senders:
                for i in range(max(0, s.answered - 3), s.answered + 1):
                    client.post("/v1/events", {**view(0, named=False), "id": f"{s.named}-{i}"})
            client.close()
            self.assertEqual(views(newer), answered + len(senders))

    def test_one_after_the_other(self):
        daemons = [self.daemon]
        for _ in range(4):
            self.send(3, daemon=daemons[-1])
            daemons.append(self.enterContext(self.make(self.redis.url)))
            self.ends_fenced(daemons[-2])
        self.holds(daemons[-1])


class FenceThreads(Fence):
    options = ("ingest.threads=2",)


class Handover(FenceCase):
    """The older is cut off from Redis while the newer takes the shard over."""

    def setUp(self):
        super().setUp()
        self.daemon.close()
        self.proxy = self.enterContext(Proxy(self.redis.address))
        self.daemon = self.enterContext(self.make(self.proxy.url))

    def cut_off(self, count):
        """The older has answered so many that are on its disk alone; the newer's daemon."""
        self.send(5, named=False)
        self.proxy.cut()
        self.send(count, named=False)
        spilling(self.daemon)
        newer = self.enterContext(self.make(self.redis.url))
        self.assertEqual(views(newer), 5)
        self.send(4, daemon=newer, named=False)
        return newer

    def handed_over(self, newer):
        until(lambda: views(newer) == self.sent, "what was handed over")
        until(lambda: self.redis.ask("HLEN", HANDOVER) == 0, "an empty handover")
        self.holds(newer)
        newer.kill()
        newer.start()
        self.holds(newer)

    def test_what_was_spilled_is_handed_over(self):
        newer = self.cut_off(30)
        self.proxy.mend()
        self.ends_fenced(self.daemon)
        self.assertIn("handed_over records=30", self.daemon.log)
        self.handed_over(newer)
        self.daemon.start()  # with the emptied spill, it takes the shard back
        self.ends_fenced(newer)
        self.holds()

    def test_who_was_forgotten_meanwhile_does_not_come_back(self):
        newer = self.cut_off(3)
        number = self.sent
        self.send(1, named=False)                 # the older's, on its disk alone
        self.sent += 1
        newer.send(view(number, named=False))     # the same visitor's, at the newer
        path = f"/v1/visitors/v{number}?site={SITE.id}"
        expect(newer.office.get(path), 200)
        expect(newer.office.request("DELETE", path), 202)
        self.proxy.mend()
        self.ends_fenced(self.daemon)
        self.handed_over(newer)                   # it counts all the same
        self.assertEqual(newer.office.get(path).status, 404)
        self.send(1, daemon=newer)
        self.assertEqual(expect(newer.office.get(f"/v1/visitors/v{self.sent - 1}?site={SITE.id}"), 200).status, 200)

    def test_what_is_repeated_by_its_id_counts_once(self):
        newer = self.cut_off(0)
        for number in range(self.sent, self.sent + 20):
            self.daemon.send(view(number))
            if number % 2:
                newer.send(view(number))
        self.sent += 20
        self.proxy.mend()
        self.ends_fenced(self.daemon)
        until(lambda: metric(newer, "footfall_store_strays_total", outcome="known") == 10, "repeats that are known")
        self.assertEqual(metric(newer, "footfall_store_strays_total", outcome="taken"), 10)
        self.handed_over(newer)
        self.daemon = newer

    def test_a_forget_is_handed_over(self):
        def known(number, daemon):
            return daemon.office.get(f"/v1/visitors/v{number}?site={SITE.id}").status
        newer = self.cut_off(0)
        expect(self.daemon.office.request("DELETE", f"/v1/visitors/v0?site={SITE.id}"), 202)
        self.assertEqual((known(0, newer), known(1, newer)), (200, 200))
        self.proxy.mend()
        self.ends_fenced(self.daemon)
        until(lambda: known(0, newer) == 404, "the visitor's end")
        self.assertEqual(known(1, newer), 200)
        newer.kill()
        newer.start()
        self.assertEqual((known(0, newer), known(1, newer)), (404, 200))

    def test_an_outcome_that_is_not_known_counts_once(self):
        """The older's last group was written; its answer did not come, and it is in the spill, too."""
        self.send(5, named=False)
        self.proxy.hold(TO_CLIENT)
        self.send(3, named=False)
        self.proxy.cut()
        self.send(10, named=False)
        newer = self.enterContext(self.make(self.redis.url))
        self.assertEqual(views(newer), 6)  # the first of the three was on its way
        self.proxy.mend()
        self.ends_fenced(self.daemon)
        self.handed_over(newer)

    def test_the_newer_is_killed_while_it_takes_it_in(self):
        newer = self.cut_off(300)
        self.proxy.mend()
        until(lambda: "handed_over" in self.daemon.log, "the handover")
        newer.kill()
        self.ends_fenced(self.daemon)
        newer.start()
        self.handed_over(newer)

    def test_items_that_are_gathered_while_strays_are_taken_stay_what_they_are(self):
        """Carts of a turn are given to the state together. Strays that come meanwhile are decoded in the same memory."""
        def cart(sku, **more):
            return {"type": "add_to_cart", "site": SITE.id, "visitor": sku, "items": [{"sku": sku, "price": 1, **more}]}

        def taken():
            return metric(newer, "footfall_store_strays_total", outcome="taken") or 0
        between = self.enterContext(Proxy(self.redis.address))
        self.proxy.cut()
        long = {"url": "https://shop.example/" + 1900 * "x"}  # a group of strays is a megabyte
        for first in range(0, STRAYS, 200):
            batch = [{**cart(f"stray-{number}"), **long} for number in range(first, first + 200)]
            expect(self.daemon.events.post("/v1/events", batch), 204)
        spilling(self.daemon)
        newer = self.enterContext(Shard(self.redis, url=between.url, sites=(SITE,)))
        wires, sent = [self.enterContext(Wire(newer.http)) for _ in range(14)], 0
        self.proxy.mend()
        while taken() < STRAYS:
            between.hold(TO_CLIENT)
            newer.signal(signal.SIGSTOP)  # so that it finds all of this at once, in this order
            for i, wire in enumerate(wires):
                if i == len(wires) // 2:
                    between.release()     # what the next strays wait for
                    time.sleep(0.01)
                wire.send(post_bytes(cart(f"fresh-{sent}", name=300 * "n")))  # is cut, and so copied
                sent += 1
            newer.signal(signal.SIGCONT)
            for wire in wires:
                self.assertEqual(wire.read().status, 204)
        state = digest(newer)
        newer.kill()
        status, out, err = ctl("check", "--config", newer.config_file, "--at", state["at"])
        self.assertEqual((status, err), (0, ""))
        self.assertIn(state["digest"], out)

    def test_redis_stays_away_and_the_next_start_delivers(self):
        newer = self.cut_off(30)
        self.daemon.kill()
        self.proxy.mend()
        self.daemon.start()  # it takes the shard back, and brings what was on its disk
        self.ends_fenced(newer)
        until(lambda: views(self.daemon) == self.sent, "what was on the disk")
        self.assertEqual(metric(self.daemon, "footfall_store_strays_total", outcome="taken"), 30)
        self.stream_holds()

    def test_a_late_group_of_the_older_is_refused(self):
        """What the older had sent reaches Redis when the newer has the shard."""
        self.send(5, named=False)
        self.proxy.hold(TO_SERVER)
        client = Client(self.daemon.http)
        sender = threading.Thread(target=client.post, args=("/v1/events", view(self.sent, named=False)), daemon=True)
        sender.start()
        newer = self.enterContext(self.make(self.redis.url))
        sender.join(30)
        client.close()
        self.sent += 1
        self.proxy.release()
        self.ends_fenced(self.daemon)
        self.handed_over(newer)


if __name__ == "__main__":
    unittest.main()
