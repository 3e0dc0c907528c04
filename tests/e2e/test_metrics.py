"""GET /metrics: what it counts, to the last beacon; and whether those it is for can read it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
from decimal import Decimal

import openmetrics
from footfall import Client, Daemon, Failure, Site, Wire, expect, post_bytes, split, until
from faulty.sheet import FaultyDaemon
from test_clients import program

SITES = (Site("shop", aliases=("store",)), Site("safe"))
ROWS = {"safe": ["keys: [{key: secret, right: track}]"]}
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
WINDOWS = ("5m", "1h", "24h")


def view(n=0, site="shop", **fields):
    return {"type": "page_view", "site": site, "visitor": f"v{n}", **fields}


class Case(unittest.TestCase):
    THREADS = 0

    def daemon(self, sites=SITES, options=(), rows=None, kind=Daemon):
        daemon = kind(sites, [f"ingest.threads={self.THREADS}", *options], rows)
        self.addCleanup(daemon.close)
        return daemon.start()

    def scrape(self, daemon):
        answer = expect(daemon.office.get("/metrics", Accept=OPENMETRICS), 200)
        self.assertEqual(answer.headers["Content-Type"],
                         "application/openmetrics-text; version=1.0.0; charset=utf-8")
        return openmetrics.families(answer.body.decode())

    def samples(self, daemon, name):
        """{the values of the labels: the value} of one family."""
        return {tuple(labels.values()): float(value) for _, labels, value in self.scrape(daemon)[name].samples}

    def occurred(self, daemon, name):
        return {labels: value for labels, value in self.samples(daemon, name).items() if value}

    def value(self, daemon, name, *labels):
        return self.samples(daemon, name)[labels]

    def beacons(self, daemon):
        """{(site, type, outcome, reason): number}, "" for what is not known."""
        found = {}
        for _, labels, value in self.scrape(daemon)["footfall_beacons"].samples:
            if float(value):
                found[tuple(labels.get(k, "") for k in ("site", "type", "outcome", "reason"))] = float(value)
        return found


class Counts(Case):
    def test_beacons_by_site_type_and_what_became_of_them(self):
        daemon, now = self.daemon(rows=ROWS), time.time()
        purchase = {"type": "purchase", "site": "shop", "visitor": "v0", "order": "o", "value": 1}
        sent = [view(1), view(2), view(3, site="store"), view(4, id="a"), view(5, id="a"),
                purchase, purchase, {"type": "ping", "site": "shop", "visitor": "nobody"},
                view(6, time=now), view(6, time=now - 3600)]
        daemon.send(sent)
        refused = [{"type": "survey", "site": "shop"}, {"type": "survey", "site": "shop"},
                   view(site="nowhere"), {"type": "look", "site": "shop"}, view(time=now - 7 * 86400),
                   {**purchase, "value": "1.23456"}, {"type": "purchase", "site": "shop", "visitor": "v"},
                   view(site="safe"), {"type": "search", "visitor": "v"}, 7]
        expect(daemon.events.post("/v1/events", refused), 400)
        expect(daemon.events.post("/v1/events", view(site="safe"), Authorization="Bearer secret"), 204)
        expect(daemon.events.get("/v1/pixel.gif?type=survey&site=shop"), 200)
        daemon.bring([{"type": "view_item", "site": "shop", "visitor": "v9", "time": now - 99 * 86400}])
        self.assertEqual(self.beacons(daemon), {
            ("shop", "page_view", "taken", "ok"): 5, ("shop", "page_view", "taken", "late"): 1,
            ("shop", "page_view", "duplicate", "duplicate"): 1,
            ("shop", "purchase", "taken", "ok"): 1, ("shop", "purchase", "duplicate", "duplicate_order"): 1,
            ("shop", "ping", "taken", "stray"): 1, ("shop", "view_item", "taken", "ok"): 1,
            ("safe", "page_view", "taken", "ok"): 1,
            ("shop", "survey", "refused", "missing"): 3, ("shop", "page_view", "refused", "too_old"): 1,
            ("shop", "purchase", "refused", "missing"): 1,
            ("safe", "page_view", "refused", "key_needed"): 1,
            ("", "page_view", "refused", "unknown_site"): 1, ("", "", "refused", "unknown_type"): 1,
            ("", "purchase", "refused", "bad_decimal"): 1, ("", "search", "refused", "missing"): 1,
            ("", "", "refused", "not_an_object"): 1,
        })

    def test_what_never_came_is_there_as_0(self):
        daemon = self.daemon()
        taken = [labels for labels, value in self.samples(daemon, "footfall_beacons").items()]
        self.assertEqual(len(taken), 2 * 18)
        self.assertIn(("safe", "survey", "taken", "ok"), taken)
        self.assertEqual(self.beacons(daemon), {})

    def test_messages_refused_whole(self):
        daemon = self.daemon(rows=ROWS, options=["ingest.max_batch=3"])
        post = daemon.events.post
        for _ in range(2):
            expect(post("/v1/events", b'{"type":'), 400)
        expect(post("/v1/events", b"a=b", "application/x-www-form-urlencoded"), 415)
        expect(post("/v1/events", view(), Content_Encoding="br"), 415)
        expect(post("/v1/events", [view(n) for n in range(4)]), 413)
        expect(post("/v1/events", [], "application/json"), 400)
        expect(post("/v1/events", view(), Authorization="Bearer guess"), 401)
        expect(daemon.events.get("/v1/pixel.gif?type=%"), 200)
        expect(daemon.office.post("/v1/import", b"{", "application/json"), 400)
        daemon.datagram(b"{")
        daemon.datagram(b"\xff")
        daemon.datagram(view())
        until(lambda: self.value(daemon, "footfall_datagrams") == 3, "three datagrams")
        self.assertEqual(self.samples(daemon, "footfall_messages_refused"), {
            ("http", "malformed"): 4, ("http", "unsupported_type"): 1, ("http", "unsupported_encoding"): 1,
            ("http", "batch_too_large"): 1, ("http", "empty"): 1, ("http", "wrong_key"): 1,
            ("udp", "malformed"): 1, ("udp", "not_utf8"): 1,
        })
        self.assertEqual(self.beacons(daemon), {("shop", "page_view", "taken", "ok"): 1})

    def test_requests_and_connections(self):
        daemon = self.daemon(options=["ingest.max_header=1k", "ingest.max_body=1k", "ingest.request_timeout=1s"])
        for bad in (b"what\r\n\r\n", b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n", b"POST /v1/ev"):
            wire = Wire(daemon.http)
            wire.send(bad)
            self.assertIn(wire.read().status, (400, 408, 413, 431))
            wire.close()
        self.assertEqual(self.occurred(daemon, "footfall_requests_refused"),
                         {("bad_request",): 3, ("timed_out",): 1})
        before = self.value(daemon, "footfall_requests")
        for _ in range(5):
            daemon.send(view())
        self.assertEqual(self.value(daemon, "footfall_requests"), before + 6)  # and this one
        until(lambda: self.value(daemon, "footfall_connections_closed") == 4, "the ends of the four")
        self.assertEqual(self.value(daemon, "footfall_connections"), 2)
        self.assertEqual(self.value(daemon, "footfall_connections_accepted"), 6)

    def test_connections_refused(self):
        """Each thread has its own count of an address's connections, so some more than 2 may be taken."""
        daemon, held = self.daemon(options=["limits.connections_per_address=2"]), []
        while self.is_taken(daemon, held):
            self.assertLess(len(held), 2 * max(self.THREADS, 1) + 1)
        self.assertEqual(self.occurred(daemon, "footfall_connections_refused"), {("address",): 1})
        self.assertGreaterEqual(len(held), 3)
        for connection in held:
            connection.close()

    def is_taken(self, daemon, held):
        held.append(socket.create_connection(split(daemon.http), 10))
        held[-1].sendall(post_bytes(view()))
        try:
            return held[-1].recv(1) != b""
        except ConnectionResetError:
            return False

    def test_requests_of_an_address_over_its_rate(self):
        daemon = self.daemon(options=["limits.requests_per_second=5"])
        answers = [daemon.events.post("/v1/events", view(), Content_Encoding="identity").status
                   for _ in range(40)]
        self.assertEqual(self.occurred(daemon, "footfall_requests_refused"), {("limited",): answers.count(429)})
        self.assertEqual(self.beacons(daemon), {("shop", "page_view", "taken", "ok"): answers.count(204)})

    def test_datagrams_of_foreign_networks(self):
        daemon = self.daemon(options=["ingest.udp_allow=127.0.0.2/32"])
        for _ in range(3):
            daemon.datagram(view())
        until(lambda: self.occurred(daemon, "footfall_datagrams_dropped") == {("not_allowed",): 3},
              "three datagrams dropped")
        self.assertEqual(self.value(daemon, "footfall_datagrams"), 0)
        self.assertEqual(self.beacons(daemon), {})

    def test_every_datagram_is_counted_also_those_the_kernel_drops(self):
        daemon, sent = self.daemon(), 40_000
        daemon.signal(signal.SIGSTOP)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect(split(daemon.udp))
            for _ in range(sent):
                sender.send(b"{")
        daemon.signal(signal.SIGCONT)

        def counted():
            dropped = self.value(daemon, "footfall_datagrams_dropped", "kernel")
            read = self.value(daemon, "footfall_datagrams")
            return read + dropped == sent and (read, dropped)
        read, dropped = until(counted, f"{sent} datagrams, read or dropped")
        self.assertGreater(dropped, 0)
        self.assertEqual(self.samples(daemon, "footfall_messages_refused"), {("udp", "malformed"): read})

    def test_fields_that_nobody_knows_and_texts_that_are_cut(self):
        daemon = self.daemon()
        daemon.send([view(a=1, b="2"), view(title="x" * 600, url="https://shop.example/" + "x" * 3000), view(c=3)])
        self.assertEqual(self.value(daemon, "footfall_fields_ignored"), 3)
        self.assertEqual(self.value(daemon, "footfall_texts_cut"), 2)

    def test_time_to_an_answer(self):
        daemon, before = self.daemon(), time.monotonic()
        for n in range(7):
            daemon.send([view(n), view(n + 1)])
        expect(daemon.events.post("/v1/events", [view(), {"type": "look"}]), 200)
        expect(daemon.events.post("/v1/events", {"type": "look"}), 400)
        took = time.monotonic() - before
        found = {suffix: float(value) for suffix, labels, value
                 in self.scrape(daemon)["footfall_answer_seconds"].samples}
        self.assertEqual(found["_count"], 8)
        self.assertTrue(0 < found["_sum"] < took, found)

    def test_what_is_in_memory_and_what_gave_way(self):
        daemon = self.daemon(options=["limits.ids=100"])
        daemon.send([view(n, id=f"i{n}") for n in range(150)])
        daemon.send({"type": "add_to_cart", "site": "shop", "visitor": "v0", "items": [{"sku": "s"}]})
        entries = self.samples(daemon, "footfall_state_entries")
        self.assertEqual((entries[("visitors",)], entries[("carts",)], entries[("orders",)]), (150, 1, 0))
        self.assertEqual(self.value(daemon, "footfall_state_limit", "ids"), 100)
        self.assertEqual(self.occurred(daemon, "footfall_state_evicted"), {("ids",): 150 - entries[("ids",)]})

    def test_journal_and_checkpoints(self):
        daemon = self.daemon()
        daemon.send([view(n) for n in range(5)])
        self.assertEqual(self.value(daemon, "footfall_journal_records"), 5)
        self.assertEqual(self.value(daemon, "footfall_journal_pending_records"), 0)
        self.assertEqual(self.value(daemon, "footfall_checkpoint_record"), 0)
        begun = time.time()
        daemon.signal(signal.SIGUSR1)
        until(lambda: self.value(daemon, "footfall_checkpoint_record") == 5, "a checkpoint")
        found = self.scrape(daemon)
        self.assertTrue(begun <= float(found["footfall_checkpoint_timestamp_seconds"].samples[0][2]) <= time.time())
        self.assertEqual([v for s, _, v in found["footfall_checkpoint_seconds"].samples if s == "_count"], ["1"])
        daemon.restart()
        daemon.send(view())
        self.assertEqual(self.value(daemon, "footfall_journal_records"), 6)
        self.assertEqual(self.value(daemon, "footfall_checkpoint_record"), 5)
        self.assertEqual(self.beacons(daemon), {("shop", "page_view", "taken", "ok"): 1})

    def test_a_store_that_takes_nothing(self):
        daemon = self.daemon(kind=FaultyDaemon)
        names = ("ok busy store_full store_failed store_away store_fenced away loading oom readonly misconf noauth noperm no_aof "
                 "refused lost_data")
        states = {(name,): 0 for name in names.split()}
        self.assertEqual(self.samples(daemon, "footfall_store_state"), {**states, ("ok",): 1})
        with daemon.faults.fault("write", error=28, name="journal-"):
            for _ in range(3):
                expect(daemon.events.post("/v1/events", view()), 503)
            self.assertEqual(self.samples(daemon, "footfall_store_state"), {**states, ("store_full",): 1})
            self.assertEqual(self.samples(daemon, "footfall_messages_refused"), {("http", "store_full"): 3})
            self.assertGreater(self.value(daemon, "footfall_journal_pending_records"), 0)
        until(lambda: self.value(daemon, "footfall_store_state", "ok") == 1, "the store's recovery")

    def test_the_process(self):
        daemon = self.daemon()
        found = self.scrape(daemon)

        def number(name):
            return float(found[name].samples[0][2])
        self.assertEqual(found["footfall_build"].samples[0][1].keys(), {"version"})
        self.assertTrue(0 < time.time() - number("process_start_time_seconds") < 120)
        self.assertEqual(self.scrape(daemon)["process_start_time_seconds"].samples,
                         found["process_start_time_seconds"].samples)
        with open(f"/proc/{daemon.process.pid}/statm") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        self.assertTrue(0.5 < number("process_resident_memory_bytes") / resident < 2)
        self.assertEqual(number("process_open_fds"), len(os.listdir(f"/proc/{daemon.process.pid}/fd")))
        self.assertTrue(0 < number("process_cpu_seconds") < 60)
        self.assertEqual(number("footfall_ingest_threads"), self.THREADS)
        self.assertEqual(len(found["footfall_queue_bytes"].samples), self.THREADS)


