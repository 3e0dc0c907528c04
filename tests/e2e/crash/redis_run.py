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
MANIFEST = "footfall:{default}:manifest"
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
        self.proxy = Proxy(self.redis.address)
        super().__init__(seed, faults, on_redis(self.redis, *options, url=self.proxy.url), tell)
        self.options += self.random.choice(KEEPS)

    def done(self):
        return self.score.faults

    def go(self):
        self.redis.start()
        score = super().go()
        self.proxy.close()
        self.redis.close()
        return score

    def give_up(self):
        """What Redis has on its disk stays, too."""
        super().give_up()
        self.proxy.close()
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
        """A daemon with a directory of its own becomes the run's; the one before it ends by itself."""
        before, after = self.daemon, Daemon(self.sites)
        self.addresses = []
        self.spawn_as(after)
        self.daemon = self.judge.daemon = after.serve()
        before.process.wait(DEADLINE)
        if before.process.returncode != FENCED:
            raise Failure(f"ended with {before.process.returncode} when its shard was taken over:\n{before.log}")
        for client in filter(None, (before.events, before.office)):
            client.close()
        self.well()
        shutil.rmtree(before.directory)
        self.score.takeovers += 1
