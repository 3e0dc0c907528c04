"""What was measured, as Markdown."""

import datetime
import os
import platform
import re
import statistics
import subprocess
from dataclasses import dataclass, field


MOST_ASIDE = 0.2         # share of a round's requests that may be set aside
QUANTILES = ("p50", "p99", "p999", "max")


def spread(values, form="{:.2f}"):
    """Median (least–most)."""
    if not values:
        return "–"
    middle = form.format(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))}–{form.format(max(values))})"


@dataclass
class Outcome:
    """A row that was measured: its samples round by round, and those of its baseline."""
    row: object
    ours: list = field(default_factory=list)
    theirs: list = field(default_factory=list)
    absent: str = ""         # why it could not run
    rate: float = 0          # requests a second at which answer times were taken
    left_out: int = 0        # rounds of answer times in which the machine was late too often
    device: dict = field(default_factory=dict)  # microseconds of groups that are made durable

    def ratios(self):
        return [a.per_million / b.per_million for a, b in zip(self.ours, self.theirs) if b.per_million]

    def verdict(self, value, bar, moonshot=0):
        if not bar:
            return "–"
        if moonshot and value <= moonshot:
            return "moonshot"
        return "met" if value <= bar else "**missed**"


def bar_text(row, mark):
    if not row.bar:
        return "–"
    return f"{row.bar:g}{mark}" + (f"; {row.moonshot:g}" if row.moonshot else "")


def work_line(o):
    r = o.row
    name = r.name + (f" (baseline: {r.note})" if r.note else "")
    if o.absent:
        return f"| {name} | {o.absent} | – | – | {bar_text(r, ' ×' if r.baseline else ' µs')} | not there yet |"
    value = statistics.median(o.ratios() if r.baseline else [s.per_million for s in o.ours])
    return (f"| {name} | {spread([s.per_million for s in o.ours])} "
            f"| {spread([s.per_million for s in o.theirs])} | {spread(o.ratios())} "
            f"| {bar_text(r, ' ×' if r.baseline else ' µs')} | {o.verdict(value, r.bar, r.moonshot)} |")


def detail_line(o):
    if o.absent:
        return None
    parts = []
    for who, samples in (("footfalld", o.ours), (o.row.baseline or "–", o.theirs)):
        if samples:
            system = [s.ticks[1] / sum(s.ticks) for s in samples if sum(s.ticks)]
            parts.append(f"{who} {spread([s.rate / 1000 for s in samples], '{:.0f}')} k/s, "
                         f"{statistics.median(system):.0%} in the kernel, "
                         f"missed {sum(s.missed for s in samples)}{beside_text(samples)}")
    return f"| {o.row.name} | " + " | ".join(parts + ["–"] * (2 - len(parts))) + " |"


def beside_text(samples):
    """What a Redis behind it spends, where there is one."""
    spent = [s.beside_per_million for s in samples if s.beside]
    return f"; Redis itself {spread(spent)}" if spent else ""


def calm(sample):
    """Whether enough of its requests are left without those that the machine is to blame for."""
    return sample.aside is not None and sample.aside <= MOST_ASIDE


def late_verdict(samples, limit_ms):
    """Holds p99 of the requests that were not disturbed against a bar. Without a probe, or with too much set aside,
    only all requests together can meet it."""
    if statistics.median(s.latency["p99"] for s in samples) < limit_ms * 1000:
        return "met, by all requests even"
    if any(s.aside is None for s in samples):
        return "not judged: no probe"
    if not all(map(calm, samples)):
        return f"not judged: more than {MOST_ASIDE:.0%} disturbed"
    return "met" if statistics.median(s.undisturbed["p99"] for s in samples) < limit_ms * 1000 else "**missed**"


def times(samples, which):
    return [spread([getattr(s, which)[k] / 1000 for s in samples if getattr(s, which)]) for k in QUANTILES]


