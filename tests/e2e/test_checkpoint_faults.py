"""Checkpoints that cannot be written, and those that are damaged: the daemon goes on, a start begins with
the newest one that is whole, and what was answered counts once."""

import errno
import os
import signal
import unittest

from footfall import Daemon, Failure, expect, until
from crash import processes
from faulty.sheet import FaultyDaemon
from faulty.shop import Shop, files, flip, segments

NAME = "checkpoint-"
SMALL = ["store.segment_bytes=64k", "store.keep=0s"]
DISK = ["store.durability=disk"]


def checkpoints(daemon):
    return files(daemon, NAME)


def ask(daemon, shop, outcome=r"house checkpoint seq="):
    """Asks for a checkpoint of something new; waits for what comes of it."""
    shop.sell(1)
    before = len(daemon.lines)
    daemon.signal(signal.SIGUSR1)
    until(lambda: any(outcome in line for line in daemon.lines[before:]), f"{outcome} in:\n{daemon.log}", 60)


def begun_with(daemon):
    """The record of the checkpoint that the start began with; 0: none."""
    return int(daemon.logged(r" restored .*checkpoint=(\d+)")[1])


class Writing(unittest.TestCase):
    FAULTS = (
        ("full disk", "write", {"error": errno.ENOSPC}),
        ("disk that fills on the way", "write", {"error": errno.ENOSPC, "room": 1000}),
        ("write error", "write", {"error": errno.EIO}),
        ("sync error", "sync", {"error": errno.EIO}),
        ("no file", "create", {"error": errno.EACCES}),
        ("no name", "rename", {"error": errno.EROFS}),
    )

    def test_one_that_fails_is_told_of_and_hinders_nobody(self):
        with FaultyDaemon(options=SMALL + DISK) as daemon:
            shop = Shop(daemon)
            shop.sell(500)
            ask(daemon, shop)
            for name, operation, how in self.FAULTS:
                with self.subTest(name):
                    self.fails(daemon, shop, operation, how)
            ask(daemon, shop)
            self.assertNotIn("degraded", expect(daemon.office.get("/readyz"), 200).json)
            newest = checkpoints(daemon)[-1]
            daemon.restart()
            self.assertIn(f"{begun_with(daemon):020}", newest)
            shop.check_for_good()

    def fails(self, daemon, shop, operation, how):
        before = checkpoints(daemon)
        with daemon.faults.fault(operation, name=NAME, **how):
            ask(daemon, shop, "house checkpoint_failed ")
            shop.sell(20)
            self.assertIn("checkpoint", expect(daemon.office.get("/readyz"), 200).json["degraded"])
        self.assertGreater(daemon.faults.get(operation, "faulted"), 0)
        self.assertEqual(checkpoints(daemon), before)
        self.assertEqual(files(daemon, "new-"), [])
        daemon.restart()
        shop.check("with the checkpoint before")
        self.assertIn(f"{begun_with(daemon):020}", before[-1])

    def test_what_is_not_needed_any_more_may_stay(self):
        with FaultyDaemon(options=SMALL) as daemon:
            shop = Shop(daemon)
            with daemon.faults.fault("unlink", error=errno.EROFS):
                for _ in range(4):
                    shop.sell(700)
                    ask(daemon, shop)
                stayed = len(segments(daemon))  # while the fault lasts: what may go then goes with the next tick
            self.assertGreater(daemon.faults.get("unlink", "faulted"), 0)
            shop.check("with all of it")
            shop.sell(700)
            ask(daemon, shop)
            daemon.logged("journal trimmed")
            self.assertLess(len(segments(daemon)), stayed)
            self.assertEqual(len(checkpoints(daemon)), 2)
            shop.check_for_good()

    def test_on_a_full_disk_the_journal_behind_them_goes_at_once(self):
        with FaultyDaemon(options=["store.segment_bytes=64k", "store.keep=7d"] + DISK) as daemon:
            shop = Shop(daemon)
            for _ in range(3):
                shop.sell(1500, 500)
                ask(daemon, shop)
            kept = len(segments(daemon))
            self.assertGreater(kept, 3)
            with daemon.faults.fault("write", error=errno.ENOSPC):
                self.assertEqual(shop.offer().status, 503)
                until(lambda: len(segments(daemon)) < kept, "room on the disk")
            shop.check_for_good()

    def test_one_that_hangs_hinders_nobody(self):
        """A child that hangs in each of its operations, while the daemon serves and then stops."""
        for operation in ("create", "write", "sync", "rename"):
            with self.subTest(operation), FaultyDaemon(options=SMALL) as daemon:
                shop = Shop(daemon)
                shop.sell(100)
                with daemon.faults.held(operation, name=NAME):
                    daemon.signal(signal.SIGUSR1)
                    daemon.faults.wait_for(operation, "waiting")
                    shop.sell(100)
                    daemon.stop()
                    self.assertEqual(checkpoints(daemon), [])
                daemon.start()
                shop.check("after a stop")
                ask(daemon, shop)
                shop.check_for_good()

    def test_one_goes_with_its_daemon(self):
        """Killed, a daemon leaves nobody behind who would write beside the next one."""
        processes.adopt_orphans()
        with FaultyDaemon(options=SMALL) as daemon:
            shop = Shop(daemon)
            shop.sell(100)
            for operation in ("write", "rename"):
                with self.subTest(operation), daemon.faults.held(operation, name=NAME):
                    shop.sell(100)
                    daemon.signal(signal.SIGUSR1)
                    daemon.faults.wait_for(operation, "waiting")
                    daemon.kill()
                    until(lambda: not processes.orphans(daemon.process.pid), "the end of the child")
                    daemon.faults.put(operation, waiting=0)
                daemon.start()
                self.assertEqual(files(daemon, "new-"), [])
                shop.check("after kill -9")
                ask(daemon, shop)
            shop.check_for_good()

    def test_a_signal_while_it_starts_ends_nothing(self):
        with FaultyDaemon(options=SMALL) as daemon:
            shop = Shop(daemon)
            shop.sell(100)
            daemon.kill()
            with daemon.faults.held("read", name="journal-"):
                daemon.spawn()
                daemon.faults.wait_for("read", "waiting")
                daemon.signal(signal.SIGUSR1)
            daemon.serve()
            shop.check("after the start")


