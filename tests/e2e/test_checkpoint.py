"""Checkpoints, check and export on the real daemon: a restart from a checkpoint and the journal
behind it gives the state that was, shown by its digest; a damaged store says what is wrong."""

import glob
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from footfall import (FOOTFALLCTL, Daemon, agree, expect, lasting, need, site_config, taken, until)
from beacons import DAY, MINUTE
from histories import AT, SITES, history, shuffled, wire
from reference import Reference
from test_property import now_less

SEED = 41


def ctl(*words):
    """Runs footfallctl; its exit status, output and messages."""
    need(FOOTFALLCTL)
    done = subprocess.run([FOOTFALLCTL, *words], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def files(daemon, pattern):
    return sorted(glob.glob(os.path.join(daemon.directory, "store", pattern)))


def checkpoint(daemon):
    return daemon.checkpoint()


def digest(daemon):
    return expect(daemon.office.get("/v1/digest"), 200).json


def damage(path, offset, mask=0x10):
    with open(path, "r+b") as file:
        file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
        place = file.tell()
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ mask]))


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def forge_image(path):
    """Makes the first block of a checkpoint hold no state, with all its checksums right."""
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        length = struct.unpack_from("<I", data, 36)[0]
        data[48:52] = b"none"
        struct.pack_into("<I", data, 44, crc32c(data[32:44] + data[48:48 + length]))
        file.seek(0)
        file.write(data)


class Case(unittest.TestCase):
    def check(self, daemon, *words):
        return ctl("check", "--config", daemon.config_file, *words, os.path.join(daemon.directory, "store"))

    def assert_agrees(self, daemon, reference, beacons, note):
        first, last = beacons[0][AT] // 10**6, beacons[-1][AT] // 10**6
        for site in SITES:
            agree(self, reference, daemon, site.id, note, from_=first - 3600, to=last + 3600)


