"""Instructions a beacon, by room: callgrind counts them, and noise does not touch them. What the
kernel does is not in it."""

import glob
import os
import re
import subprocess
from collections import Counter

# Where a source file belongs, by a part of its path; the first that matches.
PLACES = [
    (re.compile(r"daemon/house[^/]*$|daemon/main\.c$"), "house"),
    (re.compile(r"daemon/(\w+)/"), None),          # its own name
    (re.compile(r"llhttp"), "llhttp"),
    (re.compile(r"simdjson"), "simdjson"),
    (re.compile(r"msgpack"), "msgpack"),
    (re.compile(r"xxh"), "xxhash"),
    (re.compile(r"include/footfall"), "include"),
]
OBJECTS = [("libevent", "libevent"), ("libsimdjson", "simdjson"), ("libmsgpack", "msgpack"),
           ("libutf8proc", "utf8proc"), ("libz", "zlib"), ("libc.so", "libc"), ("libm.so", "libc"),
           ("libstdc++", "libc"), ("libxxhash", "xxhash")]

COST = re.compile(r"^[+\-*\d]\S* (\d+)$")
NAME = re.compile(r"^(ob|fl|fi|fe|fn|cob|cfi|cfl|cfn)=\((\d+)\)(?: (.*))?$")


def place_of(path, ob):
    for pattern, name in PLACES:
        found = pattern.search(path)
        if found:
            return name or found[1]
    for word, name in OBJECTS:
        if word in ob:
            return name
    return "other"


def self_costs(text):
    """(object, file, function) -> instructions of its own, out of a callgrind file."""
    names = {"ob": {}, "fl": {}, "fn": {}}
    now = {"ob": "", "fl": "", "fn": ""}
    costs, called = Counter(), False
    for line in text.splitlines():
        name = NAME.match(line)
        if name:
            kind = name[1].lstrip("c") if name[1] != "cob" else "ob"
            kind = "fl" if kind in ("fi", "fe", "fl") else kind
            if name[3] is not None:
                names[kind][name[2]] = name[3]
            if not name[1].startswith("c"):
                now[kind] = names[kind].get(name[2], "?")
        elif line.startswith("calls="):
            called = True               # the line after it is the callee's cost
        elif cost := COST.match(line):
            if not called:
                costs[now["ob"], now["fl"], now["fn"]] += int(cost[1])
            called = False
    return costs


def control(pid, *words):
    subprocess.run(["callgrind_control", *words, str(pid)], check=True, capture_output=True,
                   timeout=60)


def count(server, send):
    """Instructions of its own by (place, function) that server, which runs under callgrind, spends
    while send() runs."""
    control(server.process.pid, "--zero")
    send()
    control(server.process.pid, "--dump")
    dumps = sorted(glob.glob(os.path.join(server.directory, "callgrind.out.*")), key=os.path.getmtime)
    with open(dumps[-1], encoding="utf-8", errors="replace") as file:
        costs = self_costs(file.read())
    found = Counter()
    for (ob, path, function), n in costs.items():
        found[place_of(path, ob), function.split("'")[0]] += n
    return found
