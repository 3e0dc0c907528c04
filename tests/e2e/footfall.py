"""A real daemon in a directory of its own, and clients to talk to it, for the end-to-end tests.

The binaries come from $FOOTFALLD and $FOOTFALLCTL, else from build/. Nothing here sleeps to let
time pass: waiting is for a named condition, with a deadline."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))

from beacons import SECOND, Config, Site, Taken, instant  # noqa: E402

FOOTFALLD = os.environ.get("FOOTFALLD", os.path.join(ROOT, "build", "footfalld"))
FOOTFALLCTL = os.environ.get("FOOTFALLCTL", os.path.join(ROOT, "build", "footfallctl"))
DEADLINE = float(os.environ.get("FOOTFALL_DEADLINE", "30"))  # seconds, for anything to happen

# A browser's as people have it: those of programs, and of browsers that say they are headless, are bots'.
AGENT = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/130.0.0.0 Safari/537.36")

READY = re.compile(r"ready http=(\S+) udp=(\S+) stats=(\S+)")
TROUBLE = re.compile(r"Sanitizer|runtime error:|Assertion|assertion .*failed|core dumped")


class Failure(AssertionError):
    pass


def need(binary):
    """A binary that was not built is a failure: nothing would have been tested."""
    if not os.access(binary, os.X_OK):
        raise Failure(f"{binary} is not there: build it, or say where it is")


def until(condition, what, deadline=None):
    """What condition() gives as soon as it is true."""
    end = time.monotonic() + (deadline or DEADLINE)
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise Failure(f"not within its deadline: {what}")


def split(address):
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def parse(body):
    """JSON with its decimals kept exact."""
    return json.loads(body, parse_float=Decimal)


class Answer:
    """An HTTP response, read to its end."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return parse(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Client:
    """One keep-alive connection. Opened when first used, and anew after it was closed."""

    def __init__(self, address):
        self.host, self.port = split(address)
        self.connection = None

    def request(self, method, path, body=None, headers=()):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE)
        try:
            self.connection.request(method, path, body, dict(headers))
            response = self.connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path, body, content_type="application/json", **headers):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False)
        if isinstance(body, str):
            body = body.encode()
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        if content_type is not None:
            named["Content-Type"] = content_type
        return self.request("POST", path, body, named)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Wire:
    """A bare connection, for bytes that no client library would send."""

    def __init__(self, address):
        self.socket = socket.create_connection(split(address), DEADLINE)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def read(self, bodiless=False):
        """The next response (bodiless: to a HEAD); None at the end of the connection."""
        line = self.file.readline()
        if not line:
            return None
        status = int(line.split()[1])
        headers = http.client.parse_headers(self.file)
        length = 0 if bodiless or status in (204, 304) else int(headers.get("Content-Length", 0))
        return Answer(status, headers, self.file.read(length))

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def post_bytes(body, path="/v1/events", content_type="application/json", extra=""):
    """A whole POST request as it goes over the wire."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    head = (f"POST {path} HTTP/1.1\r\nHost: shop.example\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n{extra}\r\n")
    return head.encode() + body


def pack(value):
    """A value as MessagePack, in the widths that need no choice."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return struct.pack(">Bq", 0xd3, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xcb, value)
    if isinstance(value, str):
        text = value.encode()
        return struct.pack(">BH", 0xda, len(text)) + text
    if isinstance(value, dict):
        members = (pack(k) + pack(v) for k, v in value.items())
        return struct.pack(">BH", 0xde, len(value)) + b"".join(members)
    return struct.pack(">BH", 0xdc, len(value)) + b"".join(map(pack, value))


