"""A clock that jumps: nothing is lost, and nothing counts twice."""

import glob
import os
import shutil
import tempfile
import time
import unittest

from footfall import Daemon, until
from faulty.shop import view


class Clock:
    """The clock on the wall as a daemon sees it, some seconds from the true one."""

    LIBRARY = "libfaketimeMT.so.1"
    PLACES = ("/usr/lib/*/faketime/", "/usr/lib/faketime/", "/usr/local/lib/faketime/")

    def __init__(self, folder):
        found = [path for place in self.PLACES for path in glob.glob(place + self.LIBRARY)]
        if not found:
            raise unittest.SkipTest("JUMPS OF THE CLOCK NOT TESTED: faketime is not there")
        self.path = os.path.join(folder, "clock")
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.environment = {**os.environ, "LD_PRELOAD": found[0], "FAKETIME_TIMESTAMP_FILE": self.path,
                            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                            "ASAN_OPTIONS": sanitizer}
        self.set(0)

    def set(self, seconds):
        with open(self.path + ".new", "w") as file:
            file.write(f"{seconds:+d}")
        os.replace(self.path + ".new", self.path)


class Clocks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="footfall-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.clock = Clock(self.folder)

    def views(self, daemon):
        now = int(time.time())
        return daemon.stats(from_=now - 40 * 3600, to=now + 40 * 3600)["traffic"]

    def test_it_goes_back_and_forth(self):
        with Daemon(env=self.clock.environment) as daemon:
            number = 0
            for seconds in (0, -3600, 0, 7200, 60, -7200, 36000, 0):
                self.clock.set(seconds)
                for again in range(2):
                    daemon.send([view(f"{number}"), {**view(f"{number} timed"), "time": time.time()}])
                number += 1
                self.agrees(daemon, 2 * number)
                daemon.restart()
                self.agrees(daemon, 2 * number)

    def agrees(self, daemon, views):
        traffic = self.views(daemon)
        self.assertEqual((traffic["pageviews"], traffic["sessions"], traffic["new_visitors"]), (views,) * 3)

    def test_one_that_is_behind_the_journal_is_told_of(self):
        with Daemon(env=self.clock.environment) as daemon:
            self.clock.set(7200)
            daemon.send(view("ahead"))
            self.assertNotIn("degraded", daemon.office.get("/readyz").json)
            self.clock.set(0)
            daemon.logged("clock_behind")
            self.assertIn("clock", daemon.office.get("/readyz").json["degraded"])
            daemon.send(view("behind"))
            self.assertEqual(self.views(daemon)["pageviews"], 2)
            self.clock.set(7300)
            until(lambda: "degraded" not in daemon.office.get("/readyz").json, "a clock that has caught up")

    def test_a_session_goes_on_when_it_is_set_back(self):
        with Daemon(env=self.clock.environment) as daemon:
            for seconds in (0, -3600, -5):
                self.clock.set(seconds)
                daemon.send({"type": "page_view", "visitor": "v"})
            traffic = self.views(daemon)
            self.assertEqual((traffic["pageviews"], traffic["sessions"]), (3, 1))
            self.assertEqual(traffic["live_visitors"], 1)

    def test_a_session_is_over_when_it_goes_forth(self):
        with Daemon(env=self.clock.environment) as daemon:
            daemon.send({"type": "page_view", "visitor": "v"})
            self.clock.set(31 * 60)
            self.assertEqual(self.views(daemon)["live_visitors"], 0)
            daemon.send({"type": "page_view", "visitor": "v"})
            self.assertEqual(self.views(daemon)["sessions"], 2)


if __name__ == "__main__":
    unittest.main()
