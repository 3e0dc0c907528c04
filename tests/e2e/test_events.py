"""What POST /v1/events and datagrams are answered, and that what was taken counts at once."""

import json
import time
import unittest

from footfall import Client, Daemon, Site, Wire, expect, post_bytes, until

SITES = (Site("shop", aliases=("boutique",)), Site("depot"))


def page(n=0, **fields):
    return {"type": "page_view", "site": "shop", "visitor": f"v{n}", **fields}


# Each row: the field at fault, and what makes a page view of it that must be refused.
CART, SKU = {"type": "add_to_cart"}, {"sku": "a"}
BUY = {"type": "purchase", "order": "x", "value": 1}
RULES = [
    ("type", {"type": "page-view"}), ("type", {"type": 3}), ("type", {"type": None}),
    ("site", {"site": "nowhere"}), ("site", {"site": None}),
    ("visitor", {"visitor": ""}), ("visitor", {"visitor": "x" * 129}),
    ("visitor", {"visitor": 17}), ("visitor", {"visitor": "~1"}),
    ("id", {"id": ""}), ("id", {"id": "x" * 129}), ("customer", {"customer": "x" * 129}),
    ("time", {"time": "yesterday"}), ("time", {"time": "2026-02-30T00:00:00Z"}),
    ("time", {"time": time.time() - 73 * 3600}), ("time", {"time": {}}),
    ("time", {"time": -1}),
    ("engaged_ms", {"type": "ping", "engaged_ms": -1}),
    ("engaged_ms", {"type": "ping", "engaged_ms": 1.5}),
    ("engaged_ms", {"type": "ping", "engaged_ms": "7"}),
    ("results", {"type": "search", "results": -3}),
    ("items", {**CART, "items": {}}), ("items", {**CART, "items": [3]}),
    ("items", {**CART, "items": [SKU] * 1001}), ("items", {**CART, "items": [{}]}),
    ("items", {**CART, "items": [{"sku": ""}]}),
    ("items", {**CART, "items": [{**SKU, "quantity": 0}]}),
    ("items", {**CART, "items": [{**SKU, "quantity": 1000001}]}),
    ("items", {**CART, "items": [{**SKU, "quantity": 1.5}]}),
    ("items", {**CART, "items": [{**SKU, "price": "1.23456"}]}),
    ("items", {**CART, "items": [{**SKU, "price": "cheap"}]}),
    ("order", {**BUY, "order": None}), ("order", {**BUY, "order": ""}),
    ("order", {"type": "refund"}), ("value", {"type": "purchase", "order": "x"}),
    ("value", {**BUY, "value": "1.00001"}), ("value", {**BUY, "value": 1e12}),
    ("value", {**BUY, "value": "1e3"}), ("value", {**BUY, "value": True}),
    ("tax", {**BUY, "tax": "x"}), ("currency", {**BUY, "currency": "EURO"}),
    ("currency", {**BUY, "currency": "eu"}), ("currency", {**BUY, "currency": 978}),
    ("kind", {"type": "survey", "kind": "mood", "score": 3}),
    ("score", {"type": "survey", "kind": "csat", "score": 6}),
    ("score", {"type": "survey", "kind": "nps", "score": 11}),
    ("scale", {"type": "survey", "kind": "nps", "score": 1, "scale": "7"}),
    ("value", {"type": "spend", "purpose": "retention"}),
    ("purpose", {"type": "spend", "purpose": "fun", "value": 1}),
    ("passive", {"type": "custom", "name": "x", "passive": "yes"}),
]


