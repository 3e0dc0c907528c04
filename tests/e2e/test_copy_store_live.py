"""footfallctl copy-store beside daemons at work: a copy is what its source was, or it is refused and says so; and no
daemon loses its store to one."""

import threading

from footfall import until
from redis_server import Proxy, RedisServer, need_redis
from test_checkpoint import Case, ctl, digest
from test_copy_store import VIEW, Files, copy, last_of
from test_redis_checkpoint import BASE, SITES, Shard

SLOW = 0.05  # seconds that each answer takes on its way to the copy


def setUpModule():
    need_redis()


class Copying(threading.Thread):
    """A copy that takes its time; what came of it when it has ended."""

    def __init__(self, source, target):
        super().__init__()
        self.source, self.target, self.outcome = source, target, None
        self.start()

    def run(self):
        self.outcome = copy(self.source, self.target)


def send(daemon, name):
    daemon.send({**VIEW, "visitor": name})


class Source(Case):
    def setUp(self):
        self.server = self.enterContext(RedisServer(aof=True))
        self.proxy = self.enterContext(Proxy(self.server.address))
        self.proxy.delay = SLOW
        self.daemon = self.enterContext(Shard(self.server, "store.keep=0s", "store.redis.keep_bytes=1"))
        for number in range(200):
            send(self.daemon, f"v{number}")
        self.seen = Shard(self.server, url=self.proxy.url)  # as the copy sees it
        self.addCleanup(self.seen.close)
        self.target = self.fresh()

    def fresh(self):
        target = Files(SITES)
        self.addCleanup(target.close)
        return target

    def assert_right(self, outcome, target, state):
        status, out, err = outcome
        self.assertEqual((status, err), (0, ""), out)
        self.assertEqual(*last_of(out))
        status, out, err = ctl("check", "--config", target.config_file, "--at", state["at"])
        self.assertEqual((status, err), (0, ""))
        self.assertIn(state["digest"], out)

    def test_one_that_is_written_to_is_not_copied(self):
        copying, number = Copying(self.seen, self.target), 200
        while copying.is_alive():
            send(self.daemon, f"v{number}")
            number += 1
        status, _, err = copying.outcome
        self.assertEqual(status, 1, copying.outcome)
        self.assertIn("a daemon is at work on the store that was copied", err)
        self.assertEqual(self.daemon.stats(SITES[0].id)["traffic"]["pageviews"], number)
        state = digest(self.daemon)
        self.daemon.stop()
        self.proxy.delay = 0.0
        self.assertIn("not empty", copy(self.seen, self.target)[2])  # what it has is no copy, and nobody builds on it
        target = self.fresh()
        self.assert_right(copy(self.seen, target), target, state)

    def test_one_whose_daemon_only_waits_is_copied_and_goes_on(self):
        state = digest(self.daemon)
        self.assert_right(copy(self.seen, self.target), self.target, state)
        send(self.daemon, "afterwards")
        self.assertEqual(digest(self.daemon)["seq"], state["seq"] + 1)

    def test_one_that_is_trimmed_meanwhile_is_not_copied(self):
        """Its beginning goes, and the checkpoint that the copy has looked at."""
        for turn in range(2):
            copying = Copying(self.seen, self.fresh())
            while copying.is_alive():
                send(self.daemon, f"of turn {turn}")
                self.daemon.checkpoint()
            self.assertEqual(copying.outcome[0], 1, copying.outcome)
            self.assertIn("footfallctl: copy-store: ", copying.outcome[2])
        self.assertGreater(int(self.server.ask("XINFO", "STREAM", BASE + "journal")[7].split(b"-")[1]), 200)
        self.assertNotEqual(self.server.ask("XRANGE", BASE + "journal", "-", "+", "COUNT", 1)[0][1][0], b"begin")
        self.assert_right(copy(self.seen, self.target), self.target, digest(self.daemon))


class Target(Case):
    def setUp(self):
        self.source = self.enterContext(Files(SITES))
        send(self.source, "v")
        self.source.stop()

    def refused(self, daemon):
        """To where a daemon is at work that has taken nothing yet; it stays."""
        status, _, err = copy(self.source, daemon)
        self.assertEqual(status, 1)
        self.assertIn("not empty", err)
        send(daemon, "its own")
        self.assertEqual(digest(daemon)["seq"], 1)

    def test_a_shard_whose_daemon_has_taken_nothing_yet(self):
        with RedisServer() as server, Shard(server) as daemon:
            before = server.ask("XLEN", BASE + "journal")
            self.refused(daemon)
            self.assertEqual(server.ask("XLEN", BASE + "journal"), before + 1)

    def test_files_whose_daemon_has_taken_nothing_yet(self):
        with Files(SITES) as daemon:
            self.refused(daemon)

    def test_a_shard_that_cannot_be_asked_at_first_is_not_taken_over(self):
        with RedisServer() as server, Shard(server) as daemon, Proxy(server.address) as proxy:
            seen = Shard(server, url=proxy.url)
            try:
                send(daemon, "its own")
                proxy.cut()
                copying = Copying(self.source, seen)
                until(lambda: proxy.connections > 0, "the copy's first question")
                proxy.mend()
                copying.join()
                self.assertEqual(copying.outcome[0], 1, copying.outcome)
                send(daemon, "another")
                self.assertEqual(digest(daemon)["seq"], 2)
            finally:
                seen.close()
