"""A disk that fills, fails or lies: what is refused then is refused by name, what was answered counts once,
and a fault that is over is forgotten without a restart."""

import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
import unittest

from footfall import Daemon, Failure, expect, until
from faulty.sheet import FaultyDaemon
from faulty.shop import PAGE, SOON, Shop, Waiting, datagrams_read, queued, segments, view

JOURNAL = "journal-"
ONE_LOOP, THREADS = [], ["ingest.threads=2"]
DISK, PROCESS = ["store.durability=disk"], ["store.durability=process"]
SMALL = ["store.segment_bytes=64k"]
ENOUGH = 1200  # views that fill a small segment


def write(error, **how):
    return {"write": {"error": error, "name": JOURNAL, **how}}


# What goes wrong, with what settings, and the code of the refusals.
FAULTS = (
    ("full disk", write(errno.ENOSPC), DISK, "store_full"),
    ("full disk, process durability", write(errno.ENOSPC), PROCESS, "store_full"),
    ("full disk, ingest threads", write(errno.ENOSPC), DISK + THREADS, "store_full"),
    ("over quota", write(errno.EDQUOT), DISK, "store_full"),
    ("disk that fills within a group", write(errno.ENOSPC, room=40), DISK, "store_full"),
    ("torn group that cannot be cut", {**write(errno.ENOSPC, room=40), "truncate": {"error": errno.EIO}},
     DISK, "store_full"),
    ("write error", write(errno.EIO), DISK, "store_failed"),
    ("write error, process durability", write(errno.EIO), PROCESS + THREADS, "store_failed"),
    ("sync error", {"sync": {"error": errno.EIO}}, DISK, "store_failed"),
    ("sync error, ingest threads", {"sync": {"error": errno.EIO}}, DISK + THREADS, "store_failed"),
    ("disk found full by the sync", {"sync": {"error": errno.ENOSPC}}, DISK, "store_full"),
)

READ_ONLY = {operation: {"error": errno.EROFS} for operation in ("create", "rename", "unlink", "mkdir")}

# The same where a new segment has to be begun, which only ENOUGH views bring about.
ROTATION_FAULTS = (
    ("read-only directory", READ_ONLY, DISK, "store_failed"),
    ("read-only directory, process durability", READ_ONLY, PROCESS + THREADS, "store_failed"),
    ("no rename", {"rename": {"error": errno.EROFS}}, DISK, "store_failed"),
    ("no room for a file", {"create": {"error": errno.ENOSPC}}, DISK, "store_full"),
    ("no room in the new file", write(errno.ENOSPC, room=40), PROCESS, "store_full"),
    ("directory that cannot be synced", {"sync_dir": {"error": errno.EIO}}, DISK, "store_failed"),
    ("full segment that cannot be synced", {"sync": {"error": errno.EIO}}, PROCESS, "store_failed"),
)


# For what comes and goes.
KINDS = (("write", errno.EIO), ("sync", errno.EIO), ("create", errno.EMFILE), ("rename", errno.EACCES),
         ("sync_dir", errno.EIO), ("write", errno.ENOSPC))


class Refusals(unittest.TestCase):
    """The whole of a fault: before, while it lasts, and after it."""

    def test_faults_of_writing_and_syncing(self):
        for name, faults, options, code in FAULTS:
            with self.subTest(name), FaultyDaemon(options=options) as daemon:
                shop = Shop(daemon)
                shop.sell(30)
                self.goes_through(daemon, shop, faults, code)

    def test_faults_when_a_new_segment_begins(self):
        for name, faults, options, code in ROTATION_FAULTS:
            with self.subTest(name), FaultyDaemon(options=SMALL + options) as daemon:
                shop = Shop(daemon)
                self.goes_through(daemon, shop, faults, code, lead=ENOUGH)
                self.assertGreater(len(segments(daemon)), 1)

    def goes_through(self, daemon, shop, faults, code, lead=0):
        for operation, how in faults.items():
            daemon.faults.set(operation, **how)
        for _ in range(lead):
            if shop.offer(5).status != 204:
                break
        self.all_is_refused(daemon, shop, code)
        daemon.faults.clear()
        shop.settle()
        until(lambda: self.ready(daemon, 200), "readiness", SOON)
        daemon.logged("journal recovered")
        shop.sell(30)
        shop.check_for_good()

    def all_is_refused(self, daemon, shop, code):
        """Every door says so, while questions are answered."""
        for n in (1, 7):
            answer = expect(shop.offer(n), 503)
            self.refused(answer, code)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], PAGE)
        self.refused(expect(shop.offer(path="/v1/import"), 503), code)
        self.refused(expect(daemon.events.get("/v1/pixel.gif?type=page_view&visitor=picture"), 503), code)
        daemon.datagram(view("datagram"))
        datagrams_read(daemon)
        self.assertTrue(self.ready(daemon, 503, code))
        for client in (daemon.events, daemon.office):
            expect(client.get("/healthz"), 200)
        shop.check("while it lasts")
        daemon.logged(f"error journal {code} ")

    def refused(self, answer, code):
        self.assertEqual(answer.json["code"], code)
        self.assertIsInstance(answer.json["error"], str)
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)

    def ready(self, daemon, status, code=None):
        answers = [client.get("/readyz") for client in (daemon.events, daemon.office)]
        return all(a.status == status and a.json.get("code") == code for a in answers)


