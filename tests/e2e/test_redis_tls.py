"""Redis elsewhere, in TLS: stunnel as README and conf/stunnel-redis.conf have it, a redis-server that takes nothing but
TLS, and certificates of the test's own. What differs from the text are ports, the address, and paths."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from footfall import DEADLINE, ROOT, Failure, until
from redis_server import RedisServer, free_port, need_redis
from redis_views import RedisCase, spilling, well

STUNNEL = shutil.which("stunnel4") or shutil.which("stunnel")
OPENSSL = shutil.which("openssl")
HOST = "redis.example"


def setUpModule():
    need_redis()
    for name, program in ("stunnel4", STUNNEL), ("openssl", OPENSSL):
        if not program:
            raise unittest.SkipTest(f"REDIS IN TLS NOT TESTED: there is no {name}")


def text_of(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def readme_block(first_line):
    """The block of README's part on Redis that holds that line."""
    part = re.search(r"^### On Redis$(.*?)^## ", text_of("README.md"), re.M | re.S)[1]
    found, = (block for block in re.findall(r"^```\w*\n(.*?)^```$", part, re.M | re.S) if first_line in block.splitlines())
    return found


def rows(text):
    """What a file of stunnel's says, without its comments."""
    return [line for line in text.splitlines() if line and not line.startswith(";")]


def replaced(text, **values):
    """The text with other values for these settings, each of which stands there once."""
    for name, value in values.items():
        text, count = re.subn(rf"^({name.replace('_', '-')}(?: = | )).*$", rf"\g<1>{value}", text, flags=re.M)
        if count != 1:
            raise Failure(f"{name} stands there {count} times")
    return text


class Certificates:
    """An authority, and what it has signed for a host."""

    def __init__(self, directory):
        self.directory = directory
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", "/CN=an authority", "-keyout", self.at("ca.key"), "-out", self.at("ca.crt"))

    def at(self, name):
        return os.path.join(self.directory, name)

    def openssl(self, *words):
        done = subprocess.run([OPENSSL, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Failure(done.stderr)

    def sign(self, host):
        """Gives paths of a certificate and its key."""
        with open(self.at("names"), "w") as names:
            names.write(f"subjectAltName=DNS:{host}\n")
        certificate, key, request = (self.at(f"{host}.{kind}") for kind in ("crt", "key", "csr"))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={host}",
                     "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.at("ca.crt"), "-CAkey", self.at("ca.key"),
                     "-CAcreateserial", "-days", "2", "-extfile", self.at("names"), "-out", certificate)
        return certificate, key


class Stunnel:
    """stunnel with that file, until close()."""

    def __init__(self, directory, config):
        self.path, self.log_file = os.path.join(directory, "stunnel.conf"), os.path.join(directory, "stunnel.log")
        self.port, self.process = int(re.search(r"^accept = 127\.0\.0\.1:(\d+)$", config, re.M)[1]), None
        with open(self.path, "w") as file:
            file.write(config)

    def start(self):
        with open(self.log_file, "w") as log:
            self.process = subprocess.Popen([STUNNEL, self.path], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self.listens, "a stunnel that listens")

    def listens(self):
        if self.process.poll() is not None:
            raise Failure(f"stunnel ended: {self.log}")
        try:
            socket.create_connection(("127.0.0.1", self.port), DEADLINE).close()
            return True
        except OSError:
            return False

    @property
    def log(self):
        with open(self.log_file, errors="replace") as log:
            return log.read()

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(DEADLINE)

    def close(self):
        if self.process and self.process.poll() is None:
            self.end(signal.SIGKILL)


class Tls(RedisCase):
    host = HOST  # whom the server's certificate names

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="footfall-tls-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.certificates = Certificates(self.directory)
        self.redis = self.enterContext(self.server(*self.certificates.sign(self.host)))
        self.tunnel = Stunnel(self.directory, replaced(
            readme_block("[redis]"), accept=f"127.0.0.1:{free_port()}", connect=f"127.0.0.1:{self.tls_port}",
            CAfile=self.certificates.at("ca.crt")))
        self.addCleanup(self.tunnel.close)
        self.tunnel.start()
        self.url, self.sent = f"redis://127.0.0.1:{self.tunnel.port}", 0

    def server(self, certificate, key):
        """With the lines of redis.conf that README asks for."""
        self.tls_port = free_port()
        lines = replaced(readme_block("port 0"), tls_port=self.tls_port, tls_cert_file=certificate, tls_key_file=key)
        settings = dict(line.split(" ", 1) for line in lines.splitlines())
        return RedisServer(aof=True, **{name.replace("-", "_"): value for name, value in settings.items()})


class Through(Tls):
    def setUp(self):
        super().setUp()
        self.daemon = self.enterContext(self.make(self.url))

    def stream_holds(self):
        self.daemon.stop()
        with self.make(self.redis.unix_url) as other:
            self.holds(other)

    def test_beacons_come_to_a_server_that_speaks_nothing_else(self):
        self.send(20)
        self.holds()
        with socket.create_connection(("127.0.0.1", self.tls_port), DEADLINE) as plain:
            plain.settimeout(DEADLINE)
            plain.sendall(b"PING\r\n")
            try:
                self.assertNotIn(b"PONG", plain.recv(100))
            except ConnectionError:
                pass
        self.assertIn(f"Certificate accepted at depth=0: CN={HOST}", self.tunnel.log)
        self.daemon.restart()
        self.holds()
        self.stream_holds()

    def outage(self, begin, end):
        self.send()
        begin()
        self.send(20)
        self.assertEqual(spilling(self.daemon)["store"], "away")
        self.holds()
        end()
        well(self.daemon)
        self.send()
        self.holds()
        self.stream_holds()

    def test_a_stunnel_that_is_killed(self):
        self.outage(lambda: self.tunnel.end(signal.SIGKILL), self.tunnel.start)

    def test_a_stunnel_that_is_told_to_end(self):
        self.outage(lambda: self.tunnel.end(signal.SIGTERM), self.tunnel.start)

    def test_a_stunnel_that_hangs(self):
        self.outage(lambda: self.tunnel.process.send_signal(signal.SIGSTOP),
                    lambda: self.tunnel.process.send_signal(signal.SIGCONT))

    def test_a_redis_that_is_killed_behind_it(self):
        self.outage(self.redis.kill, self.redis.start)


class Strangers(Tls):
    host = "another.example"

    def test_a_server_with_another_name_is_not_spoken_to(self):
        daemon = self.make(self.url, "store.redis.start_within=1s")
        try:
            daemon.spawn()
            self.assertEqual(daemon.process.wait(DEADLINE), 1, daemon.log)
            daemon.reader.join(DEADLINE)
            self.assertIn("redis_waiting state=away", daemon.log)
        finally:
            daemon.close()
        self.assertRegex(self.tunnel.log, "(?i)certificate verify failed|No matching host name")
        self.assertEqual(self.redis.ask("DBSIZE"), 0)


class Documented(unittest.TestCase):
    def test_the_file_and_the_readme_say_the_same(self):
        self.assertEqual(rows(text_of("conf", "stunnel-redis.conf")), rows(readme_block("[redis]")))


if __name__ == "__main__":
    unittest.main()
