"""Others read the journal on Redis as ARCHITECTURE.md says: with XREAD, from plain Python."""

import re
import threading
import time
import unittest

from footfall import Client, Daemon, Site, expect, until
from beacons import MINUTE
from histories import SITES, history, wire
from redis_server import RedisServer, need_redis, on_redis
from redis_stream import RECEIVED, VERSION, Stream
from test_property import now_less

SITE = Site("shop")
GROUP = 1 << 20  # bytes, about


def setUpModule():
    need_redis()


def view(number, **more):
    return {"type": "page_view", "site": SITE.id, "id": f"e{number}", "visitor": f"v{number % 7}",
            "url": f"https://shop.example/p/{number}", **more}


class Case(unittest.TestCase):
    def setUp(self):
        self.redis = self.enterContext(RedisServer(aof=True, rdbcompression="no"))
        self.daemon = self.enterContext(Daemon((SITE,), on_redis(self.redis)))
        self.reader = self.enterContext(self.redis.client())
        self.stream = Stream(self.reader)

    def read(self, count, wait=5):
        """The next records, as many as there must be."""
        found = []
        until(lambda: found.extend(self.stream.records(wait)) or len(found) >= count, f"{count} records")
        self.assertEqual(len(found), count)
        return found

    def shown(self, records):
        return [record.event["id"] for record in records]


