"""The command line and the configuration: what is refused, with which words and which status."""

import os
import re
import signal
import subprocess
import time
import unittest

from footfall import DEADLINE, FOOTFALLD, ROOT, Daemon, Failure, Site, need

OFFLINE = ("ingest.http=127.0.0.1:0", "ingest.udp=127.0.0.1:0", "stats.http=127.0.0.1:0")


def run(*arguments):
    """footfalld to its end: (status, stdout, stderr)."""
    need(FOOTFALLD)
    done = subprocess.run([FOOTFALLD, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=DEADLINE)
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()  # for its directory; not started unless a test does
        self.addCleanup(self.daemon.close)

    def file(self, text):
        with open(self.daemon.config_file, "w") as file:
            file.write(text)
        return self.daemon.config_file

    def refused(self, *arguments, status=2):
        """One line on standard error, and that status; gives the line."""
        got, out, err = run(*arguments)
        self.assertEqual(got, status, err)
        self.assertEqual(len(err.strip().splitlines()), 1, err)
        return err.strip()

    def check(self, text):
        return run("--check-config", "-c", self.file(text))


class CommandLine(Case):
    def test_version_and_help_say_so_and_end_with_0(self):
        status, out, _ = run("--version")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^footfalld \d+\.\d+\.\d+\n$")
        status, out, _ = run("--help")
        self.assertEqual(status, 0)
        for word in ("-c", "-o", "--check-config", "--version", "session.timeout", "30m"):
            self.assertIn(word, out)

    def test_wrong_usage_ends_with_2(self):
        for arguments in (["--nonsense"], ["-x"], ["word"], ["-c"], ["-o"], ["--check-config", "word"]):
            with self.subTest(arguments):
                status, _, err = run(*arguments)
                self.assertEqual(status, 2)
                self.assertTrue(err.strip())

    def test_a_file_that_is_not_there_is_named(self):
        self.assertIn("/nowhere/at.yaml", self.refused("-c", "/nowhere/at.yaml", "--check-config"))

    def test_overrides_are_checked(self):
        for override, word in (("session.timeout=fast", "session.timeout"),
                               ("sesion.timeout=30m", "session.timeout"),
                               ("session.timeout", "session.timeout"), ("=3", "-o"),
                               ("store.durability=paper", "disk"),
                               ("ingest.http=somewhere", "ingest.http")):
            with self.subTest(override):
                self.assertIn(word, self.refused("--check-config", "-o", override))

    def test_overrides_win_over_the_file(self):
        path = self.file("session:\n  timeout: fast\n")
        self.assertEqual(run("--check-config", "-c", path)[0], 2)
        path = self.file("session:\n  timeout: 20m\n")
        self.assertEqual(run("--check-config", "-c", path, "-o", "session.timeout=10m")[0], 0)

    def test_the_shipped_file_is_good(self):
        shipped = os.path.join(ROOT, "conf", "footfalld.yaml")
        status, _, err = run("--check-config", "-c", shipped)
        self.assertEqual((status, err), (0, ""))

    def test_checking_makes_no_store(self):
        store = os.path.join(self.daemon.directory, "store")
        self.assertEqual(run("--check-config", "-o", f"store.path={store}")[0], 0)
        self.assertFalse(os.path.exists(store))

    def test_stats_beyond_loopback_need_a_token(self):
        self.assertIn("stats.token_file", self.refused("--check-config", "-o", "stats.http=0.0.0.0:7071"))

    def test_a_port_that_is_taken_ends_with_1(self):
        self.daemon.start()
        store = f"store.path={self.daemon.directory}/other"
        for key, address in (("ingest.http", self.daemon.http), ("stats.http", self.daemon.stats_address)):
            given = [word for o in (*OFFLINE, store, f"{key}={address}") for word in ("-o", o)]
            status, _, err = run(*given)
            self.assertEqual(status, 1, err)
            self.assertIn(address, err)

    def test_a_store_that_cannot_be_made_ends_with_1(self):
        given = [word for o in (*OFFLINE, "store.path=/proc/nowhere/store") for word in ("-o", o)]
        status, _, err = run(*given)
        self.assertEqual(status, 1, err)
        self.assertIn("/proc/nowhere", err)


GOOD = """# a comment
ingest:
  http: 127.0.0.1:0
  max_body: 64k
session:
  timeout: 20m
  lateness: 90s
cart:
  recover_within: 3d
sites:
  - id: shop
    aliases: [shop.example, www.shop.example]
    timezone: America/New_York
    currency: USD
  - id: depot
"""

# Each row: the text, the line at fault, and words that the message must have.
BAD = [
    ("session:\n  timeout: fast\n", 2, ["session.timeout", "duration", '"fast"']),
    ("session:\n  timeout: 30\n", 2, ["session.timeout", "duration"]),
    ("session:\n  timeout: -30m\n", 2, ["session.timeout"]),
    ("session:\n  timeout: 30 m\n", 2, ["session.timeout"]),
    ("session:\n  timeout: 30M\n", 2, ["session.timeout"]),
    ("session:\n  timeout: 1.5h\n", 2, ["session.timeout"]),
    ("session:\n  timeout: 0s\n", 2, ["session.timeout"]),
    ("session:\n  timeout: 99999999999999999999d\n", 2, ["session.timeout"]),
    ("session:\n  timeout: ''\n", 2, ["session.timeout"]),
    ("session:\n  timeout: [30m]\n", 2, ["session.timeout"]),
    ("session:\n  timeout: {a: 30m}\n", 2, ["session.timeout"]),
    ("session:\n  timeout:\n", 2, ["session.timeout"]),
    ("session:\n  timeout: 30m\n  timeout: 20m\n", 3, ["session.timeout"]),
    ("session:\n  timout: 30m\n", 2, ["session.timout", "session.timeout"]),
    ("sesion:\n  timeout: 30m\n", None, ["session"]),
    ("nonsense: 3\n", 1, ["nonsense"]),
    ("session: 30m\n", 1, ["session"]),
    ("session:\n  - timeout\n", None, ["session"]),
    ("- session\n", 1, []),
    ("just text\n", 1, []),
    ("session:\n\ttimeout: 30m\n", 2, []),
    ("session:\n  timeout: '30m\n", None, []),
    ("session: {timeout: 30m\n", None, []),
    ("\0\n", None, []),
    ("ingest:\n  http: nowhere\n", 2, ["ingest.http", "address"]),
    ("ingest:\n  http: 127.0.0.1\n", 2, ["ingest.http"]),
    ("ingest:\n  http: 127.0.0.1:99999\n", 2, ["ingest.http"]),
    ("ingest:\n  http: 127.0.0.300:80\n", 2, ["ingest.http"]),
    ("ingest:\n  udp_allow: [10.0.0.0/99]\n", 2, ["ingest.udp_allow"]),
    ("ingest:\n  max_body: big\n", 2, ["ingest.max_body", "size"]),
    ("ingest:\n  max_batch: 0\n", 2, ["ingest.max_batch"]),
    ("ingest:\n  max_batch: 1e3\n", 2, ["ingest.max_batch"]),
    ("store:\n  durability: paper\n", 2, ["store.durability", "disk", "process"]),
    ("store:\n  backend: sqlite\n", 2, ["store.backend", "embedded"]),
    ("store:\n  path: ''\n", 2, ["store.path"]),
    ("log:\n  level: loud\n", 2, ["log.level", "info"]),
    ("sites:\n  - timezone: UTC\n", None, ["id"]),
    ("sites:\n  - id: a\n  - id: a\n", None, ["a"]),
    ("sites:\n  - id: a\n  - id: b\n    aliases: [a]\n", None, ["a"]),
    ("sites:\n  - id: ''\n", 2, ["id"]),
    ("sites:\n  - id: " + "x" * 65 + "\n", 2, ["id"]),
    ("sites:\n  - id: a\n    timezone: Mars/Olympus\n", None, ["timezone", "Mars/Olympus"]),
    ("sites:\n  - id: a\n    currency: euro\n", 3, ["currency"]),
    ("sites:\n  - id: a\n    colour: red\n", 3, ["colour"]),
    ("sites:\n  id: a\n", None, ["sites"]),
    ("sites: a\n", 1, ["sites"]),
    ("stats:\n  http: 0.0.0.0:7071\n", None, ["stats.token_file"]),
]


class File(Case):
    def test_a_good_file_is_good(self):
        self.assertEqual(self.check(GOOD)[0::2], (0, ""))

    def test_an_empty_file_means_the_defaults(self):
        for text in ("", "# nothing\n", "---\n"):
            self.assertEqual(self.check(text)[0], 0, text)

    def test_bad_files_are_refused_with_file_line_and_key(self):
        self.assertGreaterEqual(len(BAD), 40)
        for text, line, words in BAD:
            with self.subTest(text=text):
                error = self.refused("--check-config", "-c", self.file(text))
                place = re.search(re.escape(self.daemon.config_file) + r"(:(\d+))?:", error)
                self.assertTrue(place, error)
                if line is not None:
                    self.assertEqual(place.group(2), str(line), error)
                for word in words:
                    self.assertIn(word, error)

    def test_the_words_are_those_of_the_contract(self):
        path = self.file("\n" * 13 + "session: {timeout: fast}\n")
        self.assertIn(f'{path}:14: session.timeout: expected a duration such as 30m, got "fast"',
                      self.refused("--check-config", "-c", path))

    def test_a_bad_file_does_not_start(self):
        path = self.file("session:\n  timeout: fast\n")
        self.assertIn("session.timeout", self.refused("-c", path))


class Running(Case):
    def test_the_ready_line_has_the_real_ports(self):
        self.daemon.start()
        for address in (self.daemon.http, self.daemon.udp, self.daemon.stats_address):
            self.assertRegex(address, r"^127\.0\.0\.1:[1-9]\d*$")

    def test_sigterm_and_sigint_end_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.daemon.start()
            self.daemon.signal(number)
            self.assertEqual(self.daemon.process.wait(DEADLINE), 0, self.daemon.log)

    def test_a_stop_answers_and_keeps_what_came(self):
        self.daemon.start()
        self.daemon.send({"type": "page_view", "visitor": "v"})
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.daemon.stats(window="1h")["traffic"]["pageviews"], 1)

    def test_sighup_takes_what_may_change(self):
        self.daemon.start()
        self.assertNotRegex(self.daemon.log, r"\bdebug\b")
        self.daemon.write_config("log:\n  level: debug\n")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.logged(r"log\.level")
        self.alive()

    def test_sighup_refuses_what_may_not_change_and_goes_on(self):
        self.daemon.start()
        self.daemon.write_config("session:\n  timeout: 10m\n")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.logged(r"session\.timeout")
        self.alive()

    def test_sighup_with_a_bad_file_goes_on_with_the_old_one(self):
        self.daemon.start()
        self.daemon.write_config("session:\n  timeout: fast\n")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.logged(r"session\.timeout.*fast")
        self.alive()

    def alive(self):
        self.daemon.send({"type": "page_view", "visitor": "v"})
        self.assertEqual(self.daemon.stats(window="1h")["traffic"]["pageviews"], 1)

    def test_durations_of_the_file_are_what_counts(self):
        self.daemon.write_config("session:\n  timeout: 60s\n  lateness: 10s\n")
        self.daemon.start()
        base = int(time.time()) - 10 * 86400
        self.daemon.bring([{"type": "page_view", "visitor": "v", "time": base + t}
                           for t in (0, 60, 121, 241)])
        answer = self.daemon.stats(from_=base - 86400, to=base + 86400)
        self.assertEqual(answer["traffic"]["sessions"], 3)

    def test_two_daemons_of_the_same_store_do_not_run(self):
        self.daemon.start()
        other = Daemon(options=[f"store.path={self.daemon.directory}/store"])
        self.addCleanup(other.close)
        with self.assertRaisesRegex(Failure, "ended with 1 "):
            other.start()

    def test_records_of_a_site_that_is_gone_do_not_stop_the_start(self):
        self.daemon.sites = (Site("default"), Site("gone"))
        self.daemon.write_config()
        self.daemon.start()
        self.daemon.send([{"type": "page_view", "visitor": "v", "site": site}
                          for site in ("default", "gone")])
        self.daemon.stop()
        self.daemon.sites = (Site("default"),)
        self.daemon.write_config()
        self.daemon.start()
        self.assertEqual(self.daemon.stats(window="1h")["traffic"]["pageviews"], 1)


if __name__ == "__main__":
    unittest.main()
