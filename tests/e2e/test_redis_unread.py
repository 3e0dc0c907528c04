"""A checkpoint that cannot be read, because the connection was cut or Redis refuses it, is none that is damaged: whoever
reads it does not go on without it. Before it Redis has lost data, so that the stream alone does not hold what it does."""

import signal
import unittest

from footfall import Failure, until
from redis_server import Proxy
from redis_views import digest, readiness
from test_redis_checkpoint import blocks, checkpoints, spoil
from test_redis_lost import LostCase


class Unread(LostCase):
    EARLY, LATER = 10, 5

    def setUp(self):
        super().setUp()
        self.daemon.close()
        self.proxy = self.enterContext(Proxy(self.redis.address))
        self.daemon = self.enterContext(self.make(self.proxy.url))
        self.send(self.EARLY)
        self.redis.ask("FLUSHALL")
        self.mended()
        self.assertEqual(checkpoints(self.redis), [self.EARLY])
        self.send(self.LATER)

    def question(self):
        """That for the newest checkpoint's first block. Of one reader the first finds it whole, the second takes it."""
        key = next(name for name in blocks(self.redis) if f"-{checkpoints(self.redis)[-1]}-" in name and name.endswith(":0"))
        return b"$3\r\nGET\r\n$%d\r\n%s\r\n" % (len(key), key.encode())

    def elsewhere(self):
        """What a daemon has that starts with nothing but what is in Redis."""
        self.daemon.kill()
        self.daemon.start()
        self.holds()
        self.stream_holds()

    def outcome(self):
        """Asks for a checkpoint and waits for the end of who writes it; the line that tells of it."""
        before = len(self.daemon.lines)
        self.daemon.signal(signal.SIGUSR1)

        def ended():
            return [line for line in self.daemon.lines[before:]
                    if " house checkpoint seq=" in line or " house checkpoint_failed " in line]
        return lambda: until(ended, f"the end of a checkpoint in:\n{self.daemon.log}")[0]

    def test_nobody_writes_the_next_one_without_a_checkpoint_that_was_cut_off(self):
        for times in 1, 2:
            with self.subTest(f"at the reading no. {times}"):
                self.proxy.trip(self.question(), times)
                line = self.outcome()()
                self.assertTrue(self.proxy.tripped)
                self.assertIn("checkpoint_failed", line)
                self.assertEqual(checkpoints(self.redis), [self.EARLY])
        self.assertEqual(self.daemon.checkpoint(), self.sent)
        self.elsewhere()

    def test_nobody_writes_the_next_one_without_a_checkpoint_that_was_refused(self):
        self.proxy.trip(self.question(), 2, held=True)
        outcome = self.outcome()
        until(lambda: self.proxy.tripped, "the second reading")
        self.redis.ask("ACL", "SETUSER", "default", "-get")
        self.proxy.release()
        line = outcome()
        self.redis.ask("ACL", "SETUSER", "default", "+get")
        self.assertIn("checkpoint_failed", line)
        self.assertEqual(checkpoints(self.redis), [self.EARLY])
        self.assertEqual(self.daemon.checkpoint(), self.sent)
        self.elsewhere()

    def test_nobody_writes_the_next_one_without_what_only_a_damaged_one_held(self):
        """Who has it all is the daemon: it says so, and is not replaced by less."""
        spoil(self.redis, self.EARLY)
        self.assertIn("checkpoint_failed", self.outcome()())
        self.assertIn("nowhere else", self.daemon.log)
        self.assertIn("checkpoint", readiness(self.daemon).json["degraded"])
        self.assertEqual(checkpoints(self.redis), [self.EARLY])
        self.holds()
        spoil(self.redis, self.EARLY)
        self.assertEqual(self.daemon.checkpoint(), self.sent)
        self.elsewhere()

    def test_a_daemon_that_has_it_not_either_goes_on(self):
        self.daemon.kill()
        spoil(self.redis, self.EARLY)
        self.daemon.start()
        self.assertRegex(self.daemon.log, rf"lost_records from=1 upto={self.EARLY}")
        self.sent = self.LATER
        self.holds()
        self.send(2)
        self.assertEqual(self.daemon.checkpoint(), self.EARLY + self.sent)
        self.elsewhere()

    def test_nobody_starts_without_a_checkpoint_that_was_cut_off(self):
        before = digest(self.daemon)["seq"]
        self.daemon.kill()
        for times in 1, 2:
            with self.subTest(f"at the reading no. {times}"):
                self.proxy.trip(self.question(), times)
                with self.assertRaisesRegex(Failure, "ended with 1 "):
                    self.daemon.start()
                self.assertTrue(self.proxy.tripped)
        self.daemon.start()
        self.assertEqual(digest(self.daemon)["seq"], before)
        self.holds()
        self.elsewhere()


if __name__ == "__main__":
    unittest.main()
