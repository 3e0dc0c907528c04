"""Visitors without an id of their own, who asks not to be tracked, and addresses: used, and kept nowhere."""

import glob
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

from footfall import (AGENT, DEADLINE, FOOTFALLCTL, Client, Daemon, Site, Wire, expect, post_bytes, running,
                      until)
from test_clock import Clock

DAY = 86400
PAGE = {"type": "page_view", "url": "https://shop.example/"}
OTHER = AGENT.replace("Chrome/130", "Chrome/131")


def seen(daemon, site=None, **window):
    traffic = daemon.stats(site, **window)["traffic"]
    return traffic["pageviews"], traffic["sessions"], traffic["visitors"]


class Derived(unittest.TestCase):
    """Who is told apart, by one proxy's word."""

    @classmethod
    def setUpClass(cls):
        cls.sites = [Site(f"s{n}", "UTC") for n in range(20)]
        cls.daemon = Daemon(cls.sites, ("ingest.trusted_proxies=127.0.0.0/8,10.0.0.0/8",),
                            {"s19": ["keys: [{key: its-own, right: track}]"]}).start()
        cls.addClassCleanup(cls.daemon.close)
        cls.free = iter(cls.sites)

    def setUp(self):
        self.site = next(self.free).id

    def view(self, agent=AGENT, fields=None, **headers):
        expect(self.daemon.events.post("/v1/events", {**PAGE, "site": self.site, **(fields or {})}, User_Agent=agent, **headers),
               204)

    def sees(self, *expected):
        self.assertEqual(seen(self.daemon, self.site), expected)

    def test_two_pages_of_the_same_visitor_are_one_session(self):
        self.view(X_Forwarded_For="192.0.2.1")
        self.view(X_Forwarded_For="192.0.2.1", fields={"url": "/cart"})
        self.sees(2, 1, 1)

    def test_another_agent_is_another_visitor(self):
        self.view(X_Forwarded_For="192.0.2.1")
        self.view(X_Forwarded_For="192.0.2.1", agent=OTHER)
        self.sees(2, 2, 2)

    def test_another_address_is_another_visitor(self):
        for address in "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0::1", "::ffff:192.0.2.2":
            self.view(X_Forwarded_For=address)
        self.sees(6, 4, 4)

    def test_another_site_has_other_visitors(self):
        self.view(X_Forwarded_For="192.0.2.1")
        other = next(self.free).id
        self.view(X_Forwarded_For="192.0.2.1", fields={"site": other})
        ids = {json.loads(line)["visitor"] for line in self.exported()}
        self.assertEqual(len(ids), 2)

    def exported(self):
        lines = []
        for name in glob.glob(f"{self.daemon.directory}/store/*"):
            with open(name, "rb") as file:
                data = file.read()
            for found in data.split(b"~")[1:]:
                if len(found) >= 32 and all(c in b"0123456789abcdef" for c in found[:32]):
                    lines.append(json.dumps({"visitor": found[:32].decode()}))
        return lines[-2:]

    def test_the_picture_needs_no_visitor_either(self):
        for _ in range(2):
            answer = expect(self.daemon.events.get(f"/v1/pixel.gif?type=page_view&site={self.site}",
                                                   X_Forwarded_For="192.0.2.1"), 200)
            self.assertNotIn("X-Footfall-Error", answer.headers)
        self.sees(2, 1, 1)

    def test_an_id_of_the_visitors_own_is_kept(self):
        self.view(X_Forwarded_For="192.0.2.1", fields={"visitor": "v"})
        self.view(X_Forwarded_For="192.0.2.1")
        self.sees(2, 2, 2)

    def test_ids_that_are_ours_are_refused_but_from_an_import(self):
        answer = expect(self.daemon.events.post("/v1/events", {**PAGE, "site": self.site, "visitor": "~1"}), 400)
        refusal = answer.json["rejected"][0]
        self.assertEqual((refusal["field"], refusal["code"]), ("visitor", "bad_id"))
        self.assertIn("~", refusal["error"])
        self.daemon.bring([{**PAGE, "site": self.site, "visitor": "~1", "time": time.time() - 60}])
        self.sees(1, 1, 1)

    def test_an_import_needs_a_visitor(self):
        answer = expect(self.daemon.office.post("/v1/import", {**PAGE, "site": self.site, "time": time.time()}), 400)
        self.assertEqual(answer.json["rejected"][0]["field"], "visitor")

    def test_a_datagram_needs_a_visitor(self):
        self.daemon.datagram({**PAGE, "site": self.site})
        self.daemon.datagram({**PAGE, "site": self.site, "visitor": "v"})
        until(lambda: seen(self.daemon, self.site) == (1, 1, 1), "the one with a visitor")

    def test_what_the_proxies_have_not_said_is_not_believed(self):
        """The right-most address that is none of theirs; what stands before it came from the visitor."""
        for said in "192.0.2.1", "198.51.100.7, 192.0.2.1", "192.0.2.1, 10.1.2.3", "198.51.100.8,192.0.2.1:4711 , 10.0.0.1":
            self.view(X_Forwarded_For=said)
        self.sees(4, 1, 1)

    def test_the_standard_header_says_it_too(self):
        for said in ('for=192.0.2.1', 'For="192.0.2.1:4711";proto=https', 'for=198.51.100.7, by=x;for=192.0.2.1, for=10.0.0.1'):
            self.view(Forwarded=said)
        self.view(X_Forwarded_For="192.0.2.1")
        self.view(Forwarded='for="[2001:db8::1]:80"')
        self.view(X_Forwarded_For="[2001:db8::1]")
        self.sees(6, 2, 2)

    def test_the_address_and_agent_of_a_beacon_are_a_proxys_to_give(self):
        self.view(X_Forwarded_For="192.0.2.1", fields={"ip": "192.0.2.9", "user_agent": OTHER})
        self.view(X_Forwarded_For="192.0.2.2", fields={"ip": "192.0.2.9", "user_agent": OTHER}, agent=OTHER)
        self.sees(2, 1, 1)

    def test_many_in_one_request(self):
        events = [{**PAGE, "site": self.site, "visitor": f"v{n}" if n % 2 else None} for n in range(50)]
        expect(self.daemon.events.post("/v1/events", events, X_Forwarded_For="192.0.2.1"), 204)
        self.sees(50, 26, 26)


