"""Runs the load generator against a server, and measures what the server spends on it."""

import json
import subprocess
import time
from dataclasses import dataclass, field

from servers import pinned, udp_drops

SETTLE_SECONDS = 0.05    # for what a server does after its last answer
TAKE_SECONDS = 10        # for a queue of datagrams to be emptied


@dataclass
class Sample:
    """One round against one server."""
    units: int              # requests, beacons or datagrams that the server has handled
    cpu: float              # seconds of all its threads
    ticks: tuple            # the same in user mode and in the kernel, in coarse steps
    seconds: float          # of the clock
    latency: dict = field(default_factory=dict)      # microseconds
    undisturbed: dict = field(default_factory=dict)  # the same, where the machine was in time; needs a probe
    probe: dict = field(default_factory=dict)
    missed: int = 0         # not answered with success, or dropped
    beside: float = 0.0     # seconds of a process behind the server

    @property
    def per_million(self):
        return self.cpu / self.units * 1e6 if self.units else 0.0

    @property
    def aside(self):
        """Share of the requests that were set aside; None: nothing is known of that."""
        return 1 - self.undisturbed["n"] / self.latency["n"] if self.undisturbed and self.latency["n"] else None

    @property
    def beside_per_million(self):
        return self.beside / self.units * 1e6 if self.units else 0.0

    @property
    def rate(self):
        return self.units / self.seconds if self.seconds else 0.0


def since(before, server):
    return tuple(now - then for now, then in zip(server.ticks(), before))


class Load:
    """The generator, on a core of its own. Each run brings ids that none before had."""

    def __init__(self, program, core):
        self.program, self.core, self.seed = program, core, int(time.time()) % 1_000_000_000

    def run(self, to, options):
        self.seed += 1
        words = [word for key, value in options.items() if value is not False
                 for word in ([f"--{key}"] if value is True else [f"--{key}", str(value)])]
        command = [self.program, "--to", to, "--seed", str(self.seed), *words]
        with pinned(self.core, command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                out, said = process.communicate(timeout=180)
            finally:
                process.kill()
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: {said.strip()}")
        return json.loads(out)

    def stream(self, server, options, by_beacon=False):
        """A round of requests."""
        before, ticks, beside = server.cpu(), server.ticks(), server.cpu_beside()
        out = self.run(server.http, options)
        time.sleep(SETTLE_SECONDS)
        cpu, ticks, beside = server.cpu() - before, since(ticks, server), server.cpu_beside() - beside
        good = sum(n for status, n in out["statuses"].items() if status in ("200", "204"))
        units = out["answered"] * (out["beacons"] // out["answered"] if by_beacon and out["answered"] else 1)
        return Sample(units, cpu, ticks, out["seconds"], out["latency_us"], out.get("undisturbed_us", {}),
                      out.get("probe", {}), out["sent"] - good + out["faults"], beside)

    def datagrams(self, server, options):
        """A round of datagrams; those that were dropped count as missed, not as handled."""
        before, ticks, lost = server.cpu(), server.ticks(), udp_drops(server.udp)[0]
        out = self.run(server.udp, options)
        ends = time.monotonic() + TAKE_SECONDS
        while udp_drops(server.udp)[1] and time.monotonic() < ends:
            time.sleep(0.005)
        time.sleep(SETTLE_SECONDS)
        cpu, ticks = server.cpu() - before, since(ticks, server)
        missed = udp_drops(server.udp)[0] - lost
        return Sample(out["sent"] - missed, cpu, ticks, out["seconds"], missed=missed)