class Reading(unittest.TestCase):
    def store(self, daemon, n=2):
        """A store with n checkpoints, each some way behind the one before."""
        shop = Shop(daemon)
        for _ in range(n):
            shop.sell(1000)
            ask(daemon, shop)
        shop.sell(50)
        daemon.kill()
        return shop

    def damages(self, path):
        """Ways to break a file, each as a function that does it."""
        size = os.path.getsize(path)
        yield "cut to nothing", lambda: os.truncate(path, 0)
        yield "cut within its header", lambda: os.truncate(path, 17)
        yield "cut in the middle", lambda: os.truncate(path, size // 2)
        yield "cut by a byte", lambda: os.truncate(path, size - 1)
        yield "with bytes behind it", lambda: append(path, b"\0" * 16)
        yield "filled with zeros", lambda: overwrite(path, bytes(size))
        for at in (0, 8, 20, 33, 60, size // 3, size // 2, size - 30, size - 20, size - 1):
            yield f"a bit of byte {at}", lambda at=at: flip(path, at)

    def test_a_damaged_one_gives_way_to_the_one_before(self):
        with Daemon(options=SMALL) as daemon:
            shop = self.store(daemon)
            older, newest = checkpoints(daemon)
            for name, damage in self.damages(newest):
                with self.subTest(name), undone(newest):
                    damage()
                    daemon.start()
                    shop.check(name)
                    self.assertIn(f"{begun_with(daemon):020}", older)
                    self.assertIn(os.path.basename(newest), daemon.log)
                    daemon.kill()
            daemon.start()
            self.assertIn(f"{begun_with(daemon):020}", newest)
            shop.check_for_good()

    def test_without_any_the_whole_journal_is_read(self):
        with Daemon(options=[*SMALL, "store.keep=7d"]) as daemon:
            shop = self.store(daemon)
            for path in checkpoints(daemon):
                flip(path, 100)
            daemon.start()
            self.assertEqual(begun_with(daemon), 0)
            shop.check("from the journal alone")
            ask(daemon, shop)
            daemon.restart()
            self.assertGreater(begun_with(daemon), 0)
            shop.check_for_good()

    def test_without_any_and_a_journal_that_is_trimmed_nothing_is_served(self):
        with Daemon(options=SMALL) as daemon:
            shop = self.store(daemon, 3)
            self.assertNotIn("00000000000000000001.seg", segments(daemon)[0])
            for path in checkpoints(daemon):
                flip(path, 100)
            with self.assertRaisesRegex(Failure, "ended with 1 "):
                daemon.start()
            self.assertRegex(daemon.log, r"records? .*missing")
            for path in checkpoints(daemon):
                flip(path, 100)
            daemon.start()
            shop.check_for_good()

    def unread(self, skip=0, times=1):
        """One whose reading meets the disk's errors, at so many calls behind the first few."""
        return {"error": errno.EIO, "name": NAME, "skip": skip, "times": times}

    def test_with_a_disk_that_cannot_read_them_nothing_is_left_out_by_a_start(self):
        """It begins with the one before, or not at all: the journal no longer has what they hold."""
        with FaultyDaemon(options=SMALL) as daemon:
            shop = self.store(daemon, 3)
            before, newest = (int(path[-25:-5]) for path in checkpoints(daemon))
            begun = []
            for skip in range(4):
                with self.subTest(skip), daemon.faults.fault("read", **self.unread(skip)):
                    try:
                        daemon.start()
                    except Failure:
                        self.assertIn("house replay why=", daemon.log)
                        continue
                    begun.append(begun_with(daemon))
                    shop.check("behind a read that failed")
                    daemon.kill()
            self.assertIn(before, begun)
            self.assertEqual(begun[-1], newest)  # it needs no more of them
            with daemon.faults.fault("read", **self.unread(times=-1)):
                with self.assertRaisesRegex(Failure, "ended with 1 "):
                    daemon.start()
            self.assertRegex(daemon.log, r"records? .*missing")
            daemon.start()
            shop.check_for_good()

    def test_with_a_disk_that_cannot_read_them_nothing_is_left_out_by_the_next(self):
        with FaultyDaemon(options=SMALL) as daemon:
            shop = self.store(daemon, 3)
            daemon.start()
            for skip, times in (0, 1), (1, 1), (2, 1), (0, -1):
                with self.subTest(skip=skip, times=times), daemon.faults.fault("read", **self.unread(skip, times)):
                    ask(daemon, shop, "house checkpoint_failed " if times < 0 else r"house checkpoint")
                    self.assertGreater(daemon.faults.get("read", "faulted"), 0)
                daemon.kill()
                daemon.start()
                shop.check("after a checkpoint that could not be read")
            ask(daemon, shop)
            shop.check_for_good()

    def test_a_journal_that_ends_before_its_checkpoint_is_not_served(self):
        """Its records would get their numbers again."""
        with Daemon(options=[*SMALL, "store.keep=7d"]) as daemon:
            self.store(daemon)
            for path in segments(daemon)[1:]:
                os.remove(path)
            with self.assertRaisesRegex(Failure, "ended with 1 "):
                daemon.start()

    def test_damage_in_the_tail_is_not_hidden_by_a_checkpoint(self):
        with Daemon(options=SMALL + DISK) as daemon:
            shop = self.store(daemon)
            shop.daemon.start()
            shop.sell(1500, a_time=50)
            daemon.kill()
            begun = int(checkpoints(daemon)[-1][-25:-5])
            behind = [path for path in segments(daemon)[:-1] if int(path[-24:-4]) > begun]
            self.assertTrue(behind)
            flip(behind[0], 200)
            with self.assertRaisesRegex(Failure, "ended with 1 "):
                daemon.start()
            self.assertIn(os.path.basename(behind[0]), daemon.log)
            flip(behind[0], 200)
            daemon.start()
            shop.check_for_good()


def append(path, data):
    with open(path, "ab") as file:
        file.write(data)


def overwrite(path, data):
    with open(path, "r+b") as file:
        file.write(data)


class undone:
    """The file is as it was when the block is over."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        with open(self.path, "rb") as file:
            self.content = file.read()

    def __exit__(self, *_):
        with open(self.path, "wb") as file:
            file.write(self.content)


if __name__ == "__main__":
    unittest.main()
