"""A run on a store in Redis: the daemon, Redis, and the network between them come to grief, alone and
together, and what was answered is there all the same, once."""

import os
import shutil
import time
from dataclasses import dataclass

from crash import redis_ways
from crash.run import Run, Score
from crash.senders import PATIENCE
from footfall import DEADLINE, Daemon, Failure, until
from redis_server import Proxy, RedisServer, on_redis

OUTAGES = (0.05, 0.3, 1.5, 3)  # seconds at most; the daemon waits one for an answer
MANIFEST, HANDOVER = "footfall:{default}:manifest", "footfall:{default}:handover"
FENCED = 3                     # exit status
KEEPS = (["store.redis.keep_bytes=0"], ["store.redis.keep_bytes=128k"], [])


@dataclass
class RedisScore(Score):
    redis_kills: int = 0
    pauses: int = 0
    cuts: int = 0        # of the network, or of what was on its way
    together: int = 0    # kills of a daemon whose Redis was killed or away
    takeovers: int = 0
    moves: int = 0       # starts with nothing but Redis
    losses: int = 0      # of all that Redis had

    @property
    def faults(self):
        return (self.kills + self.redis_kills + self.pauses + self.cuts + self.takeovers + self.moves
                + self.losses)


class RedisRun(Run):
    """The same as Run, and wants so many faults of any kind."""

    score_kind = RedisScore

    def __init__(self, seed, faults, options=(), tell=lambda score: None):
        self.redis = RedisServer(aof=True, appendfsync="always")
        super().__init__(seed, faults, options, tell)
        self.options += self.random.choice(KEEPS)
        self.proxies = {self.daemon: Proxy(self.redis.address)}

    def done(self):
        return self.score.faults

    def go(self):
        self.redis.start()
        score = super().go()
        self.proxy.close()
        self.redis.close()
        return score

    @property
    def proxy(self):
        """What stands between the run's daemon and Redis."""
        return self.proxies[self.daemon]

    def options_of(self, daemon):
        return on_redis(self.redis, *self.options, url=self.proxies[daemon].url)

    def give_up(self):
        """What Redis has on its disk stays, too."""
        super().give_up()
        for daemon, proxy in self.proxies.items():
            if daemon.process and daemon.process.poll() is None:
                daemon.process.kill()
                daemon.process.wait()
            proxy.close()
        if self.redis.running:
            self.redis.kill()

    def cycle(self):
        self.send_more()
        way = redis_ways.choose(self.random)
        way(self)
        note = f"{self.name}, {way.__module__}.{way.__name__}, after {self.done()} faults, {self.redis.directory}:"
        quiet = self.random.random() < 0.5
        if quiet:
            self.gate.close()
        self.find_redis()
        died = self.daemon.process.poll() is not None
        if died:
            self.start()
            self.score.restarts += 1
        if died or self.random.random() < 0.5:
            self.well()
        if not quiet:
            self.gate.close()
        self.look(note, quiet and died)

    def end(self):
        self.well()
        super().end()

    def own(self):
        return {self.redis.process.pid, *super().own()}

    # What the ways need.

    def well(self):
        """Waits until all that the daemon has taken is in Redis."""
        until(self.is_well, f"a daemon that has caught up, {self.name}:\n{self.daemon.log}", PATIENCE)

    def is_well(self):
        if self.daemon.process.poll() is not None:
            raise Failure(f"ended by itself with {self.daemon.process.returncode}:\n{self.daemon.log}")
        answer = self.daemon.office.get("/readyz")
        return answer.status == 200 and "checkpoint" in answer.json.get("degraded", "checkpoint")

    def outage(self):
        time.sleep(self.random.uniform(0, self.random.choice(OUTAGES)))

    def kill_redis(self):
        self.redis.kill()
        self.score.redis_kills += 1

    def start_redis(self):
        if not self.redis.running:
            self.redis.start()

    def pause_redis(self):
        self.redis.pause()
        self.score.pauses += 1

    def resume_redis(self):
        if self.redis.paused:
            self.redis.resume()

    def cut(self):
        self.proxy.cut()
        self.score.cuts += 1

    def mend(self):
        self.proxy.mend()

    def lose_redis(self):
        self.random.choice((self.kill_redis, self.pause_redis, self.cut))()

    def find_redis(self):
        """Whatever was done to it, or to the way to it."""
        self.mend()
        self.resume_redis()
        self.start_redis()

    def forget(self):
        if self.random.random() < 0.5:
            self.redis.ask("FLUSHALL")
        else:
            self.redis.forget()
            self.redis.start()
        self.score.losses += 1

    def remembered(self):
        """Waits until Redis has all again."""
        until(lambda: self.redis.ask("EXISTS", MANIFEST), f"a checkpoint in Redis:\n{self.daemon.log}", PATIENCE)
        self.well()

    def leave_nothing(self):
        shutil.rmtree(os.path.join(self.daemon.directory, "store"))
        self.score.moves += 1

    def take_over(self):
        """A daemon with a directory of its own becomes the run's. The one before it, which may have been cut
        off, ends by itself and has handed over all that it had answered."""
        before = self.replace()
        self.proxies[before].mend()
        self.let_go(before)
        until(lambda: not self.redis.ask("HLEN", HANDOVER), f"a handover that is taken in:\n{self.daemon.log}", PATIENCE)

    def replace(self):
        """Another daemon becomes the run's; gives the one before it, as it was."""
        before, after = self.daemon, Daemon(self.sites)
        self.proxies[after] = Proxy(self.redis.address)
        self.addresses = []
        self.spawn_as(after)
        self.daemon = self.judge.daemon = after.serve()
        return before

    def come_back(self, before):
        """A daemon that is dead becomes the run's again, and brings what it has on its disk."""
        after, self.daemon = self.daemon, before
        self.judge.daemon, self.addresses = before, []
        self.find_redis()
        self.start()
        self.let_go(after)

    def let_go(self, daemon):
        """It must find itself fenced, and nothing that it has left on its disk is needed."""
        daemon.process.wait(DEADLINE)
        if daemon.process.returncode != FENCED:
            raise Failure(f"ended with {daemon.process.returncode} when its shard was taken over:\n{daemon.log}")
        for client in filter(None, (daemon.events, daemon.office)):
            client.close()
        self.well()
        self.proxies.pop(daemon).close()
        shutil.rmtree(daemon.directory)
        self.score.takeovers += 1
