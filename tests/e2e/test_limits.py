"""The limits of the door, and those who would take it from the others: crowds, slow senders, deaf ones."""

import http.client
import json
import resource
import signal
import socket
import threading
import time
import unittest

from footfall import Client, Daemon, Failure, Wire, expect, post_bytes, split, until

PAGE = "https://shop.example"


def view(n=0):
    return {"type": "page_view", "visitor": f"v{n}"}


class Limits(unittest.TestCase):
    def test_requests_a_second(self):
        with Daemon(options=["limits.requests_per_second=5"]) as daemon:
            answers = [daemon.events.post("/v1/events", view(), Origin=PAGE) for _ in range(60)]
            limited = [a for a in answers if a.status != 204]
            self.assertGreaterEqual(len(answers) - len(limited), 5)
            self.assertGreaterEqual(len(limited), 30)
            for answer in limited:
                self.assertEqual(answer.status, 429)
                self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], PAGE)
                self.assertIsInstance(answer.json["error"], str)
            views = daemon.stats(window="1h")["traffic"]["pageviews"]  # the private listener has no such limit
            self.assertEqual(views, len(answers) - len(limited))
            until(lambda: daemon.events.post("/v1/events", view()).status == 204, "its next turn")

    def test_connections_of_one_address(self):
        with Daemon(options=["limits.connections_per_address=4"]) as daemon:
            held = [Wire(daemon.http) for _ in range(4)]
            for wire in held:
                wire.send(post_bytes(view()))
                expect(wire.read(), 204)
            self.closed_at_once(daemon.http)
            expect(daemon.stats_answer(), 200)
            held.pop().close()
            until(lambda: self.is_served(daemon.http), "the place of the one that left")
            for wire in held:
                wire.close()

    def is_served(self, address):
        client = Client(address)
        try:
            return client.get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()

    def closed_at_once(self, address):
        with socket.create_connection(split(address), 10) as extra:
            try:
                self.assertEqual(extra.recv(1), b"")
            except ConnectionResetError:
                pass

    def test_connections_in_all_and_the_office_gets_in(self):
        with Daemon(options=["limits.connections=5"]) as daemon:
            held = [Wire(daemon.http) for _ in range(5)]
            held[-1].send(post_bytes(view()))
            expect(held[-1].read(), 204)
            self.closed_at_once(daemon.http)
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 1)
            for wire in held:
                wire.close()
            until(lambda: self.is_served(daemon.http), "places of those that left")

    def test_networks_that_datagrams_may_come_from(self):
        with Daemon(options=["ingest.udp_allow=127.0.0.2/32,10.0.0.0/8"]) as daemon:
            for n in range(3):
                daemon.datagram(view(n))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind(("127.0.0.2", 0))  # behind the others in the same queue
                sender.sendto(json.dumps(view(9)).encode(), split(daemon.udp))
            until(lambda: daemon.stats(window="1h")["traffic"]["pageviews"] > 0, "the allowed one")
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 1)

    def test_datagrams_that_come_together_are_judged_apart(self):
        views = [view(n) for n in range(5)]
        once = {**view(), "id": "once"}
        sent = [views, views, "no object", [*views, *views], [{"type": "page_view"}, view(7)], once, once, view(8)]
        for threads in (0, 2):
            with self.subTest(threads=threads), \
                    Daemon(options=["ingest.max_batch=8", f"ingest.threads={threads}"]) as daemon:
                daemon.signal(signal.SIGSTOP)  # so that it finds them all at once
                for events in sent:
                    daemon.datagram(events)
                daemon.signal(signal.SIGCONT)
                until(lambda: daemon.stats(window="1h")["traffic"]["pageviews"] >= 13, "the sound ones")
                self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 13)