class Events(unittest.TestCase):
    """One daemon for all; each test reads the counters before and after."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(SITES)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()

    def post(self, body, content_type="application/json", **headers):
        return self.daemon.events.post("/v1/events", body, content_type, **headers)

    def count(self, section="traffic", name="pageviews", site="shop"):
        return self.daemon.stats(site, window="1h")[section][name]

    def adds(self, number, send, section="traffic", name="pageviews"):
        """send() makes the counter grow by this much; gives what send() gave."""
        before = self.count(section, name)
        answer = send()
        self.assertEqual(self.count(section, name) - before, number, answer)
        return answer

    def refused(self, answer, status=400):
        """An error with a JSON body that says why."""
        self.assertEqual(answer.status, status, answer)
        self.assertIn("application/json", answer.headers["Content-Type"])
        self.assertIsInstance(answer.json, dict)
        return answer.json


class Taken(Events):
    def test_an_object_is_taken_with_204_and_counted_at_once(self):
        answer = self.adds(1, lambda: self.post(page()))
        self.assertEqual((answer.status, answer.body), (204, b""))

    def test_an_array_is_taken(self):
        self.adds(3, lambda: expect(self.post([page(1), page(2), page(1)]), 204))

    def test_lines_are_taken(self):
        lines = "\n".join(json.dumps(page(n)) for n in range(4)) + "\n"
        self.adds(4, lambda: expect(self.post(lines, "application/x-ndjson"), 204))

    def test_lines_may_be_blank_and_the_last_may_be_open(self):
        lines = json.dumps(page()) + "\r\n\n" + json.dumps(page())
        self.adds(2, lambda: expect(self.post(lines, "application/x-ndjson"), 204))

    def test_text_plain_is_what_sendBeacon_sends(self):
        self.adds(1, lambda: expect(self.post(page(), "text/plain;charset=UTF-8"), 204))
        self.adds(2, lambda: expect(self.post([page(), page()], "text/plain"), 204))
        lines = json.dumps(page()) + "\n" + json.dumps(page())
        self.adds(2, lambda: expect(self.post(lines, "text/plain"), 204))

    def test_the_content_type_may_have_parameters_and_any_case(self):
        self.adds(1, lambda: expect(self.post(page(), "Application/JSON; charset=utf-8"), 204))

    def test_unknown_fields_are_ignored(self):
        self.adds(1, lambda: expect(self.post(page(colour="red", deep={"a": [1, {"b": None}]})), 204))

    def test_an_alias_is_its_site(self):
        self.adds(1, lambda: expect(self.post(page(site="boutique")), 204))

    def test_sites_are_told_apart(self):
        before = self.count(site="depot")
        self.adds(0, lambda: expect(self.post(page(site="depot")), 204))
        self.assertEqual(self.count(site="depot"), before + 1)

    def test_duplicates_are_taken_and_counted_once(self):
        self.adds(1, lambda: expect(self.post([page(id="twice"), page(id="twice")]), 204))
        self.adds(0, lambda: expect(self.post(page(id="twice")), 204))

    def test_times_in_seconds_milliseconds_and_text_are_taken(self):
        now = time.time() - 60
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        self.adds(3, lambda: expect(self.post([page(time=now), page(time=round(now * 1000)),
                                               page(time=text)]), 204))

    def test_a_time_far_ahead_is_set_to_the_arrival(self):
        self.adds(1, lambda: expect(self.post(page(time=time.time() + 86400)), 204))

    def test_utf_8_is_taken_as_it_is(self):
        search = {"type": "search", "site": "shop", "visitor": "jürgen-✓", "term": "Größe 🙂"}
        self.adds(1, lambda: expect(self.post(search), 204), "search", "searches")

    def test_back_office_events_need_no_visitor(self):
        refund = {"type": "refund", "site": "shop", "order": "unknown"}
        self.adds(1, lambda: expect(self.post(refund), 204), "orders", "refunds")

    def test_a_batch_of_a_thousand_is_taken(self):
        self.adds(1000, lambda: expect(self.post([page(n % 7) for n in range(1000)]), 204))

    def test_a_body_may_come_in_chunks(self):
        body = json.dumps(page()).encode()
        def send():
            with Wire(self.daemon.http) as wire:
                wire.send(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                          b"Transfer-Encoding: chunked\r\n\r\n")
                for part in (body[:7], body[7:]):
                    wire.send(b"%x\r\n%b\r\n" % (len(part), part))
                wire.send(b"0\r\n\r\n")
                return expect(wire.read(), 204)
        self.adds(1, send)


class Refused(Events):
    def test_some_taken_says_which_were_not(self):
        batch = [page(), {"type": "purchase", "site": "shop", "visitor": "v", "value": 1},
                 page(id="again"), page(id="again"), {"type": "nonsense", "site": "shop"}]
        answer = self.adds(2, lambda: self.post(batch))
        self.assertEqual(answer.status, 200)
        verdict = answer.json
        self.assertEqual((verdict["accepted"], verdict["duplicates"]), (2, 1))
        self.assertEqual([(r["index"], r["field"], r["code"]) for r in verdict["rejected"]],
                         [(1, "order", "missing"), (4, "type", "unknown_type")])
        for rejection in verdict["rejected"]:
            self.assertIsInstance(rejection["error"], str)

    def test_none_valid_is_400_with_the_same_body(self):
        verdict = self.refused(self.post([{"type": "survey", "site": "shop"}]))
        self.assertEqual((verdict["accepted"], verdict["duplicates"]), (0, 0))
        self.assertEqual(len(verdict["rejected"]), 1)
        self.assertEqual(verdict["rejected"][0]["field"], "kind")

    def test_a_broken_array_takes_nothing(self):
        self.adds(0, lambda: self.refused(self.post("[" + json.dumps(page()) + ", {]")))
        self.adds(0, lambda: self.refused(self.post(json.dumps([page(), page()])[:-1])))

    def test_of_lines_each_stands_for_itself(self):
        lines = json.dumps(page()) + "\n{broken\n" + json.dumps(page())
        answer = self.adds(2, lambda: self.post(lines, "application/x-ndjson"))
        self.assertEqual(answer.status, 200)
        self.assertEqual([r["index"] for r in answer.json["rejected"]], [1])

    def test_what_is_no_event_is_refused(self):
        for body in ("", "[]", "nonsense", "17", '"text"', "null", "{", '{"type":"page_view"'):
            self.refused(self.post(body))

    def test_bytes_that_are_no_utf_8_are_refused(self):
        body = json.dumps(page()).replace("v0", "v\x00").encode().replace(b"\\u0000", b"\xff")
        self.adds(0, lambda: self.refused(self.post(body)))

    def test_every_rule_names_its_field(self):
        batch = [{"type": "page_view", "site": "shop", "visitor": "v", **row} for _, row in RULES]
        verdict = self.refused(self.post(batch))
        refused = {r["index"]: r for r in verdict["rejected"]}
        for index, (field, row) in enumerate(RULES):
            with self.subTest(row=row):
                self.assertIn(index, refused)
                named = refused[index]["field"]
                self.assertEqual(named.partition("[")[0].partition(".")[0], field, refused[index])
                self.assertRegex(refused[index]["code"], r"^[a-z0-9_]+$")

    def test_a_key_given_twice_is_refused(self):
        body = '{"type":"page_view","site":"shop","visitor":"v","visitor":"w"}'
        self.refused(self.post(body))

    def test_several_sites_leave_none_out(self):
        verdict = self.refused(self.post({"type": "page_view", "visitor": "v"}))
        self.assertEqual(verdict["rejected"][0]["field"], "site")

    def test_other_content_types_are_415(self):
        for content_type in ("application/xml", "image/gif", "multipart/form-data; boundary=x"):
            self.refused(self.post(page(), content_type), 415)

    def test_unknown_encodings_are_415(self):
        self.refused(self.post(page(), Content_Encoding="br"), 415)

    def test_too_many_events_are_413(self):
        self.adds(0, lambda: self.refused(self.post([page()] * 1001), 413))

    def test_a_body_that_is_too_large_is_413(self):
        with Wire(self.daemon.http) as wire:
            wire.send(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 1048577\r\n\r\n")
            self.refused(wire.read(), 413)

    def test_other_paths_are_404_and_other_methods_405(self):
        client = self.daemon.events
        for path in ("/", "/v1", "/v1/event", "/v1/events/", "/v1/stats", "/v1/import"):
            self.refused(client.get(path), 404)
        for method in ("GET", "PUT", "DELETE"):
            answer = client.request(method, "/v1/events")
            self.refused(answer, 405)
            self.assertIn("POST", answer.headers["Allow"])

    def test_what_is_no_http_is_answered_and_closed(self):
        with Wire(self.daemon.http) as wire:
            wire.send(b"NONSENSE\r\n\r\n")
            self.assertEqual(wire.read().status, 400)
            self.assertIsNone(wire.read())

    def test_headers_without_end_are_refused(self):
        with Wire(self.daemon.http) as wire:
            wire.send(b"GET / HTTP/1.1\r\nX: " + b"x" * 40000)
            self.assertEqual(wire.read().status, 431)

    def test_deep_nesting_harms_nobody(self):
        body = '{"type":"page_view","site":"shop","visitor":"v","x":' + "[" * 50000 + "]" * 50000 + "}"
        self.assertIn(self.post(body).status, (204, 400))
        self.adds(1, lambda: expect(self.post(page()), 204))


class Connections(Events):
    def test_a_connection_is_kept(self):
        with Wire(self.daemon.http) as wire:
            for _ in range(5):
                wire.send(post_bytes(page()))
                expect(wire.read(), 204)

    def test_a_connection_closes_when_asked_to(self):
        with Wire(self.daemon.http) as wire:
            wire.send(post_bytes(page(), extra="Connection: close\r\n"))
            expect(wire.read(), 204)
            self.assertIsNone(wire.read())

    def test_http_1_0_is_answered_and_closed(self):
        with Wire(self.daemon.http) as wire:
            wire.send(post_bytes(page()).replace(b"HTTP/1.1", b"HTTP/1.0"))
            expect(wire.read(), 204)
            self.assertIsNone(wire.read())

    def test_pipelined_requests_are_answered_in_their_order(self):
        bad = {"type": "nonsense", "site": "shop"}
        def send():
            with Wire(self.daemon.http) as wire:
                wire.send(b"".join(post_bytes(page(n) if n % 3 else bad) for n in range(60)))
                return [wire.read().status for _ in range(60)]
        statuses = self.adds(40, send)
        self.assertEqual(statuses, [204 if n % 3 else 400 for n in range(60)])

    def test_a_request_may_come_byte_by_byte(self):
        with Wire(self.daemon.http) as wire:
            for byte in post_bytes(page()):
                wire.send(bytes([byte]))
            expect(wire.read(), 204)

    def test_a_sender_that_waits_for_100_is_told_to_go_on(self):
        body = json.dumps(page()).encode()
        with Wire(self.daemon.http) as wire:
            head = post_bytes(page(), extra="Expect: 100-continue\r\n")[:-len(body)]
            wire.send(head)
            self.assertEqual(wire.read().status, 100)
            wire.send(body)
            expect(wire.read(), 204)

    def test_a_sender_that_goes_away_harms_nobody(self):
        for cut in (10, 60, 120):
            with Wire(self.daemon.http) as wire:
                wire.send(post_bytes(page())[:cut])
        self.adds(1, lambda: expect(self.post(page()), 204))

    def test_many_connections_at_once(self):
        clients = [Client(self.daemon.http) for _ in range(100)]
        try:
            def send():
                for client in clients:
                    expect(client.post("/v1/events", page()), 204)
            self.adds(100, send)
        finally:
            for client in clients:
                client.close()


class Datagrams(Events):
    def arrives(self, number, payload, name="pageviews"):
        """Datagrams have no answer: the counter says when it was taken."""
        target = self.count(name=name) + number
        self.daemon.datagram(payload)
        until(lambda: self.count(name=name) >= target, f"{number} more {name}")
        self.assertEqual(self.count(name=name), target)

    def test_an_object_an_array_and_lines_are_taken(self):
        self.arrives(1, page())
        self.arrives(2, [page(), page()])
        self.arrives(2, (json.dumps(page()) + "\n" + json.dumps(page())).encode())

    def test_nonsense_is_dropped_and_the_next_one_taken(self):
        before = self.count()
        for payload in (b"", b"\0\1\2", b"{", json.dumps({"type": "nonsense"}).encode(),
                        json.dumps({"type": "page_view", "site": "shop"}).encode()):
            self.daemon.datagram(payload)
        self.arrives(1, page())
        self.assertEqual(self.count(), before + 1)

    def test_a_large_datagram_is_taken_whole(self):
        self.arrives(500, [page(title="t" * 40) for _ in range(500)])

    def test_many_datagrams_in_a_row_are_taken(self):
        target = self.count() + 200
        for n in range(200):
            self.daemon.datagram(page(n, id=f"datagram-{n}"))
        until(lambda: self.count() == target, "200 page views")


if __name__ == "__main__":
    unittest.main()
