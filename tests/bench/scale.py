"""What a large shop costs: memory for each live session, the time of a restart, and answers while a
checkpoint is written."""

import os
import re
import signal
import statistics
import time

import report

PAGES = 8
PATIENCE = 120           # seconds for a checkpoint
LATENESS = "2s"          # where tails are to be gone soon; they are kept 10 s longer than that
SETTLE_SECONDS = 14
FEW_IDS = "1000"
ROUNDS = 3               # of answer times


def rss(server):
    """Anonymous memory in bytes: what the state takes."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return 1024 * int(re.search(r"^RssAnon:\s+(\d+)", status.read(), re.MULTILINE)[1])


def pages(bench, server, visitors, each):
    """So many page views of each of so many visitors, turn after turn."""
    out = bench.load.run(server.http, {"kind": "pages1000", "connections": 4, "seconds": 170, "in-turn": True,
                                       "visitors": visitors, "requests": max(1, visitors * each // 1000)})
    if out["statuses"].get("204", 0) != out["sent"]:
        raise RuntimeError(f"not all page views were taken: {out}")


def checkpoints(server):
    return re.findall(r" checkpoint seq=(\d+) ms=(\d+)", server.said())


def ask_for_checkpoint(server):
    server.process.send_signal(signal.SIGUSR1)


def wait_for_checkpoint(server, already):
    ends = time.monotonic() + PATIENCE
    while len(checkpoints(server)) == already:
        if time.monotonic() > ends:
            raise RuntimeError("no checkpoint came")
        time.sleep(0.05)
    return int(checkpoints(server)[-1][1]) / 1000


def memory(bench, visitors, options):
    with bench.footfall(options={"store.checkpoint_records": "1000M", **options}) as server:
        fixed = rss(server)
        pages(bench, server, visitors, PAGES)
        now = rss(server)
        if "session.lateness" not in options:
            return (now - fixed) / visitors, fixed
        time.sleep(SETTLE_SECONDS)
        return (rss(server) - fixed) / visitors, fixed


def paced(bench, server, visitors, rate):
    """A round of answer times at a rate."""
    seconds = 1 if bench.options.quick else 5
    return bench.load.stream(server, {"kind": "json", "connections": 256, "rate": rate, "visitors": visitors,
                                      "requests": int(rate * seconds), "seconds": seconds + 20, "probe": bench.core})


def times(sample):
    """p50; p99 of all requests and of those that were not disturbed, in milliseconds."""
    def of(latency):
        return f"{latency['p50'] / 1000:.2f}; {latency['p99'] / 1000:.2f}"
    if not sample.undisturbed:
        return f"all {of(sample.latency)} ms; no probe"
    return f"all {of(sample.latency)} ms, undisturbed {of(sample.undisturbed)} ms, {sample.aside:.1%} set aside"


def answers(bench, server, visitors):
    """Answer times at half of the highest rate of this very shop, without a checkpoint and with one; nginx, which
    does next to nothing, says how quiet the machine is."""
    closed = {"kind": "json", "connections": 256, "visitors": visitors, "seconds": 20,
              "requests": 5_000 if bench.options.quick else 200_000}
    rate = round(statistics.median(bench.load.stream(server, closed).rate for _ in range(3)) / 2)
    before = [paced(bench, server, visitors, rate) for _ in range(ROUNDS)]
    with bench.baseline("nginx") as nginx:
        nothing = [paced(bench, nginx, visitors, rate) for _ in range(ROUNDS)]
    ask_for_checkpoint(server)
    during = []
    while len(during) < ROUNDS and not checkpoints(server):
        during.append(paced(bench, server, visitors, rate))
    during = during[:-1] if len(during) > 1 and checkpoints(server) else during  # it ended within that one
    before, nothing = middle(before), middle(nothing)
    calm = [sample for sample in during if report.calm(sample)] or during
    what = f"answers at {rate:,}/s, half of the highest rate with {visitors:,} sessions"
    return [f"| {what}: p50; p99 | {times(before)} | – | – |",
            f"| the same while a checkpoint is written, {len(calm)} of {len(during)} rounds | {times(middle(calm))} "
            f"| p99 under 1 ms | {report.late_verdict(calm, 1)} |",
            f"| nginx at that rate | {times(nothing)} | – | – |"]


def middle(samples):
    """The round in the middle by p99 of what was not disturbed."""
    return sorted(samples, key=lambda s: (s.undisturbed or s.latency)["p99"])[len(samples) // 2]


def restart(server):
    """Seconds from kill -9 and start to ready, of the clock and of CPU."""
    server.process.kill()
    server.process.wait()
    begin = time.monotonic()
    server.start()
    took = time.monotonic() - begin
    return took, server.cpu()


def measure(bench):
    """Lines of Markdown."""
    visitors = 50_000 if bench.options.quick else 1_000_000
    settled, fixed = memory(bench, visitors, {"limits.ids": FEW_IDS, "session.lateness": LATENESS})
    fresh, _ = memory(bench, visitors, {"limits.ids": FEW_IDS})
    lines = [f"| RSS a session, {visitors:,} sessions of {PAGES} page views, none within the lateness any more | "
             f"{settled:.0f} bytes | at most 200 | {'met' if settled <= 200 else '**missed**'} |",
             f"| the same while all of them are (each event can still be put in order) | {fresh:.0f} bytes | – | – |",
             f"| the fixed part | {fixed / 1e6:.1f} MB | – | – |"]
    with bench.footfall(options={"store.checkpoint_records": "1000M"}) as server:
        pages(bench, server, visitors, PAGES)
        lines.append(f"| the same with the ids of {visitors * PAGES:,} events | "
                     f"{(rss(server) - fixed) / visitors:.0f} bytes | – | – |")
        lines += answers(bench, server, visitors)
        took = wait_for_checkpoint(server, 0)
        size = sum(entry.stat().st_size for entry in os.scandir(os.path.join(server.directory, "store"))
                   if entry.name.startswith("checkpoint"))
        lines.append(f"| that checkpoint, at nice 19 on the server's own core | {took:.1f} s, "
                     f"{size / 1e6:.0f} MB | – | – |")
        ask_for_checkpoint(server)  # what came meanwhile is not to be part of the tail
        wait_for_checkpoint(server, 1)
        tail = visitors // 1000 * 1000
        pages(bench, server, visitors, 1)
        took, cpu = restart(server)
        lines.append(f"| restart with {visitors:,} live sessions, {visitors * PAGES:,} ids and {tail:,} records behind the "
                     f"checkpoint | {took:.2f} s ({cpu:.2f} of CPU) | under 3 s | {'met' if took < 3 else '**missed**'} |")
    return lines
