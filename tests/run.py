#!/usr/bin/env python3
"""The test runner: every suite there is, two at a time, and one closing line that counts tests.

    tests/run.py [--build DIR] [--unit] [--only WORD] [--redis-server PROGRAM] [--jobs N] [--limit SECONDS] [--list]

Suites are the programs in DIR/unit, the Python modules tests/reference/test_*.py and
tests/e2e/test_*.py, scripts/check-house, check-docs and check-systemd, each of which is one test, and
scripts/fuzz --quick, in which each target is one. With --redis-server only those about Redis are run,
on that program (FOOTFALL_REDIS_SERVER says the same to a single test).
What fails is shown whole; the last line is `N passed, N failed, N skipped`. Ends with 1 when
anything failed or nothing ran."""

import argparse
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERDICT = "footfall-verdict: "  # precedes the counts that a Python suite reports
SHOWN = 20_000                  # characters of a failed suite's output, from its end


@dataclass
class Suite:
    name: str
    command: list
    count: object            # (output, status) -> Counts
    slow: bool = False       # begun first
    redis: bool = False      # asks a redis-server
    environment: dict = field(default_factory=dict)


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list = field(default_factory=list)  # a line for each skipped test

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


# Counting: a suite that ends with a status its counts do not explain has failed once more.

def count_cmocka(output, status):
    def number(word):
        return sum(map(int, re.findall(rf"\[  {word} *\] (?:tests: )?(\d+) test\(s\)", output)))

    counts = Counts(number("PASSED"), number("FAILED"), number("SKIPPED"))
    return explained(counts, status)


def count_python(output, status):
    reports = [line for line in output.splitlines() if line.startswith(VERDICT)]
    counts = Counts(**json.loads(reports[-1][len(VERDICT):])) if reports else Counts()
    return explained(counts, status)


def count_script(output, status):
    """A script that could not check anything ends with 77, and its last line says why."""
    if status == 77:
        return Counts(skipped=1, notes=output.strip().splitlines()[-1:])
    return Counts(passed=int(status == 0), failed=int(status != 0))


def count_fuzz(output, status):
    if status == 77:
        return count_script(output, status)
    words = [line.split()[0] for line in output.splitlines() if line.strip()]
    return explained(Counts(passed=words.count("ok"), failed=words.count("FAIL")), status)


def explained(counts, status):
    if status != 0 and counts.failed == 0:
        counts.failed = 1
    if status == 0 and counts.passed + counts.failed + counts.skipped == 0:
        counts.failed = 1
    return counts


# Finding suites.

def asks_redis(path):
    with open(path) as module:
        return "redis_server" in module.read()


def suites(build):
    environment = {"FOOTFALLD": os.path.join(build, "footfalld"),
                   "FOOTFALLCTL": os.path.join(build, "footfallctl")}
    found = [Suite("unit/" + os.path.basename(path), [path], count_cmocka, redis="redis" in os.path.basename(path))
             for path in sorted(glob.glob(os.path.join(build, "unit", "*")))
             if os.path.isfile(path) and os.access(path, os.X_OK)]
    for folder in ("reference", "e2e"):
        for path in sorted(glob.glob(os.path.join(ROOT, "tests", folder, "test_*.py"))):
            name = f"{folder}/{os.path.basename(path)[:-3]}"
            command = [sys.executable, os.path.abspath(__file__), "--module", path]
            found.append(Suite(name, command, count_python, folder == "e2e", asks_redis(path), environment))
    for script in ("check-house", "check-docs", "check-systemd"):
        path = os.path.join(ROOT, "scripts", script)
        found.append(Suite(f"scripts/{script}", [path], count_script))
    fuzz = [os.path.join(ROOT, "scripts", "fuzz"), "--quick"]
    found.append(Suite("fuzz", fuzz, count_fuzz, slow=True))
    return found


# Running one.

