"""Page views on Redis: a daemon that is sent numbered ones, so that each of them can be counted."""

import re
import unittest

from footfall import Client, Daemon, Site, expect, until
from redis_server import RedisServer, need_redis, on_redis

SITE = Site("shop")
JOURNAL = "footfall:{default}:journal"
HANDOVER = "footfall:{default}:handover"


def view(number, named=True):
    """named: with an event id, by which a repeat is known."""
    return {"type": "page_view", "site": SITE.id, "visitor": f"v{number}", **({"id": f"e{number}"} if named else {})}


def views(daemon):
    return daemon.stats(window="1h")["traffic"]["pageviews"]


def readiness(daemon):
    return daemon.office.get("/readyz")


def well(daemon):
    """Waits until nothing is degraded, but for a checkpoint that met an outage: it is tried again in a minute."""
    def is_well():
        answer = readiness(daemon)
        return answer.status == 200 and "checkpoint" in answer.json.get("degraded", "checkpoint")
    until(is_well, "all is well")


def spilling(daemon):
    """Waits until records go to the disk, and says what the store is in."""
    def degraded():
        answer = readiness(daemon)
        return answer.status == 200 and "spilling" in answer.json.get("degraded", "") and answer
    return until(degraded, "beacons that are spilled").json


def metric(daemon, name, **labels):
    """A sample's value, or None."""
    wanted = ",".join(f'{key}="{value}"' for key, value in labels.items())
    text = expect(daemon.office.get("/metrics"), 200).body.decode()
    pattern = re.escape(name + ("{" + wanted + "}" if wanted else "")) + r" (\S+)$"
    found = re.search("^" + pattern, text, re.M)
    return found and float(found[1])


def digest(daemon):
    return expect(daemon.office.get("/v1/digest"), 200).json


class RedisCase(unittest.TestCase):
    """A server, and a daemon on it."""

    aof = True
    options = ()
    settings = {}

    def setUp(self):
        need_redis()
        self.redis = self.enterContext(RedisServer(aof=self.aof, **self.settings))
        self.daemon = self.enterContext(self.make(self.redis.url))
        self.sent = 0

    def make(self, url, *options):
        return Daemon((SITE,), on_redis(self.redis, *self.options, *options, url=url))

    def send(self, count=3, daemon=None, named=True):
        for _ in range(count):
            (daemon or self.daemon).send(view(self.sent, named))
            self.sent += 1

    def posts(self, daemon=None):
        """What one more beacon is answered."""
        daemon = daemon or self.daemon
        client = Client(daemon.http)
        try:
            return client.post("/v1/events", view("extra"))
        finally:
            client.close()

    def holds(self, daemon=None):
        self.assertEqual(views(daemon or self.daemon), self.sent)

    def entries(self):
        return self.redis.ask("XLEN", JOURNAL)

    def stream_holds(self):
        """A daemon started elsewhere, with nothing but what is in Redis, has counted each once."""
        if self.daemon.process.poll() is None:
            self.daemon.stop()
        with self.make(self.redis.url) as other:
            self.holds(other)