class Daemon:
    """footfalld on ports of its own choosing. Its directory lives as long as this object; start()
    after kill() or stop() finds the same store again. rows: further lines of configuration by site
    id, such as {"shop": ["keys: [...]"]}. launcher: words before the command, and launch: what
    subprocess.Popen is given besides."""

    binary = FOOTFALLD

    def __init__(self, sites=(Site("default"),), options=(), rows=None, launcher=(), **launch):
        need(self.binary)
        self.sites, self.options, self.rows = sites, list(options), dict(rows or {})
        self.launcher, self.launch = list(launcher), launch
        self.directory = tempfile.mkdtemp(prefix="footfall-test-")
        self.config_file = os.path.join(self.directory, "footfalld.yaml")
        self.process, self.lines, self.reader = None, [], None
        self.events = self.office = None
        self.write_config()

    def write_config(self, text=""):
        """The configuration file: the sites, and further text."""
        with open(self.config_file, "w") as file:
            file.write(text + "sites:\n")
            for site in self.sites:
                file.write(f"  - id: {site.id}\n    timezone: {site.timezone}\n"
                           f"    currency: {site.currency}\n")
                if site.aliases:
                    file.write(f"    aliases: [{', '.join(site.aliases)}]\n")
                file.writelines(f"    {row}\n" for row in self.rows.get(site.id, ()))

    def command(self):
        given = ["ingest.http=127.0.0.1:0", "ingest.udp=127.0.0.1:0", "stats.http=127.0.0.1:0",
                 f"store.path={self.directory}/store", *self.options]
        return [self.binary, "-c", self.config_file, *(word for o in given for word in ("-o", o))]

    def start(self):
        self.spawn()
        return self.serve()

    def spawn(self):
        """Begins a start, without waiting for its end; kill() may come at once."""
        self.lines = []
        self.process = subprocess.Popen([*self.launcher, *self.command()], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        **self.launch)
        self.reader = threading.Thread(target=self._read, args=(self.process.stderr, self.lines),
                                       daemon=True)
        self.reader.start()

    def serve(self):
        """Waits until what spawn() has begun is ready."""
        ready = until(self._ready, "ready line")
        self.http, self.udp, self.stats_address = ready.groups()
        self.events, self.office = Client(self.http), Client(self.stats_address)
        return self

    def _read(self, stream, lines):
        with stream:
            for line in stream:
                lines.append(line.decode(errors="replace").rstrip("\n"))

    def _ready(self):
        if self.process.poll() is not None:
            self.reader.join()
            raise Failure(f"ended with {self.process.returncode} before it was ready:\n{self.log}")
        return next(filter(None, map(READY.search, list(self.lines))), None)

    @property
    def log(self):
        return "\n".join(self.lines)

    def logged(self, pattern):
        """Waits for a log line."""
        return until(lambda: next(filter(None, (re.search(pattern, l) for l in list(self.lines))),
                                  None), f"log line {pattern!r} in:\n{self.log}")

    def signal(self, number):
        os.kill(self.process.pid, number)

    def gone(self):
        """Waits for its end."""
        for client in filter(None, (self.events, self.office)):
            client.close()
        self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        if TROUBLE.search(self.log):
            raise Failure(f"trouble in the daemon:\n{self.log}")

    def kill(self):
        """kill -9"""
        if self.process.poll() is not None:
            raise Failure(f"ended by itself with {self.process.returncode}:\n{self.log}")
        self.process.kill()
        self.gone()

    def stop(self):
        """SIGTERM; it must end with 0."""
        self.signal(signal.SIGTERM)
        self.stop_has_come()

    def stop_has_come(self):
        """Waits for the end after a SIGTERM."""
        self.gone()
        if self.process.returncode != 0:
            raise Failure(f"ended with {self.process.returncode} after SIGTERM:\n{self.log}")

    def restart(self):
        self.kill()
        return self.start()

    def close(self):
        """Ends what still runs and removes the directory."""
        try:
            if self.process and self.process.poll() is None:
                self.stop()
        finally:
            if self.process and self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    # What tests mostly do with it.

    def send(self, events):
        """POST /v1/events; all must be taken."""
        return expect(self.events.post("/v1/events", events), 204)

    def bring(self, events, batch=500):
        """POST /v1/import in batches; all must be taken."""
        for i in range(0, len(events), batch):
            expect(self.office.post("/v1/import", events[i:i + batch]), 204)

    def checkpoint(self):
        """Asks for one, and waits until it is there; its seq."""
        def written():
            return [int(found[1]) for found in (re.search(r" checkpoint seq=(\d+)", line)
                                                for line in list(self.lines)) if found]
        already = len(written())
        self.signal(signal.SIGUSR1)
        return until(lambda: written()[already:], f"a checkpoint in:\n{self.log}")[0]

    def datagram(self, payload):
        if not isinstance(payload, bytes):
            payload = json.dumps(payload).encode()
        host, port = split(self.udp)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(payload, (host, port))

    def stats_answer(self, site=None, path="/v1/stats", **query):
        """The raw answer. A query's from is given as from_."""
        given = {"site": site or self.sites[0].id, **{k.rstrip("_"): v for k, v in query.items()}}
        return self.office.get(path + "?" + "&".join(f"{k}={v}" for k, v in given.items()))

    def stats(self, site=None, **query):
        return expect(self.stats_answer(site, **(query or {"window": "365d"})), 200).json