def halves(seed, pace="hours", ago=2 * MINUTE):
    """A shuffled history, as it goes over the wire, in two halves; and in order."""
    beacons = history(seed, now_less(ago), pace)
    order = [wire(beacon) for beacon in shuffled(beacons, seed)]
    return order[:len(order) // 2], order[len(order) // 2:], beacons


class Restart(Case):
    def test_checkpoint_and_journal_give_the_state_that_was(self):
        for seed in range(SEED, SEED + 4):
            with self.subTest(seed=seed), Daemon(SITES) as daemon:
                one, two, beacons = halves(seed)
                reference = Reference(taken(one + two), site_config(SITES))
                daemon.bring(one)
                taken_first = digest(daemon)["seq"]
                seq = checkpoint(daemon)
                self.assertEqual(seq, taken_first)
                daemon.bring(two)
                before = digest(daemon)
                daemon.kill()
                status, out, err = self.check(daemon, "--at", before["at"])
                self.assertEqual((status, err), (0, ""))
                self.assertIn(before["digest"], out)
                daemon.start()
                self.assertRegex(daemon.log, rf"restored .*checkpoint={seq} replayed={before['seq'] - seq}")
                self.assert_agrees(daemon, reference, beacons, "after a restart")
                after = digest(daemon)
                status, out, err = self.check(daemon, "--at", after["at"])
                self.assertEqual((status, err), (0, ""), "beside the running daemon")
                self.assertIn(after["digest"], out)

    def test_chains_of_checkpoints_lose_nothing(self):
        """Each is made from the one before it; at the end it is what the journal alone gives."""
        with Daemon(SITES) as daemon:
            beacons = history(SEED + 10, now_less(2 * MINUTE), "hours")
            order = [wire(beacon) for beacon in shuffled(beacons, SEED)]
            step = len(order) // 6 + 1
            for i in range(0, len(order), step):
                daemon.bring(order[i:i + step])
                checkpoint(daemon)
                if i % 2:
                    daemon.restart()
            self.assertEqual(len(files(daemon, "checkpoint-*.ckpt")), 2)
            from_checkpoint = digest(daemon)
            daemon.kill()
            for path in files(daemon, "checkpoint-*.ckpt"):
                os.unlink(path)
            status, out, err = self.check(daemon, "--at", from_checkpoint["at"])
            self.assertEqual((status, err), (0, ""))
            self.assertIn(from_checkpoint["digest"], out)

    def test_a_damaged_checkpoint_gives_way_to_the_one_before_it(self):
        with Daemon(SITES) as daemon:
            one, two, beacons = halves(SEED + 20)
            reference = Reference(taken(one + two), site_config(SITES))
            daemon.bring(one)
            older = checkpoint(daemon)
            daemon.bring(two)
            newer = checkpoint(daemon)
            daemon.kill()
            damage(files(daemon, "checkpoint-*.ckpt")[-1], -200)
            status, _, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn(f"checkpoint {newer}", err)
            daemon.start()
            self.assertRegex(daemon.log, rf"checkpoint_refused.*seq={newer}")
            self.assertRegex(daemon.log, rf"restored .*checkpoint={older} ")
            self.assert_agrees(daemon, reference, beacons, "from the older checkpoint")

    def test_without_any_whole_checkpoint_the_journal_is_enough(self):
        with Daemon(SITES) as daemon:
            one, two, beacons = halves(SEED + 21)
            reference = Reference(taken(one + two), site_config(SITES))
            daemon.bring(one)
            checkpoint(daemon)
            daemon.bring(two)
            daemon.kill()
            for path in files(daemon, "checkpoint-*.ckpt"):
                damage(path, 20)
            daemon.start()
            self.assertRegex(daemon.log, r"restored .*checkpoint=0 ")
            self.assert_agrees(daemon, reference, beacons, "from the journal alone")

    def test_live_beacons_and_clock_driven_states_come_back(self):
        with Daemon(SITES) as daemon:
            site = SITES[0].id
            events = [{"site": site, "type": kind, "visitor": f"v{i}", "id": f"e{i}-{kind}",
                       **({"items": [{"sku": "A", "price": 2, "quantity": 3}]} if kind == "add_to_cart" else {})}
                      for i in range(200) for kind in ("page_view", "add_to_cart")]
            daemon.send(events[:200])
            checkpoint(daemon)
            daemon.send(events[200:])
            before = digest(daemon)
            live = daemon.stats(site)["traffic"]["live_visitors"]
            self.assertEqual(live, 200)
            daemon.kill()
            status, out, err = self.check(daemon, "--at", before["at"])
            self.assertEqual((status, err), (0, ""))
            self.assertIn(before["digest"], out)
            daemon.start()
            self.assertEqual(daemon.stats(site)["traffic"]["live_visitors"], 200)
            again = expect(daemon.events.post("/v1/events", events), 204)
            self.assertEqual(again.headers["X-Footfall-Duplicates"], "400")

    def test_records_of_all_sizes_and_notes_between_them_come_back_in_their_order(self):
        """Replay gathers small records; a large one, or one that is no beacon, comes behind those before it."""
        with Daemon(SITES) as daemon:
            site = SITES[0].id
            items = [{"sku": f"sku-{i}", "name": "n" * 40, "price": 1, "quantity": 2} for i in range(700)]
            for turn in range(4):
                small = [{"site": site, "type": "page_view", "visitor": f"v{i % 7}", "id": f"p{turn}-{i}"} for i in range(21)]
                large = [{"site": site, "type": "purchase", "visitor": f"v{i}", "id": f"o{turn}-{i}", "items": items,
                          "order": f"order-{turn}-{i}", "value": 1400, "currency": "EUR"} for i in range(2)]
                daemon.send(small[:9] + large[:1] + small[9:12] + large[1:] + small[12:])
                expect(daemon.office.request("DELETE", f"/v1/visitors/v{turn}?site={site}"), 202)
            before = digest(daemon)
            daemon.kill()
            status, out, err = self.check(daemon, "--at", before["at"])
            self.assertEqual((status, err), (0, ""))
            self.assertIn(before["digest"], out)


class Keys(unittest.TestCase):
    def test_the_writer_takes_the_configuration_in_force_and_needs_no_secrets(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "key")
            with open(path, "w") as file:
                file.write("se\"cret:#1\\\n")
            site = SITES[0]
            rows = {site.id: [f"keys: [{{key_file: {path}, right: office}}, {{key: \"it's'one'\", right: track}}]",
                              "origins: ['https://shop.example']"]}
            daemon = Daemon([site], rows=rows)
            with daemon:
                os.unlink(path)  # read once, at the start
                sent = {"site": site.id, "type": "page_view", "visitor": "v"}
                expect(daemon.events.post("/v1/events", sent, Authorization="Bearer it's'one'"), 204)
                self.assertEqual(checkpoint(daemon), 1)


class Trim(Case):
    def test_the_journal_behind_the_checkpoints_goes(self):
        options = ["store.segment_bytes=64k", "store.keep=0s", "store.checkpoint_records=1000"]
        with Daemon(SITES, options) as daemon:
            beacons = history(SEED + 30, now_less(8 * DAY), "days")
            reference = Reference([], site_config(SITES))
            order = [wire(beacon) for beacon in shuffled(beacons, SEED)]
            filler = [{"site": SITES[0].id, "type": "refund", "order": f"none-{i}", "id": f"f-{i}", "value": 1,
                       "time": beacons[0][AT] / 1e6} for i in range(3000)]
            sent = order + filler
            for i in range(0, len(sent), 1000):
                daemon.bring(sent[i:i + 1000])
                checkpoint(daemon)
            firsts = [int(re.search(r"journal-(\d+)", path)[1]) for path in files(daemon, "journal-*.seg")]
            self.assertGreater(firsts[0], 1, "nothing was trimmed")
            reference = Reference(taken(sent), site_config(SITES))
            self.assert_agrees(daemon, reference, beacons, "trimmed")
            before = digest(daemon)
            daemon.kill()
            status, out, err = self.check(daemon, "--at", before["at"])
            self.assertEqual((status, err), (0, ""))
            self.assertIn(before["digest"], out)
            daemon.start()
            self.assert_agrees(daemon, reference, beacons, "trimmed and restarted")

    def test_checkpoints_come_by_themselves(self):
        with Daemon(SITES, ["store.checkpoint_records=50"]) as daemon:
            beacons = history(SEED + 31, now_less(8 * DAY), "hours")
            daemon.bring([wire(beacon) for beacon in beacons])
            daemon.logged(r" checkpoint seq=\d+")
        with Daemon(SITES, ["store.checkpoint_every=1s"]) as daemon:
            daemon.send({"site": SITES[0].id, "type": "page_view", "visitor": "v"})
            daemon.logged(r" checkpoint seq=1\b")


class Check(Case):
    def test_a_store_without_records_is_whole(self):
        with Daemon(SITES) as daemon:
            status, _, err = self.check(daemon)
            self.assertEqual((status, err), (0, ""))

    def test_a_missing_segment_is_named_and_the_start_refused(self):
        with Daemon(SITES, ["store.segment_bytes=64k"]) as daemon:
            beacons = history(SEED + 40, now_less(8 * DAY), "days")
            daemon.bring([wire(beacon) for beacon in beacons] * 1)
            daemon.bring([{"site": SITES[0].id, "type": "page_view", "visitor": f"v{i}", "title": "x" * 200,
                           "time": beacons[0][AT] / 1e6} for i in range(1500)])
            daemon.kill()
            segments = files(daemon, "journal-*.seg")
            self.assertGreater(len(segments), 3)
            os.unlink(segments[1])
            status, _, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn(os.path.basename(segments[0]), err)
            self.assertIn("would be lost", err)
            daemon.spawn()
            self.assertEqual(daemon.process.wait(30), 1)

    def test_damage_behind_a_checkpoint_costs_the_state_nothing(self):
        with Daemon(SITES, ["store.segment_bytes=64k"]) as daemon:
            sent = [{"site": SITES[0].id, "type": "page_view", "visitor": f"v{i}", "title": "x" * 200,
                     "time": now_less(8 * DAY) / 1e6} for i in range(1500)]
            daemon.bring(sent)
            checkpoint(daemon)
            daemon.send({"site": SITES[0].id, "type": "spend", "value": 1, "purpose": "retention"})
            before = digest(daemon)
            daemon.kill()
            damage(files(daemon, "journal-*.seg")[0], 300)
            status, out, err = self.check(daemon, "--at", before["at"])
            self.assertEqual(status, 1)
            self.assertIn("from the state, nothing", err)
            self.assertIn(before["digest"], out)
            daemon.start()

    def test_a_whole_checkpoint_that_holds_no_state_is_named(self):
        with Daemon(SITES) as daemon:
            view = {"site": SITES[0].id, "type": "page_view", "visitor": "v"}
            daemon.send(view)
            older = checkpoint(daemon)
            daemon.send(view)
            newer = checkpoint(daemon)
            daemon.kill()
            forge_image(files(daemon, "checkpoint-*.ckpt")[-1])
            status, out, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn(f"checkpoint {newer}: its blocks are whole, but do not hold a state", err)
            self.assertIn(f"checkpoint  {newer}, whole", out)
            daemon.start()
            self.assertRegex(daemon.log, rf"checkpoint_refused.*seq={newer}")
            self.assertRegex(daemon.log, rf"restored .*checkpoint={older} ")
            self.assertEqual(daemon.stats(SITES[0].id)["traffic"]["pageviews"], 2)

    def test_a_checkpoint_of_another_history_is_told_by_its_digest(self):
        with Daemon(SITES) as daemon, Daemon(SITES) as other:
            view = {"site": SITES[0].id, "type": "page_view", "visitor": "v"}
            daemon.send(view)
            checkpoint(daemon)
            daemon.kill()
            other.kill()
            mine, theirs = (os.path.join(d.directory, "store") for d in (daemon, other))
            shutil.rmtree(theirs)
            shutil.copytree(mine, theirs)  # with the same seed
            for d, page in ((daemon, "/a"), (other, "/b")):
                d.start()
                d.send({**view, "visitor": page})
                checkpoint(d)
                d.kill()
            self.assertEqual(self.check(daemon)[0], 0)
            name = os.path.basename(files(daemon, "checkpoint-*.ckpt")[-1])
            shutil.copy(os.path.join(theirs, name), os.path.join(mine, name))
            status, out, err = self.check(daemon)
            self.assertEqual(status, 1)
            self.assertIn("not what the journal says", err)
            self.assertEqual(len(re.findall(r"after record 2 .*digest", out)), 3)

    def test_a_directory_that_is_no_store_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            status, _, err = ctl("check", directory)
            self.assertEqual(status, 1)
            self.assertIn("seed", err)


class Export(Case):
    def test_what_is_exported_gives_the_same_numbers_elsewhere(self):
        for seed in (SEED + 50, SEED + 51):
            beacons = history(seed, now_less(8 * DAY), "hours")
            order = [wire(beacon) for beacon in shuffled(beacons, seed)]
            first, last = beacons[0][AT] // 10**6, beacons[-1][AT] // 10**6
            with self.subTest(seed=seed), Daemon(SITES) as daemon, Daemon(SITES) as other:
                daemon.bring(order)
                status, out, err = ctl("export", "--config", daemon.config_file,
                                       os.path.join(daemon.directory, "store"))
                self.assertEqual(status, 0, err)
                lines = [json.loads(line) for line in out.splitlines()]
                self.assertEqual(len(lines), digest(daemon)["seq"])
                path = os.path.join(other.directory, "export.ndjson")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(out)
                for _ in range(2):  # a second time, nothing counts
                    status, _, err = ctl("--stats", other.stats_address, "import", "--restart", path)
                    self.assertEqual(status, 0, err)
                    for site in SITES:
                        query = {"from_": first - 3600, "to": last + 3600}
                        self.assertEqual(lasting(expect(daemon.stats_answer(site.id, **query), 200)),
                                         lasting(expect(other.stats_answer(site.id, **query), 200)))

    def test_live_beacons_without_ids_or_times_give_the_same_numbers_elsewhere(self):
        site = SITES[0].id
        items = [{"sku": "A \"\u00e9\n", "price": "2.5", "quantity": 3}]
        kinds = ({"type": "page_view", "url": "https://shop.example/a?b=1"}, {"type": "search", "term": " Red  SHOES "},
                 {"type": "add_to_cart", "items": items}, {"type": "ping", "engaged_ms": 12000},
                 {"type": "purchase", "value": 7.5, "items": items})
        with Daemon(SITES) as daemon, Daemon(SITES) as other:
            begun = time.time()
            for visitor in range(40):
                for kind in kinds[:1 + visitor % len(kinds)]:
                    order = {"order": f"o{visitor}"} if kind["type"] == "purchase" else {}
                    daemon.send({"site": site, "visitor": f"v{visitor}", **kind, **order})
            daemon.send({"site": site, "type": "refund", "order": "o4"})
            status, out, err = ctl("export", "--config", daemon.config_file, os.path.join(daemon.directory, "store"))
            self.assertEqual(status, 0, err)
            path = os.path.join(other.directory, "export.ndjson")
            with open(path, "w", encoding="utf-8") as file:
                file.write(out)
            self.assertEqual(ctl("--stats", other.stats_address, "import", path)[0], 0)
            query = {"from_": int(begun) - 3600, "to": int(begun) + 3600}
            self.assertEqual(lasting(expect(daemon.stats_answer(site, **query), 200)),
                             lasting(expect(other.stats_answer(site, **query), 200)))
            self.assertEqual(daemon.stats(site, **query)["orders"]["refunded"], {"EUR": 7.5})

    def test_a_window_and_a_site_can_be_chosen(self):
        with Daemon(SITES) as daemon:
            beacons = history(SEED + 52, now_less(8 * DAY), "hours")
            daemon.bring([wire(beacon) for beacon in beacons])
            middle = beacons[len(beacons) // 2][AT] // 10**6
            store = os.path.join(daemon.directory, "store")
            given = ["export", "--config", daemon.config_file]
            before = ctl(*given, "--to", str(middle), store)[1].splitlines()
            after = ctl(*given, "--from", str(middle), store)[1].splitlines()
            self.assertTrue(before and after)
            self.assertEqual(len(before) + len(after), digest(daemon)["seq"])
            site = SITES[0].id
            of_site = [json.loads(line) for line in ctl(*given, "--site", site, store)[1].splitlines()]
            self.assertTrue(of_site and all(line["site"] == site for line in of_site))


if __name__ == "__main__":
    unittest.main()
