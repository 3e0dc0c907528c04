"""footfallctl copy-store: from files to Redis and back, and the state is the same, shown by its digest."""

import os
import shutil
import unittest

from footfall import Daemon, Site, site_config, taken, until
from histories import SITES
from redis_server import Proxy, RedisServer, need_redis
from reference import Reference
from test_checkpoint import Case, ctl, digest, files, halves
from test_redis_checkpoint import BASE, Shard

SEED = 91
VIEW = {"site": SITES[0].id, "type": "page_view", "visitor": "v"}


def setUpModule():
    need_redis()


class Files(Daemon):
    """A daemon whose configuration file says where its store is."""

    def write_config(self, text=""):
        super().write_config(f"store: {{path: {self.directory}/store}}\n" + text)


def copy(source, target):
    return ctl("copy-store", source.config_file, target.config_file)


def last_of(out):
    """The digests of a copy."""
    return [line.split("digest ")[1] for line in out.splitlines() if "digest " in line]


class Copy(Case):
    def assert_copied(self, source, target, state):
        status, out, err = copy(source, target)
        self.assertEqual((status, err), (0, ""), out)
        self.assertEqual(len(last_of(out)), 2)
        self.assertEqual(*last_of(out))
        for daemon in (source, target):
            status, out, err = ctl("check", "--config", daemon.config_file, "--at", state["at"])
            self.assertEqual((status, err), (0, ""))
            self.assertIn(state["digest"], out)

    def test_to_redis_and_back_keeps_the_digest_and_the_events(self):
        one, two, beacons = halves(SEED)
        reference = Reference(taken(one + two), site_config(SITES))
        with RedisServer(aof=True) as server, Files(SITES) as daemon:
            shard, back = Shard(server), Files(SITES)
            try:
                daemon.bring(one)
                seq = daemon.checkpoint()
                daemon.bring(two)
                state = digest(daemon)
                daemon.kill()
                self.assert_copied(daemon, shard, state)
                shard.start()
                self.assertRegex(shard.log, rf"restored .*checkpoint={seq} ")
                self.assert_agrees(shard, reference, beacons, "copied to Redis")
                again = shard.events.post("/v1/events", {**VIEW, "id": "once"})
                self.assertEqual(again.status, 204)
                state = digest(shard)
                shard.stop()
                self.assert_copied(shard, back, state)
                back.start()
                self.assertRegex(back.log, rf"restored .*checkpoint={seq} ")
                again = back.events.post("/v1/events", {**VIEW, "id": "once"})
                self.assertEqual(again.headers["X-Footfall-Duplicates"], "1")
                self.assertEqual(digest(back)["seq"], state["seq"])
                back.stop()
                lines = [ctl("export", "--config", d.config_file)[1] for d in (shard, back)]
                self.assertTrue(lines[0] and lines[0] == lines[1])
            finally:
                shard.close()
                back.close()

    def test_without_a_checkpoint_and_behind_a_trimmed_beginning(self):
        for trimmed in (False, True):
            with self.subTest(trimmed=trimmed), RedisServer() as server, \
                    Files(SITES, ["store.keep=0s", "store.segment_bytes=64k"]) as daemon:
                shard, back = Shard(server), Files(SITES)
                try:
                    for i in range(3):
                        daemon.bring([{**VIEW, "visitor": f"v{i}-{k}", "title": "x" * 200, "time": 1700000000}
                                      for k in range(700)])
                        if trimmed:
                            daemon.checkpoint()
                    daemon.send(VIEW)
                    state = digest(daemon)
                    daemon.stop()
                    first = int(files(daemon, "journal-*.seg")[0][-24:-4])
                    self.assertEqual(first > 1, trimmed)
                    self.assert_copied(daemon, shard, state)
                    self.assertIn(f"records {first} to ", ctl("check", "--config", shard.config_file)[1])
                    self.assert_copied(shard, back, state)
                finally:
                    shard.close()
                    back.close()

    def test_from_files_to_files_and_from_one_shard_to_another(self):
        with RedisServer() as server, RedisServer(aof=True) as other, Files(SITES) as daemon:
            copies = [Files(SITES), Shard(server), Shard(other), Files(SITES)]
            try:
                daemon.bring([{**VIEW, "visitor": f"v{i}"} for i in range(500)])
                daemon.checkpoint()
                daemon.send(VIEW)
                state = digest(daemon)
                daemon.stop()
                for source, target in zip([daemon, *copies], copies):
                    self.assert_copied(source, target, state)
            finally:
                for each in copies:
                    each.close()

    def test_visitors_without_an_id_are_known_again(self):
        """Their ids hang on salts, which are in no journal."""
        view = {"site": SITES[0].id, "type": "page_view"}
        with RedisServer() as server, Files(SITES) as daemon:
            shard = Shard(server)
            try:
                daemon.send(view)
                daemon.stop()
                self.assertEqual(copy(daemon, shard)[0], 0)
                shard.start()
                shard.send(view)
                self.assertEqual(shard.stats(SITES[0].id)["traffic"]["visitors"], 1)
            finally:
                shard.close()

    def test_a_shard_whose_journal_has_a_hole(self):
        """A replica that lagged had its place; the checkpoint written then has what it had not."""
        with RedisServer() as server, RedisServer(replica_of=server) as replica, Proxy(server.address) as proxy, \
                Shard(server, url=proxy.url) as shard:
            back = Files(SITES)
            try:
                for number in range(6):
                    if number == 3:
                        until(lambda: replica.ask("XLEN", BASE + "journal") == server.ask("XLEN", BASE + "journal"),
                              "a replica that has all")
                        replica.ask("REPLICAOF", "NO", "ONE")
                    shard.send({**VIEW, "visitor": f"v{number}"})
                server.kill()
                proxy.target = replica.address
                proxy.blink()
                until(lambda: any(" lost_data checkpoint=6" in line for line in list(shard.lines)), "a whole state")
                shard.send({**VIEW, "visitor": "afterwards"})
                state = digest(shard)
                shard.stop()
                self.assertEqual(state["seq"], 7)
                status, out, err = copy(shard, back)
                self.assertEqual((status, err), (0, ""), out)
                self.assertEqual(*last_of(out))
                self.assertIn("copied      records 7 to 7, checkpoint 6", out)
            finally:
                back.close()


