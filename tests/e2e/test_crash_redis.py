"""Daemon and Redis are killed, stopped, cut apart at random moments, alone and together: what was answered is
there afterwards, once. scripts/torture --redis does it for longer. $FOOTFALL_FAULTS says how often,
$FOOTFALL_SEED how to begin."""

import os
import unittest

from crash.redis_run import RedisRun
from redis_server import need_redis

SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
FAULTS = int(os.environ.get("FOOTFALL_FAULTS", "50"))


def setUpModule():
    need_redis()


class Crash(unittest.TestCase):
    def test_what_was_answered_counts_once(self):
        score = RedisRun(SEED, FAULTS).go()
        print(score)
        self.assertGreaterEqual(score.faults, FAULTS)
        self.assertGreater(score.kills, FAULTS // 5)
        self.assertGreater(score.redis_kills, 0)
        self.assertGreater(score.repeats, 0)  # else nothing was under way


if __name__ == "__main__":
    unittest.main()
