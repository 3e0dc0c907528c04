"""Ways in which a daemon, the Redis behind it, or what lies between them comes to grief. Each takes the run,
whose senders are at work. Whatever is dead or cut afterwards is brought back by the run; seeds choose the
moments. An answered event survives all of them: Redis here keeps what it acknowledges, or else the daemon
lives until it is there again."""

from crash import ways
from redis_server import TO_CLIENT


def killed(run):
    """Redis alone, and it comes back soon."""
    run.wait_for_some()
    run.wait(0.3)
    run.kill_redis()
    run.wait(2)
    run.start_redis()


def paused(run):
    """It stands still, for less than the daemon waits or for more."""
    run.wait_for_some()
    run.pause_redis()
    run.outage()
    run.resume_redis()


def cut(run):
    """The network between the two, for a while."""
    run.wait_for_some()
    run.cut()
    run.outage()
    run.mend()


def blinked(run):
    """Connections break, and new ones work at once, again and again."""
    for _ in range(run.random.randint(1, 4)):
        run.wait_for_some()
        run.proxy.blink()
        run.score.cuts += 1
        run.wait(0.5)


def torn(run):
    """In the middle of what was being sent."""
    run.wait_for_some()
    run.proxy.tear(run.random.randint(1, 20000))
    run.score.cuts += 1
    run.send_more()
    run.wait_for_some()


def unanswered(run):
    """What was sent arrives and is carried out, but nobody is told."""
    run.wait_for_some()
    run.proxy.hold(TO_CLIENT)
    run.wait(0.5)
    run.cut()
    run.wait(0.5)
    run.mend()


def slow(run):
    """The network takes long, up to twice as long as the daemon waits."""
    run.proxy.delay = run.random.uniform(0, 2)
    run.score.cuts += 1
    run.outage()
    run.proxy.delay = 0
    run.wait_for_some()


def both(run):
    """Daemon and Redis within a moment, in either order."""
    run.wait_for_some()
    run.wait(0.2)
    first, second = run.random.sample((run.kill, run.kill_redis), 2)
    first()
    run.wait(0.05)
    second()
    run.score.together += 1


def away(run):
    """The daemon is killed while it has no Redis and keeps what it takes beside it."""
    run.wait_for_some()
    run.lose_redis()
    run.send_more()
    run.outage()
    run.kill()
    run.score.together += 1


def returned(run):
    """It is killed at about the time at which Redis is back."""
    run.wait_for_some()
    run.lose_redis()
    run.send_more()
    run.outage()
    run.find_redis()
    run.wait(2)
    run.kill()


def late(run):
    """The daemon starts while Redis does not run yet, and may be killed as it waits."""
    both(run)
    for _ in range(run.random.randint(0, 2)):
        run.spawn()
        run.wait(2)
        run.kill()
    run.spawn()
    run.wait(2)
    run.start_redis()
    run.serve()


def checkpointing(run):
    """Redis goes while a child writes a checkpoint to it."""
    run.wait_for_some()
    run.ask_for_checkpoint()
    run.wait_for_child()
    run.wait(0.3)
    run.lose_redis()
    run.outage()
    run.find_redis()
    run.send_more()
    run.wait_for_some()


def rewriting(run):
    """While Redis rewrites its file, daemon or Redis are killed."""
    run.redis.ask("BGREWRITEAOF")
    run.wait(0.5)
    run.random.choice((killed, both, ways.loaded))(run)


def moved(run):
    """The daemon stops, and starts again somewhere else, with nothing but Redis."""
    run.well()
    ways.stopped(run)
    run.leave_nothing()


def taken_over(run):
    """Another daemon takes the shard over from this one, which stops by itself."""
    run.well()
    run.wait_for_some()
    run.take_over()


def usurped(run):
    """The same while it is cut off, so that it has much to hand over. Senders wait until that is done: what
    comes out of its order may be late, which the judge does not know of."""
    run.wait_for_some()
    run.cut()
    run.send_more()
    run.outage()
    run.gate.close()
    run.take_over()


def found_again(run):
    """It is killed while it is cut off, and another one takes over; then it starts again, with what it had."""
    run.wait_for_some()
    run.cut()
    run.send_more()
    run.outage()
    run.gate.close()
    run.kill()
    run.come_back(run.replace())


def forgotten(run):
    """Redis has lost everything, and the daemon lives on until all that it knows is in Redis again."""
    run.well()
    run.wait_for_some()
    run.forget()
    run.send_more()
    run.wait_for_some()
    run.remembered()


WAYS = {killed: 5, paused: 4, cut: 4, blinked: 3, torn: 4, unanswered: 5, slow: 1, both: 6, away: 5, returned: 5,
        late: 2, checkpointing: 3, rewriting: 2, moved: 2, taken_over: 3, usurped: 3, found_again: 3, forgotten: 3,
        ways.idle: 1, ways.loaded: 4, ways.starting: 2, ways.stopping: 2, ways.checkpointing: 3,
        ways.checkpointed: 3, ways.childless: 1}


def choose(rng):
    return rng.choices(list(WAYS), WAYS.values())[0]
