"""What is measured: the table of bars, a row a piece of work."""

from dataclasses import dataclass


@dataclass
class Row:
    name: str
    options: dict            # of the load generator
    requests: int            # a round
    baseline: str = ""       # nginx, sink, embedded (footfalld itself on its embedded store), or none
    beacon: bool = False     # per million beacons, not requests
    bar: float = 0           # ratio to the baseline, or microseconds of CPU a unit without one; 0: none
    moonshot: float = 0
    note: str = ""


@dataclass
class Work(Row):
    """Requests over HTTP, to a store with durability `process`."""
    store: str = "embedded"  # or redis


@dataclass
class Datagrams(Row):
    """Datagrams over UDP, at options["rate"]."""


@dataclass
class Pace(Row):
    """Answer times at half of the highest rate."""
    durability: str = "process"
    group: int = 0           # bytes: how long the device alone takes to make so many durable stands beside it; 0: not
    seconds: float = 3       # a round
    limit_ms: float = 0      # bar: p99


def single(**more):
    return {"kind": "json", "connections": 64, **more}


ROWS = [
    Work("single JSON beacon, keep-alive, 64 connections", single(), 40_000,
         baseline="nginx", bar=1.0, moonshot=0.8),
    Work("the same, 1,000 connections", single(connections=1000), 40_000,
         baseline="nginx", bar=1.0),
    Work("the same, short connections", single(close=True), 10_000, baseline="nginx", bar=1.2),
    Work("the same, pipelined by 16", single(depth=16), 100_000, baseline="nginx", bar=0.5),
    Work("pixel GET, keep-alive, 64 connections", {"kind": "pixel", "connections": 64}, 40_000,
         baseline="nginx", bar=0.9, moonshot=0.7, note="nginx `empty_gif`"),
    Work("batch of 20 JSON beacons", {"kind": "json20", "connections": 16}, 8_000,
         beacon=True, bar=2.0, moonshot=1.2),
    Work("batch of 100 MessagePack beacons", {"kind": "packed100", "connections": 16}, 2_000,
         beacon=True, bar=2.0, moonshot=1.2),
    Work("single JSON beacon on Redis", single(), 40_000, baseline="embedded", bar=1.15, store="redis",
         note="the embedded store"),
    Work("batch of 20 JSON beacons on Redis", {"kind": "json20", "connections": 16}, 8_000, beacon=True,
         baseline="embedded", store="redis", note="the embedded store"),
    Datagrams("UDP, a MessagePack beacon of 150 B a datagram, 100,000/s", {"kind": "datagram", "rate": 100_000},
              100_000, baseline="sink", bar=1.6),
    Datagrams("the same, sent with GSO (the sink has no GRO)",
              {"kind": "datagram", "rate": 100_000, "gso": True}, 100_000, baseline="sink"),
    Pace("answer time, durability `process`", single(connections=256), 40_000,
         baseline="nginx", limit_ms=1, durability="process"),
    Pace("answer time, durability `disk`", single(connections=256), 40_000,
         baseline="nginx", limit_ms=5, durability="disk", group=20_000),
]

# Before a row is measured: the tables of a daemon that has been at work for a while are touched, and
# their pages are there.
FILL = {"kind": "json20", "connections": 16, "requests": 20_000, "seconds": 60}

# Rooms by instructions: what is counted, how often, and how many beacons that is.
COUNTED = [
    ("single JSON", {"kind": "json", "connections": 16}, 4_000, 1),
    ("pixel", {"kind": "pixel", "connections": 16}, 4_000, 1),
    ("20 JSON", {"kind": "json20", "connections": 8}, 400, 20),
    ("100 MessagePack", {"kind": "packed100", "connections": 4}, 80, 100),
]
