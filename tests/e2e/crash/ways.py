"""Ways in which a daemon comes to its end. Each takes the run, whose senders are at work, and leaves
the daemon dead; seeds choose the moments."""

import os
import signal

ASK = signal.SIGUSR1  # for a checkpoint
BEGINNING = "journal-"


def idle(run):
    """When all that was to be sent has been answered."""
    run.wait_for_all()
    run.kill()


def loaded(run):
    """In the midst of it."""
    run.wait_for_some()
    run.wait(0.2)
    run.kill()


def starting(run):
    """Under load, and again while the next ones read the journal."""
    loaded(run)
    for _ in range(run.random.randint(1, 3)):
        run.spawn()
        run.wait()
        run.kill()


def checkpointing(run):
    """While a child writes a checkpoint, which may live on beside the next daemon."""
    run.wait_for_some()
    run.ask_for_checkpoint()
    run.wait_for_child()
    run.send_more()
    run.wait(0.3)
    run.kill(beside_child=run.has_child())


def checkpointed(run):
    """After it, while the journal behind it goes, and maybe during the next."""
    run.wait_for_some()
    run.ask_for_checkpoint()
    run.wait_for_child()
    run.send_more()
    run.wait_for_checkpoint()
    run.ask_for_checkpoint()
    run.wait(0.5)
    run.kill()


def childless(run):
    """The child alone is killed, the daemon goes on; then it, too."""
    run.wait_for_some()
    run.ask_for_checkpoint()
    run.wait_for_child()
    run.wait(0.1)
    run.kill_child()
    run.send_more()
    loaded(run)


def stopping(run):
    """While it stops by itself."""
    run.wait_for_some()
    run.daemon.signal(signal.SIGTERM)
    run.wait(0.5)
    run.kill(stopping=True)


def stopped(run):
    """It stops by itself, and that is all."""
    run.wait_for_some()
    run.daemon.stop()


def torn(run):
    """As if the last write had not come to its end."""
    loaded(run)
    folder = os.path.join(run.daemon.directory, "store")
    names = sorted(name for name in os.listdir(folder) if name.startswith(BEGINNING))
    if names:
        with open(os.path.join(folder, names[-1]), "ab") as file:
            file.write(run.random.randbytes(run.random.randint(1, 5000)))


WAYS = {idle: 2, loaded: 5, starting: 4, stopping: 2, stopped: 1, torn: 2,
        checkpointing: 5, checkpointed: 6, childless: 2}  # and how often, of all


def choose(rng):
    return rng.choices(list(WAYS), WAYS.values())[0]