class Reading(Case):
    def test_a_reader_sees_each_event_with_all_that_it_said(self):
        sent = view(1, title="Jacke – blau", time=round(time.time()) - 60)
        buy = {"type": "purchase", "site": SITE.id, "id": "b1", "visitor": "v1", "order": "o1", "value": "59.97",
               "currency": "EUR", "items": [{"sku": "a", "name": "Jacke", "price": "29.985", "quantity": 2}]}
        self.daemon.send([sent, buy])
        one, two = self.read(2)
        self.assertEqual((one.seq, two.seq), (1, 2))
        self.assertEqual({key: one.event[key] for key in sent}, {**sent, "time": sent["time"] * 10**6})
        self.assertEqual(two.event["value"], 599700)
        self.assertEqual(two.event["items"], [{0: "a", 1: "Jacke", 5: 299850, 6: 2}])
        self.assertIn(one.map[VERSION], (1, 2))
        self.assertLess(abs(one.map[RECEIVED] - time.time() * 1e6), 60e6)

    def test_a_reader_follows_what_is_being_written(self):
        """Each record when it is answered, in one order, none left out."""
        found, done = [], threading.Event()

        def follow():
            with self.redis.client() as client:
                stream = Stream(client)
                while not done.is_set() or len(found) < 300:
                    found.extend(stream.records(0.05))
        reader = threading.Thread(target=follow, daemon=True)
        reader.start()
        for i in range(0, 300, 3):
            self.daemon.send([view(n) for n in range(i, i + 3)])
        done.set()
        reader.join(30)
        self.assertFalse(reader.is_alive())
        self.assertEqual([record.seq for record in found], list(range(1, 301)))
        self.assertEqual(self.shown(found), [f"e{n}" for n in range(300)])

    def test_what_was_answered_is_there_when_the_answer_comes(self):
        for n in range(50):
            self.daemon.send(view(n))
            self.assertEqual(self.shown(self.stream.records()), [f"e{n}"])

    def test_an_entry_is_a_group_and_not_a_record(self):
        """Of many connections at once, and of a batch."""
        def send(worker):
            client = Client(self.daemon.http)
            for n in range(25):
                expect(client.post("/v1/events", [view(1000 * worker + 10 * n + i) for i in range(10)]), 204)
            client.close()
        threads = [threading.Thread(target=send, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = [entry for entry in self.stream.entries() if entry.records]
        self.assertEqual(sum(len(entry.records) for entry in entries), 2000)
        self.assertLessEqual(len(entries), 200)

    def test_groups_have_a_ceiling(self):
        long = "x" * 1900
        for _ in range(3):
            expect(self.daemon.office.post("/v1/import", "\n".join(
                '{"type":"page_view","site":"shop","visitor":"v","url":"/%s"}' % long for _ in range(500)),
                "application/x-ndjson"), 204)
        sizes = [len(dict(zip(flat[::2], flat[1::2])).get(b"group", b""))
                 for _, flat in self.reader.call("XRANGE", self.stream.key("journal"), "-", "+")]
        self.assertLess(max(sizes), GROUP + 4096)
        self.assertEqual(len(self.read(1500)), 1500)


class Epochs(Case):
    def test_a_takeover_is_told_and_ids_only_rise(self):
        self.daemon.send([view(n) for n in range(5)])
        self.daemon.restart()
        self.daemon.send([view(n) for n in range(5, 8)])
        entries = list(self.stream.entries())
        begins = [entry for entry in entries if entry.begin is not None]
        self.assertEqual([(entry.number, entry.begin) for entry in begins], [(0, 0), (0, 5)])
        self.assertRegex(begins[1].by, rf":{self.daemon.process.pid}$")
        ids = [(entry.epoch, entry.number) for entry in entries]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertGreater(begins[1].epoch, begins[0].epoch)
        for entry in entries:
            self.assertIn(entry.epoch, [begin.epoch for begin in begins])
            if entry.records:
                self.assertEqual(entry.number, entry.records[-1].seq)

    def test_a_reader_that_was_away_goes_on_where_it_was(self):
        self.daemon.send([view(n) for n in range(5)])
        self.assertEqual(len(self.read(5)), 5)
        self.daemon.restart()
        self.daemon.send([view(n) for n in range(5, 12)])
        self.assertEqual(self.shown(self.read(7)), [f"e{n}" for n in range(5, 12)])

    def test_a_history_is_read_as_it_was_sent(self):
        with Daemon(SITES, on_redis(self.redis, "store.redis.shard=other")) as daemon:
            beacons = [{**wire(beacon), "id": f"h{n}"}
                       for n, beacon in enumerate(history(11, now_less(2 * MINUTE), "hours"))]
            daemon.bring(beacons)
            stream = Stream(self.reader, shard="other")
            records = list(stream.records())
        self.assertEqual([record.event["id"] for record in records], [beacon["id"] for beacon in beacons])
        self.assertEqual([record.event["type"] for record in records], [beacon["type"] for beacon in beacons])
        self.assertEqual(list(self.stream.records()), [], "nothing of another shard")


class Forgetting(Case):
    def test_what_is_forgotten_leaves_the_stream_and_its_numbers_stay(self):
        for n in range(20):
            self.daemon.send(view(n, visitor=f"who-{n % 7}."))
        self.daemon.checkpoint()
        expect(self.daemon.office.request("DELETE", f"/v1/visitors/who-3.?site={SITE.id}"), 202)
        self.daemon.checkpoint()
        records = until(lambda: self.erased(), "a stream without what was forgotten")
        stream = self.redis.ask("DUMP", self.stream.key("journal"))
        self.assertEqual([stream.count(b"who-%d." % n) for n in range(7)], [3, 3, 3, 0, 3, 3, 2])
        until(lambda: b"who-3." not in self.rewritten(), "a file without it")
        self.assertIn(b"who-2.", self.redis.saved())
        self.assertEqual([record.seq for record in records], list(range(1, len(records) + 1)))
        self.assertEqual([record.seq for record in records if record.erased], [4, 11, 18])
        self.assertTrue(any(record.note for record in records))

    def rewritten(self):
        """What Redis has on disk after it has written its file anew, which it may have begun by itself."""
        def idle():
            said = self.redis.info("persistence")
            return said["aof_rewrite_in_progress"] == said["aof_rewrite_scheduled"] == "0"
        until(idle, "a file written anew")
        self.redis.ask("BGREWRITEAOF")
        until(idle, "a file written anew")
        return self.redis.saved()

    def erased(self):
        """The records, once some have no body."""
        records = list(Stream(self.reader).records())
        return any(record.erased for record in records) and records


if __name__ == "__main__":
    unittest.main()