class Troubles(unittest.TestCase):
    """What fails in part, once, or while somebody waits."""

    def test_short_writes_are_gone_on_with(self):
        with FaultyDaemon(options=DISK) as daemon:
            daemon.faults.set("write", part=7)
            shop = Shop(daemon)
            shop.sell(20, a_time=3)
            self.assertGreater(daemon.faults.get("write", "faulted"), 100)
            daemon.faults.clear()
            shop.check_for_good()

    def test_short_reads_are_gone_on_with(self):
        with FaultyDaemon() as daemon:
            shop = Shop(daemon)
            shop.sell(50)
            daemon.kill()
            daemon.faults.set("read", part=11)
            daemon.start()
            shop.check("read in small parts")
            self.assertGreater(daemon.faults.get("read", "faulted"), 100)

    def test_those_who_wait_are_answered_when_the_sync_is_done(self):
        for options in (DISK, DISK + THREADS):
            with self.subTest(options), FaultyDaemon(options=options) as daemon:
                shop = Shop(daemon)
                with daemon.faults.held("sync"):
                    waiting = self.wait(shop)
                self.assertEqual(set(waiting.read()), {204})
                shop.check_for_good()

    def test_those_who_wait_hear_of_a_sync_that_failed(self):
        for error, times in ((errno.EIO, 1), (errno.EIO, 3), (errno.ENOSPC, 1)):
            for options in (DISK, DISK + THREADS):
                with self.subTest(error=error, times=times, options=options), \
                        FaultyDaemon(options=options) as daemon:
                    shop = Shop(daemon)
                    with daemon.faults.held("sync"):
                        waiting = self.wait(shop)
                        daemon.faults.put("sync", error=error, times=times)
                    self.assertLessEqual(set(waiting.read()), {204, 503})
                    self.assertEqual(daemon.faults.get("sync", "faulted"), 1)
                    shop.check_for_good()

    def test_those_who_wait_when_it_is_killed_can_repeat(self):
        for options in (DISK, DISK + THREADS):
            with self.subTest(options), FaultyDaemon(options=options) as daemon:
                shop = Shop(daemon)
                with daemon.faults.held("sync"):
                    waiting = self.wait(shop)
                    daemon.kill()
                daemon.faults.clear()
                self.assertEqual(set(waiting.read()), {None})
                daemon.start()
                shop.check("before the repeats")
                shop.check_for_good()

    def wait(self, shop, n=6):
        """So many views that wait for a held sync."""
        waiting = Waiting(shop, shop.fresh(n))
        shop.daemon.faults.wait_for("sync", "waiting")
        until(lambda: shop.daemon.stats(window="1h")["traffic"]["pageviews"] == n, "their counting")
        self.assertEqual(waiting.answered(), 0)
        return waiting

    def test_a_repeat_waits_for_the_first_one(self):
        """Whoever brings it: by another connection, to another thread, by other doors."""
        for options in (DISK, DISK + THREADS):
            with self.subTest(options), FaultyDaemon(options=options) as daemon:
                shop = Shop(daemon)
                with daemon.faults.held("sync"):
                    first = self.wait(shop, 1)
                    repeats = Waiting(Shop(daemon), first.names * 10)
                    for client in (daemon.events, daemon.office):
                        expect(client.get("/healthz"), 200)
                    until(lambda: queued(daemon.http) == 0, "the daemon's reading of the repeats")
                    daemon.stats(window="1h")
                    self.assertEqual(first.answered() + repeats.answered(), 0)
                self.assertEqual(set(first.read() + repeats.read()), {204})
                shop.check_for_good()

    def test_what_a_failed_sync_lost_is_written_again(self):
        """After a failed sync the system may have thrown away what it covered: as here, where the file's
        end is wiped after it."""
        with FaultyDaemon(options=DISK) as daemon:
            shop = Shop(daemon)
            shop.sell(20)
            first, = segments(daemon)
            good = os.path.getsize(first)
            daemon.faults.set("sync", error=errno.EIO, times=1)
            shop.offer(10)
            until(lambda: daemon.faults.get("sync", "faulted") == 1, "the failed sync")
            shop.settle()
            shop.sell(10)
            self.assertEqual(len(segments(daemon)), 2)
            self.assertEqual(os.path.getsize(first), self.wipe(first, good))
            daemon.restart()
            shop.check("without what the failed sync covered")

    def wipe(self, path, good):
        """Zeros from `good` on; gives the size, which stays."""
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            file.seek(good)
            file.write(bytes(size - good))
        self.assertGreater(size, good)
        return size

    def test_a_stop_while_the_disk_is_full_fails_and_loses_nothing_that_was_answered(self):
        with FaultyDaemon(options=["stop.grace=1s"]) as daemon:
            shop = Shop(daemon)
            shop.sell(20)
            daemon.faults.set("write", error=errno.ENOSPC, name=JOURNAL)
            expect(shop.offer(), 503)
            with self.assertRaisesRegex(Failure, "ended with 1 after SIGTERM"):
                daemon.stop()
            daemon.faults.clear()
            daemon.start()
            shop.check("after the stop that failed")
            shop.check_for_good()

    def test_faults_come_and_go_under_load(self):
        """Each kind of fault for some requests, over and over."""
        options = ["store.durability=disk", "store.segment_bytes=64k"]
        with FaultyDaemon(options=options) as daemon:
            shop = Shop(daemon)
            shop.sell(20)
            for times in (1, 2, 3):
                for operation, error in KINDS:
                    daemon.faults.set(operation, error=error, times=times, room=50)
                    for _ in range(20):
                        shop.offer(8)
                    daemon.faults.clear()
                    shop.settle()
                shop.check(f"{times} at a time")
            shop.check_for_good()


