"""Redis is away, and the disk that is to hold what comes meanwhile fills up or fails: beacons are refused by name, questions
are answered, and when either is back all that was answered counts once. Events have no id but those that were refused,
which are sent again: so nothing hides one that is there twice."""

import errno
import unittest

from faulty.sheet import FaultyDaemon
from footfall import Client, expect, until
from redis_server import RedisServer, need_redis, on_redis
from redis_views import SITE, RedisCase, metric, readiness, view, well

SPILL = "spill/journal-"


def write(error, **how):
    return {"write": {"error": error, "name": SPILL, **how}}


# What goes wrong, and the code of the refusals. room: bytes that are still written, so that it is within a group.
FAULTS = (
    ("a disk that is full", write(errno.ENOSPC), "store_full"),
    ("a disk that fills within the header of a group", write(errno.ENOSPC, room=20), "store_full"),
    ("a disk that fills within a record", write(errno.ENOSPC, room=100), "store_full"),
    ("a disk that fails within a record", write(errno.EIO, room=100), "store_failed"),
    ("a torn group that cannot be cut", {**write(errno.ENOSPC, room=100), "truncate": {"error": errno.EIO, "name": SPILL}},
     "store_full"),
    ("a sync that fails", {"sync": {"error": errno.EIO, "name": SPILL}}, "store_failed"),
    ("a disk found full by the sync", {"sync": {"error": errno.ENOSPC, "name": SPILL}}, "store_full"),
)


class Disk(RedisCase):
    options = ("store.durability=disk", "log.level=debug")

    def setUp(self):
        need_redis()

    def make(self, url, *options):
        return FaultyDaemon((SITE,), on_redis(self.redis, *self.options, *options, url=url))

    def each(self, step):
        for name, faults, code in FAULTS:
            with self.subTest(name), RedisServer(aof=True) as self.redis, self.make(self.redis.url) as self.daemon:
                self.sent = 0
                self.send(20, named=False)
                self.redis.kill()
                self.send(5, named=False)
                for operation, how in faults.items():
                    self.daemon.faults.set(operation, **how)
                self.refused = [view(f"refused-{i}") for i in range(12)]
                self.is_refused(code)
                step()
                self.again()
                well(self.daemon)
                self.assertEqual(metric(self.daemon, "footfall_store_spilled_bytes"), 0)
                self.send(5, named=False)
                self.holds()
                self.daemon.restart()
                self.holds()
                self.stream_holds()

    def is_refused(self, code):
        """Each connection has some of them in one request, and says so; what is known is told all the same."""
        for first in (0, 4, 8):
            client = Client(self.daemon.http)
            answer = expect(client.post("/v1/events", self.refused[first:first + 4]), 503)
            self.assertEqual(answer.json["code"], code)
            client.close()
        answer = until(lambda: (lambda a: a.status == 503 and a)(readiness(self.daemon)), "a refusal")
        self.assertEqual(answer.json["code"], code)
        views = self.daemon.stats(window="1h")["traffic"]["pageviews"]
        self.assertTrue(self.sent <= views <= self.sent + len(self.refused), views)

    def again(self):
        client = Client(self.daemon.http)
        until(lambda: client.post("/v1/events", self.refused).status == 204, "the end of refusals")
        client.close()
        self.sent += len(self.refused)

    def test_the_disk_is_well_before_redis_is(self):
        def step():
            self.daemon.faults.clear()
            until(lambda: readiness(self.daemon).status == 200, "beacons that are spilled again")
            self.send(5, named=False)
            self.holds_at_least()
            self.redis.start()
        self.each(step)

    def test_redis_is_back_before_the_disk_is(self):
        def step():
            self.redis.start()
            self.daemon.logged("redis_mode mode=draining")
            self.daemon.faults.clear()
        self.each(step)

    def test_a_crash_while_both_are_away(self):
        def step():
            self.daemon.kill()
            self.daemon.faults.clear()
            self.redis.start()
            self.daemon.start()
            until(lambda: metric(self.daemon, "footfall_store_spilled_bytes") == 0, "an empty spill")
        self.each(step)

    def holds_at_least(self):
        self.assertGreaterEqual(self.daemon.stats(window="1h")["traffic"]["pageviews"], self.sent)


if __name__ == "__main__":
    unittest.main()
