"""With ingest threads everything is as without: what is taken, what counts, what survives."""

import http.client
import itertools
import json
import os
import random
import signal
import socket
import threading
import time
import unittest

import test_events
from footfall import (SECOND, Client, Daemon, Failure, Site, Wire, agree, expect, lasting, pack,
                      post_bytes, site_config, split, taken, until)
from beacons import MINUTE
from histories import AT, SITES, history, names_of, wire
from reference import Reference

SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
THREADS = (1, 3)
SENDERS = 6


def options(threads, *more):
    return [f"ingest.threads={threads}", *more]


class Threaded:
    """The tests of events, against a daemon with threads."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(test_events.SITES, options(3))
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()


class Taken(Threaded, test_events.Taken):
    pass


class Refused(Threaded, test_events.Refused):
    pass


class Connections(Threaded, test_events.Connections):
    pass


class Datagrams(Threaded, test_events.Datagrams):
    pass


def together(work, number=SENDERS):
    """work(0) ... work(number - 1), all at once; what they gave, or the first trouble."""
    results = [None] * number

    def run(n):
        try:
            results[n] = (work(n), None)
        except BaseException as trouble:
            results[n] = (None, trouble)
    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for result in results:
        if result is None:
            raise Failure("a sender did not come to its end")
        if result[1]:
            raise result[1]
    return [result[0] for result in results]


def own_story(seed, sender, end):
    """A history whose names no other sender uses, in its order."""
    beacons = history(seed * 100 + sender, end, "minutes", SITES, 3, 30)
    for number, beacon in enumerate(beacons):
        beacon["id"] = f"{sender}-{number}"
        for key in ("visitor", "order", "ticket"):
            if key in beacon:
                beacon[key] = f"{sender}-{beacon[key]}"
    return [wire(beacon) for beacon in beacons]


def shared_story(seed, end):
    """Beacons within the lateness of each other, each at an instant and with names of its own: any
    order of arrival must give the same."""
    beacons = history(seed, end, "minutes", SITES, 40, 12)
    seen, chosen = set(), []
    for number, beacon in enumerate(beacons):
        beacon.setdefault("id", f"shared-{number}")
        names = {(beacon[AT],), *names_of(beacon)}
        if beacon[AT] < beacons[0][AT] + 4 * MINUTE and not names & seen:
            seen |= names
            chosen.append(wire(beacon))
    return chosen


class Agreement(unittest.TestCase):
    def whole(self):
        now = int(time.time())
        return {"from_": now - 86400, "to": now + 86400}

    def send_parts(self, daemon, parts, seed):
        """Each part over a connection of its own, a few events at a time."""
        def work(n):
            client, rng, at = Client(daemon.http), random.Random(seed + n), 0
            while at < len(parts[n]):
                count = rng.choice((1, 2, 7, 30))
                self.send(client, parts[n][at:at + count], rng)
                at += count
            client.close()
        together(work, len(parts))

    def send(self, client, events, rng):
        if rng.random() < 0.5:
            expect(client.post("/v1/events", events), 204)
        else:
            expect(client.post("/v1/events", pack(events), "application/msgpack"), 204)

    def untimed(self, daemon, site, window):
        """All that does not change by itself: carts are abandoned while a slow daemon starts."""
        answer = json.loads(lasting(expect(daemon.stats_answer(site.id, **window), 200)))
        return {section: fields for section, fields in answer.items()
                if section not in ("cart", "checkout")}

    def judge(self, daemon, told, note):
        reference = Reference(taken(told, imported=False), site_config(SITES))
        for site in SITES:
            agree(self, reference, daemon, site.id, note, **self.whole())
        whole = self.whole()
        before = [self.untimed(daemon, site, whole) for site in SITES]
        daemon.restart()
        after = [self.untimed(daemon, site, whole) for site in SITES]
        self.assertEqual(before, after, f"{note} replay differs")
        for site in SITES:
            agree(self, reference, daemon, site.id, f"{note} after kill -9", **self.whole())

    def test_each_connection_with_its_own_visitors(self):
        for threads in THREADS:
            with self.subTest(threads=threads), Daemon(SITES, options(threads)) as daemon:
                end = round(time.time()) * SECOND - 5 * MINUTE
                parts = [own_story(SEED, n, end) for n in range(SENDERS)]
                self.send_parts(daemon, parts, SEED)
                self.judge(daemon, list(itertools.chain(*parts)), f"seed {SEED}, {threads} threads:")

    def test_all_connections_with_the_same_visitors(self):
        for threads, seed in itertools.product(THREADS, (SEED, SEED + 1)):
            with self.subTest(threads=threads, seed=seed), Daemon(SITES, options(threads)) as daemon:
                story = shared_story(seed, round(time.time()) * SECOND - MINUTE)
                order = random.Random(seed).sample(story, len(story))
                self.assertGreater(len(story), 100)
                self.send_parts(daemon, [order[n::SENDERS] for n in range(SENDERS)], seed)
                self.judge(daemon, story, f"seed {seed}, {threads} threads:")

    def test_the_same_events_from_everybody_count_once(self):
        with Daemon(SITES, options(3)) as daemon:
            story = shared_story(SEED, round(time.time()) * SECOND - MINUTE)
            self.send_parts(daemon, [story] * SENDERS, SEED)
            self.judge(daemon, story, "sent by everybody:")

    def test_what_was_answered_is_in_the_next_number(self):
        """By any thread, asked over another connection."""
        with Daemon((Site("shop"),), options(3)) as daemon:
            clients = [Client(daemon.http) for _ in range(SENDERS)]
            for n in range(60):
                expect(clients[n % SENDERS].post("/v1/events", {"type": "page_view", "visitor": "v"}), 204)
                self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], n + 1)
            for client in clients:
                client.close()


class Stop(unittest.TestCase):
    """SIGTERM: what was sent before it is answered and kept."""

    CONNECTIONS, REQUESTS = 24, 40

    def views(self, daemon):
        return daemon.stats(window="1h")["traffic"]["pageviews"]

    def view(self, n):
        return {"type": "page_view", "visitor": f"v{n}"}

    def test_what_was_sent_before_it_is_answered(self):
        """The daemon sleeps while all of it comes, half over connections that it has not seen yet."""
        for threads in (0, *THREADS):
            with self.subTest(threads=threads), Daemon(options=options(threads)) as daemon:
                wires = [Wire(daemon.http) for _ in range(self.CONNECTIONS // 2)]
                expect(daemon.events.get("/healthz"), 200)
                daemon.signal(signal.SIGSTOP)
                wires += [Wire(daemon.http) for _ in range(self.CONNECTIONS // 2)]
                for wire_ in wires:
                    wire_.send(b"".join(post_bytes(self.view(n)) for n in range(self.REQUESTS)))
                daemon.signal(signal.SIGTERM)
                daemon.signal(signal.SIGCONT)
                for wire_ in wires:
                    for _ in range(self.REQUESTS):
                        answer = wire_.read()
                        self.assertIsNotNone(answer, "closed before its answers")
                        expect(answer, 204)
                    wire_.close()
                daemon.stop_has_come()
                daemon.start()
                self.assertEqual(self.views(daemon), self.CONNECTIONS * self.REQUESTS)

    def test_under_load_no_answer_is_cut_and_each_counts(self):
        for threads in (0, 3):
            with self.subTest(threads=threads), Daemon(options=options(threads)) as daemon:
                started = threading.Barrier(SENDERS + 1)
                stopper = threading.Thread(target=lambda: (started.wait(), time.sleep(0.2),
                                                           daemon.signal(signal.SIGTERM)))
                stopper.start()
                told = together(lambda n: self.until_the_end(daemon.http, started))
                stopper.join()
                daemon.stop_has_come()
                daemon.start()
                answered, unanswered = (sum(column) for column in zip(*told))
                self.assertGreater(answered, 0)
                self.assertTrue(answered <= self.views(daemon) <= answered + unanswered, told)

    def until_the_end(self, address, started):
        """Sends until the daemon is gone: how many were answered 204, how many not at all."""
        answered, client = 0, Client(address)
        started.wait()
        while True:
            try:
                expect(client.post("/v1/events", self.view(answered)), 204)
                answered += 1
            except ConnectionRefusedError:
                return answered, 0
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                return answered, 1  # no byte of an answer: it came too late to be read


class Pressure(unittest.TestCase):
    def test_many_large_batches_at_once_are_all_answered(self):
        """More than the queues hold."""
        events = [{"type": "view_item", "visitor": f"v{n}", "title": "t" * 400, "url": "u" * 400,
                   "items": [{"sku": "s", "name": "n" * 60}]} for n in range(850)]
        request = post_bytes(events) * 2
        for threads in THREADS:
            with self.subTest(threads=threads), \
                    Daemon(options=options(threads, "store.durability=process")) as daemon:
                def work(_):
                    with Wire(daemon.http) as wire_:
                        wire_.send(request)
                        return [wire_.read().status for _ in range(2)]
                statuses = together(work, 30)
                self.assertEqual(set(itertools.chain(*statuses)), {204})
                funnel = daemon.stats(window="1h")
                self.assertEqual(funnel["traffic"]["sessions"], 850)
                daemon.restart()
                self.assertEqual(daemon.stats(window="1h")["funnel"], funnel["funnel"])

    def test_datagrams_through_threads(self):
        with Daemon(options=options(3)) as daemon, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            others = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(7)]
            for n in range(400):  # of several senders, so that several threads get some
                sender = (one, *others)[n % 8]
                view = {"type": "page_view", "visitor": f"v{n}", "id": f"d{n}"}
                sender.sendto(json.dumps(view).encode(), split(daemon.udp))
            for sender in others:
                sender.close()
            views = lambda: daemon.stats(window="1h")["traffic"]["pageviews"]
            until(lambda: views() == 400, "400 page views")
            daemon.send([{"type": "page_view", "visitor": "last", "id": "last"}])
            daemon.restart()  # what came before something that was answered is durable
            self.assertEqual(views(), 401)


if __name__ == "__main__":
    unittest.main()