class Refused(Case):
    def test_a_store_that_is_not_empty(self):
        with RedisServer() as server, Files(SITES) as daemon, Shard(server) as shard:
            daemon.send(VIEW)
            shard.send({**VIEW, "visitor": "other"})
            daemon.stop()
            before = server.ask("XLEN", BASE + "journal")
            status, _, err = copy(daemon, shard)
            self.assertEqual(status, 1)
            self.assertIn("not empty", err)
            self.assertEqual(server.ask("XLEN", BASE + "journal"), before, "the daemon there was not fenced")
            shard.send({**VIEW, "visitor": "third"})
            shard.stop()
            status, _, err = copy(shard, daemon)
            self.assertEqual(status, 1)
            self.assertIn("not empty", err)

    def test_a_store_of_files_that_a_daemon_runs_on(self):
        with RedisServer() as server, Files(SITES) as daemon:
            shard = Shard(server)
            try:
                daemon.send(VIEW)
                status, _, err = copy(daemon, shard)
                self.assertEqual(status, 1)
                self.assertIn(f"{daemon.directory}/store", err)
                self.assertEqual(server.ask("DBSIZE"), 0)
                daemon.send(VIEW)
            finally:
                shard.close()

    def test_a_source_that_is_not_there_is_not_made(self):
        with RedisServer() as server:
            source, shard = Files(SITES), Shard(server)
            try:
                for pair in ((source, shard), (shard, source)):
                    self.assertEqual(copy(*pair)[0], 1)
                self.assertFalse(os.path.exists(f"{source.directory}/store"))
                self.assertEqual(server.ask("DBSIZE"), 0)
                self.assertEqual(ctl("copy-store", source.config_file)[0], 2)
            finally:
                source.close()
                shard.close()

    def test_a_shard_whose_daemon_has_left_records_beside_it(self):
        with RedisServer(aof=True) as server, Shard(server) as shard:
            back = Files(SITES)
            try:
                shard.send(VIEW)
                server.kill()
                shard.send({**VIEW, "visitor": "while it is away"})
                shard.stop()
                server.start()
                status, _, err = copy(shard, back)
                self.assertEqual(status, 1)
                self.assertIn("start a daemon on it first", err)
                self.assertIn("more wait beside it", ctl("check", "--config", shard.config_file)[1])
                shard.start()
                until(lambda: "more wait beside it" not in ctl("check", "--config", shard.config_file)[1],
                      "what was left is taken in")
                self.assertEqual(digest(shard)["seq"], 2)
                shard.stop()
                self.assertEqual(copy(shard, back)[0], 0)
                server.ask("HSET", BASE + "handover", "5-1-1", "of somebody else")
                shutil.rmtree(f"{back.directory}/store")
                self.assertIn("start a daemon on it first", copy(shard, back)[2])
            finally:
                back.close()

    def test_another_configuration_is_told_by_the_digest(self):
        with RedisServer() as server, Files(SITES) as daemon:
            shard = Shard(server, sites=[Site("elsewhere")])
            try:
                daemon.send(VIEW)
                daemon.stop()
                status, out, err = copy(daemon, shard)
                self.assertEqual(status, 1)
                self.assertIn("digests differ", err)
                self.assertNotEqual(*last_of(out))
            finally:
                shard.close()


if __name__ == "__main__":
    unittest.main()
