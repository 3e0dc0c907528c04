"""A run: one daemon on one store, senders at every door, kills, and after each of them the judge."""

import os
import random
import re
import shutil
import time
from dataclasses import dataclass, fields

from footfall import TROUBLE, Daemon, Failure, Site, until
from crash import processes, ways
from crash.judge import PROBE, Judge
from crash.senders import KINDS, PATIENCE, Datagrams, Gate

STORE = ["store.segment_bytes=64k", "store.checkpoint_records=700"]
KEEPS = (["store.keep=0s"], ["store.keep_bytes=128k"])
DURABILITY = ("process", "disk")  # in turn, from start to start
SHARE = (10, 60)                  # beacons that a sender may send from one end to the next
RUSH = 0.03                       # seconds: a small store is read, or a checkpoint of it written, in so long

IN_USE = re.compile(r"[Aa]ddress already in use")
CHECKPOINT = re.compile(r" checkpoint (?:\S+ )*seq=(\d+)")
TRIMMED = re.compile(r" trimmed checkpoints=")
RESUMED = re.compile(r" restored (?:\S+ )*checkpoint=[1-9]")


@dataclass
class Score:
    kills: int = 0
    beside_child: int = 0  # of them while a checkpoint was written
    stops: int = 0         # ends that were none
    children: int = 0      # killed alone
    restarts: int = 0      # that were gone through with
    resumed: int = 0       # starts that began with a checkpoint
    checkpoints: int = 0   # that a daemon lived to tell of
    trims: int = 0         # of the journal behind them
    answered: int = 0
    repeats: int = 0
    datagrams: int = 0     # beacons of them that count
    worst_restart: float = 0.0  # seconds

    def __iadd__(self, other):
        worst = max(self.worst_restart, other.worst_restart)
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        self.worst_restart = worst
        return self