def pace_lines(o):
    r = o.row
    if o.absent:
        return [f"| {r.name} | {o.absent} |" + " |" * 8]
    lines = []
    for who, samples in (("footfalld", o.ours), ("nginx", o.theirs)):
        met = f"p99 under {r.limit_ms:g} | {late_verdict(samples, r.limit_ms)}" if who == "footfalld" else "– | –"
        lines.append(f"| {r.name}, {who} | {o.rate:,.0f} | all | " + " | ".join(times(samples, "latency")) + " | – | – |")
        lines.append("| | | undisturbed | " + " | ".join(times(samples, "undisturbed")) + f" | {met} |")
    if o.device:
        lines.append(f"| the device alone: {r.group:,} bytes appended and synced, in a loop | – | all | "
                     + " | ".join(f"{o.device[k] / 1000:.2f}" for k in QUANTILES) + " | – | – |")
    return lines


def probe_lines(o):
    """What the probe saw while answer times were taken."""
    lines = []
    for who, samples in (("footfalld", o.ours), ("nginx", o.theirs)):
        seen = [s for s in samples if s.probe]
        if not seen:
            continue
        late = [s.probe["late_us"] / s.seconds / 1e6 for s in seen]
        cost = [s.probe["cost_us"] / s.seconds / 1e6 for s in seen]
        lines.append(f"| {o.row.name}, {who} | {spread([s.aside for s in seen], '{:.1%}')} | {o.left_out} "
                     f"| {spread([s.probe['spans'] / s.seconds for s in seen], '{:.1f}')} | {spread(late, '{:.2%}')} "
                     f"| {max(s.probe['longest_us'] for s in seen) / 1000:.1f} "
                     f"| {spread([s.probe['gaps'] / s.seconds for s in seen], '{:.1f}')} "
                     f"| {spread([s.probe['held'] / s.seconds for s in seen], '{:.1f}')} "
                     f"| {statistics.median(cost):.1%} |")
    return lines


def instruction_table(counted):
    """counted: [(name, beacons, Counter by (place, function))]."""
    rooms = {}
    for column, (_, beacons, found) in enumerate(counted):
        for (place, _), n in found.items():
            rooms.setdefault(place, [0] * len(counted))[column] += n / beacons
    lines = ["| room or library | " + " | ".join(name for name, _, _ in counted) + " |",
             "|---|" + "---:|" * len(counted)]
    for place, row in sorted(rooms.items(), key=lambda item: -item[1][0]):
        if max(row) >= 1:
            lines.append(f"| {place} | " + " | ".join(f"{n:,.0f}" for n in row) + " |")
    sums = [sum(row[i] for row in rooms.values()) for i in range(len(counted))]
    return lines + ["| **all** | " + " | ".join(f"**{n:,.0f}**" for n in sums) + " |"]


def function_table(name, beacons, found, most=15):
    whole = sum(found.values())
    lines = [f"| {name}: function | room | instructions a beacon | share |", "|---|---|---:|---:|"]
    merged = {}
    for (place, function), n in found.items():
        merged[function, place] = merged.get((function, place), 0) + n
    for (function, place), n in sorted(merged.items(), key=lambda item: -item[1])[:most]:
        lines.append(f"| `{short(function)}` | {place} | {n / beacons:,.0f} | {n / whole:.1%} |")
    return lines


def short(function):
    return re.sub(r"\(.*", "()", function).replace("|", " ")[-70:]


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def machine(root, store):
    """Lines that say what this was measured on."""
    def first(path, pattern):
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
        return found[1] if found else "?"
    commit = output_of("git", "-C", root, "rev-parse", "--short=12", "HEAD") or "no commit"
    if output_of("git", "-C", root, "status", "--porcelain", "--", "daemon", "include", "CMakeLists.txt"):
        commit += " with changes that are not committed"
    system = first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)')
    memory = int(first("/proc/meminfo", r"^MemTotal:\s*(\d+)")) / 2**20
    disk = output_of("stat", "-f", "-c", "%T", store)
    return [f"- commit: {commit}",
            f"- date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
            f"- machine: {os.cpu_count()} × {first('/proc/cpuinfo', '^model name.*: (.*)')}, "
            f"{memory:.0f} GB, kernel {platform.release()}, {system}",
            f"- stores on: {disk}; nginx: {nginx_version()}",
            f"- others were at work: load average {os.getloadavg()[0]:.1f} before the run"]