class Direct(unittest.TestCase):
    def test_a_sender_that_is_no_proxy_is_not_believed(self):
        with running() as daemon:
            for said in "192.0.2.1", "192.0.2.2":
                for name in "X-Forwarded-For", "Forwarded":
                    expect(daemon.events.request("POST", "/v1/events",
                                                 json.dumps({**PAGE, "ip": said, "user_agent": said}),
                                                 {name: said, "Content-Type": "application/json"}), 204)
            self.assertEqual(seen(daemon), (4, 1, 1))

    def test_a_key_of_the_site_lets_its_bearer_say_who_it_was(self):
        keys = ["keys: [{key: its-own, right: track}]"]
        with Daemon((Site("a"), Site("b")), rows={"a": keys, "b": ["keys: [{key: other, right: track}]"]}) as daemon:
            for address in "192.0.2.1", "192.0.2.2", "2001:db8::1":
                expect(daemon.events.post("/v1/events", {**PAGE, "site": "a", "ip": address, "user_agent": OTHER},
                                          Authorization="Bearer its-own"), 204)
            self.assertEqual(seen(daemon, "a"), (3, 3, 3))

    def test_the_agent_of_a_stranger_is_not_kept(self):
        with running() as daemon:
            daemon.send({**PAGE, "visitor": "v", "user_agent": "told-by-itself", "language": "tlh"})
            store = stored(daemon)
            self.assertNotIn(b"told-by-itself", store)
            self.assertNotIn(b"tlh", store)

    def test_ingest_threads_tell_the_same_visitors(self):
        with running(options=("ingest.threads=3",)) as daemon:
            for _ in range(12):
                client = Client(daemon.http)
                expect(client.post("/v1/events", PAGE), 204)
                client.close()
            self.assertEqual(seen(daemon), (12, 1, 1))

    def test_ipv6(self):
        with running(options=("ingest.http=[::1]:0", "ingest.trusted_proxies=::1/128")) as daemon:
            for address in "192.0.2.1", "2001:db8::1", "2001:db8::1":
                expect(daemon.events.post("/v1/events", PAGE, X_Forwarded_For=address), 204)
            self.assertEqual(seen(daemon), (3, 2, 2))


