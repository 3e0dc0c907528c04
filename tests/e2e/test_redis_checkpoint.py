"""Checkpoints, trim, erase, check and export of a shard in Redis, on the real daemon and a real server: a
daemon that starts elsewhere with nothing of its own gives the state that was, shown by its digest."""

import contextlib
import json
import os
import random
import re
import signal
import threading
import time
import unittest

from footfall import Client, Daemon, agree, expect, site_config, taken, until
from beacons import DAY, MINUTE
from histories import AT, SITES, history, shuffled, wire
from redis_server import RedisServer, need_redis
from reference import Reference
from test_checkpoint import ctl, digest, halves
from test_forget import CUSTOMER, TRACES, VISITOR, beacons as visits, forgotten, others, path
from test_property import now_less

SEED = 71
BASE = "footfall:{default}:"
ROUND = 4000  # messages that come while somebody is forgotten, at most


def setUpModule():
    need_redis()


class Shard(Daemon):
    """A daemon whose configuration file says that its store is on that server."""

    def __init__(self, server, *options, url=None, sites=SITES):
        self.url, self.durability = url or server.url, "disk" if server.aof else "process"
        super().__init__(sites, options)

    def write_config(self, text=""):
        super().write_config(f"store: {{backend: redis, path: {self.directory}/store, durability: {self.durability}, "
                             f"redis: {{url: \"{self.url}\"}}}}\n" + text)


def manifest(server):
    fields = server.ask("HGETALL", BASE + "manifest")
    return dict(zip((name.decode() for name in fields[::2]), (text.decode() for text in fields[1::2])))


def checkpoints(server):
    """Their seqs, oldest first."""
    return sorted(int(name.split(":")[1]) for name in manifest(server) if name.startswith("checkpoint:"))


def blocks(server):
    return sorted(key.decode() for key in server.ask("KEYS", BASE + "checkpoint:*"))


def groups(server):
    """Of each group of the stream its entry's id and its bytes."""
    for identity, fields in server.ask("XRANGE", BASE + "journal", "-", "+"):
        if fields[0] == b"group":
            yield identity, fields[1]


def saved(server):
    """All bytes in its files, also while it is replacing one."""
    while True:
        with contextlib.suppress(FileNotFoundError):
            return server.saved()


def spoil(server, seq):
    """Turns one bit of a checkpoint's first block."""
    key = next(name for name in blocks(server) if f"-{seq}-" in name)
    byte = server.ask("GETRANGE", key, 40, 40)
    server.ask("SETRANGE", key, 40, bytes([byte[0] ^ 1]))


class Case(unittest.TestCase):
    def check(self, daemon, *words):
        return ctl("check", "--config", daemon.config_file, *words)

    def assert_whole(self, daemon, state):
        """As footfallctl sees it."""
        status, out, err = self.check(daemon, "--at", state["at"])
        self.assertEqual((status, err), (0, ""))
        self.assertIn(state["digest"], out)

    def assert_agrees(self, daemon, reference, beacons, note):
        first, last = beacons[0][AT] // 10**6, beacons[-1][AT] // 10**6
        for site in SITES:
            agree(self, reference, daemon, site.id, note, from_=first - 3600, to=last + 3600)