def run(suite, limit):
    """(output, counts, seconds); ends the suite, and what it started, at its limit."""
    begun = time.monotonic()
    try:
        process = subprocess.Popen(suite.command, cwd=ROOT, env={**os.environ, **suite.environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as trouble:
        return str(trouble), Counts(failed=1), 0.0
    try:
        output, status = process.communicate(timeout=limit)[0], process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, status = process.communicate()[0], -signal.SIGKILL
        output += f"\nnot done within {limit} s".encode()
    text = output.decode(errors="replace")
    if status < 0:
        text += f"\nended by signal {-status}\n"
    return text, suite.count(text, status), time.monotonic() - begun


def report(suite, output, counts, seconds):
    word = "FAIL" if counts.failed else "ok"
    print(f"{word:4} {suite.name:40} {counts} ({seconds:.1f} s)", flush=True)
    for note in counts.notes:
        print(f"     SKIPPED {note}")
    if counts.failed:
        shown = "\n".join(line for line in output.splitlines() if not line.startswith(VERDICT))
        print("\n".join("     | " + line for line in shown[-SHOWN:].splitlines()), flush=True)


def run_all(chosen, jobs, limit):
    total, failed = Counts(), []

    def one(suite):
        return suite, *run(suite, limit)

    with ThreadPoolExecutor(jobs) as pool:
        order = sorted(chosen, key=lambda suite: not suite.slow)
        for suite, output, counts, seconds in pool.map(one, order):
            report(suite, output, counts, seconds)
            total += counts
            if counts.failed:
                failed.append(suite.name)
    if failed:
        print("failed: " + ", ".join(failed))
    return total


# A Python suite, in a process of its own.

class Result(unittest.TestResult):
    """Prints what fails at once. A test counts once, however many of its subtests fail; a class or
    module whose setup fails or skips counts as one."""

    def __init__(self):
        super().__init__()
        self.ran, self.bad, self.left_out = set(), set(), {}

    def stopTest(self, test):
        super().stopTest(test)
        self.ran.add(test.id())

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.left_out[name_of(test)] = reason

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.went_wrong(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.went_wrong(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.went_wrong(subtest, error)

    def went_wrong(self, test, error):
        print(f"FAILED: {test}")
        traceback.print_exception(*error)
        print(flush=True)
        self.bad.add(name_of(test))

    def counts(self):
        skipped = {name: why for name, why in self.left_out.items() if name not in self.bad}
        return {"passed": len(self.ran - self.bad - set(skipped)), "failed": len(self.bad),
                "skipped": len(skipped), "notes": [f"{n}: {why}" for n, why in skipped.items()]}


def name_of(test):
    """Of a subtest, the name of its test."""
    return getattr(test, "test_case", test).id()


def run_module(path):
    sys.path[:0] = [os.path.dirname(path), os.path.join(ROOT, "tests", "reference")]
    sys.stderr = sys.stdout
    result = Result()
    unittest.defaultTestLoader.loadTestsFromName(os.path.basename(path)[:-3]).run(result)
    print(VERDICT + json.dumps(result.counts()))
    return 1 if result.bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--unit", action="store_true", help="leave out the fuzzing and what starts a daemon")
    parser.add_argument("--only", default="", help="suites whose name has this word")
    parser.add_argument("--redis-server", metavar="PROGRAM", help="only suites about Redis, on this server")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=400, help="seconds a suite may take")
    parser.add_argument("--list", action="store_true", help="names the suites and ends")
    parser.add_argument("--module", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.module:
        return run_module(os.path.abspath(given.module))
    if given.redis_server:
        server = shutil.which(given.redis_server) or parser.error(f"no such program: {given.redis_server}")
        os.environ["FOOTFALL_REDIS_SERVER"] = os.path.abspath(server)
    chosen = [s for s in suites(os.path.abspath(given.build))
              if given.only in s.name and not (given.unit and s.name.startswith(("e2e/", "fuzz")))
              and (s.redis or not given.redis_server)]
    if given.list:
        print("\n".join(suite.name for suite in chosen))
        return 0
    total = run_all(chosen, given.jobs, given.limit)
    print(total)
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
