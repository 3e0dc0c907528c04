"""kill -9 at random moments: what was answered is there afterwards, once."""

import http.client
import os
import random
import threading
import time
import unittest

from footfall import SECOND, Client, Daemon, Failure, agree, site_config, taken
from beacons import MINUTE
from histories import Site, history, wire
from reference import Reference

SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
KILLS = int(os.environ.get("FOOTFALL_KILLS", "10"))
SENDERS = 4
SITE = Site("crash-shop")  # a port may pass to another test's daemon, which knows no such site


class Sender(threading.Thread):
    """Sends the stories of its own visitors in their order, a few events at a time, and repeats
    each request, ids and all, until it is answered."""

    def __init__(self, seed, place):
        super().__init__(daemon=True)
        self.random, self.place = random.Random(seed), place
        end = round(time.time()) * SECOND - 5 * MINUTE
        self.told = [wire(b) for b in history(seed, end, "minutes", (SITE,), 4, 60)]
        for number, beacon in enumerate(self.told):
            beacon["id"] = f"{seed}-{number}"
            for key in ("visitor", "order", "ticket"):
                if key in beacon:
                    beacon[key] = f"{seed}-{beacon[key]}"
        self.answered, self.trouble = 0, None

    def run(self):
        try:
            while self.answered < len(self.told):
                n = self.random.randint(1, 6)
                self.insist(self.told[self.answered:self.answered + n])
                self.answered += n
        except BaseException as trouble:
            self.trouble = trouble

    def insist(self, events):
        end, last = time.monotonic() + 60, None
        while time.monotonic() < end:
            client = Client(self.place())
            try:
                last = client.post("/v1/events", events)
                if last.status == 204:
                    return
            except (OSError, http.client.HTTPException) as trouble:
                last = trouble
            finally:
                client.close()
            time.sleep(0.005)
        raise Failure(f"not taken within a minute, at last {last!r}: {events}")


class Crash(unittest.TestCase):
    def run_through(self, seed, options):
        """All senders from beginning to end, with kills at random moments between."""
        rng = random.Random(seed)
        with Daemon((SITE,), options) as daemon:
            senders = [Sender(seed * 100 + n, lambda: daemon.http) for n in range(SENDERS)]
            total = sum(len(sender.told) for sender in senders)
            for sender in senders:
                sender.start()
            for kill in range(1, KILLS + 1):
                self.wait_for(senders, total * kill / (KILLS + 2))
                time.sleep(rng.uniform(0, 0.02))  # anywhere within the work on some request
                daemon.restart()
            for sender in senders:
                sender.join(120)
                self.assertFalse(sender.is_alive())
                if sender.trouble:
                    raise sender.trouble
            self.judge(daemon, senders)

    def wait_for(self, senders, answered):
        end = time.monotonic() + 60
        while sum(sender.answered for sender in senders) < answered:
            if any(sender.trouble for sender in senders) or time.monotonic() > end:
                return
            time.sleep(0.001)

    def judge(self, daemon, senders):
        events = [event for sender in senders for event in sender.told]
        reference = Reference(taken(events, imported=False), site_config((SITE,)))
        now = int(time.time())
        whole = {"from_": now - 86400, "to": now + 3600}
        agree(self, reference, daemon, SITE.id, "after the last crash:", **whole)
        daemon.restart()
        agree(self, reference, daemon, SITE.id, "after one more:", **whole)
        daemon.stop()
        daemon.start()
        agree(self, reference, daemon, SITE.id, "after a stop:", **whole)

    def test_what_was_answered_counts_once_with_disk_durability(self):
        self.run_through(SEED, ["store.durability=disk"])

    def test_what_was_answered_counts_once_with_process_durability(self):
        self.run_through(SEED + 1, ["store.durability=process"])

    def test_it_holds_over_small_segments(self):
        self.run_through(SEED + 2, ["store.segment_bytes=64k"])


class Store(unittest.TestCase):
    def test_a_torn_tail_is_cut_and_the_rest_is_there(self):
        with Daemon((SITE,)) as daemon:
            for n in range(20):
                daemon.send({"type": "page_view", "site": SITE.id, "visitor": f"v{n}"})
            daemon.kill()
            path = self.newest_segment(daemon)
            with open(path, "ab") as file:
                file.write(b"\x17" * 11)
            daemon.start()
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 20)
            daemon.send({"type": "page_view", "site": SITE.id, "visitor": "next"})
            daemon.restart()
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 21)

    def newest_segment(self, daemon):
        store = os.path.join(daemon.directory, "store")
        files = [os.path.join(folder, name) for folder, _, names in os.walk(store) for name in names]
        return max(files, key=os.path.getsize)

    def test_a_second_daemon_on_the_same_store_is_refused(self):
        with Daemon((SITE,)) as daemon:
            daemon.send({"type": "page_view", "site": SITE.id, "visitor": "v"})
            other = Daemon((SITE,), [f"store.path={daemon.directory}/store"])
            self.addCleanup(other.close)
            with self.assertRaisesRegex(Failure, "ended with 1 "):
                other.start()
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 1)

    def test_orders_repeats_and_carts_are_remembered_over_a_stop(self):
        with Daemon((SITE,)) as daemon:
            buy = {"type": "purchase", "site": SITE.id, "visitor": "v", "order": "o", "value": 10}
            add = {"type": "add_to_cart", "site": SITE.id, "visitor": "v", "items": [{"sku": "a"}]}
            daemon.send([{**add, "id": "1"}])
            daemon.stop()
            daemon.start()
            daemon.send([{**add, "id": "1"}, {**buy, "id": "2"}])
            daemon.restart()
            daemon.send([{**buy, "id": "3"}, {"type": "refund", "site": SITE.id, "order": "o"}])
            answer = daemon.stats(window="1h")
            self.assertEqual(answer["cart"]["carts_converted"], 1)
            self.assertEqual(answer["orders"]["duplicates"], 1)
            self.assertEqual(answer["orders"]["refunded"], {"EUR": 10})
            self.assertEqual(answer["traffic"]["sessions"], 1)


if __name__ == "__main__":
    unittest.main()