class Restart(Case):
    def test_a_daemon_elsewhere_with_nothing_of_its_own_has_the_state_that_was(self):
        with RedisServer(aof=True) as server:
            one, two, beacons = halves(SEED)
            reference = Reference(taken(one + two), site_config(SITES))
            with Shard(server) as daemon:
                daemon.bring(one)
                seq = daemon.checkpoint()
                daemon.bring(two)
                before = digest(daemon)
                daemon.kill()
                self.assert_whole(daemon, before)
            server.restart()
            with Shard(server) as elsewhere:
                self.assertRegex(elsewhere.log, rf"restored .*checkpoint={seq} replayed={before['seq'] - seq}")
                self.assert_agrees(elsewhere, reference, beacons, "elsewhere")
                after = digest(elsewhere)
                self.assert_whole(elsewhere, after)
                elsewhere.kill()
                status, out, err = self.check(elsewhere, "--at", before["at"])
                self.assertEqual((status, err), (0, ""))
                self.assertEqual(after["seq"], before["seq"])
                self.assertIn(before["digest"], out)

    def test_chains_of_checkpoints_lose_nothing(self):
        with RedisServer(password="its-a-secret") as server:
            url = server.url.replace("//", "//:its-a-secret@")
            beacons = history(SEED + 10, now_less(2 * MINUTE), "hours")
            order = [wire(beacon) for beacon in shuffled(beacons, SEED)]
            step = len(order) // 6 + 1
            with Shard(server, url=url) as daemon:
                for i in range(0, len(order), step):
                    daemon.bring(order[i:i + step])
                    daemon.checkpoint()
                    if i % 2 and i + step < len(order):  # what a kill leaves goes with the next checkpoint
                        daemon.restart()
                until(lambda: len(checkpoints(server)) == 2, "a trim")
                state = digest(daemon)
                daemon.kill()
                self.assertFalse([name for name in manifest(server) if name.startswith("draft:")])
                counts = [int(text.split()[2]) for name, text in manifest(server).items() if name.startswith("checkpoint:")]
                self.assertEqual(len(blocks(server)), sum(counts))
                self.assertNotIn("secret", daemon.log)
                for key in blocks(server):
                    server.ask("DEL", key)
                for name in checkpoints(server):
                    server.ask("HDEL", BASE + "manifest", f"checkpoint:{name}")
                self.assert_whole(daemon, state)  # by the journal alone

    def test_a_damaged_checkpoint_gives_way_to_the_one_before_it(self):
        with RedisServer() as server, Shard(server) as daemon:
            one, two, beacons = halves(SEED + 20)
            reference = Reference(taken(one + two), site_config(SITES))
            daemon.bring(one)
            older = daemon.checkpoint()
            daemon.bring(two)
            newer = daemon.checkpoint()
            daemon.kill()
            spoil(server, newer)
            status, _, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn(f"checkpoint {newer}", err)
            daemon.start()
            self.assertRegex(daemon.log, rf"checkpoint_refused.*seq={newer}")
            self.assertRegex(daemon.log, rf"restored .*checkpoint={older} ")
            self.assert_agrees(daemon, reference, beacons, "from the older checkpoint")
            daemon.kill()
            spoil(server, older)
            daemon.start()
            self.assertRegex(daemon.log, r"restored .*checkpoint=0 ")
            self.assert_agrees(daemon, reference, beacons, "from the journal alone")

    def test_what_a_writer_that_was_killed_has_left_goes(self):
        with RedisServer() as server, Shard(server) as daemon:
            daemon.send({"site": SITES[0].id, "type": "page_view", "visitor": "v"})
            server.ask("HSET", BASE + "manifest", "version", 1, "draft:5-1-0000abcd", 2)
            for i in range(2):
                server.ask("SET", f"{BASE}checkpoint:5-1-0000abcd:{i}", "half")
            daemon.checkpoint()
            until(lambda: not any("abcd" in name for name in [*blocks(server), *manifest(server)]), "a trim")
            self.assertEqual(checkpoints(server), [1])


class Trim(Case):
    def fill(self, daemon, rounds, of):
        beacons = history(SEED + 30, now_less(8 * DAY), "days")
        filler = [{"site": SITES[0].id, "type": "refund", "order": f"none-{i}", "id": f"f-{i}", "value": 1,
                   "time": beacons[0][AT] / 1e6} for i in range(rounds * of)]
        for i in range(0, len(filler), of):
            daemon.bring(filler[i:i + of])
            daemon.checkpoint()

    def first(self, server):
        """The last record of the first group."""
        return int(server.ask("XRANGE", BASE + "journal", "-", "+", "COUNT", 1)[0][0].split(b"-")[1])

    def test_the_journal_behind_the_checkpoints_goes(self):
        for option in ("store.keep=0s", "store.redis.keep_bytes=64k"):
            with self.subTest(option), RedisServer() as server, Shard(server, option) as daemon:
                self.fill(daemon, 5, 1000)
                older = checkpoints(server)[-2]
                until(lambda: self.first(server) > older, "a trim")
                state = digest(daemon)
                daemon.kill()
                self.assert_whole(daemon, state)
                daemon.start()
                self.assertRegex(daemon.log, r"restored .*checkpoint=5000 replayed=0")
                self.assertEqual(digest(daemon)["seq"], 5000)

    def test_what_is_to_be_kept_stays(self):
        with RedisServer() as server, Shard(server) as daemon:
            self.fill(daemon, 4, 100)
            until(lambda: len(checkpoints(server)) == 2, "a trim")
            lines = ctl("export", "--config", daemon.config_file)[1].splitlines()
            self.assertEqual(len(lines), 400)


