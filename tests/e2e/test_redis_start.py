"""How a daemon starts on Redis: what it waits for, what it does not, how it ends then, and what it says.
Against a real redis-server."""

import re
import signal
import time
import unittest

from footfall import Daemon, Site
from redis_server import PROGRAM, RedisServer, need_redis, on_redis, version

SITE = Site("shop")


def setUpModule():
    need_redis((0, 0))


class Case(unittest.TestCase):
    def setUp(self):
        self.redis = RedisServer(aof=True)
        self.redis.start()
        self.addCleanup(self.redis.close)

    def ends(self, status, *options, url=None, within=30):
        """Starts a daemon that ends by itself, with that status; gives what it has logged."""
        daemon = Daemon((SITE,), on_redis(self.redis, *options, url=url))
        try:
            daemon.spawn()
            self.assertEqual(daemon.process.wait(within), status, daemon.log)
            daemon.reader.join(within)
            return daemon.log
        finally:
            daemon.close()


if PROGRAM and version() < (6, 2):
    class Old(Case):
        def test_a_server_before_6_2_is_refused_and_named(self):
            began = time.monotonic()
            self.assertRegex(self.ends(1), r"error house store why=.*redis_too_old: Redis 6\.2 or later is needed")
            self.assertLess(time.monotonic() - began, 20)
            self.assertEqual(self.redis.ask("DBSIZE"), 0)


class Start(Case):
    @classmethod
    def setUpClass(cls):
        need_redis()

    def test_a_server_that_does_not_come_is_given_up_with_one_line_a_state(self):
        self.redis.kill()
        log = self.ends(1, "store.redis.start_within=1s")
        self.assertEqual(len(re.findall(r"redis_waiting state=away", log)), 1, log)
        self.assertRegex(log, r"error house store why=.*refused")

    def test_who_waits_ends_when_told_to(self):
        self.redis.kill()
        for number in signal.SIGTERM, signal.SIGINT:
            daemon = Daemon((SITE,), on_redis(self.redis))
            try:
                daemon.spawn()
                daemon.logged("redis_waiting state=away")
                began = time.monotonic()
                daemon.signal(number)
                self.assertEqual(daemon.process.wait(30), 0, daemon.log)
                self.assertLess(time.monotonic() - began, 5)
            finally:
                daemon.close()

    def test_a_server_that_hangs_is_given_up(self):
        self.redis.pause()
        began = time.monotonic()
        log = self.ends(1, "store.redis.start_within=1s")
        self.assertLess(time.monotonic() - began, 20)
        self.assertRegex(log, r"redis_waiting state=away .*no answer in")
        self.redis.resume()

    def test_a_replica_is_waited_for_and_named(self):
        self.redis.ask("REPLICAOF", "127.0.0.1", "1")
        self.assertRegex(self.ends(1, "store.redis.start_within=1s"), r"redis_waiting state=readonly")
        self.redis.ask("REPLICAOF", "NO", "ONE")

    def test_a_server_without_memory_is_waited_for_and_named(self):
        self.redis.ask("CONFIG", "SET", "maxmemory", "1")
        self.assertRegex(self.ends(1, "store.redis.start_within=1s"), r"redis_waiting state=oom")

    def test_who_is_refused_does_not_wait(self):
        self.redis.ask("ACL", "SETUSER", "guest", "on", ">guest", "~footfall:*", "+select")
        began = time.monotonic()
        url = self.redis.url.replace("redis://", "redis://guest:guest@")
        self.assertRegex(self.ends(1, url=url), r"redis_refuses state=noperm")
        url = self.redis.url.replace("redis://", "redis://guest:wrong@")
        log = self.ends(1, url=url)
        self.assertRegex(log, r"redis_refuses state=noauth")
        self.assertNotIn("guest:wrong", log)
        self.assertNotIn(":wrong", log)
        self.assertLess(time.monotonic() - began, 30)

    def test_what_is_configured_wrongly_is_a_fault_of_the_configuration(self):
        for option in ("store.redis.url=http://127.0.0.1", "store.redis.url=rediss://127.0.0.1",
                       "store.redis.url=redis://user@127.0.0.1", "store.redis.shard=a:b", "store.redis.prefix=a b",
                       "store.redis.password_file=/nonexistent/password"):
            with self.subTest(option):
                self.assertIn("store.redis." if "password" not in option else "/nonexistent/password",
                              self.ends(2, option))

    def test_a_takeover_is_logged_and_told_in_the_stream(self):
        with Daemon((SITE,), on_redis(self.redis)) as daemon:
            epoch = re.search(r"taken_over .*epoch=(\d+) last=0", daemon.log)[1]
            (entry, fields), = self.redis.ask("XRANGE", "footfall:{default}:journal", "-", "+")
            self.assertEqual(entry, epoch.encode() + b"-0")
            told = dict(zip(fields[::2], fields[1::2]))
            self.assertEqual(told[b"begin"], b"0")
            self.assertTrue(told[b"by"].endswith(b":%d" % daemon.process.pid), told)
            self.assertLess(abs(int(epoch) / 1000 - time.time()), 60)


if __name__ == "__main__":
    unittest.main()