class ThreadedCounts(Counts):
    """The same, where others count."""

    THREADS = 3


class Asking(Case):
    THREADS = 2

    def test_formats(self):
        daemon = self.daemon()
        for accept, kind in ((None, "text/plain; version=0.0.4"), ("*/*", "text/plain; version=0.0.4"),
                             (OPENMETRICS, "application/openmetrics-text; version=1.0.0")):
            headers = {"Accept": accept} if accept else {}
            answer = expect(daemon.office.request("GET", "/metrics", headers=headers), 200)
            self.assertEqual(answer.headers["Content-Type"], f"{kind}; charset=utf-8")
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertEqual(b"# EOF" in answer.body, kind.startswith("app"))

    def test_where_and_how_it_is_asked_for(self):
        daemon = self.daemon()
        expect(daemon.events.get("/metrics"), 404)
        expect(daemon.office.post("/metrics", b""), 405)
        head = daemon.office.request("HEAD", "/metrics")
        self.assertEqual((head.status, head.body), (200, b""))

    def test_a_token_where_one_is_set(self):
        with tempfile.NamedTemporaryFile("w") as token:
            token.write("sesame\n")
            token.flush()
            daemon = self.daemon(options=[f"stats.token_file={token.name}"])
            expect(daemon.office.get("/metrics"), 401)
            expect(daemon.office.get("/metrics", Authorization="Bearer sesame"), 200)

    def test_many_at_once(self):
        """Each is answered, if only by a refusal, and in order."""
        daemon = self.daemon()
        wires = [Wire(daemon.stats_address) for _ in range(10)]
        for wire in wires:
            wire.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
        statuses = []
        for wire in wires:
            for _ in range(4):
                statuses.append(wire.read().status)
                self.assertEqual(expect(wire.read(), 200).body, b'{"status":"ok"}')
            wire.close()
        self.assertGreaterEqual(statuses.count(200), 16)
        self.assertEqual(statuses.count(200) + statuses.count(503), 40)

    def test_while_beacons_come_counters_only_rise_and_end_exact(self):
        daemon, senders, each = self.daemon(), 4, 150
        threads = [threading.Thread(target=self.send_alone, args=(daemon, n, each)) for n in range(senders)]
        for thread in threads:
            thread.start()
        seen = []
        while any(thread.is_alive() for thread in threads):
            found = self.beacons(daemon)
            seen.append((found.get(("shop", "page_view", "taken", "ok"), 0),
                         found.get(("", "page_view", "refused", "unknown_site"), 0)))
        for thread in threads:
            thread.join()
        self.assertGreater(len(set(seen)), 2)
        for column in zip(*seen):
            self.assertEqual(list(column), sorted(column))
        self.assertEqual(self.beacons(daemon), {("shop", "page_view", "taken", "ok"): senders * each,
                                                ("", "page_view", "refused", "unknown_site"): senders * each})

    def send_alone(self, daemon, number, each):
        client = Client(daemon.http)
        for n in range(each):
            client.post("/v1/events", [view(f"{number}-{n}"), view(site="nowhere")])
        client.close()

    def test_one_that_a_stop_overtakes_is_answered(self):
        daemon = self.daemon()
        daemon.signal(signal.SIGSTOP)
        with socket.create_connection(split(daemon.stats_address), 10) as wire:
            wire.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            daemon.signal(signal.SIGTERM)
            daemon.signal(signal.SIGCONT)
            self.assertIn(b" 200 ", wire.recv(64))
        daemon.stop_has_come()

    def test_one_that_comes_when_a_thread_has_ended(self):
        """It does not wait for that thread, nor does the stop wait for it."""
        daemon = self.daemon()
        expect(daemon.office.get("/metrics"), 200)
        tasks = f"/proc/{daemon.process.pid}/task"
        before = len(os.listdir(tasks))
        with Wire(daemon.http):  # one thread waits a little for its first request, the other has nothing to do
            daemon.signal(signal.SIGTERM)
            begun = time.monotonic()
            until(lambda: len(os.listdir(tasks)) < before, "the end of a thread")
            try:
                expect(daemon.office.get("/metrics"), 200)
            except (OSError, http.client.HTTPException):
                pass  # all had ended
            daemon.stop_has_come()
        self.assertLess(time.monotonic() - begun, 5)

    def test_one_who_does_not_wait_for_the_answer(self):
        daemon = self.daemon()
        for _ in range(20):
            with socket.create_connection(split(daemon.stats_address), 10) as wire:
                wire.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: daemon.office.get("/metrics").status == 200, "the next one's turn")

    def test_the_gauges_are_the_numbers_of_the_stats(self):
        daemon = self.daemon()
        daemon.send([view(n % 3, time=time.time() - 900 * n) for n in range(12)])
        daemon.send([{"type": "purchase", "site": "shop", "visitor": "v1", "order": str(n), "value": f"{n}.25",
                      "currency": currency} for n, currency in enumerate(("EUR", "EUR", "USD"))])
        daemon.send({"type": "search", "site": "shop", "visitor": "v1", "term": "socks", "results": 0})
        daemon.send([{"type": "survey", "site": "shop", "visitor": "v1", "kind": "nps", "score": 3},
                     {"type": "support_open", "site": "shop", "ticket": "t"}])
        for site in ("shop", "safe"):
            for window in WINDOWS:
                until(lambda: self.gauges(daemon, site, window) == self.stats(daemon, site, window),
                      f"the same numbers of {site} for {window}: {self.gauges(daemon, site, window)} "
                      f"{self.stats(daemon, site, window)}", 5)
        self.assertIn(("footfall_orders_revenue", "USD"), self.stats(daemon, "shop", "5m"))
        self.assertEqual(self.gauges(daemon, "shop", "5m")[("footfall_surveys_nps_score", None)], -1)
        self.assertEqual(self.gauges(daemon, "shop", "5m")[("footfall_support_tickets_open", None)], 1)

    def gauges(self, daemon, site, window):
        found = {}
        for name, family in self.scrape(daemon).items():
            for _, labels, value in family.samples:
                if labels.get("site") == site and labels.get("window", window) == window \
                        and family.type == "gauge":
                    found[(name, labels.get("currency"))] = Decimal(value)
        return found

    def stats(self, daemon, site, window):
        found, sections = {}, daemon.stats(site, window=window)
        del sections["customers"]  # counted by days: no gauge of a window is
        for kind, fields in sections.pop("surveys").items():
            sections[f"surveys_{kind}"] = {n: v for n, v in fields.items() if n not in ("distribution", "topics")}
        for section, fields in sections.items():
            for name, value in fields.items() if isinstance(fields, dict) else ():
                values = value if isinstance(value, dict) else {None: value}
                found.update({(f"footfall_{section}_{name}", currency): Decimal(number)
                              for currency, number in values.items() if number is not None})
        return found


