"""What is measured, and what it is measured against: processes pinned to one core, started from
directories of their own, whose CPU time is read from /proc, and which never outlive the run."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
PROCESS_CPU = 2          # as in the kernel's posix-timers.h: what the scheduler counts
START_SECONDS = 30
STOP_SECONDS = 15


def pinned(core, command, **how):
    """Starts the command on one core, and ahead of other work of the machine where that is allowed: between
    sessions the kernel shares a core by their groups, whatever the niceness of who is in them."""
    ahead = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
    process = subprocess.Popen(["taskset", "-c", str(core), *ahead, *command], start_new_session=True, **how)
    try:
        with open(f"/proc/{process.pid}/autogroup", "w", encoding="ascii") as group:
            group.write("-20")
    except OSError:
        pass  # no such groups, or not allowed
    return process


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition):
    ends = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > ends:
            raise RuntimeError(f"{what} did not start")
        time.sleep(0.02)


class Server:
    """A child with a directory. `http` and `udp` are its addresses, where it has them."""

    def __init__(self, name, core, folder):
        self.name, self.core = name, core
        self.directory = tempfile.mkdtemp(prefix=f"footfall-bench-{name}-", dir=folder)
        self.process, self.http, self.udp, self.stats = None, None, None, None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def run(self, command):
        self.log = os.path.join(self.directory, "log")
        with open(self.log, "wb") as log:
            self.process = pinned(self.core, command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def said(self):
        """Its log so far; fails when it has ended."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            text = log.read()
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {text[-2000:]}")
        return text

    def cpu(self):
        """Seconds of all its threads, ended ones too, to the nanosecond: the clock of clock_getcpuclockid(3)."""
        return time.clock_gettime_ns(~self.process.pid << 3 | PROCESS_CPU) / 1e9

    def ticks(self):
        """The same in coarse steps: seconds in user mode and in the kernel."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) / TICKS, int(fields[12]) / TICKS

    def cpu_beside(self):
        """Seconds of another process that does a part of its work."""
        return 0.0

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Nginx(Server):
    """One process that is its own and only worker; takes each body, answers, and logs nothing."""

    CONFIG = """
        daemon off; master_process off; pid {dir}/pid; error_log {dir}/error crit;
        events {{ worker_connections 8192; }}
        http {{
            access_log off; client_max_body_size 2m;
            keepalive_requests 1000000000; keepalive_timeout 600s;
            client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
            uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
            server {{
                listen 127.0.0.1:{port} backlog=4096;
                location = /v1/events {{ return 204; }}
                location = /v1/pixel.gif {{ empty_gif; }}
            }}
        }}"""

    def __init__(self, core, folder):
        super().__init__("nginx", core, folder)

    def start(self):
        port = free_port()
        config = os.path.join(self.directory, "nginx.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(self.CONFIG.format(dir=self.directory, port=port))
        self.run(["nginx", "-p", self.directory, "-c", config])
        self.http = f"127.0.0.1:{port}"
        wait_for("nginx", self.answers)

    def answers(self):
        self.said()
        with socket.socket() as s:
            host, port = self.http.split(":")
            return s.connect_ex((host, int(port))) == 0


class Footfall(Server):
    """The daemon on a fresh store."""

    def __init__(self, program, core, folder, durability="process", wrapper=(), options=None, config=""):
        super().__init__("footfalld", core, folder)
        self.program, self.durability, self.wrapper = program, durability, list(wrapper)
        self.options = options or {}
        self.config = os.path.join(self.directory, "footfalld.yaml") if config else ""
        if config:
            with open(self.config, "w", encoding="utf-8") as file:
                file.write(config)

    def start(self):
        options = {"ingest.http": "127.0.0.1:0", "ingest.udp": "127.0.0.1:0",
                   "stats.http": "127.0.0.1:0", "store.durability": self.durability,
                   "store.path": os.path.join(self.directory, "store"), "log.level": "info", **self.options}
        command = [*self.wrapper, self.program, *(["-c", self.config] if self.config else [])]
        for key, value in options.items():
            command += ["-o", f"{key}={value}"]
        self.run(command)
        ready = re.compile(r"ready http=(\S+) udp=(\S+) stats=(\S+)")
        wait_for("footfalld", lambda: ready.search(self.said()))
        self.http, self.udp, self.stats = ready.search(self.said()).groups()

    def pageviews(self):
        host, port = self.stats.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=START_SECONDS)
        connection.request("GET", "/v1/stats?window=1h")
        answer = json.load(connection.getresponse())
        connection.close()
        return answer["traffic"]["pageviews"]

    def said_at_exit(self):
        """Stops it and gives its log, before its directory goes."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10 * STOP_SECONDS)
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()


class Redis(Server):
    """A redis-server that appends to its file and syncs it once a second, on a socket."""

    def __init__(self, core, folder):
        super().__init__("redis", core, folder)
        self.socket = os.path.join(self.directory, "redis.sock")

    def start(self):
        self.run(["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.directory, "--save", "",
                  "--appendonly", "yes", "--appendfsync", "everysec"])
        wait_for("redis-server", lambda: "ready to accept connections" in self.said() and os.path.exists(self.socket))


class FootfallOnRedis(Footfall):
    """The daemon on a fresh store in a Redis of its own, which works on another core."""

    def __init__(self, program, core, folder, durability, redis_core):
        super().__init__(program, core, folder, durability)
        self.redis = Redis(redis_core, folder)

    def start(self):
        self.redis.start()
        self.options = {"store.backend": "redis", "store.redis.url": "unix://" + self.redis.socket}
        super().start()

    def cpu_beside(self):
        return self.redis.cpu()

    def stop(self):
        super().stop()
        self.redis.stop()


class Sink(Server):
    """A loop of recvmmsg that throws away."""

    def __init__(self, program, core, folder):
        super().__init__("sink", core, folder)
        self.program = program

    def start(self):
        self.run([self.program])
        wait_for("the sink", lambda: "ready " in self.said())
        self.udp = self.said().split("ready ")[1].split()[0]


def udp_drops(address):
    """Datagrams that the kernel has dropped at that socket, and the bytes that wait in it."""
    port = int(address.rsplit(":", 1)[1])
    with open("/proc/net/udp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == port:
                return int(fields[12]), int(fields[4].split(":")[1], 16)
    return 0, 0
