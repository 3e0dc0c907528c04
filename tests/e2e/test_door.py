"""Every form in which beacons come, what pages are let read, and who may send what."""

import gzip
import json
import os
import select
import signal
import time
import unittest

from footfall import Client, Daemon, Site, Wire, expect, pack, post_bytes, until

PAGE = "https://shop.example"
FORMS = {  # how a body is written, and which content types may stand before it
    "an object": (lambda events: json.dumps(events[0]).encode(),
                  ("application/json", "text/plain", "text/plain;charset=UTF-8", "application/x-ndjson",
                   "application/octet-stream", "", None)),
    "an array": (lambda events: json.dumps(events).encode(),
                 ("application/json", "text/plain", "application/octet-stream", None)),
    "an array with blanks and a byte order mark": (
        lambda events: b"\xef\xbb\xbf \r\n" + json.dumps(events, indent=2).encode(),
        ("application/json", "text/plain", None)),
    "lines": (lambda events: "\n".join(map(json.dumps, events)).encode(),
              ("application/x-ndjson", "application/json", "text/plain", None)),
    "a map": (lambda events: pack(events[0]),
              ("application/msgpack", "application/x-msgpack", "text/plain", None)),
    "an array of maps": (lambda events: pack(events),
                         ("application/msgpack", "application/vnd.msgpack", "text/plain", None)),
    "maps back to back": (lambda events: b"".join(map(pack, events)),
                          ("application/msgpack", "text/plain", None)),
}


def view(n=0, site="shop", **fields):
    return {"type": "page_view", "site": site, "visitor": f"v{n}", **fields}


def refund(site="shop"):
    return {"type": "refund", "site": site, "order": "unknown"}


class Door(unittest.TestCase):
    """One daemon for all tests of a class."""

    SITES = (Site("shop"), Site("depot"))
    OPTIONS, ROWS = (), None

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.SITES, cls.OPTIONS, cls.ROWS)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()

    def views(self, site="shop"):
        return self.daemon.stats(site, window="1h")["traffic"]["pageviews"]

    def adds(self, number, send, site="shop"):
        before = self.views(site)
        answer = send()
        self.assertEqual(self.views(site) - before, number, answer)
        return answer

    def post(self, events, key=None, origin=None, content_type="application/json"):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if origin:
            headers["Origin"] = origin
        return self.daemon.events.post("/v1/events", events, content_type, **headers)

    def pixel(self, query, **headers):
        return self.daemon.events.get("/v1/pixel.gif?" + query, **headers)

    def speak(self, wire, data, *statuses):
        """Sends bytes, which must be answered with these statuses."""
        wire.send(data)
        return [expect(wire.read(), status) for status in statuses]

    def refused(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer)
        self.assertIn("application/json", answer.headers["Content-Type"])
        self.assertIsInstance(answer.json["error"], str)
        if code:
            self.assertEqual(answer.json["code"], code, answer)
        return answer


