"""What a service manager sees: notifications, the watchdog, and sockets that outlive the daemon."""

import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
import unittest

from footfall import Daemon, Failure, Site, Wire, expect, post_bytes, until

VIEW = {"type": "page_view", "visitor": "v"}

# Runs a command as systemd does: with these sockets from descriptor 3 on, and its own process id.
HAND_OVER = """
import os, sys
names, fds, command = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
kept = [os.dup(int(fd)) for fd in fds]
kept = [fd if fd > 9 else os.dup2(fd, 100 + n) for n, fd in enumerate(kept)]
for n, fd in enumerate(kept):
    os.dup2(fd, 3 + n)
os.closerange(3 + len(kept), 256)
os.environ.update(LISTEN_FDS=str(len(kept)), LISTEN_FDNAMES=names, LISTEN_PID=str(os.getpid()))
os.execv(command[0], command)
"""


class Manager:
    """The receiving end of NOTIFY_SOCKET."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="footfall-notify-")
        self.path = os.path.join(self.directory, "socket")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []

    def close(self):
        self.socket.close()
        os.unlink(self.path)
        os.rmdir(self.directory)

    def next(self):
        """The next message: its lines as a dictionary."""
        self.socket.settimeout(20)
        message = self.socket.recv(4096).decode()
        self.heard.append(dict(line.split("=", 1) for line in message.splitlines()))
        return self.heard[-1]

    def wait(self, name):
        while True:
            message = self.next()
            if name in message:
                return message


class Notify(unittest.TestCase):
    def setUp(self):
        self.manager = Manager()
        self.addCleanup(self.manager.close)

    def daemon(self, *options, **environment):
        env = {**os.environ, "NOTIFY_SOCKET": self.manager.path, **environment}
        return Daemon((Site("default"),), options, env=env)

    def test_ready_reloading_ready_stopping(self):
        for options in ((), ("ingest.threads=2",)):
            with self.subTest(options), self.daemon(*options) as daemon:
                ready = self.manager.next()
                self.assertEqual(ready["READY"], "1")
                self.assertIn(daemon.http, ready["STATUS"])
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                daemon.signal(signal.SIGHUP)
                reloading = self.manager.next()
                self.assertEqual(reloading["RELOADING"], "1")
                self.assertGreaterEqual(int(reloading["MONOTONIC_USEC"]), before)
                self.assertEqual(self.manager.next()["READY"], "1")
                daemon.stop()
                self.assertEqual(self.manager.next()["STOPPING"], "1")

    def test_a_reload_that_fails_is_over_too(self):
        with self.daemon() as daemon:
            self.manager.wait("READY")
            with open(daemon.config_file, "w") as file:
                file.write("nonsense: [")
            daemon.signal(signal.SIGHUP)
            self.manager.wait("RELOADING")
            self.manager.wait("READY")
            daemon.logged("reload_failed")
            daemon.send(VIEW)

    def test_ready_means_served(self):
        with self.daemon() as daemon:
            daemon.send(VIEW)
            daemon.kill()
            self.manager.wait("READY")
            daemon.start()
            self.manager.wait("READY")
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 1)

    def test_the_watchdog_is_fed_as_long_as_the_loop_turns(self):
        for options in ((), ("ingest.threads=2",)):
            with self.subTest(options), self.daemon(*options, WATCHDOG_USEC="200000") as daemon:
                self.manager.wait("READY")
                times = []
                for _ in range(6):
                    self.manager.wait("WATCHDOG")
                    times.append(time.monotonic())
                self.assertGreater(times[-1] - times[0], 0.3, "many more than are due")
                daemon.signal(signal.SIGSTOP)  # a loop that hangs feeds nobody
                self.drained()
                daemon.signal(signal.SIGCONT)
                self.manager.wait("WATCHDOG")

    def drained(self):
        """Reads on until there was nothing for longer than the limit of the watchdog."""
        self.manager.socket.settimeout(0.4)
        with contextlib.suppress(TimeoutError):
            for _ in range(3):
                self.manager.socket.recv(4096)
            self.fail("the watchdog is fed while nothing turns")

    def test_without_a_manager_nothing_is_told(self):
        env = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "WATCHDOG_USEC")}
        with Daemon(env=env) as daemon:
            daemon.send(VIEW)


class Activation(unittest.TestCase):
    """The sockets are the manager's: what comes while no daemon runs waits in them."""

    def setUp(self):
        self.http = self.listening()
        self.stats = self.listening()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        for sock in (self.http, self.stats, self.udp):
            self.addCleanup(sock.close)

    def listening(self):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.bind(("127.0.0.1", 0))
        sock.listen(128)
        return sock

    def daemon(self, names="http:stats:udp", sockets=None, options=()):
        fds = [s.fileno() for s in (sockets or (self.http, self.stats, self.udp))]
        launcher = [sys.executable, "-c", HAND_OVER, names, ",".join(map(str, fds))]
        return Daemon(options=options, launcher=launcher, pass_fds=fds)

    def address(self, sock):
        return "%s:%d" % sock.getsockname()

    def test_it_serves_on_the_sockets_handed_over(self):
        for options in ((), ("ingest.threads=3",)):
            with self.subTest(options), self.daemon(options=options) as daemon:
                self.assertEqual((daemon.http, daemon.stats_address, daemon.udp),
                                 tuple(map(self.address, (self.http, self.stats, self.udp))))
                daemon.send(VIEW)
                daemon.datagram(VIEW)
                self.counted(daemon, 2)

    def counted(self, daemon, number):
        views = lambda: daemon.stats(window="1h")["traffic"]["pageviews"]
        until(lambda: views() >= number, f"{number} page views")
        self.assertEqual(views(), number)

    def test_what_comes_while_it_is_down_is_answered_after_the_restart(self):
        for options in ((), ("ingest.threads=3",)):
            with self.subTest(options), self.daemon(options=options) as daemon:
                daemon.send(VIEW)
                daemon.stop()
                wires = [Wire(self.address(self.http)) for _ in range(10)]
                for wire in wires:
                    wire.send(post_bytes(VIEW))
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    for _ in range(5):
                        sender.sendto(json.dumps(VIEW).encode(), self.udp.getsockname())
                daemon.start()
                for wire in wires:
                    expect(wire.read(), 204)
                    wire.close()
                self.counted(daemon, 16)

    def test_a_restart_refuses_nobody(self):
        """Requests sent before the stop, and connections begun while it goes on."""
        for options in ((), ("ingest.threads=3",)):
            with self.subTest(options), self.daemon(options=options) as daemon:
                for n in range(3):
                    before = [self.begun(f"{n}-{i}") for i in range(10)]
                    daemon.signal(signal.SIGTERM)
                    during = [self.begun(f"{n}-{i}") for i in range(10, 20)]
                    daemon.stop_has_come()
                    daemon.start()
                    for wire, _ in before:
                        expect(wire.read(), 204)
                        wire.close()
                    for wire, request in during:
                        self.insist(wire, request)
                self.counted(daemon, 60)

    def begun(self, name):
        wire = Wire(self.address(self.http))
        request = post_bytes({**VIEW, "id": name}, extra="Connection: close\r\n")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            wire.send(request)
        return wire, request

    def insist(self, wire, request):
        """One whose connection was accepted just then, and whose request was not there yet, sees it
        close without an answer, and asks again."""
        with contextlib.suppress(ConnectionResetError):
            answer = wire.read()
            if answer:
                expect(answer, 204)
                wire.close()
                return
        wire.close()
        with Wire(self.address(self.http)) as again:
            again.send(request)
            expect(again.read(), 204)

    def test_only_some_sockets_may_be_handed_over(self):
        with self.daemon("http", (self.http,)) as daemon:
            self.assertEqual(daemon.http, self.address(self.http))
            self.assertNotEqual(daemon.udp, self.address(self.udp))
            daemon.datagram(VIEW)
            self.counted(daemon, 1)

    def test_sockets_that_do_not_fit_are_refused(self):
        for names, sockets, said in (("ftp", (self.http,), "ftp"),
                                     ("udp", (self.http,), "udp"), ("http", (self.udp,), "http"),
                                     ("http:http", (self.http, self.stats), "twice")):
            with self.subTest(names):
                daemon = self.daemon(names, sockets)
                self.addCleanup(daemon.close)
                with self.assertRaisesRegex(Failure, said):
                    daemon.start()


if __name__ == "__main__":
    unittest.main()