class Run:
    """go() goes through it and gives its score, and tells it after every kill. What goes wrong is
    raised, and the directory of the daemon stays as it is then, with what its daemons have logged."""

    score_kind = Score

    def __init__(self, seed, kills, options=(), tell=lambda score: None):
        self.name, self.wanted, self.tell = f"seed {seed}", kills, tell
        self.random, self.score, self.gate = random.Random(seed), self.score_kind(), Gate()
        self.options = [*STORE, *self.random.choice(KEEPS), *options]
        self.addresses, self.starts, self.lives, self.told, self.rush = [], 0, [], [], RUSH
        sites = [Site(f"crash-{kind.__name__.lower()}", "Asia/Kolkata") for kind in KINDS]
        self.senders = [kind(self.random.getrandbits(32), site, self.gate, self.place)
                        for kind, site in zip(KINDS, sites)]
        crowd = Site("crash-datagrams")
        self.datagrams = Datagrams(self.random.getrandbits(32), crowd, self.gate, self.place)
        self.sites = (*sites, crowd, PROBE)
        self.daemon = Daemon(self.sites)
        self.judge = Judge(self.daemon, self.senders, self.datagrams)

    def place(self, door):
        return getattr(self.daemon, door)

    def go(self):
        processes.adopt_orphans()
        try:
            self.begin()
            while self.done() < self.wanted:
                self.cycle()
                self.tell(self.sum_up())
            self.end()
        except BaseException:
            self.give_up()
            raise
        shutil.rmtree(self.daemon.directory)
        return self.sum_up()

    def done(self):
        return self.score.kills

    def sum_up(self):
        self.score.answered = sum(len(sender.answered) for sender in self.senders)
        self.score.repeats = sum(sender.repeats for sender in self.senders)
        self.score.datagrams = self.judge.views
        return self.score

    def begin(self):
        started = time.monotonic()
        self.start()
        self.rush = max(RUSH, 1.5 * (time.monotonic() - started))
        for thread in (*self.senders, self.datagrams):
            thread.start()

    def cycle(self):
        self.send_more()
        way = ways.choose(self.random)
        way(self)
        note = f"{self.name}, {way.__name__}, after {self.score.kills} kills:"
        quiet = self.random.random() < 0.5  # nobody sends until all that was read has been looked at
        if quiet:
            self.gate.close()
        self.start()
        self.score.restarts += 1
        if not quiet:
            self.gate.close()
        self.look(note, quiet)

    def look(self, note, replayed):
        for thread in (*self.senders, self.datagrams):
            if thread.trouble:
                raise thread.trouble
        self.judge.check(note, replayed)
        self.read_logs()

    def end(self):
        """All is sent and answered; then it must stay so over every kind of end."""
        self.gate.set(open=True)
        self.wait_for_all()
        self.gate.set(over=True)
        for thread in (*self.senders, self.datagrams):
            thread.join(PATIENCE)
        self.look(f"{self.name}, at the end:", False)
        self.ask_for_checkpoint()
        until(self.checkpoints_logged, "a checkpoint, which others' work may delay", 2 * PATIENCE)
        self.kill()
        self.start()
        self.look(f"{self.name}, read again:", True)
        self.daemon.stop()
        self.start()
        self.look(f"{self.name}, after a stop:", True)
        self.daemon.stop()
        until(lambda: not processes.orphans(*self.own()), "the end of all that daemons have left")
        self.read_logs(all_of_them=True)

    def own(self):
        """Processes that are not left behind by a daemon."""
        return {self.daemon.process.pid}

    def give_up(self):
        self.gate.set(over=True)
        process = self.daemon.process
        if process and process.poll() is None:
            process.kill()
            process.wait()
        with open(os.path.join(self.daemon.directory, "lives.log"), "w", encoding="utf-8") as file:
            file.writelines("\n".join([*lines, "-", ""]) for lines in self.told)

    # The daemon's life.

    def spawn(self):
        self.spawn_as(self.daemon)

    def options_of(self, daemon):
        return self.options

    def spawn_as(self, daemon):
        durability = DURABILITY[self.starts % len(DURABILITY)]
        self.starts += 1
        daemon.options = [*self.options_of(daemon), *self.addresses, f"store.durability={durability}"]
        daemon.spawn()
        self.lives.append((daemon.reader, daemon.lines))
        self.told.append(daemon.lines)

    def start(self):
        begun = time.monotonic()
        self.spawn()
        self.serve()
        self.score.worst_restart = max(self.score.worst_restart, time.monotonic() - begun)

    def serve(self):
        """Waits until it serves where it was before, unless somebody else has taken that port since."""
        try:
            self.daemon.serve()
        except Failure:
            if not self.addresses or not IN_USE.search(self.daemon.log):
                raise
            self.addresses = []
            self.spawn()
            self.daemon.serve()
        self.addresses = [f"ingest.http={self.daemon.http}", f"ingest.udp={self.daemon.udp}",
                          f"stats.http={self.daemon.stats_address}"]

    def kill(self, stopping=False, beside_child=False):
        """kill -9, without waiting for what the daemon has started itself, of which beside_child tells.
        stopping: it may have come to its own end before."""
        process = self.daemon.process
        ended = process.poll() is not None
        process.kill()
        process.wait()
        if not ended:
            self.score.kills += 1
            self.score.beside_child += beside_child
        elif stopping and process.returncode == 0:
            self.score.stops += 1
        else:
            self.daemon.reader.join(1)
            if not IN_USE.search(self.daemon.log):
                raise Failure(f"ended by itself with {process.returncode}:\n{self.daemon.log}")
            self.addresses = []
        self.hang_up()

    def hang_up(self):
        for client in filter(None, (self.daemon.events, self.daemon.office)):
            client.close()

    def read_logs(self, all_of_them=False):
        """Of the lives that are over, and whose children are."""
        for life in list(self.lives):
            reader, lines = life
            if reader.is_alive() and not all_of_them:
                continue
            reader.join(PATIENCE)
            self.lives.remove(life)
            log = "\n".join(lines)
            if TROUBLE.search(log):
                raise Failure(f"trouble in the daemon:\n{log}")
            self.score.checkpoints += len(CHECKPOINT.findall(log))
            self.score.trims += len(TRIMMED.findall(log))
            self.score.resumed += len(RESUMED.findall(log))

    # What the ways need.

    def wait(self, most=1.0):
        """A random part of `most` times what a start may take."""
        time.sleep(self.random.uniform(0, most * self.rush))

    def send_more(self):
        self.gate.set(open=True, allowance=self.gate.allowance + self.random.randint(*SHARE))

    def wait_for_all(self):
        self.wait_until(lambda: not any(s.has_work(self.gate.allowance) for s in self.senders))

    def wait_for_some(self):
        """Until a random part of what may be sent is answered."""
        now = sum(len(s.answered) for s in self.senders)
        goal = self.random.randint(now, max(now, len(self.senders) * self.gate.allowance))
        self.wait_until(lambda: sum(len(s.answered) for s in self.senders) >= goal)

    def wait_until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.daemon.process.poll() is not None:
                self.kill()  # says what it came to
            if any(s.trouble for s in self.senders) or time.monotonic() > end:
                raise Failure(f"{self.name}: the senders do not get on: {[s.last for s in self.senders]}")
            time.sleep(0.0005)

    def ask_for_checkpoint(self):
        self.daemon.signal(ways.ASK)

    def checkpoints_logged(self):
        return len(CHECKPOINT.findall(self.daemon.log))

    def has_child(self):
        return bool(processes.children_of(self.daemon.process.pid))

    def wait_for_child(self):
        """Until one writes a checkpoint, or has written it."""
        self.wait_for_news(lambda: self.has_child() or self.checkpoints_logged())

    def wait_for_checkpoint(self):
        """Until this daemon has told of one."""
        self.wait_for_news(self.checkpoints_logged)

    def wait_for_news(self, condition):
        """That come within two ticks of the daemon, if there is anything new for a checkpoint."""
        end = time.monotonic() + 2
        while not condition() and time.monotonic() < end:
            time.sleep(0.0005)

    def kill_child(self):
        """The process that writes a checkpoint, unless it is done by now."""
        self.score.children += processes.kill_child_of(self.daemon.process.pid)