def expect(answer, status):
    if answer.status != status:
        raise Failure(f"expected {status}, got {answer!r}")
    return answer


@contextlib.contextmanager
def running(sites=(Site("default"),), options=()):
    """with running() as daemon: ..."""
    with Daemon(sites, options) as daemon:
        yield daemon


# Comparing answers with the reference.

def differences(expected, answer):
    """What differs between the reference's sections and the answer's, as lines."""
    return [line for section, fields in expected.items()
            for line in unlike(fields, answer.get(section), section)]


def unlike(expected, got, path):
    """What differs, down to single values. Money is one value."""
    if not is_section(expected):
        return [] if same(expected, got) else [f"{path}: expected {expected}, got {got}"]
    if not isinstance(got, dict) or set(got) != set(expected):
        return [f"{path}: expected the fields {sorted(expected)}, got {got}"]
    return [line for name, value in expected.items()
            for line in unlike(value, got[name], f"{path}.{name}")]


def is_section(value):
    return isinstance(value, dict) and not all(isinstance(v, Decimal) for v in value.values())


def same(expected, got):
    """Whole numbers, money and instants exactly, other numbers to 1e-12 of their size."""
    if isinstance(expected, dict):
        return (isinstance(got, dict) and set(got) == set(expected)
                and all(Decimal(got[c]) == amount for c, amount in expected.items()))
    if expected is None or got is None:
        return expected is got
    if isinstance(expected, str):
        return isinstance(got, str) and instant(got) == instant(expected)
    if isinstance(expected, int):
        return isinstance(got, int) and not isinstance(got, bool) and got == expected
    return abs(float(got) - expected) <= 1e-12 * max(abs(expected), abs(float(got)))


def compare(reference, daemon, site, **query):
    """Asks the daemon, and the reference for what the daemon's answer says it covers. Gives the
    differences, and the answer."""
    def ask():
        answer = daemon.stats(site, **query)
        start, end, now = (instant(answer[k]) for k in ("from", "to", "generated_at"))
        expected = reference.stats(site, start, end, now)
        settled = expected == reference.stats(site, start, end, now + SECOND)
        return settled and (differences(expected, answer), answer)
    return until(ask, "an instant at which nothing is about to change")


def agree(test, reference, daemon, site, note="", **query):
    found, answer = compare(reference, daemon, site, **query)
    if found:
        test.fail("\n".join([f"{note} {site} {query} [{answer['from']}, {answer['to']})", *found]))
    return answer


def lasting(answer):
    """A stats answer's bytes without the instant at which it was made."""
    body, found = re.subn(rb'"generated_at":\s*"[^"]*",?', b"", answer.body)
    if found != 1:
        raise Failure(f"no generated_at in {answer!r}")
    return body


def taken(beacons, received=None, imported=True):
    """Beacons as the reference takes them. Without received: now."""
    received = received or round(time.time() * SECOND)
    return [Taken(beacon, received, None, imported) for beacon in beacons]


def site_config(sites):
    return Config(sites=tuple(sites))


def data_file(name):
    """A file of the real data that lies beside the project, or a loud skip."""
    path = os.path.join(os.path.dirname(ROOT), "shared", "data", name)
    if not os.path.exists(path):
        raise unittest.SkipTest(f"REAL DATA NOT TESTED: {path} is not there")
    return path
