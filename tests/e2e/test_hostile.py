"""Requests and datagrams that nobody well-meaning sends: each gets a clear error, changes no number,
and leaves the daemon serving."""

import gzip
import json
import socket
import struct
import time
import unittest
import zlib

from footfall import Daemon, Site, Wire, expect, lasting, pack, post_bytes, split, until

SITES = (Site("shop"),)
PAGE = "https://shop.example"
VIEW = {"type": "page_view", "site": "shop", "visitor": "smuggled"}
TEXT = json.dumps(VIEW)
JSON, LINES, MSGPACK, PLAIN = ("application/json", "application/x-ndjson", "application/msgpack",
                               "text/plain")
MANY = 100_000


def spoilt(field, value):
    """A beacon as JSON with this text in place of a field's value."""
    buy = {**VIEW, "type": "purchase", "order": "o", "value": 1, "items": [{"sku": "s"}]}
    return json.dumps({**buy, field: "\0"}).replace('"\\u0000"', value).encode()


def named(key, value):
    """A beacon with one more member, both as JSON text."""
    return f"{TEXT[:-1]},{key}:{value}}}".encode()


def bomb(size):
    """gzip that inflates to so many bytes of an endless blank JSON array."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks, parts = b" " * 100_000, [squeeze.compress(b"[")]
    parts += [squeeze.compress(blanks) for _ in range(size // len(blanks))]
    return b"".join(parts) + squeeze.flush()


BOMB = bomb(100_000_000)
SQUEEZED = gzip.compress(TEXT.encode())

# What it is; content type; body; status; further header lines.
BODIES = [
    ("nothing", JSON, b"", 400),
    ("blanks", JSON, b" \r\n\t", 400),
    ("blank lines", LINES, b"\n\n\r\n", 400),
    ("NULs", JSON, b"\0" * 64, 400),
    ("a NUL behind it", JSON, TEXT.encode() + b"\0", 400),
    ("a NUL within a text", JSON, spoilt("order", '"a\0b"'), 400),
    ("another control byte within a text", JSON, spoilt("order", '"a\nb"'), 400),
    ("deep arrays", JSON, b"[" * MANY, 400),
    ("deep arrays that end", JSON, b"[" * MANY + b"]" * MANY, 400),
    ("deep objects", JSON, b'{"a":' * MANY, 400),
    ("deep within an unknown field", JSON, named('"x"', "[" * MANY + "]" * MANY), 400),
    ("two roots under application/json", JSON, f"{TEXT}{TEXT}".encode(), 400),
    ("a bracket too many", JSON, f"[{TEXT}]]".encode(), 400),
    ("a comma at the end", JSON, f"[{TEXT},]".encode(), 400),
    ("a comment", JSON, f"/**/{TEXT}".encode(), 400),
    ("single quotes", JSON, TEXT.replace('"', "'").encode(), 400),
    ("a field twice", JSON, named('"visitor"', '"w"'), 400),
    ("a field twice, once escaped", JSON, named('"\\u0076isitor"', '"w"'), 400),
    ("an unknown field broken", JSON, named('"x"', "tru"), 400),
    ("an item's field twice", JSON, spoilt("items", '[{"sku":"a","sku":"b"}]'), 400),
    ("an id of a megabyte", JSON, spoilt("order", '"%s"' % ("x" * 1_000_000)), 400),
    ("a number of a thousand digits", JSON, spoilt("value", "9" * 1000), 400),
    ("1e308", JSON, spoilt("value", "1e308"), 400),
    ("1e308 as time", JSON, spoilt("time", "1e308"), 400),
    ("1e99999", JSON, spoilt("value", "1e99999"), 400),
    ("NaN", JSON, spoilt("value", "NaN"), 400),
    ("Infinity", JSON, spoilt("value", "-Infinity"), 400),
    ("hexadecimal", JSON, spoilt("value", "0x10"), 400),
    ("a leading zero", JSON, spoilt("value", "01"), 400),
    ("a quantity beyond 64 bits", JSON, spoilt("items", '[{"sku":"a","quantity":18446744073709551617}]'), 400),
    ("half a surrogate pair", JSON, spoilt("order", '"\\ud800"'), 400),
    ("a broken escape", JSON, spoilt("order", '"\\x41"'), 400),
    ("a lone continuation byte", JSON, spoilt("order", '"@"').replace(b"@", b"\x80"), 400),
    ("an overlong slash", JSON, spoilt("order", '"@"').replace(b"@", b"\xc0\xaf"), 400),
    ("a surrogate in UTF-8", JSON, spoilt("order", '"@"').replace(b"@", b"\xed\xa0\x80"), 400),
    ("beyond Unicode", JSON, spoilt("order", '"@"').replace(b"@", b"\xf4\x90\x80\x80"), 400),
    ("bad UTF-8 under an unknown key", JSON, named('"x"', '"@"').replace(b"@", b"\xff"), 400),
    ("bad UTF-8 in a line", LINES, TEXT.encode().replace(b"smuggled", b"\xff"), 400),
    ("UTF-16", JSON, TEXT.encode("utf-16"), 400),
    ("more than max_batch", JSON, b"[" + b"{}," * 1000 + b"{}]", 413),
    ("more lines than max_batch", LINES, b"{}\n" * 1001, 413),
    ("five bytes that claim eight gigabytes", MSGPACK, b"\xdd\x0f\xff\xff\xff", 400),
    ("the same under text/plain", PLAIN, b"\xdd\x0f\xff\xff\xff", 400),
    ("the same under no type", None, b"\xdd\x0f\xff\xff\xff", 400),
    ("a map of four thousand million", MSGPACK, b"\xdf\xff\xff\xff\xff", 400),
    ("a key of four gigabytes", MSGPACK, b"\x81\xdb\xff\xff\xff\xff", 400),
    ("a value of four gigabytes", MSGPACK, b"\x81\xa4type\xdb\xff\xff\xff\xff", 400),
    ("binary of four gigabytes", MSGPACK, b"\x81\xa4type\xc6\xff\xff\xff\xff", 400),
    ("an extension of four gigabytes", MSGPACK, b"\x81\xa4type\xc9\xff\xff\xff\xff\x01", 400),
    ("deep MessagePack arrays", MSGPACK, b"\x91" * MANY, 400),
    ("deep MessagePack under an unknown key", MSGPACK, b"\x81\xa1x" + b"\x91" * MANY, 400),
    ("the byte that MessagePack never uses", MSGPACK, b"\xc1", 400),
    ("a map with a number as key", MSGPACK, b"\x81\x01\x01", 400),
    ("a MessagePack field twice", MSGPACK,
     b"\x84" + pack({**VIEW, "x": 1})[3:].replace(pack("x") + pack(1), pack("visitor") + pack("w")), 400),
    ("a MessagePack text that is no UTF-8", MSGPACK, pack(VIEW).replace(b"smuggled", b"smuggl\xff\xff"), 400),
    ("a MessagePack NaN", MSGPACK, pack({**VIEW, "type": "purchase", "order": "o", "value": float("nan")}), 400),
    ("JSON said to be MessagePack", MSGPACK, TEXT.encode(), 400),
    ("MessagePack said to be JSON", JSON, pack(VIEW), 400),
    ("XML", "application/xml", TEXT.encode(), 415),
    ("a form", "application/x-www-form-urlencoded", b"type=page_view", 415),
    ("bytes that are nothing", "application/octet-stream", b"hello", 415),
    ("no gzip", JSON, TEXT.encode(), 400, "Content-Encoding: gzip"),
    ("no body under gzip", JSON, b"", 400, "Content-Encoding: gzip"),
    ("gzip cut short", JSON, SQUEEZED[:-9], 400, "Content-Encoding: gzip"),
    ("gzip without its trailer", JSON, SQUEEZED[:-8], 400, "Content-Encoding: gzip"),
    ("gzip with a wrong sum", JSON, SQUEEZED[:-8] + bytes(8), 400, "Content-Encoding: gzip"),
    ("gzip with something behind it", JSON, SQUEEZED + b"more", 400, "Content-Encoding: gzip"),
    ("gzip within gzip", JSON, gzip.compress(SQUEEZED), 400, "Content-Encoding: gzip"),
    ("gzip of 100 MB", JSON, BOMB, 413, "Content-Encoding: gzip"),
    ("the same, not said to be gzip", None, BOMB, 413),
    ("the same in two members", JSON, bomb(600_000) * 2, 413, "Content-Encoding: gzip"),
    ("deflate", JSON, zlib.compress(TEXT.encode()), 415, "Content-Encoding: deflate"),
    ("two encodings", JSON, gzip.compress(SQUEEZED), 415, "Content-Encoding: gzip, gzip"),
]

POST = b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = post_bytes(VIEW)  # must not be taken for a request
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(TEXT)
WHOLE = LENGTH + b"\r\n" + TEXT.encode()


def chunk(size, data=TEXT.encode()):
    return CHUNKED + size + b"\r\n" + data + b"\r\n0\r\n\r\n"


SIZE = b"%x" % len(TEXT)

# What it is; bytes on the wire; status. The connection must close behind the answer, whatever follows.
REQUESTS = [
    ("two lengths", POST + b"Content-Length: 0\r\n" + WHOLE, 400),
    ("the same length twice", POST + LENGTH + WHOLE, 400),
    ("a list of lengths", POST + WHOLE.replace(b"\r\n", b", %d\r\n" % len(TEXT), 1), 400),
    ("length and chunks", POST + b"Transfer-Encoding: chunked\r\n" + WHOLE, 400),
    ("chunks and length", POST + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("chunked twice", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("another coding before chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    ("another coding behind chunked", POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    ("another coding", POST + b"Transfer-Encoding: xchunked\r\n" + WHOLE, 400),
    ("a tab in the coding", POST + b"Transfer-Encoding: \x0bchunked\r\n" + WHOLE, 400),
    ("a blank before the colon", POST + b"Transfer-Encoding : chunked\r\n" + WHOLE, 400),
    ("chunks in HTTP/1.0", chunk(SIZE).replace(b"1.1", b"1.0"), 400),
    ("a length with a sign", POST + WHOLE.replace(b": ", b": +"), 400),
    ("a length below nothing", POST + b"Content-Length: -1\r\n\r\n", 400),
    ("a length in hexadecimal", POST + b"Content-Length: 0x10\r\n\r\n", 400),
    ("a length that is no number", POST + b"Content-Length: many\r\n\r\n", 400),
    ("an empty length", POST + b"Content-Length:\r\n\r\n", 400),
    ("a length beyond 64 bits", POST + b"Content-Length: 18446744073709551617\r\n\r\n", 400),
    ("a length of many gigabytes", POST + b"Content-Length: 99999999999\r\n\r\n", 413),
    ("a length just beyond max_body", POST + b"Content-Length: 1048577\r\n\r\n", 413),
    ("bare line feeds", (POST + WHOLE).replace(b"\r\n", b"\n"), 400),
    ("one bare line feed", POST + b"A: b\n" + WHOLE, 400),
    ("a bare carriage return", POST + b"A: b\rC: d\r\n" + WHOLE, 400),
    ("a folded line", POST + b"A: b\r\n c\r\n" + WHOLE, 400),
    ("a folded length", POST + b"Content-Length:\r\n 5\r\n\r\nhello", 400),
    ("a blank before the first header", POST.replace(b"Host", b" Host") + WHOLE, 400),
    ("a NUL in a header", POST + b"A: b\0c\r\n" + WHOLE, 400),
    ("a control byte in a header", POST + b"A: b\x01c\r\n" + WHOLE, 400),
    ("a header without a name", POST + b": b\r\n" + WHOLE, 400),
    ("a header without a colon", POST + b"Hello\r\n" + WHOLE, 400),
    ("a blank in a header's name", POST + b"A b: c\r\n" + WHOLE, 400),
    ("a NUL in a header's name", POST + b"A\0b: c\r\n" + WHOLE, 400),
    ("no host", POST.replace(b"Host", b"Hast") + WHOLE, 400),
    ("two hosts", POST + b"Host: y\r\n" + WHOLE, 400),
    ("two origins", POST + b"Origin: https://a\r\nOrigin: https://b\r\n" + WHOLE, 400),
    ("HTTP/2.0", POST.replace(b"1.1", b"2.0") + WHOLE, 400),
    ("HTTP/1.2", POST.replace(b"1.1", b"1.2") + WHOLE, 400),
    ("HTTP/0.9", b"GET /healthz\r\n\r\n", 400),
    ("HTTP/2 itself", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n", 400),
    ("two blanks in the request line", (POST + WHOLE).replace(b" /v1", b"  /v1"), 400),
    ("a tab in the request line", (POST + WHOLE).replace(b" /v1", b"\t/v1"), 400),
    ("a blank in the target", (POST + WHOLE).replace(b"/v1/", b"/v1 /"), 400),
    ("a NUL in the target", (POST + WHOLE).replace(b"/v1/", b"/v1\0/"), 400),
    ("a method of no letters", (POST + WHOLE).replace(b"POST", b"P@ST"), 400),
    ("a header of a megabyte", POST + b"A: " + b"b" * 1_000_000 + b"\r\n" + WHOLE, 431),
    ("a target of a megabyte", b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    ("ten thousand headers", POST + b"A: b\r\n" * 10_000 + WHOLE, 431),
    ("a chunk without a size", chunk(b""), 400),
    ("a chunk size that is no number", chunk(b"g"), 400),
    ("a chunk size with a sign", chunk(b"+" + SIZE), 400),
    ("a chunk size below nothing", chunk(b"-1"), 400),
    ("a chunk size with 0x", chunk(b"0x" + SIZE), 400),
    ("a chunk size with a blank before it", chunk(b" " + SIZE), 400),
    ("a chunk size in two parts", chunk(SIZE[:1] + b" " + SIZE[1:]), 400),
    ("a chunk size that wraps around", chunk(b"1" + b"0" * 14 + SIZE), (400, 413)),
    ("a chunk size beyond 64 bits", chunk(b"f" * 17), (400, 413)),
    ("a chunk of all memory", chunk(b"f" * 16), (400, 413)),
    ("a chunk beyond max_body", chunk(b"100001"), 413),
    ("a chunk size ended by a line feed", (chunk(SIZE)).replace(SIZE + b"\r\n", SIZE + b"\n"), 400),
    ("a chunk not ended", chunk(SIZE, TEXT.encode() + b"x"), 400),
    ("a chunk ended by line feeds", chunk(SIZE).replace(b"}\r\n", b"}\n\n"), 400),
    ("an endless chunk extension", CHUNKED + SIZE + b";" + b"x" * 1_000_000, (400, 413, 431)),
    ("endless trailers", CHUNKED + b"0\r\n" + b"A: b\r\n" * 200_000, (400, 413, 431)),
]

DATAGRAMS = [
    ("nothing", b""), ("one byte", b"\0"), ("blanks", b"  \r\n"), ("half a beacon", TEXT.encode()[:-1]),
    ("half an array", f"[{TEXT},".encode()), ("deep arrays", b"[" * 60_000),
    ("deep objects", b'{"a":' * 12_000), ("deep MessagePack", b"\x91" * 60_000),
    ("eight gigabytes", b"\xdd\x0f\xff\xff\xff"), ("a huge map", b"\xdf\xff\xff\xff\xff"),
    ("no UTF-8", TEXT.encode().replace(b"smuggled", b"\xff")), ("NULs", b"\0" * 1000),
    ("a field twice", named('"visitor"', '"w"')), ("1e308", spoilt("value", "1e308")),
    ("a gzip", SQUEEZED), ("no visitor", json.dumps({"type": "page_view", "site": "shop"}).encode()),
    ("an unknown site", json.dumps({**VIEW, "site": "x"}).encode()),
    ("the largest datagram", b"\xff" * 65_507), ("an HTTP request", SMUGGLED),
]


class Hostile(unittest.TestCase):
    """One daemon, whose numbers stay what they are."""

    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(SITES, ["ingest.request_timeout=10s", *cls.OPTIONS])
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.daemon.send({**VIEW, "visitor": "first"})

    def numbers(self):
        """All numbers of these days, byte for byte."""
        now = int(time.time()) // 86400 * 86400
        return lasting(expect(self.daemon.stats_answer(from_=now - 86400, to=now + 3 * 86400), 200))

    def setUp(self):
        self.before = self.numbers()

    def unharmed(self):
        before, self.before = self.before, self.numbers()
        self.assertEqual(self.before, before, "a number has changed")
        expect(self.daemon.events.get("/healthz"), 200)

    def judge(self, answer, statuses):
        """A clear error, which a page may read."""
        self.assertIsNotNone(answer, "closed without an answer")
        statuses = statuses if isinstance(statuses, tuple) else (statuses,)
        self.assertIn(answer.status, statuses, answer)
        self.assertIn("application/json", answer.headers["Content-Type"] or "", answer)
        self.assertIsInstance(answer.json["error"], str)
        self.assertRegex(answer.json["code"], r"^[a-z0-9_]+$")
        self.assertIn(answer.headers["Access-Control-Allow-Origin"], (PAGE, "*"))


class Messages(Hostile):
    def test_bodies(self):
        for name, content_type, body, status, *headers in BODIES:
            with self.subTest(name):
                named = dict(line.split(": ") for line in headers)
                answer = self.daemon.events.request(
                    "POST", "/v1/events", body,
                    {"Origin": PAGE, **({"Content-Type": content_type} if content_type else {}), **named})
                self.judge(answer, status)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], PAGE)
                self.unharmed()

    def test_messages_cut_anywhere(self):
        cut = {JSON: json.dumps([VIEW, VIEW]).encode(), MSGPACK: pack([VIEW]), PLAIN: pack(VIEW)}
        for content_type, whole in cut.items():
            for n in range(len(whole)):
                with self.subTest(content_type, n=n):
                    self.judge(self.daemon.events.post("/v1/events", whole[:n], content_type, Origin=PAGE), 400)
        for n in range(len(SQUEEZED)):
            answer = self.daemon.events.post("/v1/events", SQUEEZED[:n], Content_Encoding="gzip")
            self.judge(answer, 400)
        self.unharmed()

    def test_pixels(self):
        for query in ("", "?", "?type", "?type=page_view&site=shop&visitor=~1", "?=", "?&&&", "?%", "?type=%zz",
                      "?type=page_view&site=shop&visitor=%ff%fe", "?type=page_view&site=nowhere&visitor=v",
                      "?type=page_view&site=shop&visitor=v&visitor=w", "?items=%5B%5B%5B&type=add_to_cart",
                      "?type=purchase&site=shop&visitor=v&order=o&value=1e308",
                      "?type=add_to_cart&site=shop&visitor=v&items=" + "[" * 5000,
                      "?type=page_view&site=shop&visitor=" + "v" * 10_000):
            with self.subTest(query[:60]):
                answer = expect(self.daemon.events.get("/v1/pixel.gif" + query), 200)
                self.assertEqual(len(answer.body), 43)
                self.assertTrue(answer.headers["X-Footfall-Error"])
                self.unharmed()

    def test_a_picture_never_lets_a_query_write_headers(self):
        for text in ("%0d%0aSet-Cookie:%20a=b", "%0aX-Evil:%201", "a%00b"):
            for query in (f"?type={text}", f"?{text}=1", f"?type=page_view&site={text}&visitor=v"):
                answer = expect(self.daemon.events.get("/v1/pixel.gif" + query), 200)
                self.assertIsNone(answer.headers["Set-Cookie"])
                self.assertIsNone(answer.headers["X-Evil"])
        self.unharmed()


class Framing(Hostile):
    def test_requests(self):
        for name, request, status in REQUESTS:
            with self.subTest(name), Wire(self.daemon.http) as wire:
                self.send(wire, request + SMUGGLED)
                answer = wire.read()
                self.judge(answer, status)
                self.assertIsNone(wire.read(), "it goes on behind an error of framing")
                self.unharmed()

    def send(self, wire, data):
        """All of it, or as much as the daemon wants to see of it."""
        try:
            wire.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def test_requests_cut_anywhere(self):
        for whole in (POST + WHOLE, chunk(SIZE)):
            for n in range(1, len(whole) - 1, 3):
                with self.subTest(n=n), Wire(self.daemon.http) as wire:
                    wire.send(whole[:n])
                    wire.socket.shutdown(socket.SHUT_WR)
                    answer = wire.read()
                    if answer:
                        self.judge(answer, 400)
                        self.assertIsNone(wire.read())
        self.unharmed()

    def test_connections_that_are_reset(self):
        for n in (0, 1, 40, len(SMUGGLED) - 1):
            with Wire(self.daemon.http) as wire:
                wire.send(SMUGGLED[:n])
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.unharmed()

    def test_the_private_listener_is_as_strict(self):
        for name, request, status in REQUESTS:
            with self.subTest(name), Wire(self.daemon.stats_address) as wire:
                self.send(wire, request.replace(b"/v1/events", b"/v1/import") + SMUGGLED)
                answer = wire.read()
                self.assertIsNotNone(answer)
                self.assertGreaterEqual(answer.status, 400)
                self.assertIsNone(wire.read())
        self.unharmed()


class Datagrams(Hostile):
    def test_datagrams(self):
        """A good one behind the bad ones tells when all have been seen."""
        views = self.daemon.stats(window="1h")["traffic"]["pageviews"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _, payload in DATAGRAMS:
                sender.sendto(payload, split(self.daemon.udp))
            sender.sendto(TEXT.encode(), split(self.daemon.udp))
        until(lambda: self.daemon.stats(window="1h")["traffic"]["pageviews"] > views, "the good one")
        answer = self.daemon.stats(window="1h")
        self.assertEqual(answer["traffic"]["pageviews"], views + 1)
        self.assertEqual(answer["orders"]["orders"], 0)


class MessagesWithThreads(Messages):
    OPTIONS = ("ingest.threads=2",)


class FramingWithThreads(Framing):
    OPTIONS = ("ingest.threads=2",)


if __name__ == "__main__":
    unittest.main()
