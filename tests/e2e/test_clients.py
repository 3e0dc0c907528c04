"""Clients of other people's making: curl, Python's, Node's, wrk, and a browser with a page of another
origin."""

import functools
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from footfall import AGENT, HERE, Daemon, Failure, Site, until

PAGES = os.path.join(HERE, "pages")


def program(*names):
    """The path of the first of these that is installed, or a loud skip."""
    for name in names:
        if shutil.which(name):
            return shutil.which(name)
    raise unittest.SkipTest(f"NOT TESTED WITH {names[0].upper()}: it is not installed")


def run(*command, given=None):
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise Failure(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done.stdout


class Clients(unittest.TestCase):
    SITES, OPTIONS, ROWS = (Site("shop"),), (), None

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.SITES, cls.OPTIONS, cls.ROWS)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.to = f"http://{cls.daemon.http}"

    def views(self, site="shop"):
        return self.daemon.stats(site, window="1h")["traffic"]["pageviews"]


class Curl(Clients):
    BODY = json.dumps({"type": "page_view", "visitor": "curl"})

    def curl(self, *words, given=None, path="/v1/events"):
        """The status codes of its transfers."""
        return run(program("curl"), "-sS", "-A", AGENT, "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code} ",
                   *words, self.to + path, given=given).decode().split()

    def adds(self, number, *words, statuses=("204",), **more):
        before = self.views()
        self.assertEqual(self.curl(*words, **more), list(statuses))
        self.assertEqual(self.views(), before + number)

    def test_data(self):
        self.adds(1, "-H", "Content-Type: application/json", "-d", self.BODY)

    def test_its_own_content_type_for_data_is_refused(self):
        self.adds(0, "-d", self.BODY, statuses=("415",))

    def test_json(self):
        self.adds(1, "--json", self.BODY)

    def test_http_1_0(self):
        self.adds(1, "-0", "--json", self.BODY)

    def test_an_upload_of_unknown_length(self):
        self.adds(1, "-X", "POST", "-H", "Content-Type: application/json", "-T", "-", given=self.BODY.encode())

    def test_a_large_body_waits_for_100(self):
        lines = "\n".join(json.dumps({"type": "page_view", "visitor": f"c{n}", "title": "t" * 500})
                          for n in range(900)).encode()
        done = subprocess.run([program("curl"), "-sv", "-A", AGENT, "--max-time", "20", "-H", "Expect: 100-continue",
                               "-H", "Content-Type: application/x-ndjson", "--data-binary", "@-",
                               self.to + "/v1/events"], input=lines, capture_output=True, check=True)
        self.assertIn(b"100 Continue", done.stderr)
        self.assertIn(b"HTTP/1.1 204", done.stderr)
        self.assertNotIn(b"Done waiting for 100", done.stderr)

    def test_one_connection_for_many(self):
        out = run(program("curl"), "-sv", "-A", AGENT, "-o", "/dev/null", "--json", self.BODY, self.to + "/v1/events",
                  "--next", "-o", "/dev/null", "--json", self.BODY, self.to + "/v1/events", "--stderr", "-")
        self.assertIn(b"Re-using existing connection", out)

    def test_a_picture(self):
        self.adds(1, path="/v1/pixel.gif?type=page_view&visitor=curl", statuses=("200",))
        self.adds(1, "-I", path="/v1/pixel.gif?type=page_view&visitor=curl", statuses=("200",))


class Python(Clients):
    BODY = b'{"type": "page_view", "visitor": "python"}'

    def test_http_client(self):
        before = self.views()
        connection = http.client.HTTPConnection(self.daemon.http, timeout=20)
        for body, chunked in ((self.BODY, False), (iter([self.BODY[:9], self.BODY[9:]]), True)):
            connection.request("POST", "/v1/events", body, {"Content-Type": "application/json"},
                               encode_chunked=chunked)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (204, b""))
        connection.close()
        self.assertEqual(self.views(), before + 2)

    def test_urllib(self):
        before = self.views()
        request = urllib.request.Request(self.to + "/v1/events", self.BODY, {"Content-Type": "text/plain",
                                                                                 "User-Agent": AGENT})
        with urllib.request.urlopen(request, timeout=20) as answer:
            self.assertEqual(answer.status, 204)
        picture = urllib.request.Request(self.to + "/v1/pixel.gif?type=page_view&visitor=p",
                                         headers={"User-Agent": AGENT})
        with urllib.request.urlopen(picture, timeout=20) as answer:
            self.assertEqual(len(answer.read()), 43)
        self.assertEqual(self.views(), before + 2)

    def test_what_urllib_says_of_an_error(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.to + "/v1/events", b"x", timeout=20)
        with caught.exception as answer:
            self.assertEqual(answer.code, 415)
            self.assertIn("error", json.loads(answer.read()))


