"""What was measured, as Markdown."""

import datetime
import os
import platform
import re
import statistics
import subprocess
from dataclasses import dataclass, field


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
            system = [s.system / (s.user + s.system) for s in samples if s.user + s.system]
            parts.append(f"{who} {spread([s.rate / 1000 for s in samples], '{:.0f}')} k/s, "
                         f"{statistics.median(system):.0%} in the kernel, "
                         f"missed {sum(s.missed for s in samples)}{beside_text(samples)}")
    return f"| {o.row.name} | " + " | ".join(parts + ["–"] * (2 - len(parts))) + " |"


def beside_text(samples):
    """What a Redis behind it spends, where there is one."""
    spent = [s.beside_per_million for s in samples if s.beside]
    return f"; Redis itself {spread(spent)}" if spent else ""


def pace_verdict(o):
    """A machine on which nginx, which does next to nothing, is too late says nothing of others."""
    ours, theirs = (statistics.median(s.latency["p99"] / 1000 for s in samples)
                    for samples in (o.ours, o.theirs))
    if ours > o.row.limit_ms and theirs > o.row.limit_ms:
        return "not judged: nginx is too late, too"
    return o.verdict(ours, o.row.limit_ms)


def pace_lines(o):
    r = o.row
    if o.absent:
        return [f"| {r.name} | {o.absent} | | | | | | |"]
    lines = []
    for who, samples in (("footfalld", o.ours), ("nginx at that rate", o.theirs)):
        cells = [spread([s.latency[k] / 1000 for s in samples]) for k in ("p50", "p99", "p999", "max")]
        met = ""
        if who == "footfalld":
            met = f"p99 under {r.limit_ms:g} | {pace_verdict(o)}"
        else:
            met = "– | –"
        lines.append(f"| {r.name}, {who} | {o.rate:,.0f} | " + " | ".join(cells) + f" | {met} |")
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


def document(head, outcomes, paces, scaled, counted, rounds, notes):
    lines = ["# What footfalld costs", "",
             "Written by `scripts/bench`. The server has one core, the load another; footfalld and its "
             f"baseline take turns, {rounds} rounds each. Each number is the median of the rounds, with "
             "the least and the most behind it; a ratio is taken round by round. CPU is what "
             "`/proc/PID/stat` says of all threads: seconds per million requests, beacons or datagrams, "
             "which is microseconds apiece. Every beacon has its own id and one of 100,000 visitors, and "
             "is one of five types in a fixed proportion (page views alone in the pixel and over UDP). Each row "
             "begins with a fresh daemon that has taken 400,000 beacons.", ""]
    lines += head
    lines += ["", "## Work", "", "| work | footfalld | baseline | ratio | bar; moonshot | |",
              "|---|---|---|---|---|---|"]
    lines += [work_line(o) for o in outcomes]
    lines += ["", "| work | | baseline |", "|---|---|---|"]
    lines += [line for line in map(detail_line, outcomes) if line]
    lines += ["", "## Answer times", "",
              "Open loop at half of the highest rate of a closed loop of 256 connections; a request's time "
              "runs from when it was due to be sent. Milliseconds.", "",
              "| | requests/s | p50 | p99 | p99.9 | most | bar | |", "|---|---|---|---|---|---|---|---|"]
    for o in paces:
        lines += pace_lines(o)
    if scaled:
        lines += ["", "## Scale", "", "| | | bar | |", "|---|---|---|---|", *scaled]
    if counted:
        lines += ["", "## Instructions a beacon", "",
                  "Counted by callgrind, in user mode; inlined code counts where it is written.", ""]
        lines += instruction_table(counted)
        for one in counted:
            lines += ["", *function_table(*one)]
    return "\n".join([*lines, "", notes.rstrip()]) + "\n"