class Forms(Door):
    def test_every_form_under_every_type(self):
        events = [view(n, title="Größe", engaged_ms=10) for n in range(3)]
        for name, (write, types) in FORMS.items():
            body = write(events)
            count = 1 if name in ("an object", "a map") else 3
            for content_type in types:
                for encoding in (None, "gzip", "x-gzip", "identity", "said by its first bytes"):
                    with self.subTest(name, type=content_type, encoding=encoding):
                        self.taken(count, body, content_type, encoding)

    def taken(self, count, body, content_type, encoding):
        headers = {} if content_type is None else {"Content-Type": content_type}
        if encoding not in (None, "identity"):
            body = gzip.compress(body)
        if encoding in ("gzip", "x-gzip", "identity"):
            headers["Content-Encoding"] = encoding
        self.adds(count, lambda: expect(
            self.daemon.events.request("POST", "/v1/events", body, headers), 204))

    def test_a_gzip_body_of_several_members_is_taken(self):
        body = b"".join(gzip.compress(json.dumps(view(n)).encode() + b"\n") for n in range(3))
        self.adds(3, lambda: expect(self.daemon.events.post(
            "/v1/events", body, "application/x-ndjson", Content_Encoding="gzip"), 204))

    def test_a_gzip_body_may_inflate_to_max_body(self):
        line = json.dumps(view()).encode()
        for size, status in ((1 << 20, 204), ((1 << 20) + 1, 413)):
            body = gzip.compress(line + b" " * (size - len(line)))
            answer = self.daemon.events.post("/v1/events", body, Content_Encoding="gzip")
            expect(answer, status)

    def test_a_body_may_have_max_body_bytes_and_no_more(self):
        line = json.dumps(view()).encode()
        for chunked in (False, True):
            for size, status in ((1 << 20, 204), ((1 << 20) + 1, 413)):
                with self.subTest(chunked=chunked, size=size), Wire(self.daemon.http) as wire:
                    body = line + b" " * (size - len(line))
                    self.speak(wire, chunks(body, 50_000) if chunked else post_bytes(body), status)

    def test_chunks_of_any_size_with_extensions_and_trailers(self):
        body = json.dumps([view(n) for n in range(5)]).encode()
        for size in (1, 7, len(body)):
            for extension, trailer in ((b"", b""), (b";a=b", b""), (b"", b"X-Sum: 1\r\n")):
                with self.subTest(size=size), Wire(self.daemon.http) as wire:
                    data = chunks(body, size, extension, trailer) + post_bytes(view())
                    self.adds(6, lambda: self.speak(wire, data, 204, 204))

    def test_gzip_in_chunks(self):
        body = gzip.compress(json.dumps(view()).encode())
        with Wire(self.daemon.http) as wire:
            data = chunks(body, 11).replace(b"Host", b"Content-Encoding: gzip\r\nHost", 1)
            self.adds(1, lambda: self.speak(wire, data, 204))

    def test_http_1_0_may_keep_its_connection(self):
        request = post_bytes(view(), extra="Connection: keep-alive\r\n").replace(b"1.1", b"1.0")
        with Wire(self.daemon.http) as wire:
            for _ in range(3):
                wire.send(request)
                self.assertEqual(expect(wire.read(), 204).headers["Connection"].lower(), "keep-alive")

    def test_http_1_0_needs_no_host_and_is_not_told_to_continue(self):
        body = json.dumps(view()).encode()
        head = b"POST /v1/events HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        with Wire(self.daemon.http) as wire:
            wire.send(head)
            self.assertEqual(select.select([wire.socket], [], [], 0.05)[0], [])
            self.speak(wire, body, 204)
            self.assertIsNone(wire.read())

    def test_who_waits_for_100_in_vain_is_refused_at_once(self):
        with Wire(self.daemon.http) as wire:
            wire.send(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                      b"Content-Length: 5000000\r\n\r\n")
            self.refused(wire.read(), 413)

    def test_the_absolute_form_of_a_target(self):
        with Wire(self.daemon.http) as wire:
            data = post_bytes(view(), path="http://shop.example/v1/events")
            self.adds(1, lambda: self.speak(wire, data, 204))

    def test_repeats_are_told(self):
        self.assertIsNone(self.post(view(id="told")).headers["X-Footfall-Duplicates"])
        answer = expect(self.post([view(id="told"), view(id="told")]), 204)
        self.assertEqual(answer.headers["X-Footfall-Duplicates"], "2")

    def test_datagrams_in_every_form(self):
        events = [view(n) for n in range(3)]
        for name, (write, _) in FORMS.items():
            with self.subTest(name):
                target = self.views() + (1 if name in ("an object", "a map") else 3)
                self.daemon.datagram(write(events))
                until(lambda: self.views() >= target, name)
                self.assertEqual(self.views(), target)


class FormsWithThreads(Forms):
    OPTIONS = ("ingest.threads=2",)


def chunks(body, size, extension=b"", trailer=b""):
    """A POST whose body comes in chunks of this size."""
    parts = (body[i:i + size] for i in range(0, len(body), size))
    return (b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"".join(b"%X%b\r\n%b\r\n" % (len(p), extension, p) for p in parts)
            + b"0" + extension + b"\r\n" + trailer + b"\r\n")


