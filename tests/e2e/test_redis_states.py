"""What Redis can answer instead of yes: each is a state with a name, told by a log line, a gauge and /readyz; none is
a crash, beacons are taken meanwhile, and when it is over all of them are in Redis."""

import os
import re
import unittest

from footfall import Daemon, Site, expect, until
from redis_server import RedisServer, free_port, need_redis, on_redis, version

SITE = Site("shop")
USERS = ["default off", "shop on >pw ~footfall:* +@all", "op on >op ~* +@all"]


def setUpModule():
    need_redis()


def view(number):
    return {"type": "page_view", "site": SITE.id, "id": f"e{number}", "visitor": f"v{number}"}


def state_of(daemon):
    """The one state whose gauge is 1."""
    text = expect(daemon.office.get("/metrics"), 200).body.decode()
    found = re.findall(r'^footfall_store_state\{.*?="(\w+)"\} 1$', text, re.M)
    return found[0] if len(found) == 1 else found


class Case(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.redis = self.enterContext(RedisServer(aof=True, users=USERS, admin=("op", "op"), **self.settings))
        self.url = f"redis://shop:pw@127.0.0.1:{self.redis.port}"
        self.daemon = self.enterContext(Daemon((SITE,), on_redis(self.redis, url=self.url)))
        self.sent = 0

    def send(self, count=3):
        for _ in range(count):
            self.daemon.send(view(self.sent))
            self.sent += 1

    def views(self):
        return self.daemon.stats(window="1h")["traffic"]["pageviews"]

    def ready(self):
        return self.daemon.office.get("/readyz")

    def first_entry(self):
        return self.redis.ask("XRANGE", "footfall:{default}:journal", "-", "+", "COUNT", "1")[0][0]

    def comes_and_goes(self, state, begin, end):
        self.send()
        self.assertEqual(state_of(self.daemon), "ok")
        self.assertNotIn("degraded", expect(self.ready(), 200).json)
        begin()
        self.send()
        until(lambda: state_of(self.daemon) == state, f"the state {state}")
        self.daemon.logged(rf"(?i)redis.*\b{state}\b")
        self.assertIn("spilling", expect(self.ready(), 200).json["degraded"])
        self.send()
        self.assertEqual(self.views(), self.sent)
        end()
        until(lambda: state_of(self.daemon) == "ok" and "degraded" not in self.ready().json, "all is well again")
        self.send()
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.views(), self.sent)


class States(Case):
    def test_out_of_memory(self):
        self.comes_and_goes("oom", lambda: self.redis.ask("CONFIG", "SET", "maxmemory", "1"),
                            lambda: self.redis.ask("CONFIG", "SET", "maxmemory", "0"))

    def test_out_of_memory_by_its_own_journal(self):
        """What a restart does not need goes then, and makes room without anybody's help."""
        long = "https://shop.example/" + "x" * 1500
        for _ in range(2):
            for _ in range(4):
                self.daemon.send([{**view(self.sent + i), "url": f"{long}{self.sent + i}"} for i in range(250)])
                self.sent += 250
            self.daemon.checkpoint()
        first = self.first_entry()
        self.redis.ask("CONFIG", "SET", "maxmemory", int(self.redis.info("memory")["used_memory"]) - 700_000)
        self.send()
        self.daemon.logged("redis_trouble state=oom")
        until(lambda: state_of(self.daemon) == "ok" and "degraded" not in self.ready().json, "there is room again")
        self.assertNotEqual(self.first_entry(), first)
        self.send()
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.views(), self.sent)

    def test_a_replica(self):
        port = free_port()  # where nobody is
        self.comes_and_goes("readonly", lambda: self.redis.ask("REPLICAOF", "127.0.0.1", port),
                            lambda: self.redis.ask("REPLICAOF", "NO", "ONE"))

    def test_a_command_that_is_not_permitted(self):
        self.comes_and_goes("noperm", lambda: self.redis.ask("ACL", "SETUSER", "shop", "-xadd"),
                            lambda: self.redis.ask("ACL", "SETUSER", "shop", "+xadd"))

    def test_a_user_that_is_gone(self):
        self.comes_and_goes("noauth", lambda: self.redis.ask("ACL", "DELUSER", "shop"),
                            lambda: self.redis.ask("ACL", "SETUSER", *USERS[1].split()))

    def test_a_server_that_is_not_there(self):
        self.comes_and_goes("away", self.redis.kill, self.redis.start)


class NoFile(unittest.TestCase):
    def test_one_that_comes_back_without_its_file_is_told(self):
        redis = self.enterContext(RedisServer(aof=True))
        daemon = self.enterContext(Daemon((SITE,), on_redis(redis)))
        daemon.send(view(0))
        redis.ask("CONFIG", "SET", "appendonly", "no")
        redis.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        until(lambda: state_of(daemon) == "no_aof", "the state no_aof")
        daemon.logged("redis_no_aof")
        until(lambda: "append-only" in expect(daemon.office.get("/readyz"), 200).json.get("degraded", ""),
              "what is spilled has been drained")
        daemon.send(view(1))
        redis.ask("CONFIG", "SET", "appendonly", "yes")
        until(lambda: state_of(daemon) == "ok", "all is well again")
        self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 2)


class Misconfigured(Case):
    settings = {"save": "3600 1"}

    def test_a_dump_that_cannot_be_written(self):
        dump = os.path.join(self.redis.directory, "dump.rdb")

        def saved(outcome):
            self.redis.ask("BGSAVE")
            until(lambda: self.redis.info("persistence")["rdb_last_bgsave_status"] == outcome, f"BGSAVE: {outcome}")

        def begin():
            os.mkdir(dump)
            saved("err")

        def end():
            os.rmdir(dump)
            saved("ok")
        self.comes_and_goes("misconf", begin, end)


class Loading(Case):
    def test_a_server_that_reads_its_data(self):
        old = version() < (7, 0)  # it answers when it has read two megabytes more, and nothing can be done about it
        for n in range(40):
            self.redis.ask("SET", f"filler-{n}", os.urandom(1_000_000 if old else 3000))
        self.redis.ask("BGREWRITEAOF")
        until(lambda: self.redis.info("persistence")["aof_rewrite_in_progress"] == "0", "a file written anew")
        self.redis.settings.update(key_load_delay=100000)
        if not old:
            self.redis.settings.update(loading_process_events_interval_bytes=1024)

        def begin():
            self.redis.kill()
            self.redis.start(wait=False)

        def end():
            until(self.redis.serves, "a server that has read its data")
        self.comes_and_goes("loading", begin, end)

    def test_it_waits_for_one_when_it_starts(self):
        self.send()
        self.daemon.kill()
        self.redis.kill()
        self.daemon.spawn()
        self.daemon.logged(r"(?i)redis.*\baway\b")
        self.redis.start()
        self.daemon.serve()
        self.assertEqual(self.views(), self.sent)


if __name__ == "__main__":
    unittest.main()