class Readers(Case):
    """Those it is for."""

    def test_promtool_finds_nothing_to_say(self):
        tool, daemon = program("promtool"), self.daemon(rows=ROWS)
        daemon.send([view(), {"type": "purchase", "site": "shop", "visitor": "v", "order": "1", "value": 5}])
        expect(daemon.events.post("/v1/events", {"type": "look"}), 400)
        text = expect(daemon.office.get("/metrics"), 200).body
        done = subprocess.run([tool, "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_prometheus_scrapes_it(self):
        server = program("prometheus")
        with tempfile.TemporaryDirectory(prefix="footfall-prometheus-") as folder:
            token = os.path.join(folder, "token")
            with open(token, "w") as file:
                file.write("sesame\n")
            daemon = self.daemon(options=[f"stats.token_file={token}"])
            daemon.send([view(n) for n in range(3)])
            client = self.started(server, folder, daemon.stats_address, token)
            self.assertEqual(self.asked(client, "up"), ["1"])
            self.assertEqual(self.asked(client, 'footfall_beacons_total{site="shop",type="page_view"}'), ["3"])
            self.assertEqual(self.asked(client, 'footfall_traffic_visitors{site="shop",window="24h"}'), ["3"])
            self.assertEqual(self.asked(client, 'footfall_store_state{footfall_store_state="ok"}'), ["1"])
            self.assertEqual(self.asked(client, "footfall_answer_seconds_count"), ["1"])
            target = client.get("/api/v1/targets").json["data"]["activeTargets"][0]
            self.assertEqual((target["health"], target["lastError"]), ("up", ""))
            metadata = client.get("/api/v1/metadata?metric=footfall_beacons").json["data"]
            self.assertEqual(metadata["footfall_beacons"][0]["type"], "counter")  # it read OpenMetrics

    def started(self, server, folder, target, token):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % probe.getsockname()[1]
        with open(os.path.join(folder, "prometheus.yml"), "w") as file:
            file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
                       f"  - {{job_name: footfall, static_configs: [{{targets: ['{target}']}}], "
                       f"authorization: {{credentials_file: '{token}'}}}}\n")
        log = open(os.path.join(folder, "log"), "w+")
        self.addCleanup(log.close)
        process = subprocess.Popen([server, f"--config.file={folder}/prometheus.yml",
                                    f"--storage.tsdb.path={folder}/data", f"--web.listen-address={address}"],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        client = Client(address)
        self.addCleanup(client.close)

        def has_scraped():
            if process.poll() is not None:
                log.seek(0)
                raise Failure(f"{server} ended with {process.returncode}:\n{log.read()}")
            try:
                return self.asked(client, "up") == ["1"]
            except OSError:
                return False
        until(has_scraped, f"a scrape by {server}")
        return client

    def asked(self, client, query):
        """The values of a query."""
        answer = client.get("/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        if answer.status != 200:
            return []
        return [row["value"][1] for row in answer.json["data"]["result"]]


if __name__ == "__main__":
    unittest.main()