class Pixel(Door):
    QUERY = "type=page_view&site=shop&visitor=p+1&url=https%3A%2F%2Fshop.example%2F"

    def picture(self, answer):
        self.assertEqual(answer.headers["Content-Type"], "image/gif")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Content-Length"], "43")
        return expect(answer, 200)

    def test_a_picture_of_43_bytes(self):
        answer = self.picture(self.adds(1, lambda: self.pixel(self.QUERY)))
        self.assertEqual((len(answer.body), answer.body[:10], answer.body[-1:]),
                         (43, b"GIF89a\x01\x00\x01\x00", b";"))
        self.assertIsNone(answer.headers["X-Footfall-Error"])

    def test_head_counts_and_has_no_body(self):
        def send():
            with Wire(self.daemon.http) as wire:
                wire.send(f"HEAD /v1/pixel.gif?{self.QUERY} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 2)
                return [self.picture(wire.read(bodiless=True)) for _ in range(2)]
        self.adds(2, send)

    def test_post_without_a_body_counts(self):
        answer = self.adds(1, lambda: self.daemon.events.request("POST", f"/v1/pixel.gif?{self.QUERY}"))
        self.assertEqual(len(self.picture(answer).body), 43)

    def test_items_and_money_in_a_query(self):
        items = "%5B%7B%22sku%22%3A%22a%22%2C%22quantity%22%3A2%7D%5D"
        expect(self.pixel(f"type=purchase&site=depot&visitor=p&order=o&value=59.97&items={items}"), 200)
        orders = self.daemon.stats("depot", window="1h")["orders"]
        self.assertEqual((orders["items_sold"], str(orders["revenue"]["EUR"])), (2, "59.97"))

    def test_a_bad_beacon_still_gets_the_picture_and_the_reason(self):
        answer = self.picture(self.adds(0, lambda: self.pixel("type=page_view&site=shop&visitor=")))
        self.assertEqual(len(answer.body), 43)
        self.assertIn("visitor", answer.headers["X-Footfall-Error"])

    def test_a_repeat_gets_the_picture_without_complaint(self):
        expect(self.pixel(self.QUERY + "&id=pixel"), 200)
        answer = self.picture(self.adds(0, lambda: self.pixel(self.QUERY + "&id=pixel")))
        self.assertIsNone(answer.headers["X-Footfall-Error"])

    def test_other_methods_are_told_which_to_use(self):
        answer = self.refused(self.daemon.events.request("DELETE", "/v1/pixel.gif"), 405)
        self.assertEqual(set(answer.headers["Allow"].split(", ")), {"GET", "HEAD", "POST", "OPTIONS"})


class Pages(Door):
    """What browsers ask of answers to pages of other origins."""

    OPTIONS = ("ingest.max_header=2k",)
    ANSWERS = [  # of the listener for beacons: what is asked, and the status
        (("POST", "/v1/events", json.dumps(view()), {}), 204),
        (("POST", "/v1/events", json.dumps([view(), {}]), {}), 200),
        (("POST", "/v1/events", "{", {}), 400),
        (("POST", "/v1/events", "{}", {"Content-Type": "application/xml"}), 415),
        (("POST", "/v1/events", "{}", {"Content-Encoding": "br"}), 415),
        (("POST", "/v1/events", "{}", {"Content-Encoding": "gzip"}), 400),
        (("POST", "/v1/events", " " * 2_000_000, {}), 413),
        (("POST", "/v1/events", "[" + "{}," * 1000 + "{}]", {}), 413),
        (("GET", "/v1/events", None, {}), 405), (("PUT", "/v1/events", "{}", {}), 405),
        (("GET", "/v1/nothing", None, {}), 404), (("GET", "/healthz", None, {}), 200),
        (("GET", "/v1/pixel.gif", None, {}), 200), (("POST", "/healthz", None, {}), 405),
        (("GET", "/readyz", None, {}), 200),
        (("POST", "/v1/events", "{}", {"Transfer-Encoding": "gzip", "Host": "x"}), 400),
    ]

    def readable(self, answer, origin=PAGE):
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin, answer)
        self.assertEqual(answer.headers["Access-Control-Allow-Credentials"], "true", answer)
        self.assertIn("Origin", answer.headers["Vary"])
        self.assertIn("Retry-After", answer.headers["Access-Control-Expose-Headers"])

    def ask(self, method, path, body, headers):
        client = Client(self.daemon.http)
        try:
            return client.request(method, path, body, headers)
        except (BrokenPipeError, ConnectionResetError):
            self.skipTest("the body was refused before it was sent")
        finally:
            client.close()

    def test_every_answer_may_be_read(self):
        for (method, path, body, headers), status in self.ANSWERS:
            with self.subTest(f"{method} {path} {body and body[:10]} {headers}"):
                answer = expect(self.ask(method, path, body, {"Origin": PAGE, **headers}), status)
                if headers.get("Transfer-Encoding"):  # nothing in such a head is to be believed
                    self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
                else:
                    self.readable(answer)

    def test_without_an_origin_anyone_may_read(self):
        for (method, path, body, headers), status in self.ANSWERS:
            with self.subTest(f"{method} {path} {body and body[:10]} {headers}"):
                answer = expect(self.ask(method, path, body, headers), status)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
                self.assertIsNone(answer.headers["Access-Control-Allow-Credentials"])

    def test_any_origin_is_echoed(self):
        for origin in ("null", "http://localhost:3000", "https://" + "x" * 200 + ".example",
                       "chrome-extension://abcdef"):
            self.readable(expect(self.post(view(), origin=origin), 204), origin)

    def test_a_header_that_is_too_large_may_be_read_by_anyone(self):
        answer = self.daemon.events.get("/healthz", X="x" * 3000)
        self.refused(answer, 431, "header_too_large")
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")

    def preflight(self, path="/v1/events", **headers):
        given = {"Origin": PAGE, "Access-Control-Request-Method": "POST", **headers}
        return self.daemon.events.request("OPTIONS", path, None, given)

    def test_preflights_allow_any_header_asked(self):
        asked = "authorization,content-type,x-shop-anything"
        for path in ("/v1/events", "/v1/pixel.gif"):
            answer = expect(self.preflight(path, **{"Access-Control-Request-Headers": asked}), 204)
            self.readable(answer)
            self.assertEqual(answer.headers["Access-Control-Allow-Headers"], asked)
            self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
            self.assertGreaterEqual(int(answer.headers["Access-Control-Max-Age"]), 600)

    def test_a_preflight_that_asks_for_nothing_is_answered(self):
        self.readable(expect(self.preflight(), 204))

    def test_a_preflight_writes_no_headers_of_the_senders_choice(self):
        answer = self.preflight(**{"Access-Control-Request-Headers": "a: b\tc; d"})
        self.assertIsNone(expect(answer, 204).headers["Access-Control-Allow-Headers"])

    def test_a_wrong_method_is_told_the_right_ones(self):
        answer = self.refused(self.daemon.events.get("/v1/events"), 405, "method_not_allowed")
        self.assertEqual(set(answer.headers["Allow"].split(", ")), {"POST", "OPTIONS"})

    def test_the_private_listener_lets_no_page_read(self):
        answer = self.daemon.office.get("/v1/stats?site=shop", Origin=PAGE)
        self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])
        preflight = self.daemon.office.request("OPTIONS", "/v1/import", None, {"Origin": PAGE})
        self.refused(preflight, 405)
        self.assertIsNone(preflight.headers["Access-Control-Allow-Origin"])


