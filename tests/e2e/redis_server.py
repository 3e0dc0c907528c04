"""A real redis-server of a test's own, a client that speaks its protocol, and a proxy that stands between
it and the daemon and makes the network bad.

Data lies in a directory that goes with the object. The server is the redis-server of the PATH, or the program
that FOOTFALL_REDIS_SERVER names (another version, a Valkey); without one such tests are skipped, loudly. Nothing here leaves the loopback."""

import collections
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from footfall import DEADLINE, Failure, until

NAMED = os.environ.get("FOOTFALL_REDIS_SERVER") or "redis-server"
PROGRAM = shutil.which(NAMED)


def version():
    """(7, 0) of "Redis server v=7.0.15 ..."; what Valkey tells is its own."""
    told = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
    return tuple(map(int, re.search(r" v=(\d+)\.(\d+)", told).groups()))


def need_redis(least=(6, 2)):
    """To be called by setUpModule of what needs one."""
    if not PROGRAM:
        raise unittest.SkipTest(f"REDIS NOT TESTED: there is no {NAMED}")
    if version() < least:
        raise unittest.SkipTest(f"REDIS NOT TESTED: {NAMED} is too old for it")


class RedisError(Exception):
    """An error that Redis answered, such as "OOM command not allowed"."""

    @property
    def kind(self):
        return str(self).split(" ", 1)[0]


