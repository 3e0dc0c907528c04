"""The daemon on Redis, end to end: its numbers are those of the embedded store, its state needs nothing
but Redis, it comes in by every door that Redis has, and says before it starts what would not keep its word."""

import glob
import os
import re
import shutil
import socket
import time
import unittest
import urllib.parse

from footfall import Daemon, Site, agree, expect, site_config, taken, until
from histories import AT, SITES, history, shuffled, wire
from redis_server import RedisServer, need_redis, on_redis
from reference import Reference
from test_checkpoint import ctl, digest
from test_property import LONG, now_less

SEED = 71
SITE = Site("shop")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATHS = ("/v1/stats", "/v1/stats/series", "/v1/stats/breakdown", "/v1/carts", "/v1/customers")
QUERIES = {"/v1/stats/series": {"metric": "sessions,revenue", "step": "1d"}, "/v1/stats/breakdown": {"by": "channel"}}


def setUpModule():
    need_redis()


def view(number, **more):
    return {"type": "page_view", "site": SITE.id, "id": f"e{number}", "visitor": f"v{number}", **more}


def views(daemon):
    return daemon.stats(window="1h")["traffic"]["pageviews"]


def acl_of_readme():
    """The user that the README gives to footfalld."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return re.search(r"^(?:ACL SETUSER|user) (footfall on .*)$", file.read(), re.M)[1]


class Sums(unittest.TestCase):
    def test_numbers_are_those_of_the_embedded_store(self):
        beacons = history(SEED, now_less(LONG), "hours")
        order = [wire(beacon) for beacon in shuffled(beacons, SEED)]
        first, last = beacons[0][AT] // 10**6 - 3600, beacons[-1][AT] // 10**6 + 3600
        reference = Reference(taken(order), site_config(SITES))
        with RedisServer(aof=True) as redis, Daemon(SITES, on_redis(redis)) as one, Daemon(SITES) as other:
            for daemon in one, other:
                daemon.bring(order[:len(order) // 2])
                daemon.restart()
                daemon.bring(order[len(order) // 2:])
            for site in SITES:
                agree(self, reference, one, site.id, from_=first, to=last)
                for path in PATHS:
                    window = {} if path == "/v1/carts" else {"from_": first, "to": last}
                    answers = [expect(daemon.stats_answer(site.id, path, **window, **QUERIES.get(path, {})), 200)
                               for daemon in (one, other)]
                    self.assertEqual(*[re.sub(rb'"(generated_at":"[^"]*|\w+":"[^"]*\.\d{3}Z)",?', b"", a.body) for a in answers], path)

    def test_repeats_are_known_after_a_start(self):
        with RedisServer(aof=True) as redis, Daemon((SITE,), on_redis(redis)) as daemon:
            for _ in range(3):
                daemon.send([view(1), view(2)])
                daemon.restart()
            self.assertEqual(views(daemon), 2)


class Elsewhere(unittest.TestCase):
    """What a daemon with nothing local comes to is compared with the one before it through what footfallctl
    reads from Redis, since digests are equal at equal time only."""

    def assert_is_in_redis(self, redis, daemon):
        said = digest(daemon)
        daemon.write_config(f"store:\n  backend: redis\n  path: /nowhere\n  redis:\n    url: {redis.url}\n")
        status, out, err = ctl("check", "--config", daemon.config_file, "--at", said["at"])
        self.assertEqual((status, err), (0, ""))
        self.assertIn(said["digest"], out)
        return said["seq"]

    def test_a_daemon_with_nothing_local_has_the_same_state(self):
        for seed in range(SEED, SEED + 3):
            with self.subTest(seed=seed), RedisServer(aof=True) as redis:
                beacons = [wire(b) for b in shuffled(history(seed, now_less(LONG), "hours"), seed)]
                with Daemon(SITES, on_redis(redis)) as daemon:
                    daemon.bring(beacons[:len(beacons) // 2])
                    if seed % 2:
                        daemon.checkpoint()
                    daemon.bring(beacons[len(beacons) // 2:])
                    seq = self.assert_is_in_redis(redis, daemon)
                    daemon.kill()
                    shutil.rmtree(os.path.join(daemon.directory, "store"), ignore_errors=True)
                with Daemon(SITES, on_redis(redis)) as daemon:
                    self.assertEqual(self.assert_is_in_redis(redis, daemon), seq)
                    self.assertRegex(daemon.log, r"restored .*checkpoint=[1-9]" if seed % 2 else r"restored .*checkpoint=0")

    def test_chains_of_checkpoints_from_machine_to_machine(self):
        with RedisServer(aof=True) as redis:
            beacons = [wire(b) for b in shuffled(history(SEED + 10, now_less(LONG), "hours"), SEED)]
            step = len(beacons) // 5 + 1
            seq = 0
            for i in range(0, len(beacons), step):
                with Daemon(SITES, on_redis(redis, "store.redis.keep_bytes=0")) as daemon:
                    self.assertEqual(self.assert_is_in_redis(redis, daemon), seq)
                    daemon.bring(beacons[i:i + step])
                    daemon.checkpoint()
                    seq = digest(daemon)["seq"]

    def test_shards_and_prefixes_are_apart(self):
        with RedisServer(aof=True) as redis:
            names = ((), ("store.redis.shard=b",), ("store.redis.prefix=shops",), ("store.redis.prefix=shops",
                                                                                 "store.redis.shard=b"))
            for count, options in enumerate(names, 1):
                with Daemon((SITE,), on_redis(redis, *options)) as daemon:
                    daemon.send([view(n) for n in range(count)])
            for count, options in enumerate(names, 1):
                with Daemon((SITE,), on_redis(redis, *options)) as daemon:
                    self.assertEqual(views(daemon), count)
            keys = {key.decode() for key in redis.ask("KEYS", "*")}
            self.assertEqual({key.rpartition(":")[0] for key in keys if key.endswith(":journal")},
                             {"footfall:{default}", "footfall:{b}", "shops:{default}", "shops:{b}"})
            self.assertTrue(all(re.match(r"(footfall|shops):\{(default|b)\}:", key) for key in keys), keys)


class Doors(unittest.TestCase):
    """How Redis is reached, and as whom."""

    def serves(self, redis, url, *options):
        """Takes beacons, writes a checkpoint by its child, and starts from it. Gives all it has logged."""
        log = ""
        with Daemon((SITE,), on_redis(redis, *options, url=url)) as daemon:
            daemon.send(view(1))
            daemon.checkpoint()
            daemon.send(view(2))
            log += daemon.log
            daemon.restart()
            self.assertEqual(views(daemon), 2)
            return log + daemon.log

    def test_the_readme_permits_what_the_sources_say_and_nothing_else(self):
        said = set()
        for path in glob.glob(os.path.join(ROOT, "daemon", "journal", "redis_*.c")):
            with open(path, encoding="utf-8") as file:
                said |= {word.lower() for word in re.findall(r"""["']([A-Z]{3,})["']""", file.read())}
        with RedisServer() as redis:
            commands = {about[0].decode() for about in redis.ask("COMMAND")}
        permitted = {word.partition("|")[0] for word in re.findall(r" \+([a-z|]+)", acl_of_readme())}
        self.assertEqual(permitted, (said & commands) - {"auth"} | {"xread"})  # which is for others

    def forgets(self, redis, url):
        with Daemon((SITE,), on_redis(redis, "store.redis.keep_bytes=0", url=url)) as daemon:
            for _ in range(3):
                daemon.send([view(f"{time.time()}-{n}") for n in range(20)])
                expect(daemon.office.request("DELETE", f"/v1/visitors/v1?site={SITE.id}"), 202)
                daemon.checkpoint()
            daemon.logged("forgotten|erased")

    def test_a_socket(self):
        with RedisServer(aof=True, port=0) as redis:
            self.serves(redis, redis.unix_url)

    def test_a_database_of_its_own(self):
        with RedisServer(aof=True) as redis:
            self.serves(redis, redis.url + "/5")
            self.serves(redis, redis.unix_url + "?db=6")
            self.assertEqual([redis.ask("DBSIZE", database=n) > 0 for n in (0, 4, 5, 6)], [False, False, True, True])

    def test_a_password_alone(self):
        with RedisServer(aof=True, password="p@ss/word:%") as redis:
            secret = urllib.parse.quote("p@ss/word:%", safe="")
            log = self.serves(redis, f"redis://:{secret}@127.0.0.1:{redis.port}")
            self.assertNotIn("p@ss", log)
            self.assertNotIn(secret, log)

    def test_a_password_from_a_file(self):
        with RedisServer(aof=True, password="from-a-file") as redis:
            path = os.path.join(redis.directory, "password")
            with open(path, "w") as file:
                file.write("from-a-file\n")
            self.serves(redis, redis.url, f"store.redis.password_file={path}")

    def test_a_user_of_the_url_with_a_password_from_a_file(self):
        users = ["default off", "shop on >from-a-file ~footfall:* +@all", "op on >op ~* +@all"]
        with RedisServer(aof=True, users=users, admin=("op", "op")) as redis:
            path = os.path.join(redis.directory, "password")
            with open(path, "w") as file:
                file.write("from-a-file\n")
            self.serves(redis, f"redis://shop@127.0.0.1:{redis.port}", f"store.redis.password_file={path}")

    def test_the_user_of_the_readme_may_do_all_that_is_needed_and_not_more(self):
        line = acl_of_readme()
        secret = re.search(r" >(\S+)", line)[1]
        with RedisServer(aof=True, users=["default off", line, "op on >op ~* +@all"], admin=("op", "op")) as redis:
            self.serves(redis, f"redis://footfall:{secret}@127.0.0.1:{redis.port}")
            journal, readers = "footfall:{default}:journal", ("GROUP", "readers", "anna")
            redis.ask("XGROUP", "CREATE", journal, "readers", "0")
            redis.ask("XREADGROUP", *readers, "COUNT", 2, "STREAMS", journal, ">")
            pending = redis.ask("XPENDING", journal, "readers")
            self.forgets(redis, f"redis://footfall:{secret}@127.0.0.1:{redis.port}")
            self.assertEqual(redis.ask("XPENDING", journal, "readers"), pending)
            self.assertEqual(pending[0], 2)
            self.assertEqual(redis.ask("ACL", "LOG"), [])
            with redis.client("footfall", secret) as client:
                for words in (("FLUSHALL",), ("GET", "other"), ("CONFIG", "SET", "maxmemory", "1"), ("KEYS", "*")):
                    with self.assertRaisesRegex(Exception, "^NOPERM", msg=words):
                        client.call(*words)

    def test_an_address_of_the_sixth_version(self):
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("THERE IS NO IPV6")
        with RedisServer(aof=True, bind="127.0.0.1 ::1") as redis:
            self.serves(redis, f"redis://[::1]:{redis.port}")


class Refused(unittest.TestCase):
    """What it says and ends with when it cannot start as it is told to."""

    def refuses(self, options, pattern, status=1):
        daemon = Daemon((SITE,), options)
        try:
            daemon.spawn()
            self.assertEqual(daemon.process.wait(90), status, daemon.log)
            daemon.reader.join(10)
            self.assertRegex(daemon.log, pattern)
            self.assertNotIn("ready http", daemon.log)
        finally:
            daemon.close()

    def test_urls_that_are_none(self):
        for url in "localhost", "http://localhost", "redis://", "redis://h:port", "redis://h/first", "unix://":
            with self.subTest(url=url):
                self.refuses(["store.backend=redis", f"store.redis.url={url}"], r"store\.redis\.url", 2)

    def test_durability_disk_needs_an_append_only_file(self):
        with RedisServer() as redis:
            self.refuses(on_redis(redis), "appendonly")
            with Daemon((SITE,), on_redis(redis, "store.durability=process")) as daemon:
                daemon.send(view(1))
                redis.ask("CONFIG", "SET", "appendonly", "yes")
                daemon.options = on_redis(redis, "store.durability=disk")
                daemon.restart()
                self.assertEqual(views(daemon), 1)

    def test_a_redis_that_evicts_is_refused(self):
        with RedisServer(aof=True, maxmemory="100mb", maxmemory_policy="allkeys-lru") as redis:
            self.refuses(on_redis(redis), "noeviction")
            redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
            with Daemon((SITE,), on_redis(redis)) as daemon:
                daemon.send(view(1))

    def test_a_policy_without_a_limit_evicts_nothing(self):
        with RedisServer(aof=True, maxmemory_policy="allkeys-lru") as redis, Daemon((SITE,), on_redis(redis)) as daemon:
            daemon.send(view(1))

    def test_where_it_may_not_ask_it_says_so_and_goes_on(self):
        users = ["default off", "shop on >pw ~footfall:* +@all -config", "op on >op ~* +@all"]
        with RedisServer(users=users, admin=("op", "op")) as redis:
            url = f"redis://shop:pw@127.0.0.1:{redis.port}"
            with Daemon((SITE,), on_redis(redis, url=url)) as daemon:
                daemon.send(view(1))
                daemon.logged("unverified")

    def test_a_password_that_is_wrong(self):
        with RedisServer(aof=True, password="right") as redis:
            self.refuses(on_redis(redis, url=f"redis://:wrong@127.0.0.1:{redis.port}"), "WRONGPASS")


class Addresses(unittest.TestCase):
    def test_they_are_in_no_file_of_redis(self):
        """Not as text, nor as bytes, nor as MessagePack has them."""
        addresses = "192.0.2.77", "2001:db8:77::77"
        with RedisServer(aof=True, rdbcompression="no") as redis:
            options = on_redis(redis, "ingest.trusted_proxies=127.0.0.1/32", "log.level=info")
            with Daemon((SITE,), options) as daemon:
                for number, address in enumerate(addresses):
                    said = {"type": "page_view", "site": SITE.id, "url": f"/marked/{number}", "ip": address}
                    expect(daemon.events.post("/v1/events", said, X_Forwarded_For=address), 204)
                    daemon.datagram({**said, "visitor": "v"})
                    daemon.bring([{**said, "visitor": "v", "time": time.time() - 60}])
                until(lambda: views(daemon) == 6, "the datagrams")
                daemon.checkpoint()
                data = redis.saved()
                redis.ask("SAVE")
                redis.ask("BGREWRITEAOF")
                until(lambda: redis.info("persistence")["aof_rewrite_in_progress"] == "0", "a file written anew")
                data += redis.saved() + daemon.log.encode()
                self.assertGreaterEqual(data.count(b"/marked/1"), 3)  # it is the data
                for address in addresses:
                    family = socket.AF_INET6 if ":" in address else socket.AF_INET
                    self.assertNotIn(address.encode(), data)
                    self.assertNotIn(socket.inet_pton(family, address), data)


if __name__ == "__main__":
    unittest.main()