class Node(Clients):
    SITES = (Site("http"), Site("fetch"))

    def test_both_of_its_clients(self):
        saw = json.loads(run(program("node"), os.path.join(PAGES, "client.mjs"), self.to, AGENT))
        statuses = {name: saw[name]["status"] for name in
                    ("length", "chunked", "gzip", "continued", "refused", "picture", "head")}
        self.assertEqual(statuses, {"length": 204, "chunked": 204, "gzip": 204, "continued": 204,
                                    "refused": 400, "picture": 200, "head": 200})
        self.assertEqual((saw["picture"]["bytes"], saw["head"]["bytes"]), (43, 0))
        self.assertTrue(saw["head"]["reused"], "the connection was not kept")
        self.assertEqual(saw["fetch"] + [saw["stream"]], [204] * 21)
        self.assertEqual((self.views("http"), self.views("fetch")), (6, 21))


class Wrk(Clients):
    OPTIONS = ("store.durability=process",)
    SCRIPT = """
wrk.method, wrk.path = "POST", "/v1/events"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["User-Agent"] = "%s"
wrk.body = '{"type":"custom","name":"load","visitor":"wrk"}'
""" % AGENT

    def test_a_second_of_it(self):
        wrk = program("wrk")
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(self.SCRIPT)
            script.flush()
            out = run(wrk, "-t1", "-c32", "-d1", "-s", script.name, self.to).decode()
        self.assertGreater(int(re.search(r"(\d+) requests in", out).group(1)), 100, out)
        self.assertNotIn("Non-2xx", out)
        self.assertNotIn("Socket errors", out)


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the pages, and keeps what they say they saw."""

    def __init__(self, told, *more):
        self.told = told
        super().__init__(*more, directory=PAGES)

    def do_POST(self):
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


FLAGS = ("--headless", f"--user-agent={AGENT}", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-port=0")


class Browser(Clients):
    SITES = tuple(map(Site, ("string", "blob", "form", "fetch", "headers", "picture", "gzip", "leaving")))
    ROWS = {"headers": ["keys: [{key: key-1, right: track}]"]}

    def page(self, told):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, told))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def browse(self, url):
        """A browser of our own that has this page open."""
        profile = tempfile.mkdtemp(prefix="footfall-browser-")
        browser = subprocess.Popen([program("chromium", "chromium-browser"), *FLAGS,
                                    f"--user-data-dir={profile}", url], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)

        def end():
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()
            shutil.rmtree(profile, ignore_errors=True)
        self.addCleanup(end)

    def test_every_way_of_a_page_on_another_origin(self):
        told = []
        self.browse(f"{self.page(told)}/shop.html?to={self.to}")
        saw = until(lambda: told, "the page's report", 60)[0]
        self.assertNotIn("trouble", saw)
        self.assertEqual([saw[name] for name in ("string", "blob", "form")], [True] * 3)
        self.assertEqual([saw[name]["status"] for name in ("fetch", "headers", "gzip")], [204] * 3, saw)
        self.assertEqual((saw["picture"], saw["spoilt"]), ("1x1", "1x1"))
        for name, status, code in (("keyless", 401, "key_needed"), ("broken", 400, "malformed"),
                                   ("strange", 415, "unsupported_type")):
            self.assertEqual(saw[name].get("status"), status, saw)
            self.assertEqual(json.loads(saw[name]["body"])["code"], code)
        for site in self.SITES:
            until(lambda: self.views(site.id) > 0, f"the beacon of {site.id}")
            self.assertEqual(self.views(site.id), 1, site.id)


if __name__ == "__main__":
    unittest.main()