def stored(daemon):
    """All bytes of the data directory, and the log."""
    data = daemon.log.encode()
    for name in glob.glob(f"{daemon.directory}/store/*"):
        try:
            with open(name, "rb") as file:
                data += file.read()
        except FileNotFoundError:  # it has just got its name
            continue
    return data


class Midnight(unittest.TestCase):
    """The day ends in the middle of a session."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="footfall-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.clock = Clock(self.folder)
        self.midnight = (int(time.time()) // DAY + 1) * DAY

    def at(self, seconds):
        """So many seconds after midnight."""
        self.clock.set(self.midnight + seconds - int(time.time()))

    def sees(self, daemon, *expected):
        self.assertEqual(seen(daemon, from_=self.midnight - DAY, to=self.midnight + 3 * DAY), expected)

    def view(self, daemon, agent=AGENT):
        expect(daemon.events.post("/v1/events", PAGE, User_Agent=agent), 204)

    def session(self, options=(), end=lambda daemon: None):
        with Daemon(env=self.clock.environment, options=options) as daemon:
            for n, minutes in enumerate((-50, -25, -3, 2, 20, 29, 40, 65, 90), 1):
                self.at(minutes * 60)
                self.turned(daemon, minutes >= 0)
                self.view(daemon)
                end(daemon)
                self.sees(daemon, n, 1, 1)
            self.at(121 * 60)
            self.view(daemon)
            self.sees(daemon, 10, 2, 2)
            digest = daemon.office.get("/v1/digest").json
            daemon.checkpoint()
            daemon.restart()
            self.assertEqual(daemon.office.get("/v1/digest").json["seq"], digest["seq"])
            self.view(daemon)
            self.sees(daemon, 11, 2, 2)

    def turned(self, daemon, after):
        """Ingest threads learn of a new day within a second."""
        want = (self.midnight // DAY).to_bytes(8, "little") if after else None
        if want and "ingest.threads=2" in daemon.options:
            until(lambda: want in stored(daemon), "the new day's key")

    def test_it_is_one_session_of_one_visitor(self):
        self.session()

    def test_it_is_over_restarts(self):
        self.session(end=lambda daemon: (daemon.stop(), daemon.start()))

    def test_it_is_over_kills(self):
        self.session(end=lambda daemon: daemon.restart())

    def test_it_is_over_checkpoints(self):
        self.session(end=lambda daemon: (daemon.checkpoint(), daemon.restart()))

    def test_it_is_with_ingest_threads(self):
        self.session(options=("ingest.threads=2",))

    def test_an_export_brings_the_same_session_elsewhere(self):
        with Daemon(env=self.clock.environment) as daemon, Daemon(env=self.clock.environment) as other:
            for minutes in -20, 5, 25, 45:
                self.at(minutes * 60)
                self.view(daemon)
            done = subprocess.run([FOOTFALLCTL, "export", "--config", daemon.config_file, f"{daemon.directory}/store"],
                                  capture_output=True, check=True, timeout=DEADLINE)
            expect(other.office.post("/v1/import", done.stdout, "application/x-ndjson"), 204)
            self.sees(other, 4, 1, 1)

    def test_who_comes_back_the_next_day_is_another(self):
        with Daemon(env=self.clock.environment) as daemon:
            self.at(-12 * 3600)
            self.view(daemon)
            self.at(12 * 3600)
            self.view(daemon)
            self.view(daemon)
            self.sees(daemon, 3, 2, 2)
            self.at(36 * 3600)
            self.view(daemon)
            self.sees(daemon, 4, 3, 3)

    def test_who_was_away_at_midnight_is_another(self):
        with Daemon(env=self.clock.environment) as daemon:
            self.at(-25 * 60)
            self.view(daemon)
            self.at(10 * 60)
            self.view(daemon)
            self.sees(daemon, 2, 2, 2)

    def test_what_is_bought_after_midnight_is_the_same_visitors(self):
        with Daemon(env=self.clock.environment) as daemon:
            self.at(-600)
            expect(daemon.events.post("/v1/events", {"type": "purchase", "order": "1", "value": 1}), 204)
            self.at(600)
            expect(daemon.events.post("/v1/events", {"type": "purchase", "order": "2", "value": 1}), 204)
            stats = daemon.stats(from_=self.midnight - DAY, to=self.midnight + DAY)
            self.assertEqual((stats["orders"]["orders"], stats["traffic"]["visitors"]), (2, 1))
            self.assertEqual(stats["customers"]["customers_new"], 1)

    def test_the_key_of_a_day_is_gone_when_its_sessions_can_be_no_more(self):
        with Daemon(env=self.clock.environment) as daemon:
            day = self.midnight // DAY
            self.at(-3600)
            until(lambda: self.days(daemon) == {day - 1}, "the first key")
            keys = self.keys(daemon)
            self.at(29 * 60)
            until(lambda: self.days(daemon) == {day - 1, day}, "the next key")
            self.at(31 * 60)
            until(lambda: self.days(daemon) == {day}, "the first key's end")
            self.assertNotIn(keys[day - 1], stored(daemon))
            self.assertNotIn(keys[day - 1], self.memory(daemon))
            daemon.kill()
            self.at(40 * DAY)
            daemon.start()
            self.assertEqual(self.days(daemon), {day + 40})

    def memory(self, daemon):
        """What the process may write of its memory."""
        data = b""
        with open(f"/proc/{daemon.process.pid}/maps") as maps, open(f"/proc/{daemon.process.pid}/mem", "rb", 0) as mem:
            for line in maps:
                span, rights = line.split()[:2]
                start, end = (int(x, 16) for x in span.split("-"))
                if not rights.startswith("rw") or end - start > 64 << 20 or "[v" in line:
                    continue
                mem.seek(start)
                try:
                    data += mem.read(end - start)
                except OSError:
                    continue
        return data

    def keys(self, daemon):
        """The salts in the store, by day."""
        with open(f"{daemon.directory}/store/value-salts", "rb") as file:
            value = file.read()[16:]
        found = {}
        for at in 1, 25:
            day, key = struct.unpack_from("<q16s", value, at)
            if day >= 0:
                found[day] = key
        return found

    def days(self, daemon):
        return set(self.keys(daemon))


class Privacy(unittest.TestCase):
    """Sec-GPC, DNT and consent."""

    SITES = Site("count"), Site("anonymous"), Site("drop"), Site("shared")

    def start(self, *options):
        rows = {site.id: [f"gpc: {site.id}"] for site in self.SITES}
        daemon = Daemon(self.SITES, options, rows).start()
        self.addCleanup(daemon.close)
        return daemon

    def test_what_the_site_says_is_done(self):
        daemon = self.start()
        for header in {"Sec-GPC": "1"}, {"DNT": "1"}, {"Sec-GPC": "1", "DNT": "0"}, {"Sec-GPC": "0"}, {"DNT": "0"}:
            for site in self.SITES:
                expect(daemon.events.request("POST", "/v1/events", json.dumps({**PAGE, "site": site.id, "visitor": "v"}),
                                             header), 204)
        for site, expected in (("count", (5, 1, 1)), ("anonymous", (5, 1, 1)), ("shared", (5, 1, 1)), ("drop", (2, 1, 1))):
            self.assertEqual(seen(daemon, site), expected)
        metrics = daemon.office.get("/metrics").body.decode()
        self.assertIn('footfall_beacons_total{site="drop",type="page_view",outcome="dropped",reason="opted_out"} 3', metrics)

    def test_all_sites_together(self):
        daemon = self.start("privacy.gpc=drop")
        for site in "shared", "anonymous":
            expect(daemon.events.post("/v1/events", {**PAGE, "site": site, "visitor": "v"}, Sec_GPC="1"), 204)
        self.assertEqual(seen(daemon, "shared"), (0, 0, 0))
        self.assertEqual(seen(daemon, "anonymous"), (1, 0, 0))

    def test_what_is_dropped_is_answered_like_what_is_taken(self):
        daemon = self.start()
        answer = daemon.events.post("/v1/events", [{**PAGE, "site": "drop"}, {"type": "purchase", "site": "drop"}], Sec_GPC="1")
        self.assertEqual(expect(answer, 204).body, b"")
        answer = daemon.events.post("/v1/events", [{**PAGE, "site": "drop"}, {"type": "nothing", "site": "drop"}], Sec_GPC="1")
        self.assertEqual(expect(answer, 200).json["accepted"], 1)
        answer = daemon.events.get("/v1/pixel.gif?type=page_view&site=drop", Sec_GPC="1")
        self.assertNotIn("X-Footfall-Error", expect(answer, 200).headers)

    def test_sums_are_all_that_is_kept(self):
        daemon = self.start()
        self.go_shopping(daemon, {"consent": False})
        self.go_shopping(daemon, {}, Sec_GPC="1")
        self.only_sums(daemon, 2)
        self.assertIn('footfall_beacons_total{site="anonymous",type="ping",outcome="taken",reason="stray"} 2',
                      daemon.office.get("/metrics").body.decode())
        daemon.restart()
        self.only_sums(daemon, 2)
        self.assertNotIn(b"somebody", stored(daemon))

    def go_shopping(self, daemon, fields, **headers):
        who = {"site": "anonymous", "visitor": "somebody", "customer": "somebody", **fields}
        item = {"items": [{"sku": "a", "price": 5}]}
        order = f"{len(fields)}"
        events = [PAGE, {"type": "ping", "engaged_ms": 60000}, {"type": "search", "term": "tea"}, {"type": "view_item", **item},
                  {"type": "add_to_cart", **item}, {"type": "begin_checkout", **item},
                  {"type": "purchase", "order": order, "value": 5, "currency": "EUR", **item},
                  {"type": "survey", "kind": "csat", "score": 5, "comment": "good"}]
        expect(daemon.events.post("/v1/events", [{**event, **who} for event in events], **headers), 204)

    def only_sums(self, daemon, n):
        stats = daemon.stats("anonymous")
        self.assertEqual(stats["traffic"]["pageviews"], n)
        self.assertEqual(stats["search"]["searches"], n)
        self.assertEqual((stats["orders"]["orders"], stats["orders"]["revenue"]), (n, {"EUR": 5 * n}))
        self.assertEqual(stats["surveys"]["csat"]["responses"], n)
        for section, names in (("traffic", ("visitors", "sessions", "live_visitors", "new_visitors")),
                               ("cart", ("carts_opened",)), ("checkout", ("checkouts_started",)),
                               ("funnel", ("sessions", "purchased")), ("customers", ("customers_new",))):
            for name in names:
                self.assertEqual((name, stats[section][name]), (name, 0))
        comments = daemon.office.get("/v1/surveys/comments?site=anonymous").json["comments"]
        self.assertEqual([comment.get("visitor") for comment in comments], [None] * n)

    def test_consent_that_is_given_changes_nothing(self):
        daemon = self.start()
        daemon.send({**PAGE, "site": "count", "consent": True, "visitor": "v"})
        self.assertEqual(seen(daemon, "count"), (1, 1, 1))

    def test_consent_is_asked_of_datagrams_and_imports_too(self):
        daemon = self.start()
        daemon.datagram({**PAGE, "site": "count", "consent": False, "visitor": "somebody"})
        until(lambda: seen(daemon, "count") == (1, 0, 0), "the datagram")
        daemon.bring([{**PAGE, "site": "count", "consent": False, "time": time.time() - 60}])
        self.assertEqual(seen(daemon, "count"), (2, 0, 0))


def proxy_v2(address, command=0x21, behind=b""):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    raw = socket.inet_pton(family, address)
    body = raw + raw + struct.pack(">HH", 4711, 80) + behind
    kind = 0x21 if ":" in address else 0x11
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(">BBH", command, kind, len(body)) + body


def proxy_v1(address):
    return f"PROXY TCP{6 if ':' in address else 4} {address} {address} 4711 80\r\n".encode()


class Proxied(unittest.TestCase):
    def send(self, daemon, header, times=1):
        """Over one connection that begins with the header; the last answer."""
        with Wire(daemon.http) as wire:
            wire.send(header)
            for _ in range(times):
                wire.send(post_bytes(PAGE))
                answer = wire.read()
            return answer and answer.status

    def running(self, version, proxies="127.0.0.1/32"):
        return running(options=(f"ingest.proxy_protocol={version}", f"ingest.trusted_proxies={proxies}"))

    def test_either_version_says_who_it_is(self):
        with self.running("any") as daemon:
            for header in proxy_v1, proxy_v2:
                for address in "192.0.2.1", "2001:db8::1":
                    self.assertEqual(self.send(daemon, header(address), 2), 204)
            self.assertEqual(self.send(daemon, proxy_v2("192.0.2.1", behind=b"\x04\0\3abc")), 204)
            self.assertEqual(seen(daemon), (9, 2, 2))

    def test_the_proxy_itself_may_ask(self):
        with self.running("any") as daemon:
            self.assertEqual(self.send(daemon, b"PROXY UNKNOWN\r\n"), 204)
            self.assertEqual(self.send(daemon, proxy_v2("192.0.2.1", command=0x20)), 204)
            self.assertEqual(seen(daemon), (2, 1, 1))

    def test_a_header_that_comes_byte_by_byte_is_taken(self):
        with self.running("any") as daemon:
            for header in proxy_v1("192.0.2.1"), proxy_v2("192.0.2.1"):
                with Wire(daemon.http) as wire:
                    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    for byte in header + post_bytes(PAGE):
                        wire.send(bytes([byte]))
                    self.assertEqual(wire.read().status, 204)
            self.assertEqual(seen(daemon), (2, 1, 1))

    def test_what_is_no_header_of_the_version_is_refused(self):
        wrong = (b"", b"PROXY TCP4 192.0.2.1\r\n", b"PROXY TCP4 192.0.2.1 192.0.2.1 1 70000\r\n", b"PROXY TCP4 ::1 ::1 1 2\r\n",
                 b"PROXY TCP4 192.0.2.1 192.0.2.1 1 2\n", b"PROXY " + b"x" * 200, proxy_v2("192.0.2.1", command=0x22),
                 proxy_v2("192.0.2.1")[:13] + b"\x99\0\0")
        with self.running("any") as daemon:
            for header in wrong:
                self.assertEqual(self.send(daemon, header), 400, header)
            self.assertEqual(seen(daemon), (0, 0, 0))
        for version, other in (("v1", proxy_v2), ("v2", proxy_v1)):
            with self.running(version) as daemon:
                self.assertEqual(self.send(daemon, other("192.0.2.1")), 400)

    def test_nobody_else_may_send_one(self):
        with self.running("any", "192.0.2.0/24") as daemon:
            self.assertEqual(self.send(daemon, proxy_v1("192.0.2.1")), 400)
            self.assertEqual(self.send(daemon, proxy_v2("192.0.2.1")), 400)
            self.assertEqual(self.send(daemon, b""), 204)

    def test_the_other_listener_asks_for_none(self):
        with self.running("any") as daemon:
            expect(daemon.office.get("/healthz"), 200)

    def test_proxies_are_spared_the_limits_by_address(self):
        options = ("ingest.trusted_proxies=127.0.0.0/8", "limits.connections_per_address=1", "limits.requests_per_second=1")
        with running(options=options) as daemon:
            clients = [Client(daemon.http) for _ in range(3)]
            for client in clients:
                for _ in range(5):
                    expect(client.post("/v1/events", PAGE, X_Forwarded_For="192.0.2.1"), 204)
            for client in clients:
                client.close()


class Addresses(unittest.TestCase):
    def test_they_are_kept_nowhere(self):
        """Not as text, nor as bytes, nor as MessagePack has them."""
        addresses = "192.0.2.77", "2001:db8:77::77"
        options = ("ingest.trusted_proxies=127.0.0.1/32", "log.level=info")
        with running(options=options) as daemon:
            for address in addresses:
                for headers in {"X-Forwarded-For": address}, {"Forwarded": f'for="[{address}]"'}:
                    expect(daemon.events.request("POST", "/v1/events", json.dumps({**PAGE, "ip": address}), headers), 204)
                daemon.datagram({**PAGE, "visitor": "v", "ip": address})
                daemon.bring([{**PAGE, "visitor": "v", "ip": address, "time": time.time() - 60}])
                expect(daemon.events.get(f"/v1/pixel.gif?type=page_view&ip={address}"), 200)
                daemon.events.post("/v1/events", b"{broken " + address.encode(), X_Forwarded_For=address)
            until(lambda: seen(daemon)[0] == 10, "the datagrams")
            daemon.checkpoint()
            daemon.stop()
            data = stored(daemon)
            for address in addresses:
                raw = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
                self.assertNotIn(address.encode(), data)
                self.assertNotIn(raw, data)
            self.assertIn(b"/", data)  # it is the data
            daemon.start()


if __name__ == "__main__":
    unittest.main()