class Resp:
    """One connection. Texts come back as bytes, as they are stored."""

    def __init__(self, address, user=None, password=None, database=0):
        """address: the path of a socket, or (host, port)."""
        self.socket, self.file = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET), None
        try:
            self.socket.settimeout(DEADLINE)
            self.socket.connect(address)
            self.file = self.socket.makefile("rb")
            if password is not None:
                self.call("AUTH", *([user] if user else []), password)
            if database:
                self.call("SELECT", database)
        except BaseException:
            self.close()
            raise

    def send(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))

    def read(self):
        """The next answer; an error is raised when it stands alone, and an item where it stands in a list."""
        answer = self._read()
        if isinstance(answer, RedisError):
            raise answer
        return answer

    def _read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed by Redis")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            return RedisError(rest.decode(errors="replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None
        return [self._read() for _ in range(int(rest))] if int(rest) >= 0 else None

    def call(self, *words):
        self.send(*words)
        return self.read()

    def close(self):
        if self.file:
            self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def pairs(flat):
    """A list of names and values as a dict."""
    return dict(zip(flat[::2], flat[1::2]))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class RedisServer:
    """redis-server on a port and a socket of its own. What it is asked for is kept from one start to the
    next; without aof it forgets all with each. appendfsync: always, everysec or no. users: lines of ACL,
    such as "shop on >secret ~footfall:* +@all" (with "default off", give admin the name and password of one
    who may all). settings: further directives by name, "-" written "_"."""

    def __init__(self, aof=False, appendfsync="always", password=None, users=(), admin=None, replica_of=None,
                 **settings):
        need_redis((0, 0))
        self.directory = tempfile.mkdtemp(prefix="footfall-redis-")
        self.socket = os.path.join(self.directory, "redis.sock")
        self.log_file = os.path.join(self.directory, "redis.log")
        self.port, self.process, self.paused = free_port(), None, False
        self.aof, self.appendfsync = aof, appendfsync
        self.password, self.users, self.admin = password, list(users), admin
        self.replica_of, self.settings = replica_of, settings

    @property
    def address(self):
        return "127.0.0.1", self.port

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    @property
    def unix_url(self):
        return "unix://" + self.socket

    def write_config(self):
        rows = {"port": self.port, "bind": "127.0.0.1", "unixsocket": self.socket, "dir": self.directory,
                "logfile": self.log_file, "daemonize": "no", "save": '""',
                "appendonly": "yes" if self.aof else "no", "appendfsync": self.appendfsync}
        if self.password:
            rows["requirepass"] = self.password
        if self.replica_of:
            rows["replicaof"] = f"127.0.0.1 {self.replica_of.port}"
            rows["repl-diskless-sync-delay"] = 0
        rows.update({name.replace("_", "-"): value for name, value in self.settings.items()})
        path = os.path.join(self.directory, "redis.conf")
        with open(path, "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in rows.items())
            file.writelines(f"user {line}\n" for line in self.users)
        return path

    def start(self, wait=True):
        """Starts it, and waits until it has read what it had saved."""
        self.process = subprocess.Popen([PROGRAM, self.write_config()], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.paused = False
        if wait:
            until(self.serves, "a redis-server that answers")
        return self

    def serves(self):
        if self.process.poll() is not None:
            with open(self.log_file, errors="replace") as log:
                raise Failure(f"redis-server ended with {self.process.returncode}:\n{log.read()[-2000:]}")
        try:
            with self.client() as client:
                return client.call("PING") == b"PONG"
        except (OSError, RedisError):
            return False

    def client(self, user=None, password=None, database=0):
        """A connection of its own, as who may all unless somebody else is named."""
        if password is None:
            user, password = self.admin or (None, self.password)
        return Resp(self.socket, user, password, database)

    def ask(self, *words, database=0):
        """One command on a connection of its own."""
        with self.client(database=database) as client:
            return client.call(*words)

    def info(self, section):
        lines = self.ask("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def _ended(self):
        self.process.wait(DEADLINE)
        self.paused = False

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """kill -9"""
        self.process.kill()
        self._ended()

    def stop(self):
        """SIGTERM: what it saves, it saves."""
        if self.paused:
            self.resume()
        self.process.send_signal(signal.SIGTERM)
        self._ended()

    def restart(self):
        self.kill()
        return self.start()

    def pause(self):
        """SIGSTOP: connections stay, nothing answers."""
        self.process.send_signal(signal.SIGSTOP)
        self.paused = True

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
        self.paused = False

    def forget(self):
        """Kills it, and removes what it had saved, as after the loss of its disk."""
        self.kill()
        shutil.rmtree(os.path.join(self.directory, "appendonlydir"), ignore_errors=True)
        for name in ("dump.rdb", "appendonly.aof"):
            if os.path.exists(os.path.join(self.directory, name)):
                os.remove(os.path.join(self.directory, name))

    def saved(self):
        """All bytes it has on disk: of its dump, and of its append-only files."""
        found = b""
        for folder, _, names in os.walk(self.directory):
            for name in sorted(names):
                if name.endswith((".rdb", ".aof")):
                    with open(os.path.join(folder, name), "rb") as file:
                        found += file.read()
        return found

    def close(self):
        if self.running:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()


def on_redis(server, *options, url=None):
    """Options of a Daemon whose store is there."""
    return ["store.backend=redis", f"store.redis.url={url or server.url}", *options]


# The network between the daemon and Redis.

TO_SERVER, TO_CLIENT = 0, 1


class Stream:
    """One direction of a connection: what was read and is not yet passed on."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.seen, self.met = b"", 0  # of what is tripped over: the end of what was read, how often it was met
        self.waiting = collections.deque()  # (when it is due, bytes)
        self.ended = False          # nothing more is to be read
        self.full = False           # the sink takes no more just now


class Proxy:
    """A port that leads to another address. One thread of its own does all the carrying.

    delay: seconds that what comes from the server takes. hold(): what is on its way stays so, in one
    direction or both, until release(). cut(): closes all connections, and takes no new ones until mend();
    what was held is lost then, so that hold(TO_CLIENT), a command, cut() is one whose outcome its sender
    cannot know though it was carried out. tear(n): n more bytes go to the server, then the connections
    are closed, and new ones work. trip(wire, times): when these bytes are on their way to the server for so many
    times over one connection, that one is closed, once, or with held all that goes to the server is held; tripped
    says whether that has happened."""

    def __init__(self, target):
        """target: (host, port), or the path of a socket."""
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.lock = threading.Lock()
        self.delay, self.held, self.closed, self.allowance = 0.0, set(), False, None
        self.wire, self.trip_holds, self.tripped = None, False, False
        self.connections = 0  # that were made so far
        self.streams, self.over = [], False
        self.wake_in, self.wake_out = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    @property
    def port(self):
        return self.address[1]

    # What tests call.

    def hold(self, *directions):
        with self.lock:
            self.held |= set(directions or (TO_SERVER, TO_CLIENT))

    def release(self):
        with self.lock:
            self.held.clear()
        self._wake()

    def cut(self):
        with self.lock:
            self.closed = True
            self._drop_all()
        self._wake()

    def mend(self):
        with self.lock:
            self.closed = False
            self.held.clear()
        self._wake()

    def blink(self):
        """Closes all connections; new ones work."""
        with self.lock:
            self._drop_all()
        self._wake()

    def tear(self, n):
        with self.lock:
            self.allowance = n
        self._wake()

    def trip(self, wire, times=1, held=False):
        with self.lock:
            self.wire, self.trip_holds, self.tripped = (wire, times), held, False
            for stream in self.streams:
                stream.seen, stream.met = b"", 0

    def close(self):
        with self.lock:
            self.over = True
        self._wake()
        self.thread.join(DEADLINE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The thread. All below is called with the lock held, but for _run itself.

    def _wake(self):
        self.wake_in.send(b"w")

    def _drop_all(self):
        for stream in self.streams:
            stream.source.close()
            stream.sink.close()
        self.streams.clear()

    def _run(self):
        while True:
            with selectors.DefaultSelector() as selector:
                with self.lock:
                    timeout = self._watch(selector)
                ready = {key.fileobj for key, _ in selector.select(timeout)}
            with self.lock:
                if self.over:
                    self._drop_all()
                    for end in (self.listener, self.wake_in, self.wake_out):
                        end.close()
                    return
                self._turn(ready)

    def _watch(self, selector):
        """Registers what there is to wait for; gives seconds until something is due."""
        wanted, due = {self.wake_out: selectors.EVENT_READ, self.listener: selectors.EVENT_READ}, []
        for direction, stream in self._directed():
            if not stream.ended:
                wanted[stream.source] = wanted.get(stream.source, 0) | selectors.EVENT_READ
            if stream.full:
                wanted[stream.sink] = wanted.get(stream.sink, 0) | selectors.EVENT_WRITE
            elif stream.waiting and direction not in self.held:
                due.append(stream.waiting[0][0])
        for end, events in wanted.items():
            selector.register(end, events)
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _directed(self):
        return [(i % 2, stream) for i, stream in enumerate(self.streams)]

    def _turn(self, ready):
        if self.wake_out in ready:
            self.wake_out.recv(4096)
        if self.listener in ready:
            self._accept()
        for direction, stream in self._directed():
            if stream in self.streams and stream.source in ready and not stream.ended:
                self._take(stream, self.delay if direction == TO_CLIENT else 0.0)
        for direction, stream in self._directed():
            if stream in self.streams and direction not in self.held:
                self._pass_on(stream, direction)

    def _accept(self):
        client, _ = self.listener.accept()
        self.connections += 1
        try:
            if self.closed:
                raise ConnectionError
            if isinstance(self.target, str):
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.target)
            else:
                server = socket.create_connection(self.target, DEADLINE)
        except OSError:
            client.close()
            return
        client.setblocking(False)
        server.setblocking(False)
        self.streams += [Stream(client, server), Stream(server, client)]

    def _take(self, stream, delay):
        try:
            data = stream.source.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if self._trips(stream, data):
            if not self.trip_holds:
                self._drop(stream)
                return
            self.held.add(TO_SERVER)
        stream.ended = not data
        stream.waiting.append((time.monotonic() + delay, data))

    def _trips(self, stream, data):
        if not self.wire or self.streams.index(stream) % 2 != TO_SERVER:
            return False
        (wire, times), seen = self.wire, stream.seen + data
        stream.met += seen.count(wire)
        stream.seen = seen[seen.rfind(wire) + len(wire):] if wire in seen else seen[1 - len(wire):]
        if stream.met < times:
            return False
        self.wire, self.tripped = None, True
        return True

    def _pass_on(self, stream, direction):
        stream.full = False
        while stream.waiting and stream.waiting[0][0] <= time.monotonic() and not stream.full:
            due, data = stream.waiting.popleft()
            most = len(data)
            if direction == TO_SERVER and self.allowance is not None:
                most = min(most, self.allowance)
            sent = self._send(stream, data[:most]) if data else -1
            if sent < 0:
                self._drop(stream)
                return
            if direction == TO_SERVER and self.allowance is not None:
                self.allowance -= sent
                if self.allowance == 0:
                    self.allowance = None
                    self._drop_all()
                    return
            if sent < len(data):
                stream.waiting.appendleft((due, data[sent:]))
                stream.full = True

    def _send(self, stream, data):
        """How much of it went; -1: the other end is gone."""
        try:
            return stream.sink.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def _drop(self, stream):
        """Ends the connection that the stream is one direction of."""
        place = self.streams.index(stream) & ~1
        stream.source.close()
        stream.sink.close()
        del self.streams[place:place + 2]
