"""What a large shop costs: memory for each live session, the time of a restart, and answers while a
checkpoint is written."""

import os
import re
import signal
import time

PAGES = 8
PATIENCE = 120           # seconds for a checkpoint
LATENESS = "2s"          # where tails are to be gone soon; they are kept 10 s longer than that
SETTLE_SECONDS = 14
FEW_IDS = "1000"


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


def restart(server):
    """Seconds from kill -9 and start to ready, of the clock and of CPU."""
    server.process.kill()
    server.process.wait()
    begin = time.monotonic()
    server.start()
    took = time.monotonic() - begin
    return took, sum(server.cpu())


def measure(bench, rate):
    """Lines of Markdown. rate: requests a second, half of the highest."""
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
        ask_for_checkpoint(server)
        seconds = 1 if bench.options.quick else 5
        paced = bench.load.run(server.http, {"kind": "json", "connections": 256, "rate": rate, "visitors": visitors,
                                             "requests": int(rate * seconds), "seconds": seconds + 20})
        under_way = not checkpoints(server)
        p99, p50 = paced["latency_us"]["p99"] / 1000, paced["latency_us"]["p50"] / 1000
        lines.append(f"| answers at {rate:,}/s with {visitors:,} sessions while a checkpoint "
                     f"{'is' if under_way else 'was (it ended before)'} written: p50; p99 | {p50:.2f}; {p99:.2f} ms "
                     f"| under 1 ms | {'met' if p99 < 1 else '**missed**'} |")
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