class Forget(Case):
    def test_nothing_of_a_visitor_is_left_in_the_servers_files(self):
        with RedisServer(aof=True, rdbcompression="no") as server, Shard(server, sites=SITES[:1]) as daemon:
            site = SITES[0].id
            now = now_less(0) / 1e6
            mine = [{**beacon, "site": site} for beacon in visits(VISITOR, now, customer=CUSTOMER)]
            daemon.bring(mine + [{**beacon, "site": site} for beacon in others(now)])
            daemon.checkpoint()
            self.assertTrue(all(trace in server.saved() for trace in TRACES))
            expect(daemon.office.request("DELETE", path(VISITOR, site=site, customer=CUSTOMER)), 202)
            daemon.bring([{**beacon, "site": site} for beacon in others(now, 30)])
            forgotten(daemon)
            until(lambda: not any(trace in saved(server) for trace in TRACES[:2]), "the files are written anew")
            state = digest(daemon)
            daemon.stop()  # the note that it is done is not waited for by anybody
            status, out, err = self.check(daemon, "--at", state["at"])
            self.assertEqual((status, err), (0, ""))
            self.assertIn(state["digest"], out)
            self.assertIn("3 of them erased", out)
            server.restart()
            daemon.start()
            self.assertEqual(digest(daemon)["seq"], state["seq"])
            lines = ctl("export", "--config", daemon.config_file)[1]
            self.assertNotIn("4711", lines)
            self.assertEqual(len(lines.splitlines()), 30)

    def test_many_are_forgotten_under_load(self):
        """While others write, the journal is copied and gets its name again and again; nothing is lost."""
        with RedisServer() as server, Shard(server, "store.checkpoint_records=500", sites=SITES[:1]) as daemon:
            site = SITES[0].id
            now, sent, stop, most = time.time(), [], threading.Event(), [ROUND]

            def load():
                client = Client(daemon.http)
                while not stop.is_set():
                    if len(sent) >= most[0]:  # a slow child would never be done with all that comes
                        stop.wait(0.01)
                        continue
                    batch = [{"type": "page_view", "site": site, "visitor": f"load-{len(sent)}-{i}"} for i in range(3)]
                    expect(client.post("/v1/events", batch), 204)
                    sent.append(3)
                client.close()
            writer = threading.Thread(target=load)
            writer.start()
            try:
                names = [f"someone-{i}" for i in range(5)]
                for i, name in enumerate(names):
                    for client in daemon.events, daemon.office:
                        client.close()  # on a slow machine it has stood idle for too long
                    daemon.send([{**beacon, "site": site} for beacon in visits(name, now)])
                    expect(daemon.office.request("DELETE", path(name, site=site)), 202)
                    forgotten(daemon, i + 1)
                    most[0] += ROUND
            finally:
                stop.set()
                writer.join()
            self.assertFalse(any(b"someone" in group for _, group in groups(server)))
            state = digest(daemon)
            self.assertEqual(state["seq"], sum(sent) + 5 * (3 + 2))
            daemon.stop()
            self.assert_whole(daemon, state)
            daemon.start()
            self.assertEqual(daemon.stats(site)["traffic"]["pageviews"], sum(sent) + 5)