class Keys(Door):
    """shop has keys of both rights, desk one for the office alone, depot none."""

    SITES = (Site("shop"), Site("desk"), Site("depot"))
    ROWS = {"shop": ["keys: [{key: track-old, right: track}, {key: track-new, right: track},"
                     " {key: office-1, right: office}]"],
            "desk": ["keys: [{key: office-2, right: office}]"]}
    TABLE = [  # site, beacon, key, status, code
        ("shop", view, None, 401, "key_needed"), ("shop", view, "track-old", 204, None),
        ("shop", view, "track-new", 204, None), ("shop", view, "office-1", 204, None),
        ("shop", view, "office-2", 403, "key_lacks_right"), ("shop", view, "wrong", 401, "wrong_key"),
        ("shop", view, "track-ol", 401, "wrong_key"), ("shop", view, "track-old2", 401, "wrong_key"),
        ("shop", refund, None, 401, "key_needed"), ("shop", refund, "track-old", 403, "key_lacks_right"),
        ("shop", refund, "office-1", 204, None), ("shop", refund, "office-2", 403, "key_lacks_right"),
        ("desk", view, None, 204, None), ("desk", view, "office-2", 204, None),
        ("desk", refund, None, 401, "key_needed"), ("desk", refund, "office-2", 204, None),
        ("desk", refund, "office-1", 403, "key_lacks_right"),
        ("depot", view, None, 204, None), ("depot", refund, None, 204, None),
        ("depot", view, "track-old", 204, None), ("depot", view, "wrong", 401, "wrong_key"),
    ]

    def test_who_may_send_what(self):
        for site, beacon, key, status, code in self.TABLE:
            with self.subTest(f"{beacon.__name__} for {site} with {key}"):
                answer = self.post(beacon(site=site), key, PAGE)
                self.assertEqual(answer.status, status, answer)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], PAGE)
                if code:
                    self.refused(answer, status, code)
                if status == 401:
                    self.assertIn("Bearer", answer.headers["WWW-Authenticate"])

    def test_of_a_batch_each_is_judged_for_its_site(self):
        batch = [view(site=site) for site in ("shop", "desk", "depot")] + [refund("desk")]
        answer = self.adds(0, lambda: self.post(batch))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual((answer.json["accepted"], [(r["index"], r["code"]) for r in answer.json["rejected"]]),
                         (2, [(0, "key_needed"), (3, "key_needed")]))
        answer = self.adds(1, lambda: self.post(batch, "track-old"))
        self.assertEqual([(r["index"], r["code"]) for r in answer.json["rejected"]],
                         [(3, "key_lacks_right")])

    def test_a_refused_batch_of_mixed_reasons_is_400(self):
        self.refused(self.post([view(), view(site="depot", type="x")]), 400)

    def test_the_scheme_may_be_in_any_case_and_others_are_none(self):
        for value, status in (("bearer track-old", 204), ("BEARER track-old", 204), ("Bearer  track-old", 204),
                              ("Basic dTpw", 401), ("track-old", 401), ("Bearer", 401), ("", 401)):
            with self.subTest(value):
                answer = self.daemon.events.post("/v1/events", view(), Authorization=value)
                self.assertEqual(answer.status, status, answer)

    def test_pictures_need_keys_too_and_are_shown_without(self):
        query = "type=page_view&site=shop&visitor=p"
        answer = expect(self.adds(0, lambda: self.pixel(query)), 200)
        self.assertIn("key_needed", answer.headers["X-Footfall-Error"])
        answer = expect(self.adds(0, lambda: self.pixel(query, Authorization="Bearer x")), 200)
        self.assertIn("wrong_key", answer.headers["X-Footfall-Error"])
        self.adds(1, lambda: expect(self.pixel(query, Authorization="Bearer track-new"), 200))

    def test_datagrams_and_imports_need_no_key(self):
        target = self.views() + 1
        self.daemon.datagram(view())
        until(lambda: self.views() >= target, "the datagram")
        self.daemon.bring([{**refund(), "time": time.time()}])