class SmallDisk(unittest.TestCase):
    """A file system of its own for the store, which is full in truth."""

    ALONE = (["unshare", "-m"], ["unshare", "-Urm"])
    MOUNT = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'

    def own_mounts(self, place):
        for words in self.ALONE:
            launcher = [*words, "sh", "-c", self.MOUNT, place]
            with contextlib.suppress(OSError):
                if subprocess.run([*launcher, "true"], capture_output=True).returncode == 0:
                    return launcher
        raise unittest.SkipTest("A REALLY FULL DISK NOT TESTED: no file system may be mounted here")

    def test_it_fills_and_gets_room_again(self):
        daemon = Daemon(options=SMALL)
        self.addCleanup(daemon.close)
        store = os.path.join(daemon.directory, "store")
        os.mkdir(store)
        daemon.launcher = self.own_mounts(store)
        daemon.start()
        seen = f"/proc/{daemon.process.pid}/root{store}"  # only there is it that file system
        ballast = os.path.join(seen, "ballast")
        with open(ballast, "wb") as file:
            file.write(bytes(700 << 10))
        shop = Shop(daemon)
        while shop.offer(20).status == 204:
            self.assertLess(len(shop.taken), 20_000)
        answer = expect(shop.offer(), 503)
        self.assertEqual(answer.json["code"], "store_full")
        shop.check("while it is full")
        os.remove(ballast)
        shop.settle()
        shop.sell(200)
        shop.check("with room again")
        self.copy_says_the_same(shop, seen)

    def copy_says_the_same(self, shop, store):
        with tempfile.TemporaryDirectory(prefix="footfall-test-") as folder:
            copy = shutil.copytree(store, os.path.join(folder, "store"))
            with Daemon(options=[f"store.path={copy}"]) as shop.daemon:
                shop.check("read by another")


if __name__ == "__main__":
    unittest.main()
