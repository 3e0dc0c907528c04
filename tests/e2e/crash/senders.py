"""Senders: each on a site of its own, each by another door, each repeating what was not answered.

A sender goes on only while its gate is open and its allowance lasts. What it sends is taken in
the order of its list, or not at all: so at any time the daemon has all that was answered, and of what
was not, some beacons from its beginning."""

import gzip
import http.client
import json
import random
import socket
import threading
import time
import urllib.parse

from footfall import Client, Failure, Wire, pack, post_bytes, split
from crash.stories import PLAIN, Stories, as_query

PATIENCE = 60   # seconds for one request to be taken, restarts included
PAUSE = 0.002   # between two tries
TROUBLE = (OSError, http.client.HTTPException, ValueError, IndexError)  # of a connection that breaks


class Gate:
    """Stops all senders at a point between two of their requests."""

    def __init__(self):
        self.condition = threading.Condition()
        self.open, self.over, self.allowance, self.inside = False, False, 0, 0

    def enter(self, sender):
        """Waits until the sender may go on; False: never again."""
        with self.condition:
            self.condition.wait_for(lambda: self.over or (self.open and sender.has_work(self.allowance)))
            self.inside += not self.over
            return not self.over

    def leave(self):
        with self.condition:
            self.inside -= 1
            self.condition.notify_all()

    def set(self, **values):
        with self.condition:
            for name, value in values.items():
                setattr(self, name, value)
            self.condition.notify_all()

    def close(self):
        """Gives when all senders have stopped."""
        self.set(open=False)
        with self.condition:
            if not self.condition.wait_for(lambda: self.inside == 0, PATIENCE):
                raise Failure("a sender did not come to its gate")


class Sender(threading.Thread):
    """What it has sent is `answered`, then `requests`: lists of beacons that are not answered yet."""

    imported = False  # whether what it sends is taken as an import
    in_flight = 1     # requests at a time
    most = 1          # beacons a request
    types = None      # None: all

    def __init__(self, seed, site, gate, place):
        super().__init__(daemon=True)
        self.site, self.gate, self.place = site, gate, place
        self.random, self.stories = random.Random(seed), Stories(seed, site, self.types)
        self.answered, self.requests = [], []
        self.repeats, self.trouble, self.since = 0, None, None
        self.last = None  # what the last try came to
        self.link = None  # kept from one request to the next

    def has_work(self, allowance):
        return bool(self.requests) or len(self.answered) < allowance

    @property
    def waiting(self):
        """The beacons that are sent and not answered, in their order."""
        return [beacon for request in self.requests for beacon in request]

    def run(self):
        try:
            while self.gate.enter(self):
                try:
                    self.work()
                finally:
                    self.gate.leave()
        except BaseException as trouble:
            self.trouble = trouble
        finally:
            self.hang_up()

    def work(self):
        if not self.requests:
            self.requests = [self.stories.take(self.random.randint(1, self.most))
                             for _ in range(self.random.randint(1, self.in_flight))]
            self.since = time.monotonic()
        if self.attempt():
            return
        self.repeats += 1
        self.hang_up()
        if time.monotonic() > self.since + PATIENCE:
            raise Failure(f"{self.site.id}: not taken within {PATIENCE} s, at last {self.last!r}: "
                          f"{self.requests}")
        time.sleep(PAUSE)

    def attempt(self):
        """Tries all that waits, and notes what was answered; whether all was."""
        try:
            for answer in self.ask():
                self.last = answer
                if not self.taken(answer):
                    return False
                self.answered += self.requests.pop(0)
            return True
        except TROUBLE as trouble:
            self.last = trouble
            return False

    def ask(self):
        """Sends all requests; gives the answers one after the other."""
        raise NotImplementedError

    def taken(self, answer):
        return answer.status == 204

    def hang_up(self):
        if self.link:
            self.link.close()
        self.link = None

    def client(self):
        self.link = self.link or Client(self.place("http"))
        return self.link


class Single(Sender):
    """One beacon at a time over a connection that is kept."""

    def ask(self):
        yield self.client().post("/v1/events", self.requests[0][0])


class Short(Sender):
    """A connection for each request."""

    most = 3

    def ask(self):
        yield self.client().post("/v1/events", self.requests[0])
        self.hang_up()


def as_array(beacons):
    return json.dumps(beacons).encode(), "application/json", {}


def as_lines(beacons):
    return "\n".join(map(json.dumps, beacons)).encode(), "application/x-ndjson", {}


def as_msgpack(beacons):
    return pack(beacons), "application/msgpack", {}


def as_gzip(beacons):
    return gzip.compress(as_array(beacons)[0]), "application/json", {"Content_Encoding": "gzip"}


class Batches(Sender):
    """Many beacons a request, in each form that takes them."""

    most = 15

    def ask(self):
        form = self.random.choice((as_array, as_lines, as_msgpack, as_gzip))
        body, content_type, headers = form(self.requests[0])
        yield self.client().post("/v1/events", body, content_type, **headers)


class Pipelined(Sender):
    """Several requests on their way before the first is answered."""

    in_flight, most = 6, 2

    def ask(self):
        self.link = self.link or Wire(self.place("http"))
        self.link.send(b"".join(map(post_bytes, self.requests)))
        for _ in range(len(self.requests)):
            answer = self.link.read()
            if answer is None:
                raise ConnectionError("closed before it was answered")
            yield answer


class Pixel(Sender):
    """Pictures: only their header tells of a beacon that was refused."""

    types = PLAIN

    def ask(self):
        query = urllib.parse.urlencode(as_query(self.requests[0][0]))
        yield self.client().get("/v1/pixel.gif?" + query)

    def taken(self, answer):
        return answer.status == 200 and "X-Footfall-Error" not in answer.headers


class Import(Sender):
    """History, over the private door."""

    imported, most = True, 10

    def client(self):
        self.link = self.link or Client(self.place("stats_address"))
        return self.link

    def ask(self):
        yield self.client().post("/v1/import", self.requests[0])


KINDS = (Single, Short, Batches, Pipelined, Pixel, Import)


class Datagrams(threading.Thread):
    """Sends each beacon once, and every one is of another visitor: none may count twice, so there are
    never more views than visitors. Half of them have no id, so that nothing would hide a record that is
    read twice. Never more than what is counted apart without an estimate."""

    MOST = 2000

    def __init__(self, seed, site, gate, place):
        super().__init__(daemon=True)
        self.site, self.gate, self.place = site, gate, place
        self.random, self.sent, self.trouble = random.Random(seed), 0, None

    def has_work(self, allowance):
        return self.sent < min(allowance, self.MOST)

    def run(self):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
                while self.gate.enter(self):
                    try:
                        self.work(link)
                    finally:
                        self.gate.leave()
        except BaseException as trouble:
            self.trouble = trouble

    def work(self, link):
        n = self.random.randint(1, 4)
        beacons = [self.view(i) for i in range(self.sent, self.sent + n)]
        self.sent += n
        link.sendto(json.dumps(beacons).encode(), split(self.place("udp")))
        time.sleep(PAUSE)

    def view(self, number):
        beacon = {"type": "page_view", "site": self.site.id, "visitor": f"u{number}"}
        return {**beacon, "id": f"u{number}"} if number % 2 else beacon