class KeysWithThreads(Keys):
    OPTIONS = ("ingest.threads=2",)


class Origins(Door):
    ROWS = {"shop": [f"origins: ['{PAGE}', 'http://localhost:3000']"], "depot": ["origins: []"]}

    def test_only_the_origins_of_a_site_may_send_for_it(self):
        for origin, status in ((PAGE, 204), ("http://localhost:3000", 204), (None, 204),
                               ("https://evil.example", 403), ("http://shop.example", 403),
                               ("https://shop.example:444", 403), ("null", 403),
                               ("https://shop.example.evil", 403)):
            with self.subTest(origin):
                answer = self.post(view(), origin=origin)
                self.assertEqual(answer.status, status, answer)
                if status == 403:
                    self.refused(answer, 403, "foreign_origin")
                    self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin)

    def test_an_empty_list_lets_no_page_send(self):
        self.refused(self.post(view(site="depot"), origin=PAGE), 403)
        expect(self.post(view(site="depot")), 204)

    def test_a_picture_of_a_foreign_page(self):
        answer = expect(self.pixel("type=page_view&site=shop&visitor=p", Origin="https://evil.example"), 200)
        self.assertIn("foreign_origin", answer.headers["X-Footfall-Error"])


class Rotation(unittest.TestCase):
    """Keys and origins change with SIGHUP, and no connection notices."""

    def run_through(self, options):
        with Daemon((Site("shop"),), options, {"shop": ["keys: [{key: old, right: track}]"]}) as daemon:
            self.daemon, self.client = daemon, Client(daemon.http)
            self.addCleanup(self.client.close)
            self.becomes({"old": 204, "new": 401})
            self.reload("keys: [{key: old, right: track}, {key: new, right: track}]")
            self.becomes({"old": 204, "new": 204})
            secret = os.path.join(daemon.directory, "secret")
            for word, other in (("new", "newer"), ("newer", "new")):
                with open(secret, "w") as file:
                    file.write(word + "\n")
                self.reload(f"keys: [{{key_file: {secret}, right: track}}]")
                self.becomes({word: 204, other: 401, "old": 401})
            self.reload("keys: [{key: nonsense")
            daemon.logged("reload_failed")
            self.becomes({"newer": 204})
            self.reload(f"origins: ['{PAGE}']")
            self.becomes({None: 204})
            self.assertEqual(self.send(None, "https://evil.example").status, 403)

    def reload(self, row):
        self.daemon.rows["shop"] = [row]
        self.daemon.write_config()
        self.daemon.signal(signal.SIGHUP)

    def send(self, key, origin=PAGE):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.client.post("/v1/events", view(), Origin=origin, **headers)

    def becomes(self, statuses):
        for key, status in statuses.items():
            until(lambda: self.send(key).status == status, f"{status} for the key {key}")

    def test_without_threads(self):
        self.run_through([])

    def test_with_threads(self):
        self.run_through(["ingest.threads=2"])


if __name__ == "__main__":
    unittest.main()
