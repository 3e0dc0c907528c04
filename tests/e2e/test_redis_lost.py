"""Redis forgets what it had acknowledged: the daemon notices, writes its whole state under a new epoch, and nothing
that it still knows is lost."""

import os
import unittest

from footfall import until
from redis_server import Proxy, RedisServer
from redis_views import JOURNAL, RedisCase, metric, view, views, well


class LostCase(RedisCase):
    aof = False
    options = ("store.durability=process",)

    def mended(self, times=1):
        """Waits until the whole state was written so often."""
        def found():
            return [line for line in list(self.daemon.lines) if " lost_data " in line and "checkpoint=" in line]
        until(lambda: len(found()) >= times, f"a state that was written whole in:\n{self.daemon.log}")
        well(self.daemon)

    def all_is_there(self):
        """In this daemon, in the next, in one elsewhere; and visitors are who they were."""
        self.holds()
        self.send(2)
        self.daemon.kill()
        self.daemon.start()
        self.holds()
        self.daemon.send(view(0))  # a repeat
        self.holds()
        self.assertEqual(self.daemon.stats(window="1h")["traffic"]["visitors"], self.sent)
        self.stream_holds()


class Lost(LostCase):
    def test_a_restart_without_a_file(self):
        self.send(10)
        self.redis.restart()
        self.mended()
        self.all_is_there()

    def test_a_restart_without_a_file_while_beacons_come(self):
        self.send(10)
        self.redis.kill()
        self.send(20, named=False)
        self.redis.start()
        self.send(5, named=False)
        self.mended()
        self.holds()
        self.stream_holds()

    def test_flushall(self):
        self.send(10)
        self.redis.ask("FLUSHALL")
        self.mended()  # also when nothing comes
        self.all_is_there()

    def test_flushall_under_a_beacon(self):
        self.send(10)
        self.redis.ask("FLUSHALL")
        self.send(5)
        self.mended()
        self.all_is_there()

    def test_flushall_again_and_again(self):
        for i in range(4):
            self.send(5)
            self.redis.ask("FLUSHALL")
            self.send(1)
            self.mended(i + 1)
        self.all_is_there()

    def test_flushall_of_an_empty_shard(self):
        self.redis.ask("FLUSHALL")
        self.daemon.logged("lost_data")
        well(self.daemon)
        self.send(5)
        self.all_is_there()

    def test_what_could_not_be_written_is_with_the_stop(self):
        self.send(10)
        self.redis.ask("CONFIG", "SET", "maxmemory", "1")
        self.redis.ask("FLUSHALL")
        self.daemon.logged("house lost_data why=")
        self.send(5)
        self.redis.ask("CONFIG", "SET", "maxmemory", "0")
        self.daemon.stop()
        self.daemon.start()
        self.holds()
        self.stream_holds()

    def test_the_stream_alone_is_removed(self):
        self.send(10)
        self.daemon.checkpoint()
        self.send(10)
        self.redis.ask("DEL", JOURNAL)
        self.mended()
        self.all_is_there()

    def test_the_daemon_is_killed_before_it_has_noticed(self):
        """Then what it knew is gone; the next begins with nothing, and goes on."""
        self.send(10)
        self.daemon.kill()
        self.redis.ask("FLUSHALL")
        self.daemon.start()
        self.assertEqual(views(self.daemon), 0)
        self.sent = 0
        self.send(3)
        self.all_is_there()

    def test_it_is_killed_while_it_is_away_after_the_loss(self):
        """What was spilled since is on the disk."""
        self.send(10)
        self.redis.kill()
        self.send(7, named=False)
        self.daemon.kill()
        self.redis.start()
        self.daemon.start()
        until(lambda: views(self.daemon) == 7, "what was spilled")
        self.sent = 7
        self.send(3)
        self.holds()
        self.stream_holds()

    def test_a_checkpoint_and_its_successor_come_after_it(self):
        self.send(10)
        self.redis.ask("FLUSHALL")
        self.mended()
        for _ in range(2):
            self.send(5)
            self.daemon.checkpoint()
        self.send(5)
        self.all_is_there()


class Failover(LostCase):
    """The daemon reaches whoever is the master by one address."""

    def setUp(self):
        super().setUp()
        self.daemon.close()
        self.replication = self.enterContext(Proxy(self.redis.address))
        self.replica = self.enterContext(RedisServer(replica_of=self.replication))
        self.proxy = self.enterContext(Proxy(self.redis.address))
        self.daemon = self.enterContext(self.make(self.proxy.url))

    def caught_up(self):
        return self.replica.ask("XLEN", JOURNAL) == self.redis.ask("XLEN", JOURNAL)

    def fail_over(self):
        self.redis.kill()
        self.proxy.target = self.replica.address
        self.replica.ask("REPLICAOF", "NO", "ONE")
        self.proxy.blink()
        self.redis, self.replica = self.replica, self.redis

    def test_to_a_replica_that_lagged(self):
        self.send(10)
        until(self.caught_up, "a replica that has all")
        self.replication.cut()
        self.send(10)
        self.fail_over()
        self.mended()
        self.all_is_there()

    def test_to_a_replica_that_lagged_behind_a_checkpoint(self):
        self.send(10)
        until(self.caught_up, "a replica that has all")
        self.replication.cut()
        self.send(10)
        self.daemon.checkpoint()
        self.fail_over()
        self.send(3, named=False)
        self.mended()
        self.all_is_there()

    def test_to_a_replica_that_has_all(self):
        self.send(10)
        until(self.caught_up, "a replica that has all")
        self.fail_over()
        self.send(5)
        well(self.daemon)
        self.assertNotIn("lost_data", self.daemon.log)
        self.all_is_there()


class Unreadable(RedisCase):
    def test_a_spill_that_cannot_be_read_is_lost_data(self):
        self.send(5)
        self.redis.kill()
        self.send(5)
        folder = f"{self.daemon.directory}/store/spill"
        [segment] = [name for name in os.listdir(folder) if name.endswith(".seg")]
        with open(os.path.join(folder, segment), "r+b") as file:
            file.seek(100)
            file.write(b"x" * 20)
        self.redis.start()
        self.daemon.logged("checkpoint=.*had lost records")
        well(self.daemon)
        self.holds()
        self.assertEqual(metric(self.daemon, "footfall_store_spilled_bytes"), 0)
        self.stream_holds()


if __name__ == "__main__":
    unittest.main()