class Broken(Case):
    def child(self, daemon):
        with open(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children") as file:
            return [int(word) for word in file.read().split()]

    def test_a_writer_that_is_killed_anywhere_leaves_nothing_wrong(self):
        chance = random.Random(SEED)
        with RedisServer() as server, Shard(server, sites=SITES[:1]) as daemon:
            site = SITES[0].id
            daemon.bring([{"type": "page_view", "site": site, "visitor": f"v{i}", "time": now_less(8 * DAY) / 1e6}
                          for i in range(3000)])
            killed = 0
            for i in range(40):
                daemon.send([{**beacon, "site": site} for beacon in visits(f"someone-{i}", time.time())])
                expect(daemon.office.request("DELETE", path(f"someone-{i}", site=site)), 202)
                daemon.signal(signal.SIGUSR1)
                child = until(lambda: self.child(daemon), "the process that writes it")[0]
                time.sleep(chance.random() * 0.08)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                until(lambda: child not in self.child(daemon), "its end")
                killed = len(re.findall("a signal ended it", daemon.log))
            self.assertGreater(killed, 10)

            def all_done():
                daemon.signal(signal.SIGUSR1)
                return 'footfall_state_entries{table="forgets"} 0' in daemon.office.get("/metrics").body.decode()
            until(all_done, "all are forgotten")
            until(lambda: len(checkpoints(server)) <= 2, "a trim")
            self.assertFalse(any(b"someone" in group for _, group in groups(server)))
            counts = [int(text.split()[2]) for name, text in manifest(server).items() if name.startswith("checkpoint:")]
            until(lambda: len(blocks(server)) == sum(counts), "no block is left over")
            self.assertEqual(server.ask("EXISTS", BASE + "draft"), 0)
            state = digest(daemon)
            daemon.stop()
            self.assert_whole(daemon, state)
            daemon.start()
            self.assertEqual(daemon.stats(site, window="30d")["traffic"]["pageviews"], 3040)


class Check(Case):
    def test_a_missing_entry_is_named_and_the_start_refused(self):
        with RedisServer() as server, Shard(server) as daemon:
            for i in range(20):
                daemon.send({"site": SITES[0].id, "type": "page_view", "visitor": f"v{i}"})
            daemon.kill()
            entries = server.ask("XRANGE", BASE + "journal", "-", "+")
            server.ask("XDEL", BASE + "journal", entries[8][0])
            status, _, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn("would be lost", err)
            daemon.spawn()
            self.assertEqual(daemon.process.wait(30), 1)

    def test_a_damaged_group_is_named(self):
        with RedisServer() as server, Shard(server) as daemon:
            daemon.send({"site": SITES[0].id, "type": "page_view", "visitor": "v"})
            daemon.kill()
            identity = server.ask("XRANGE", BASE + "journal", "-", "+")[-1][0].decode()
            epoch, seq = identity.split("-")
            server.ask("XADD", BASE + "journal", f"{epoch}-{int(seq) + 1}", "group", "x" * 60)
            status, _, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn(f"{epoch}-{int(seq) + 1}", err)

    def test_a_shard_that_lost_records_and_was_mended_is_whole(self):
        with RedisServer() as server, Shard(server) as daemon:
            view = {"site": SITES[0].id, "type": "page_view"}

            def send(name):
                daemon.send([{**view, "visitor": f"{name}-{i}"} for i in range(20)])
            send("before")
            daemon.checkpoint()
            send("in the journal")
            server.ask("SAVE")
            send("lost")
            server.restart()
            until(lambda: 60 in checkpoints(server), "a checkpoint of all")
            until(lambda: daemon.office.get("/readyz").json.get("degraded") is None, "it is well again")
            send("after")
            state = digest(daemon)
            self.assertEqual(state["seq"], 80)
            daemon.stop()
            status, out, err = self.check(daemon, "--at", state["at"])
            self.assertEqual((status, err), (0, ""), out)
            self.assertIn("20 between them lost", out)
            self.assertIn("not compared", out)
            self.assertIn(state["digest"], out)
            with RedisServer() as other:
                copy = Shard(other)
                try:
                    status, out, err = ctl("copy-store", daemon.config_file, copy.config_file)
                    self.assertEqual((status, err), (0, ""))
                    self.assertIn("records 61 to 80, checkpoint 60", out)
                    self.assert_whole(copy, state)
                finally:
                    copy.close()

    def test_where_there_is_no_shard_or_no_server_it_says_so(self):
        with RedisServer() as server:
            daemon = Shard(server)
            try:
                status, _, err = self.check(daemon)
                self.assertEqual(status, 1)
                self.assertIn("no such journal", err)
                self.assertEqual(server.ask("DBSIZE"), 0)
                server.kill()
                status, _, err = self.check(daemon)
                self.assertEqual(status, 1)
                self.assertIn(server.url, err)
            finally:
                daemon.close()

    def test_a_directory_goes_before_the_server(self):
        with RedisServer() as server, Daemon(SITES) as embedded:
            embedded.send({"site": SITES[0].id, "type": "page_view", "visitor": "v"})
            state = digest(embedded)
            shard = Shard(server)
            try:
                status, out, err = self.check(shard, "--at", state["at"], f"{embedded.directory}/store")
                self.assertEqual((status, err), (0, ""))
                self.assertIn(state["digest"], out)
            finally:
                shard.close()

    def test_export_gives_all_events_beside_the_daemon(self):
        with RedisServer() as server, Shard(server) as daemon:
            beacons = history(SEED + 50, now_less(8 * DAY), "hours")
            daemon.bring([wire(beacon) for beacon in beacons])
            status, out, err = ctl("export", "--config", daemon.config_file)
            self.assertEqual(status, 0, err)
            self.assertEqual(len([json.loads(line) for line in out.splitlines()]), digest(daemon)["seq"])


if __name__ == "__main__":
    unittest.main()
