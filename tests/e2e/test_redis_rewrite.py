"""Somebody is forgotten while beacons come and Redis' append-only file is being written anew: it is written anew once more,
and what was erased is in no file of Redis afterwards; where that fails, it is said."""

import contextlib
import os
import re
import signal
import threading
import time
import unittest

from footfall import Client, expect, until
from redis_server import RedisServer, need_redis
from test_forget import VISITOR, beacons, forgotten, path
from test_redis_checkpoint import SITES, Shard, saved

SITE = SITES[0].id


def setUpModule():
    need_redis()


class Rewrite(unittest.TestCase):
    def setUp(self):
        self.redis = self.enterContext(RedisServer(aof=True, appendfsync="everysec", rdbcompression="no"))
        self.daemon = self.enterContext(Shard(self.redis, sites=SITES[:1]))
        self.sent, self.stop = 0, threading.Event()
        self.sender = threading.Thread(target=self.load)
        self.sender.start()
        self.addCleanup(self.rest)

    def load(self):
        client = Client(self.daemon.http)
        while not self.stop.is_set():
            views = [{"type": "page_view", "site": SITE, "visitor": f"v{self.sent + i}"} for i in range(20)]
            expect(client.post("/v1/events", views), 204)
            self.sent += len(views)
        client.close()

    def rest(self):
        self.stop.set()
        self.sender.join()

    def rewriting(self):
        said = self.redis.info("persistence")
        return not said["aof_rewrite_in_progress"] == said["aof_rewrite_scheduled"] == "0"

    def slow(self, microseconds):
        """What each key takes a rewrite, of which there are 100 more than there were."""
        for number in range(100):
            self.redis.ask("SET", f"filler-{number}", "x")
        self.redis.ask("CONFIG", "SET", "rdb-key-save-delay", microseconds)

    def forget(self):
        expect(self.daemon.office.request("DELETE", path(VISITOR, site=SITE)), 202)
        self.daemon.checkpoint()

    def test_one_under_way_is_followed_by_another(self):
        self.daemon.send([{**beacon, "site": SITE} for beacon in beacons(VISITOR, time.time())])
        self.assertIn(VISITOR.encode(), saved(self.redis))
        self.slow(5000)
        until(lambda: not self.rewriting(), "no rewrite of its own")
        self.redis.ask("BGREWRITEAOF")
        self.forget()
        forgotten(self.daemon)
        self.redis.ask("CONFIG", "SET", "rdb-key-save-delay", 0)
        self.assertNotIn("unverified", self.daemon.log)
        self.assertFalse(self.rewriting(), "it was waited for")
        data = saved(self.redis)
        self.assertIn(b"v0", data)  # it is the data
        self.assertNotIn(VISITOR.encode(), data)
        self.rest()
        self.assertEqual(self.daemon.stats(SITE)["traffic"]["pageviews"], self.sent + 1)

    def child(self):
        """The process by which Redis writes its file."""
        with open(f"/proc/{self.redis.process.pid}/task/{self.redis.process.pid}/children") as file:
            return [int(word) for word in file.read().split()]

    def test_one_that_fails_is_named(self):
        self.daemon.send([{**beacon, "site": SITE} for beacon in beacons(VISITOR, time.time())])
        until(lambda: not self.rewriting(), "no rewrite of its own")
        self.slow(20000)
        expect(self.daemon.office.request("DELETE", path(VISITOR, site=SITE)), 202)
        self.daemon.signal(signal.SIGUSR1)
        for pid in until(self.child, "the rewrite that was asked for"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.daemon.logged("unverified what=erase state=misconf")
        self.redis.ask("CONFIG", "SET", "rdb-key-save-delay", 0)
        forgotten(self.daemon)
        self.assertEqual(len(re.findall("unverified what=erase", self.daemon.log)), 1)
        self.redis.ask("BGREWRITEAOF")
        until(lambda: not self.rewriting(), "a file written anew")
        data = saved(self.redis)
        self.assertNotIn(VISITOR.encode(), data)


if __name__ == "__main__":
    unittest.main()