class Crowds(unittest.TestCase):
    """Those who do nothing, or as little as they can, take nothing from the others."""

    def spent(self, daemon):
        """Seconds on the processor of the thread with the loop."""
        with open(f"/proc/{daemon.process.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e9

    def cost(self, daemon):
        """Seconds on the processor for a thousand pipelined views, of a visitor each: what a visitor
        has done before must not count."""
        self.visitors = getattr(self, "visitors", 0)
        before = self.spent(daemon)
        with Wire(daemon.http) as wire:
            for _ in range(20):
                first, self.visitors = self.visitors, self.visitors + 50
                wire.send(b"".join(post_bytes({**view(), "visitor": f"crowd-{n}"})
                                   for n in range(first, self.visitors)))
                for _ in range(50):
                    expect(wire.read(), 204)
        return self.spent(daemon) - before

    def test_thousands_of_idle_connections(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        number = min(10_000, (hard if hard > 0 else 10_000) - 200)
        if number < 2000:
            self.skipTest(f"NOT TESTED WITH THOUSANDS: only {hard} descriptors")
        with Daemon() as daemon:
            alone = min(self.cost(daemon) for _ in range(3))
            idle = [socket.create_connection(split(daemon.http), 30) for _ in range(number)]
            try:
                for connection in (idle[0], idle[-1]):  # they are with the daemon by now
                    connection.sendall(post_bytes(view()))
                    self.assertIn(b" 204 ", connection.recv(4096))
                crowded = min(self.cost(daemon) for _ in range(3))
            finally:
                for connection in idle:
                    connection.close()
            self.assertLess(crowded, 2 * alone + 0.01)

    def trickle(self, address, head, drip):
        """Drips until the other side has had enough: the answer, and how long it took."""
        start = time.monotonic()
        with Wire(address) as wire:
            wire.send(head)
            wire.socket.settimeout(0.05)
            while time.monotonic() - start < 20:
                try:
                    wire.send(drip)
                    if wire.socket.recv(1, socket.MSG_PEEK) is not None:
                        break
                except TimeoutError:
                    continue
            wire.socket.settimeout(20)
            answer = wire.read()
            self.assertIsNone(wire.read())
            return answer, time.monotonic() - start

    def test_slow_senders(self):
        post = b"POST /v1/events HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example\r\n"
        rows = [(b"POST /v1/ev", b"e"), (post, b"A"), (post + b"Content-Length: 1000\r\n\r\n", b" "),
                (post + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
                (post + b"Transfer-Encoding: chunked\r\n\r\n5", b"")]
        with Daemon(options=["ingest.request_timeout=1s", "ingest.idle_timeout=60s"]) as daemon:
            results = [None] * len(rows)

            def run(i, row):
                results[i] = self.trickle(daemon.http, *row)
            threads = [threading.Thread(target=run, args=(i, row)) for i, row in enumerate(rows)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            for row, result in zip(rows, results):
                with self.subTest(row):
                    answer, took = result
                    self.assertEqual(answer.status, 408, answer)
                    self.assertEqual(answer.json["code"], "timed_out")
                    self.assertTrue(0.9 < took < 5, took)
            expect(daemon.events.post("/v1/events", view()), 204)

    def test_who_says_nothing_is_let_go_after_idle_timeout(self):
        with Daemon(options=["ingest.idle_timeout=1s"]) as daemon, Wire(daemon.http) as fresh, \
                Wire(daemon.http) as used:
            used.send(post_bytes(view()))
            expect(used.read(), 204)
            for wire in (fresh, used):
                self.assertIsNone(wire.read())

    def test_who_reads_no_answers_is_read_no_further(self):
        """The answers of a client that never reads do not pile up here, and others are served."""
        with Daemon(options=["ingest.idle_timeout=2s"]) as daemon:
            request = b"GET /v1/pixel.gif?type=page_view HTTP/1.1\r\nHost: x\r\n\r\n"
            with socket.create_connection(split(daemon.http), 10) as deaf:
                deaf.setblocking(False)
                self.assertLess(self.pushed(deaf, request * 1000, daemon), 100 << 20)
                expect(daemon.events.post("/v1/events", view()), 204)
            with open(f"/proc/{daemon.process.pid}/statm") as file:
                self.assertLess(int(file.read().split()[1]) * 4096, 300 << 20)

    def pushed(self, deaf, block, daemon):
        """How many bytes it takes until it takes none for half a second."""
        sent, last = 0, time.monotonic()
        while time.monotonic() - last < 0.5 and sent < 200 << 20:
            try:
                sent += deaf.send(block)
                last = time.monotonic()
            except BlockingIOError:
                expect(daemon.events.get("/healthz"), 200)
            except (ConnectionResetError, BrokenPipeError):
                raise Failure("cut off before its time") from None
        return sent


if __name__ == "__main__":
    unittest.main()