def nginx_version():
    done = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False)
    return done.stderr.strip().split("/")[-1] or "?"


PACE_TEXT = [
    "Open loop at half of the highest rate of a closed loop of 256 connections; a request's time runs from when it was "
    "due to be sent to when its answer was read. Milliseconds. No checkpoint is written meanwhile; answers beside one are "
    "among the rows of scale.", "",
    "The cores of a virtual machine are at times not run by their host. So a realtime thread on the server's core "
    "sleeps for a millisecond again and again, and the kernel notes when its timer's interrupt comes; it comes within some "
    "tens of microseconds, whatever processes do, and one that comes 150 µs late or more is a span in which the core "
    "was not run. The generator, which never sleeps, looks at the clock between any two things that it asks of the "
    "kernel; 150 µs or more between two looks are a span, too. A request is *disturbed* when such a span, made longer by "
    "twice what it took (at half of the highest rate a queue needs as long to be worked off as it took to grow, "
    "and a span can have begun before the timer was due), has a part in the time between due and answered. The same rule "
    "holds for both servers. What is late without a span stays in: whatever a server does itself, what its own "
    "threads and its system calls take from each other, and other processes on its core. Bars are about "
    f"the requests that were not disturbed; a round in which more than {MOST_ASIDE:.0%} were, of either server, is left out "
    "and taken again, up to as many times as there are rounds.", "",
    "“Held by the kernel” are interrupts that came in time while the realtime thread ran 150 µs late or later: "
    "the kernel was at work for somebody and is not preempted. It does not count as the machine's lateness."]


def document(head, outcomes, paces, scaled, counted, rounds, notes):
    lines = ["# What footfalld costs", "",
             "Written by `scripts/bench`. The server has one core, the load another; footfalld and its "
             f"baseline take turns, {rounds} rounds each. Each number is the median of the rounds, with "
             "the least and the most behind it; a ratio is taken round by round. CPU is what the scheduler "
             "has counted for all threads of the process, to the nanosecond (its clock of clock_getcpuclockid): seconds "
             "per million requests, beacons or datagrams, which is microseconds apiece; the share in the kernel is from "
             "`/proc/PID/stat`. Every beacon has its own id and one of 100,000 visitors, and "
             "is one of five types in a fixed proportion (page views alone in the pixel and over UDP). Each row "
             "begins with a fresh daemon that has taken 400,000 beacons.", ""]
    lines += head
    lines += ["", "## Work", "", "| work | footfalld | baseline | ratio | bar; moonshot | |",
              "|---|---|---|---|---|---|"]
    lines += [work_line(o) for o in outcomes]
    lines += ["", "| work | | baseline |", "|---|---|---|"]
    lines += [line for line in map(detail_line, outcomes) if line]
    lines += ["", "## Answer times", "",
              *PACE_TEXT, "",
              "| | requests/s | | p50 | p99 | p99.9 | most | bar | |", "|---|---|---|---|---|---|---|---|---|"]
    for o in paces:
        lines += pace_lines(o)
    lines += ["", "| | set aside | rounds left out | late interrupts a second | share of time | longest, ms "
              "| generator held up, a second | held by the kernel, a second | cost of the probe, of a core |",
              "|---|---|---|---|---|---|---|---|---|"]
    for o in paces:
        lines += probe_lines(o)
    if scaled:
        lines += ["", "## Scale", "", "| | | bar | |", "|---|---|---|---|", *scaled]
    if counted:
        lines += ["", "## Instructions a beacon", "",
                  "Counted by callgrind, in user mode; inlined code counts where it is written.", ""]
        lines += instruction_table(counted)
        for one in counted:
            lines += ["", *function_table(*one)]
    return "\n".join([*lines, "", notes.rstrip()]) + "\n"
