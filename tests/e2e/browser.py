"""A headless Chromium, driven through the DevTools protocol over a pipe, and a shop for it to visit.

Each visitor has a browser of its own as far as cookies and caches go; they share the process."""

import http.server
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from footfall import AGENT, DEADLINE, HERE, Failure, until

PAGES = os.path.join(HERE, "pages", "tea")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-pipe", f"--user-agent={AGENT}")
UNTOLD = "--disable-blink-features=AutomationControlled"  # else navigator.webdriver is true, and it a bot

# The page's clock can be put forward: minutes in view are no minutes of the test.
CLOCK = """{
    const now = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => now() + ahead;
    window.putForward = seconds => { ahead += seconds * 1000; };
}"""
SHOWN = "let shown; addEventListener('pageshow', () => { shown = Math.random(); });"



def chromium():
    for name in ("chromium", "chromium-browser"):
        if shutil.which(name):
            return shutil.which(name)
    raise unittest.SkipTest("NOT TESTED WITH CHROMIUM: it is not installed")


class Browser:
    def __init__(self, driven=False):
        """driven: pages can tell that it is."""
        program = chromium()
        flags = FLAGS if driven else (*FLAGS, UNTOLD)
        self.profile = tempfile.mkdtemp(prefix="footfall-browser-")
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # It reads commands from descriptor 3 and writes to 4, each message ended by a NUL.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}', program, *flags,
             f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self.out, self.input = os.fdopen(ours_out, "wb", 0), os.fdopen(ours_in, "rb")
        self.lock, self.number, self.answers = threading.Lock(), 0, {}
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        rest = b""
        while chunk := self.input.read1(65536):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self.answers[message["id"]] = message

    def call(self, method, session=None, **params):
        with self.lock:
            self.number += 1
            number = self.number
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.out.write(json.dumps(message).encode() + b"\0")
        answer = until(lambda: self.answers.pop(number, None), f"the browser's answer to {method}", 60)
        if "error" in answer:
            raise Failure(f"{method}: {answer['error']}")
        return answer["result"]

    def visitor(self):
        return Visitor(self)

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join(DEADLINE)
        self.out.close()
        self.input.close()
        shutil.rmtree(self.profile, ignore_errors=True)


class Visitor:
    """One window of its own, with tabs."""

    def __init__(self, browser):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]

    def tab(self, url, prepare=CLOCK):
        return Tab(self, url, prepare)

    def cookies(self):
        found = self.browser.call("Storage.getCookies", browserContextId=self.context)["cookies"]
        return {cookie["name"]: cookie for cookie in found}

    def end(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)


class Tab:
    """A tab that has opened url, in which `prepare` runs before all scripts of any page."""

    def __init__(self, visitor, url, prepare):
        self.browser = visitor.browser
        self.target = self.browser.call("Target.createTarget", url="about:blank",
                                        browserContextId=visitor.context)["targetId"]
        self.session = self.browser.call("Target.attachToTarget", targetId=self.target,
                                         flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=SHOWN + prepare)
        self.go(url)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True,
                           userGesture=True)
        if "exceptionDetails" in answer:
            raise Failure(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def shown(self):
        try:
            return self.evaluate("window.location.protocol != 'about:' && shown")
        except Failure:  # between two pages
            return None

    def leave_by(self, leave):
        """Does what makes the tab show another page, and waits until that is there, be it loaded or
        out of the browser's cache of pages."""
        before = self.shown()
        leave()
        until(lambda: self.shown() not in (None, False, before), "the next page")
        return self

    def go(self, url):
        return self.leave_by(lambda: self.call("Page.navigate", url=url))

    def do(self, script):
        """Runs a script, and lets the page do what it does soon after."""
        self.evaluate(f"{script}; new Promise(done => setTimeout(done))")

    def leave_by_script(self, script):
        """Runs a script that leaves the page. Nothing of it is waited for but the next page: an answer
        that is still to come is an error once the page has gone."""
        self.leave_by(lambda: self.evaluate(f"void setTimeout(() => {{ {script} }})"))

    def click(self, name):
        self.leave_by_script(f"document.getElementById('{name}').click()")

    def back(self):
        self.leave_by_script("history.back()")

    def forward(self):
        self.leave_by_script("history.forward()")

    def show(self):
        self.browser.call("Target.activateTarget", targetId=self.target)
        self.becomes("visible")

    def becomes(self, state):
        until(lambda: self.evaluate("document.visibilityState") == state, f"a tab that is {state}")

    def put_forward(self, seconds):
        self.evaluate(f"putForward({seconds})")

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


class Shop(http.server.ThreadingHTTPServer):
    """The shop's own server, on another origin than the daemon: its pages, each with the snippet, and
    at /v1/events a place that keeps what is sent there."""

    daemon_threads = True

    def __init__(self, snippet):
        self.snippet, self.posts, self.methods = snippet, [], []
        super().__init__(("127.0.0.1", 0), ShopPage)
        self.url = f"http://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class ShopPage(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = os.path.join(PAGES, os.path.basename(self.path.split("?")[0]))
        if not os.path.isfile(path):
            self.answer(404)
            return
        with open(path, encoding="utf-8") as file:
            self.answer(200, file.read().replace("<!-- tracker -->", self.server.snippet).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.headers["Content-Type"], body))
        self.answer(204)

    def do_OPTIONS(self):
        self.server.methods.append("OPTIONS")
        self.answer(204)

    def log_message(self, *_):
        pass
