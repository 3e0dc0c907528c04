"""Small messages that come together are given to the state together: nobody may notice."""

import unittest
import urllib.parse

from footfall import Daemon, Site, Wire, pack, post_bytes

NOTHING = {"type": "nonsense"}


def view(visitor, **fields):
    return {"type": "page_view", "visitor": visitor, **fields}


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: shop.example\r\n\r\n".encode()


def pixel(**fields):
    return get("/v1/pixel.gif?" + urllib.parse.urlencode(fields))


# Requests for a name that no other has, the statuses of their answers, and how many page views are in them.
KINDS = [
    (lambda name: [post_bytes(view(name))], [204], 1),
    (lambda name: [pixel(**view(name))], [200], 1),
    (lambda name: 2 * [post_bytes(view(name, id=name))], [204, 204], 1),
    (lambda name: [post_bytes(NOTHING)], [400], 0),
    (lambda name: [post_bytes(b"{")], [400], 0),
    (lambda name: [post_bytes([view(name), NOTHING, view(name + "b")])], [200], 2),
    (lambda name: [post_bytes(pack(view(name)), content_type="application/msgpack")], [204], 1),
    (lambda name: [get("/v1/pixel.gif?type=%")], [200], 0),
    (lambda name: [get("/healthz"), get("/nothing")], [200, 404], 0),
    (lambda name: [post_bytes(view(name, title="t" * 100000))], [204], 1),
    (lambda name: 20 * [post_bytes(view(name))], 20 * [204], 20),
]


class Crowd(unittest.TestCase):
    THREADS = 0

    def setUp(self):
        self.daemon = Daemon([Site("default")], [f"ingest.threads={self.THREADS}"])
        self.addCleanup(self.daemon.close)
        self.daemon.start()

    def views(self):
        return self.daemon.stats(window="1h")["traffic"]["pageviews"]

    def visitors(self):
        return self.daemon.stats(window="1h")["traffic"]["visitors"]

    def test_each_is_answered_in_its_place(self):
        sent, statuses, views = b"", [], 0
        for step in range(1, len(KINDS)):  # every kind behind every other one
            for i in range(len(KINDS)):
                make, answers, counted = KINDS[(i * step) % len(KINDS)]
                sent += b"".join(make(f"{step}-{i}"))
                statuses += answers
                views += counted
        with Wire(self.daemon.http) as wire:
            wire.send(sent)
            self.assertEqual([wire.read().status for _ in statuses], statuses)
        self.assertEqual(self.views(), views)

    def test_what_one_is_refused_for_is_its_own(self):
        with Wire(self.daemon.http) as wire:
            wire.send(post_bytes(view("a", id="x")) + post_bytes(view("b", value="ten")) + post_bytes(view("a", id="x"))
                      + pixel(**view("c", value="ten")) + post_bytes(view("d"), extra="Origin: https://d.example\r\n"))
            taken, refused, repeated, picture, page = (wire.read() for _ in range(5))
        self.assertEqual((taken.status, taken.headers["X-Footfall-Duplicates"]), (204, None))
        self.assertEqual([(one["index"], one["field"]) for one in refused.json["rejected"]], [(0, "value")])
        self.assertEqual((repeated.status, repeated.headers["X-Footfall-Duplicates"]), (204, "1"))
        self.assertIn("value", picture.headers["X-Footfall-Error"])
        self.assertEqual(page.headers["Access-Control-Allow-Origin"], "https://d.example")
        self.assertEqual(taken.headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(self.views(), 2)

    def test_many_connections_at_once(self):
        wires = [Wire(self.daemon.http) for _ in range(90)]
        for wire in wires:
            self.addCleanup(wire.close)
        for turn in range(5):
            for i, wire in enumerate(wires):
                wire.send(post_bytes(view(f"{i}", title=f"{turn}")) if i % 3 else pixel(**view(f"{i}")))
            self.assertEqual([wire.read().status for wire in wires], [204 if i % 3 else 200 for i in range(90)])
        self.assertEqual((self.views(), self.visitors()), (5 * 90, 90))

    def test_a_restart_has_them_all(self):
        with Wire(self.daemon.http) as wire:
            wire.send(b"".join(post_bytes(view(f"{i}")) for i in range(40)))
            for _ in range(40):
                self.assertEqual(wire.read().status, 204)
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual((self.views(), self.visitors()), (40, 40))


class SmallestBatches(Crowd):
    def setUp(self):
        self.daemon = Daemon([Site("default")], ["ingest.max_batch=3"])
        self.addCleanup(self.daemon.close)
        self.daemon.start()


class ThreadedCrowd(Crowd):
    THREADS = 2


if __name__ == "__main__":
    unittest.main()
