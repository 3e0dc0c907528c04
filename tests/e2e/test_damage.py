"""A store that is taken, damaged, or on a disk that fails when it is opened: it is not served, exit status 1,
and a line says why and where."""

import errno
import os
import unittest

from footfall import Daemon, Failure
from faulty.sheet import FaultyDaemon
from faulty.shop import Shop, flip, segments

DISK, SMALL = ["store.durability=disk"], ["store.segment_bytes=64k"]


class Starts(unittest.TestCase):
    def refuses(self, daemon, pattern, status=1):
        with self.assertRaises(Failure) as caught:
            daemon.start()
        self.assertRegex(str(caught.exception), f"ended with {status} ")
        self.assertRegex(daemon.log, pattern)

    def test_a_second_daemon_on_a_directory(self):
        with Daemon() as daemon:
            shop = Shop(daemon)
            shop.sell(3)
            other = Daemon(options=[f"store.path={daemon.directory}/store"])
            self.addCleanup(other.close)
            self.refuses(other, rf"{daemon.directory}/store/lock: .*holds it")
            shop.sell(3)
            shop.check_for_good()

    def test_a_disk_that_fails_while_the_store_is_opened(self):
        """Each operation in turn; afterwards, with a sound disk, all is there."""
        operations = ("open", "create", "size", "read", "sync", "sync_dir", "mkdir", "list", "lock")
        with FaultyDaemon() as daemon:
            shop = Shop(daemon)
            shop.sell(10)
            daemon.kill()
            for operation in operations:
                with self.subTest(operation), daemon.faults.fault(operation, error=errno.EIO, name="store"):
                    self.refuses(daemon, r"(/store\S*: |seed.*)Input/output error")
            daemon.start()
            shop.check_for_good()

    def test_a_full_disk_at_the_first_start(self):
        daemon = FaultyDaemon()
        self.addCleanup(daemon.close)
        daemon.faults.set("write", error=errno.ENOSPC)
        self.refuses(daemon, "No space left on device")
        daemon.faults.clear()
        daemon.start()
        shop = Shop(daemon)
        shop.sell(3)
        shop.check_for_good()

    def small_segments(self, daemon, n):
        """A store of n segments; the shop that filled it."""
        shop = Shop(daemon)
        while len(segments(daemon)) < n:
            shop.sell(100)
        daemon.kill()
        return shop

    def test_a_missing_segment_in_the_middle(self):
        with Daemon(options=SMALL) as daemon:
            shop = self.small_segments(daemon, 4)
            files = segments(daemon)
            for missing, before in ((files[1], files[0]), (files[2], files[1])):
                with self.subTest(missing):
                    os.rename(missing, missing + ".away")
                    self.refuses(daemon, rf"{before}: offset \d+: .*record \d+ is expected")
                    os.rename(missing + ".away", missing)
            daemon.start()
            shop.check_for_good()

    def test_a_missing_first_segment(self):
        with Daemon(options=SMALL) as daemon:
            shop = self.small_segments(daemon, 2)
            first = segments(daemon)[0]
            os.rename(first, first + ".away")
            self.refuses(daemon, r"the records from 1 on are missing")
            os.rename(first + ".away", first)
            daemon.start()
            shop.check_for_good()

    def test_a_flipped_bit_in_a_closed_segment(self):
        with Daemon(options=SMALL) as daemon:
            shop = self.small_segments(daemon, 3)
            middle = segments(daemon)[1]
            with open(middle, "rb") as file:
                size = len(file.read().rstrip(b"\0"))  # what follows is room, and nothing to be damaged
            for at in (40, 70, 100, size // 2, size - 1):
                with self.subTest(at=at):
                    before = self.bytes_of(daemon)
                    flip(middle, at)
                    self.refuses(daemon, rf"{middle}: offset \d+: damaged, record \d+ is expected")
                    flip(middle, at)
                    self.assertEqual(before, self.bytes_of(daemon), "a start that is refused changes nothing")
            daemon.start()
            shop.check_for_good()

    def bytes_of(self, daemon):
        contents = {}
        for path in segments(daemon):
            with open(path, "rb") as file:
                contents[path] = file.read()
        return contents

    def test_a_flipped_bit_in_what_the_last_segment_promised(self):
        """All but the last group is known to have been on the disk."""
        with Daemon(options=DISK) as daemon:
            shop = Shop(daemon)
            shop.sell(20, a_time=1)
            daemon.kill()
            only, = segments(daemon)
            flip(only, 100)
            self.refuses(daemon, rf"{only}: offset 32: damaged, record 1 is expected")
            flip(only, 100)
            daemon.start()
            shop.check_for_good()

    def test_a_store_of_a_later_version(self):
        """Versions are told from damage: the header is sound, but for its number."""
        with Daemon() as daemon:
            Shop(daemon).sell(1)
            daemon.kill()
            only, = segments(daemon)
            with open(only, "r+b") as file:
                header = bytearray(file.read(32))
                header[8:12] = (99).to_bytes(4, "little")
                header[28:32] = crc32c(bytes(header[:28])).to_bytes(4, "little")
                file.seek(0)
                file.write(header)
            self.refuses(daemon, rf"{only}: version 99 of the format")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


if __name__ == "__main__":
    unittest.main()
