"""footfallctl: bringing history in from files, and showing a window."""

import json
import os
import random
import subprocess
import time
import unittest

from footfall import (DEADLINE, FOOTFALLCTL, SECOND, Daemon, agree, need, parse, site_config, taken)
from beacons import DAY
from histories import AT, SITES, history, wire
from reference import Reference


class Ctl(unittest.TestCase):
    def setUp(self):
        need(FOOTFALLCTL)
        self.daemon = Daemon(SITES)
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        self.beacons = history(11, round(time.time()) * SECOND - 8 * DAY, "hours")

    def run_ctl(self, *arguments, status=0, stdin=None):
        done = subprocess.run([FOOTFALLCTL, "--stats", self.daemon.stats_address, *arguments],
                              capture_output=True, text=True, timeout=DEADLINE, input=stdin or "",
                              cwd=self.daemon.directory)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def file(self, beacons, name="history.ndjson"):
        path = os.path.join(self.daemon.directory, name)
        with open(path, "w") as file:
            file.writelines(json.dumps(wire(b), ensure_ascii=False) + "\n" for b in beacons)
        return path

    def agrees(self, order):
        """order: as the daemon should have been brought it."""
        reference = Reference(taken([wire(b) for b in order]), site_config(SITES))
        first, last = order[0][AT] // SECOND, order[-1][AT] // SECOND
        for site in SITES:
            agree(self, reference, self.daemon, site.id, from_=first - 3600, to=last + 3600)


def shuffle(beacons, seed):
    """Any order at all, but that ties of time keep theirs: what importing must sort."""
    rng = random.Random(seed)
    mixed = beacons[:]
    rng.shuffle(mixed)
    ties = {}
    for beacon in beacons:
        ties.setdefault(beacon[AT], []).append(beacon)
    return [ties[beacon[AT]].pop(0) for beacon in mixed]


class Imports(Ctl):
    def test_a_file_in_any_order_is_sorted_and_counted(self):
        self.run_ctl("import", self.file(shuffle(self.beacons, 3)))
        self.agrees(self.beacons)

    def test_importing_twice_counts_once(self):
        """Lines without an id get one that is the same the next time."""
        once = {b.get("id", place): b for place, b in enumerate(self.beacons)}
        path = self.file(once.values())
        first = self.run_ctl("import", path)
        self.assertIn(f"{len(once)} events", first.stdout)
        before = [self.numbers(site) for site in SITES]
        self.run_ctl("import", path)
        self.assertEqual([self.numbers(site) for site in SITES], before)

    def numbers(self, site):
        answer = self.daemon.stats(site.id, window="365d")
        return answer["traffic"], answer["cart"], answer["orders"]

    def test_several_files_are_one_history(self):
        """Ties of time go by the file, then by the line."""
        files = self.beacons[::2], self.beacons[1::2]
        names = [self.file(part, f"part-{n}.ndjson") for n, part in enumerate(files)]
        self.run_ctl("import", *names)
        placed = [(b[AT], n, line, b) for n, part in enumerate(files) for line, b in enumerate(part)]
        self.agrees([b for *_, b in sorted(placed, key=lambda place: place[:3])])

    def test_standard_input_is_a_file_too(self):
        text = "".join(json.dumps(wire(b)) + "\n" for b in self.beacons)
        self.run_ctl("import", "-", stdin=text)
        self.agrees(self.beacons)

    def test_bad_lines_are_named_and_the_rest_is_taken(self):
        path = self.file(self.beacons)
        with open(path, "a") as file:
            file.write("{broken\n" + json.dumps({"type": "page_view", "site": "shop"}) + "\n")
        done = self.run_ctl("import", path, status=1)
        for number in (1, 2):
            self.assertIn(f"history.ndjson:{len(self.beacons) + number}", done.stderr)
        self.agrees(self.beacons)

    def test_an_import_goes_on_where_a_crash_of_the_daemon_cut_it(self):
        path = self.file(self.beacons)
        importer = subprocess.Popen([FOOTFALLCTL, "--stats", self.daemon.stats_address, "import",
                                     "--retry-for", "1", path], stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True, cwd=self.daemon.directory)
        self.daemon.kill()
        importer.communicate(timeout=DEADLINE)
        self.daemon.start()
        self.run_ctl("import", path)
        self.agrees(self.beacons)

    def test_what_is_not_there_is_said(self):
        self.assertIn("nowhere.ndjson", self.run_ctl("import", "nowhere.ndjson", status=1).stderr)
        self.run_ctl("import", status=2)
        self.run_ctl("nonsense", status=2)
        self.daemon.stop()
        self.run_ctl("stats", "--site", "shop", status=1)


class Stats(Ctl):
    def test_a_window_as_a_table_and_as_json(self):
        self.daemon.bring([wire(b) for b in self.beacons])
        raw = self.run_ctl("stats", "--site", "shop", "--window", "30d", "--json").stdout
        answer, direct = parse(raw), self.daemon.stats("shop", window="30d")
        for section in ("traffic", "cart", "orders"):
            self.assertEqual(answer[section], direct[section])
        table = self.run_ctl("stats", "--site", "shop", "--window", "30d").stdout
        for number in (direct["traffic"]["pageviews"], direct["cart"]["carts_opened"]):
            self.assertIn(str(number), table.replace(",", ""))
        for currency in direct["orders"]["revenue"]:
            self.assertIn(currency, table)

    def test_from_and_to(self):
        start = int(time.time()) // 3600 * 3600 - 86400
        raw = self.run_ctl("stats", "--site", "shop", "--from", str(start), "--to",
                           str(start + 3600), "--json").stdout
        self.assertEqual(parse(raw)["from"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start)))

    def test_errors_of_the_daemon_are_shown(self):
        done = self.run_ctl("stats", "--site", "nowhere", status=1)
        self.assertIn("site", done.stderr)
        self.run_ctl("stats", "--window", "1h", "--from", "3", status=2)

    def test_version_and_help(self):
        self.assertRegex(self.run_ctl("--version").stdout, r"^footfallctl \d+\.\d+\.\d+\n$")
        self.assertIn("import", self.run_ctl("--help").stdout)


if __name__ == "__main__":
    unittest.main()
